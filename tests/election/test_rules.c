/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How one ballot is counted, against tables of marks and what the rule makes of
 * them: valid, blank or unreadable, and whose the votes are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "appliance/election/rules.h"
#include "tests/support/election.h"

/* The council has codes 1 to 6 and three choices. */
static void read_ballots(const struct village *v, struct tally *tally,
	uint32_t multiplicity, uint16_t contest, const uint16_t *codes,
	uint16_t n)
{
	uint8_t choices[64];
	struct writer w = writer_of(choices, sizeof(choices));
	struct ballot ballot = { multiplicity, contest, n, choices };
	struct counter counter;
	for (size_t i = 0; i < n; i++)
		write_u16(&w, codes[i]);
	assert_true(tally_init(tally, &v->plan, plan_all_contests(&v->plan)));
	assert_true(counter_init(&counter, &v->plan));
	counter_begin(&counter, tally);
	counter_count(&counter, &ballot, 1);
	counter_free(&counter);
	assert_null(tally_check(tally, 100));
}

struct example {
	const char *what;
	uint16_t n;
	uint16_t codes[8];
	/* cast valid blank unreadable unknown repeated extra, then votes. */
	uint64_t row[ROW_VOTES + VILLAGE_CANDIDATES];
};

static const struct example example[] = {
	{ "one name", 1, { 4 }, { 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0 } },
	{ "as many names as seats allow", 3, { 6, 1, 3 },
		{ 1, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1 } },
	{ "extras are dropped from the end", 5, { 6, 1, 3, 2, 5 },
		{ 1, 1, 0, 0, 0, 0, 1, 1, 0, 1, 0, 0, 1 } },
	{ "a repeated name counts once", 3, { 2, 2, 2 },
		{ 1, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0 } },
	{ "a repeated name takes nobody's place", 4, { 2, 2, 3, 4 },
		{ 1, 1, 0, 0, 0, 1, 0, 0, 1, 1, 1, 0, 0 } },
	{ "a repeated name is no extra", 4, { 2, 3, 4, 2 },
		{ 1, 1, 0, 0, 0, 1, 0, 0, 1, 1, 1, 0, 0 } },
	{ "an extra named twice is both", 5, { 1, 2, 3, 4, 4 },
		{ 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0 } },
	{ "unknown codes are not read, the rest is", 3, { 99, 5, 0 },
		{ 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0 } },
	{ "an unknown code takes nobody's place", 4, { 99, 1, 2, 3 },
		{ 1, 1, 0, 0, 1, 0, 0, 1, 1, 1, 0, 0, 0 } },
	{ "an unknown code twice is no repeated name", 3, { 99, 99, 1 },
		{ 1, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0 } },
	{ "blank: void, cast", 0, { 0 },
		{ 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 } },
	{ "nothing readable: void, cast", 2, { 7, 65535 },
		{ 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0 } },
	{ "everything at once", 8, { 99, 4, 4, 5, 6, 1, 1, 2 },
		{ 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1 } },
};

static void a_ballot_is_read_as_the_rule_says(void **state)
{
	struct village v;
	struct tally tally;
	(void)state;
	village_init(&v);
	for (size_t i = 0; i < sizeof(example) / sizeof(*example); i++) {
		read_ballots(
			&v, &tally, 1, COUNCIL, example[i].codes, example[i].n);
		const uint64_t *row = tally_row(&tally, COUNCIL);
		for (size_t c = 0; c < ROW_VOTES + VILLAGE_CANDIDATES; c++)
			if (row[c] != example[i].row[c])
				fail_msg("%s: cell %zu is %ju", example[i].what,
					c, (uintmax_t)row[c]);
		tally_free(&tally);
	}
}

static void equal_ballots_count_as_many(void **state)
{
	struct village v;
	struct tally tally;
	(void)state;
	village_init(&v);
	for (size_t i = 0; i < sizeof(example) / sizeof(*example); i++) {
		read_ballots(&v, &tally, 70, COUNCIL, example[i].codes,
			example[i].n);
		const uint64_t *row = tally_row(&tally, COUNCIL);
		for (size_t c = 0; c < ROW_VOTES + VILLAGE_CANDIDATES; c++)
			assert_int_equal(row[c], 70 * example[i].row[c]);
		tally_free(&tally);
	}
}

