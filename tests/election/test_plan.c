/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan of an election: what plan_check() refuses and where it says so, and
 * that its encoding comes back and no other is accepted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "appliance/election/plan_check.h"
#include "appliance/election/result.h"
#include "appliance/record/items.h"
#include "tests/support/election.h"
#include "tests/support/scalar.h"

static void the_village_is_accepted(void **state)
{
	struct village village;
	(void)state;
	village_init(&village);
	assert_null(plan_check(&village.plan, NULL));
}

static void an_id_is_short_and_plain(void **state)
{
	(void)state;
	assert_true(id_is_valid(bytes_of_text("station-01")));
	assert_true(id_is_valid(bytes_of_text("7.b_c")));
	assert_true(
		id_is_valid(bytes_of_text("abcdefghijklmnopqrstuvwxyz012345")));
	assert_false(id_is_valid(bytes_of_text("")));
	assert_false(id_is_valid(bytes_of_text("-")));
	assert_false(id_is_valid(bytes_of_text("Station")));
	assert_false(id_is_valid(bytes_of_text("a b")));
	assert_false(id_is_valid(bytes_of_text("a=b")));
	assert_false(id_is_valid(bytes_of("a\0b", 3)));
	assert_false(id_is_valid(
		bytes_of_text("abcdefghijklmnopqrstuvwxyz0123456")));
}

/*
 * One thing wrong at a time, and where plan_check finds it.
 */

static void no_contests(struct village *v)
{
	v->plan.contests = 0;
}

static void no_stations(struct village *v)
{
	v->plan.stations = 0;
}

static void one_board(struct village *v)
{
	v->plan.roster[OFFICERS].quorum.member[2].board = EXECUTIVE;
}

static void one_signer(struct village *v)
{
	v->plan.roster[AUDITORS].quorum.need = 1;
}

static void too_many_signers(struct village *v)
{
	v->plan.roster[OPERATORS].quorum.need = 4;
}

static void none_of_a_board(struct village *v)
{
	v->plan.roster[OFFICERS].quorum.each = 0;
}

/* There is one of the supervisory board. */
static void two_of_a_board(struct village *v)
{
	v->plan.roster[OFFICERS].quorum.each = 2;
}

static void no_members(struct village *v)
{
	v->plan.roster[AUTHORITY].quorum.of = 0;
}

static void same_key_in_two_roles(struct village *v)
{
	v->plan.roster[AUDITORS].quorum.member[1].key =
		v->plan.roster[OFFICERS].quorum.member[0].key;
}

static void key_of_a_station_too(struct village *v)
{
	v->station[SOUTH].key = v->plan.roster[OFFICERS].quorum.member[0].key;
}

/* The secret of -Q is n minus that of Q. */
static void negative_of_a_key(struct village *v)
{
	const struct p256_public *key = &v->station[NORTH].key;
	uint8_t point[P256_COMPRESSED_SIZE];
	p256_to_compressed(key, point);
	point[0] ^= 1;
	assert_null(p256_from_compressed(
		bytes_of(point, sizeof(point)), &v->station[EAST].key));
	assert_false(p256_equal(key, &v->station[EAST].key));
}

static void key_of_a_recipient_too(struct village *v)
{
	v->plan.recipients = 1;
	strcpy(v->plan.recipient[0].id, "escrow");
	v->plan.recipient[0].key = v->station[EAST].key;
}

static void same_id(struct village *v)
{
	strcpy(v->station[EAST].id, "officer-2");
}

static void same_contest(struct village *v)
{
	strcpy(v->plan.contest[MAYOR].id, "council");
}

static void no_seats(struct village *v)
{
	v->plan.contest[MAYOR].seats = 0;
}

static void more_seats_than_candidates(struct village *v)
{
	v->plan.contest[MAYOR].seats = v->plan.contest[MAYOR].candidates + 1;
}

static void more_alternates_than_candidates(struct village *v)
{
	v->plan.contest[MAYOR].alternates =
		v->plan.contest[MAYOR].candidates + 1;
}

