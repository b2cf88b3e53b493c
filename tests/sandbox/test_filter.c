/* SPDX-License-Identifier: Apache-2.0 */
/* The system call filter, asked without a kernel about every call. */
#include "sandbox/sandbox.h"
#include "tests/support/filter.h"

#include <linux/audit.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/mman.h>

#include <cmocka.h>

static const struct sandbox_call calls[] = {
	SANDBOX_CALL(read, "any read"),
	SANDBOX_CALL(
		exit_group, "only with status 7", { SANDBOX_EQUAL, 0, 7, 0 }),
	SANDBOX_CALL(mmap, "memory that is never executable",
		{ SANDBOX_MASKED_EQUAL, 2, 0, PROT_EXEC }),
	SANDBOX_CALL(lseek, "short of 4 GiB and from the start",
		{ SANDBOX_AT_MOST, 1, 0xffffffff, 0 },
		{ SANDBOX_EQUAL, 2, 0, 0 }),
	SANDBOX_CALL(fcntl, "one command", { SANDBOX_EQUAL, 1, 1, 0 }),
	SANDBOX_CALL(fcntl, "another command", { SANDBOX_EQUAL, 1, 3, 0 }),
};

static const struct sandbox_spec spec = { .name = "test",
	SANDBOX_CALLS(calls) };

enum { NUMBERS = 1024, X32 = 0x40000000 };

static struct filter filter;

static int set_up(void **state)
{
	(void)state;
	filter_of_spec(&spec, &filter);
	return 0;
}

static uint32_t verdict(
	uint32_t arch, long number, uint64_t a, uint64_t b, uint64_t c)
{
	struct seccomp_data data = {
		.nr = (int)number, .arch = arch, .args = { a, b, c }
	};
	return filter_verdict(&filter, &data);
}

static bool allows(long number, uint64_t a, uint64_t b, uint64_t c)
{
	uint32_t said = verdict(AUDIT_ARCH_X86_64, number, a, b, c);
	assert_true(
		said == SECCOMP_RET_ALLOW || said == SECCOMP_RET_KILL_PROCESS);
	return said == SECCOMP_RET_ALLOW;
}

static bool is_listed(long number)
{
	for (size_t i = 0; i < spec.call_count; i++)
		if (spec.calls[i].number == number)
			return true;
	return false;
}

static void test_unlisted_numbers_kill(void **state)
{
	(void)state;
	for (long n = -1; n < NUMBERS; n++)
		if (!is_listed(n))
			assert_false(allows(n, 0, 0, 0));
	assert_true(allows(SYS_read, 1, 2, 3));
}

static void test_other_architectures_kill(void **state)
{
	(void)state;
	for (long n = 0; n < NUMBERS; n++) {
		assert_int_equal(verdict(AUDIT_ARCH_I386, n, 0, 0, 0),
			SECCOMP_RET_KILL_PROCESS);
		assert_false(allows(X32 + n, 0, 0, 0));
	}
}

static void test_equal_compares_64_bits(void **state)
{
	(void)state;
	assert_true(allows(SYS_exit_group, 7, 0, 0));
	assert_false(allows(SYS_exit_group, 8, 0, 0));
	assert_false(allows(SYS_exit_group, 7 | 1ULL << 32, 0, 0));
}

static void test_executable_memory_is_denied(void **state)
{
	(void)state;
	for (uint64_t p = 0; p < 256; p++)
		assert_int_equal(
			allows(SYS_mmap, 0, 0, p), (p & PROT_EXEC) == 0);
}

static void test_all_bounds_must_hold(void **state)
{
	(void)state;
	assert_true(allows(SYS_lseek, 0, 0xffffffff, 0));
	assert_false(allows(SYS_lseek, 0, 0x100000000, 0));
	assert_false(allows(SYS_lseek, 0, UINT64_MAX, 0));
	assert_false(allows(SYS_lseek, 0, 1, 1));
}

static void test_any_of_several_rows_is_enough(void **state)
{
	(void)state;
	assert_true(allows(SYS_fcntl, 0, 1, 0));
	assert_false(allows(SYS_fcntl, 0, 2, 0));
	assert_true(allows(SYS_fcntl, 0, 3, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unlisted_numbers_kill),
		cmocka_unit_test(test_other_architectures_kill),
		cmocka_unit_test(test_equal_compares_64_bits),
		cmocka_unit_test(test_executable_memory_is_denied),
		cmocka_unit_test(test_all_bounds_must_hold),
		cmocka_unit_test(test_any_of_several_rows_is_enough),
	};
	return cmocka_run_group_tests(tests, set_up, NULL);
}
