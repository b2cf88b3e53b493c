/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a ballot says: rule relative-majority/1, reading side (seats.h has
 * who is elected).
 *
 * A ballot is read in this order:
 *
 *  1. A code that no candidate has, or one who has withdrawn, is not read;
 *     the rest stays valid.
 *  2. A name that was already read on this ballot is not read again.
 *  3. Of the names that are left, the first max_choices get a vote each;
 *     extras are dropped from the end.
 *  4. No mark at all: void, "blank". Marks, but nothing that could be read:
 *     void, "unreadable". Both are counted as cast.
 *
 * Steps 1 and 2 come before 3, so an unreadable or repeated name takes up
 * nobody's place: what is limited is how many people a voter names, and a
 * slip of the pen names no further person. The other order would drop a
 * name that the voter was entitled to.
 */
#ifndef SANDOQ_ELECTION_RULES_H
#define SANDOQ_ELECTION_RULES_H

#include "appliance/election/ballots.h"
#include "appliance/election/tally.h"

/*
 * Reads ballots into a tally, then into another. Owns its tables, which are
 * made once for a plan; borrows plan and tally. A candidate's number is
 * counted within the contest.
 */
struct counter {
	const struct plan *plan;
	/* By contest: its row in the tally, NULL when it has none. */
	uint64_t *row[CONTESTS_MOST];
	/* By contest: its max_choices. */
	uint16_t most[CONTESTS_MOST];
	/*
	 * By contest, then code as it lies in a payload: 1 + the candidate's
	 * number, 0 for nobody.
	 */
	uint16_t *who[CONTESTS_MOST];
	/* By that: the last ballot that named this candidate. */
	uint64_t *named_in;
	/* By that too: one bit of 64. */
	uint64_t *bit_of;
	uint64_t ballot;
};

/* False when there is no memory. */
bool counter_init(struct counter *, const struct plan *);
/* From now on into this tally of the same plan, which is at zero. */
void counter_begin(struct counter *, struct tally *);
void counter_free(struct counter *);
/* A ballot_sink: `counter` is a struct counter. */
void counter_count(void *counter, const struct ballot *ballot, size_t count);

#endif