static void no_choices(struct village *v)
{
	v->plan.contest[MAYOR].max_choices = 0;
}

static void too_many_choices(struct village *v)
{
	v->plan.contest[MAYOR].max_choices = CHOICES_MOST + 1;
}

static void no_candidates(struct village *v)
{
	v->plan.contest[MAYOR].candidates = 0;
}

static void another_rule(struct village *v)
{
	v->plan.contest[COUNCIL].rule = (enum rule)3;
}

static void code_zero(struct village *v)
{
	v->candidate[4].code = 0;
}

static void code_twice(struct village *v)
{
	v->candidate[4].code = 2;
}

static void contest_of_nobody(struct village *v)
{
	v->station[EAST].contests = contests_of(2);
}

static void no_contest(struct village *v)
{
	v->station[EAST].contests = (struct contests){ { 0 } };
}

static void no_ballots(struct village *v)
{
	v->station[EAST].ballots_issued = 0;
}

static void no_boxes(struct village *v)
{
	v->station[EAST].boxes = 0;
}

static const struct {
	void (*spoil)(struct village *);
	const char *place;
} wrong[] = {
	{ no_contests, "contests" },
	{ no_stations, "stations" },
	{ one_board, "officers" },
	{ one_signer, "quorum.release.need" },
	{ too_many_signers, "quorum.boot.need" },
	{ none_of_a_board, "quorum.open.each" },
	{ two_of_a_board, "quorum.open.each" },
	{ no_members, "authority" },
	{ same_key_in_two_roles, "key" },
	{ key_of_a_station_too, "key" },
	{ negative_of_a_key, "key" },
	{ key_of_a_recipient_too, "key" },
	{ same_id, "id" },
	{ same_contest, "contests[1].id" },
	{ no_seats, "contests[1].seats" },
	{ more_seats_than_candidates, "contests[1].seats" },
	{ more_alternates_than_candidates, "contests[1].alternates" },
	{ no_choices, "contests[1].max_choices" },
	{ too_many_choices, "contests[1].max_choices" },
	{ no_candidates, "contests[1].candidates" },
	{ another_rule, "contests[0].rule" },
	{ code_zero, "contests[0].candidates[4].code" },
	{ code_twice, "contests[0].candidates[4].code" },
	{ contest_of_nobody, "stations[2].contests" },
	{ no_contest, "stations[2].contests" },
	{ no_ballots, "stations[2].ballots_issued" },
	{ no_boxes, "stations[2].boxes" },
};

static void what_is_wrong_is_found_in_its_place(void **state)
{
	struct village village;
	char place[PLAN_PLACE_MOST];
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		village_init(&village);
		wrong[i].spoil(&village);
		place[0] = '\0';
		if (!plan_check(&village.plan, place))
			fail_msg("%zu (%s) is accepted", i, wrong[i].place);
		if (!strstr(place, wrong[i].place))
			fail_msg("%s, not %s", place, wrong[i].place);
	}
}

/*
 * What a machine could not count, at each limit and one above it
 */

/* One contest in all of many stations, whose keys nobody has to use. */
struct large {
	struct village village;
	struct candidate *candidate;
	struct station *station;
};

static void large_init(
	struct large *large, size_t stations, uint16_t candidates)
{
	struct plan *plan = &large->village.plan;
	village_init(&large->village);
	plan->contests = 1;
	plan->contest[0].candidates = candidates;
	plan->candidates = candidates;
	plan->candidate = large->candidate =
		calloc(candidates, sizeof(*plan->candidate));
	for (uint16_t i = 0; i < candidates; i++)
		plan->candidate[i].code = 1 + i;
	plan->stations = stations;
	plan->station = large->station =
		calloc(stations, sizeof(*plan->station));
	for (size_t s = 0; s < stations; s++) {
		struct station *station = &plan->station[s];
		snprintf(station->id, sizeof(station->id), "s-%zu", s);
		memcpy(station->key.x, &s, sizeof(s));
		station->contests = contests_first(1);
		station->ballots_issued = UINT32_MAX;
		station->boxes = 1;
	}
}

