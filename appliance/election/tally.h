/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tally: numbers of ballots and votes in some of the contests of a plan.
 *
 * The cells of one contest are a row: ROW_VOTES counts of ballots, then the
 * votes of each candidate in the order of the definition. A box has the rows
 * of its station's contests, a station likewise, the whole has all.
 *
 * On the wire a box's tally is every cell of its rows as u32, contests in
 * ascending order and nothing else: its length follows from the plan.
 */
#ifndef SANDOQ_ELECTION_TALLY_H
#define SANDOQ_ELECTION_TALLY_H

#include "appliance/election/plan.h"

enum {
	/* What becomes of a ballot: cast = valid + blank + unreadable. */
	ROW_CAST,
	ROW_VALID,
	/* Void: no mark at all. */
	ROW_BLANK,
	/* Void: marks, none of them a candidate's code. */
	ROW_UNREADABLE,
	/*
	 * Flaws. Told of a contest, never of a station: among few voters a
	 * flaw that was agreed on would show whose ballot it is.
	 */
	ROW_FLAWS,
	/* Ballots with a code that no candidate has, or one who has
	 * withdrawn; valid or void. */
	ROW_UNKNOWN = ROW_FLAWS,
	/* Valid ballots that name somebody twice. */
	ROW_REPEATED,
	/* Valid ballots that name more candidates than allowed. */
	ROW_EXTRA,
	ROW_VOTES,
	FLAWS = ROW_VOTES - ROW_FLAWS
};

struct tally {
	const struct plan *plan;
	/* Whose rows are here. */
	struct contests contests;
	size_t size;
	uint64_t *cell;
};

/* All zeros; false when there is no memory. tally_free frees `cell`. */
bool tally_init(struct tally *, const struct plan *, struct contests);
void tally_free(struct tally *);
/* The row of a contest; NULL when it has none here. */
uint64_t *tally_row(const struct tally *, uint16_t contest);
/* Ballots cast, over all contests. */
uint64_t tally_ballots(const struct tally *);

/*
 * Adds `part` to `sum`, which has at least its contests. On overflow `sum`
 * is left as it was.
 */
refusal tally_add(struct tally *sum, const struct tally *part);
/*
 * What must hold in every row whatever was voted, with no more than `issued`
 * ballots, itself at most 2^32 - 1, in any contest. A process that counted a
 * hostile box can have sent anything. Of a tally that has its flaws elsewhere,
 * or is a sum, the two parts are checked by themselves.
 */
refusal tally_check(const struct tally *, uint32_t issued);
refusal tally_check_ballots(const struct tally *, uint32_t issued);
refusal tally_check_flaws(const struct tally *);

size_t tally_encoded_size(const struct plan *, const struct contests *);
/* Breaks the writer when a cell is above 2^32 - 1. */
void tally_encode(struct writer *, const struct tally *);
/* Fills a tally that tally_init made; its contests give the length. */
refusal tally_decode(struct tally *, struct bytes encoded);

#endif
