/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/machine/init.h"
#include "appliance/machine/partition.h"
#include "appliance/machine/peer.h"
#include "appliance/machine/spawn.h"
#include "appliance/record/journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* What init holds for the supervisor; -1 while not open. */
struct held {
	int console[INIT_CONSOLES];
	int journal;
	int tpm;
	int event_log;
	/* Shows what init itself says; process.pid is 0 before it does. */
	struct peer teller;
};

/*
 * One thing that must be so before the supervisor starts. NULL, or what is
 * wrong; errno then says more, unless it is 0.
 */
typedef const char *init_step(struct held *);

enum { CONFINED = MS_NOSUID | MS_NOEXEC };

static const struct {
	const char *type;
	const char *target;
	unsigned long flags;
	const char *options;
} mounts[] = {
	{ "devtmpfs", "/dev", CONFINED, "mode=0755" },
	{ "proc", "/proc", CONFINED | MS_NODEV, "hidepid=invisible" },
	{ "sysfs", "/sys", CONFINED | MS_NODEV, NULL },
	{ "securityfs", "/sys/kernel/security", CONFINED | MS_NODEV, NULL },
};

static const struct {
	const char *path;
	const char *value;
} switches[] = {
	/* No role reads the kernel's log. */
	{ "/proc/sys/kernel/dmesg_restrict", "1" },
	/* Nobody learns kernel addresses. */
	{ "/proc/sys/kernel/kptr_restrict", "2" },
	/* No role measures another. */
	{ "/proc/sys/kernel/perf_event_paranoid", "3" },
	/* Every exec gets another layout. */
	{ "/proc/sys/kernel/randomize_va_space", "2" },
	/* No process looks into another. */
	{ "/proc/sys/kernel/yama/ptrace_scope", "3" },
	/* Who changed its user leaves no dump. */
	{ "/proc/sys/fs/suid_dumpable", "0" },
	/* No memfd is ever executable. */
	{ "/proc/sys/vm/memfd_noexec", "1" },
	/* A null pointer is a fault. */
	{ "/proc/sys/vm/mmap_min_addr", "65536" },
};

static const char usb_devices[] = "/sys/bus/usb/devices";
static const char block_devices[] = "/sys/class/block";
static const char consoles[] = "/sys/class/tty/console";
static const char event_log[] =
	"/sys/kernel/security/tpm0/binary_bios_measurements";

enum { EVENT_LOG_MOST = 1 << 20 };

static const char *mount_all(struct held *machine)
{
	(void)machine;
	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++)
		if (mount(mounts[i].type, mounts[i].target, mounts[i].type,
			    mounts[i].flags, mounts[i].options) != 0)
			return mounts[i].target;
	return NULL;
}

/* The initramfs is all code and needs no writing. */
static const char *seal_root(struct held *machine)
{
	(void)machine;
	if (mount(NULL, "/", NULL,
		    MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) != 0)
		return "the root file system could not be made read-only";
	return NULL;
}

static bool write_file(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);
	if (file < 0)
		return false;
	bool done = write(file, text, strlen(text)) == (ssize_t)strlen(text);
	return close(file) == 0 && done;
}

static const char *set_switches(struct held *machine)
{
	(void)machine;
	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
		if (!write_file(switches[i].path, switches[i].value))
			return switches[i].path;
	/* A key press is no reason to restart. */
	return reboot(RB_DISABLE_CAD) == 0 ? NULL : "Ctrl-Alt-Del";
}

/* The kernel cannot make any; whoever starts is told so, too. */
static const char *forbid_cores(struct held *machine)
{
	const struct rlimit none = { 0, 0 };
	(void)machine;
	return setrlimit(RLIMIT_CORE, &none) == 0 ? NULL : "core dumps";
}

/* The start of a small file under folder/name, as text; false if none. */
static bool read_file(const char *folder, const char *name, const char *leaf,
	char *text, size_t size)
{
	char path[PATH_MAX];
	int length =
		snprintf(path, sizeof(path), "%s/%s/%s", folder, name, leaf);
	if (length < 0 || (size_t)length >= sizeof(path))
		return false;
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return false;
	ssize_t got = read(file, text, size - 1);
	close(file);
	text[got > 0 ? got : 0] = '\0';
	return got >= 0;
}

