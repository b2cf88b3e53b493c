/* SPDX-License-Identifier: Apache-2.0 */
/* Coverage is the area of a pixel that lies inside, to a 255th. */
#include "appliance/formats/letters.h"
#include "appliance/formats/raster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { SIDE = 16 };

struct drawn {
	float sum[(SIDE + 1) * SIDE];
	struct raster raster;
	uint8_t coverage[SIDE][SIDE];
};

static void begin(struct drawn *drawn)
{
	memset(drawn, 0, sizeof(*drawn));
	drawn->raster = (struct raster){ drawn->sum, SIDE, SIDE };
	assert_int_equal(raster_room(SIDE, SIDE), (SIDE + 1) * SIDE);
}

/* In hundredths of a pixel from the left and the bottom of the raster. */
static void add(struct drawn *drawn, const int16_t *outline)
{
	raster_outline(&drawn->raster, outline, 0, SIDE, 0.01F);
}

static void finish(struct drawn *drawn)
{
	for (int row = 0; row < SIDE; row++)
		raster_row(&drawn->raster, row, drawn->coverage[row]);
}

/* The row is counted from the bottom, as the outlines are. */
static unsigned at(const struct drawn *drawn, int column, int row)
{
	return drawn->coverage[SIDE - 1 - row][column];
}

static unsigned sum_of(const struct drawn *drawn)
{
	unsigned sum = 0;
	for (int i = 0; i < SIDE * SIDE; i++)
		sum += drawn->coverage[i / SIDE][i % SIDE];
	return sum;
}

static const int16_t box[] = { LETTER_MOVE, 250, 300, LETTER_LINE, 600, 300,
	LETTER_LINE, 600, 550, LETTER_LINE, 250, 550, LETTER_END };

static void test_a_box_covers_its_area(void **state)
{
	struct drawn drawn;
	(void)state;
	begin(&drawn);
	add(&drawn, box);
	finish(&drawn);
	assert_int_equal(at(&drawn, 3, 3), 255);
	assert_int_equal(at(&drawn, 2, 3), 128);
	assert_int_equal(at(&drawn, 3, 5), 128);
	assert_int_equal(at(&drawn, 2, 5), 64);
	assert_int_equal(at(&drawn, 1, 3), 0);
	assert_int_equal(at(&drawn, 6, 3), 0);
	assert_in_range(
		sum_of(&drawn), 875 * 255 / 100 - 4, 875 * 255 / 100 + 4);
}

static void test_a_slope_covers_its_area(void **state)
{
	static const int16_t triangle[] = { LETTER_MOVE, 100, 100, LETTER_LINE,
		1300, 100, LETTER_LINE, 500, 1500, LETTER_END };
	struct drawn drawn;
	(void)state;
	begin(&drawn);
	add(&drawn, triangle);
	finish(&drawn);
	assert_in_range(sum_of(&drawn), 84 * 255 - 40, 84 * 255 + 40);
}

/* A quarter of a circle by one curve is 5/6 of its square: exactly. */
static void test_a_curve_covers_its_area(void **state)
{
	static const int16_t bow[] = { LETTER_MOVE, 0, 0, LETTER_LINE, 1200, 0,
		LETTER_CURVE, 1200, 1200, 0, 1200, LETTER_END };
	struct drawn drawn;
	(void)state;
	begin(&drawn);
	add(&drawn, bow);
	finish(&drawn);
	assert_in_range(sum_of(&drawn), 120 * 255 - 255, 120 * 255 + 40);
}

static void test_a_hole_is_left_open(void **state)
{
	static const int16_t ring[] = { LETTER_MOVE, 100, 100, LETTER_LINE, 900,
		100, LETTER_LINE, 900, 900, LETTER_LINE, 100, 900, LETTER_MOVE,
		300, 300, LETTER_LINE, 300, 700, LETTER_LINE, 700, 700,
		LETTER_LINE, 700, 300, LETTER_END };
	struct drawn drawn;
	(void)state;
	begin(&drawn);
	add(&drawn, ring);
	finish(&drawn);
	assert_int_equal(at(&drawn, 1, 5), 255);
	assert_int_equal(at(&drawn, 5, 5), 0);
	assert_int_equal(sum_of(&drawn), 48 * 255);
}

/* Letters that join lie upon each other: no line is seen there. */
static void test_what_overlaps_is_one(void **state)
{
	static const int16_t other[] = { LETTER_MOVE, 550, 300, LETTER_LINE,
		900, 300, LETTER_LINE, 900, 550, LETTER_LINE, 550, 550,
		LETTER_END };
	struct drawn drawn;
	(void)state;
	begin(&drawn);
	add(&drawn, box);
	add(&drawn, other);
	finish(&drawn);
	for (int column = 3; column < 9; column++)
		assert_int_equal(at(&drawn, column, 4), 255);
}

/* Left of it a row begins inside; above, below and right of it, nowhere. */
static void test_what_lies_outside_is_left_out(void **state)
{
	static const int16_t large[] = { LETTER_MOVE, -3000, -3000, LETTER_LINE,
		5000, -3000, LETTER_LINE, 5000, 800, LETTER_LINE, -3000, 800,
		LETTER_END };
	struct drawn drawn;
	(void)state;
	begin(&drawn);
	add(&drawn, large);
	finish(&drawn);
	assert_int_equal(at(&drawn, 0, 0), 255);
	assert_int_equal(at(&drawn, 14, 7), 255);
	assert_int_equal(at(&drawn, 0, 8), 0);
}

static void test_nothing_covers_nothing(void **state)
{
	static const int16_t none[] = { LETTER_END };
	struct drawn drawn;
	(void)state;
	begin(&drawn);
	add(&drawn, none);
	finish(&drawn);
	assert_int_equal(sum_of(&drawn), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_box_covers_its_area),
		cmocka_unit_test(test_a_slope_covers_its_area),
		cmocka_unit_test(test_a_curve_covers_its_area),
		cmocka_unit_test(test_a_hole_is_left_open),
		cmocka_unit_test(test_what_overlaps_is_one),
		cmocka_unit_test(test_what_lies_outside_is_left_out),
		cmocka_unit_test(test_nothing_covers_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
