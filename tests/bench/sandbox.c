/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the sandbox costs: the same boxes counted with and without it in turn,
 * and processes a second. Prints figures and asserts none.
 *
 *	sandbox [BALLOTS [SMALL_BOXES]]
 *
 * A role executed with BARE in its environment does not enter its sandbox, nor
 * do those that it forks: sandbox_enter(), sandbox_enter_inner() and execve()
 * are this program's own (--wrap), and call the true ones.
 */
#include "appliance/formats/crypto.h"
#include "appliance/machine/memfd.h"
#include "appliance/machine/roles.h"
#include "tests/support/confined.h"
#include "tests/support/sealed_village.h"
#include "tests/support/told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	BALLOTS = 200000,
	LARGE_BOXES = 4,
	SMALL_BOXES = 200,
	BALLOTS_OF_SMALL = 100,
	TURNS = 3,
	PROCESSES = 300,
	END_MILLISECONDS = 60000,
};

static bool bare;

unsigned __real_sandbox_enter(
	const struct sandbox_spec *, enum sandbox_setting);
unsigned __wrap_sandbox_enter(
	const struct sandbox_spec *, enum sandbox_setting);
void __real_sandbox_enter_inner(const struct sandbox_inner *);
void __wrap_sandbox_enter_inner(const struct sandbox_inner *);
int __real_execve(const char *, char *const *, char *const *);
int __wrap_execve(const char *, char *const *, char *const *);

unsigned __wrap_sandbox_enter(
	const struct sandbox_spec *spec, enum sandbox_setting setting)
{
	return getenv("BARE") ? 0 : __real_sandbox_enter(spec, setting);
}

void __wrap_sandbox_enter_inner(const struct sandbox_inner *inner)
{
	if (!getenv("BARE"))
		__real_sandbox_enter_inner(inner);
}

int __wrap_execve(
	const char *path, char *const *arguments, char *const *environment)
{
	static char word[] = "BARE=1";
	static char *const with_word[] = { word, NULL };
	return __real_execve(path, arguments, bare ? with_word : environment);
}

/*
 * Time
 */

struct cost {
	double wall;
	double processor; /* of this process and those that it waited for */
};

static double of_timeval(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double processor_of(int who)
{
	struct rusage used;
	getrusage(who, &used);
	return of_timeval(used.ru_utime) + of_timeval(used.ru_stime);
}

static struct cost now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (struct cost){ (double)time.tv_sec + (double)time.tv_nsec / 1e9,
		processor_of(RUSAGE_SELF) + processor_of(RUSAGE_CHILDREN) };
}

static struct cost since(struct cost start)
{
	struct cost end = now();
	return (struct cost){ end.wall - start.wall,
		end.processor - start.processor };
}

static struct cost cheaper(struct cost a, struct cost b)
{
	return a.wall == 0 || b.processor < a.processor ? b : a;
}

/*
 * Counting
 */

static struct cost count(struct sealed_village *sealed, struct digest *result)
{
	struct count_outcome outcome;
	struct notice why;
	struct cost start = now();
	if (!sealed_village_count(sealed, &outcome, &why)) {
		fprintf(stderr, "no result: %s\n", notice_told(&why));
		exit(1);
	}
	struct cost took = since(start);
	close(outcome.result);
	*result = outcome.digest;
	return took;
}

static void print_count(const char *how, size_t ballots, struct cost took)
{
	printf("  %s: %.3f s wall, %.3f s processor, %.2f million ballots/s "
	       "of processor time\n",
		how, took.wall, took.processor,
		(double)ballots / took.processor / 1e6);
}

/* In turn, so that a machine that slows down slows both; the best of each. */
static void compare_counts(enum sandbox_setting setting, const char *name,
	uint16_t boxes, size_t ballots)
{
	static struct sealed_village sealed;
	struct cost best[2] = { { 0, 0 }, { 0, 0 } };
	struct digest result[2];
	sealed_village_init(&sealed, setting, 1000000000, boxes);
	for (uint16_t b = 1; b <= boxes; b++)
		sealed_village_add_ballots(&sealed, NORTH, b, ballots / boxes);
	for (unsigned turn = 0; turn < 2 * TURNS; turn++) {
		bare = turn % 2 == 1;
		best[bare] = cheaper(best[bare], count(&sealed, &result[bare]));
	}
	bare = false;
	assert_true(digest_equal(&result[0], &result[1]));
	printf("%u boxes of %zu ballots, sandbox of the %s\n", boxes,
		ballots / boxes, name);
	print_count("with", ballots, best[0]);
	print_count("without", ballots, best[1]);
	printf("  ratio: %.3f wall, %.3f processor; %.3f ms processor a box\n",
		best[0].wall / best[1].wall,
		best[0].processor / best[1].processor,
		(best[0].processor - best[1].processor) * 1e3 / boxes);
	sealed_village_free(&sealed);
}

