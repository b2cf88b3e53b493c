/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/machine/probe.h"

#include "appliance/formats/crypto.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TICK_NS = 50000000, TICKS_MOST = 36000, TEXT_MOST = 65536 };

static int console = -1;

void report(const char *format, ...)
{
	char line[1024];
	va_list list;
	va_start(list, format);
	vsnprintf(line, sizeof(line), format, list);
	va_end(list);
	dprintf(console, "probe: %s\n", line);
}

const char *error_name(int error)
{
	return error == 0 ? "done" : strerrorname_np(error);
}

_Noreturn static void give_up(const char *what)
{
	report("gives up: %s: %s", what, error_name(errno));
	_exit(1);
}

/* The start of a file as text; empty if there is none. */
static const char *text_of(const char *path)
{
	static char text[TEXT_MOST];
	size_t size = 0;
	ssize_t got;
	int file = open(path, O_RDONLY | O_CLOEXEC);
	while (file >= 0 && size < sizeof(text) - 1 &&
		(got = read(file, text + size, sizeof(text) - 1 - size)) > 0)
		size += (size_t)got;
	close(file);
	text[size] = '\0';
	return text;
}

static bool holds(const char *path, const char *wanted)
{
	return strcmp(text_of(path), wanted) == 0;
}

typedef bool condition(void);

static void await(condition *is_so, const char *what)
{
	const struct timespec tick = { 0, TICK_NS };
	for (int i = 0; !is_so(); i++) {
		if (i > TICKS_MOST)
			give_up(what);
		nanosleep(&tick, NULL);
	}
}

typedef void visitor(const char *path, const char *name);

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void each_in(const char *folder, visitor *visit)
{
	struct dirent **entry;
	int count = scandir(folder, &entry, NULL, by_name);
	for (int i = 0; i < count; i++) {
		char path[PATH_MAX];
		const char *name = entry[i]->d_name;
		if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
			snprintf(path, sizeof(path), "%s/%s",
				strcmp(folder, "/") == 0 ? "" : folder, name);
			visit(path, name);
		}
		free(entry[i]);
	}
	if (count >= 0)
		free(entry);
}

/* --- USB, while nobody has a say in it yet --- */

static const char usb[] = "/sys/bus/usb/devices";
static int usb_devices;

static bool is_usb_device(const char *name)
{
	return isdigit((unsigned char)name[0]) && strchr(name, ':') == NULL;
}

static void count_usb(const char *path, const char *name)
{
	(void)path;
	usb_devices += is_usb_device(name);
}

static bool usb_is_complete(void)
{
	enum { KEYBOARD_AND_STICK = 2 };
	usb_devices = 0;
	each_in(usb, count_usb);
	return usb_devices >= KEYBOARD_AND_STICK;
}

/* Interfaces of a device that is not authorised do not even exist. */
static void report_usb(const char *path, const char *name)
{
	char authorised[PATH_MAX], link[PATH_MAX], driver[PATH_MAX] = "none";
	snprintf(authorised, sizeof(authorised), "%s/authorized", path);
	snprintf(link, sizeof(link), "%s/driver", path);
	if (isdigit((unsigned char)name[0]) && strchr(name, ':') != NULL) {
		ssize_t length = readlink(link, driver, sizeof(driver) - 1);
		if (length > 0)
			driver[length] = '\0';
		const char *leaf = strrchr(driver, '/');
		report("usb interface %s", leaf == NULL ? driver : leaf + 1);
	} else if (is_usb_device(name)) {
		report("usb device authorized=%c", text_of(authorised)[0]);
	}
}

static void report_disk(const char *path, const char *name)
{
	(void)path;
	report("disk %s", name);
}

/* --- files --- */

static dev_t root_device;

static void report_file(const char *path, const struct stat *st)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	size_t size = (size_t)st->st_size;
	void *data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
	char hex[2 * SHA256_SIZE + 1];
	if (data == MAP_FAILED)
		give_up(path);
	struct digest digest = sha256(bytes_of(data, size));
	munmap(data, size);
	close(file);
	for (size_t i = 0; i < SHA256_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest.byte[i]);
	report("root file %s %s %04o %u %u", path, hex, st->st_mode & 07777,
		st->st_uid, st->st_gid);
}

static void report_node(const char *what, const char *path)
{
	char target[PATH_MAX] = "";
	struct stat st;
	if (lstat(path, &st) != 0)
		give_up(path);
	unsigned mode = st.st_mode & 07777;
	if (S_ISREG(st.st_mode))
		report_file(path, &st);
	else if (S_ISLNK(st.st_mode) &&
		 readlink(path, target, sizeof(target) - 1) > 0)
		report("%s slink %s %s %04o %u %u", what, path, target, mode,
			st.st_uid, st.st_gid);
	else if (S_ISDIR(st.st_mode))
		report("%s dir %s %04o %u %u", what, path, mode, st.st_uid,
			st.st_gid);
	else
		report("%s nod %s %04o %u %u %c %u %u", what, path, mode,
			st.st_uid, st.st_gid, S_ISBLK(st.st_mode) ? 'b' : 'c',
			major(st.st_rdev), minor(st.st_rdev));
}

