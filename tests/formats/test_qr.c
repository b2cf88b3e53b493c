/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QR codes: another program reads from a picture what was written into it, at
 * both ends of each version.
 */
#include "appliance/formats/qr.h"
#include "tests/support/qr_reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Bytes that each version holds in level M: table 7 of the standard. */
static const size_t holds[QR_VERSIONS + 1] = { 0, 14, 26, 42, 62, 84, 106, 122,
	152, 180, 213, 251, 287 };

static void write_text_of(char *text, size_t size)
{
	static const char letters[] = "0123456789abcdefghij-:/KLMNOPQRSTUVW";
	for (size_t i = 0; i < size; i++)
		text[i] = letters[(i * 7 + size) % (sizeof(letters) - 1)];
	text[size] = '\0';
}

static bool is_dark(const struct qr *qr, int row, int column)
{
	return row >= 0 && column >= 0 && row < qr->size && column < qr->size &&
	       qr->dark[row][column];
}

/* Three pixels a module, with the quiet zone. */
static void write_picture(FILE *file, const struct qr *qr)
{
	const int side = qr->size + 2 * QR_QUIET;
	fprintf(file, "P5 %d %d 255\n", 3 * side, 3 * side);
	for (int y = 0; y < 3 * side; y++)
		for (int x = 0; x < 3 * side; x++)
			fputc(is_dark(qr, y / 3 - QR_QUIET, x / 3 - QR_QUIET)
					? 0
					: 255,
				file);
}

static void read_back(const struct qr *qr, const char *text)
{
	char path[] = "/tmp/sandoq-qr.XXXXXX";
	const int descriptor = mkstemp(path);
	FILE *file = fdopen(descriptor, "wb");
	assert_non_null(file);
	write_picture(file, qr);
	assert_int_equal(fclose(file), 0);
	expect_qr(path, text);
}

static void test_another_program_reads_every_version(void **state)
{
	(void)state;
	for (int version = 1; version <= QR_VERSIONS; version++)
		for (size_t size = holds[version - 1] + 1;
			size <= holds[version];
			size += holds[version] - holds[version - 1] - 1) {
			char text[QR_TEXT_MOST + 1];
			struct qr qr;
			write_text_of(text, size);
			assert_true(qr_encode(bytes_of_text(text), &qr));
			assert_int_equal(qr.size, 17 + 4 * version);
			read_back(&qr, text);
		}
}

static void test_what_is_too_long_is_refused(void **state)
{
	char text[QR_TEXT_MOST + 2];
	struct qr qr;
	(void)state;
	write_text_of(text, QR_TEXT_MOST + 1);
	assert_false(qr_encode(bytes_of_text(text), &qr));
}

/* A phone finds a code by these; nothing of the text may touch them. */
static void test_the_corners_are_there(void **state)
{
	struct qr qr;
	(void)state;
	assert_true(qr_encode(bytes_of_text("sandoq"), &qr));
	for (int i = 0; i < 7; i++) {
		assert_true(qr.dark[0][i] && qr.dark[i][0]);
		assert_true(qr.dark[0][qr.size - 1 - i]);
		assert_true(qr.dark[qr.size - 1 - i][0]);
		assert_false(qr.dark[7][i] || qr.dark[i][7]);
	}
	for (int i = 8; i < qr.size - 8; i++) {
		assert_int_equal(qr.dark[6][i], i % 2 == 0);
		assert_int_equal(qr.dark[i][6], i % 2 == 0);
	}
}

/* Whatever was in that memory before. */
static void test_a_text_has_one_code(void **state)
{
	struct qr qr, again;
	(void)state;
	assert_true(qr_encode(bytes_of_text("sandoq"), &qr));
	memset(&again, 0xff, sizeof(again));
	assert_true(qr_encode(bytes_of_text("sandoq"), &again));
	assert_memory_equal(&qr, &again, sizeof(qr));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_another_program_reads_every_version),
		cmocka_unit_test(test_what_is_too_long_is_refused),
		cmocka_unit_test(test_the_corners_are_there),
		cmocka_unit_test(test_a_text_has_one_code),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
