/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/limits/memory.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "appliance/machine/wire.h"

enum { LOOK_EVERY_MS = 20 };

/* The number behind NAME in a status file's text; 0 when it has none. */
static uint64_t number_of(const char *status, const char *name)
{
	const char *at = strstr(status, name);
	return at == NULL ? 0 : strtoull(at + strlen(name), NULL, 10);
}

static size_t read_proc(
	const char *process, const char *file, char *out, size_t room)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%.16s/%s", process, file);
	FILE *stream = fopen(path, "re");
	const size_t size =
		stream == NULL ? 0 : fread(out, 1, room - 1, stream);
	if (stream != NULL)
		fclose(stream);
	out[size] = '\0';
	return size;
}

/* By its arguments; a count process has those of the starter. */
static int role_of(const char *process)
{
	char words[256];
	const size_t size = read_proc(process, "cmdline", words, sizeof(words));
	const size_t first = strlen(words) + 1;
	for (int role = 0; first < size && role < ROLES; role++)
		if (strcmp(words + first, role_name((enum role)role)) == 0)
			return role;
	return -1;
}

static void look(pid_t parent, struct memory *found)
{
	DIR *directory = opendir("/proc");
	const struct dirent *entry;
	while (directory != NULL && (entry = readdir(directory)) != NULL) {
		char status[4096];
		if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
			continue;
		read_proc(entry->d_name, "status", status, sizeof(status));
		if (number_of(status, "\nPPid:") != (uint64_t)parent)
			continue;
		const int role = role_of(entry->d_name);
		const uint64_t size = number_of(status, "\nVmHWM:");
		if (role >= 0 && size > found->role[role])
			found->role[role] = size;
	}
	if (directory != NULL)
		closedir(directory);
}

static void watch(pid_t parent, int stop, int found)
{
	struct memory memory = { { 0 } };
	struct pollfd end = { .fd = stop, .events = POLLIN };
	while (poll(&end, 1, LOOK_EVERY_MS) == 0)
		look(parent, &memory);
	if (write(found, &memory, sizeof(memory)) != sizeof(memory))
		_exit(1);
	_exit(0);
}

struct memory_watch memory_watch_begin(void)
{
	int stop[2];
	int found[2];
	const pid_t parent = getpid();
	assert_int_equal(pipe2(stop, O_CLOEXEC), 0);
	assert_int_equal(pipe2(found, O_CLOEXEC), 0);
	const pid_t pid = fork();
	if (pid == 0) {
		close(stop[1]);
		watch(parent, stop[0], found[1]);
	}
	assert_true(pid > 0);
	close(stop[0]);
	close(found[1]);
	return (struct memory_watch){ pid, stop[1], found[0] };
}

struct memory memory_watch_end(const struct memory_watch *watch)
{
	struct memory memory;
	close(watch->stop);
	assert_int_equal(
		read(watch->found, &memory, sizeof(memory)), sizeof(memory));
	close(watch->found);
	waitpid(watch->pid, NULL, 0);
	return memory;
}

static uint64_t memory_of_process(const char *process)
{
	char status[4096];
	read_proc(process, "status", status, sizeof(status));
	return number_of(status, "\nVmHWM:");
}

uint64_t memory_own(void)
{
	return memory_of_process("self");
}

uint64_t memory_of(int pid)
{
	char digits[16];
	snprintf(digits, sizeof(digits), "%d", pid);
	return memory_of_process(digits);
}
