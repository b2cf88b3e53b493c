/* SPDX-License-Identifier: Apache-2.0 */
/* How long the launcher and `machine wait` wait for a machine. */
#include "appliance/desk/emulator/folder.h"
#include "appliance/desk/emulator/patience.h"
#include "tests/support/patience.h"

#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { RIVALS = 4, SHORT_MS = 200 };

/* One that never rests and may run on one processor only. */
static pid_t start_rival(void)
{
	cpu_set_t first;
	const pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	patience(1);
	CPU_ZERO(&first);
	CPU_SET(0, &first);
	sched_setaffinity(0, sizeof(first), &first);
	for (;;)
		;
}

static uint64_t waited_for(pid_t process)
{
	const uint64_t begin = now_ms();
	struct patience left =
		patience_of((const pid_t[]){ process, 0 }, SHORT_MS);
	int never[2];
	assert_int_equal(pipe(never), 0);
	assert_false(patience_readable(&left, never[0]));
	close(never[0]);
	close(never[1]);
	return now_ms() - begin;
}

static void test_nobody_has_the_time_of_the_clock(void **state)
{
	(void)state;
	assert_true(waited_for(0) >= SHORT_MS);
}

static void test_who_waits_for_a_processor_has_more(void **state)
{
	pid_t rival[RIVALS];
	(void)state;
	for (size_t i = 0; i < RIVALS; i++)
		rival[i] = start_rival();
	const uint64_t waited = waited_for(rival[0]);
	for (size_t i = 0; i < RIVALS; i++) {
		kill(rival[i], SIGKILL);
		waitpid(rival[i], NULL, 0);
	}
	assert_true(waited >= 2 * (uint64_t)SHORT_MS);
}

/* A process whose child, made by vfork(), never goes its own way: state D. */
static void test_who_waits_for_a_disk_has_more(void **state)
{
	const pid_t pid = fork();
	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* Nothing else makes this state without a disk. */
		const pid_t own = vfork(); /* NOLINT */
		if (own == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL); /* NOLINT */
			for (;;)
				pause(); /* NOLINT */
		}
		_exit(0);
	}
	const uint64_t waited = waited_for(pid);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_true(waited >= 5 * (uint64_t)SHORT_MS);
}

static void test_renewed_it_is_whole(void **state)
{
	struct patience left = patience_of((const pid_t[]){ 0, 0 }, SHORT_MS);
	(void)state;
	left.left_ms = 1;
	patience_renew(&left);
	assert_int_equal(left.left_ms, SHORT_MS);
}

static void test_no_time_is_over_at_once(void **state)
{
	struct patience none = patience_of((const pid_t[]){ 0, 0 }, 0);
	(void)state;
	assert_true(patience_is_over(&none));
}

static void test_what_is_there_is_read_without_patience(void **state)
{
	struct patience none = patience_of((const pid_t[]){ 0, 0 }, 0);
	int ends[2];
	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "x", 1), 1);
	assert_true(patience_readable(&none, ends[0]));
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody_has_the_time_of_the_clock),
		cmocka_unit_test(test_who_waits_for_a_processor_has_more),
		cmocka_unit_test(test_who_waits_for_a_disk_has_more),
		cmocka_unit_test(test_renewed_it_is_whole),
		cmocka_unit_test(test_no_time_is_over_at_once),
		cmocka_unit_test(test_what_is_there_is_read_without_patience),
	};
	patience(20);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
