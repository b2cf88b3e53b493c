/*
 * Who is elected: rule relative-majority/1, deciding side.
 *
 * Candidates are ranked by votes, then by their signed tie_break ranks,
 * compared one after the other, the smaller first. The first `seats` are
 * elected, the next `alternates` are alternates. Nobody is elected, or an
 * alternate, without a vote: so seats stay empty when there are more of them
 * than candidates that were voted for.
 *
 * Candidates equal in votes and tie_break share a rank. When a boundary runs
 * through such a group (between elected and alternates, or after the last
 * alternate), all of the group are LOT: a lot among them decides, and the
 * machine never draws.
 */
#ifndef SANDOQ_ELECTION_SEATS_H
#define SANDOQ_ELECTION_SEATS_H

#include "appliance/election/plan.h"

enum outcome { NOT_ELECTED, ELECTED, ALTERNATE, LOT };

struct standing {
	/* 1 + number of candidates strictly ahead. */
	uint16_t rank;
	enum outcome outcome;
};

/*
 * `votes` and `standings` have one place for each of the contest's
 * candidates, in the order of the definition.
 */
void seats_allot(const struct plan *, uint16_t contest, const uint64_t *votes,
	struct standing *standings);
/* "elected", "alternate", "not-elected", "lot". */
const char *outcome_text(enum outcome);

#endif
