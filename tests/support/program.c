/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/program.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { SECONDS_MOST = 60 };

static bool bound(unsigned seconds)
{
	const struct rlimit used = { seconds, seconds };
	return seconds == 0 || setrlimit(RLIMIT_CPU, &used) == 0;
}

/* `seconds` of processor time for each process that comes of it, 0: all. */
static pid_t start(char *const arguments[], unsigned seconds)
{
	pid_t parent = getpid();
	pid_t pid = fork();
	int silent;
	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	silent = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (getppid() != parent || silent < 0 || dup2(silent, 0) < 0 ||
		dup2(silent, 1) < 0 || !bound(seconds))
		_exit(126);
	execvp(arguments[0], arguments);
	_exit(127);
}

pid_t program_start(char *const arguments[])
{
	return start(arguments, 0);
}

int program_run(char *const arguments[])
{
	int status;
	pid_t pid = start(arguments, SECONDS_MOST);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}