static void large_free(struct large *large)
{
	free(large->candidate);
	free(large->station);
}

static void expect_refused(
	const struct large *large, const char *place, const char *why)
{
	char found[PLAN_PLACE_MOST] = "";
	const refusal refused = plan_check(&large->village.plan, found);
	if (refused == NULL || strstr(refused, why) == NULL)
		fail_msg("not refused for: %s", why);
	assert_string_equal(found, place);
}

static void stations_have_a_limit(void **state)
{
	struct large large;
	(void)state;
	large_init(&large, STATIONS_MOST + 1, 60);
	expect_refused(&large, "stations", "must be 1 to 65535");
	large.village.plan.stations = STATIONS_MOST;
	assert_null(plan_check(&large.village.plan, NULL));
	large_free(&large);
}

static void boxes_have_a_limit(void **state)
{
	enum { STATIONS = 1024 };
	struct large large;
	(void)state;
	large_init(&large, STATIONS, 60);
	for (size_t s = 0; s < STATIONS; s++)
		large.station[s].boxes = BOXES_MOST / STATIONS;
	assert_int_equal(plan_boxes(&large.village.plan), BOXES_MOST);
	assert_null(plan_check(&large.village.plan, NULL));
	large.station[STATIONS - 1].boxes++;
	expect_refused(&large, "stations", "262144 boxes in all");
	large_free(&large);
}

static void numbers_to_count_have_a_limit(void **state)
{
	enum {
		STATIONS = 4096,
		CANDIDATES = CELLS_MOST / STATIONS - ROW_VOTES
	};
	struct large large;
	(void)state;
	large_init(&large, STATIONS, CANDIDATES);
	assert_int_equal(plan_cells(&large.village.plan), CELLS_MOST);
	assert_null(plan_check(&large.village.plan, NULL));
	large_free(&large);
	large_init(&large, STATIONS, CANDIDATES + 1);
	expect_refused(&large, "stations", "12582912 numbers to count");
	large_free(&large);
}

/* Of a contest that is not voted on there there is no number. */
static void numbers_are_those_of_a_station_s_contests(void **state)
{
	struct village village;
	(void)state;
	village_init(&village);
	assert_int_equal(plan_cells(&village.plan),
		2 * (ROW_VOTES + VILLAGE_CANDIDATES) + 2 * (ROW_VOTES + 3));
	assert_int_equal(plan_boxes(&village.plan), 4);
}

/*
 * As many candidates as there may be, in so many contests, and every station
 * votes on all.
 */
static void give_candidates(struct large *large, uint16_t contests)
{
	const uint16_t each = (uint16_t)(CANDIDATES_ALL_MOST / contests);
	struct plan *plan = &large->village.plan;
	free(large->candidate);
	plan->candidates = CANDIDATES_ALL_MOST;
	plan->candidate = large->candidate =
		calloc(CANDIDATES_ALL_MOST, sizeof(*plan->candidate));
	for (size_t i = 0; i < CANDIDATES_ALL_MOST; i++)
		plan->candidate[i].code = (uint16_t)(1 + i % each);
	plan->contests = contests;
	for (size_t c = 0; c < plan->contests; c++) {
		plan->contest[c] = plan->contest[0];
		snprintf(plan->contest[c].id, sizeof(plan->contest[c].id),
			"contest-%zu", c);
		plan->contest[c].candidates = each;
		plan->contest[c].first = (uint16_t)(c * each);
	}
	for (size_t s = 0; s < plan->stations; s++)
		large->station[s].contests = plan_all_contests(plan);
}

static void candidates_have_a_limit(void **state)
{
	struct large large;
	struct plan *plan = &large.village.plan;
	(void)state;
	large_init(&large, 2, 60);
	give_candidates(&large, 4);
	assert_null(plan_check(plan, NULL));
	plan->candidates++;
	expect_refused(&large, "contests", "16384 candidates in all");
	plan->candidates--;
	plan->contest[2].candidates++;
	expect_refused(&large, "contests[2].candidates", "must be 1 to 4096");
	large_free(&large);
}

