/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/election/seats_list.h"

#include <stdlib.h>

__extension__ typedef __int128 wide;

struct runner {
	uint16_t number;
	const struct candidate *who;
	uint64_t votes;
	wide claim;
};

static int by_number(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* Candidates of one list: 0 when only a lot can tell. */
static int within(const struct runner *a, const struct runner *b)
{
	int order = by_number(b->votes, a->votes);
	for (size_t t = 0; t < TIE_BREAKS_MOST && order == 0; t++)
		order = by_number(a->who->tie_break[t], b->who->tie_break[t]);
	return order;
}

static bool same_list(const struct runner *a, const struct runner *b)
{
	return a->who->list == b->who->list &&
	       (a->who->list > 0 || a->number == b->number);
}

/* Lists one after the other, the best of each first. */
static int by_list(const void *a, const void *b)
{
	const struct runner *x = a;
	const struct runner *y = b;
	int order = by_number(x->who->list, y->who->list);
	if (order == 0 && x->who->list > 0)
		order = within(x, y);
	return order != 0 ? order : by_number(x->number, y->number);
}

static int by_claim(const void *a, const void *b)
{
	const struct runner *x = a;
	const struct runner *y = b;
	if (x->claim != y->claim)
		return x->claim > y->claim ? -1 : 1;
	return by_number(x->number, y->number);
}

static void make_claims(struct runner *runner, size_t count, uint16_t seats)
{
	wide all = 0;
	for (size_t i = 0; i < count; i++)
		all += runner[i].votes;
	for (size_t first = 0, end; first < count; first = end) {
		wide list = 0;
		for (end = first;
			end < count && same_list(&runner[first], &runner[end]);
			end++)
			list += runner[end].votes;
		for (size_t i = first; i < end; i++)
			runner[i].claim =
				seats * list - (wide)(i - first) * all;
	}
}

/* Those who share the claims that stand at places first to before end. */
static void place(const struct contest *contest, const struct runner *runner,
	size_t first, size_t end, struct standing *standings)
{
	size_t seats = contest->seats;
	size_t places = seats + contest->alternates;
	enum outcome outcome = end <= seats			 ? ELECTED
			       : first >= places		 ? NOT_ELECTED
			       : first >= seats && end <= places ? ALTERNATE
								 : LOT;
	for (size_t i = first; i < end; i++)
		standings[runner[i].number] =
			(struct standing){ (uint16_t)(first + 1), outcome };
}

/*
 * `runner` is ordered by list: equal people of a list must fare equally, and so
 * share the rank of the first, whose claim is the largest.
 */
static void level(
	const struct runner *runner, size_t count, struct standing *standings)
{
	for (size_t first = 0, end; first < count; first = end) {
		struct standing all = standings[runner[first].number];
		for (end = first + 1; end < count &&
				      same_list(&runner[first], &runner[end]) &&
				      within(&runner[first], &runner[end]) == 0;
			end++)
			if (standings[runner[end].number].outcome !=
				all.outcome)
				all.outcome = LOT;
		for (size_t i = first; i < end; i++)
			standings[runner[i].number] = all;
	}
}

void seats_allot_lists(const struct plan *plan, uint16_t contest,
	const uint64_t *votes, struct standing *standings)
{
	const struct contest *of = &plan->contest[contest];
	const struct candidate *who = plan_candidates(plan, contest);
	struct runner runner[CANDIDATES_MOST];
	size_t count = 0;
	for (uint16_t i = 0; i < of->candidates; i++)
		if (votes[i] > 0 && !who[i].withdrawn)
			runner[count++] =
				(struct runner){ i, &who[i], votes[i], 0 };
	for (uint16_t i = 0; i < of->candidates; i++)
		standings[i] = (struct standing){ (uint16_t)(count + 1),
			who[i].withdrawn ? WITHDRAWN : NOT_ELECTED };
	qsort(runner, count, sizeof(*runner), by_list);
	make_claims(runner, count, of->seats);
	qsort(runner, count, sizeof(*runner), by_claim);
	for (size_t first = 0, end; first < count; first = end) {
		end = first + 1;
		while (end < count && runner[first].claim == runner[end].claim)
			end++;
		place(of, runner, first, end, standings);
	}
	qsort(runner, count, sizeof(*runner), by_list);
	level(runner, count, standings);
}
