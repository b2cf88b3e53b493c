/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel shows of a confined child, against its specification. */
#include "tests/support/confined.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TEXT_MOST = 1 << 16, PATH_MOST = 64, LINE_MOST = 128, STANDARD = 3 };

struct check {
	const struct sandbox_spec *spec;
	pid_t pid;
	FILE *out;
	size_t wrong;
	char path[PATH_MOST];
};

__attribute__((format(printf, 2, 3))) static void wrong(
	struct check *check, const char *format, ...)
{
	va_list more;
	check->wrong++;
	fprintf(check->out, "%s: ", check->spec->name);
	va_start(more, format);
	vfprintf(check->out, format, more);
	va_end(more);
	fputc('\n', check->out);
}

__attribute__((format(printf, 2, 3))) static const char *leaf(
	struct check *check, const char *format, ...)
{
	va_list more;
	const int head = snprintf(
		check->path, sizeof(check->path), "/proc/%d/", (int)check->pid);
	va_start(more, format);
	vsnprintf(check->path + head, sizeof(check->path) - (size_t)head,
		format, more);
	va_end(more);
	return check->path;
}

/* What a file says, the first TEXT_MOST bytes; empty when there is none. */
static void read_text(const char *path, char text[TEXT_MOST])
{
	FILE *file = fopen(path, "r");
	text[0] = '\0';
	if (file == NULL)
		return;
	text[fread(text, 1, TEXT_MOST - 1, file)] = '\0';
	fclose(file);
}

static void expect_line(struct check *check, const char *text, const char *line)
{
	const char *found = strstr(text, line);
	if (found == NULL || (found != text && found[-1] != '\n'))
		wrong(check, "%s has no line \"%.*s\"", check->path,
			(int)strcspn(line, "\n"), line);
}

static unsigned long long number_in(const char *text, const char *name)
{
	const char *found = strstr(text, name);
	return found == NULL ? 0 : strtoull(found + strlen(name), NULL, 10);
}

static void check_status(struct check *check)
{
	static char text[TEXT_MOST];
	const unsigned uid = check->spec->uid;
	const unsigned gid = check->spec->gid;
	unsigned long long kept = 0;
	char line[LINE_MOST];
	read_text("/proc/self/status", text);
	const unsigned long long filters =
		number_in(text, "\nSeccomp_filters:");
	read_text(leaf(check, "status"), text);
	snprintf(line, sizeof(line), "Uid:\t%u\t%u\t%u\t%u\n", uid, uid, uid,
		uid);
	expect_line(check, text, line);
	snprintf(line, sizeof(line), "Gid:\t%u\t%u\t%u\t%u\n", gid, gid, gid,
		gid);
	expect_line(check, text, line);
	expect_line(check, text, "Groups:\t \n");
	expect_line(check, text, "Threads:\t1\n");
	expect_line(check, text, "NoNewPrivs:\t1\n");
	expect_line(check, text, "Seccomp:\t2\n");
	/* Its own, and that of who forked it. */
	if (number_in(text, "\nSeccomp_filters:") <= filters)
		wrong(check, "%s shows no filter", check->path);
	for (size_t i = 0; i < check->spec->capability_count; i++)
		kept |= 1ULL << check->spec->capabilities[i].number;
	expect_line(check, text, "CapInh:\t0000000000000000\n");
	expect_line(check, text, "CapAmb:\t0000000000000000\n");
	snprintf(line, sizeof(line),
		"CapPrm:\t%016llx\nCapEff:\t%016llx\nCapBnd:\t%016llx\n", kept,
		kept, kept);
	expect_line(check, text, line);
}

static void check_limits(struct check *check)
{
	static char text[TEXT_MOST];
	const struct sandbox_spec *spec = check->spec;
	const struct {
		const char *name;
		uint64_t most;
	} limits[] = {
#ifndef __SANITIZE_ADDRESS__
		{ "Max address space", spec->memory },
#endif
		{ "Max cpu time", spec->cpu_seconds },
		{ "Max file size", spec->file_size },
		{ "Max open files", spec->open_files },
		{ "Max processes", spec->processes },
		{ "Max core file size", 0 },
		{ "Max locked memory", 0 },
		{ "Max msgqueue size", 0 },
	};
	read_text(leaf(check, "limits"), text);
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		char line[LINE_MOST];
		snprintf(line, sizeof(line), "%-25s %-20" PRIu64 " %-20" PRIu64,
			limits[i].name, limits[i].most, limits[i].most);
		expect_line(check, text, line);
	}
}

static const struct sandbox_descriptor *listed(
	const struct sandbox_spec *spec, int number)
{
	for (size_t i = 0; i < spec->descriptor_count; i++)
		if (spec->descriptors[i].number == number)
			return &spec->descriptors[i];
	return NULL;
}

