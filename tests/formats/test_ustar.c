/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ustar headers against the stock tar, byte for byte; of one header there is
 * one encoding only.
 */
#include "tests/formats/vector.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "appliance/formats/ustar.h"

enum { ROOM = 16 * USTAR_BLOCK_SIZE };

static size_t make_archive(uint8_t buffer[ROOM])
{
	struct writer writer = writer_of(buffer, ROOM);
	write_ustar_member(
		&writer, "plan.note", bytes_of_text("first content\n"));
	write_ustar_member(&writer, "boxes/017.age", bytes_of_text("second\n"));
	write_ustar_member(&writer, "empty", (struct bytes){ 0 });
	write_ustar_end(&writer);
	assert_false(writer.broken);
	return writer.size;
}

/* Walks to the end; the last refusal, or NULL at the end. */
static refusal walk(struct bytes archive, size_t *members)
{
	struct ustar_member member;
	struct bytes content;
	refusal refused;
	*members = 0;
	for (;;) {
		refused = ustar_next(&archive, &member, &content);
		if (refused != NULL || member.end)
			return refused;
		++*members;
	}
}

static void members_come_back(void **state)
{
	uint8_t buffer[ROOM];
	struct bytes rest = bytes_of(buffer, make_archive(buffer));
	struct ustar_member member;
	struct bytes content;
	(void)state;
	assert_refusal(ustar_next(&rest, &member, &content), NULL);
	assert_string_equal(member.name, "plan.note");
	assert_text(content, "first content\n");
	assert_refusal(ustar_next(&rest, &member, &content), NULL);
	assert_string_equal(member.name, "boxes/017.age");
	assert_text(content, "second\n");
	assert_refusal(ustar_next(&rest, &member, &content), NULL);
	assert_string_equal(member.name, "empty");
	assert_int_equal(content.size, 0);
	assert_refusal(ustar_next(&rest, &member, &content), NULL);
	assert_true(member.end);
}

/* The stock tar makes the same bytes, but for zeros at the end. */
static void stock_tar_makes_the_same(void **state)
{
	char directory[] = "/tmp/test_ustar.XXXXXX";
	char command[512];
	uint8_t ours[ROOM];
	uint8_t theirs[20 * USTAR_BLOCK_SIZE + 1];
	size_t size = make_archive(ours);
	size_t members;
	FILE *tar;
	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(command, sizeof(command),
		"cd %s && mkdir boxes && echo 'first content' >plan.note && "
		"echo second >boxes/017.age && : >empty && "
		"tar --format=ustar --owner=0 --group=0 --numeric-owner "
		"--mode=644 --mtime=@0 -cf - plan.note boxes/017.age empty; "
		"rm -r %s",
		directory, directory);
	/* The command is fixed but for a fresh directory. */
	tar = popen(command, "r"); // NOLINT(cert-env33-c)
	assert_non_null(tar);
	assert_int_equal(
		fread(theirs, 1, sizeof(theirs), tar), sizeof(theirs) - 1);
	assert_int_equal(pclose(tar), 0);
	assert_memory_equal(ours, theirs, size);
	assert_refusal(
		walk(bytes_of(theirs, sizeof(theirs) - 1), &members), NULL);
	assert_int_equal(members, 3);
}