/* A tty takes nothing in and is stopped by nothing. */
static bool silence(int tty)
{
	struct termios mode;
	if (tcgetattr(tty, &mode) != 0)
		return false;
	mode.c_iflag = 0;
	mode.c_lflag = 0;
	mode.c_oflag = OPOST | ONLCR;
	mode.c_cflag &= ~(tcflag_t)(CREAD | CRTSCTS);
	return tcsetattr(tty, TCSANOW, &mode) == 0;
}

static int open_tty(const char *name)
{
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "/dev/%s", name);
	int tty = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (tty >= 0 && !silence(tty)) {
		close(tty);
		return -1;
	}
	return tty;
}

static int open_nothing(void)
{
	return open("/dev/null", O_RDWR | O_CLOEXEC);
}

/* The one that the kernel speaks on, by its command line and what it found. */
static int open_serial(void)
{
	char name[64];
	if (!read_file(consoles, ".", "active", name, sizeof(name)))
		return -1;
	name[strcspn(name, " \n")] = '\0';
	return name[0] == '\0' ? open_nothing() : open_tty(name);
}

static const char *open_consoles(struct held *machine)
{
	const int screen = open("/dev/fb0", O_RDWR | O_CLOEXEC);
	machine->console[0] = screen >= 0 ? screen : open_nothing();
	machine->console[1] = open_serial();
	return machine->console[0] < 0 || machine->console[1] < 0 ? "a console"
								  : NULL;
}

static void write_to_serial_port(
	const struct held *machine, const struct notice *notice)
{
	uint8_t line[NOTICE_LINE_MOST];
	struct writer out = writer_of(line, sizeof(line));
	write_notice_line(&out, notice);
	dprintf(machine->console[1], "sandoq: %.*s\n", (int)out.size,
		(const char *)line);
}

static void say(struct held *, const struct notice *);

/* image/build marks an image that the lock does not describe. */
static void start_teller(struct held *machine)
{
	const struct notice mark = notice_of(NOTICE_PART(NOT_THE_LOCKED_IMAGE));
	if (peer_start(&machine->teller, ROLE_CONSOLE, SANDBOX_IMAGE,
		    machine->console, INIT_CONSOLES) != NULL)
		machine->teller.process.pid = -1;
	if (access(MARK_OF_IMAGE, F_OK) == 0)
		say(machine, &mark);
}

/* Where no process can show it, the serial port has the line at least. */
static void say(struct held *machine, const struct notice *notice)
{
	struct peer *teller = &machine->teller;
	struct wire_message answer;
	struct notice why;
	if (teller->process.pid == 0)
		start_teller(machine);
	if (teller->process.pid > 0 &&
		peer_ask(teller, SAY(CONSOLE_NOTICE, notice), NULL, 0, &answer,
			&why) == ANSWERED)
		return;
	write_to_serial_port(machine, notice);
}

/* Every root hub lets no device bind by itself. */
static const char *check_usb(struct held *machine)
{
	(void)machine;
	const char *bad = NULL;
	DIR *folder = opendir(usb_devices);
	if (folder == NULL)
		return usb_devices;
	struct dirent *entry;
	while (bad == NULL && (entry = readdir(folder)) != NULL) {
		char text[8];
		if (read_file(usb_devices, entry->d_name, "authorized_default",
			    text, sizeof(text)) &&
			strcmp(text, "0\n") != 0)
			bad = "USB devices could bind before this boot had a "
			      "say in it";
	}
	closedir(folder);
	errno = 0;
	return bad;
}

