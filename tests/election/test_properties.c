/* SPDX-License-Identifier: Apache-2.0 */
/* What holds for every election, tried on made-up ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "appliance/election/result.h"
#include "appliance/election/rules.h"
#include "appliance/election/sample.h"
#include "tests/support/election.h"

enum {
	ROUNDS = 300,
	RANKINGS = 6000,
	BALLOTS = 40,
	MARKS = 6,
	BOXES = 3,
	BOXES_ALL = VILLAGE_STATIONS * BOXES,
};

struct sheet {
	uint16_t station;
	uint16_t contest;
	uint16_t n;
	uint16_t codes[MARKS];
};

/* A village with other rules, and what its people voted. */
struct town {
	struct village v;
	struct sheet sheet[BALLOTS];
};

static uint16_t below(struct sample_random *random, unsigned limit)
{
	return (uint16_t)sample_below(random, limit);
}

/* Keys take long to make and play no part here. */
static void copy_village(struct village *v)
{
	static struct village made;
	if (made.plan.contests == 0)
		village_init(&made);
	*v = made;
	v->plan.candidate = v->candidate;
	v->plan.station = v->station;
}

static void make_rules(struct village *v, struct sample_random *random)
{
	struct contest *contest = &v->plan.contest[COUNCIL];
	copy_village(v);
	contest->seats = (uint16_t)(1 + below(random, 4));
	contest->alternates = below(random, 4);
	contest->max_choices = (uint16_t)(1 + below(random, 4));
	contest->tie_breaks = (uint8_t)below(random, 3);
	for (size_t i = 0; i < VILLAGE_CANDIDATES; i++) {
		v->candidate[i].tie_break[0] = below(random, 2);
		v->candidate[i].tie_break[1] = below(random, 2);
		v->candidate[i].list = below(random, 3);
		v->candidate[i].withdrawn = below(random, 12) == 0;
	}
	for (size_t s = 0; s < VILLAGE_STATIONS; s++)
		v->station[s].boxes = BOXES;
}

static void make_sheet(const struct plan *plan, struct sheet *sheet,
	struct sample_random *random)
{
	do {
		sheet->station = below(random, VILLAGE_STATIONS);
		sheet->contest = below(random, 2);
	} while (!contests_has(
		&plan->station[sheet->station].contests, sheet->contest));
	sheet->n = below(random, MARKS + 1);
	for (size_t i = 0; i < sheet->n; i++)
		sheet->codes[i] = below(random, VILLAGE_CANDIDATES + 3);
}

static void make_town(struct town *town, uint64_t seed)
{
	struct sample_random random = sample_random_of(seed);
	make_rules(&town->v, &random);
	for (size_t i = 0; i < BALLOTS; i++)
		make_sheet(&town->v.plan, &town->sheet[i], &random);
}

/* Counts those of a station's sheets whose box this is; all for box 0. */
static void count_sheets(const struct plan *plan, const struct sheet *sheet,
	const uint16_t *box, uint16_t station, uint16_t sequence,
	struct tally *tally)
{
	struct ballots_list list;
	uint8_t *payload;
	size_t size;
	ballots_list_init(&list);
	for (size_t i = 0; i < BALLOTS; i++)
		if (sheet[i].station == station &&
			(box == NULL || box[i] == sequence))
			assert_null(ballots_list_add(&list, sheet[i].contest,
				sheet[i].codes, sheet[i].n));
	assert_null(ballots_list_encode(
		&list, plan, station, sequence, &payload, &size));
	ballots_list_free(&list);
	count_box(plan, station, sequence, bytes_of(payload, size), tally);
	free(payload);
}

static void enter(struct result *result, const struct sheet *sheet,
	const uint16_t *box, uint16_t station, uint16_t sequence)
{
	struct tally tally;
	struct result_box one = {
		.entry = result->boxes, .station = station, .sequence = sequence
	};
	count_sheets(result->plan, sheet, box, station, sequence, &tally);
	one.ballots = tally_ballots(&tally);
	assert_null(result_add_box(result, &one, &tally));
	tally_free(&tally);
}

static void begin(struct result *result, const struct plan *plan)
{
	assert_true(result_init(result, plan));
	result->binding = (struct result_binding){ .ak = { { 0, 0x0b } },
		.bk = { { 0, 0x0b } },
		.rk = { { 0, 0x0b } },
		.checkpoint_size = 64 };
}