static void names_are_of_the_subset(void **state)
{
	static const char *const accepted[] = { "a", "0", "A.b_c-d",
		"boxes/017.age" };
	static const char *const refused[] = { "", "/", "/a", "a/", "a//b",
		"a/b/c", ".", "..", "../a", "a/..", ".hidden", "a/.b", "-rf",
		"a b", "a\\b", "a\nb", "\xd8\xb4", "a:b", "_a" };
	uint8_t block[USTAR_BLOCK_SIZE];
	char name[USTAR_NAME_MOST + 2];
	struct ustar_member member;
	(void)state;
	for (size_t i = 0; i < COUNT(accepted); i++)
		assert_refusal(
			ustar_header_encode(accepted[i], 0, block), NULL);
	for (size_t i = 0; i < COUNT(refused); i++)
		assert_non_null(ustar_header_encode(refused[i], 0, block));
	memset(name, 'n', sizeof(name));
	name[USTAR_NAME_MOST] = 0;
	assert_refusal(ustar_header_encode(name, 1, block), NULL);
	assert_refusal(ustar_header_decode(block, &member), NULL);
	assert_string_equal(member.name, name);
	name[USTAR_NAME_MOST] = 'n';
	name[USTAR_NAME_MOST + 1] = 0;
	assert_non_null(ustar_header_encode(name, 1, block));
}

static void sizes_are_octal(void **state)
{
	uint8_t block[USTAR_BLOCK_SIZE];
	struct ustar_member member;
	const uint64_t largest = ((uint64_t)1 << 33) - 1;
	(void)state;
	assert_refusal(ustar_header_encode("a", largest, block), NULL);
	assert_refusal(ustar_header_decode(block, &member), NULL);
	assert_true(member.size == largest);
	assert_non_null(ustar_header_encode("a", largest + 1, block));
	assert_int_equal(ustar_padding(0), 0);
	assert_int_equal(ustar_padding(1), 511);
	assert_int_equal(ustar_padding(512), 0);
}

static void put_checksum(uint8_t *block)
{
	unsigned int sum = 0;
	memset(block + 148, ' ', 8);
	for (size_t i = 0; i < USTAR_BLOCK_SIZE; i++)
		sum += block[i];
	snprintf((char *)block + 148, 8, "%06o", sum);
}

/* Whatever byte of a header differs, with a right checksum or without. */
static void headers_are_canonical(void **state)
{
	uint8_t block[USTAR_BLOCK_SIZE];
	struct ustar_member member;
	(void)state;
	for (size_t i = 0; i < USTAR_BLOCK_SIZE; i++) {
		assert_refusal(ustar_header_encode("a", 8, block), NULL);
		block[i] ^= 0x80;
		assert_non_null(ustar_header_decode(block, &member));
		if (i >= 148 && i < 156)
			continue;
		put_checksum(block);
		assert_non_null(ustar_header_decode(block, &member));
	}
}

static void other_types_are_refused(void **state)
{
	static const char types[] = "1234567gxLK";
	uint8_t block[USTAR_BLOCK_SIZE];
	struct ustar_member member;
	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		ustar_header_encode("a", 0, block);
		block[156] = (uint8_t)types[i];
		put_checksum(block);
		assert_non_null(ustar_header_decode(block, &member));
	}
}

static void damaged_archives_are_refused(void **state)
{
	uint8_t buffer[ROOM];
	size_t size = make_archive(buffer);
	size_t members;
	(void)state;
	assert_refusal(walk(bytes_of(buffer, size), &members), NULL);
	for (size_t cut = 0; cut < size; cut++)
		assert_refusal(walk(bytes_of(buffer, cut), &members),
			"the archive is cut off");
	buffer[USTAR_BLOCK_SIZE + 100] = 1;
	assert_refusal(walk(bytes_of(buffer, size), &members),
		"the padding of a member is not zero");
	buffer[USTAR_BLOCK_SIZE + 100] = 0;
	buffer[size - 1] = 1;
	assert_refusal(walk(bytes_of(buffer, size), &members),
		"something follows the end of the archive");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_come_back),
		cmocka_unit_test(stock_tar_makes_the_same),
		cmocka_unit_test(names_are_of_the_subset),
		cmocka_unit_test(sizes_are_octal),
		cmocka_unit_test(headers_are_canonical),
		cmocka_unit_test(other_types_are_refused),
		cmocka_unit_test(damaged_archives_are_refused),
	};
	return cmocka_run_group_tests_name("ustar", tests, NULL, NULL);
}
