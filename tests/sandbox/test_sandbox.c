/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes that enter a sandbox and then try what they may and may not do,
 * as the user who runs the test and, when that is root, as nobody too.
 */
#include "sandbox/sandbox.h"
#include "tests/support/patience.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	CONFINED_ID = 61234,
	NOBODY = 65534,
	/* Exit statuses of a confined body. */
	WELL = 0,
	RETURNED = 1,
	UNEXPECTED = 2,
	PATIENCE = 20, /* seconds */
};

#define LIMITS                                                                 \
	.memory = 256 << 20, .cpu_seconds = 10, .file_size = 1 << 20,          \
	.open_files = 32

static const struct sandbox_call few[] = {
	SANDBOX_CALL(exit_group, "to end"),
	SANDBOX_CALL(getpid, "to have something that works"),
	SANDBOX_CALL(mmap, "memory that is never executable",
		{ SANDBOX_MASKED_EQUAL, 2, 0, PROT_EXEC }),
};

static const struct sandbox_spec small = {
	.name = "small",
	.uid = CONFINED_ID,
	.gid = CONFINED_ID,
	.namespaces = CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWNS,
	SANDBOX_CALLS(few),
	LIMITS,
};

/* Only what the filter leaves to the other steps. */
static const struct sandbox_call many[] = {
	SANDBOX_CALL(exit_group, "to end"),
	SANDBOX_CALL(openat, "for Landlock to deny"),
	SANDBOX_CALL(socket, "for Landlock to deny its use"),
	SANDBOX_CALL(bind, "for Landlock to deny"),
	SANDBOX_CALL(kill, "for Landlock to deny"),
	SANDBOX_CALL(getppid, "a process to signal"),
	SANDBOX_CALL(clone, "for the limit to deny"),
	SANDBOX_CALL(fstat, "to see descriptors"),
	SANDBOX_CALL(newfstatat, "to see descriptors"),
	SANDBOX_CALL(fcntl, "to see descriptors"),
	SANDBOX_CALL(mmap, "for the limit to deny"),
	SANDBOX_CALL(read, "to wait for the parent"),
	SANDBOX_CALL(write, "to tell the parent"),
	SANDBOX_CALL(rt_sigprocmask, "fork()"),
};

/* Reached without the root directory, which may be closed to other users. */
static const char folder[] = "/etc";

static const struct sandbox_path readable[] = {
	{ ".", SANDBOX_READ | SANDBOX_LIST, "to have a path that works" },
};

static const struct sandbox_spec wide = {
	.name = "wide",
	.uid = CONFINED_ID,
	.gid = CONFINED_ID,
	SANDBOX_CALLS(many),
	SANDBOX_PATHS(readable),
	LIMITS,
};

/* The example of the header. */
static const struct sandbox_call parser_calls[] = {
	SANDBOX_CALL(read, "its input"),
	SANDBOX_CALL(write, "its output", { SANDBOX_EQUAL, 0, 4, 0 }),
	SANDBOX_CALL(exit_group, "the end"),
};
static const struct sandbox_descriptor parser_descriptors[] = {
	{ 3, SANDBOX_PIPE, SANDBOX_READS, "its input" },
	{ 4, SANDBOX_PIPE, SANDBOX_WRITES, "its output" },
};
static const struct sandbox_spec parser = {
	.name = "parser",
	.uid = 65534,
	.gid = 65534,
	.namespaces = CLONE_NEWNET | CLONE_NEWNS,
	SANDBOX_CALLS(parser_calls),
	SANDBOX_DESCRIPTORS(parser_descriptors),
	.memory = 64 << 20,
	.cpu_seconds = 10,
	.open_files = 16,
};

struct trial {
	const struct sandbox_spec *spec;
	enum sandbox_setting setting;
	int (*body)(const struct trial *);
	long number;
	unsigned missing;
};

static bool is_root(void)
{
	return geteuid() == 0;
}

/* Nobody can enter a sandbox where the root directory is closed to others. */
static bool nobody_can_enter(void)
{
	struct stat root;
	assert_int_equal(stat("/", &root), 0);
	return (root.st_mode & S_IXOTH) != 0;
}

static void become_nobody(void)
{
	if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0)
		_exit(UNEXPECTED);
}

