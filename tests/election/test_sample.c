/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The made-up city: its random numbers against published first outputs, the
 * same ballots from the same seed, and names that are all different.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "appliance/election/sample.h"
#include "appliance/formats/crypto.h"
#include "tests/support/election.h"

/* Known first outputs of xoshiro256** from 1, 2, 3, 4 and of splitmix64. */
static void the_generator_is_the_known_one(void **state)
{
	struct sample_random random = { { 1, 2, 3, 4 } };
	(void)state;
	assert_true(sample_next(&random) == 11520);
	assert_true(sample_next(&random) == 0);
	assert_true(sample_next(&random) == 1509978240);
	assert_true(sample_next(&random) == 1215971899390074240);

	random = sample_random_of(0);
	assert_true(random.state[0] == 0xe220a8397b1dcdaf);
	assert_true(random.state[1] == 0x6e789e6aa1b965f4);
}

static void numbers_stay_below(void **state)
{
	struct sample_random random = sample_random_of(1);
	size_t seen[7] = { 0 };
	(void)state;
	for (size_t i = 0; i < 7000; i++)
		seen[sample_below(&random, 7)]++;
	for (size_t i = 0; i < 7; i++)
		assert_in_range(seen[i], 850, 1150);
	assert_int_equal(sample_below(&random, 1), 0);
}

static void the_same_seed_gives_the_same_ballots(void **state)
{
	struct definition city;
	(void)state;
	city_definition(&city);
	struct bytes a = sampled_box(&city.plan, 3, 7);
	struct bytes b = sampled_box(&city.plan, 3, 7);
	struct bytes c = sampled_box(&city.plan, 3, 8);
	struct bytes d = sampled_box(&city.plan, 4, 7);
	assert_true(bytes_equal(a, b));
	assert_false(bytes_equal(a, c));
	assert_false(bytes_equal(a, d));
	free((void *)a.data);
	free((void *)b.data);
	free((void *)c.data);
	free((void *)d.data);
	definition_free(&city);
}

static void the_city_votes_like_a_city(void **state)
{
	struct definition city;
	struct tally total;
	uint64_t most = 0;
	uint64_t votes = 0;
	(void)state;
	city_definition(&city);
	assert_true(tally_init(&total, &city.plan, contests_first(1)));
	for (size_t s = 0; s < city.plan.stations; s++) {
		struct tally tally;
		struct bytes box = sampled_box(&city.plan, (uint16_t)s, 1405);
		uint64_t issued = city.plan.station[s].ballots_issued;
		count_box(&city.plan, (uint16_t)s, 1, box, &tally);
		assert_null(tally_check(&tally, (uint32_t)issued));
		assert_in_range(
			tally_ballots(&tally), issued / 2, issued * 4 / 5);
		assert_null(tally_add(&total, &tally));
		tally_free(&tally);
		free((void *)box.data);
	}
	const uint64_t *row = tally_row(&total, 0);
	assert_in_range(row[ROW_CAST], 18000, 22000);
	for (size_t i = ROW_BLANK; i < ROW_VOTES; i++)
		assert_true(row[i] > 0);
	assert_true(row[ROW_VALID] > row[ROW_CAST] * 9 / 10);
	for (size_t i = 0; i < SAMPLE_CANDIDATES; i++) {
		assert_true(row[ROW_VOTES + i] > 0);
		votes += row[ROW_VOTES + i];
		if (row[ROW_VOTES + i] > most)
			most = row[ROW_VOTES + i];
	}
	/* Popularity is uneven: the first has four times the average. */
	assert_true(most * SAMPLE_CANDIDATES > 4 * votes);
	tally_free(&total);
	definition_free(&city);
}

static void small_contests_can_be_sampled_too(void **state)
{
	struct village v;
	(void)state;
	village_init(&v);
	for (uint64_t seed = 0; seed < 50; seed++)
		for (size_t s = 0; s < VILLAGE_STATIONS; s++) {
			struct tally tally;
			struct bytes box =
				sampled_box(&v.plan, (uint16_t)s, seed);
			count_box(&v.plan, (uint16_t)s, 1, box, &tally);
			assert_null(tally_check(&tally, 100));
			tally_free(&tally);
			free((void *)box.data);
		}
}

static void names_are_all_different(void **state)
{
	struct definition city;
	(void)state;
	city_definition(&city);
	for (size_t i = 0; i < city.plan.candidates; i++)
		for (size_t j = 0; j < i; j++) {
			assert_string_not_equal(city.candidate_name[i].fa,
				city.candidate_name[j].fa);
			assert_string_not_equal(city.candidate_name[i].en,
				city.candidate_name[j].en);
		}
	definition_free(&city);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_generator_is_the_known_one),
		cmocka_unit_test(numbers_stay_below),
		cmocka_unit_test(the_same_seed_gives_the_same_ballots),
		cmocka_unit_test(the_city_votes_like_a_city),
		cmocka_unit_test(small_contests_can_be_sampled_too),
		cmocka_unit_test(names_are_all_different),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
