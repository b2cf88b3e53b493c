/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cursor and writer: each reads what the other writes, stays broken once it was
 * broken, and never leaves its bounds.
 */
#include "tests/formats/vector.h"

static void cursor_reads_big_endian(void **state)
{
	uint8_t buffer[32];
	struct cursor cursor =
		cursor_of(unhex("01020304050607080900000003aabbcc", buffer));
	(void)state;
	assert_int_equal(cursor_u8(&cursor), 0x01);
	assert_int_equal(cursor_u16(&cursor), 0x0203);
	assert_int_equal(cursor_u32(&cursor), 0x04050607);
	assert_int_equal(cursor_u16(&cursor), 0x0809);
	assert_hex(cursor_field(&cursor, 3), "aabbcc");
	assert_true(cursor_done(&cursor));
}

static void cursor_stays_broken(void **state)
{
	struct cursor cursor = cursor_of(bytes_of_text("abc"));
	uint8_t copy[2] = { 1, 1 };
	(void)state;
	assert_int_equal(cursor_u32(&cursor), 0);
	assert_true(cursor.broken);
	assert_int_equal(cursor_u8(&cursor), 0);
	cursor_copy(&cursor, copy, sizeof(copy));
	assert_int_equal(copy[0] | copy[1], 0);
	assert_int_equal(cursor_take(&cursor, 0).size, 0);
	assert_int_equal(cursor_line(&cursor).size, 0);
	assert_false(cursor_done(&cursor));
}

static void cursor_refuses_large_fields(void **state)
{
	uint8_t buffer[8];
	struct bytes whole = unhex("00000003aabbcc", buffer);
	struct cursor small = cursor_of(whole);
	struct cursor cut = cursor_of(bytes_of(whole.data, 6));
	(void)state;
	cursor_field(&small, 2);
	assert_true(small.broken);
	cursor_field(&cut, 3);
	assert_true(cut.broken);
}

static void cursor_splits_lines(void **state)
{
	struct cursor cursor = cursor_of(bytes_of_text("one\n\ntwo"));
	(void)state;
	assert_text(cursor_line(&cursor), "one");
	assert_text(cursor_line(&cursor), "");
	assert_false(cursor.broken);
	cursor_line(&cursor);
	assert_true(cursor.broken);
}

static void the_last_line_may_lack_its_end(void **state)
{
	struct cursor cursor = cursor_of(bytes_of_text("one\n\ntwo"));
	(void)state;
	assert_text(cursor_line_or_rest(&cursor), "one");
	assert_text(cursor_line_or_rest(&cursor), "");
	assert_false(cursor_done(&cursor));
	assert_text(cursor_line_or_rest(&cursor), "two");
	assert_true(cursor_done(&cursor));
	assert_text(cursor_line_or_rest(&cursor), "");
	assert_true(cursor_done(&cursor));
}

static void writer_mirrors_cursor(void **state)
{
	uint8_t buffer[64];
	struct writer writer = writer_of(buffer, sizeof(buffer));
	(void)state;
	write_u8(&writer, 1);
	write_u16(&writer, 0x0203);
	write_u32(&writer, 0x04050607);
	write_u64(&writer, 0x08090a0b0c0d0e0f);
	write_field(&writer, bytes_of_text("z"));
	write_hex(&writer, bytes_of("\x0f\xa0", 2));
	write_decimal(&writer, 0);
	write_text(&writer, ".");
	write_decimal(&writer, UINT64_MAX);
	assert_hex(bytes_of(buffer, 15), "0102030405060708090a0b0c0d0e0f");
	assert_hex(bytes_of(buffer + 15, 5), "000000017a");
	assert_text(bytes_of(buffer + 20, writer.size - 20),
		"0fa00.18446744073709551615");
}

static void writer_stays_broken(void **state)
{
	uint8_t buffer[3];
	struct writer writer = writer_of(buffer, sizeof(buffer));
	(void)state;
	write_u16(&writer, 1);
	write_u16(&writer, 1);
	assert_true(writer.broken);
	write_u8(&writer, 1);
	assert_int_equal(writer.size, 2);
	assert_int_equal(written(&writer).size, 0);
}

/* Nobody writes there without room for all of it. */
static void room_is_whole_or_none(void **state)
{
	uint8_t buffer[4];
	struct writer writer = writer_of(buffer, sizeof(buffer));
	(void)state;
	write_u8(&writer, 1);
	assert_ptr_equal(writer_room(&writer, 3), buffer + 1);
	assert_int_equal(writer.size, 1);
	assert_null(writer_room(&writer, 4));
	assert_true(writer.broken);
	assert_null(writer_room(&writer, 1));
}

static void hex_is_lower_case_and_exact(void **state)
{
	uint8_t out[2];
	(void)state;
	assert_true(hex_decode(bytes_of_text("00ff"), out, 2));
	assert_int_equal(out[1], 0xff);
	assert_false(hex_decode(bytes_of_text("00FF"), out, 2));
	assert_false(hex_decode(bytes_of_text("00f"), out, 2));
	assert_false(hex_decode(bytes_of_text("00ff00"), out, 2));
	assert_false(hex_decode(bytes_of_text("0g"), out, 1));
	assert_true(hex_decode(bytes_of_text(""), out, 0));
}

