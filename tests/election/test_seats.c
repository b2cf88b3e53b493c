/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is elected, alternate or left to a lot, against tables of votes that were
 * worked out by hand; and what holds for any votes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "appliance/election/seats.h"
#include "tests/support/election.h"

/* Six candidates; outcomes as letters: Elected, Alternate, Lot, - not. */
struct example {
	const char *what;
	uint32_t seats;
	uint32_t alternates;
	uint64_t votes[VILLAGE_CANDIDATES];
	/* First tie_break rank of each. */
	uint32_t first[VILLAGE_CANDIDATES];
	uint32_t second[VILLAGE_CANDIDATES];
	const char *outcomes;
	uint16_t rank[VILLAGE_CANDIDATES];
};

static const struct example example[] = {
	{ "by votes", 2, 1, { 3, 9, 1, 7, 5, 2 }, { 0 }, { 0 }, "-E-EA-",
		{ 4, 1, 6, 2, 3, 5 } },
	{ "a tie away from a boundary", 2, 2, { 9, 9, 5, 5, 1, 1 }, { 0 },
		{ 0 }, "EEAA--", { 1, 1, 3, 3, 5, 5 } },
	{ "a tie at the seats", 2, 1, { 9, 5, 5, 3, 0, 0 }, { 0 }, { 0 },
		"ELL---", { 1, 2, 2, 4, 5, 5 } },
	{ "the first rank decides it", 2, 1, { 9, 5, 5, 3, 0, 0 },
		{ 1, 1, 0, 0, 0, 0 }, { 0 }, "EAE---", { 1, 3, 2, 4, 5, 5 } },
	{ "the second rank decides it", 2, 1, { 9, 5, 5, 3, 0, 0 }, { 0 },
		{ 9, 2, 3, 0, 0, 0 }, "EEA---", { 1, 2, 3, 4, 5, 5 } },
	{ "the first rank goes before the second", 2, 1, { 9, 5, 5, 3, 0, 0 },
		{ 0, 1, 0, 0, 0, 0 }, { 0, 0, 9, 0, 0, 0 }, "EAE---",
		{ 1, 3, 2, 4, 5, 5 } },
	{ "votes go before ranks", 1, 0, { 9, 10, 0, 0, 0, 0 },
		{ 0, 7, 0, 0, 0, 0 }, { 0 }, "-E----", { 2, 1, 3, 3, 3, 3 } },
	{ "a tie after the last alternate", 2, 1, { 9, 8, 5, 5, 5, 1 }, { 0 },
		{ 0 }, "EELLL-", { 1, 2, 3, 3, 3, 6 } },
	{ "a tie over both boundaries", 2, 1, { 9, 5, 5, 5, 5, 1 }, { 0 },
		{ 0 }, "ELLLL-", { 1, 2, 2, 2, 2, 6 } },
	{ "a tie that ends at the boundary", 3, 1, { 9, 5, 5, 4, 1, 1 }, { 0 },
		{ 0 }, "EEEA--", { 1, 2, 2, 4, 5, 5 } },
	{ "more seats than candidates", 9, 2, { 3, 2, 1, 1, 1, 1 }, { 0 },
		{ 0 }, "EEEEEE", { 1, 2, 3, 3, 3, 3 } },
	{ "nobody is elected without a vote", 5, 3, { 3, 2, 0, 0, 0, 0 }, { 0 },
		{ 0 }, "EE----", { 1, 2, 3, 3, 3, 3 } },
	{ "no ballot at all", 2, 1, { 0 }, { 0 }, { 0 }, "------",
		{ 1, 1, 1, 1, 1, 1 } },
	{ "no alternates", 1, 0, { 4, 3, 2, 1, 1, 1 }, { 0 }, { 0 }, "E-----",
		{ 1, 2, 3, 4, 4, 4 } },
	{ "votes above 2^32", 1, 0,
		{ 1ull << 40, (1ull << 40) + 1, 1, 1, 1, 1 }, { 0 }, { 0 },
		"-E----", { 2, 1, 3, 3, 3, 3 } },
};

static void set_up(struct village *v, const struct example *e)
{
	village_init(v);
	v->plan.contest[COUNCIL].seats = (uint16_t)e->seats;
	v->plan.contest[COUNCIL].alternates = (uint16_t)e->alternates;
	v->plan.contest[COUNCIL].tie_breaks = 2;
	for (size_t i = 0; i < VILLAGE_CANDIDATES; i++) {
		v->candidate[i].tie_break[0] = e->first[i];
		v->candidate[i].tie_break[1] = e->second[i];
	}
}