/* As many boxes as a station may have fit beside few candidates, not all. */
static void what_is_said_of_a_station_has_a_limit(void **state)
{
	struct large large;
	struct plan *plan = &large.village.plan;
	(void)state;
	large_init(&large, 1, CANDIDATES_MOST);
	large.station[0].boxes = UINT16_MAX;
	assert_null(plan_check(plan, NULL));
	give_candidates(&large, 4);
	while (plan_part_most(plan, 0) > PART_MOST)
		large.station[0].boxes--;
	assert_null(plan_check(plan, NULL));
	large.station[0].boxes++;
	expect_refused(
		&large, "stations[0].boxes", "too large for one station");
	large_free(&large);
}

/* As many as there may be of all that the head of a result has a line for. */
static void a_result_s_head_has_room_for_the_largest_plan(void **state)
{
	struct large large;
	struct plan *plan = &large.village.plan;
	struct result result;
	(void)state;
	large_init(&large, STATIONS_MOST, 60);
	give_candidates(&large, CONTESTS_MOST);
	for (size_t s = 0; s < STATIONS_MOST; s++)
		large.station[s].contests = contests_of(s % CONTESTS_MOST);
	assert_null(plan_check(plan, NULL));
	assert_true(result_init(&result, plan));
	assert_in_range(result_head_most(&result), 1, ITEMS_MOST / 2);
	result_free(&result);
	large_free(&large);
}

/* A law fixes the alternates, whoever stands. */
static void everybody_may_be_elected(void **state)
{
	struct village village;
	(void)state;
	village_init(&village);
	struct contest *mayor = &village.plan.contest[MAYOR];
	mayor->seats = mayor->candidates;
	mayor->alternates = mayor->candidates;
	assert_null(plan_check(&village.plan, NULL));
}

static struct bytes encode(const struct plan *plan)
{
	size_t most = plan_size_most(plan);
	struct writer w = writer_of(malloc(most), most);
	plan_encode(&w, plan);
	assert_false(w.broken);
	return written(&w);
}

static void decoding_gives_back_the_plan(void **state)
{
	struct definition city;
	struct plan *plan = NULL;
	(void)state;
	city_definition(&city);
	city.plan.candidate[3].withdrawn = true;
	city.plan.candidate[4].list = 513;
	struct bytes encoded = encode(&city.plan);
	assert_null(plan_decode(encoded, &plan));
	struct bytes again = encode(plan);
	assert_true(bytes_equal(encoded, again));
	assert_string_equal(plan->id, "sabzdasht-1405");
	assert_int_equal(plan->candidates, 60);
	assert_int_equal(plan->stations, 12);
	assert_memory_equal(
		plan->station, city.plan.station, 12 * sizeof(*plan->station));
	assert_memory_equal(plan->candidate, city.plan.candidate,
		60 * sizeof(*plan->candidate));
	assert_memory_equal(
		plan->roster, city.plan.roster, sizeof(plan->roster));
	plan_free(plan);
	free((void *)again.data);
	free((void *)encoded.data);
	definition_free(&city);
}

static void a_plan_cut_short_or_longer_is_refused(void **state)
{
	struct village village;
	struct plan *plan = NULL;
	(void)state;
	village_init(&village);
	struct bytes encoded = encode(&village.plan);
	uint8_t *longer = calloc(1, encoded.size + 1);
	memcpy(longer, encoded.data, encoded.size);
	assert_non_null(plan_decode(bytes_of(longer, encoded.size + 1), &plan));
	for (size_t size = 0; size < encoded.size; size++)
		assert_non_null(
			plan_decode(bytes_of(encoded.data, size), &plan));
	assert_null(plan);
	free(longer);
	free((void *)encoded.data);
}

