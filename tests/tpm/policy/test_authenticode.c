/* SPDX-License-Identifier: Apache-2.0 */
/* The image hash of EFI programs. */
#include "appliance/formats/crypto.h"
#include "tpm/policy/authenticode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum {
	COFF = 0x40,
	OPTIONAL = COFF + 24,
	OPTIONAL_SIZE = 112 + 16 * 8,
	CHECKSUM = OPTIONAL + 64,
	CERTIFICATES = OPTIONAL + 112 + 4 * 8,
	SECTIONS = OPTIONAL + OPTIONAL_SIZE,
	HEADERS = 0x200,
	IMAGE_SIZE = 0x800,
	FILE_MOST = IMAGE_SIZE + 64,
};

struct file {
	uint8_t byte[FILE_MOST];
	size_t size;
};

static void put(struct file *file, size_t at, size_t size, uint32_t value)
{
	for (size_t i = 0; i < size; i++)
		file->byte[at + i] = (uint8_t)(value >> 8 * i);
}

static void put_section(struct file *file, size_t index, const char *name,
	uint32_t raw_at, uint32_t raw_size, uint32_t address)
{
	size_t at = SECTIONS + 40 * index;
	memcpy(file->byte + at, name, strlen(name));
	put(file, at + 8, 4, raw_size);
	put(file, at + 12, 4, address);
	put(file, at + 16, 4, raw_size);
	put(file, at + 20, 4, raw_at);
}

/* A PE32+ EFI application; the second section comes first in the file. */
static struct file program(void)
{
	struct file file = { .size = IMAGE_SIZE };
	for (size_t i = HEADERS; i < IMAGE_SIZE; i++)
		file.byte[i] = (uint8_t)(i * 7 >> 3);
	memcpy(file.byte, "MZ", 2);
	put(&file, 0x3C, 4, COFF);
	memcpy(file.byte + COFF, "PE\0\0", 4);
	put(&file, COFF + 4, 2, 0x8664);
	put(&file, COFF + 6, 2, 2);
	put(&file, COFF + 20, 2, OPTIONAL_SIZE);
	put(&file, COFF + 22, 2, 0x0206);
	put(&file, OPTIONAL, 2, 0x20B);
	put(&file, OPTIONAL + 32, 4, 0x200);
	put(&file, OPTIONAL + 36, 4, 0x200);
	put(&file, OPTIONAL + 56, 4, 0x3000);
	put(&file, OPTIONAL + 60, 4, HEADERS);
	put(&file, CHECKSUM, 4, 0);
	put(&file, OPTIONAL + 68, 2, 10);
	put(&file, OPTIONAL + 108, 4, 16);
	put_section(&file, 0, ".text", 0x400, 0x400, 0x1000);
	put_section(&file, 1, ".data", 0x200, 0x200, 0x2000);
	return file;
}

static refusal digest_of(const struct file *file, struct digest *out)
{
	return authenticode_digest(bytes_of(file->byte, file->size), out);
}

static struct digest accepted(const struct file *file)
{
	struct digest digest;
	assert_null(digest_of(file, &digest));
	return digest;
}

/* By "osslsigncode sign -h sha256", then "osslsigncode verify". */
static void as_osslsigncode_says(void **state)
{
	struct file file = program();
	struct digest digest = accepted(&file);
	uint8_t expected[SHA256_SIZE];
	(void)state;
	assert_true(hex_decode(
		bytes_of_text("eef6e4798af36f383fb0580cc31031373c48dfb9087878"
			      "454ec7aae17b911f04"),
		expected, sizeof(expected)));
	assert_memory_equal(digest.byte, expected, SHA256_SIZE);
}

static void checksum_is_left_out(void **state)
{
	struct file file = program();
	struct digest before = accepted(&file);
	struct digest after;
	(void)state;
	put(&file, CHECKSUM, 4, 0x12345678);
	after = accepted(&file);
	assert_true(digest_equal(&before, &after));
}

static void signature_is_left_out(void **state)
{
	struct file file = program();
	struct digest before = accepted(&file);
	struct digest after;
	(void)state;
	put(&file, CERTIFICATES, 4, IMAGE_SIZE);
	put(&file, CERTIFICATES + 4, 4, 16);
	memset(file.byte + IMAGE_SIZE, 0xAA, 16);
	file.size += 16;
	after = accepted(&file);
	assert_true(digest_equal(&before, &after));
}

static void every_other_byte_counts(void **state)
{
	struct file file = program();
	struct digest before = accepted(&file);
	(void)state;
	for (size_t i = 0; i < file.size; i++) {
		bool left_out = (i >= CHECKSUM && i < CHECKSUM + 4) ||
				(i >= CERTIFICATES && i < CERTIFICATES + 8);
		struct digest after;

		file.byte[i] ^= 0x80;
		if (!left_out && !digest_of(&file, &after))
			assert_false(digest_equal(&before, &after));
		file.byte[i] ^= 0x80;
	}
}

static void bytes_after_the_sections_count(void **state)
{
	struct file file = program();
	struct digest before = accepted(&file);
	struct digest after;
	(void)state;
	file.size += 8;
	after = accepted(&file);
	assert_false(digest_equal(&before, &after));
}

static void cut_off_anywhere(void **state)
{
	struct file file = program();
	struct digest digest;
	(void)state;
	for (file.size = 0; file.size < IMAGE_SIZE; file.size++)
		assert_non_null(digest_of(&file, &digest));
}

static void no_program(void **state)
{
	struct file file = program();
	struct digest digest;
	(void)state;
	put(&file, OPTIONAL, 2, 0x30B);
	assert_string_equal(digest_of(&file, &digest),
		"the program is neither PE32 nor PE32+");
	file = program();
	put(&file, COFF + 6, 2, 97);
	assert_string_equal(digest_of(&file, &digest),
		"the program has more than 96 sections");
	file = program();
	put(&file, CERTIFICATES, 4, IMAGE_SIZE - 32);
	put(&file, CERTIFICATES + 4, 4, 16);
	assert_string_equal(digest_of(&file, &digest),
		"the program's certificates are not at its end");
	file = program();
	put(&file, 0x3C, 4, 0xFFFFFFFF);
	assert_string_equal(
		digest_of(&file, &digest), "the program is not a PE file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_osslsigncode_says),
		cmocka_unit_test(checksum_is_left_out),
		cmocka_unit_test(signature_is_left_out),
		cmocka_unit_test(every_other_byte_counts),
		cmocka_unit_test(bytes_after_the_sections_count),
		cmocka_unit_test(cut_off_anywhere),
		cmocka_unit_test(no_program),
	};
	crypto_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
