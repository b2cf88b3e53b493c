/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the screen shows of what it was told: each notice changes its own
 * panels and nothing else, each mood looks otherwise, nothing is drawn past an
 * edge at any size, and the QR code can be read from the picture.
 */
#include "appliance/machine/screen.h"
#include "tests/support/qr_reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { PAPER = 0xffffff };

struct picture {
	struct canvas canvas;
	size_t count;
	struct area drawn[PANELS];
};

static struct picture *picture_of(int width, int height)
{
	struct picture *picture = calloc(1, sizeof(*picture));
	assert_non_null(picture);
	picture->canvas.width = width;
	picture->canvas.height = height;
	picture->canvas.pixel =
		calloc((size_t)width * (size_t)height, sizeof(uint32_t));
	assert_non_null(picture->canvas.pixel);
	return picture;
}

static void free_picture(struct picture *picture)
{
	free(picture->canvas.pixel);
	free(picture);
}

static void draw(struct picture *picture, struct screen *screen)
{
	picture->count = screen_draw(screen, &picture->canvas, picture->drawn);
}

/* The first row of a place; with a text and two numbers. */
static struct notice first_of(enum notice_place place, enum notice_mood mood)
{
	struct notice notice = { 0 };
	for (size_t i = 0; i < notice_table_size; i++)
		if (notice_table[i].place == place &&
			(mood == MOOD_NONE || notice_table[i].mood == mood)) {
			notice.part[0].id = notice_table[i].id;
			notice.part[0].first = 3;
			notice.part[0].second = 12;
			strcpy(notice.part[0].text, "station-03");
			return notice;
		}
	fail_msg("the table has no row for place %d", place);
	return notice;
}

static void tell(struct screen *screen, enum notice_place place)
{
	const struct notice notice = first_of(place, MOOD_NONE);
	screen_take(screen, &notice);
}

static void tell_state(struct screen *screen, enum notice_mood mood)
{
	const struct notice notice = first_of(PLACE_STATE, mood);
	screen_take(screen, &notice);
}

static bool inside(const struct picture *picture, int x, int y)
{
	for (size_t i = 0; i < picture->count; i++) {
		const struct area *area = &picture->drawn[i];
		if (x >= area->x && x < area->x + area->width && y >= area->y &&
			y < area->y + area->height)
			return true;
	}
	return false;
}

/* How many pixels differ; none outside of what is said to be drawn. */
static size_t changes(const struct picture *picture, const uint32_t *before)
{
	const struct canvas *canvas = &picture->canvas;
	size_t count = 0;
	for (int y = 0; y < canvas->height; y++)
		for (int x = 0; x < canvas->width; x++) {
			const size_t at =
				(size_t)y * (size_t)canvas->width + (size_t)x;
			if (canvas->pixel[at] == before[at])
				continue;
			count++;
			if (!inside(picture, x, y))
				fail_msg("%d, %d was drawn and is not said", x,
					y);
		}
	return count;
}

/* What it changes on a screen that stands. */
static size_t changed_by(enum notice_place place)
{
	struct picture *picture = picture_of(640, 480);
	const size_t size = sizeof(uint32_t) * 640 * 480;
	uint32_t *before = malloc(size);
	struct screen screen = screen_begin();
	tell_state(&screen, MOOD_WORKING);
	draw(picture, &screen);
	assert_non_null(before);
	memcpy(before, picture->canvas.pixel, size);
	tell(&screen, place);
	draw(picture, &screen);
	const size_t count = changes(picture, before);
	free(before);
	free_picture(picture);
	return count;
}

static void test_each_place_is_seen(void **state)
{
	static const enum notice_place places[] = { PLACE_STATE, PLACE_PROGRESS,
		PLACE_BOOT, PLACE_ELECTION, PLACE_MACHINE, PLACE_BOXES,
		PLACE_ROOM, PLACE_HISTORY, PLACE_DETAIL, PLACE_STRIP,
		PLACE_QR };
	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (changed_by(places[i]) < 50)
			fail_msg("place %d is not seen", places[i]);
	assert_int_equal(changed_by(PLACE_PART), 0);
}

static void test_nothing_new_draws_nothing(void **state)
{
	struct picture *picture = picture_of(640, 480);
	struct screen screen = screen_begin();
	(void)state;
	draw(picture, &screen);
	assert_int_equal(picture->count, PANELS);
	draw(picture, &screen);
	assert_int_equal(picture->count, 0);
	free_picture(picture);
}

