/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of contests: what is put in is in, at every border of a word, and a plan
 * of as many contests as there may be is counted, contest by contest.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "appliance/election/ballots.h"
#include "appliance/election/plan_check.h"
#include "appliance/election/rules.h"
#include "appliance/election/tally.h"
#include "tests/support/election.h"
#include "tests/support/patience.h"

enum { PATIENCE = 10 };

static void a_set_has_what_was_put_in(void **state)
{
	static const size_t member[] = { 0, 1, 63, 64, 127, 128, 191, 192,
		255 };
	enum { MEMBERS = sizeof(member) / sizeof(member[0]) };
	struct contests set = { { 0 } };
	size_t next = 0;
	(void)state;
	assert_int_equal(contests_next(&set, 0), CONTESTS_MOST);
	for (size_t i = 0; i < MEMBERS; i++) {
		const struct contests before = set;
		assert_false(contests_has(&set, member[i]));
		contests_add(&set, member[i]);
		assert_true(contests_has(&set, member[i]));
		assert_int_equal(contests_count(&set), i + 1);
		assert_true(contests_within(&before, &set));
		assert_false(contests_within(&set, &before));
		assert_false(contests_equal(&set, &before));
	}
	for (size_t i = 0; i < MEMBERS; i++) {
		next = contests_next(&set, next);
		assert_int_equal(next++, member[i]);
	}
	assert_int_equal(contests_next(&set, next), CONTESTS_MOST);
	assert_false(contests_has(&set, CONTESTS_MOST));
	assert_false(contests_has(&set, SIZE_MAX));
}

static void first_contests_are_a_set(void **state)
{
	(void)state;
	for (size_t n = 0; n <= CONTESTS_MOST; n++) {
		const struct contests set = contests_first(n);
		assert_int_equal(contests_count(&set), n);
		assert_false(contests_has(&set, n));
		assert_true(n == 0 || contests_has(&set, n - 1));
	}
	for (size_t c = 0; c < CONTESTS_MOST; c++) {
		const struct contests set = contests_of(c);
		assert_int_equal(contests_next(&set, 0), c);
		assert_int_equal(contests_count(&set), 1);
	}
}

/*
 * Villages that share a machine: contest c has c % 3 + 1 candidates, station s
 * votes on every third contest from s.
 */
enum { CHOICES = 1, CANDIDATES_OF = 3 };

struct many {
	struct village village;
	struct candidate candidate[CONTESTS_MOST * CANDIDATES_OF];
};

static void many_init(struct many *many)
{
	struct plan *plan = &many->village.plan;
	village_init(&many->village);
	plan->contests = CONTESTS_MOST;
	plan->candidates = 0;
	plan->candidate = many->candidate;
	for (size_t c = 0; c < CONTESTS_MOST; c++) {
		struct contest *contest = &plan->contest[c];
		*contest = (struct contest){ .rule = RELATIVE_MAJORITY_1,
			.seats = 1,
			.max_choices = CHOICES,
			.candidates = (uint16_t)(c % CANDIDATES_OF + 1),
			.first = (uint16_t)plan->candidates };
		snprintf(contest->id, sizeof(contest->id), "village-%zu", c);
		for (uint16_t i = 0; i < contest->candidates; i++)
			many->candidate[plan->candidates++] =
				(struct candidate){ .code = 1 + i };
	}
	for (size_t s = 0; s < VILLAGE_STATIONS; s++) {
		many->village.station[s].contests = (struct contests){ { 0 } };
		for (size_t c = s; c < CONTESTS_MOST; c += VILLAGE_STATIONS)
			contests_add(&many->village.station[s].contests, c);
	}
}

static void a_plan_has_as_many_contests_as_there_may_be(void **state)
{
	static struct many many;
	struct plan *plan;
	(void)state;
	many_init(&many);
	const size_t most = plan_size_most(&many.village.plan);
	uint8_t *space = malloc(most);
	struct writer out = writer_of(space, most);
	assert_null(plan_check(&many.village.plan, NULL));
	plan_encode(&out, &many.village.plan);
	assert_false(out.broken);
	assert_null(plan_decode(written(&out), &plan));
	assert_int_equal(plan->contests, CONTESTS_MOST);
	assert_memory_equal(plan->contest, many.village.plan.contest,
		sizeof(plan->contest));
	assert_memory_equal(plan->station, many.village.station,
		sizeof(many.village.station));
	plan_free(plan);
	free(space);
}