static void seats_go_as_the_rule_says(void **state)
{
	static const char letter[] = { [NOT_ELECTED] = '-',
		[ELECTED] = 'E',
		[ALTERNATE] = 'A',
		[LOT] = 'L' };
	struct standing standing[VILLAGE_CANDIDATES];
	struct village v;
	(void)state;
	for (size_t e = 0; e < sizeof(example) / sizeof(*example); e++) {
		set_up(&v, &example[e]);
		seats_allot(&v.plan, COUNCIL, example[e].votes, standing);
		for (size_t i = 0; i < VILLAGE_CANDIDATES; i++) {
			char got = letter[standing[i].outcome];
			if (got != example[e].outcomes[i] ||
				standing[i].rank != example[e].rank[i])
				fail_msg("%s: candidate %zu is %c, rank %d",
					example[e].what, i, got,
					standing[i].rank);
		}
	}
}

static void who_has_withdrawn_is_last(void **state)
{
	static const uint64_t votes[VILLAGE_CANDIDATES] = { 0, 0, 4, 3, 0, 0 };
	struct standing standing[VILLAGE_CANDIDATES];
	struct village v;
	(void)state;
	village_init(&v);
	v.candidate[0].withdrawn = true;
	seats_allot(&v.plan, COUNCIL, votes, standing);
	assert_int_equal(standing[0].outcome, WITHDRAWN);
	assert_int_equal(standing[0].rank, 6);
	assert_int_equal(standing[1].outcome, NOT_ELECTED);
	assert_int_equal(standing[1].rank, 3);
	assert_int_equal(standing[2].outcome, ELECTED);
}

/* Two lots in one contest: one at the seats, one after the alternates. */
static void each_boundary_has_its_lot(void **state)
{
	static const uint64_t votes[VILLAGE_CANDIDATES] = { 9, 9, 9, 9, 5, 5 };
	static const struct lot seats = { COUNCIL, 4, { 3, 1, 0, 2 } };
	static const struct lot last = { COUNCIL, 2, { 5, 4 } };
	static const enum outcome outcome[] = { ALTERNATE, ELECTED, ALTERNATE,
		ELECTED, NOT_ELECTED, ALTERNATE };
	static const uint16_t rank[] = { 3, 2, 4, 1, 6, 5 };
	struct standing standing[VILLAGE_CANDIDATES];
	struct village v;
	(void)state;
	village_init(&v);
	v.plan.contest[COUNCIL].alternates = 3;
	seats_allot(&v.plan, COUNCIL, votes, standing);
	assert_null(seats_settle(&v.plan, &last, standing));
	assert_null(seats_settle(&v.plan, &seats, standing));
	for (size_t i = 0; i < VILLAGE_CANDIDATES; i++) {
		assert_int_equal(standing[i].outcome, outcome[i]);
		assert_int_equal(standing[i].rank, rank[i]);
	}
	assert_non_null(seats_settle(&v.plan, &last, standing));
}

/* As many names as there are candidates, but one of them stands there twice. */
static void a_lot_names_each_candidate_once(void **state)
{
	static const uint64_t votes[VILLAGE_CANDIDATES] = { 9, 9, 9, 1, 1, 1 };
	static const struct lot twice[] = { { COUNCIL, 3, { 2, 2, 0 } },
		{ COUNCIL, 3, { 2, 0, 2 } }, { COUNCIL, 3, { 2, 0, 0 } } };
	struct standing standing[VILLAGE_CANDIDATES];
	struct village v;
	(void)state;
	village_init(&v);
	for (size_t i = 0; i < sizeof(twice) / sizeof(*twice); i++) {
		seats_allot(&v.plan, COUNCIL, votes, standing);
		assert_non_null(seats_settle(&v.plan, &twice[i], standing));
	}
}

/* A letter is a candidate's list, - none. */
static const struct {
	const char *what;
	uint16_t seats;
	uint16_t alternates;
	const char *list;
	uint64_t votes[VILLAGE_CANDIDATES];
	const char *outcomes;
	uint16_t rank[VILLAGE_CANDIDATES];
} pilot[] = {
	{ "about two thirds and one third", 3, 1, "aaabbb",
		{ 30, 20, 10, 15, 11, 7 }, "EE-EA-", { 1, 3, 5, 2, 4, 6 } },
	{ "the largest remainder gets what is left", 4, 0, "aaabbb",
		{ 30, 20, 10, 20, 15, 5 }, "EE-EE-", { 1, 3, 5, 2, 4, 6 } },
	{ "halves that rounding would give to both", 3, 0, "aaabbb",
		{ 30, 20, 10, 31, 20, 9 }, "EL-EL-", { 1, 3, 5, 1, 3, 5 } },
	{ "who is on no list is one of their own", 2, 1, "aab-bb",
		{ 10, 9, 8, 30, 7, 1 }, "E-AE--", { 2, 4, 3, 1, 5, 6 } },
	{ "a list that runs out leaves its places", 4, 0, "abbbbb",
		{ 90, 9, 5, 3, 2, 1 }, "EEEE--", { 1, 2, 3, 4, 5, 6 } },
	{ "equal people of a list", 1, 0, "aab-bb", { 9, 9, 5, 1, 1, 1 },
		"LL----", { 1, 1, 2, 3, 5, 5 } },
	{ "nobody without a vote", 6, 0, "aaabbb", { 5, 0, 0, 1, 0, 0 },
		"E--E--", { 1, 3, 3, 2, 3, 3 } },
	{ "no ballot", 2, 1, "aaabbb", { 0 }, "------", { 1, 1, 1, 1, 1, 1 } },
};

