/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/emulator/patience.h"
#include "appliance/desk/emulator/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	LOOK_AGAIN_MS = 500,
	LEAST_PART = 10,
	PATH_SIZE = 64,
	LINE_SIZE = 96,
	STAT_SIZE = 128
};

/* The second number of schedstat: nanoseconds in the queue. */
static uint64_t queued_in(int tasks, const char *thread)
{
	char path[PATH_SIZE], line[LINE_SIZE] = "", *rest;
	int size = snprintf(path, sizeof(path), "%s/schedstat", thread);
	if (size < 0 || size >= PATH_SIZE)
		return 0;
	int file = openat(tasks, path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return 0;
	if (read(file, line, sizeof(line) - 1) < 0)
		line[0] = '\0';
	close(file);
	strtoull(line, &rest, 10);
	return strtoull(rest, NULL, 10);
}

/* State D of proc(5): it waits for a disk, and would do nothing else. */
static bool waits_for_disk(int tasks, const char *thread)
{
	char path[PATH_SIZE], line[STAT_SIZE];
	int size = snprintf(path, sizeof(path), "%s/stat", thread);
	if (size < 0 || size >= PATH_SIZE)
		return false;
	int file = openat(tasks, path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return false;
	ssize_t got = read(file, line, sizeof(line) - 1);
	close(file);
	line[got < 0 ? 0 : got] = '\0';
	/* Behind the name, which may hold anything. */
	const char *end = strrchr(line, ')');
	return end != NULL && strncmp(end, ") D", 3) == 0;
}

static uint64_t queued_by(pid_t process, bool *disk)
{
	char path[PATH_SIZE];
	uint64_t sum = 0;
	snprintf(path, sizeof(path), "/proc/%d/task", process);
	DIR *tasks = process == 0 ? NULL : opendir(path);
	if (tasks == NULL)
		return 0;
	for (const struct dirent *one; (one = readdir(tasks)) != NULL;)
		if (one->d_name[0] != '.') {
			sum += queued_in(dirfd(tasks), one->d_name);
			*disk |= waits_for_disk(dirfd(tasks), one->d_name);
		}
	closedir(tasks);
	return sum / 1000000;
}

static uint64_t queued_by_all(const struct patience *patience, bool *disk)
{
	uint64_t sum = 0;
	*disk = false;
	for (size_t i = 0; i < PATIENCE_PROCESSES; i++)
		sum += queued_by(patience->process[i], disk);
	return sum;
}

struct patience patience_of(
	const pid_t process[PATIENCE_PROCESSES], uint64_t milliseconds)
{
	struct patience patience = { .whole_ms = milliseconds };
	memcpy(patience.process, process, sizeof(patience.process));
	patience_renew(&patience);
	return patience;
}

void patience_renew(struct patience *patience)
{
	bool disk;
	patience->left_ms = patience->whole_ms;
	patience->looked_ms = now_ms();
	patience->queued_ms = queued_by_all(patience, &disk);
}

/* What of `passed` counts, after the threads stood in the queue so long. */
static uint64_t counted(uint64_t passed, uint64_t queued)
{
	uint64_t least = (passed + LEAST_PART - 1) / LEAST_PART;
	return queued + least < passed ? passed - queued : least;
}

bool patience_is_over(struct patience *patience)
{
	bool disk;
	uint64_t now = now_ms(), queued = queued_by_all(patience, &disk);
	/* Threads that have ended are missing in the sum. */
	uint64_t more =
		queued > patience->queued_ms ? queued - patience->queued_ms : 0;
	uint64_t passed = now - patience->looked_ms;
	uint64_t part = counted(passed, disk ? passed : more);
	patience->looked_ms = now;
	patience->queued_ms = queued;
	patience->left_ms -=
		part < patience->left_ms ? part : patience->left_ms;
	return patience->left_ms == 0;
}

bool patience_readable(struct patience *patience, int descriptor)
{
	do {
		uint64_t soon = patience->left_ms < LOOK_AGAIN_MS
					? patience->left_ms
					: LOOK_AGAIN_MS;
		if (readable_until(descriptor, now_ms() + soon))
			return true;
	} while (!patience_is_over(patience));
	return false;
}
