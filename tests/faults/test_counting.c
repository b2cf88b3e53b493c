/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A count in which calls fail: each occurrence of each call in each process,
 * one in a run; and many by chance. The outcome is the right result or none,
 * never another one; it never waits for ever, and nothing is left over: no
 * descriptor, memory, mapping or process.
 */
#include "appliance/formats/crypto.h"
#include "appliance/machine/roles.h"
#include "appliance/machine/spawn.h"
#include "tests/faults/faults.h"
#include "tests/support/patience.h"
#include "tests/support/sealed_village.h"
#include "tests/support/told.h"

#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

#include <cmocka.h>

enum {
	/* By chance; FAULT_RUNS times as many. */
	RUNS = 240,
	PATIENCE = 100,
	ALL_PATIENCE = 1500,
	TEXT_MOST = 16 * 1024,
	LEFT_MOST = 128,
	BALLOTS = 40,
	MISCOUNTS = 5,
	/* Runs without faults, that tell how often each call occurs. */
	REHEARSALS = 3,
	/* What a run may need once more, as its processes go side by side. */
	ATTEMPTS = 5,
	LEFT_MILLISECONDS = 20000,
};

enum outcome { RIGHT, NONE, WRONG, CRASHED, STALLED, LEFT_OVER, OUTCOMES };

/* Shared with the run. */
struct told {
	char text[TEXT_MOST];
	char left[LEFT_MOST];	      /* what is left over, or "" */
	char why[WIRE_TEXT_MOST + 1]; /* there is no result, or "" */
};

struct lane {
	pid_t pid;
	struct told *told;
	struct faults_wanted wanted;
	unsigned attempts;
};

static const struct faults_wanted no_fault = { .only = FAULT_ANY,
	.one_in = UINT32_MAX };

static struct sealed_village sealed;
static char *right;
static struct lane lanes[FAULT_LANES];

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
	struct notice why;
	(void)state;
	sealed_village_init(&sealed, SANDBOX_DESK, 1000, 2);
	sealed.task.at_once = 2;
	sealed_village_add_ballots(&sealed, NORTH, 1, BALLOTS);
	sealed_village_add_ballots(&sealed, SOUTH, 1, BALLOTS);
	add_void_box();
	assert_true(sealed_village_count(&sealed, &outcome, &why));
	assert_int_equal(outcome.counted, 2);
	assert_int_equal(outcome.voided, 1);
	right = outcome_text_of(&sealed, &outcome);
	assert_true(strlen(right) < TEXT_MOST);
	for (size_t i = 0; i < FAULT_LANES; i++) {
		lanes[i].told = mmap(NULL, sizeof(*lanes[i].told),
			PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
			0);
		assert_ptr_not_equal(lanes[i].told, MAP_FAILED);
	}
	return 0;
}

static int drop_election(void **state)
{
	(void)state;
	for (size_t i = 0; i < FAULT_LANES; i++)
		munmap(lanes[i].told, sizeof(*lanes[i].told));
	sealed_village_free(&sealed);
	free(right);
	return 0;
}

static const char *call_name(int call)
{
	return call < 0 ? "any call" : fault_calls[call].name;
}

/*
 * What a run leaves over
 */

/*
 * Waits for all children that are left, and tells how many there were; -1 when
 * one goes on.
 */
static int children_left(void)
{
	siginfo_t end = { 0 };
	const struct timespec pause = { .tv_nsec = 2000000 };
	int count = 0;
	for (unsigned waited = 0; waited < LEFT_MILLISECONDS; waited += 2) {
		if (waitid(P_ALL, 0, &end, WEXITED | WNOHANG) != 0)
			return count;
		if (end.si_pid != 0)
			count++;
		else
			nanosleep(&pause, NULL);
		end.si_pid = 0;
	}
	return -1;
}

/*
 * How many may be left, all of them ended: one when the run did not hear from
 * the starter which process it forked; any when it was told that there is none.
 */