/* The wait status of a child that enters and runs the body. */
static int outcome(struct trial trial, bool as_nobody)
{
	int status = -1;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		patience(PATIENCE);
		if (as_nobody)
			become_nobody();
		/* As after exec(), whoever it was before. */
		prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
		trial.missing = sandbox_enter(trial.spec, trial.setting);
		_exit(trial.body(&trial));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static int desk(const struct sandbox_spec *spec,
	int (*body)(const struct trial *), long number, bool as_nobody)
{
	return outcome((struct trial){ .spec = spec,
			       .setting = SANDBOX_DESK,
			       .body = body,
			       .number = number },
		as_nobody);
}

static bool ended_with(int status, int wanted)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == wanted;
}

static bool was_filtered(int status)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

/* Runs a check as oneself and, when that is root, as nobody too. */
static void as_each(void (*check)(bool as_nobody))
{
	check(false);
	if (is_root() && nobody_can_enter())
		check(true);
}

static int do_allowed(const struct trial *trial)
{
	(void)trial;
	void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return getpid() > 0 && memory != MAP_FAILED ? WELL : UNEXPECTED;
}

static const struct sandbox_call asking[] = {
	SANDBOX_CALL(exit_group, "to end"),
	SANDBOX_CALL(prctl, "to ask what it is"),
};
static const struct sandbox_spec asks = {
	.name = "asks",
	.uid = CONFINED_ID,
	.gid = CONFINED_ID,
	SANDBOX_CALLS(asking),
	LIMITS,
};

/* No other process of its user's looks into it, and it does not outlive who
 * started it. */
static int ask_what_it_is(const struct trial *trial)
{
	int signal = 0;
	(void)trial;
	return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 &&
			       prctl(PR_GET_PDEATHSIG, &signal, 0, 0, 0) == 0 &&
			       signal == SIGKILL
		       ? WELL
		       : UNEXPECTED;
}

static void check_asks(bool as_nobody)
{
	assert_true(
		ended_with(desk(&asks, ask_what_it_is, 0, as_nobody), WELL));
}

static void test_nobody_looks_in_and_none_is_left_behind(void **state)
{
	(void)state;
	as_each(check_asks);
}

