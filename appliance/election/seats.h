/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is elected: the deciding side of the rules (rules.h reads ballots).
 *
 * relative-majority/1: candidates are ranked by votes, then by their signed
 * tie_break ranks, compared one after the other, the smaller first. The first
 * `seats` are elected, the next `alternates` are alternates. Nobody is
 * elected, or an alternate, without a vote: so seats stay empty when there
 * are more of them than candidates that were voted for. Those who have
 * withdrawn share the rank after everybody else.
 *
 * Candidates equal in votes and tie_break share a rank. When a boundary runs
 * through such a group (between elected and alternates, or after the last
 * alternate), all of the group are LOT: a lot among them decides, and the
 * machine never draws. seats_settle takes the outcome of a lot that people
 * drew.
 *
 * list-proportional/0-pilot: docs/rules.md; seats_list.c.
 */
#ifndef SANDOQ_ELECTION_SEATS_H
#define SANDOQ_ELECTION_SEATS_H

#include "appliance/election/plan.h"

enum outcome { NOT_ELECTED, ELECTED, ALTERNATE, LOT, WITHDRAWN };

struct standing {
	/* 1 + number of candidates strictly ahead. */
	uint16_t rank;
	enum outcome outcome;
};

/* A lot that was drawn: who was drawn first goes first. */
struct lot {
	uint16_t contest;
	uint16_t count;
	/* Candidates by their number in the contest. */
	uint16_t drawn[CANDIDATES_MOST];
};

/*
 * `votes` and `standings` have one place for each of the contest's
 * candidates, in the order of the definition.
 */
void seats_allot(const struct plan *, uint16_t contest, const uint64_t *votes,
	struct standing *standings);
/*
 * Gives the candidates of one lot their ranks. Refused unless they are
 * exactly those of a shared rank who are LOT, each once.
 */
refusal seats_settle(
	const struct plan *, const struct lot *, struct standing *standings);
/* "elected", "alternate", "not-elected", "lot", "withdrawn". */
const char *outcome_text(enum outcome);

#endif
