/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was packed comes back, here and from liblz4; what liblz4 packs is read;
 * and no changed byte is read behind the end of anything.
 */
#include "appliance/formats/packed.h"

#include <lz4.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PLAIN_MOST = 1 << 18, HEAD = sizeof(PACKED_HEADING) - 1 + 4 };

/* Exactly as large as it has to be, for the sanitizers. */
static uint8_t *room(size_t size)
{
	uint8_t *space = malloc(size > 0 ? size : 1);
	assert_non_null(space);
	return space;
}

static struct bytes packed_of(struct bytes plain)
{
	const size_t most = packed_most(plain.size);
	struct writer out = writer_of(room(most), most);
	write_packed(&out, plain);
	assert_false(out.broken);
	return written(&out);
}

static void comes_back(struct bytes plain)
{
	const struct bytes packed = packed_of(plain);
	uint8_t *space = room(plain.size);
	assert_true(is_packed(packed));
	assert_int_equal(packed_size(packed), plain.size);
	assert_true(packed_open(packed, space));
	assert_memory_equal(space, plain.data, plain.size);
	memset(space, 0, plain.size);
	assert_int_equal(LZ4_decompress_safe((const char *)packed.data + HEAD,
				 (char *)space, (int)(packed.size - HEAD),
				 (int)plain.size),
		plain.size);
	assert_memory_equal(space, plain.data, plain.size);
	free(space);
	free((void *)packed.data);
}

/* Texts that repeat at many distances, between bytes that do not. */
static void fill(uint8_t *plain, size_t size, uint32_t random)
{
	size_t at = 0;
	while (at < size) {
		random = random * 1664525 + 1013904223;
		const size_t back = 1 + (random >> 8) % 70000;
		const size_t length = (random >> 4) % 600;
		const bool repeats = random >> 31 != 0 && back <= at;
		for (size_t i = 0; i < length && at < size; i++, at++)
			if (repeats)
				plain[at] = plain[at - back];
			else
				plain[at] = (uint8_t)(random >> (i % 24));
	}
}

static void all_comes_back(void **state)
{
	uint8_t *plain = room(PLAIN_MOST);
	(void)state;
	fill(plain, PLAIN_MOST, 1);
	for (size_t size = 0; size < 600; size++)
		comes_back(bytes_of(plain, size));
	comes_back(bytes_of(plain, PLAIN_MOST));
	memset(plain, 'a', PLAIN_MOST);
	for (size_t size = 0; size < 600; size++)
		comes_back(bytes_of(plain, size));
	comes_back(bytes_of(plain, PLAIN_MOST));
	free(plain);
}

static void repetitions_are_left_out(void **state)
{
	uint8_t *plain = room(PLAIN_MOST);
	struct bytes packed;
	(void)state;
	for (size_t i = 0; i < PLAIN_MOST; i++)
		plain[i] = (uint8_t)(i % 97);
	packed = packed_of(bytes_of(plain, PLAIN_MOST));
	assert_true(packed.size < PLAIN_MOST / 100);
	free((void *)packed.data);
	free(plain);
}

static void theirs_is_read(void **state)
{
	uint8_t *plain = room(PLAIN_MOST), *back = room(PLAIN_MOST);
	const size_t most = HEAD + (size_t)LZ4_compressBound(PLAIN_MOST);
	struct writer out = writer_of(room(most), most);
	(void)state;
	fill(plain, PLAIN_MOST, 2);
	write_text(&out, PACKED_HEADING);
	write_u32(&out, PLAIN_MOST);
	out.size += (size_t)LZ4_compress_default((const char *)plain,
		(char *)out.data + HEAD, PLAIN_MOST, (int)(most - HEAD));
	assert_true(packed_open(written(&out), back));
	assert_memory_equal(back, plain, PLAIN_MOST);
	free(out.data);
	free(plain);
	free(back);
}

/* Each byte in turn, and each end. */
static void damage_is_contained(void **state)
{
	enum { SIZE = 900 };
	uint8_t plain[SIZE], *back = room(SIZE);
	(void)state;
	fill(plain, SIZE, 3);
	const struct bytes whole = packed_of(bytes_of(plain, SIZE));
	uint8_t *byte = (uint8_t *)whole.data;
	for (size_t size = HEAD; size < whole.size; size++) {
		uint8_t *cut = room(size);
		memcpy(cut, whole.data, size);
		assert_false(packed_open(bytes_of(cut, size), back));
		free(cut);
	}
	assert_int_equal(packed_size(bytes_of(byte, HEAD - 1)), 0);
	for (size_t i = HEAD; i < whole.size; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			byte[i] ^= (uint8_t)(1 << bit);
			packed_open(whole, back);
			byte[i] ^= (uint8_t)(1 << bit);
		}
	assert_true(packed_open(whole, back));
	byte[0] ^= 1;
	assert_false(is_packed(whole));
	assert_int_equal(packed_size(whole), 0);
	assert_false(packed_open(whole, back));
	free(byte);
	free(back);
}

static void no_match_from_nowhere(void **state)
{
	static const struct {
		const char *block;
		size_t size, plain;
	} bad[] = {
		{ "\x10"
		  "a\x00\x00\x00",
			5, 5 }, /* no distance */
		{ "\x10"
		  "a\x02\x00\x00",
			5, 5 }, /* before the start */
		{ "\x10"
		  "a\x01\x00\x00",
			5, 4 }, /* past the end */
		{ "\x10"
		  "a\x01\x00\x00",
			5, 6 },		  /* too short */
		{ "\xf0\xff\xff", 3, 5 }, /* a number without an end */
		{ "", 0, 0 },
	};
	uint8_t space[64], back[16];
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct writer out = writer_of(space, sizeof(space));
		write_text(&out, PACKED_HEADING);
		write_u32(&out, (uint32_t)bad[i].plain);
		write_bytes(&out, bytes_of(bad[i].block, bad[i].size));
		assert_false(packed_open(written(&out), back));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_comes_back),
		cmocka_unit_test(repetitions_are_left_out),
		cmocka_unit_test(theirs_is_read),
		cmocka_unit_test(damage_is_contained),
		cmocka_unit_test(no_match_from_nowhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