static int map_executable(const struct trial *trial)
{
	(void)trial;
	void *memory = mmap(NULL, 4096, PROT_READ | PROT_EXEC,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return memory == MAP_FAILED ? UNEXPECTED : RETURNED;
}

static void check_small(bool as_nobody)
{
	assert_true(ended_with(desk(&small, do_allowed, 0, as_nobody), WELL));
	assert_true(was_filtered(desk(&small, map_executable, 0, as_nobody)));
}

static void test_allowed_calls_work(void **state)
{
	(void)state;
	as_each(check_small);
}

static int call_number(const struct trial *trial)
{
	return syscall(trial->number, 0, 0, 0, 0, 0, 0) < 0 ? RETURNED
							    : UNEXPECTED;
}

/* uretprobe and uprobe: never filtered by newer kernels, useless here. */
static bool passes_every_filter(long number)
{
	return number == 335 || number == 336;
}

static bool is_few(long number)
{
#ifdef __SANITIZE_ADDRESS__
	if (number == SYS_sigaltstack || number == SYS_sched_yield ||
		number == SYS_munmap || number == SYS_madvise)
		return true;
#endif
	for (size_t i = 0; i < small.call_count; i++)
		if (few[i].number == number)
			return true;
	return false;
}

static void check_number(long number)
{
	int status = desk(&small, call_number, number, false);
	if (passes_every_filter(number))
		assert_false(ended_with(status, UNEXPECTED));
	else if (!was_filtered(status))
		fail_msg("call %ld: wait status %#x", number, (unsigned)status);
}

static void test_every_other_call_kills(void **state)
{
	enum { NUMBERS = 470, X32 = 0x40000000, X32_FIRST = 512 };
	(void)state;
	for (long n = 0; n < NUMBERS; n++)
		if (!is_few(n))
			check_number(n);
	for (long n = 0; n < NUMBERS; n++)
		check_number(X32 + n);
	for (long n = X32_FIRST; n < X32_FIRST + 40; n++)
		check_number(X32 + n);
	check_number(-1);
}

static int call_32_bit(const struct trial *trial)
{
	enum { GETPID_32 = 20 };
	long result = GETPID_32;
	(void)trial;
	__asm__ volatile("int $0x80" : "+a"(result) : : "memory");
	return RETURNED;
}

static void test_int_80_kills(void **state)
{
	int status = desk(&small, call_32_bit, 0, false);
	(void)state;
	/* SIGSEGV: a kernel without the 32-bit calls. */
	assert_true(WIFSIGNALED(status));
	assert_true(WTERMSIG(status) == SIGSYS || WTERMSIG(status) == SIGSEGV);
}

static bool is_null(int number)
{
	struct stat st;
	return fstat(number, &st) == 0 && st.st_rdev == makedev(1, 3);
}

static int see_descriptors(const struct trial *trial)
{
	(void)trial;
	for (int n = 3; n < 32; n++)
		if (fcntl(n, F_GETFD) != -1 || errno != EBADF)
			return UNEXPECTED;
	return is_null(0) && is_null(1) && is_null(2) ? WELL : UNEXPECTED;
}

static void check_descriptors(bool as_nobody)
{
	int files[2];
	assert_int_equal(pipe(files), 0);
	assert_true(fcntl(files[0], F_DUPFD, 20) >= 20);
	assert_true(
		ended_with(desk(&wide, see_descriptors, 0, as_nobody), WELL));
	closefrom(3);
}

static void test_unlisted_descriptors_are_closed(void **state)
{
	(void)state;
	as_each(check_descriptors);
}

/* Which status a child ends with that is granted `file` as that kind. */
static int granted(
	int file, enum sandbox_kind kind, enum sandbox_direction direction)
{
	enum { NUMBER = 24 };
	const struct sandbox_descriptor descriptor = { NUMBER, kind, direction,
		"the one that is tried" };
	struct sandbox_spec spec = small;
	spec.descriptors = &descriptor;
	spec.descriptor_count = 1;
	assert_int_equal(dup2(file, NUMBER), NUMBER);
	int status = desk(&spec, do_allowed, 0, false);
	close(NUMBER);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_granted_descriptors_are_checked(void **state)
{
	int pair[2];
	int stream[2];
	int ends[2];
	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, stream), 0);
	assert_int_equal(pipe(ends), 0);
	int null = open("/dev/null", O_WRONLY);
	int name = open("/dev/null", O_PATH);
	assert_int_equal(granted(pair[0], SANDBOX_SOCKET, SANDBOX_BOTH), WELL);
	assert_int_equal(granted(ends[0], SANDBOX_PIPE, SANDBOX_READS), WELL);
	assert_int_equal(
		granted(null, SANDBOX_CHARACTER, SANDBOX_WRITES), WELL);

	assert_int_equal(
		granted(stream[0], SANDBOX_SOCKET, SANDBOX_BOTH), SANDBOX_EXIT);
	assert_int_equal(
		granted(ends[0], SANDBOX_PIPE, SANDBOX_WRITES), SANDBOX_EXIT);
	assert_int_equal(
		granted(null, SANDBOX_BLOCK, SANDBOX_WRITES), SANDBOX_EXIT);
	assert_int_equal(
		granted(name, SANDBOX_CHARACTER, SANDBOX_READS), SANDBOX_EXIT);
	assert_int_equal(
		granted(null, SANDBOX_MEMFD, SANDBOX_WRITES), SANDBOX_EXIT);
	closefrom(3);
}

static void test_memfd_to_read_is_sealed(void **state)
{
	int memfd = memfd_create("test", MFD_ALLOW_SEALING);
	(void)state;
	assert_int_equal(granted(memfd, SANDBOX_MEMFD, SANDBOX_WRITES), WELL);
	assert_int_equal(
		granted(memfd, SANDBOX_MEMFD, SANDBOX_READS), SANDBOX_EXIT);
	assert_int_equal(fcntl(memfd, F_ADD_SEALS,
				 F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK |
					 F_SEAL_SEAL),
		0);
	assert_int_equal(granted(memfd, SANDBOX_MEMFD, SANDBOX_READS), WELL);
	assert_int_equal(
		granted(memfd, SANDBOX_MEMFD, SANDBOX_WRITES), SANDBOX_EXIT);
	close(memfd);
}