/* The text, with what it says of boxes cut out; frees the result. */
static char *numbers_of(struct result *result)
{
	size_t most = result_size_most(result);
	char *text = calloc(1, most + 1);
	char *out = calloc(1, most + 1);
	struct writer w = writer_of(text, most);
	struct writer kept = writer_of(out, most);
	char *rest = NULL;
	assert_null(result_write(&w, result));
	for (char *line = strtok_r(text, "\n", &rest); line;
		line = strtok_r(NULL, "\n", &rest)) {
		char *boxes = strstr(line, "boxes=");
		if (strncmp(line, "box: ", 5) == 0 ||
			strncmp(line, "boxes: ", 7) == 0 ||
			strncmp(line, "missing: ", 9) == 0 ||
			strncmp(line, "stations-root: ", 15) == 0)
			continue;
		if (boxes != NULL)
			memset(boxes, '#', strlen("boxes=0/0"));
		write_text(&kept, line);
		write_u8(&kept, '\n');
	}
	free(text);
	result_free(result);
	return out;
}

/* One box to a station, in the order of the definition. */
static char *plain_count(const struct town *town)
{
	struct result result;
	begin(&result, &town->v.plan);
	for (size_t s = 0; s < VILLAGE_STATIONS; s++)
		enter(&result, town->sheet, NULL, (uint16_t)s, 1);
	return numbers_of(&result);
}

static void shuffle(uint16_t *order, size_t n, struct sample_random *random)
{
	for (size_t i = 0; i < n; i++)
		order[i] = (uint16_t)i;
	for (size_t i = n; i > 1; i--) {
		size_t j = sample_below(random, i);
		uint16_t held = order[j];
		order[j] = order[i - 1];
		order[i - 1] = held;
	}
}

static void the_order_of_ballots_changes_nothing(void **state)
{
	(void)state;
	for (uint64_t round = 0; round < ROUNDS; round++) {
		struct sample_random random = sample_random_of(round);
		struct town town;
		struct town other;
		uint16_t order[BALLOTS];
		make_town(&town, round);
		make_town(&other, round);
		shuffle(order, BALLOTS, &random);
		for (size_t i = 0; i < BALLOTS; i++)
			other.sheet[i] = town.sheet[order[i]];
		char *one = plain_count(&town);
		char *two = plain_count(&other);
		assert_string_equal(one, two);
		free(one);
		free(two);
	}
}

/* Straight into the counter, where no payload has put them into order. */
static void the_order_of_counting_changes_nothing(void **state)
{
	(void)state;
	for (uint64_t round = 0; round < ROUNDS; round++) {
		struct sample_random random = sample_random_of(round);
		struct town town;
		struct tally tally[2];
		uint16_t order[BALLOTS];
		make_town(&town, round);
		shuffle(order, BALLOTS, &random);
		for (size_t turn = 0; turn < 2; turn++) {
			struct counter counter;
			assert_true(tally_init(
				&tally[turn], &town.v.plan, contests_first(2)));
			assert_true(counter_init(&counter, &town.v.plan));
			counter_begin(&counter, &tally[turn]);
			for (size_t i = 0; i < BALLOTS; i++) {
				const struct sheet *sheet =
					&town.sheet[turn == 0 ? i : order[i]];
				uint8_t choices[2 * MARKS];
				struct writer w =
					writer_of(choices, sizeof(choices));
				struct ballot ballot = { 1, sheet->contest,
					sheet->n, choices };
				for (size_t m = 0; m < sheet->n; m++)
					write_u16(&w, sheet->codes[m]);
				counter_count(&counter, &ballot, 1);
			}
			counter_free(&counter);
		}
		assert_memory_equal(tally[0].cell, tally[1].cell,
			tally[0].size * sizeof(uint64_t));
		tally_free(&tally[0]);
		tally_free(&tally[1]);
	}
}

/*
 * Ballots of a station in one box, or spread over three that come between
 * those of other stations in any order.
 */
static void splitting_and_permuting_boxes_changes_only_their_list(void **state)
{
	(void)state;
	for (uint64_t round = 0; round < ROUNDS; round++) {
		struct sample_random random = sample_random_of(round);
		struct town town;
		struct result result;
		uint16_t box[BALLOTS];
		uint16_t order[BOXES_ALL];
		make_town(&town, round);
		for (size_t i = 0; i < BALLOTS; i++)
			box[i] = (uint16_t)(1 + below(&random, BOXES));
		shuffle(order, BOXES_ALL, &random);
		begin(&result, &town.v.plan);
		for (size_t i = 0; i < BOXES_ALL; i++)
			enter(&result, town.sheet, box,
				order[i] % VILLAGE_STATIONS,
				(uint16_t)(1 + order[i] / VILLAGE_STATIONS));
		char *one = plain_count(&town);
		char *two = numbers_of(&result);
		assert_string_equal(one, two);
		free(one);
		free(two);
	}
}