static void a_pilot_goes_by_largest_remainders(void **state)
{
	static const char letter[] = { '-', 'E', 'A', 'L', 'W' };
	struct standing standing[VILLAGE_CANDIDATES];
	struct village v;
	(void)state;
	for (size_t e = 0; e < sizeof(pilot) / sizeof(*pilot); e++) {
		village_init(&v);
		v.plan.contest[COUNCIL].rule = LIST_PROPORTIONAL_0_PILOT;
		v.plan.contest[COUNCIL].seats = pilot[e].seats;
		v.plan.contest[COUNCIL].alternates = pilot[e].alternates;
		for (size_t i = 0; i < VILLAGE_CANDIDATES; i++)
			if (pilot[e].list[i] != '-')
				v.candidate[i].list =
					(uint16_t)pilot[e].list[i];
		seats_allot(&v.plan, COUNCIL, pilot[e].votes, standing);
		for (size_t i = 0; i < VILLAGE_CANDIDATES; i++)
			if (letter[standing[i].outcome] !=
					pilot[e].outcomes[i] ||
				standing[i].rank != pilot[e].rank[i])
				fail_msg("%s: candidate %zu is %s, rank %d",
					pilot[e].what, i,
					outcome_text(standing[i].outcome),
					standing[i].rank);
	}
}

static bool at_least_as_good(enum outcome now, enum outcome before)
{
	static const int worth[] = {
		[NOT_ELECTED] = 0, [ALTERNATE] = 1, [LOT] = 1, [ELECTED] = 2
	};
	return worth[now] >= worth[before];
}

static void a_vote_more_never_hurts(void **state)
{
	struct standing before[VILLAGE_CANDIDATES];
	struct standing after[VILLAGE_CANDIDATES];
	struct village v;
	(void)state;
	village_init(&v);
	/* Every way to give six candidates up to three votes each. */
	for (unsigned n = 0; n < 4096; n++) {
		uint64_t votes[VILLAGE_CANDIDATES];
		for (unsigned i = 0; i < VILLAGE_CANDIDATES; i++)
			votes[i] = n >> 2 * i & 3;
		seats_allot(&v.plan, COUNCIL, votes, before);
		for (size_t i = 0; i < VILLAGE_CANDIDATES; i++) {
			votes[i]++;
			seats_allot(&v.plan, COUNCIL, votes, after);
			assert_true(at_least_as_good(
				after[i].outcome, before[i].outcome));
			assert_true(after[i].rank <= before[i].rank);
			votes[i]--;
		}
	}
}

static void never_more_seats_than_there_are(void **state)
{
	struct standing standing[VILLAGE_CANDIDATES];
	struct village v;
	(void)state;
	village_init(&v);
	for (unsigned n = 0; n < 4096; n++) {
		uint64_t votes[VILLAGE_CANDIDATES];
		size_t count[4] = { 0 };
		for (unsigned i = 0; i < VILLAGE_CANDIDATES; i++)
			votes[i] = n >> 2 * i & 3;
		seats_allot(&v.plan, COUNCIL, votes, standing);
		for (size_t i = 0; i < VILLAGE_CANDIDATES; i++)
			count[standing[i].outcome]++;
		assert_true(count[ELECTED] <= 2);
		assert_true(count[ELECTED] + count[ALTERNATE] <= 3);
		/* A lot is among more candidates than places. */
		assert_true(count[LOT] != 1);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(seats_go_as_the_rule_says),
		cmocka_unit_test(who_has_withdrawn_is_last),
		cmocka_unit_test(each_boundary_has_its_lot),
		cmocka_unit_test(a_lot_names_each_candidate_once),
		cmocka_unit_test(a_pilot_goes_by_largest_remainders),
		cmocka_unit_test(a_vote_more_never_hurts),
		cmocka_unit_test(never_more_seats_than_there_are),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