static void test_missing_descriptor_is_refused(void **state)
{
	const struct sandbox_descriptor descriptor = { 9, SANDBOX_SOCKET,
		SANDBOX_BOTH, "not there" };
	struct sandbox_spec spec = small;
	(void)state;
	spec.descriptors = &descriptor;
	spec.descriptor_count = 1;
	assert_true(
		ended_with(desk(&spec, do_allowed, 0, false), SANDBOX_EXIT));
	assert_non_null(sandbox_exit_text(SANDBOX_EXIT));
	assert_null(sandbox_exit_text(0));
	assert_null(sandbox_exit_text(SANDBOX_EXIT + 10));
}

static bool denies(int result)
{
	return result == -1 && errno == EACCES;
}

static int try_paths(const struct trial *trial)
{
	if ((trial->missing & SANDBOX_NO_LANDLOCK) != 0)
		return WELL;
	return open("passwd", O_RDONLY) >= 0 &&
			       denies(open(".", O_RDWR | O_TMPFILE, 0600)) &&
			       denies(open("/usr", O_RDONLY | O_DIRECTORY)) &&
			       denies(open("/proc/self/status", O_RDONLY)) &&
			       denies(open("/dev/null", O_RDONLY))
		       ? WELL
		       : UNEXPECTED;
}

static int try_network(const struct trial *trial)
{
	struct sockaddr_in any = { .sin_family = AF_INET };
	int tcp = socket(AF_INET, SOCK_STREAM, 0);
	if ((trial->missing & (SANDBOX_NO_LANDLOCK | SANDBOX_NO_NETWORK)) != 0)
		return WELL;
	return tcp >= 0 && denies(bind(
				   tcp, (struct sockaddr *)&any, sizeof(any)))
		       ? WELL
		       : UNEXPECTED;
}

static int try_signal(const struct trial *trial)
{
	if ((trial->missing & (SANDBOX_NO_LANDLOCK | SANDBOX_NO_SCOPES)) != 0)
		return WELL;
	return kill(getppid(), 0) == -1 && errno == EPERM ? WELL : UNEXPECTED;
}

static void check_landlock(bool as_nobody)
{
	assert_true(ended_with(desk(&wide, try_paths, 0, as_nobody), WELL));
	assert_true(ended_with(desk(&wide, try_network, 0, as_nobody), WELL));
	assert_true(ended_with(desk(&wide, try_signal, 0, as_nobody), WELL));
}

static void test_landlock_denies(void **state)
{
	(void)state;
	as_each(check_landlock);
}

static int try_limits(const struct trial *trial)
{
	(void)trial;
	void *memory = mmap(NULL, 1UL << 30, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
#ifndef __SANITIZE_ADDRESS__
	if (memory != MAP_FAILED)
		return UNEXPECTED;
#else
	(void)memory;
#endif
	return fork() == -1 && errno == EAGAIN ? WELL : UNEXPECTED;
}

static void check_limits(bool as_nobody)
{
	assert_true(ended_with(desk(&wide, try_limits, 0, as_nobody), WELL));
}

static void test_limits_hold(void **state)
{
	(void)state;
	as_each(check_limits);
}

/* A confined child that waits; seen from outside through /proc. */
struct watched {
	pid_t pid;
	int socket;
};

static int tell_and_wait(const struct trial *trial)
{
	char byte = 0;
	if (write(3, &trial->missing, sizeof(trial->missing)) !=
			sizeof(trial->missing) ||
		read(3, &byte, 1) != 1)
		return UNEXPECTED;
	return WELL;
}

static struct watched watch(const struct sandbox_spec *spec,
	enum sandbox_setting setting, bool as_nobody, unsigned *missing)
{
	struct trial trial = { .spec = spec, .setting = setting };
	int pair[2];
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		patience(PATIENCE);
		if (as_nobody)
			become_nobody();
		dup2(pair[1], 3);
		trial.missing = sandbox_enter(spec, setting);
		_exit(tell_and_wait(&trial));
	}
	close(pair[1]);
	assert_int_equal(
		read(pair[0], missing, sizeof(*missing)), sizeof(*missing));
	return (struct watched){ child, pair[0] };
}

