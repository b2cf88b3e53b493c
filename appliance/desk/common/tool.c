/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/tool.h"

#include "appliance/desk/common/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum { SAID_MOST = 2000, CANNOT_START = 127 };

/* Where Debian has mkfs.vfat, which is not on everybody's PATH. */
static const char folders[] = "/usr/sbin:/sbin";

static bool set_path(void)
{
	const char *path = getenv("PATH");
	char *longer;
	if (path == NULL || path[0] == '\0')
		path = "/usr/bin:/bin";
	if (asprintf(&longer, "%s:%s", path, folders) < 0)
		return false;
	return setenv("PATH", longer, 1) == 0;
}

/* In the child: what must hold before it is started. */
static bool become(int output, const int *keep, size_t count)
{
	const int empty = open("/dev/null", O_RDONLY | O_CLOEXEC);
	for (size_t i = 0; i < count; i++)
		if (fcntl(keep[i], F_SETFD, 0) != 0)
			return false;
	return empty >= 0 && dup2(empty, STDIN_FILENO) >= 0 &&
	       dup2(output, STDOUT_FILENO) >= 0 &&
	       dup2(output, STDERR_FILENO) >= 0 && set_path() &&
	       setenv("LC_ALL", "C", 1) == 0 &&
	       setenv("MTOOLSRC", "/dev/null", 1) == 0;
}

/* To its end; what does not fit is lost. */
static void read_said(int from, char said[SAID_MOST])
{
	char more[SAID_MOST];
	size_t size = 0;
	ssize_t got;
	while ((got = read(from, more, sizeof(more))) > 0 ||
		(got < 0 && errno == EINTR)) {
		const size_t room = SAID_MOST - 1 - size;
		const size_t take = got < 0		 ? 0
				    : (size_t)got > room ? room
							 : (size_t)got;
		memcpy(said + size, more, take);
		size += take;
	}
	while (size > 0 && said[size - 1] == '\n')
		size--;
	said[size] = '\0';
}

static int judge(
	const char *name, const char *package, int status, const char *said)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == CANNOT_START)
		return fail(EX_UNAVAILABLE, name, 0,
			"cannot be started; install the package %s", package);
	return fail(EX_SOFTWARE, name, 0, "failed, and said: %s", said);
}

int tool_run(const char *const *words, const char *package, const int *keep,
	size_t count)
{
	char said[SAID_MOST];
	int ends[2];
	int status = 0;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return fail(EX_OSERR, words[0], 0, "cannot be started: %s",
			strerror(errno));
	const pid_t pid = fork();
	if (pid == 0) {
		if (become(ends[1], keep, count))
			execvp(words[0], (char *const *)words);
		_exit(CANNOT_START);
	}
	close(ends[1]);
	read_said(ends[0], said);
	close(ends[0]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return fail(EX_OSERR, words[0], 0, "cannot be started: %s",
			strerror(errno));
	return judge(words[0], package, status, said);
}