static void one_contest_more_is_refused(void **state)
{
	static struct many many;
	char place[PLAN_PLACE_MOST];
	(void)state;
	many_init(&many);
	many.village.plan.contests = CONTESTS_MOST + 1;
	assert_string_equal(
		plan_check(&many.village.plan, place), "must be 1 to 256");
	assert_string_equal(place, "contests");
}

/* Ballot c of contest c is for the contest's last candidate, c + 1 times. */
static void count(
	const struct plan *plan, uint16_t station, struct tally *tally)
{
	struct ballots_list list;
	struct bytes box = { 0 };
	uint8_t *payload;
	ballots_list_init(&list);
	for (unsigned c = 0; c < CONTESTS_MOST; c++)
		for (unsigned i = 0;
			i <= c && contests_has(&plan->station[station].contests,
					  (uint16_t)c);
			i++)
			assert_null(ballots_list_add(&list, (uint16_t)c,
				&plan->contest[c].candidates, 1));
	assert_null(ballots_list_encode(
		&list, plan, station, 1, &payload, &box.size));
	box.data = payload;
	count_box(plan, station, 1, box, tally);
	ballots_list_free(&list);
	free(payload);
}

static void each_of_many_contests_is_counted(void **state)
{
	static struct many many;
	struct tally total;
	struct tally tally;
	const struct plan *plan = &many.village.plan;
	(void)state;
	many_init(&many);
	assert_true(tally_init(&total, plan, plan_all_contests(plan)));
	for (unsigned s = 0; s < VILLAGE_STATIONS; s++) {
		many.village.station[s].ballots_issued = CONTESTS_MOST;
		count(plan, (uint16_t)s, &tally);
		assert_null(tally_check(&tally, CONTESTS_MOST));
		assert_null(tally_add(&total, &tally));
		tally_free(&tally);
	}
	for (unsigned c = 0; c < CONTESTS_MOST; c++) {
		const uint64_t *row = tally_row(&total, (uint16_t)c);
		const size_t last = plan->contest[c].candidates - 1U;
		assert_int_equal(row[ROW_CAST], c + 1);
		assert_int_equal(row[ROW_VALID], c + 1);
		assert_int_equal(row[ROW_VOTES + last], c + 1);
	}
	tally_free(&total);
}

/* The codes are good; only the contest is another station's. */
static void a_ballot_of_a_contest_that_is_not_voted_on_is_refused(void **state)
{
	static struct many many;
	struct ballots_list list;
	const uint16_t code = 1;
	uint8_t *payload;
	size_t size;
	uint32_t ballots;
	(void)state;
	many_init(&many);
	const struct contests own = many.village.station[0].contests;
	many.village.station[0].contests = contests_first(CONTESTS_MOST);
	ballots_list_init(&list);
	assert_null(ballots_list_add(&list, 254, &code, 1));
	assert_null(ballots_list_encode(
		&list, &many.village.plan, 0, 1, &payload, &size));
	assert_null(ballots_check(
		bytes_of(payload, size), &many.village.plan, 0, 1, &ballots));
	many.village.station[0].contests = own;
	assert_string_equal(ballots_check(bytes_of(payload, size),
				    &many.village.plan, 0, 1, &ballots),
		"a ballot is of a contest that the station does not have");
	ballots_list_free(&list);
	free(payload);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_set_has_what_was_put_in),
		cmocka_unit_test(first_contests_are_a_set),
		cmocka_unit_test(a_plan_has_as_many_contests_as_there_may_be),
		cmocka_unit_test(one_contest_more_is_refused),
		cmocka_unit_test(each_of_many_contests_is_counted),
		cmocka_unit_test(
			a_ballot_of_a_contest_that_is_not_voted_on_is_refused),
	};
	patience(PATIENCE);
	return cmocka_run_group_tests_name("contests", tests, NULL, NULL);
}
