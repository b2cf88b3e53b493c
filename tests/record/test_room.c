/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an election needs of the journal's partition: never less than true
 * boxes of the largest kind take, more for more of anything, and not so much
 * that no disk has it.
 */
#include "appliance/record/room.h"

#include "appliance/election/ballots.h"
#include "appliance/election/box.h"
#include "appliance/election/result.h"
#include "appliance/election/sample.h"
#include "appliance/record/items.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MEBIBYTE = 1 << 20 };

/* A city of one contest. The caller frees plan.station. */
static struct plan city(size_t stations, uint16_t boxes, uint32_t ballots,
	uint16_t candidates, uint16_t choices)
{
	struct plan plan = { .recipients = 1,
		.contests = 1,
		.contest = { { .candidates = candidates,
			.max_choices = choices } },
		.candidates = candidates,
		.stations = stations };
	plan.station = calloc(stations, sizeof(*plan.station));
	assert_non_null(plan.station);
	for (size_t s = 0; s < stations; s++)
		plan.station[s] = (struct station){ .contests = contests_of(0),
			.ballots_issued = ballots,
			.boxes = boxes };
	return plan;
}

static struct room room_of(size_t stations, uint16_t boxes, uint32_t ballots,
	uint16_t candidates, uint16_t choices)
{
	struct plan plan = city(stations, boxes, ballots, candidates, choices);
	const struct room room = room_of_plan(&plan);
	free(plan.station);
	return room;
}

/* Every ballot of another kind, in one box or in as many as there may be. */
static uint64_t largest(uint16_t boxes, uint32_t ballots, uint16_t choices)
{
	const uint64_t each = ballots / boxes * (8ULL + 2ULL * choices);
	const size_t plain = ballots_padded(BALLOTS_HEADER_SIZE + each);
	return boxes * journal_entry_size(2 * ITEM_OVERHEAD + 7 + 1024 +
					  AGE_FILE_SIZE(2, plain));
}

static void test_the_largest_boxes_fit(void **state)
{
	static const struct {
		uint16_t boxes;
		uint32_t ballots;
		uint16_t choices;
	} row[] = { { 1, 1, 1 }, { 1, 2000, 15 }, { 3, 3000, 15 },
		{ 1, 100000, 30 }, { 100, 100000, 1 }, { 65535, 65535, 1 } };
	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const struct room room = room_of(
			1, row[i].boxes, row[i].ballots, 60, row[i].choices);
		assert_int_equal(room.due, row[i].boxes);
		assert_true(room.boxes >= largest(row[i].boxes, row[i].ballots,
						  row[i].choices));
	}
}

/* One box with all of a station's ballots is no larger, however many it has. */
static void test_a_box_of_all_ballots_has_room(void **state)
{
	static const uint16_t boxes[] = { 1, 2, 40 };
	(void)state;
	for (size_t i = 0; i < sizeof(boxes) / sizeof(boxes[0]); i++) {
		struct plan plan = city(2, boxes[i], 2000, 60, 15);
		const uint64_t room = room_of_box(&plan, 1);
		free(plan.station);
		assert_in_range(
			room, largest(1, 2000, 15), 2 * largest(1, 2000, 15));
	}
}

static void test_more_needs_more(void **state)
{
	const struct room least = room_of(10, 1, 500, 20, 5);
	const struct room more[] = { room_of(11, 1, 500, 20, 5),
		room_of(10, 2, 500, 20, 5), room_of(10, 1, 5000, 20, 5),
		room_of(10, 1, 500, 20, 15) };
	(void)state;
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		assert_true(more[i].boxes > least.boxes);
	assert_true(room_of(10, 1, 500, 300, 5).kept > least.kept);
	assert_true(more[0].kept > least.kept);
	assert_true(more[1].kept > least.kept);
}

/*
 * Made-up plans, and the longest result that a count of one can write
 */

enum { PLANS = 8, CITY_CANDIDATES = 800 };

static void longest_id(char id[ID_MOST + 1], size_t number)
{
	snprintf(id, ID_MOST + 1, "%0*zu", ID_MOST, number);
}

/* Codes of five digits: only how long it is matters of a number here. */
static void make_up_contests(struct plan *plan, struct sample_random *random)
{
	plan->contests = 1 + sample_below(random, 8);
	for (size_t c = 0; c < plan->contests; c++) {
		struct contest *contest = &plan->contest[c];
		longest_id(contest->id, c);
		contest->candidates = (uint16_t)(1 + sample_below(random, 100));
		contest->first = (uint16_t)plan->candidates;
		contest->max_choices = 5;
		plan->candidates += contest->candidates;
	}
	plan->candidate = calloc(CITY_CANDIDATES, sizeof(*plan->candidate));
	assert_non_null(plan->candidate);
	for (size_t i = 0; i < plan->candidates; i++)
		plan->candidate[i].code = UINT16_MAX;
}

