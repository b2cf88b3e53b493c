/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A count in which calls fail by chance: its outcome is the right result or
 * none, never another one, and it never waits for ever.
 */
#include "appliance/formats/crypto.h"
#include "appliance/machine/roles.h"
#include "tests/faults/faults.h"
#include "tests/support/patience.h"
#include "tests/support/sealed_village.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	RUNS = 2400,
	/* Side by side: some wait a while for a role that has not ended. */
	LANES = 6,
	PATIENCE = 100,
	ALL_PATIENCE = 1500,
	TEXT_MOST = 16 * 1024,
	BALLOTS = 40,
	MISCOUNTS = 5,
};

enum outcome { RIGHT, NONE, WRONG, STALLED, OUTCOMES };

struct lane {
	pid_t pid;
	char *text; /* shared with the run */
};

static struct sealed_village sealed;
static char *right;
static struct lane lanes[LANES];

/* Its header does not fit its note: a box that must be void. */
static void add_void_box(void)
{
	static const uint8_t payload[BALLOTS_PADDED_LEAST] = "no ballots";
	sealed_village_add(
		&sealed, SOUTH, 2, bytes_of(payload, sizeof(payload)));
}

static int make_election(void **state)
{
	struct count_outcome outcome;
	struct wire_text why;
	(void)state;
	sealed_village_init(&sealed, SANDBOX_DESK, 1000, 2);
	sealed.task.at_once = 2;
	sealed_village_add_ballots(&sealed, NORTH, 1, BALLOTS);
	sealed_village_add_ballots(&sealed, SOUTH, 1, BALLOTS);
	add_void_box();
	assert_true(sealed_village_count(&sealed, &outcome, &why));
	assert_int_equal(outcome.counted, 2);
	assert_int_equal(outcome.voided, 1);
	right = outcome_text_of(&outcome);
	assert_true(strlen(right) < TEXT_MOST);
	for (size_t i = 0; i < LANES; i++) {
		lanes[i].text = mmap(NULL, TEXT_MOST, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		assert_ptr_not_equal(lanes[i].text, MAP_FAILED);
	}
	return 0;
}

static int drop_election(void **state)
{
	(void)state;
	for (size_t i = 0; i < LANES; i++)
		munmap(lanes[i].text, TEXT_MOST);
	sealed_village_free(&sealed);
	free(right);
	return 0;
}

/* One run, in a process of its own; exit status 0 when it has a result. */
static void run(char *text, uint64_t seed, uint32_t one_in, int only)
{
	struct count_outcome outcome;
	struct wire_text why;
	/* The test library would go on with its next test. */
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	patience(PATIENCE);
	faults_begin(seed, one_in, only);
	const bool has_result = sealed_village_count(&sealed, &outcome, &why);
	faults_end();
	if (!has_result)
		_exit(1);
	char *copy = outcome_text_of(&outcome);
	strncpy(text, copy, TEXT_MOST - 1);
	_exit(0);
}

static void start(struct lane *lane, uint64_t seed, uint32_t one_in, int only)
{
	lane->text[0] = '\0';
	lane->pid = fork();
	assert_true(lane->pid >= 0);
	if (lane->pid == 0)
		run(lane->text, seed, one_in, only);
}

static enum outcome judge(const struct lane *lane, int status)
{
	if (WIFSIGNALED(status) &&
		(WTERMSIG(status) == SIGALRM || WTERMSIG(status) == SIGPROF))
		return STALLED;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return NONE;
	return strcmp(lane->text, right) == 0 ? RIGHT : WRONG;
}

static enum outcome finish(struct lane *lane)
{
	int status;
	assert_int_equal(waitpid(lane->pid, &status, 0), lane->pid);
	lane->pid = 0;
	return judge(lane, status);
}

static enum outcome outcome_of(uint64_t seed, uint32_t one_in, int only)
{
	start(&lanes[0], seed, one_in, only);
	return finish(&lanes[0]);
}

static void a_result_without_faults_is_right(void **state)
{
	(void)state;
	assert_int_equal(outcome_of(1, UINT32_MAX, FAULT_ANY), RIGHT);
}

/* What these tests look for, they see. */
static void a_miscount_is_seen(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= MISCOUNTS; seed++)
		assert_int_equal(
			outcome_of(seed, BALLOTS / 4, FAULT_MISCOUNT), WRONG);
}

/* Each by itself: it is on the way to a result, and nobody overlooks it. */
static void a_call_that_always_fails_ends_the_count(void **state)
{
	(void)state;
	for (size_t call = 0; call < fault_call_count; call++) {
		const enum outcome got = outcome_of(1, 1, (int)call);
		const enum outcome wanted =
			fault_calls[call].end == ENDS ? NONE : RIGHT;
		if (got != wanted)
			fail_msg("%s: outcome %d, not %d",
				fault_calls[call].name, got, wanted);
	}
}

/* From many faults in a run to one in many runs. */
static uint32_t rareness(uint64_t seed)
{
	static const uint32_t one_in[] = { 300, 1500, 6000, 24000 };
	return one_in[seed % (sizeof(one_in) / sizeof(one_in[0]))];
}

static void no_run_has_a_wrong_result(void **state)
{
	size_t count[OUTCOMES] = { 0 };
	(void)state;
	for (uint64_t seed = 0; seed < RUNS + LANES; seed++) {
		struct lane *lane = &lanes[seed % LANES];
		if (seed >= LANES) {
			const enum outcome got = finish(lane);
			count[got]++;
			if (got == WRONG || got == STALLED)
				fail_msg("seed %llu: %s",
					(unsigned long long)(seed - LANES),
					got == WRONG ? lane->text : "stalled");
		}
		if (seed < RUNS)
			start(lane, seed, rareness(seed), FAULT_ANY);
	}
	print_message("%d runs: %zu right results, %zu without result\n", RUNS,
		count[RIGHT], count[NONE]);
	assert_int_equal(count[RIGHT] + count[NONE], RUNS);
	assert_true(count[RIGHT] >= RUNS / 8);
	assert_true(count[NONE] >= RUNS / 4);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_result_without_faults_is_right),
		cmocka_unit_test(a_miscount_is_seen),
		cmocka_unit_test(a_call_that_always_fails_ends_the_count),
		cmocka_unit_test(no_run_has_a_wrong_result),
	};
	int status;
	faults_start();
	if (roles_main(argc, argv, &status))
		_exit(status);
	crypto_start();
	patience(ALL_PATIENCE);
	return cmocka_run_group_tests_name(
		"counting", tests, make_election, drop_election);
}
