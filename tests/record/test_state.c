/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of states: each has a name of its own, and the TPM's phase counter
 * follows the states as the keys' policies want it (docs/protocols/policy.md).
 */
#include "appliance/record/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define STATES (STATE_FAILED + 1)

static void test_states_have_names_of_their_own(void **state)
{
	(void)state;
	for (enum machine_state a = 0; a < STATES; a++) {
		assert_non_null(state_name(a));
		for (enum machine_state b = 0; b < a; b++)
			assert_string_not_equal(state_name(a), state_name(b));
	}
}

/* BK works while P is p + 1 or p + 2, RK while it is p + 2. */
static void test_phases_follow_the_states(void **state)
{
	static const uint64_t phases[STATES] = {
		[STATE_OPEN] = 1,
		[STATE_CLOSED] = 2,
		[STATE_APPROVED] = 2,
		[STATE_RELEASED] = 3,
		[STATE_ABANDONED] = 3,
	};
	(void)state;
	for (enum machine_state is = 0; is < STATES; is++)
		assert_int_equal(state_phases(is), phases[is]);
}

/* The phase counter never goes back, so no state may want that. */
static void test_no_step_wants_more_than_one_phase(void **state)
{
	(void)state;
	for (enum machine_state is = STATE_SEALED; is < STATE_RELEASED; is++) {
		const uint64_t next = state_phases(is + 1);
		assert_in_range(next, state_phases(is), state_phases(is) + 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states_have_names_of_their_own),
		cmocka_unit_test(test_phases_follow_the_states),
		cmocka_unit_test(test_no_step_wants_more_than_one_phase),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
