/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed memfds: nobody changes them, and only such are mapped. */
#include "appliance/machine/memfd.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static const char text[] = "one box";

static void test_contents_come_back(void **state)
{
	const int memfd = memfd_of(bytes_of_text(text));
	struct bytes mapped;
	(void)state;
	assert_true(memfd >= 0);
	assert_int_equal(fcntl(memfd, F_GETFD), FD_CLOEXEC);
	assert_null(memfd_map(memfd, strlen(text), &mapped));
	assert_true(bytes_equal(mapped, bytes_of_text(text)));
	memfd_unmap(&mapped);
	assert_null(mapped.data);
	assert_int_equal(mapped.size, 0);
	close(memfd);
}

static void test_files_are_copied_whole_or_not_at_all(void **state)
{
	const struct bytes start = bytes_of_text("start ");
	struct bytes mapped;
	(void)state;
	const int file = memfd_create("file", 0);
	assert_int_equal(write(file, text, strlen(text)), strlen(text));
	assert_int_equal(lseek(file, 0, SEEK_SET), 0);
	const int memfd = memfd_of_file(start, file, strlen(text));
	assert_null(memfd_map(memfd, 64, &mapped));
	assert_true(bytes_equal(mapped, bytes_of_text("start one box")));
	memfd_unmap(&mapped);
	assert_int_equal(lseek(file, 0, SEEK_SET), 0);
	assert_int_equal(memfd_of_file(start, file, strlen(text) + 1), -1);
	close(memfd);
	close(file);
}

static void test_nobody_changes_them(void **state)
{
	const int memfd = memfd_of(bytes_of_text(text));
	(void)state;
	assert_int_equal(pwrite(memfd, "x", 1, 0), -1);
	assert_int_equal(pwrite(memfd, "x", 1, sizeof(text)), -1);
	assert_int_equal(ftruncate(memfd, 1), -1);
	assert_int_equal(ftruncate(memfd, sizeof(text) + 1), -1);
	assert_ptr_equal(mmap(NULL, sizeof(text), PROT_READ | PROT_WRITE,
				 MAP_SHARED, memfd, 0),
		MAP_FAILED);
	assert_int_equal(fcntl(memfd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE), -1);
	close(memfd);
}

static void test_empty_ones(void **state)
{
	const int memfd = memfd_of(bytes_of(NULL, 0));
	struct bytes mapped = bytes_of_text(text);
	(void)state;
	assert_true(memfd >= 0);
	assert_null(memfd_map(memfd, 0, &mapped));
	assert_int_equal(mapped.size, 0);
	memfd_unmap(&mapped);
	close(memfd);
}

static void test_size_is_bounded(void **state)
{
	const int memfd = memfd_of(bytes_of_text(text));
	struct bytes mapped;
	(void)state;
	assert_string_equal(memfd_map(memfd, strlen(text) - 1, &mapped),
		"a memfd is too large");
	close(memfd);
}

static void test_each_seal_is_needed(void **state)
{
	static const int seals[] = { F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE,
		F_SEAL_SEAL };
	(void)state;
	for (unsigned set = 0; set < 16; set++) {
		const int memfd = memfd_create("test", MFD_ALLOW_SEALING);
		struct bytes mapped;
		assert_int_equal(
			write(memfd, text, sizeof(text)), sizeof(text));
		for (unsigned i = 0; i < 4; i++)
			if ((set >> i & 1) != 0)
				assert_int_equal(
					fcntl(memfd, F_ADD_SEALS, seals[i]), 0);
		const refusal why = memfd_map(memfd, sizeof(text), &mapped);
		if (set == 15) {
			assert_null(why);
			memfd_unmap(&mapped);
		} else {
			assert_string_equal(why, "a memfd is not sealed");
		}
		close(memfd);
	}
}

static void test_others_are_refused(void **state)
{
	const int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct bytes mapped;
	(void)state;
	assert_true(file >= 0);
	assert_non_null(memfd_map(file, SIZE_MAX, &mapped));
	close(file);
	assert_non_null(memfd_map(-1, SIZE_MAX, &mapped));
}

static void test_broken_writers_have_none(void **state)
{
	uint8_t space[4];
	struct writer out = writer_of(space, sizeof(space));
	(void)state;
	write_u32(&out, 1);
	const int memfd = memfd_written(&out);
	assert_true(memfd >= 0);
	close(memfd);
	write_u8(&out, 1);
	assert_int_equal(memfd_written(&out), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contents_come_back),
		cmocka_unit_test(test_files_are_copied_whole_or_not_at_all),
		cmocka_unit_test(test_nobody_changes_them),
		cmocka_unit_test(test_empty_ones),
		cmocka_unit_test(test_size_is_bounded),
		cmocka_unit_test(test_each_seal_is_needed),
		cmocka_unit_test(test_others_are_refused),
		cmocka_unit_test(test_broken_writers_have_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