/* Without colour they are told apart as well: by the shape in the band. */
static void test_moods_differ_in_colour_and_shape(void **state)
{
	static const enum notice_mood moods[] = { MOOD_WORKING, MOOD_READY,
		MOOD_REFUSED, MOOD_FAILED };
	enum { MOODS = 4, BAND = 60, WIDTH = 640 };
	static bool white[MOODS][BAND * WIDTH / 6];
	uint32_t colour[MOODS];
	(void)state;
	for (int i = 0; i < MOODS; i++) {
		struct picture *picture = picture_of(WIDTH, 480);
		struct screen screen = screen_begin();
		tell_state(&screen, moods[i]);
		draw(picture, &screen);
		colour[i] = picture->canvas.pixel[WIDTH / 2];
		for (int at = 0; at < BAND * WIDTH / 6; at++)
			white[i][at] =
				picture->canvas.pixel[at / (WIDTH / 6) * WIDTH +
						      WIDTH * 5 / 6 +
						      at % (WIDTH / 6)] ==
				0xffffff;
		free_picture(picture);
		for (int j = 0; j < i; j++) {
			assert_int_not_equal(colour[i], colour[j]);
			assert_memory_not_equal(
				white[i], white[j], sizeof(white[i]));
		}
	}
}

/* The last one of three; a refusal stays until something else is said. */
static void test_the_mood_is_the_states(void **state)
{
	struct screen screen = screen_begin();
	(void)state;
	tell_state(&screen, MOOD_REFUSED);
	tell(&screen, PLACE_HISTORY);
	tell(&screen, PLACE_DETAIL);
	assert_int_equal(screen.mood, MOOD_REFUSED);
	tell_state(&screen, MOOD_READY);
	assert_int_equal(screen.mood, MOOD_READY);
}

static void test_progress_ends_with_its_state(void **state)
{
	struct screen screen = screen_begin();
	(void)state;
	tell_state(&screen, MOOD_READY);
	tell(&screen, PLACE_PROGRESS);
	/* It works now, whatever was said before. */
	assert_int_equal(screen.mood, MOOD_WORKING);
	assert_int_equal(screen.state.part[0].id, screen.progress.part[0].id);
	tell_state(&screen, MOOD_READY);
	assert_int_equal(screen.progress.part[0].id, NOTICE_NONE);
}

static void test_history_keeps_the_last(void **state)
{
	struct screen screen = screen_begin();
	(void)state;
	for (uint64_t i = 1; i <= SCREEN_HISTORY + 2; i++) {
		struct notice notice = first_of(PLACE_HISTORY, MOOD_NONE);
		notice.part[0].first = i;
		screen_take(&screen, &notice);
	}
	for (uint64_t i = 0; i < SCREEN_HISTORY; i++)
		assert_int_equal(screen.history[i].part[0].first,
			SCREEN_HISTORY + 2 - i);
}

static void test_a_strip_stays(void **state)
{
	struct screen screen = screen_begin();
	(void)state;
	tell(&screen, PLACE_STRIP);
	tell(&screen, PLACE_STRIP);
	tell_state(&screen, MOOD_READY);
	assert_int_not_equal(screen.strip[0].part[0].id, NOTICE_NONE);
	assert_int_equal(screen.strip[1].part[0].id, NOTICE_NONE);
}

/* What was said of a rehearsal is not said of the election behind it. */
static void test_the_next_election_is_no_rehearsal(void **state)
{
	struct screen screen = screen_begin();
	struct notice election = notice_of(notice_text(NOTICE_ELECTION, "one"));
	struct notice strip = notice_of(NOTICE_PART(REHEARSAL));
	struct notice code = notice_of(notice_text(NOTICE_QR_RESULT, "a"));
	(void)state;
	screen_take(&screen, &election);
	screen_take(&screen, &strip);
	screen_take(&screen, &code);
	screen_take(&screen, &election);
	assert_int_equal(screen.strip[0].part[0].id, NOTICE_REHEARSAL);
	assert_int_equal(screen.qr.part[0].id, NOTICE_QR_RESULT);
	election = notice_of(notice_text(NOTICE_ELECTION, "other"));
	screen_take(&screen, &election);
	assert_int_equal(screen.strip[0].part[0].id, NOTICE_NONE);
	assert_int_equal(screen.qr.part[0].id, NOTICE_NONE);
}

/* Not of the code, whose pixels are black and white. */
static size_t letters_that_differ(
	const struct canvas *one, const struct canvas *other)
{
	size_t count = 0;
	for (int i = 0; i < one->width * one->height; i++) {
		const uint32_t a = one->pixel[i], b = other->pixel[i];
		count += a != b &&
			 ((a != 0 && a != PAPER) || (b != 0 && b != PAPER));
	}
	return count;
}

static struct picture *picture_of_code(
	int width, int height, enum language first, const char *text)
{
	struct picture *picture = picture_of(width, height);
	struct screen screen = screen_begin();
	const struct notice code =
		notice_of(notice_text(NOTICE_QR_CHECKPOINT, text));
	screen_set_language(&screen, first);
	screen_take(&screen, &code);
	draw(picture, &screen);
	return picture;
}

