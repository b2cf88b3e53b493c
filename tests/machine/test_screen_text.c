/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts on the screen are read as they were written: their order, and the form
 * of each letter, which HarfBuzz gives for the same word in the same font.
 */
#include "appliance/machine/screen_text.h"

#include <harfbuzz/hb.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { WIDE = 1000000, SEEN_MOST = 512 };

static const struct screen_style persian = { LETTER_REGULAR, false, WIDE, 1 };
static const struct screen_style english = { LETTER_REGULAR, true, WIDE, 1 };

static size_t put_utf8(char *out, uint32_t code)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	out[0] = (char)(0xe0 | code >> 12);
	out[1] = (char)(0x80 | (code >> 6 & 0x3f));
	out[2] = (char)(0x80 | (code & 0x3f));
	return 3;
}

/* The letters of a line from the left to the right. */
static void seen_of(const struct placed_text *text, size_t line, char *out)
{
	const struct placed_line *placed = &text->line[line];
	for (size_t i = 0; i < placed->count; i++) {
		const struct letter *letter =
			text->placed[placed->first + i].letter;
		if (letter->second != 0)
			out += put_utf8(out, letter->second);
		out += put_utf8(out, letter->code);
	}
	*out = '\0';
}

static void expect_seen(
	const char *text, const struct screen_style *style, const char *seen)
{
	struct placed_text placed;
	char got[SEEN_MOST];
	screen_text(bytes_of_text(text), style, &placed);
	assert_int_equal(placed.lines, 1);
	seen_of(&placed, 0, got);
	assert_string_equal(got, seen);
}

/* What is expected stands here from the left to the right. */
static void test_numbers_do_not_turn(void **state)
{
	(void)state;
	expect_seen("۱۲ از ۱۴", &persian, "۱۴ زا ۱۲");
	expect_seen("۶۱ از ۶۴ مگابایت", &persian, "تیاباگم ۶۴ زا ۶۱");
	expect_seen("12 of 14", &english, "12 of 14");
}

/* A name stands between U+2068 and U+2069, and turns nothing around it. */
static void test_names_in_latin_do_not_turn(void **state)
{
	(void)state;
	expect_seen("شعبهٔ \u2068station-03\u2069، صندوق ۱", &persian,
		"۱ قودنص ،station-03 ٔهبعش");
	expect_seen("نرسیده: \u2068a-1\u2069؛ باطل: ۲", &persian,
		"۲ :لطاب ؛a-1 :هدیسرن");
	/* Without them two would become one, which runs to the right. */
	expect_seen("\u2068a\u2069: \u2068b\u2069", &persian, "b :a");
}

static void test_brackets_are_turned(void **state)
{
	(void)state;
	expect_seen("«بله»", &persian, "«هلب»");
	expect_seen("(الف)", &persian, "(فلا)");
	expect_seen("(a)", &english, "(a)");
}

static void test_english_may_hold_persian(void **state)
{
	(void)state;
	expect_seen("box of \u2068شعبه\u2069: taken", &english,
		"box of هبعش: taken");
}

/* --- joining --- */

static hb_font_t *font_of(enum letter_weight weight)
{
	hb_blob_t *blob = hb_blob_create_from_file_or_fail(
		weight == LETTER_BOLD ? "/usr/share/fonts/truetype/noto/"
					"NotoSansArabic-Bold.ttf"
				      : "/usr/share/fonts/truetype/noto/"
					"NotoSansArabic-Regular.ttf");
	assert_non_null(blob);
	hb_face_t *face = hb_face_create(blob, 0);
	hb_font_t *font = hb_font_create(face);
	hb_blob_destroy(blob);
	hb_face_destroy(face);
	return font;
}

/*
 * The font has two of a heh that joins nothing, and chooses by the letter
 * before it; the table has the one that stands behind an alef.
 */
static bool is_lone_heh(const struct letter *letter)
{
	return letter->code == 0x647 && letter->form == LETTER_ALONE;
}