static void release(struct watched watched)
{
	int status;
	assert_int_equal(write(watched.socket, "", 1), 1);
	assert_int_equal(waitpid(watched.pid, &status, 0), watched.pid);
	assert_true(ended_with(status, WELL));
	close(watched.socket);
}

static void proc_text(pid_t pid, const char *leaf, char *text, size_t size)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, leaf);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	size_t got = fread(text, 1, size - 1, file);
	text[got] = '\0';
	fclose(file);
}

static const struct sandbox_descriptor one_socket[] = {
	{ 3, SANDBOX_SOCKET, SANDBOX_BOTH, "to talk with the test" },
};

static struct sandbox_spec watched_spec(void)
{
	struct sandbox_spec spec = wide;
	spec.namespaces = small.namespaces;
	spec.descriptors = one_socket;
	spec.descriptor_count = 1;
	return spec;
}

static void check_status(bool as_nobody)
{
	static const char *const lines[] = {
		"\nNoNewPrivs:\t1\n",
		"\nSeccomp:\t2\n",
		"\nCapInh:\t0000000000000000\n",
		"\nCapPrm:\t0000000000000000\n",
		"\nCapEff:\t0000000000000000\n",
		"\nCapAmb:\t0000000000000000\n",
	};
	struct sandbox_spec spec = watched_spec();
	unsigned missing;
	char text[8192];
	struct watched watched =
		watch(&spec, SANDBOX_DESK, as_nobody, &missing);
	proc_text(watched.pid, "status", text, sizeof(text));
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_non_null(strstr(text, lines[i]));
	proc_text(watched.pid, "limits", text, sizeof(text));
	assert_non_null(strstr(text, "Max processes             0   "));
	assert_non_null(strstr(text, "Max core file size        0   "));
	assert_non_null(strstr(text, "Max open files            32  "));
	release(watched);
}

static void test_status_seen_from_outside(void **state)
{
	(void)state;
	as_each(check_status);
}

static void test_image_is_exact(void **state)
{
	struct sandbox_spec spec = watched_spec();
	unsigned missing = ~0U;
	char text[8192];
	(void)state;
	if (!is_root())
		skip();
	struct watched watched = watch(&spec, SANDBOX_IMAGE, false, &missing);
	proc_text(watched.pid, "status", text, sizeof(text));
	assert_int_equal(missing, 0);
	assert_non_null(strstr(text, "\nUid:\t61234\t61234\t61234\t61234\n"));
	assert_non_null(strstr(text, "\nGid:\t61234\t61234\t61234\t61234\n"));
	assert_non_null(strstr(text, "\nGroups:\t \n"));
	assert_non_null(strstr(text, "\nCapBnd:\t0000000000000000\n"));
	release(watched);
}

static void test_uid_0_keeps_nothing(void **state)
{
	struct sandbox_spec spec = watched_spec();
	unsigned missing;
	char text[8192];
	(void)state;
	if (!is_root())
		skip();
	spec.uid = 0;
	spec.gid = 0;
	struct watched watched = watch(&spec, SANDBOX_IMAGE, false, &missing);
	proc_text(watched.pid, "status", text, sizeof(text));
	assert_non_null(strstr(text, "\nUid:\t0\t0\t0\t0\n"));
	assert_non_null(strstr(text, "\nCapPrm:\t0000000000000000\n"));
	assert_non_null(strstr(text, "\nCapBnd:\t0000000000000000\n"));
	release(watched);
}

static void test_groups_are_left(void **state)
{
	static const gid_t other = 42;
	struct sandbox_spec spec = watched_spec();
	unsigned missing;
	char text[8192];
	(void)state;
	if (!is_root())
		skip();
	assert_int_equal(setgroups(1, &other), 0);
	struct watched watched = watch(&spec, SANDBOX_IMAGE, false, &missing);
	assert_int_equal(setgroups(0, NULL), 0);
	proc_text(watched.pid, "status", text, sizeof(text));
	assert_non_null(strstr(text, "\nGroups:\t \n"));
	release(watched);
}