/* Totals, ranks and outcomes: what stands before the stations' lines. */
static char *totals_of(char *numbers)
{
	*strstr(numbers, "station: ") = '\0';
	return numbers;
}

static void the_order_of_stations_changes_no_total(void **state)
{
	(void)state;
	for (uint64_t round = 0; round < ROUNDS; round++) {
		struct sample_random random = sample_random_of(round);
		struct town town;
		struct town other;
		uint16_t order[VILLAGE_STATIONS];
		make_town(&town, round);
		make_town(&other, round);
		shuffle(order, VILLAGE_STATIONS, &random);
		for (size_t s = 0; s < VILLAGE_STATIONS; s++)
			other.v.station[order[s]] = town.v.station[s];
		for (size_t i = 0; i < BALLOTS; i++)
			other.sheet[i].station = order[town.sheet[i].station];
		char *one = totals_of(plain_count(&town));
		char *two = totals_of(plain_count(&other));
		assert_string_equal(one, two);
		free(one);
		free(two);
	}
}

static uint64_t cell(const char *line, const char *name)
{
	return strtoull(strstr(line, name) + strlen(name), NULL, 10);
}

static void what_was_cast_is_valid_or_void_in_every_row(void **state)
{
	(void)state;
	for (uint64_t round = 0; round < ROUNDS; round++) {
		struct town town;
		size_t rows = 0;
		make_town(&town, round);
		char *text = plain_count(&town);
		for (const char *at = text; (at = strstr(at, " cast="));
			at++, rows++)
			assert_int_equal(cell(at, "cast="),
				cell(at, "valid=") + cell(at, "blank=") +
					cell(at, "unreadable="));
		/* Two contests; north and east have one, south both. */
		assert_int_equal(rows, 2 + 4);
		free(text);
	}
}