static int children_unknown(const struct faults_wanted *wanted)
{
	static const char *const talk[] = { "poll", "recvmsg", "sendmsg" };
	const char *call = call_name(wanted->only);
	if (wanted->only == FAULT_ANY || strcmp(call, "waitid") == 0)
		return INT_MAX;
	for (size_t i = 0; i < sizeof(talk) / sizeof(talk[0]); i++)
		if (strcmp(call, talk[i]) == 0)
			return 1;
	return 0;
}

/* What nothing points to any more, libcrypto's objects too. */
static bool memory_is_lost(void)
{
#ifdef __SANITIZE_ADDRESS__
	return __lsan_do_recoverable_leak_check() != 0;
#else
	return false;
#endif
}

static void look_for_leaks(char left[LEFT_MOST], size_t descriptors, int most)
{
	const int children = children_left();
	const size_t open = faults_descriptors_open();
	if (open != descriptors)
		snprintf(left, LEFT_MOST, "%zu descriptors, not %zu", open,
			descriptors);
	else if (faults_blocks_held() != 0)
		snprintf(left, LEFT_MOST, "%zu blocks", faults_blocks_held());
	else if (faults_mappings_held() != 0)
		snprintf(left, LEFT_MOST, "%zu mappings",
			faults_mappings_held());
	else if (memory_is_lost())
		snprintf(left, LEFT_MOST, "memory that is lost");
	else if (children < 0)
		snprintf(left, LEFT_MOST, "a child that goes on");
	else if (children > most)
		snprintf(left, LEFT_MOST, "%d children", children);
}

/*
 * One run, in a process of its own
 */

/* Exit status 0 when it has a result. */
static void run(unsigned lane, const struct faults_wanted *wanted)
{
	struct told *told = lanes[lane].told;
	struct count_outcome outcome;
	struct notice why;
	/* The test library would go on with its next test. */
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	patience(PATIENCE);
	const size_t descriptors = faults_descriptors_open();
	faults_begin(wanted, lane);
	const bool has_result = sealed_village_count(&sealed, &outcome, &why);
	faults_end();
	if (has_result) {
		char *copy = outcome_text_of(&sealed, &outcome);
		strncpy(told->text, copy, TEXT_MOST - 1);
		free(copy);
	} else {
		strncpy(told->why, notice_told(&why), WIRE_TEXT_MOST - 1);
	}
	look_for_leaks(told->left, descriptors, children_unknown(wanted));
	_exit(has_result ? 0 : 1);
}

static void start(unsigned number, const struct faults_wanted *wanted)
{
	struct lane *lane = &lanes[number];
	lane->told->text[0] = '\0';
	lane->told->left[0] = '\0';
	lane->told->why[0] = '\0';
	lane->wanted = *wanted;
	lane->pid = fork();
	assert_true(lane->pid >= 0);
	if (lane->pid == 0)
		run(number, wanted);
}

/*
 * A role that read or wrote where no memory is. One that aborts is killed by
 * its filter, as that is not the system call of any role; and libcrypto 3.0
 * itself takes a lock that it had no memory to make.
 */
static bool crashed(const struct lane *lane)
{
	const siginfo_t end = { .si_code = CLD_KILLED, .si_status = SIGSEGV };
	return lane->wanted.only != fault_libcrypto_memory &&
	       strstr(lane->told->why, spawn_end_text(&end)) != NULL;
}

static enum outcome judge(const struct lane *lane, int status)
{
	if (WIFSIGNALED(status) &&
		(WTERMSIG(status) == SIGALRM || WTERMSIG(status) == SIGPROF))
		return STALLED;
	/* Without memory for a hash, nothing goes on. */
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT)
		return NONE;
	if (!WIFEXITED(status) || crashed(lane))
		return CRASHED;
	if (WEXITSTATUS(status) == 0 && strcmp(lane->told->text, right) != 0)
		return WRONG;
	if (lane->told->left[0] != '\0')
		return LEFT_OVER;
	return WEXITSTATUS(status) == 0 ? RIGHT : NONE;
}

