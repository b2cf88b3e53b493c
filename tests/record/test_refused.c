/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The texts of refused deliveries: what is written is read again, a sum tells
 * of the first few and how many there are, and nothing else is one.
 */
#include "appliance/record/refused.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct journal_header signed_one = {
	.type = ENTRY_REFUSED, .station = 3, .sequence = 1
};

static struct journal_header sum_of(uint16_t sequence)
{
	return (struct journal_header){ .type = ENTRY_REFUSED,
		.station = JOURNAL_NO_STATION,
		.sequence = sequence };
}

static struct refused number(uint8_t n)
{
	struct refused refused = { .told = bytes_of_text(
					   "-: it is not a box") };
	memset(refused.came.byte, n, SHA256_SIZE);
	return refused;
}

static void test_one_is_a_line(void **state)
{
	uint8_t space[REFUSED_LINE_MOST];
	struct writer out = writer_of(space, sizeof(space));
	const struct refused one = number(7);
	struct refused_text text;
	struct refused again;
	(void)state;
	write_refused(&out, &one);
	assert_null(refused_parse(&signed_one, written(&out), &text));
	assert_int_equal(text.count, 1);
	assert_int_equal(refused_count(&signed_one), 1);
	assert_true(refused_next(&text, &again));
	assert_true(digest_equal(&one.came, &again.came));
	assert_true(bytes_equal(one.told, again.told));
	assert_false(refused_next(&text, &again));
}

/* Of `count`: how many lines tell of one. */
static unsigned lines_of(uint64_t count, uint16_t sequence)
{
	static uint8_t space[REFUSED_TEXT_MOST];
	struct writer out = writer_of(space, sizeof(space));
	const struct journal_header header = sum_of(sequence);
	struct refused_sum sum = { 0 };
	struct refused_text text;
	struct refused one;
	unsigned lines = 0;
	for (uint64_t i = 0; i < count; i++) {
		one = number((uint8_t)i);
		refused_add(&sum, &one);
	}
	write_refused_sum(&out, &sum);
	assert_int_equal(refused_sequence(&sum), sequence);
	assert_null(refused_parse(&header, written(&out), &text));
	assert_int_equal(text.count, count);
	assert_int_equal(refused_count(&header), sequence);
	for (; refused_next(&text, &one); lines++)
		assert_int_equal(one.came.byte[0], lines);
	return lines;
}

static void test_a_sum_tells_of_the_first(void **state)
{
	(void)state;
	assert_int_equal(lines_of(1, 1), 1);
	assert_int_equal(lines_of(8, 8), 8);
	assert_int_equal(lines_of(9, 9), 8);
	assert_int_equal(lines_of(65534, 65534), 8);
	assert_int_equal(lines_of(100000, 65535), 8);
}

/* What is written has room, however long the reasons are. */
static void test_the_longest_has_room(void **state)
{
	static char why[REFUSED_TOLD_SIZE];
	static uint8_t space[REFUSED_TEXT_MOST];
	struct writer out = writer_of(space, sizeof(space));
	const struct journal_header header = sum_of(10);
	struct refused_sum sum = { 0 };
	struct refused_text text;
	(void)state;
	memset(why, 'x', sizeof(why));
	why[0] = '-';
	why[1] = ':';
	why[2] = ' ';
	for (int i = 0; i < 10; i++) {
		const struct refused one = { .told = bytes_of(
						     why, sizeof(why)) };
		refused_add(&sum, &one);
	}
	write_refused_sum(&out, &sum);
	assert_false(out.broken);
	assert_null(refused_parse(&header, written(&out), &text));
}

#define HEX "0123456789012345678901234567890123456789012345678901234567890123"
#define HEAD "deliveries without an entry of their own: "

static void test_nothing_else_is_a_sum(void **state)
{
	static const char *const texts[] = { "", HEX " -: why\n", HEAD "1\n",
		HEAD "2\n" HEX " -: why\n", HEAD "0\n",
		HEAD "01\n" HEX " -: why\n", HEAD "1\n" HEX " -: why",
		HEAD "1\n" HEX " \n", HEAD "1\n" HEX " why\n",
		HEAD "1\n" HEX " : why\n", HEAD "1\n" HEX " -: \n",
		HEAD "1\n" HEX " -: why\n" HEX " -: why\n",
		HEAD "1\n" HEX " -: a\033\n", HEAD "one\n" HEX " -: why\n" };
	const struct journal_header header = sum_of(1);
	struct refused_text text;
	(void)state;
	assert_null(refused_parse(
		&header, bytes_of_text(HEAD "1\n" HEX " -: why\n"), &text));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_non_null(
			refused_parse(&header, bytes_of_text(texts[i]), &text));
	assert_non_null(refused_parse(
		&signed_one, bytes_of_text(HEAD "1\n" HEX " -: why\n"), &text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_is_a_line),
		cmocka_unit_test(test_a_sum_tells_of_the_first),
		cmocka_unit_test(test_the_longest_has_room),
		cmocka_unit_test(test_nothing_else_is_a_sum),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