/* Nor does any row get into a result for which it does not hold. */
static void a_row_that_does_not_add_up_is_refused(void **state)
{
	(void)state;
	for (uint64_t round = 0; round < ROUNDS; round++) {
		struct sample_random random = sample_random_of(round);
		struct town town;
		struct tally tally;
		struct result result;
		struct result_box one = { .station = SOUTH, .sequence = 1 };
		make_town(&town, round);
		begin(&result, &town.v.plan);
		count_sheets(&town.v.plan, town.sheet, NULL, SOUTH, 1, &tally);
		size_t kind = below(&random, ROW_UNREADABLE + 1);
		tally_row(&tally, below(&random, 2))[kind]++;
		one.ballots = tally_ballots(&tally);
		assert_non_null(result_add_box(&result, &one, &tally));
		assert_int_equal(result.boxes, 0);
		tally_free(&tally);
		result_free(&result);
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
	(void)state;
	for (uint64_t round = 0; round < RANKINGS; round++) {
		struct sample_random random = sample_random_of(round);
		struct standing before[VILLAGE_CANDIDATES];
		struct standing after[VILLAGE_CANDIDATES];
		uint64_t votes[VILLAGE_CANDIDATES];
		struct village v;
		make_rules(&v, &random);
		bool pilot = below(&random, 2) == 0;
		if (pilot)
			v.plan.contest[COUNCIL].rule =
				LIST_PROPORTIONAL_0_PILOT;
		for (size_t i = 0; i < VILLAGE_CANDIDATES; i++)
			votes[i] = v.candidate[i].withdrawn ? 0
							    : below(&random, 5);
		size_t who = below(&random, VILLAGE_CANDIDATES);
		if (v.candidate[who].withdrawn)
			continue;
		seats_allot(&v.plan, COUNCIL, votes, before);
		votes[who]++;
		seats_allot(&v.plan, COUNCIL, votes, after);
		/* Who has no seat may lose a place among a pilot's rest. */
		if (!pilot)
			assert_true(after[who].rank <= before[who].rank);
		if (!pilot || before[who].outcome == ELECTED)
			assert_true(at_least_as_good(
				after[who].outcome, before[who].outcome));
	}
}

/* One mark more at the end takes no vote from anybody. */
static void a_name_more_takes_no_vote(void **state)
{
	(void)state;
	for (uint64_t round = 0; round < ROUNDS; round++) {
		struct sample_random random = sample_random_of(round);
		struct town town;
		struct tally before;
		struct tally after;
		make_town(&town, round);
		struct sheet *sheet = &town.sheet[below(&random, BALLOTS)];
		sheet->n = sheet->n == MARKS ? MARKS - 1 : sheet->n;
		count_sheets(&town.v.plan, town.sheet, NULL, sheet->station, 1,
			&before);
		sheet->codes[sheet->n++] = below(&random, VILLAGE_CANDIDATES);
		count_sheets(&town.v.plan, town.sheet, NULL, sheet->station, 1,
			&after);
		uint64_t *now = tally_row(&after, sheet->contest);
		uint64_t *then = tally_row(&before, sheet->contest);
		size_t people = town.v.plan.contest[sheet->contest].candidates;
		for (size_t i = 0; i < people; i++)
			assert_true(now[ROW_VOTES + i] >= then[ROW_VOTES + i]);
		assert_true(now[ROW_VALID] >= then[ROW_VALID]);
		assert_int_equal(now[ROW_CAST], then[ROW_CAST]);
		tally_free(&before);
		tally_free(&after);
	}
}

/* Each cell in turn brought to the limit, and one above. */
static void every_sum_is_checked_at_its_limit(void **state)
{
	struct village v;
	struct tally sum;
	struct tally one;
	(void)state;
	village_init(&v);
	assert_true(tally_init(&sum, &v.plan, contests_first(2)));
	assert_true(tally_init(&one, &v.plan, contests_first(2)));
	for (size_t i = 0; i < sum.size; i++) {
		sum.cell[i] = UINT64_MAX - 1;
		one.cell[i] = 1;
		assert_null(tally_add(&sum, &one));
		assert_true(sum.cell[i] == UINT64_MAX);
		assert_string_equal(
			tally_add(&sum, &one), "a sum is above 2^64 - 1");
		assert_true(sum.cell[i] == UINT64_MAX);
		one.cell[i] = 0;
	}
	tally_free(&sum);
	tally_free(&one);
}

/* Of ballots issued there can be 2^32 - 1, and not one more. */
static void a_station_is_filled_to_its_limit(void **state)
{
	struct village v;
	struct result result;
	struct tally tally;
	struct result_box box = { .station = NORTH, .sequence = 1 };
	(void)state;
	village_init(&v);
	v.station[NORTH].ballots_issued = UINT32_MAX;
	begin(&result, &v.plan);
	assert_true(tally_init(&tally, &v.plan, contests_of(COUNCIL)));
	tally.cell[ROW_CAST] = tally.cell[ROW_BLANK] = UINT32_MAX;
	box.ballots = UINT32_MAX;
	assert_null(result_add_box(&result, &box, &tally));
	tally.cell[ROW_CAST] = tally.cell[ROW_BLANK] = 1;
	box = (struct result_box){ .entry = 1, .sequence = 2, .ballots = 1 };
	assert_string_equal(result_add_box(&result, &box, &tally),
		"there are more ballots than the station was issued");
	tally.cell[ROW_CAST] = tally.cell[ROW_BLANK] = UINT64_MAX;
	box.ballots = UINT64_MAX;
	assert_non_null(result_add_box(&result, &box, &tally));
	tally_free(&tally);
	free(numbers_of(&result));
}

/* Claims of a pilot are products of votes and seats. */
static void a_pilot_of_the_most_votes_is_right(void **state)
{
	static const uint64_t votes[VILLAGE_CANDIDATES] = { UINT64_MAX,
		UINT64_MAX - 1, UINT64_MAX - 2, UINT64_MAX, 1, 0 };
	struct standing standing[VILLAGE_CANDIDATES];
	struct village v;
	(void)state;
	village_init(&v);
	v.plan.contest[COUNCIL].rule = LIST_PROPORTIONAL_0_PILOT;
	v.plan.contest[COUNCIL].seats = UINT16_MAX;
	v.plan.contest[COUNCIL].alternates = 0;
	for (size_t i = 0; i < 3; i++)
		v.candidate[i].list = 1;
	seats_allot(&v.plan, COUNCIL, votes, standing);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(standing[i].outcome, ELECTED);
	assert_int_equal(standing[0].rank, 1);
	assert_int_equal(standing[5].outcome, NOT_ELECTED);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_order_of_ballots_changes_nothing),
		cmocka_unit_test(the_order_of_counting_changes_nothing),
		cmocka_unit_test(
			splitting_and_permuting_boxes_changes_only_their_list),
		cmocka_unit_test(the_order_of_stations_changes_no_total),
		cmocka_unit_test(what_was_cast_is_valid_or_void_in_every_row),
		cmocka_unit_test(a_row_that_does_not_add_up_is_refused),
		cmocka_unit_test(a_vote_more_never_hurts),
		cmocka_unit_test(a_name_more_takes_no_vote),
		cmocka_unit_test(every_sum_is_checked_at_its_limit),
		cmocka_unit_test(a_station_is_filled_to_its_limit),
		cmocka_unit_test(a_pilot_of_the_most_votes_is_right),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
