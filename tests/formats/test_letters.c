/* SPDX-License-Identifier: Apache-2.0 */
/* The table of letters is in order, and has what people here write. */
#include "appliance/formats/letters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static int order(const struct letter *a, const struct letter *b)
{
	if (a->code != b->code)
		return a->code < b->code ? -1 : 1;
	if (a->second != b->second)
		return a->second < b->second ? -1 : 1;
	return a->form - b->form;
}

static void test_each_row_comes_once_and_in_order(void **state)
{
	(void)state;
	for (int weight = 0; weight < LETTER_WEIGHTS; weight++)
		for (size_t i = 1; i < letters_of[weight].count; i++)
			assert_true(order(&letters_of[weight].letter[i - 1],
					    &letters_of[weight].letter[i]) < 0);
}

static void test_both_weights_have_the_same_letters(void **state)
{
	const struct letters *a = &letters_of[LETTER_REGULAR];
	const struct letters *b = &letters_of[LETTER_BOLD];
	(void)state;
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++)
		assert_int_equal(order(&a->letter[i], &b->letter[i]), 0);
}

static const struct letter *alone(uint32_t code)
{
	return letter_of(LETTER_REGULAR, code, 0, LETTER_ALONE);
}

static void expect_forms(uint32_t code, int forms)
{
	const struct letter *form[LETTER_FORMS];
	int different = 0;
	for (int i = 0; i < LETTER_FORMS; i++) {
		form[i] =
			letter_of(LETTER_REGULAR, code, 0, (enum letter_form)i);
		if (form[i] == NULL)
			fail_msg("U+%04X is not there", code);
	}
	for (int i = 0; i < LETTER_FORMS; i++)
		different += form[i]->form == i;
	if (different < forms)
		fail_msg("U+%04X has %d forms", code, different);
}

/* Those that join both sides have four forms, the others two. */
static void test_letters_have_their_forms(void **state)
{
	/* Persian; then Kurdish; then what Azeri, Arabic and Balochi add. */
	static const uint32_t both[] = { 0x628, 0x67e, 0x62a, 0x62b, 0x62c,
		0x686, 0x62d, 0x62e, 0x633, 0x634, 0x635, 0x636, 0x637, 0x638,
		0x639, 0x63a, 0x641, 0x642, 0x6a9, 0x6af, 0x644, 0x645, 0x646,
		0x647, 0x6cc, 0x626, 0x6b5, 0x6ce, 0x6a4, 0x6be, 0x6ad, 0x643,
		0x64a, 0x679 };
	static const uint32_t right[] = { 0x627, 0x622, 0x62f, 0x630, 0x631,
		0x632, 0x698, 0x648, 0x695, 0x6c6, 0x6c7, 0x6d5, 0x623, 0x624,
		0x625, 0x629, 0x649, 0x688, 0x691 };
	(void)state;
	for (size_t i = 0; i < sizeof(both) / sizeof(both[0]); i++)
		expect_forms(both[i], 4);
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
		expect_forms(right[i], 2);
}

static void test_the_rest_is_there(void **state)
{
	static const uint32_t others[] = { 0x621, 0x60c, 0x61b, 0x61f, 0xab,
		0xbb, 0x654, 0x651, 0x64b, 0x2026, 0xfffd, 0xe7, 0x15f, 0x11f,
		0x131, 0x2013 };
	(void)state;
	for (uint32_t code = 0x20; code < 0x7f; code++)
		assert_non_null(alone(code));
	for (uint32_t digit = 0; digit < 10; digit++) {
		assert_non_null(alone(0x6f0 + digit));
		assert_non_null(alone(0x660 + digit));
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_non_null(alone(others[i]));
}

static void test_lam_and_alef_are_one(void **state)
{
	static const uint32_t alef[] = { 0x622, 0x623, 0x625, 0x627 };
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		const struct letter *one =
			letter_of(LETTER_REGULAR, 0x644, alef[i], LETTER_ALONE);
		const struct letter *last =
			letter_of(LETTER_REGULAR, 0x644, alef[i], LETTER_LAST);
		assert_non_null(one);
		assert_non_null(last);
		assert_int_not_equal(one->glyph, last->glyph);
	}
	assert_null(letter_of(LETTER_REGULAR, 0x644, 0x628, LETTER_ALONE));
}

static void test_marks_take_no_room(void **state)
{
	(void)state;
	assert_true(alone(0x654)->mark);
	assert_int_equal(alone(0x654)->advance, 0);
	assert_false(alone(0x647)->mark);
}

/* What an outline says of itself is what its points say. */
static void check_outline(const struct letter *letter, const int16_t *outline)
{
	int bottom = INT16_MAX, top = INT16_MIN;
	for (int stroke = *outline++; stroke != LETTER_END;
		stroke = *outline++) {
		assert_in_range(stroke, LETTER_MOVE, LETTER_CURVE);
		for (int i = stroke == LETTER_CURVE ? 2 : 1; i > 0; i--) {
			assert_true(outline[0] >= letter->left &&
				    outline[0] <= letter->right);
			bottom = outline[1] < bottom ? outline[1] : bottom;
			top = outline[1] > top ? outline[1] : top;
			outline += 2;
		}
	}
	assert_int_equal(letter->top, top == INT16_MIN ? 0 : top);
	assert_int_equal(letter->bottom, bottom == INT16_MAX ? 0 : bottom);
}

static void test_outlines_are_as_large_as_they_say(void **state)
{
	(void)state;
	for (int weight = 0; weight < LETTER_WEIGHTS; weight++)
		for (size_t i = 0; i < letters_of[weight].count; i++) {
			const struct letter *letter =
				&letters_of[weight].letter[i];
			check_outline(letter,
				letters_of[weight].outline + letter->outline);
		}
}

static void test_what_is_not_there_is_said(void **state)
{
	(void)state;
	assert_true(letter_is_known('A'));
	assert_true(letter_is_known(0x200c));
	assert_true(letter_is_known(0x6b5));
	assert_false(letter_is_known(0x4e00));
	assert_false(letter_is_known(0x1f600));
	assert_false(letter_is_unseen('A'));
	assert_true(letter_is_unseen(0x2068));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_row_comes_once_and_in_order),
		cmocka_unit_test(test_both_weights_have_the_same_letters),
		cmocka_unit_test(test_letters_have_their_forms),
		cmocka_unit_test(test_the_rest_is_there),
		cmocka_unit_test(test_lam_and_alef_are_one),
		cmocka_unit_test(test_marks_take_no_room),
		cmocka_unit_test(test_outlines_are_as_large_as_they_say),
		cmocka_unit_test(test_what_is_not_there_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