static void expect_shaped(
	hb_font_t *font, const char *word, const struct screen_style *style)
{
	struct placed_text placed;
	unsigned count = 0;
	hb_buffer_t *buffer = hb_buffer_create();
	hb_buffer_add_utf8(buffer, word, -1, 0, -1);
	hb_buffer_set_direction(buffer, HB_DIRECTION_RTL);
	hb_buffer_set_script(buffer, HB_SCRIPT_ARABIC);
	hb_buffer_set_flags(buffer, HB_BUFFER_FLAG_REMOVE_DEFAULT_IGNORABLES);
	hb_shape(font, buffer, NULL, 0);
	const hb_glyph_info_t *glyph =
		hb_buffer_get_glyph_infos(buffer, &count);
	screen_text(bytes_of_text(word), style, &placed);
	if (placed.count != count)
		fail_msg("%s: %zu letters, HarfBuzz has %u", word, placed.count,
			count);
	for (unsigned i = 0; i < count; i++)
		if (placed.placed[i].letter->glyph != glyph[i].codepoint &&
			!is_lone_heh(placed.placed[i].letter))
			fail_msg("%s: letter %u from the left is glyph %u, "
				 "HarfBuzz has %u",
				word, i, placed.placed[i].letter->glyph,
				glyph[i].codepoint);
	hb_buffer_destroy(buffer);
}

/* No marks: their place among the glyphs is another one here. */
static const char *const words[] = { "گەڕەکی", "ڕاپەڕین", "ساڵی", "نوێ",
	"هەڵبژاردن", "شارەکان", "ژمارەی", "دەنگدان", "کوردستان", "قوتابخانە",
	"سندوق", "ئێوە", "ڵ", "ۆ", "صندوق", "می‌شود",
	"صندوق‌ها", "پذیرفته", "نشد", "حافظه", "آماده", "شمارش",
	"پچژگکی", "تأیید", "مسئول", "انتخابات", "لا", "إلا", "بلا", "الله",
	"اسلامی", "سلام", "کلاس", "ملأ", "الآن", "خلاصه", "سؤال", "جزء",
	"قرائت", "رأی", "گشایش", "هیئت", "نهایی", "شورای", "تهران", "چهارمحال",
	"لهجه", "ههه", "ییی", "ککک", "ێێێ", "ڵڵڵ", "ڕڕڕ", "ەەە", "ۆۆۆ", "ژژژ",
	"ءءء" };

static void test_letters_join_as_harfbuzz_has_it(void **state)
{
	(void)state;
	for (int weight = 0; weight < LETTER_WEIGHTS; weight++) {
		const struct screen_style style = { (enum letter_weight)weight,
			false, WIDE, 1 };
		hb_font_t *font = font_of((enum letter_weight)weight);
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			expect_shaped(font, words[i], &style);
		hb_font_destroy(font);
	}
}

/* Every letter beside every other: what can be written at all. */
static void test_all_pairs_join_as_harfbuzz_has_it(void **state)
{
	static const char *const letters[] = { "ا", "آ", "ب", "پ", "ت", "ث",
		"ج", "چ", "ح", "خ", "د", "ذ", "ر", "ز", "ژ", "س", "ش", "ص", "ض",
		"ط", "ظ", "ع", "غ", "ف", "ق", "ک", "گ", "ل", "م", "ن", "و", "ه",
		"ی", "ئ", "ؤ", "أ", "إ", "ء", "ڕ", "ڵ", "ێ", "ۆ", "ە", "ڤ", "ھ",
		"ك", "ي", "ى", "ة" };
	enum { LETTERS = sizeof(letters) / sizeof(letters[0]) };
	hb_font_t *font = font_of(LETTER_REGULAR);
	(void)state;
	for (int i = 0; i < LETTERS * LETTERS; i++) {
		char word[32];
		snprintf(word, sizeof(word), "ب%s%sب", letters[i / LETTERS],
			letters[i % LETTERS]);
		expect_shaped(font, word, &persian);
		snprintf(word, sizeof(word), "%s%s", letters[i / LETTERS],
			letters[i % LETTERS]);
		expect_shaped(font, word, &persian);
	}
	hb_font_destroy(font);
}

/* The hamza of «حافظهٔ» stands over the heh, and moves nothing. */
/* Of a text that is a letter and its mark: over or under all of the letter. */
static void expect_marked(const char *text, uint32_t code)
{
	struct placed_text placed;
	screen_text(bytes_of_text(text), &persian, &placed);
	assert_int_equal(placed.count, 2);
	const bool first = placed.placed[0].letter->mark != 0;
	const struct placed *mark = &placed.placed[first ? 0 : 1];
	const struct placed *base = &placed.placed[first ? 1 : 0];
	assert_int_equal(mark->letter->code, code);
	assert_int_equal(placed.line[0].width, base->letter->advance);
	const int top = mark->y + mark->letter->top;
	const int bottom = mark->y + mark->letter->bottom;
	if (bottom <= base->letter->top && top >= base->letter->bottom)
		fail_msg("%s: the mark lies on the letter", text);
}