static void a_plan_that_is_wrong_is_refused(void **state)
{
	struct village village;
	struct plan *plan = NULL;
	(void)state;
	for (size_t i = 2; i < sizeof(wrong) / sizeof(*wrong); i++) {
		village_init(&village);
		wrong[i].spoil(&village);
		struct bytes encoded = encode(&village.plan);
		assert_non_null(plan_decode(encoded, &plan));
		free((void *)encoded.data);
	}
	assert_null(plan);
}

static void every_byte_of_a_plan_means_something(void **state)
{
	struct village village;
	size_t refused = 0;
	(void)state;
	village_init(&village);
	struct bytes encoded = encode(&village.plan);
	uint8_t *changed = malloc(encoded.size);
	for (size_t i = 0; i < encoded.size; i++) {
		struct plan *plan = NULL;
		memcpy(changed, encoded.data, encoded.size);
		changed[i] ^= 0x40;
		if (plan_decode(bytes_of(changed, encoded.size), &plan)) {
			refused++;
			continue;
		}
		struct bytes again = encode(plan);
		assert_int_equal(again.size, encoded.size);
		assert_memory_equal(again.data, changed, again.size);
		free((void *)again.data);
		plan_free(plan);
	}
	assert_true(refused > encoded.size / 2);
	free(changed);
	free((void *)encoded.data);
}

static void things_are_found_by_id(void **state)
{
	struct village v;
	(void)state;
	village_init(&v);
	assert_int_equal(
		plan_find_station(&v.plan, bytes_of_text("east")), EAST);
	assert_int_equal(plan_find_station(&v.plan, bytes_of_text("eas")), -1);
	assert_int_equal(
		plan_find_contest(&v.plan, bytes_of_text("mayor")), MAYOR);
	assert_int_equal(plan_find_contest(&v.plan, bytes_of_text("")), -1);
	assert_int_equal(
		plan_find_member(&v.plan, OFFICERS, bytes_of_text("officer-3")),
		2);
	assert_int_equal(
		plan_find_member(&v.plan, AUDITORS, bytes_of_text("officer-3")),
		-1);
	const struct contests all = plan_all_contests(&v.plan);
	assert_int_equal(contests_count(&all), 2);
	assert_int_equal(plan_candidates(&v.plan, MAYOR)[2].code, 3);
}

/* In an order of their own: turned, and each is the begin of others' ids. */
static void each_of_many_stations_is_found(void **state)
{
	enum { MANY = 4000 };
	struct large large;
	struct plan *const plan = &large.village.plan;
	char id[ID_MOST + 1];
	(void)state;
	large_init(&large, MANY, 1);
	memset(plan->station[MANY - 1].id, '\0', sizeof(id));
	for (size_t s = 0; s < MANY; s++)
		snprintf(plan->station[s].id, sizeof(plan->station[s].id),
			"s-%zu", MANY - s);
	assert_null(plan_index(plan));
	for (size_t s = 0; s < MANY; s++) {
		snprintf(id, sizeof(id), "s-%zu", MANY - s);
		assert_int_equal(plan_find_station(plan, bytes_of_text(id)), s);
		snprintf(id, sizeof(id), "s-%zu.", MANY - s);
		assert_int_equal(
			plan_find_station(plan, bytes_of_text(id)), -1);
	}
	assert_int_equal(plan_find_station(plan, bytes_of_text("a")), -1);
	assert_int_equal(plan_find_station(plan, bytes_of_text("t")), -1);
	assert_int_equal(plan_find_station(plan, bytes_of_text("")), -1);
	assert_int_equal(plan_find_station(plan, bytes_of("s-1\0", 4)), -1);
	memset(id, 's', sizeof(id));
	assert_int_equal(plan_find_station(plan, bytes_of(id, sizeof(id))), -1);
	large_free(&large);
}

