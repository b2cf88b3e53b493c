/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is elected by list-proportional/0-pilot: largest remainders, as
 * docs/rules.md writes them down. No law is known to say so: a contest uses
 * it only when its definition declares a pilot.
 *
 * A list has the votes of its candidates who have not withdrawn; who is on no
 * list is one of their own. With V votes in all and v of a list, its k-th
 * candidate by votes and tie_break has the claim seats * v - (k - 1) * V.
 * Places go to the highest claims. This is v * seats / V places to a list,
 * rounded down, and the places left over to the largest remainders: never too
 * many or too few places, and those of a list that has run out of candidates
 * go on to the next claims.
 *
 * Nobody without a vote gets a place. Equal claims at a boundary, and
 * candidates of a list who are equal where their outcomes differ, are LOT.
 */
#ifndef SANDOQ_ELECTION_SEATS_LIST_H
#define SANDOQ_ELECTION_SEATS_LIST_H

#include "appliance/election/seats.h"

/* As seats_allot. */
void seats_allot_lists(const struct plan *, uint16_t contest,
	const uint64_t *votes, struct standing *standings);

#endif
