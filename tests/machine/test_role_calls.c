/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The system calls of the roles, asked of the kernel that runs: for each role
 * and each number, a child enters the role's sandbox and makes the call.
 */
#include "appliance/machine/roles.h"
#include "tests/support/confined.h"
#include "tests/support/patience.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE = 300, CALLS_MOST = 64 };

static const char block[] = "/dev/loop0";

static void test_calls_are_the_table_s(void **state)
{
	const enum sandbox_setting setting = confined_setting();
	(void)state;
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++) {
		struct confined confined;
		confined_prepare(&confined, role_row_of(role)->sandbox, block);
		confined_share_namespaces(&confined);
		assert_int_equal(
			confined_check_calls(&confined, setting, stderr), 0);
	}
}

/* Without its row a call kills: nothing else lets it through. */
static void try_without(struct confined *confined, size_t taken_away,
	enum sandbox_setting setting)
{
	static struct sandbox_call left[CALLS_MOST];
	const struct sandbox_spec whole = confined->spec;
	const struct confined_call call =
		confined_call_of(&whole.calls[taken_away]);
	size_t count = 0;
	for (size_t i = 0; i < whole.call_count; i++)
		if (i != taken_away)
			left[count++] = whole.calls[i];
	confined->spec.calls = left;
	confined->spec.call_count = count;
	const int status = confined_try(confined, setting, &call);
	confined->spec = whole;
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
		fail_msg("%s: call %ld without its row: wait status %#x",
			whole.name, call.number, (unsigned)status);
}

static void test_each_row_is_what_lets_a_call_through(void **state)
{
	const enum sandbox_setting setting = confined_setting();
	(void)state;
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++) {
		struct confined confined;
		confined_prepare(&confined, role_row_of(role)->sandbox, block);
		confined_share_namespaces(&confined);
		assert_true(confined.spec.call_count <= CALLS_MOST);
		for (size_t i = 0; i < confined.spec.call_count; i++)
			try_without(&confined, i, setting);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls_are_the_table_s),
		cmocka_unit_test(test_each_row_is_what_lets_a_call_through),
	};
	patience(PATIENCE);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
