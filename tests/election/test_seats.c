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
		cmocka_unit_test(a_vote_more_never_hurts),
		cmocka_unit_test(never_more_seats_than_there_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
