/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An archive in a file: what was read stays as it was, and of one that is
 * larger than a process should hold a part is in memory at a time.
 */
#include "appliance/desk/common/archive_file.h"
#include "appliance/formats/crypto.h"
#include "tests/desk/workplace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	MEMBERS = 40,
	MEMBER_SIZE = 4 << 20,
	SMALL_MEMBERS = 20000,
	SMALL_SIZE = 3000,
	/* Far below each archive, above what is kept and one member. */
	MEMORY_MOST_KIB = 40 << 10,
};

static void put_member(FILE *file, size_t number, size_t size)
{
	static uint8_t content[MEMBER_SIZE + USTAR_BLOCK_SIZE];
	uint8_t header[USTAR_BLOCK_SIZE];
	char name[USTAR_NAME_MOST + 1];
	snprintf(name, sizeof(name), "m/%05zu", number);
	assert_null(ustar_header_encode(name, size, header));
	memset(content, (int)(number % 251), size);
	memset(content + size, 0, USTAR_BLOCK_SIZE);
	fwrite(header, 1, sizeof(header), file);
	fwrite(content, 1, size + ustar_padding(size), file);
}

static void make_archive(const char *name, size_t members, size_t size)
{
	static const uint8_t end[2 * USTAR_BLOCK_SIZE];
	FILE *file = fopen(name, "we");
	assert_non_null(file);
	for (size_t i = 0; i < members; i++)
		put_member(file, i, size);
	fwrite(end, 1, sizeof(end), file);
	assert_int_equal(fclose(file), 0);
}

static bool is_member(struct bytes content, size_t number, size_t size)
{
	size_t right = 0;
	for (size_t i = 0; i < content.size; i++)
		right += content.data[i] == number % 251;
	return content.size == size && right == size;
}

/* All twice: what was given back is there again. */
static bool are_there(
	const struct archive *archive, size_t members, size_t size)
{
	bool there = archive->count == members;
	for (size_t i = 0; i < 2 * members && there; i++) {
		char name[USTAR_NAME_MOST + 1];
		snprintf(name, sizeof(name), "m/%05zu", i % members);
		there = is_member(
			archive_find(archive, name), i % members, size);
	}
	return there;
}

static int read_all(const char *name, size_t members, size_t size)
{
	static struct archive_file file;
	struct rusage before, used;
	getrusage(RUSAGE_SELF, &before);
	if (archive_file_read(name, &file) != 0)
		return 1;
	const bool there = are_there(&file.archive, members, size);
	archive_file_free(&file);
	getrusage(RUSAGE_SELF, &used);
	/* A sanitizer's own memory was there before. */
	const long grown = used.ru_maxrss - before.ru_maxrss;
	if (grown > MEMORY_MOST_KIB)
		fprintf(stderr, "%s: %ld KiB\n", name, grown);
	return !there ? 2 : grown > MEMORY_MOST_KIB ? 3 : 0;
}

/* In a process of its own, whose memory is measured. */
static void fits(const char *name, size_t members, size_t size)
{
	int status = -1;
	make_archive(name, members, size);
	const pid_t child = fork();
	if (child == 0)
		_exit(read_all(name, members, size));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	unlink(name);
}

static void a_part_of_it_is_in_memory(void **state)
{
	(void)state;
	fits("large.tar", MEMBERS, MEMBER_SIZE);
	fits("many.tar", SMALL_MEMBERS, SMALL_SIZE);
}

/* Whoever has the medium changes nothing any more. */
static void what_was_read_stays(void **state)
{
	static struct archive_file file;
	(void)state;
	make_archive("some.tar", 3, SMALL_SIZE);
	assert_int_equal(archive_file_read("some.tar", &file), 0);
	make_archive("some.tar", 1, SMALL_SIZE + 1);
	assert_true(are_there(&file.archive, 3, SMALL_SIZE));
	archive_file_free(&file);
	assert_int_equal(shell("ls -A %s | grep -c sandoq-archive", folder), 1);
}

static void without_a_place_for_the_copy_it_is_not_read(void **state)
{
	static struct archive_file file;
	(void)state;
	make_archive("some.tar", 1, SMALL_SIZE);
	setenv("TMPDIR", "/nowhere", 1);
	assert_int_equal(archive_file_read("some.tar", &file), EX_CANTCREAT);
	archive_file_free(&file);
	setenv("TMPDIR", folder, 1);
	assert_int_equal(archive_file_read("none.tar", &file), EX_NOINPUT);
	archive_file_free(&file);
	write_file("empty.tar", bytes_of(NULL, 0));
	assert_int_equal(archive_file_read("empty.tar", &file), EX_DATAERR);
	archive_file_free(&file);
}

static int begin(void **state)
{
	(void)state;
	workplace_make();
	setenv("TMPDIR", folder, 1);
	return chdir(folder);
}

static int end(void **state)
{
	(void)state;
	workplace_drop();
	return chdir("/");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_part_of_it_is_in_memory),
		cmocka_unit_test(what_was_read_stays),
		cmocka_unit_test(without_a_place_for_the_copy_it_is_not_read),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
