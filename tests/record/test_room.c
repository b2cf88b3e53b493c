/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an election needs of the journal's partition: never less than true
 * boxes of the largest kind take, more for more of anything, and not so much
 * that no disk has it.
 */
#include "appliance/record/room.h"

#include "appliance/election/ballots.h"
#include "appliance/election/box.h"
#include "appliance/record/items.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

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
		cmocka_unit_test(test_more_needs_more),
		cmocka_unit_test(test_what_must_be_written_fits),
		cmocka_unit_test(test_disks_have_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
