/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tally: its rows, its sums, that an overflow changes nothing, and that its
 * encoding comes back and none is accepted that cannot be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "appliance/election/tally.h"
#include "tests/support/election.h"

enum { SOUTH_CELLS = 2 * ROW_VOTES + VILLAGE_CANDIDATES + 3 };

static void fill(struct tally *tally, uint64_t start)
{
	for (size_t i = 0; i < tally->size; i++)
		tally->cell[i] = start + i;
}

static void a_tally_has_the_rows_of_its_contests(void **state)
{
	struct village v;
	struct tally tally;
	(void)state;
	village_init(&v);
	assert_true(tally_init(&tally, &v.plan, contests_of(MAYOR)));
	assert_int_equal(tally.size, ROW_VOTES + 3);
	assert_null(tally_row(&tally, COUNCIL));
	assert_ptr_equal(tally_row(&tally, MAYOR), tally.cell);
	assert_null(tally_row(&tally, 2));
	tally_free(&tally);
	assert_true(tally_init(&tally, &v.plan, contests_first(2)));
	assert_int_equal(tally.size, SOUTH_CELLS);
	assert_ptr_equal(tally_row(&tally, MAYOR),
		tally.cell + ROW_VOTES + VILLAGE_CANDIDATES);
	fill(&tally, 1);
	assert_int_equal(tally_ballots(&tally), 1 + 14);
	tally_free(&tally);
}

static void tallies_add_up(void **state)
{
	struct village v;
	struct tally sum;
	struct tally part;
	(void)state;
	village_init(&v);
	assert_true(tally_init(&sum, &v.plan, contests_first(2)));
	assert_true(tally_init(&part, &v.plan, contests_of(MAYOR)));
	fill(&sum, 100);
	fill(&part, 1);
	assert_null(tally_add(&sum, &part));
	assert_int_equal(tally_row(&sum, COUNCIL)[0], 100);
	assert_int_equal(tally_row(&sum, COUNCIL)[12], 112);
	assert_int_equal(tally_row(&sum, MAYOR)[0], 114);
	assert_int_equal(tally_row(&sum, MAYOR)[9], 132);
	assert_string_equal(tally_add(&part, &sum),
		"the tallies are of different contests");
	tally_free(&sum);
	tally_free(&part);
}

static void an_overflow_is_refused_and_changes_nothing(void **state)
{
	struct village v;
	struct tally sum;
	struct tally part;
	(void)state;
	village_init(&v);
	assert_true(tally_init(&sum, &v.plan, contests_first(2)));
	assert_true(tally_init(&part, &v.plan, contests_first(2)));
	fill(&sum, 7);
	fill(&part, 1);
	sum.cell[sum.size - 1] = UINT64_MAX;
	assert_string_equal(tally_add(&sum, &part), "a sum is above 2^64 - 1");
	assert_int_equal(sum.cell[0], 7);
	sum.cell[sum.size - 1] = UINT64_MAX - part.cell[sum.size - 1];
	assert_null(tally_add(&sum, &part));
	assert_int_equal(sum.cell[sum.size - 1], UINT64_MAX);
	tally_free(&sum);
	tally_free(&part);
}

static void a_tally_comes_back_from_the_wire(void **state)
{
	uint8_t wire[4 * SOUTH_CELLS + 1] = { 0 };
	struct writer w = writer_of(wire, sizeof(wire));
	struct village v;
	struct tally tally;
	struct tally back;
	(void)state;
	village_init(&v);
	assert_true(tally_init(&tally, &v.plan, contests_first(2)));
	assert_true(tally_init(&back, &v.plan, contests_first(2)));
	fill(&tally, UINT32_MAX - SOUTH_CELLS + 1);
	tally_encode(&w, &tally);
	assert_int_equal(w.size, tally_encoded_size(&v.plan, &tally.contests));
	assert_int_equal(w.size, 4 * SOUTH_CELLS);
	assert_null(tally_decode(&back, written(&w)));
	assert_memory_equal(
		back.cell, tally.cell, SOUTH_CELLS * sizeof(*back.cell));
	assert_non_null(tally_decode(&back, bytes_of(wire, w.size - 1)));
	assert_non_null(tally_decode(&back, bytes_of(wire, w.size + 1)));
	tally.cell[3] = (uint64_t)UINT32_MAX + 1;
	tally_encode(&w, &tally);
	assert_true(w.broken);
	tally_free(&tally);
	tally_free(&back);
}

/*
 * The mayor's row, right at first (10 cast: 7 valid, 2 blank, 1 unreadable;
 * 3 with unknown codes, 1 extra; 4, 2 and 1 votes), with one cell changed.
 */
static const struct {
	size_t cell;
	uint64_t value;
	const char *why;
} wrong[] = {
	{ ROW_CAST, 9, "valid and void ballots do not add up to those cast" },
	{ ROW_CAST, 101, "there are more ballots than the station was issued" },
	{ ROW_VALID, 6, "valid and void ballots do not add up to those cast" },
	{ ROW_BLANK, UINT64_MAX,
		"a tally has more ballots of one kind than cast" },
	{ ROW_UNKNOWN, 0, "a tally has more flawed ballots than ballots" },
	{ ROW_UNKNOWN, 9, "a tally has more flawed ballots than ballots" },
	{ ROW_REPEATED, 8, "a tally has more flawed ballots than ballots" },
	{ ROW_EXTRA, 8, "a tally has more flawed ballots than ballots" },
	{ ROW_VOTES, 8, "a candidate has more votes than valid ballots" },
	{ ROW_VOTES, 3, "the votes do not fit the number of valid ballots" },
	{ ROW_VOTES, 5, "the votes do not fit the number of valid ballots" },
};

static void a_tally_that_cannot_be_is_refused(void **state)
{
	static const uint64_t right[] = { 10, 7, 2, 1, 3, 0, 1, 4, 2, 1 };
	struct village v;
	struct tally tally;
	(void)state;
	village_init(&v);
	assert_true(tally_init(&tally, &v.plan, contests_of(MAYOR)));
	memcpy(tally.cell, right, sizeof(right));
	assert_null(tally_check(&tally, 100));
	assert_null(tally_check(&tally, 10));
	assert_non_null(tally_check(&tally, 9));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		memcpy(tally.cell, right, sizeof(right));
		tally.cell[wrong[i].cell] = wrong[i].value;
		refusal why = tally_check(&tally, 100);
		if (why == NULL)
			fail_msg("%zu is accepted", i);
		assert_string_equal(why, wrong[i].why);
	}
	memcpy(tally.cell, right, sizeof(right));
	v.candidate[VILLAGE_CANDIDATES].withdrawn = true;
	assert_string_equal(tally_check(&tally, 100),
		"a candidate who has withdrawn has votes");
	tally_free(&tally);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tally_has_the_rows_of_its_contests),
		cmocka_unit_test(tallies_add_up),
		cmocka_unit_test(an_overflow_is_refused_and_changes_nothing),
		cmocka_unit_test(a_tally_comes_back_from_the_wire),
		cmocka_unit_test(a_tally_that_cannot_be_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