/*
 * Processes
 */

static struct peer starter;
static int a_box = -1;

static void start_starter(enum sandbox_setting setting)
{
	static struct sealed_village sealed;
	sealed_village_init(&sealed, setting, 1000, 1);
	a_box = memfd_of(bytes_of_text("nothing"));
	if (peer_start(&starter, ROLE_STARTER, setting, &sealed.task.plan, 1) !=
		NULL)
		exit(1);
	sealed_village_free(&sealed);
}

static void stop_starter(void)
{
	peer_stop(&starter);
	close(a_box);
}

static void fork_and_end(enum sandbox_setting setting)
{
	pid_t pid = fork();
	(void)setting;
	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
}

static void fork_and_enter(enum sandbox_setting setting)
{
	static const struct confined_call end = { .number = SYS_exit_group };
	static struct confined confined;
	if (confined.spec.calls == NULL)
		confined_prepare(
			&confined, role_row_of(ROLE_COUNT)->sandbox, NULL);
	confined_try(&confined, setting, &end);
}

/* A count process that nobody asks anything: it ends when its peer is gone. */
static void execute(enum sandbox_setting setting)
{
	static int granted[2] = { -1, -1 };
	struct spawned role;
	siginfo_t end;
	for (size_t i = 0; i < 2; i++)
		if (granted[i] < 0)
			granted[i] = memfd_of(bytes_of_text("nothing"));
	if (spawn_role("count", setting, granted, 2, &role) != NULL)
		exit(1);
	close(role.socket);
	if (!spawn_reap(&role, END_MILLISECONDS, &end) || end.si_status != 1) {
		fprintf(stderr, "%s\n", spawn_end_text(&end));
		exit(1);
	}
	close(role.pidfd);
}

static void execute_bare(enum sandbox_setting setting)
{
	bare = true;
	execute(setting);
	bare = false;
}

/* As a count does it: forked, by a starter that has read the plan. */
static void have_started(enum sandbox_setting setting)
{
	struct notice why;
	struct peer count;
	siginfo_t end;
	(void)setting;
	if (!peer_ask_count(&starter, a_box, &count, &why) ||
		!peer_started(&starter, &count, &why)) {
		fprintf(stderr, "%s\n", notice_told(&why));
		exit(1);
	}
	close(count.process.socket);
	if (!spawn_reap(&count.process, END_MILLISECONDS, &end))
		exit(1);
	close(count.process.pidfd);
}

static const struct {
	const char *name;
	void (*one)(enum sandbox_setting);
} ways[] = {
	{ "fork", fork_and_end },
	{ "fork and sandbox", fork_and_enter },
	{ "fork and exec", execute_bare },
	{ "fork, exec and sandbox", execute },
	{ "started by the starter", have_started },
};

static void print_processes(enum sandbox_setting setting, const char *name)
{
	double first = 0;
	start_starter(setting);
	printf("count processes a second, sandbox of the %s\n", name);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct cost start = now();
		for (unsigned n = 0; n < PROCESSES; n++)
			ways[i].one(setting);
		struct cost took = since(start);
		double each = took.processor / PROCESSES;
		first = i == 0 ? each : first;
		printf("  %s: %.0f/s wall, %.0f/s processor, %.3f ms each, "
		       "%.1f times a fork\n",
			ways[i].name, PROCESSES / took.wall, 1 / each,
			each * 1e3, each / first);
	}
	stop_starter();
}

static size_t number(int argc, char **argv, int at, size_t otherwise)
{
	return argc > at ? strtoul(argv[at], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
	static const char *const names[] = {
		[SANDBOX_DESK] = "desk", [SANDBOX_IMAGE] = "image"
	};
	int status;
	if (roles_main(argc, argv, &status))
		_exit(status);
	size_t ballots = number(argc, argv, 1, BALLOTS);
	size_t small = number(argc, argv, 2, SMALL_BOXES);
	crypto_start();
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (enum sandbox_setting setting = SANDBOX_DESK;;
		setting = SANDBOX_IMAGE) {
		compare_counts(setting, names[setting], LARGE_BOXES, ballots);
		compare_counts(setting, names[setting], (uint16_t)small,
			small * BALLOTS_OF_SMALL);
		print_processes(setting, names[setting]);
		if (setting == confined_setting())
			return 0;
	}
}