/* A partition's disk, open for reading: the device that it lies in. */
static int open_disk_of(const char *partition)
{
	char uevent[1024];
	char path[PATH_MAX];
	if (!read_file(block_devices, partition, "../uevent", uevent,
		    sizeof(uevent)))
		return -1;
	char *name = strstr(uevent, "DEVNAME=");
	if (name == NULL)
		return -1;
	name += strlen("DEVNAME=");
	name[strcspn(name, "\n")] = '\0';
	snprintf(path, sizeof(path), "/dev/%s", name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static bool is_journal(const char *device)
{
	char number[16];
	int sector = 0;
	if (!read_file(
		    block_devices, device, "partition", number, sizeof(number)))
		return false;
	int disk = open_disk_of(device);
	bool is = disk >= 0 && ioctl(disk, BLKSSZGET, &sector) == 0 &&
		  sector > 0 &&
		  partition_is_journal(disk, (size_t)sector,
			  (unsigned)strtoul(number, NULL, 10));
	close(disk);
	return is;
}

/* How many partitions are the journal's; the last one's device is copied. */
static int find_journal(char device[static NAME_MAX + 1])
{
	int found = 0;
	DIR *folder = opendir(block_devices);
	if (folder == NULL)
		return 0;
	struct dirent *entry;
	while ((entry = readdir(folder)) != NULL)
		if (is_journal(entry->d_name)) {
			snprintf(device, NAME_MAX + 1, "%s", entry->d_name);
			found++;
		}
	closedir(folder);
	return found;
}

/*
 * Whether the disk's physical sectors lie within blocks of the journal: they
 * are not larger, and the partition begins with one.
 */
static bool sectors_fit(int journal)
{
	unsigned physical = 0;
	int before = 0; /* bytes from the partition's start to a sector's */
	return ioctl(journal, BLKPBSZGET, &physical) == 0 && physical > 0 &&
	       ioctl(journal, BLKALIGNOFF, &before) == 0 && before == 0 &&
	       JOURNAL_BLOCK_SIZE % physical == 0;
}

static const char *open_journal(struct held *machine)
{
	char device[NAME_MAX + 1];
	char path[PATH_MAX];
	int found = find_journal(device);
	errno = 0;
	if (found == 0)
		return "no disk has the journal's partition: plug in the "
		       "machine's disk";
	if (found > 1)
		return "more than one disk has a journal's partition: leave "
		       "the machine's own alone plugged in";
	snprintf(path, sizeof(path), "/dev/%s", device);
	machine->journal = open(path, O_RDWR | O_EXCL | O_CLOEXEC);
	const bool protected = errno == EROFS || errno == EACCES;
	if (machine->journal < 0 && !protected)
		return "the journal's partition cannot be opened";
	errno = 0;
	if (machine->journal < 0)
		return "the machine's disk is write-protected: let it be "
		       "written";
	return sectors_fit(machine->journal)
		       ? NULL
		       : "the journal's partition does not begin at a physical "
			 "sector of its disk, or these are larger than 4096 "
			 "bytes: use another disk";
}

static const char *open_tpm(struct held *machine)
{
	machine->tpm = open("/dev/tpmrm0", O_RDWR | O_CLOEXEC);
	if (machine->tpm >= 0)
		return NULL;
	/* The sentence says that already. */
	errno = errno == ENOENT ? 0 : errno;
	return "there is no TPM 2.0: switch it on in the firmware's menu";
}

/* What is in a folder of /dev goes, and so does every folder in it. */
static bool empty_folder(int folder)
{
	DIR *list = fdopendir(folder);
	struct dirent *entry;
	bool done = list != NULL;
	while (done && (entry = readdir(list)) != NULL) {
		const char *name = entry->d_name;
		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
			strcmp(name, "null") == 0)
			continue;
		if (unlinkat(folder, name, 0) == 0 || errno == ENOENT)
			continue;
		const int inner = openat(
			folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		done = inner >= 0 && empty_folder(inner) &&
		       unlinkat(folder, name, AT_REMOVEDIR) == 0;
	}
	if (list != NULL)
		closedir(list);
	return done;
}

/*
 * Everything that is needed is open. Whoever may open devices, as the media
 * role, finds those alone that come later, and these are on USB.
 */
static const char *remove_devices(struct held *machine)
{
	(void)machine;
	const int folder = open("/dev", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	errno = 0;
	return folder >= 0 && empty_folder(folder)
		       ? NULL
		       : "the nodes of devices could not be removed";
}

static bool copy_all(int from, int to)
{
	char block[16384];
	size_t copied = 0;
	ssize_t got;
	while ((got = read(from, block, sizeof(block))) > 0) {
		copied += (size_t)got;
		if (copied > EVENT_LOG_MOST ||
			write(to, block, (size_t)got) != got)
			return false;
	}
	return got == 0 && copied > 0;
}

static const char *copy_event_log(struct held *machine)
{
	int from = open(event_log, O_RDONLY | O_CLOEXEC);
	if (from < 0)
		return event_log;
	int to = memfd_create("firmware", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	machine->event_log = to;
	bool done = to >= 0 && copy_all(from, to) &&
		    fcntl(to, F_ADD_SEALS,
			    F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW |
				    F_SEAL_WRITE) == 0;
	close(from);
	return done ? NULL : "the firmware's event log";
}

static const char *prepare(struct held *machine)
{
	static init_step *const steps[] = {
		mount_all,
		open_consoles,
		seal_root,
		set_switches,
		forbid_cores,
		check_usb,
		open_journal,
		open_tpm,
		copy_event_log,
		remove_devices,
	};
	const char *bad = NULL;
	for (size_t i = 0; bad == NULL && i < sizeof(steps) / sizeof(*steps);
		i++)
		bad = steps[i](machine);
	return bad;
}

static pid_t start_supervisor(const struct held *machine)
{
	const int held[] = {
		[INIT_CONSOLE - SPAWN_SOCKET] = machine->console[0],
		[INIT_CONSOLE + 1 - SPAWN_SOCKET] = machine->console[1],
		[INIT_JOURNAL - SPAWN_SOCKET] = machine->journal,
		[INIT_TPM - SPAWN_SOCKET] = machine->tpm,
		[INIT_EVENT_LOG - SPAWN_SOCKET] = machine->event_log,
	};
	pid_t self = getpid();
	pid_t child = fork();
	if (child == 0)
		spawn_become("supervisor", SANDBOX_IMAGE, held,
			sizeof(held) / sizeof(held[0]), self);
	close(machine->journal);
	close(machine->tpm);
	close(machine->event_log);
	return child;
}

/* Reaps whoever ends, until it is the supervisor. */
static siginfo_t await(pid_t supervisor)
{
	siginfo_t end;
	do {
		end = (siginfo_t){ 0 };
		waitid(P_ALL, 0, &end, WEXITED);
	} while (end.si_pid != supervisor);
	return end;
}

static void end_all(void)
{
	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	sync();
}

/* On the serial port: the screen shows what has happened, and what to do. */
_Noreturn static void stop(const struct held *machine)
{
	const struct notice stopped = notice_of(NOTICE_PART(STOPPED));
	write_to_serial_port(machine, &stopped);
	end_all();
	for (;;)
		pause();
}

/* `what` is a row's English, or a path; `more` is what the kernel says. */
_Noreturn static void fail(
	struct held *machine, const char *what, const char *more)
{
	struct notice failed = notice_of(NOTICE_PART(FAILED_AND_STOPS));
	struct wire_message answer;
	struct notice why;
	notice_add(&failed, notice_name(what));
	if (more[0] != '\0')
		notice_add(&failed, notice_name(more));
	say(machine, &failed);
	if (machine->teller.process.pid > 0)
		peer_ask(&machine->teller, SAY(CONSOLE_DRAWN, &nothing), NULL,
			0, &answer, &why);
	stop(machine);
}

/* reboot() returns only when the kernel refuses. */
_Noreturn static void obey(struct held *machine, const siginfo_t *end)
{
	int status = end->si_code == CLD_EXITED ? end->si_status : 0;
	if (status == INIT_REBOOT || status == INIT_POWEROFF) {
		end_all();
		reboot(status == INIT_REBOOT ? RB_AUTOBOOT : RB_POWER_OFF);
	}
	if (status == INIT_STOPPED)
		stop(machine);
	fail(machine, "the supervisor has ended", spawn_end_text(end));
}

_Noreturn void init_main(void)
{
	struct held machine = {
		.console = { -1, -1 }, .journal = -1, .tpm = -1, .event_log = -1
	};
	const char *bad = prepare(&machine);
	if (bad != NULL)
		fail(&machine, bad, errno == 0 ? "" : strerror(errno));
	pid_t supervisor = start_supervisor(&machine);
	if (supervisor < 0)
		fail(&machine, "the supervisor", strerror(errno));
	siginfo_t end = await(supervisor);
	obey(&machine, &end);
}