static enum outcome finish(unsigned number)
{
	int status;
	struct lane *lane = &lanes[number];
	assert_int_equal(waitpid(lane->pid, &status, 0), lane->pid);
	lane->pid = 0;
	return judge(lane, status);
}

static enum outcome outcome_of(const struct faults_wanted *wanted)
{
	start(0, wanted);
	return finish(0);
}

/* Right or none, and nothing left over: else what went wrong is said. */
static bool is_good(unsigned number, enum outcome got)
{
	static const char *const name[OUTCOMES] = { "right", "none", "wrong",
		"crashed", "stalled", "left over" };
	const struct lane *lane = &lanes[number];
	const struct faults_wanted *wanted = &lane->wanted;
	if (got == RIGHT || got == NONE)
		return true;
	print_error("%s, seed %llu, occurrence %u in %s: %s %s: %s\n",
		call_name(wanted->only), (unsigned long long)wanted->seed,
		wanted->occurrence, fault_process_name(wanted->process),
		name[got], lane->told->left, lane->told->why);
	return false;
}

/*
 * Tests
 */

static void a_result_without_faults_is_right(void **state)
{
	(void)state;
	assert_int_equal(outcome_of(&no_fault), RIGHT);
}

/* What these tests look for, they see. */
static void a_miscount_is_seen(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= MISCOUNTS; seed++) {
		const struct faults_wanted wanted = { .only = FAULT_MISCOUNT,
			.seed = seed,
			.one_in = BALLOTS / 4 };
		assert_int_equal(outcome_of(&wanted), WRONG);
	}
}

/* Each by itself: it is on the way to a result, and nobody overlooks it. */
static void a_call_that_always_fails_ends_the_count(void **state)
{
	(void)state;
	for (size_t call = 0; call < fault_call_count; call++) {
		const struct faults_wanted wanted = { .only = (int)call,
			.one_in = 1 };
		const enum outcome got = outcome_of(&wanted);
		const enum outcome right_one =
			fault_calls[call].end == ENDS ? NONE : RIGHT;
		if (got != right_one)
			fail_msg("%s: outcome %d, not %d: %s",
				fault_calls[call].name, got, right_one,
				lanes[0].told->left);
	}
}

/* How often each call occurs at least, in each process. */
static void rehearse(struct faults_seen *out)
{
	for (unsigned i = 0; i < REHEARSALS; i++) {
		assert_int_equal(outcome_of(&no_fault), RIGHT);
		const struct faults_seen *seen = faults_seen(0);
		for (size_t p = 0; p < FAULT_PROCESSES; p++)
			for (size_t c = 0; c < fault_call_count; c++)
				if (i == 0 ||
					seen->called[p][c] < out->called[p][c])
					out->called[p][c] = seen->called[p][c];
	}
}

/* The next of all occurrences; false behind the last. */
static bool next_occurrence(
	const struct faults_seen *seen, struct faults_wanted *wanted)
{
	for (;;) {
		const uint32_t there =
			seen->called[wanted->process][wanted->only];
		if (wanted->only != fault_libcrypto_memory &&
			wanted->occurrence < there) {
			wanted->occurrence++;
			return true;
		}
		wanted->occurrence = 0;
		if (++wanted->only < (int)fault_call_count)
			continue;
		wanted->only = 0;
		if (++wanted->process == FAULT_PROCESSES)
			return false;
	}
}

struct sums {
	size_t got[OUTCOMES];
	size_t runs;
	size_t faults;
};

/* The outcome of a lane; a run whose fault did not occur is run again. */
static void settle(unsigned number, struct sums *sums)
{
	struct lane *lane = &lanes[number];
	enum outcome got = finish(number);
	while (is_good(number, got) && lane->wanted.occurrence != 0 &&
		faults_seen(number)->failed == 0 &&
		++lane->attempts < ATTEMPTS) {
		const struct faults_wanted again = lane->wanted;
		start(number, &again);
		got = finish(number);
	}
	sums->got[got]++;
	sums->runs++;
	sums->faults += faults_seen(number)->failed;
	if (lane->wanted.occurrence != 0 && faults_seen(number)->failed == 0)
		fail_msg("%s: occurrence %u in %s did not come",
			call_name(lane->wanted.only), lane->wanted.occurrence,
			fault_process_name(lane->wanted.process));
}