static void test_listed_capabilities_stay(void **state)
{
	static const struct sandbox_capability kept[] = {
		{ CAP_KILL, "to end what it started" },
	};
	struct sandbox_spec spec = watched_spec();
	unsigned missing;
	char text[8192];
	(void)state;
	if (!is_root())
		skip();
	spec.uid = 0;
	spec.gid = 0;
	spec.capabilities = kept;
	spec.capability_count = 1;
	struct watched watched = watch(&spec, SANDBOX_IMAGE, false, &missing);
	proc_text(watched.pid, "status", text, sizeof(text));
	assert_non_null(strstr(text, "\nCapInh:\t0000000000000000\n"));
	assert_non_null(strstr(text, "\nCapPrm:\t0000000000000020\n"));
	assert_non_null(strstr(text, "\nCapEff:\t0000000000000020\n"));
	assert_non_null(strstr(text, "\nCapBnd:\t0000000000000020\n"));
	release(watched);
}

static void test_another_user_keeps_what_is_listed(void **state)
{
	static const struct sandbox_capability kept[] = {
		{ CAP_DAC_OVERRIDE, "opens what is root's" },
	};
	struct sandbox_spec spec = watched_spec();
	unsigned missing;
	char text[8192];
	(void)state;
	if (!is_root())
		skip();
	spec.capabilities = kept;
	spec.capability_count = 1;
	struct watched watched = watch(&spec, SANDBOX_IMAGE, false, &missing);
	proc_text(watched.pid, "status", text, sizeof(text));
	assert_non_null(strstr(text, "\nUid:\t61234\t61234\t61234\t61234\n"));
	assert_non_null(strstr(text, "\nCapInh:\t0000000000000000\n"));
	assert_non_null(strstr(text, "\nCapPrm:\t0000000000000002\n"));
	assert_non_null(strstr(text, "\nCapEff:\t0000000000000002\n"));
	assert_non_null(strstr(text, "\nCapBnd:\t0000000000000002\n"));
	assert_non_null(strstr(text, "\nCapAmb:\t0000000000000000\n"));
	release(watched);
}

static void test_image_dies_without_privilege(void **state)
{
	struct trial trial = {
		.spec = &small, .setting = SANDBOX_IMAGE, .body = do_allowed
	};
	(void)state;
	if (is_root() && !nobody_can_enter())
		skip();
	int status = outcome(trial, is_root());
	assert_true(WIFEXITED(status));
	assert_string_equal(sandbox_exit_text(WEXITSTATUS(status)),
		"the namespaces could not be left");
}

static void test_pid_and_user_namespaces_are_refused(void **state)
{
	struct sandbox_spec spec = small;
	(void)state;
	spec.namespaces = CLONE_NEWPID;
	assert_true(ended_with(
		desk(&spec, do_allowed, 0, false), SANDBOX_EXIT + 1));
	spec.namespaces = CLONE_NEWUSER;
	assert_true(ended_with(
		desk(&spec, do_allowed, 0, false), SANDBOX_EXIT + 1));
}

static void test_path_that_is_missing_is_refused(void **state)
{
	static const struct sandbox_path nowhere[] = {
		{ "/nowhere/at/all", SANDBOX_READ, "not there" },
	};
	struct sandbox_spec spec = wide;
	(void)state;
	spec.paths = nowhere;
	spec.path_count = 1;
	int status = desk(&spec, do_allowed, 0, false);
	assert_true(WIFEXITED(status));
	assert_string_equal(sandbox_exit_text(WEXITSTATUS(status)),
		"Landlock could not be entered");
}

static bool opens(const char *path)
{
	return open(path, O_RDONLY | O_CLOEXEC) >= 0;
}

static int open_what_the_pattern_names(const struct trial *trial)
{
	(void)trial;
	return opens("/proc/self/status") && !opens("/proc/meminfo")
		       ? WELL
		       : UNEXPECTED;
}

/* All that a pattern names, and it may name nothing. */
static void test_pattern_of_paths(void **state)
{
	static const struct sandbox_path self[] = {
		{ "/proc/sel*", SANDBOX_READ, "what its pattern names" },
		{ "/nowhere/at/all*", SANDBOX_READ, "nothing" },
	};
	struct sandbox_spec spec = wide;
	(void)state;
	spec.paths = self;
	spec.path_count = 2;
	assert_true(ended_with(
		desk(&spec, open_what_the_pattern_names, 0, false), WELL));
}