static void test_marks_stand_on_their_letter(void **state)
{
	struct placed_text with, without;
	(void)state;
	screen_text(bytes_of_text("حافظهٔ"), &persian, &with);
	screen_text(bytes_of_text("حافظه"), &persian, &without);
	assert_int_equal(with.count, without.count + 1);
	assert_int_equal(with.line[0].width, without.line[0].width);
	const struct placed *mark = &with.placed[0], *heh = &with.placed[1];
	if (!mark->letter->mark) {
		mark = &with.placed[1];
		heh = &with.placed[0];
	}
	assert_int_equal(heh->letter->code, 0x647);
	assert_true(mark->x + mark->letter->left > heh->x);
	assert_true(
		mark->x + mark->letter->right < heh->x + heh->letter->advance);
	/* Low, high and deep letters. */
	expect_marked("ه\u0654", 0x654);
	expect_marked("ک\u0654", 0x654);
	expect_marked("ل\u064e", 0x64e);
	expect_marked("ج\u0650", 0x650);
	expect_marked("ر\u0650", 0x650);
}

/* --- lines --- */

static const char sentence[] = "یک دو سه چهار پنج شش هفت هشت نه ده یازده";

static void test_lines_are_filled_word_by_word(void **state)
{
	const struct screen_style style = { LETTER_REGULAR, false, 6000, 8 };
	struct placed_text placed;
	char first[SEEN_MOST];
	(void)state;
	screen_text(bytes_of_text(sentence), &style, &placed);
	assert_in_range(placed.lines, 3, 5);
	assert_false(placed.cut);
	for (size_t i = 0; i < placed.lines; i++)
		assert_in_range(placed.line[i].width, 1, 6000);
	seen_of(&placed, 0, first);
	assert_non_null(strstr(first, "کی"));
	assert_null(strstr(first, "هدزای"));
}

static void test_what_has_no_room_is_cut(void **state)
{
	const struct screen_style style = { LETTER_REGULAR, false, 6000, 2 };
	struct placed_text placed;
	char last[SEEN_MOST];
	(void)state;
	screen_text(bytes_of_text(sentence), &style, &placed);
	assert_int_equal(placed.lines, 2);
	assert_true(placed.cut);
	assert_in_range(placed.line[1].width, 1, 6000);
	seen_of(&placed, 1, last);
	assert_memory_equal(last, "…", strlen("…"));
}

/* A digest has no spaces: it is broken where it has to be. */
static void test_a_long_word_is_broken(void **state)
{
	const struct screen_style style = { LETTER_REGULAR, true, 4000, 8 };
	struct placed_text placed;
	(void)state;
	screen_text(bytes_of_text("0123456789abcdef0123456789abcdef"), &style,
		&placed);
	assert_in_range(placed.lines, 4, 6);
	assert_int_equal(placed.count, 32);
}

static void test_no_room_at_all_ends(void **state)
{
	const struct screen_style style = { LETTER_REGULAR, true, 0, 8 };
	struct placed_text placed;
	(void)state;
	screen_text(bytes_of_text("ab cd ef gh ij"), &style, &placed);
	assert_in_range(placed.lines, 1, 8);
}

static void test_what_is_no_text_is_shown_as_such(void **state)
{
	(void)state;
	expect_seen("a\xff\xc3(", &english, "a\uFFFD\uFFFD(");
	expect_seen("\xe0", &english, "\uFFFD");
	expect_seen("好", &english, "\uFFFD");
	expect_seen("می\u200cشود", &persian, "دوشیم");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_do_not_turn),
		cmocka_unit_test(test_names_in_latin_do_not_turn),
		cmocka_unit_test(test_brackets_are_turned),
		cmocka_unit_test(test_english_may_hold_persian),
		cmocka_unit_test(test_letters_join_as_harfbuzz_has_it),
		cmocka_unit_test(test_all_pairs_join_as_harfbuzz_has_it),
		cmocka_unit_test(test_marks_stand_on_their_letter),
		cmocka_unit_test(test_lines_are_filled_word_by_word),
		cmocka_unit_test(test_what_has_no_room_is_cut),
		cmocka_unit_test(test_a_long_word_is_broken),
		cmocka_unit_test(test_no_room_at_all_ends),
		cmocka_unit_test(test_what_is_no_text_is_shown_as_such),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
