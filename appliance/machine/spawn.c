/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/machine/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Above every number that a role starts with. */
enum { ASIDE = SPAWN_GRANTED + SPAWN_GRANTS_MOST };

/* Statuses of a child that never became a role. */
enum {
	EXIT_NO_DESCRIPTORS = 90,
	EXIT_NO_PARENT = 91,
	EXIT_NO_PROGRAM = 92,
};

const char *setting_name(enum sandbox_setting setting)
{
	return setting == SANDBOX_IMAGE ? "image" : "desk";
}

bool setting_of_name(const char *name, enum sandbox_setting *setting)
{
	bool image = strcmp(name, setting_name(SANDBOX_IMAGE)) == 0;
	*setting = image ? SANDBOX_IMAGE : SANDBOX_DESK;
	return image || strcmp(name, setting_name(SANDBOX_DESK)) == 0;
}

/*
 * Puts held[0], held[1], ... at SPAWN_SOCKET, SPAWN_SOCKET + 1, ... All are
 * moved aside first: one may stand where another has to go.
 */
static bool place(const int *held, size_t count)
{
	int aside[1 + SPAWN_GRANTS_MOST];
	for (size_t i = 0; i < count; i++)
		if ((aside[i] = fcntl(held[i], F_DUPFD, ASIDE)) < 0)
			return false;
	for (size_t i = 0; i < count; i++) {
		int number = SPAWN_SOCKET + (int)i;
		if (dup2(aside[i], number) != number)
			return false;
	}
	unsigned first_free = SPAWN_SOCKET + (unsigned)count;
	return close_range(first_free, ~0U, CLOSE_RANGE_CLOEXEC) == 0;
}

_Noreturn void spawn_become(const char *role, enum sandbox_setting setting,
	const int *held, size_t count, pid_t parent)
{
	char program[] = "sandoqd";
	char role_text[32] = "";
	char setting_text[8] = "";
	char *arguments[] = { program, role_text, setting_text, NULL };
	char *environment[] = { NULL };
	strncpy(role_text, role, sizeof(role_text) - 1);
	strncpy(setting_text, setting_name(setting), sizeof(setting_text) - 1);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 ||
		getppid() != parent)
		_exit(EXIT_NO_PARENT);
	if (count > 1 + SPAWN_GRANTS_MOST || !place(held, count))
		_exit(EXIT_NO_DESCRIPTORS);
	execve("/proc/self/exe", arguments, environment);
	_exit(EXIT_NO_PROGRAM);
}

static const char *start(const char *role, enum sandbox_setting setting,
	const int *held, size_t count, struct spawned *started)
{
	pid_t parent = getpid();
	started->pid = fork();
	if (started->pid == 0)
		spawn_become(role, setting, held, count, parent);
	if (started->pid < 0)
		return "a process for a role could not be made";
	started->pidfd = pidfd_open(started->pid, 0);
	if (started->pidfd >= 0)
		return NULL;
	kill(started->pid, SIGKILL);
	waitpid(started->pid, NULL, 0);
	return "a role could not be watched";
}

const char *spawn_role(const char *role, enum sandbox_setting setting,
	const int *granted, size_t count, struct spawned *started)
{
	*started = (struct spawned){ .pid = -1, .pidfd = -1, .socket = -1 };
	if (count > SPAWN_GRANTS_MOST)
		return "a role was granted too many descriptors";
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return "a socket for a role could not be made";
	int held[1 + SPAWN_GRANTS_MOST] = { pair[1] };
	if (count > 0)
		memcpy(&held[1], granted, count * sizeof(*granted));
	const char *bad = start(role, setting, held, 1 + count, started);
	close(pair[1]);
	if (bad == NULL)
		started->socket = pair[0];
	else
		close(pair[0]);
	return bad;
}

static int64_t milliseconds_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* poll() for one descriptor, going on after a signal. */
static bool becomes_readable(int file, int milliseconds)
{
	int64_t deadline = milliseconds_now() + milliseconds;
	struct pollfd wait = { .fd = file, .events = POLLIN };
	int ready;
	do {
		int64_t left = deadline - milliseconds_now();
		ready = poll(&wait, 1, left > 0 ? (int)left : 0);
	} while (ready < 0 && errno == EINTR);
	return ready > 0;
}

bool spawn_reap(const struct spawned *role, int milliseconds, siginfo_t *end)
{
	return becomes_readable(role->pidfd, milliseconds) &&
	       waitid(P_PIDFD, (id_t)role->pidfd, end, WEXITED) == 0;
}

void spawn_end(struct spawned *role, siginfo_t *end)
{
	*end = (siginfo_t){ 0 };
	pidfd_send_signal(role->pidfd, SIGKILL, NULL, 0);
	/* Before the wait: a role ends without its peer, too. */
	close(role->socket);
	waitid(P_PIDFD, (id_t)role->pidfd, end, WEXITED);
	close(role->pidfd);
	*role = (struct spawned){ .pid = -1, .pidfd = -1, .socket = -1 };
}

bool spawn_ended_well(const siginfo_t *end)
{
	return end->si_code == CLD_EXITED && end->si_status == 0;
}

static const char *exit_text(int status)
{
	switch (status) {
	case 0:
		return "it ended as it should";
	case EXIT_NO_DESCRIPTORS:
		return "its descriptors could not be placed";
	case EXIT_NO_PARENT:
		return "its parent was gone";
	case EXIT_NO_PROGRAM:
		return "the program could not be executed";
	default:
		break;
	}
	const char *step = sandbox_exit_text(status);
	return step != NULL ? step : "it gave up";
}

const char *spawn_end_text(const siginfo_t *end)
{
	if (end->si_code == CLD_EXITED)
		return exit_text(end->si_status);
	switch (end->si_status) {
	case SIGSYS:
		return "it made a system call that it may not make";
	case SIGXFSZ:
		return "it wrote more than it may";
	case SIGKILL:
		return "it was killed, or used more processor time than it may";
	case SIGABRT:
		return "it aborted";
	case SIGSEGV:
	case SIGBUS:
		return "it read or wrote where no memory is";
	default:
		return "a signal ended it";
	}
}
