/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/program.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { ARGUMENTS_MOST = 32 };

pid_t program_start(char *const arguments[])
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
		dup2(silent, 1) < 0)
		_exit(126);
	execvp(arguments[0], arguments);
	_exit(127);
}

int program_run(char *const arguments[])
{
	char *bounded[ARGUMENTS_MOST] = { "timeout", "60" };
	size_t count = 2;
	int status;
	pid_t pid;
	while (*arguments) {
		assert_true(count < ARGUMENTS_MOST - 1);
		bounded[count++] = *arguments++;
	}
	pid = program_start(bounded);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}