/* Many with few boxes, or few with many. */
static struct plan make_up(struct sample_random *random)
{
	struct plan plan = { .recipients =
				     sample_below(random, RECIPIENTS_MOST) };
	const bool many = sample_below(random, 2) == 0;
	make_up_contests(&plan, random);
	plan.stations = 1 + sample_below(random, many ? 2000 : 20);
	plan.station = calloc(plan.stations, sizeof(*plan.station));
	assert_non_null(plan.station);
	for (size_t s = 0; s < plan.stations; s++) {
		struct station *station = &plan.station[s];
		longest_id(station->id, s);
		station->contests =
			contests_first(1 + sample_below(random, plan.contests));
		station->ballots_issued = UINT32_MAX;
		station->boxes =
			(uint16_t)(1 + sample_below(random, many ? 3 : 500));
	}
	return plan;
}

/* Every box void for the longest reason, all numbers of ten digits. */
static void fill(struct result *result, const struct plan *plan)
{
	struct result_void box = { .entry = UINT64_MAX - BOXES_MOST };
	assert_true(result_init(result, plan));
	memset(result->cell, UINT8_MAX,
		plan_cells(plan) * sizeof(*result->cell));
	memset(box.reason, 'x', RESULT_REASON_MOST);
	for (size_t s = 0; s < plan->stations; s++)
		for (uint16_t b = 0; b < plan->station[s].boxes; b++) {
			box.station = (int)s;
			box.entry++;
			assert_null(result_add_void(result, &box));
		}
}

static uint64_t entry_of(size_t items, size_t names, uint64_t content)
{
	return journal_entry_size(
		items * ITEM_OVERHEAD + items * names + content);
}

/* In pieces, each an entry, as a counting boot writes them. */
static uint64_t parts_written(const struct result *result)
{
	const size_t most = result_piece_most(result);
	uint8_t *space = malloc(most);
	uint64_t size = 0;
	assert_non_null(space);
	for (size_t s = 0; s < result->plan->stations;) {
		struct writer out = writer_of(space, most);
		result_write_piece(&out, result, &s);
		assert_false(out.broken);
		size += entry_of(1, strlen("0000"), out.size);
	}
	free(space);
	return size;
}

static uint64_t headers_written(const struct plan *plan, uint64_t boxes)
{
	const size_t each = AGE_HEADER_SIZE(plan->recipients);
	const size_t name = strlen("262143.header");
	uint64_t size = 0;
	for (; boxes > ITEM_COUNT_MOST; boxes -= ITEM_COUNT_MOST)
		size += entry_of(ITEM_COUNT_MOST, name, ITEM_COUNT_MOST * each);
	return size + entry_of(boxes, name, boxes * each);
}

static void test_the_longest_result_fits(void **state)
{
	struct sample_random random = sample_random_of(1);
	(void)state;
	for (unsigned i = 0; i < PLANS; i++) {
		struct plan plan = make_up(&random);
		const struct room room = room_of_plan(&plan);
		struct result result;
		fill(&result, &plan);
		const uint64_t written = parts_written(&result) +
					 headers_written(&plan, room.due);
		assert_in_range(written, room.count / 2, room.count);
		assert_true(
			room.kept > 3 * room.count + result_head_most(&result));
		result_free(&result);
		free(plan.station);
		free(plan.candidate);
	}
}

/* Headers of all boxes and the result, whatever else is kept. */
static void test_what_must_be_written_fits(void **state)
{
	const struct room room = room_of(4000, 1, 2000, 3000, 21);
	(void)state;
	assert_true(room.kept >
		    4000ULL * (AGE_HEADER_SIZE(1) + 70) + 4000ULL * 3000 * 12);
}

static void test_disks_have_it(void **state)
{
	struct plan village = city(12, 1, 1500, 20, 5);
	(void)state;
	assert_true(room_of_partition(&village, 64 << 10) < 16ULL * MEBIBYTE);
	free(village.station);
	const struct room nation = room_of(65535, 3, 1000, 60, 5);
	assert_int_equal(nation.due, 65535 * 3);
	assert_true(nation.boxes + nation.kept < 16384ULL * MEBIBYTE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_largest_boxes_fit),
		cmocka_unit_test(test_a_box_of_all_ballots_has_room),
		cmocka_unit_test(test_more_needs_more),
		cmocka_unit_test(test_the_longest_result_fits),
		cmocka_unit_test(test_what_must_be_written_fits),
		cmocka_unit_test(test_disks_have_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