static void contests_are_counted_apart(void **state)
{
	struct village v;
	struct tally tally;
	uint16_t codes[] = { 2, 3 };
	(void)state;
	village_init(&v);
	read_ballots(&v, &tally, 1, MAYOR, codes, 2);
	const uint64_t *council = tally_row(&tally, COUNCIL);
	const uint64_t *mayor = tally_row(&tally, MAYOR);
	for (size_t c = 0; c < ROW_VOTES + VILLAGE_CANDIDATES; c++)
		assert_int_equal(council[c], 0);
	assert_int_equal(mayor[ROW_CAST], 1);
	assert_int_equal(mayor[ROW_EXTRA], 1);
	assert_int_equal(mayor[ROW_VOTES + 0], 0);
	assert_int_equal(mayor[ROW_VOTES + 1], 1);
	assert_int_equal(mayor[ROW_VOTES + 2], 0);
	tally_free(&tally);
}

static void who_has_withdrawn_is_not_read(void **state)
{
	static const uint64_t expected[ROW_VOTES + VILLAGE_CANDIDATES] = { 1, 1,
		0, 0, 1, 0, 0, 0, 0, 1, 1, 1 };
	static const uint64_t alone[ROW_VOTES + VILLAGE_CANDIDATES] = { 1, 0, 0,
		1, 1 };
	const uint16_t four[] = { 2, 3, 4, 5 };
	struct village v;
	struct tally tally;
	(void)state;
	village_init(&v);
	v.candidate[1].withdrawn = true;
	read_ballots(&v, &tally, 1, COUNCIL, four, 4);
	assert_memory_equal(
		tally_row(&tally, COUNCIL), expected, sizeof(expected));
	tally_free(&tally);
	read_ballots(&v, &tally, 1, COUNCIL, four, 1);
	assert_memory_equal(tally_row(&tally, COUNCIL), alone, sizeof(alone));
	tally_free(&tally);
}

/* The same name on the next ballot is no repeated name. */
static void ballots_do_not_know_each_other(void **state)
{
	struct village v;
	struct tally tally;
	struct counter counter;
	uint8_t choices[] = { 0, 1, 0, 2 };
	struct ballot ballot[] = {
		{ 1, COUNCIL, 2, choices },
		{ 1, MAYOR, 1, choices },
		{ 1, COUNCIL, 2, choices },
	};
	(void)state;
	village_init(&v);
	assert_true(tally_init(&tally, &v.plan, plan_all_contests(&v.plan)));
	assert_true(counter_init(&counter, &v.plan));
	counter_begin(&counter, &tally);
	counter_count(&counter, ballot, 3);
	assert_int_equal(tally_row(&tally, COUNCIL)[ROW_REPEATED], 0);
	assert_int_equal(tally_row(&tally, COUNCIL)[ROW_VOTES], 2);
	assert_int_equal(tally_row(&tally, MAYOR)[ROW_VOTES], 1);
	counter_free(&counter);
	tally_free(&tally);
}

/* More than there are bits in a word: two of them are not one named twice. */
static void many_candidates_are_told_apart(void **state)
{
	enum { MANY = 200 };
	static struct candidate candidate[MANY];
	static const uint16_t sets[][3] = { { 1, 65, 129 }, { 1, 64, 128 } };
	struct village v;
	struct tally tally;

	(void)state;
	village_init(&v);
	for (int i = 0; i < MANY; i++)
		candidate[i].code = (uint16_t)(i + 1);
	v.plan.contests = 1;
	v.plan.candidate = candidate;
	v.plan.candidates = MANY;
	v.plan.contest[COUNCIL].candidates = MANY;
	for (size_t s = 0; s < sizeof(sets) / sizeof(sets[0]); s++) {
		read_ballots(&v, &tally, 1, COUNCIL, sets[s], 3);
		uint64_t *row = tally_row(&tally, COUNCIL);
		assert_int_equal(row[ROW_CAST], 1);
		assert_int_equal(row[ROW_VALID], 1);
		assert_int_equal(row[ROW_REPEATED], 0);
		for (size_t i = 0; i < 3; i++)
			assert_int_equal(row[ROW_VOTES + sets[s][i] - 1], 1);
		tally_free(&tally);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ballot_is_read_as_the_rule_says),
		cmocka_unit_test(equal_ballots_count_as_many),
		cmocka_unit_test(contests_are_counted_apart),
		cmocka_unit_test(who_has_withdrawn_is_not_read),
		cmocka_unit_test(ballots_do_not_know_each_other),
		cmocka_unit_test(many_candidates_are_told_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