static void walk_root(const char *path, const char *name)
{
	struct stat st;
	(void)name;
	report_node("root", path);
	if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
		st.st_dev == root_device)
		each_in(path, walk_root);
}

static void walk_devices(const char *path, const char *name)
{
	struct stat st;
	(void)name;
	report_node("device", path);
	if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
		each_in(path, walk_devices);
}

/* --- processes --- */

static const char *const long_lived[] = { "journal", "keys", "media",
	"console" };
static unsigned seen;

/* A kernel thread has no arguments. */
static bool is_process(const char *path, const char *name, char role[16])
{
	char file[PATH_MAX];
	char *end;
	long pid = strtol(name, &end, 10);
	if (*end != '\0' || pid == getpid())
		return false;
	snprintf(file, sizeof(file), "%s/cmdline", path);
	const char *arguments = text_of(file);
	if (arguments[0] == '\0')
		return false;
	const char *second = arguments + strlen(arguments) + 1;
	snprintf(role, 16, "%s", pid == 1 ? "init" : second);
	return true;
}

static void see_role(const char *path, const char *name)
{
	char role[16];
	if (!is_process(path, name, role))
		return;
	for (unsigned i = 0; i < 4; i++)
		if (strcmp(role, long_lived[i]) == 0)
			seen |= 1U << i;
}

/* Since the media role does that last, all else has been started. */
static bool media_may_come(void)
{
	seen = 0;
	each_in("/proc", see_role);
	return seen == 15 &&
	       holds("/sys/bus/usb/devices/usb1/authorized_default", "1\n");
}

static int bound;

static void count_interface(const char *path, const char *name)
{
	(void)path;
	bound += isdigit((unsigned char)name[0]) != 0;
}

static bool usb_is_bound(void)
{
	bound = 0;
	each_in("/sys/bus/usb/drivers/usb-storage", count_interface);
	return bound == 1;
}

static void put_field(char *line, size_t size, const char *status,
	const char *field, const char *name)
{
	const char *at = strstr(status, field);
	size_t used = strlen(line);
	if (at == NULL)
		return;
	at += strlen(field);
	at += strspn(at, "\t ");
	snprintf(line + used, size - used, " %s=%.*s", name,
		(int)strcspn(at, "\t\n"), at);
}

/* What the process holds, in the order of the numbers. */
static void put_descriptors(char *line, size_t size, const char *process)
{
	for (int number = 0; number < 64; number++) {
		char path[PATH_MAX], target[256];
		snprintf(path, sizeof(path), "%s/fd/%d", process, number);
		ssize_t length = readlink(path, target, sizeof(target) - 1);
		if (length < 0)
			continue;
		target[length] = '\0';
		target[strcspn(target, "[ ")] = '\0';
		size_t used = strlen(line);
		snprintf(line + used, size - used, " %d=%s", number, target);
	}
}

static bool take_zero(const char **at)
{
	*at += strspn(*at, " ");
	bool zero = strncmp(*at, "0 ", 2) == 0;
	*at += strcspn(*at, " ");
	return zero;
}

/* Whether the soft limit or the hard one lets it. */
static bool makes_cores(const char *process)
{
	static const char field[] = "Max core file size";
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "%s/limits", process);
	const char *at = strstr(text_of(path), field);
	if (at == NULL)
		return true;
	at += strlen(field);
	bool soft = take_zero(&at);
	bool hard = take_zero(&at);
	return !soft || !hard;
}

/* The kernel gives root the files of a process that is not dumpable. */
static const char *dumpable(const char *process, const char *status)
{
	struct stat st;
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "%s/maps", process);
	unsigned long uid = strtoul(strstr(status, "\nUid:") + 5, NULL, 10);
	if (uid == 0 || stat(path, &st) != 0)
		return "";
	return st.st_uid == 0 ? " dumpable=no" : " dumpable=yes";
}

static void report_process(const char *path, const char *name)
{
	char role[16], file[PATH_MAX], line[700] = "";
	if (!is_process(path, name, role))
		return;
	snprintf(file, sizeof(file), "%s/status", path);
	const char *status = text_of(file);
	put_field(line, sizeof(line), status, "\nUid:", "uid");
	put_field(line, sizeof(line), status, "\nCapPrm:", "caps");
	put_field(line, sizeof(line), status, "\nCapBnd:", "bound");
	put_field(line, sizeof(line), status, "\nNoNewPrivs:", "nnp");
	put_field(line, sizeof(line), status, "\nSeccomp:", "seccomp");
	size_t used = strlen(line);
	snprintf(
		line + used, sizeof(line) - used, "%s", dumpable(path, status));
	report("process %s%s cores=%s", role, line,
		makes_cores(path) ? "yes" : "no");
	line[0] = '\0';
	put_descriptors(line, sizeof(line), path);
	report("holds %s%s", role, line);
	snprintf(file, sizeof(file), "%s/mem", path);
	report("memory %s %s", role,
		error_name(open(file, O_RDONLY | O_CLOEXEC) < 0 ? errno : 0));
}