static void decimal_is_canonical(void **state)
{
	static const char *const refused[] = { "", "00", "01", "+1", "-1", " 1",
		"1 ", "0x1", "18446744073709551616",
		"99999999999999999999999" };
	uint64_t value = 0;
	(void)state;
	for (size_t i = 0; i < COUNT(refused); i++)
		assert_false(decimal_decode(
			bytes_of_text(refused[i]), UINT64_MAX, &value));
	assert_true(decimal_decode(
		bytes_of_text("18446744073709551615"), UINT64_MAX, &value));
	assert_true(value == UINT64_MAX);
	assert_true(decimal_decode(bytes_of_text("0"), 0, &value));
	assert_true(decimal_decode(bytes_of_text("16"), 16, &value));
	assert_false(decimal_decode(bytes_of_text("17"), 16, &value));
	assert_false(decimal_decode(bytes_of_text("4"), 3, &value));
	assert_false(decimal_decode(bytes_of_text("20"), 19, &value));
}

static void clean_text_is_utf8(void **state)
{
	static const char *const clean[] = { "", " ~", "شورای شهر", "\u2014",
		"\xc2\xa0", "\xed\x9f\xbf", "\U0001f5f3" };
	static const char *const refused[] = { "\n", "\t", "\x7f", "\xc2\x85",
		"\xc2\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80",
		"\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
		"\x80", "\xc3", "\xe2\x80", "\xe2\x80\x41", "\xff",
		"\xe2\x82\xc2", "\xe2\x82\xff" };
	(void)state;
	for (size_t i = 0; i < COUNT(clean); i++)
		assert_true(text_is_clean(bytes_of_text(clean[i])));
	for (size_t i = 0; i < COUNT(refused); i++)
		assert_false(text_is_clean(bytes_of_text(refused[i])));
	assert_false(text_is_clean(bytes_of("a\0b", 3)));
}

/* "2803" behind an override is read as "3082". */
static void clean_text_is_seen(void **state)
{
	static const char *const clean[] = { "\u200c", /* ZWNJ */
		"\u200d",			       /* ZWJ */
		"\u034e", "\u0350", "\u061b", "\u115e", "\u1161", "\u17b3",
		"\u17b6", "\u180a", "\u1810", "\u3163", "\u3165", "\ud7ff",
		"\ufdfe", "\uff9f", "\uffa1", "\U0001bc9f", "\U0001bca4",
		"\U0001d172", "\U0001d17b", "\u00a0", "\u00ac", "\u00ae",
		"\u200a", "\u2010", "\u2027", "\u202f", "\u205f", "\u2070",
		"\uf900", "\ufdcf", "\ufdf0", "\ufdff", "\ufe10", "\ufe70",
		"\uffef", "\ufffc", "\ufffd", "\U00010000", "\U0001fffd",
		"\U00020000", "\U000dfffd", "\U000e1000" };
	static const char *const refused[] = { "\u00ad", "\u034f", "\u061c",
		"\u115f", "\u1160", "\u17b4", "\u180b", "\u180e", "\u180f",
		"\u200b", "\u200e", "\u200f", "\u2028", "\u2029", "\u202a",
		"\u202e", "\u2060", "\u2066", "\u2069", "\u206f", "\u3164",
		"\ue000", "\uf8ff", "\ufdd0", "\ufdef", "\ufe00", "\ufe0f",
		"\ufeff", "\uffa0", "\ufff0", "\ufff9", "\ufffb", "\ufffe",
		"\uffff", "\U0001bca0", "\U0001d173", "\U0001fffe",
		"\U000e0001", "\U000e0061", "\U000e01ef", "\U000f0000",
		"\U0010ffff", "\u17b5", "\u2067", "\u2068", "\U0001bca3",
		"\U0001d17a", "\U0001ffff", "\U0002fffe", "\U000dffff",
		"\U000e0000", "\U000e0fff", "\U000ffffd", "\U00100000",
		"a\u202e2803" };
	(void)state;
	for (size_t i = 0; i < COUNT(clean); i++)
		if (!text_is_clean(bytes_of_text(clean[i])))
			fail_msg("number %zu was refused", i);
	for (size_t i = 0; i < COUNT(refused); i++)
		if (text_is_clean(bytes_of_text(refused[i])))
			fail_msg("number %zu was taken", i);
}

static void equality_is_by_size_and_bytes(void **state)
{
	struct bytes a = bytes_of_text("abc");
	(void)state;
	assert_true(bytes_equal(a, bytes_of_text("abc")));
	assert_true(bytes_equal_secret(a, bytes_of_text("abc")));
	assert_false(bytes_equal(a, bytes_of_text("abd")));
	assert_false(bytes_equal_secret(a, bytes_of_text("abd")));
	assert_false(bytes_equal(a, bytes_of_text("abcd")));
	assert_false(bytes_equal_secret(a, bytes_of_text("ab")));
	assert_true(bytes_equal((struct bytes){ 0 }, bytes_of_text("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cursor_reads_big_endian),
		cmocka_unit_test(cursor_stays_broken),
		cmocka_unit_test(cursor_refuses_large_fields),
		cmocka_unit_test(cursor_splits_lines),
		cmocka_unit_test(the_last_line_may_lack_its_end),
		cmocka_unit_test(writer_mirrors_cursor),
		cmocka_unit_test(writer_stays_broken),
		cmocka_unit_test(room_is_whole_or_none),
		cmocka_unit_test(hex_is_lower_case_and_exact),
		cmocka_unit_test(decimal_is_canonical),
		cmocka_unit_test(clean_text_is_utf8),
		cmocka_unit_test(clean_text_is_seen),
		cmocka_unit_test(equality_is_by_size_and_bytes),
	};
	return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}
