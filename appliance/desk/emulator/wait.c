/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `machine wait`: waits until an emulated machine's console says something, or
 * gives up when the machine fails, ends, or is too slow. Only reads the log.
 */
#include "appliance/desk/emulator/folder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

enum {
	TIMEOUT_S = 120,
	TIMEOUT_MOST_S = 86400,
	LOOK_AGAIN_MS = 500,
	LAST_LINES = 12,
};

const struct option machine_wait_options[] = {
	{ "DIR", NULL, "the machine", REQUIRED },
	{ "TEXT", NULL, "what the console's line must contain", REQUIRED },
	{ "--timeout", "SECONDS",
		"give up when the console says nothing new for so long, 120 "
		"if not given; while QEMU or the TPM waits for a processor "
		"this time runs slower, down to a tenth",
		OPTIONAL },
	{ "--from", "LINE",
		"look from this line of console.log (from 1) on, not from "
		"the one after the last wait's",
		OPTIONAL },
	{ "--after-last", NULL, "look only at lines that are not there yet",
		OPTIONAL },
	OPTION_END,
};

struct wait {
	const char *folder;
	const char *text;
	char *path;    /* of console.log */
	uint64_t line; /* lines before the next one to look at */
	int changes;   /* inotify */
	uint64_t timeout_ms;
	struct patience patience;
};

enum sight { NOTHING, FOUND, FAILED };

/* What PID 1 and the supervisor say, and nobody else. */
static bool tells_failure(const char *line)
{
	return strstr(line, "sandoq: failed") != NULL;
}

/* Looks at the complete lines from wait->line on and passes them. */
static enum sight look(struct wait *wait, char *text)
{
	uint64_t number = 0;
	char *end;
	for (char *line = text; (end = strchr(line, '\n')) != NULL;
		line = end + 1) {
		*end = '\0';
		if (number++ < wait->line)
			continue;
		wait->line = number;
		if (strstr(line, wait->text) != NULL) {
			printf("%s\n", line);
			return FOUND;
		}
		if (tells_failure(line))
			return FAILED;
	}
	return NOTHING;
}

static int look_once(struct wait *wait, enum sight *sight)
{
	struct file log;
	int status = file_read(wait->path, CONSOLE_FILE_MOST, &log);
	if (status != 0)
		return status;
	*sight = look(wait, (char *)log.data);
	file_free(&log);
	return 0;
}

/* Until the log changes, or it is time to see whether the machine runs. */
static void await_change(const struct wait *wait)
{
	char events[4096];
	uint64_t left = wait->patience.left_ms;
	uint64_t soon = left < LOOK_AGAIN_MS ? left : LOOK_AGAIN_MS;
	if (readable_until(wait->changes, now_ms() + soon) &&
		read(wait->changes, events, sizeof(events)) < 0)
		return;
}

static void print_last_lines(const char *path)
{
	struct file log;
	size_t lines = 0, start;
	if (file_read(path, CONSOLE_FILE_MOST, &log) != 0)
		return;
	for (start = log.size; start > 0; start--)
		if (log.data[start - 1] == '\n' && ++lines > LAST_LINES)
			break;
	fprintf(stderr, "the console's last lines:\n");
	fwrite(log.data + start, 1, log.size - start, stderr);
	file_free(&log);
}

static int give_up(const struct wait *wait, int status, const char *why)
{
	print_last_lines(wait->path);
	return fail(status, wait->folder, 0,
		"%s while waiting for '%s'; see %s", why, wait->text,
		wait->path);
}

/* Again as much, because the machine has said something. */
static void take_patience(struct wait *wait)
{
	pid_t process[PATIENCE_PROCESSES];
	machine_processes_read(wait->folder, process);
	wait->patience = patience_of(process, wait->timeout_ms);
}

static int wait_for(struct wait *wait)
{
	take_patience(wait);
	for (;;) {
		enum sight sight;
		uint64_t line = wait->line;
		bool running = machine_is_running(wait->folder);
		int status = look_once(wait, &sight);
		if (status != 0)
			return status;
		if (sight == FOUND)
			return machine_mark_write(wait->folder, wait->line);
		if (sight == FAILED)
			return give_up(wait, EX_SOFTWARE,
				"the machine says that it failed");
		if (!running)
			return give_up(
				wait, EX_UNAVAILABLE, "the machine has ended");
		if (wait->line != line)
			take_patience(wait);
		if (patience_is_over(&wait->patience))
			return give_up(wait, EX_TEMPFAIL, "time is up");
		await_change(wait);
	}
}

static uint64_t lines_of(const char *path)
{
	struct file log;
	uint64_t lines = 0;
	if (file_read(path, CONSOLE_FILE_MOST, &log) == 0)
		for (size_t i = 0; i < log.size; i++)
			lines += log.data[i] == '\n';
	file_free(&log);
	return lines;
}

static int first_line(const struct arguments *arguments, struct wait *wait)
{
	uint64_t from = 0;
	int status = argument_number(arguments, "--from", 1, INT64_MAX, &from);
	if (status != 0)
		return status;
	if (from > 0) {
		wait->line = from - 1;
		return 0;
	}
	if (argument_given(arguments, "--after-last")) {
		wait->line = lines_of(wait->path);
		return 0;
	}
	return machine_mark_read(wait->folder, &wait->line);
}

int machine_wait_command(const struct arguments *arguments)
{
	struct wait wait = {
		.folder = argument(arguments, "DIR"),
		.text = argument(arguments, "TEXT"),
		.changes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK),
	};
	uint64_t seconds = TIMEOUT_S;
	int status = argument_number(
		arguments, "--timeout", 0, TIMEOUT_MOST_S, &seconds);
	if (status == 0)
		status = machine_check(wait.folder);
	if (status != 0)
		return status;
	wait.timeout_ms = seconds * 1000;
	wait.path = path_join(wait.folder, MACHINE_CONSOLE);
	if (inotify_add_watch(wait.changes, wait.path, IN_MODIFY) < 0)
		status = fail(EX_NOINPUT, wait.path, 0,
			"cannot watch it: %s; run the machine first",
			strerror(errno));
	if (status == 0)
		status = first_line(arguments, &wait);
	if (status == 0)
		status = wait_for(&wait);
	free(wait.path);
	close(wait.changes);
	return status;
}