static const struct sandbox_call harmful[] = {
	SANDBOX_CALL(chroot, "no part of it"),
	SANDBOX_CALL(socket, "one family is no part of it",
		{ SANDBOX_EQUAL, 0, AF_NETLINK, 0 }),
};

static int call_family(const struct trial *trial)
{
	return socket((int)trial->number, SOCK_DGRAM, 0) >= 0 ? WELL
							      : UNEXPECTED;
}

/* What is denied kills, also in what it starts; all else is let through. */
static void test_denied_calls_kill(void **state)
{
	struct sandbox_spec spec = wide;
	(void)state;
	spec.calls = NULL;
	spec.call_count = 0;
	spec.denied = harmful;
	spec.denied_count = sizeof(harmful) / sizeof(harmful[0]);
	assert_true(ended_with(desk(&spec, do_allowed, 0, false), WELL));
	assert_true(ended_with(desk(&spec, call_family, AF_UNIX, false), WELL));
	assert_true(was_filtered(desk(&spec, call_family, AF_NETLINK, false)));
	assert_true(was_filtered(desk(&spec, call_number, SYS_chroot, false)));
}

static int pass_on(const struct trial *trial)
{
	char byte = 0;
	(void)trial;
	return read(3, &byte, 1) == 1 && write(4, &byte, 1) == 1 ? WELL
								 : UNEXPECTED;
}

static int write_back(const struct trial *trial)
{
	(void)trial;
	return write(3, "", 1) == 1 ? UNEXPECTED : RETURNED;
}

static void test_example_of_the_header(void **state)
{
	enum { ASIDE = 10 };
	int in[2];
	int out[2];
	int end[4];
	char byte = 'x';
	(void)state;
	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	const int moved[] = { in[0], out[1], in[1], out[0] };
	for (size_t i = 0; i < 4; i++) {
		end[i] = fcntl(moved[i], F_DUPFD, ASIDE);
		assert_true(end[i] >= ASIDE);
	}
	assert_int_equal(dup2(end[0], 3), 3);
	assert_int_equal(dup2(end[1], 4), 4);
	assert_int_equal(write(end[2], &byte, 1), 1);
	byte = 0;
	assert_true(ended_with(desk(&parser, pass_on, 0, false), WELL));
	assert_int_equal(read(end[3], &byte, 1), 1);
	assert_int_equal(byte, 'x');
	assert_true(was_filtered(desk(&parser, write_back, 0, false)));
	closefrom(3);
}

static void test_every_missing_bit_has_a_text(void **state)
{
	(void)state;
	for (unsigned bit = 1; bit <= SANDBOX_NO_CAPABILITIES; bit <<= 1)
		assert_non_null(sandbox_missing_text(bit));
	assert_null(sandbox_missing_text(0));
	assert_null(sandbox_missing_text(SANDBOX_NO_CAPABILITIES << 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_allowed_calls_work),
		cmocka_unit_test(test_nobody_looks_in_and_none_is_left_behind),
		cmocka_unit_test(test_every_other_call_kills),
		cmocka_unit_test(test_int_80_kills),
		cmocka_unit_test(test_unlisted_descriptors_are_closed),
		cmocka_unit_test(test_granted_descriptors_are_checked),
		cmocka_unit_test(test_memfd_to_read_is_sealed),
		cmocka_unit_test(test_missing_descriptor_is_refused),
		cmocka_unit_test(test_landlock_denies),
		cmocka_unit_test(test_limits_hold),
		cmocka_unit_test(test_status_seen_from_outside),
		cmocka_unit_test(test_image_is_exact),
		cmocka_unit_test(test_uid_0_keeps_nothing),
		cmocka_unit_test(test_groups_are_left),
		cmocka_unit_test(test_listed_capabilities_stay),
		cmocka_unit_test(test_another_user_keeps_what_is_listed),
		cmocka_unit_test(test_image_dies_without_privilege),
		cmocka_unit_test(test_pid_and_user_namespaces_are_refused),
		cmocka_unit_test(test_path_that_is_missing_is_refused),
		cmocka_unit_test(test_pattern_of_paths),
		cmocka_unit_test(test_denied_calls_kill),
		cmocka_unit_test(test_example_of_the_header),
		cmocka_unit_test(test_every_missing_bit_has_a_text),
	};
	if (chdir(folder) != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