static bool is_null_device(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

/* Opened again: seals belong to the file, not to the descriptor. */
static bool is_memfd(const char *path, enum sandbox_direction direction)
{
	const int sealed =
		F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	const int file = open(path, O_RDONLY | O_CLOEXEC);
	const int seals = file < 0 ? -1 : fcntl(file, F_GET_SEALS);
	if (file >= 0)
		close(file);
	return seals >= 0 &&
	       (direction == SANDBOX_READS ? (seals & sealed) == sealed
					   : (seals & F_SEAL_SEAL) == 0);
}

static bool has_kind(const char *path, const struct sandbox_descriptor *d)
{
	struct stat st;
	if (stat(path, &st) != 0)
		return false;
	switch (d->kind) {
	case SANDBOX_SOCKET:
		return S_ISSOCK(st.st_mode);
	case SANDBOX_MEMFD:
		return S_ISREG(st.st_mode) && is_memfd(path, d->direction);
	case SANDBOX_BLOCK:
		return S_ISBLK(st.st_mode);
	case SANDBOX_CHARACTER:
		return S_ISCHR(st.st_mode);
	case SANDBOX_PIPE:
		return S_ISFIFO(st.st_mode);
	}
	return false;
}

static bool has_direction(
	struct check *check, const struct sandbox_descriptor *d)
{
	static const unsigned long mode[] = {
		[SANDBOX_READS] = O_RDONLY,
		[SANDBOX_WRITES] = O_WRONLY,
		[SANDBOX_BOTH] = O_RDWR,
	};
	static char text[TEXT_MOST];
	read_text(leaf(check, "fdinfo/%d", d->number), text);
	const char *flags = strstr(text, "flags:");
	return d->kind == SANDBOX_MEMFD ||
	       (flags != NULL && (strtoul(flags + strlen("flags:"), NULL, 8) &
					 O_ACCMODE) == mode[d->direction]);
}

static void check_descriptor(struct check *check, int number)
{
	const struct sandbox_descriptor *d = listed(check->spec, number);
	struct stat st;
	if (d != NULL) {
		if (!has_kind(leaf(check, "fd/%d", number), d))
			wrong(check, "descriptor %d is of another kind",
				number);
		if (!has_direction(check, d))
			wrong(check, "descriptor %d has another direction",
				number);
	} else if (number >= STANDARD ||
		   stat(leaf(check, "fd/%d", number), &st) != 0 ||
		   !is_null_device(&st)) {
		wrong(check, "descriptor %d is not listed", number);
	}
}

static void check_descriptors(struct check *check)
{
	size_t count = 0;
	size_t wanted = STANDARD;
	DIR *folder = opendir(leaf(check, "fd"));
	if (folder == NULL) {
		wrong(check, "its descriptors cannot be seen");
		return;
	}
	for (const struct dirent *entry = readdir(folder); entry != NULL;
		entry = readdir(folder)) {
		if (entry->d_name[0] == '.')
			continue;
		check_descriptor(check, (int)strtol(entry->d_name, NULL, 10));
		count++;
	}
	closedir(folder);
	for (size_t i = 0; i < check->spec->descriptor_count; i++)
		wanted += check->spec->descriptors[i].number >= STANDARD;
	if (count != wanted)
		wrong(check, "%zu descriptors, not %zu", count, wanted);
}

static void check_namespaces(struct check *check)
{
	static const struct {
		const char *name;
		int flag;
	} known[] = {
		{ "net", CLONE_NEWNET },
		{ "mnt", CLONE_NEWNS },
		{ "uts", CLONE_NEWUTS },
		{ "ipc", CLONE_NEWIPC },
		{ "pid", CLONE_NEWPID },
		{ "user", CLONE_NEWUSER },
		{ "cgroup", CLONE_NEWCGROUP },
	};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		char path[PATH_MOST];
		struct stat own;
		struct stat its;
		snprintf(path, sizeof(path), "/proc/self/ns/%s", known[i].name);
		if (stat(path, &own) != 0)
			continue; /* not in this kernel */
		if (stat(leaf(check, "ns/%s", known[i].name), &its) != 0 ||
			(own.st_ino != its.st_ino) !=
				((check->spec->namespaces & known[i].flag) !=
					0))
			wrong(check, "another %s namespace", known[i].name);
	}
}

/* Whether both have the same lines, in whatever order. */
static bool same_lines(const char *one, const char *other)
{
	if (strlen(one) != strlen(other))
		return false;
	while (*one != '\0') {
		const char *end = strchr(one, '\n');
		char line[LINE_MOST * 8];
		if (end == NULL)
			return false;
		snprintf(line, sizeof(line), "%.*s", (int)(end + 1 - one), one);
		if (strstr(other, line) == NULL)
			return false;
		one = end + 1;
	}
	return true;
}

/* Mounts are those of the process that looks; the network has lo alone. */
static void check_surroundings(struct check *check)
{
	static char own[TEXT_MOST];
	static char its[TEXT_MOST];
	size_t lines = 0;
	read_text("/proc/self/mounts", own);
	read_text(leaf(check, "mounts"), its);
	if (its[0] == '\0' || !same_lines(own, its))
		wrong(check, "other mounts");
	if ((check->spec->namespaces & CLONE_NEWNET) == 0)
		return;
	read_text(leaf(check, "net/dev"), its);
	for (const char *at = its; *at != '\0'; at++)
		lines += *at == ':';
	if (lines != (strstr(its, "lo:") != NULL))
		wrong(check, "%zu network interfaces", lines);
}

size_t confined_check_state(
	const struct sandbox_spec *spec, pid_t pid, FILE *out)
{
	struct check check = { .spec = spec, .pid = pid, .out = out };
	check_status(&check);
	check_limits(&check);
	check_descriptors(&check);
	check_namespaces(&check);
	check_surroundings(&check);
	return check.wrong;
}

bool confined_is_readable(const struct sandbox_spec *spec, pid_t pid)
{
	int status = -1;
	char path[PATH_MOST];
	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	const pid_t child = fork();
	if (child == 0) {
		cap_t none = cap_init();
		const bool same =
			setresgid(spec->gid, spec->gid, spec->gid) == 0 &&
			setresuid(spec->uid, spec->uid, spec->uid) == 0 &&
			cap_set_proc(none) == 0;
		_exit(same && open(path, O_RDONLY) < 0 ? 0 : 1);
	}
	return child < 0 || waitpid(child, &status, 0) != child || status != 0;
}