/* --- mounts, switches, cores --- */

static void report_mounts(void)
{
	char *rest;
	char *text = strdup(text_of("/proc/1/mounts"));
	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest))
		report("mount %s", line);
	free(text);
}

static void report_paths(void)
{
	static const char *const paths[] = { "/proc/kcore", "/proc/kallsyms",
		"/proc/config.gz", "/proc/modules", "/proc/sysrq-trigger",
		"/proc/sys/kernel/sysrq", "/proc/sys/kernel/core_pattern",
		"/sys/kernel/debug", "/sys/kernel/tracing", "/sys/fs/bpf",
		"/sys/fs/pstore", "/dev/mem", "/dev/kmem", "/dev/port",
		"/dev/fb0", "/dev/input" };
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		report("path %s %s", paths[i],
			access(paths[i], F_OK) == 0 ? "there" : "absent");
}

static void report_filesystems(void)
{
	char *rest;
	char *text = strdup(text_of("/proc/filesystems"));
	char line[512] = "";
	for (char *word = strtok_r(text, "\n", &rest); word != NULL;
		word = strtok_r(NULL, "\n", &rest)) {
		size_t used = strlen(line);
		snprintf(line + used, sizeof(line) - used, " %s",
			strrchr(word, '\t') + 1);
	}
	report("filesystems%s", line);
	free(text);
}

static void report_core(void)
{
	int status = 0;
	pid_t child = fork();
	if (child == 0) {
		const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
		setrlimit(RLIMIT_CORE, &all);
		abort();
	}
	waitpid(child, &status, 0);
	report("core of a process that may make one: %s",
		WIFSIGNALED(status) && !WCOREDUMP(status) ? "none" : "made");
}

static void report_writing(void)
{
	int file = open("/new", O_WRONLY | O_CREAT, 0600);
	report("create /new %s", error_name(file < 0 ? errno : 0));
	file = open("/sandoqd", O_WRONLY);
	report("write /sandoqd %s", error_name(file < 0 ? errno : 0));
}

/* --- */

static void mount_own(const char *type, const char *target)
{
	if (mount(type, target, type, MS_NOSUID | MS_NOEXEC, NULL) != 0)
		give_up(target);
}

static void make_block(void)
{
	char *end;
	const char *text = text_of("/sys/class/block/vda1/dev");
	const unsigned long major = strtoul(text, &end, 10);
	const unsigned long minor =
		strtoul(*end == ':' ? end + 1 : end, NULL, 10);
	if (mknod(PROBE_BLOCK, S_IFBLK | 0600,
		    makedev((unsigned)major, (unsigned)minor)) != 0)
		give_up(PROBE_BLOCK);
}

static void look(void)
{
	struct stat st;
	mount_own("proc", "/proc");
	mount_own("sysfs", "/sys");
	await(media_may_come, "media may come");
	await(usb_is_bound, "the keyboard and the stick");
	each_in(usb, report_usb);
	umount("/sys");
	umount("/proc");
	stat("/", &st);
	root_device = st.st_dev;
	each_in("/", walk_root);
	report_writing();
	mount_own("devtmpfs", "/dev");
	mount_own("proc", "/proc");
	mount_own("sysfs", "/sys");
	each_in("/dev", walk_devices);
	report_mounts();
	each_in("/proc", report_process);
	report_filesystems();
	report_paths();
	report_core();
	make_block();
	try_all();
	check_sandboxes();
	report("done");
	_exit(0);
}

/* As every boot is until a courier boot says otherwise. */
static void look_at_usb_before(void)
{
	mount_own("sysfs", "/sys");
	await(usb_is_complete, "a keyboard and a stick");
	each_in(usb, report_usb);
	each_in("/sys/block", report_disk);
	umount("/sys");
}

int main(void)
{
	char program[] = "init";
	char *arguments[] = { program, NULL };
	char *environment[] = { NULL };
	int apart[2];
	char byte;
	console = open("/dev/console", O_WRONLY | O_NOCTTY | O_CLOEXEC);
	crypto_start();
	look_at_usb_before();
	report("before init");
	if (pipe2(apart, O_CLOEXEC) != 0)
		give_up("pipe");
	if (fork() == 0) {
		if (unshare(CLONE_NEWNS) != 0)
			give_up("unshare");
		close(apart[1]);
		close(apart[0]);
		look();
	}
	close(apart[1]);
	if (read(apart[0], &byte, 1) != 0)
		give_up("apart");
	execve("/sandoqd", arguments, environment);
	give_up("/sandoqd");
}