static void launch(
	unsigned number, const struct faults_wanted *wanted, struct sums *sums)
{
	if (lanes[number].pid != 0)
		settle(number, sums);
	lanes[number].attempts = 0;
	start(number, wanted);
}

static void settle_all(struct sums *sums)
{
	for (unsigned number = 0; number < FAULT_LANES; number++)
		if (lanes[number].pid != 0)
			settle(number, sums);
}

static void print_sums(const char *what, const struct sums *sums)
{
	print_message("%s: %zu faults in %zu runs: %zu right results, %zu "
		      "without result\n",
		what, sums->faults, sums->runs, sums->got[RIGHT],
		sums->got[NONE]);
	assert_int_equal(sums->got[RIGHT] + sums->got[NONE], sums->runs);
}

static void each_call_occurs(const struct faults_seen *seen)
{
	for (size_t c = 0; c < fault_call_count; c++) {
		uint32_t there = 0;
		for (size_t p = 0; p < FAULT_PROCESSES; p++)
			there += seen->called[p][c];
		if (there == 0)
			fail_msg("%s never occurs", fault_calls[c].name);
	}
}

static void each_fault_alone(void **state)
{
	static struct faults_seen seen;
	struct faults_wanted wanted = { .one_in = UINT32_MAX };
	struct sums sums = { 0 };
	unsigned number = 0;
	(void)state;
	rehearse(&seen);
	each_call_occurs(&seen);
	while (next_occurrence(&seen, &wanted)) {
		launch(number, &wanted, &sums);
		number = (number + 1) % FAULT_LANES;
	}
	settle_all(&sums);
	print_sums("each alone", &sums);
	assert_true(sums.got[NONE] >= sums.runs / 2);
}

/* From many faults in a run to one in many runs. */
static void by_chance(const char *what, int only, const uint32_t one_in[4])
{
	const char *told = getenv("FAULT_RUNS");
	const unsigned runs =
		RUNS * (told != NULL ? (unsigned)strtoul(told, NULL, 10) : 1);
	struct sums sums = { 0 };
	for (unsigned seed = 0; seed < runs; seed++) {
		const struct faults_wanted wanted = {
			.only = only, .seed = seed, .one_in = one_in[seed % 4]
		};
		launch(seed % FAULT_LANES, &wanted, &sums);
	}
	settle_all(&sums);
	print_sums(what, &sums);
	assert_true(sums.got[RIGHT] >= runs / 16);
	assert_true(sums.got[NONE] >= runs / 8);
}

static void several_faults_by_chance(void **state)
{
	static const uint32_t one_in[4] = { 30, 150, 600, 2400 };
	(void)state;
	by_chance("by chance", FAULT_ANY, one_in);
}

static void memory_of_libcrypto_by_chance(void **state)
{
	static const uint32_t one_in[4] = { 300, 1500, 6000, 24000 };
	(void)state;
	by_chance("libcrypto's memory", fault_libcrypto_memory, one_in);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_result_without_faults_is_right),
		cmocka_unit_test(a_miscount_is_seen),
		cmocka_unit_test(a_call_that_always_fails_ends_the_count),
		cmocka_unit_test(each_fault_alone),
		cmocka_unit_test(several_faults_by_chance),
		cmocka_unit_test(memory_of_libcrypto_by_chance),
	};
	int status;
	faults_start(argc, argv);
	if (roles_main(argc, argv, &status))
		_exit(status);
	crypto_start();
	patience(ALL_PATIENCE);
	return cmocka_run_group_tests_name(
		"counting", tests, make_election, drop_election);
}
