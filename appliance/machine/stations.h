/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stations' parts of the result in the journal, while the last count runs:
 * a piece in an entry. They hold votes, so they are written when the auditors
 * have approved the result's head, and a count whose head is another one gets
 * none into the journal.
 */
#ifndef SANDOQ_MACHINE_STATIONS_H
#define SANDOQ_MACHINE_STATIONS_H

#include "appliance/machine/session.h"

struct stations {
	struct session *session;
	struct digest approved; /* the head's digest */
	size_t pieces;
};

/* One more piece, a memfd, of a count with this head. */
bool stations_take(struct stations *, const struct digest *head, int piece);

#endif
