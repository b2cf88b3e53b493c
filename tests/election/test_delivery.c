/* SPDX-License-Identifier: Apache-2.0 */
/* Which boxes were delivered, and the line that tells people. */
#include "appliance/election/delivery.h"
#include "tests/support/election.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LINE_MOST = 512, SCREEN = 240, DUE = 4 };

static struct village village;

static int make_village(void **state)
{
	(void)state;
	village_init(&village);
	return 0;
}

static struct delivery begin(void)
{
	struct delivery delivery;
	assert_null(delivery_begin(&delivery, &village.plan));
	return delivery;
}

static void assert_line_within(
	const struct delivery *delivery, size_t width, const char *wanted)
{
	char line[LINE_MOST];
	struct writer out = writer_of(line, width);
	delivery_line(delivery, &out);
	assert_false(out.broken);
	line[out.size] = '\0';
	assert_string_equal(line, wanted);
}

static void assert_line(const struct delivery *delivery, const char *wanted)
{
	assert_line_within(delivery, SCREEN, wanted);
}

static void boxes_come_one_after_another(void **state)
{
	struct delivery delivery = begin();
	(void)state;
	assert_int_equal(delivery.due, DUE);
	assert_line(&delivery, "0 of 4 boxes were delivered; missing: north (2 "
			       "of 2), south, east");
	delivery_add_box(&delivery, NORTH, 2);
	delivery_add_box(&delivery, EAST, 1);
	assert_line(&delivery, "2 of 4 boxes were delivered; missing: north (1 "
			       "of 2), south");
	delivery_add_box(&delivery, SOUTH, 1);
	delivery_add_box(&delivery, NORTH, 1);
	assert_line(&delivery, "4 of 4 boxes were delivered");
	assert_int_equal(delivery_without(&delivery), 0);
	delivery_free(&delivery);
}

static void what_is_not_due_adds_nothing(void **state)
{
	struct delivery delivery = begin();
	(void)state;
	delivery_add_box(&delivery, SOUTH, 1);
	delivery_add_box(&delivery, SOUTH, 1);
	delivery_add_box(&delivery, SOUTH, 0);
	delivery_add_box(&delivery, SOUTH, 2);
	delivery_add_box(&delivery, NORTH, 3);
	delivery_add_box(&delivery, VILLAGE_STATIONS, 1);
	delivery_add_box(&delivery, UINT16_MAX, UINT16_MAX);
	assert_line(&delivery, "1 of 4 boxes were delivered; missing: north (2 "
			       "of 2), east");
	delivery_free(&delivery);
}

static void refusals_are_told(void **state)
{
	struct delivery delivery = begin();
	(void)state;
	for (unsigned s = 0; s < VILLAGE_STATIONS; s++)
		delivery_add_box(&delivery, (uint16_t)s, 1);
	delivery_add_refusals(&delivery, 1);
	delivery_add_refusals(&delivery, 1);
	assert_line(&delivery, "3 of 4 boxes were delivered; missing: north (1 "
			       "of 2); refused: 2");
	delivery_free(&delivery);
}

/* Boxes that were delivered, of which one is counted and one is void. */
static void a_result_says_what_is_counted(void **state)
{
	struct delivery delivery = begin();
	struct result result;
	struct tally tally;
	(void)state;
	assert_true(result_init(&result, &village.plan));
	assert_true(tally_init(
		&tally, &village.plan, village.plan.station[SOUTH].contests));
	assert_null(result_add_box(&result,
		&(struct result_box){
			.entry = 1, .station = SOUTH, .sequence = 1 },
		&tally));
	assert_null(result_add_void(&result,
		&(struct result_void){
			.entry = 2, .station = NORTH, .reason = "torn" }));
	delivery_add_box(&delivery, SOUTH, 1);
	delivery_add_box(&delivery, NORTH, 1);
	delivery_add_box(&delivery, NORTH, 2);
	delivery_add_refusals(&delivery, 1);
	delivery_set_result(&delivery, &result);
	assert_line(&delivery,
		"1 of 4 boxes were counted; missing: north (1 of "
		"2), east; void: 1; refused: 1");
	assert_int_equal(delivery_without(&delivery), 3);
	tally_free(&tally);
	result_free(&result);
	delivery_free(&delivery);
}

/* As many as there is room for, and all others in number. */
static void a_long_line_ends_with_a_number(void **state)
{
	enum { STATIONS = 300, BOXES = UINT16_MAX };
	static struct station station[STATIONS];
	const struct plan plan = { .stations = STATIONS, .station = station };
	struct delivery delivery;
	char line[LINE_MOST] = "";
	(void)state;
	for (unsigned i = 0; i < STATIONS; i++) {
		memset(station[i].id, 'a' + (char)(i % 26), ID_MOST);
		station[i].boxes = BOXES;
	}
	assert_null(delivery_begin(&delivery, &plan));
	for (size_t i = 0; i < BOXES; i++)
		delivery_add_refusals(&delivery, 1);
	struct writer out = writer_of(line, SCREEN - 1);
	delivery_line(&delivery, &out);
	assert_false(out.broken);
	assert_string_equal(line,
		"0 of 19660500 boxes were delivered; missing: "
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa (65535 of 65535), "
		"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb (65535 of 65535), "
		"and 19529430 more; refused: 65535");
	delivery_free(&delivery);
}

static void assert_name(uint16_t station, uint16_t sequence, const char *wanted)
{
	char name[DELIVERY_BOX_MOST] = { 0 };
	struct writer out = writer_of(name, sizeof(name) - 1);
	delivery_write_box(&out, &village.plan, station, sequence);
	assert_false(out.broken);
	assert_string_equal(name, wanted);
}

/* By its station's id: a place is nothing that a person has ever read. */
static void a_box_is_called_by_its_station(void **state)
{
	static const char last[] = ", box 65535";
	char longest[DELIVERY_BOX_MOST] = { 0 };
	(void)state;
	assert_name(NORTH, 2, "north, box 2");
	assert_name(EAST, 1, "east, box 1");
	assert_name(EAST, 0, "east");
	assert_name((uint16_t)village.plan.stations, 1, "-");
	assert_name(UINT16_MAX, 0, "-");
	memset(village.plan.station[NORTH].id, 'n', ID_MOST);
	memset(longest, 'n', ID_MOST);
	memcpy(longest + ID_MOST, last, sizeof(last));
	assert_name(NORTH, UINT16_MAX, longest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boxes_come_one_after_another),
		cmocka_unit_test(what_is_not_due_adds_nothing),
		cmocka_unit_test(refusals_are_told),
		cmocka_unit_test(a_result_says_what_is_counted),
		cmocka_unit_test(a_long_line_ends_with_a_number),
		cmocka_unit_test(a_box_is_called_by_its_station),
	};
	return cmocka_run_group_tests(tests, make_village, NULL);
}