/* Up to the last digit of its digest, at every size. */
static void test_what_a_code_says_is_read_below_it(void **state)
{
#define CODE                                                                   \
	"sandoq/checkpoint sanandaj-1405 14 "                                  \
	"0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f"
	static const int sizes[][2] = { { 640, 480 }, { 800, 600 },
		{ 1280, 800 }, { 3840, 2160 } };
	(void)state;
	for (size_t i = 0; i < 2 * sizeof(sizes) / sizeof(sizes[0]); i++) {
		const int *size = sizes[i / 2];
		const enum language first = i % 2 ? ENGLISH : PERSIAN;
		struct picture *one =
			picture_of_code(size[0], size[1], first, CODE "0");
		struct picture *other =
			picture_of_code(size[0], size[1], first, CODE "8");
		if (letters_that_differ(&one->canvas, &other->canvas) == 0)
			fail_msg("%d by %d: the caption is cut", size[0],
				size[1]);
		free_picture(one);
		free_picture(other);
	}
}

static void tell_all(struct screen *screen)
{
	tell_state(screen, MOOD_REFUSED);
	for (int place = PLACE_PROGRESS; place <= PLACE_QR; place++)
		tell(screen, (enum notice_place)place);
}

/* A guard stands behind the last row: the sanitizers see the rest. */
static void draw_at(int width, int height, enum language first)
{
	struct picture *picture = picture_of(width, height + 1);
	struct screen screen = screen_begin();
	screen_set_language(&screen, first);
	picture->canvas.height = height;
	tell_all(&screen);
	draw(picture, &screen);
	for (int x = 0; x < width; x++)
		assert_int_equal(
			picture->canvas.pixel[(size_t)(width * height + x)], 0);
	for (size_t i = 0; i < picture->count; i++)
		assert_true(picture->drawn[i].y + picture->drawn[i].height <=
			    height);
	free_picture(picture);
}

static void test_it_is_drawn_at_every_size(void **state)
{
	static const int sizes[][2] = { { 1, 1 }, { 40, 3000 }, { 3000, 40 },
		{ 320, 200 }, { 640, 480 }, { 800, 600 }, { 1280, 800 },
		{ 3840, 2160 } };
	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (int language = 0; language < LANGUAGES; language++)
			draw_at(sizes[i][0], sizes[i][1],
				(enum language)language);
}

/* --- the QR code --- */

static void write_ppm(FILE *file, const struct canvas *canvas)
{
	fprintf(file, "P6 %d %d 255\n", canvas->width, canvas->height);
	for (int i = 0; i < canvas->width * canvas->height; i++) {
		fputc((int)(canvas->pixel[i] >> 16 & 0xff), file);
		fputc((int)(canvas->pixel[i] >> 8 & 0xff), file);
		fputc((int)(canvas->pixel[i] & 0xff), file);
	}
}

static void expect_read(const struct canvas *canvas, const char *text)
{
	char path[] = "/tmp/sandoq-screen.XXXXXX";
	FILE *file = fdopen(mkstemp(path), "wb");
	assert_non_null(file);
	write_ppm(file, canvas);
	assert_int_equal(fclose(file), 0);
	expect_qr(path, text);
}

static void test_the_qr_code_is_read_from_the_picture(void **state)
{
	static const int sizes[][2] = { { 640, 480 }, { 1280, 800 },
		{ 3840, 2160 } };
	(void)state;
	for (size_t i = 0; i < 2 * sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct picture *picture =
			picture_of(sizes[i / 2][0], sizes[i / 2][1]);
		struct screen screen = screen_begin();
		struct notice notice = first_of(PLACE_QR, MOOD_NONE);
		memset(notice.part[0].text, 'a', i % 2 ? 64 : 200);
		screen_set_language(&screen, i % 2 ? ENGLISH : PERSIAN);
		tell_all(&screen);
		screen_take(&screen, &notice);
		draw(picture, &screen);
		expect_read(&picture->canvas, notice.part[0].text);
		free_picture(picture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_place_is_seen),
		cmocka_unit_test(test_nothing_new_draws_nothing),
		cmocka_unit_test(test_moods_differ_in_colour_and_shape),
		cmocka_unit_test(test_the_mood_is_the_states),
		cmocka_unit_test(test_progress_ends_with_its_state),
		cmocka_unit_test(test_history_keeps_the_last),
		cmocka_unit_test(test_a_strip_stays),
		cmocka_unit_test(test_the_next_election_is_no_rehearsal),
		cmocka_unit_test(test_it_is_drawn_at_every_size),
		cmocka_unit_test(test_what_a_code_says_is_read_below_it),
		cmocka_unit_test(test_the_qr_code_is_read_from_the_picture),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