/* Both readers of a plan make the index; here ids are not in order. */
static void who_reads_a_plan_can_find(void **state)
{
	struct definition city;
	struct plan *plan = NULL;
	(void)state;
	city_definition(&city);
	memcpy(city.plan.station[0].id, "z", 2);
	struct bytes encoded = encode(&city.plan);
	assert_null(plan_decode(encoded, &plan));
	for (size_t s = 0; s < plan->stations; s++)
		assert_int_equal(plan_find_station(plan,
					 bytes_of_text(plan->station[s].id)),
			s);
	plan_free(plan);
	free((void *)encoded.data);
	definition_free(&city);
	city_definition(&city);
	for (size_t s = 0; s < city.plan.stations; s++)
		assert_int_equal(
			plan_find_station(&city.plan,
				bytes_of_text(city.plan.station[s].id)),
			s);
	definition_free(&city);
}

static void a_quorum_needs_enough_of_both_boards(void **state)
{
	struct village v;
	const struct quorum *quorum = &v.plan.roster[OFFICERS].quorum;
	(void)state;
	village_init(&v);
	assert_false(quorum_is_met(quorum, 0));
	assert_false(quorum_is_met(quorum, 1 << 2));
	assert_false(quorum_is_met(quorum, 1 << 0 | 1 << 1));
	assert_true(quorum_is_met(quorum, 1 << 0 | 1 << 2));
	assert_true(quorum_is_met(quorum, 7));
	assert_false(quorum_is_met(quorum, 15));
}

/* One more of the supervisory board, and all but one have to sign. */
static void ask_two_of_each(struct quorum *officers)
{
	officers->member[officers->of++] = (struct quorum_member){
		.key = scalar_public(200),
		.board = SUPERVISORY,
	};
	officers->need = 4;
	officers->each = 2;
}

static void a_quorum_may_need_more_than_one_of_a_board(void **state)
{
	struct village v;
	struct quorum *officers = &v.plan.roster[OFFICERS].quorum;
	struct plan *plan;
	char place[PLAN_PLACE_MOST];
	(void)state;
	village_init(&v);
	ask_two_of_each(officers);
	strcpy(v.plan.roster[OFFICERS].id[3], "officer-4");
	assert_null(plan_check(&v.plan, place));
	const struct bytes encoded = encode(&v.plan);
	assert_null(plan_decode(encoded, &plan));
	assert_int_equal(plan->roster[OFFICERS].quorum.each, 2);
	assert_true(quorum_equal(&plan->roster[OFFICERS].quorum, officers));
	plan_free(plan);
	free((void *)encoded.data);
	officers->need = 3;
	assert_non_null(plan_check(&v.plan, place));
	assert_string_equal(place, "quorum.open.each");
	/* Three of the executive board and one of the other. */
	officers->member[officers->of++].board = EXECUTIVE;
	officers->need = 4;
	assert_true(quorum_is_met(officers, 1 << 0 | 1 << 1 | 1 << 2 | 1 << 3));
	assert_false(
		quorum_is_met(officers, 1 << 0 | 1 << 1 | 1 << 4 | 1 << 3));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_village_is_accepted),
		cmocka_unit_test(an_id_is_short_and_plain),
		cmocka_unit_test(what_is_wrong_is_found_in_its_place),
		cmocka_unit_test(everybody_may_be_elected),
		cmocka_unit_test(stations_have_a_limit),
		cmocka_unit_test(boxes_have_a_limit),
		cmocka_unit_test(numbers_to_count_have_a_limit),
		cmocka_unit_test(numbers_are_those_of_a_station_s_contests),
		cmocka_unit_test(candidates_have_a_limit),
		cmocka_unit_test(what_is_said_of_a_station_has_a_limit),
		cmocka_unit_test(a_result_s_head_has_room_for_the_largest_plan),
		cmocka_unit_test(decoding_gives_back_the_plan),
		cmocka_unit_test(a_plan_cut_short_or_longer_is_refused),
		cmocka_unit_test(a_plan_that_is_wrong_is_refused),
		cmocka_unit_test(every_byte_of_a_plan_means_something),
		cmocka_unit_test(things_are_found_by_id),
		cmocka_unit_test(each_of_many_stations_is_found),
		cmocka_unit_test(who_reads_a_plan_can_find),
		cmocka_unit_test(a_quorum_needs_enough_of_both_boards),
		cmocka_unit_test(a_quorum_may_need_more_than_one_of_a_board),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
