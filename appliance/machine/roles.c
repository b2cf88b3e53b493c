/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/machine/roles.h"

#include "appliance/formats/crypto.h"
#include "appliance/machine/init.h"
#include "appliance/machine/screen_canvas.h"
#include "appliance/machine/spawn.h"
#include "appliance/record/items.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/fb.h>
#include <linux/fs.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

/*
 * Filters compare in the order of these rows: what is called most comes first.
 * Every role: talk on its socket, end.
 */
#define TALK                                                                   \
	SANDBOX_CALL(poll, "waits for a question"),                            \
		SANDBOX_CALL(recvmsg, "questions of the supervisor"),          \
		SANDBOX_CALL(sendmsg, "answers to the supervisor",             \
			{ SANDBOX_EQUAL, 0, SPAWN_SOCKET, 0 }),                \
		SANDBOX_CALL(exit_group, "the end")
#define CLOSE SANDBOX_CALL(close, "what came with a question or was made")
#define HEAP SANDBOX_CALL(brk, "heap")
#define BLOCKS                                                                 \
	SANDBOX_CALL(mmap, "large blocks of the heap",                         \
		{ SANDBOX_EQUAL, 2, PROT_READ | PROT_WRITE, 0 },               \
		{ SANDBOX_EQUAL, 3, MAP_PRIVATE | MAP_ANONYMOUS, 0 })
#define LISTS SANDBOX_CALL(mremap, "lists of boxes that grow")
#define LOCKS SANDBOX_CALL(futex, "locks of libcrypto")
/* Bulk that comes in. */
#define READ_MEMFD                                                             \
	SANDBOX_CALL(fcntl, "is a memfd sealed?",                              \
		{ SANDBOX_EQUAL, 1, F_GET_SEALS, 0 }),                         \
		SANDBOX_CALL(newfstatat, "how large is a memfd?"),             \
		SANDBOX_CALL(mmap, "what a memfd holds, to read",              \
			{ SANDBOX_EQUAL, 2, PROT_READ, 0 },                    \
			{ SANDBOX_EQUAL, 3, MAP_PRIVATE, 0 }),                 \
		SANDBOX_CALL(munmap, "what was mapped")
/* Bulk that goes out. */
#define WRITE_MEMFD                                                            \
	SANDBOX_CALL(memfd_create, "bulk for the supervisor"),                 \
		SANDBOX_CALL(write, "bulk for the supervisor"),                \
		SANDBOX_CALL(fcntl, "seals what goes out",                     \
			{ SANDBOX_EQUAL, 1, F_ADD_SEALS, 0 })

#define SOCKET                                                                 \
	{                                                                      \
		SPAWN_SOCKET, SANDBOX_SOCKET, SANDBOX_BOTH, "the supervisor"   \
	}

/*
 * Descriptors of who makes memfds: besides those it is granted, what comes with
 * a message, and what it makes of that. Each one more is one more file of BULK
 * that a role could keep open, and one more on its way to the supervisor.
 */
#define OPEN_FILES(granted)                                                    \
	(SPAWN_GRANTED + (granted) + WIRE_DESCRIPTORS_MOST + 1)

enum {
	ROLE_UID = 1000, /* + the role */
	/* glibc's qsort looks once how much memory there is, from here on. */
	LARGE_SORT = 1024,
	MEBIBYTE = 1 << 20,
	/*
	 * What is written is in memory, devices apart: the limit of a file's
	 * size is none of theirs. No reader takes more than this.
	 */
	BULK = ITEMS_MOST,
	NAMESPACES = CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWNS,
};

/* --- journal --- */

static const struct sandbox_call journal_calls[] = {
	SANDBOX_CALL(pread64, "entries of the journal"),
	TALK,
	CLOSE,
	READ_MEMFD,
	HEAP,
	BLOCKS,
	LISTS,
	WRITE_MEMFD,
	SANDBOX_CALL(pwrite64, "entries of the journal"),
	SANDBOX_CALL(lseek, "how large is the partition?"),
	SANDBOX_CALL(fdatasync, "an entry is on the disk before it counts"),
};
static const struct sandbox_descriptor journal_descriptors[] = {
	SOCKET,
	{ SPAWN_GRANTED, SANDBOX_BLOCK, SANDBOX_BOTH,
		"the journal's partition" },
};
static const struct sandbox_spec journal_sandbox = {
	.name = "journal",
	.uid = ROLE_UID + ROLE_JOURNAL,
	.gid = ROLE_UID + ROLE_JOURNAL,
	.namespaces = NAMESPACES,
	SANDBOX_CALLS(journal_calls),
	SANDBOX_DESCRIPTORS(journal_descriptors),
	.memory = 512ULL * MEBIBYTE,
	.cpu_seconds = 86400,
	.file_size = BULK,
	.open_files = OPEN_FILES(1),
};

/* --- keys --- */

static const struct sandbox_call keys_calls[] = {
	TALK,
	SANDBOX_CALL(read, "answers of the TPM"),
	CLOSE,
	WRITE_MEMFD,
	HEAP,
	LOCKS,
	SANDBOX_CALL(getpid, "libcrypto looks whether it was forked"),
	SANDBOX_CALL(getrandom, "libcrypto's generator"),
};
static const struct sandbox_descriptor keys_descriptors[] = {
	SOCKET,
	{ SPAWN_GRANTED, SANDBOX_CHARACTER, SANDBOX_BOTH, "the TPM" },
};
static const struct sandbox_spec keys_sandbox = {
	.name = "keys",
	.uid = ROLE_UID + ROLE_KEYS,
	.gid = ROLE_UID + ROLE_KEYS,
	.namespaces = NAMESPACES,
	SANDBOX_CALLS(keys_calls),
	SANDBOX_DESCRIPTORS(keys_descriptors),
	.memory = 256ULL * MEBIBYTE,
	.cpu_seconds = 86400,
	.file_size = MEBIBYTE,
	.open_files = 16,
};

/* --- media --- */

static const struct sandbox_call media_calls[] = {
	TALK,
	CLOSE,
	SANDBOX_CALL(socket, "the kernel's events",
		{ SANDBOX_EQUAL, 0, AF_NETLINK, 0 },
		{ SANDBOX_EQUAL, 2, NETLINK_KOBJECT_UEVENT, 0 }),
	SANDBOX_CALL(bind, "the kernel's events"),
	SANDBOX_CALL(recvfrom, "the kernel's events"),
	SANDBOX_CALL(openat, "media, and the switches of USB devices"),
	SANDBOX_CALL(getdents64, "lists a folder"),
	SANDBOX_CALL(read, "which medium is it?"),
	SANDBOX_CALL(write, "authorises"),
	SANDBOX_CALL(ioctl, "which medium is it?",
		{ SANDBOX_EQUAL, 1, BLKGETDISKSEQ, 0 }),
};
static const struct sandbox_descriptor socket_alone[] = { SOCKET };
static const struct sandbox_path media_paths[] = {
	{ "/sys", SANDBOX_READ | SANDBOX_LIST, "finds USB devices, disks" },
	{ "/sys/bus/usb/devices/usb*", SANDBOX_WRITE,
		"authorises USB devices" },
	/* Of what was there at the start, init has left /dev/null alone. */
	{ "/dev", SANDBOX_READ | SANDBOX_WRITE | SANDBOX_CONTROL,
		"opens media" },
};
static const struct sandbox_capability media_capabilities[] = {
	{ CAP_DAC_OVERRIDE, "switches and media are root's" },
};
static const struct sandbox_spec media_sandbox = {
	.name = "media",
	.uid = ROLE_UID + ROLE_MEDIA,
	.gid = ROLE_UID + ROLE_MEDIA,
	.namespaces = NAMESPACES,
	SANDBOX_CALLS(media_calls),
	SANDBOX_DESCRIPTORS(socket_alone),
	SANDBOX_PATHS(media_paths),
	SANDBOX_CAPABILITIES(media_capabilities),
	.memory = 128ULL * MEBIBYTE,
	.cpu_seconds = 86400,
	.file_size = MEBIBYTE,
	.open_files = 16,
};

/* --- console --- */

static const struct sandbox_call console_calls[] = {
	TALK,
	HEAP,
	SANDBOX_CALL(write, "lines on the serial port",
		{ SANDBOX_EQUAL, 0, SPAWN_GRANTED + 1, 0 }),
	SANDBOX_CALL(ioctl, "how large is the screen?",
		{ SANDBOX_EQUAL, 0, SPAWN_GRANTED, 0 },
		{ SANDBOX_EQUAL, 1, FBIOGET_VSCREENINFO, 0 }),
	SANDBOX_CALL(ioctl, "how does its memory lie?",
		{ SANDBOX_EQUAL, 0, SPAWN_GRANTED, 0 },
		{ SANDBOX_EQUAL, 1, FBIOGET_FSCREENINFO, 0 }),
	SANDBOX_CALL(mmap, "the screen, to write",
		{ SANDBOX_EQUAL, 2, PROT_WRITE, 0 },
		{ SANDBOX_EQUAL, 3, MAP_SHARED, 0 },
		{ SANDBOX_EQUAL, 4, SPAWN_GRANTED, 0 },
		{ SANDBOX_EQUAL, 5, 0, 0 }),
	BLOCKS,
};
static const struct sandbox_descriptor console_descriptors[] = {
	SOCKET,
	{ SPAWN_GRANTED, SANDBOX_CHARACTER, SANDBOX_BOTH, "the screen" },
	{ SPAWN_GRANTED + 1, SANDBOX_CHARACTER, SANDBOX_BOTH, "serial port" },
};
/* The largest screen that is drawn on, and its picture. */
enum {
	CONSOLE_SCREEN =
		sizeof(uint32_t) * CANVAS_WIDTH_MOST * CANVAS_HEIGHT_MOST,
};
static const struct sandbox_spec console_sandbox = {
	.name = "console",
	.uid = ROLE_UID + ROLE_CONSOLE,
	.gid = ROLE_UID + ROLE_CONSOLE,
	.namespaces = NAMESPACES,
	SANDBOX_CALLS(console_calls),
	SANDBOX_DESCRIPTORS(console_descriptors),
	.memory = 2ULL * CONSOLE_SCREEN + 64ULL * MEBIBYTE,
	.cpu_seconds = 86400,
	.open_files = 8,
};

/* --- intake --- */

static const struct sandbox_call intake_calls[] = {
	SANDBOX_CALL(pread64, "the medium"),
	TALK,
	CLOSE,
	READ_MEMFD,
	HEAP,
	BLOCKS,
	WRITE_MEMFD,
	LOCKS,
};
static const struct sandbox_descriptor intake_descriptors[] = {
	SOCKET,
	{ SPAWN_GRANTED, SANDBOX_BLOCK, SANDBOX_READS, "the medium" },
};
static const struct sandbox_spec intake_sandbox = {
	.name = "intake",
	.uid = ROLE_UID + ROLE_INTAKE,
	.gid = ROLE_UID + ROLE_INTAKE,
	.namespaces = NAMESPACES,
	SANDBOX_CALLS(intake_calls),
	SANDBOX_DESCRIPTORS(intake_descriptors),
	.memory = 512ULL * MEBIBYTE,
	.cpu_seconds = 3600,
	.file_size = BULK,
	.open_files = OPEN_FILES(1),
};

/* --- define --- */

static const struct sandbox_call define_calls[] = {
	TALK,
	CLOSE,
	READ_MEMFD,
	HEAP,
	BLOCKS,
	WRITE_MEMFD,
	LOCKS,
};
static const struct sandbox_spec define_sandbox = {
	.name = "define",
	.uid = ROLE_UID + ROLE_DEFINE,
	.gid = ROLE_UID + ROLE_DEFINE,
	.namespaces = NAMESPACES,
	SANDBOX_CALLS(define_calls),
	SANDBOX_DESCRIPTORS(socket_alone),
	.memory = 512ULL * MEBIBYTE,
	.cpu_seconds = 600,
	.file_size = BULK,
	.open_files = OPEN_FILES(0),
};

/* --- count --- */

static const struct sandbox_call count_calls[] = {
	TALK,
	CLOSE,
	READ_MEMFD,
	HEAP,
	BLOCKS,
	WRITE_MEMFD,
	LOCKS,
};
static const struct sandbox_descriptor count_descriptors[] = {
	SOCKET,
	{ SPAWN_GRANTED, SANDBOX_MEMFD, SANDBOX_READS, "the plan" },
	{ SPAWN_GRANTED + 1, SANDBOX_MEMFD, SANDBOX_READS, "one box" },
};
static const struct sandbox_spec count_sandbox = {
	.name = "count",
	.uid = ROLE_UID + ROLE_COUNT,
	.gid = ROLE_UID + ROLE_COUNT,
	.namespaces = NAMESPACES,
	SANDBOX_CALLS(count_calls),
	SANDBOX_DESCRIPTORS(count_descriptors),
	.memory = 256ULL * MEBIBYTE,
	.cpu_seconds = 600,
	.file_size = MEBIBYTE,
	.open_files = 16,
};

/* --- tally --- */

static const struct sandbox_call tally_calls[] = {
	TALK,
	CLOSE,
	READ_MEMFD,
	HEAP,
	BLOCKS,
	LISTS,
	WRITE_MEMFD,
};
static const struct sandbox_descriptor tally_descriptors[] = {
	SOCKET,
	{ SPAWN_GRANTED, SANDBOX_MEMFD, SANDBOX_READS, "the plan" },
};
static const struct sandbox_spec tally_sandbox = {
	.name = "tally",
	.uid = ROLE_UID + ROLE_TALLY,
	.gid = ROLE_UID + ROLE_TALLY,
	.namespaces = NAMESPACES,
	SANDBOX_CALLS(tally_calls),
	SANDBOX_DESCRIPTORS(tally_descriptors),
	.memory = 1024ULL * MEBIBYTE,
	.cpu_seconds = 3600,
	.file_size = BULK,
	.open_files = OPEN_FILES(1),
};

/* --- publish --- */

static const struct sandbox_call publish_calls[] = {
	SANDBOX_CALL(pwrite64, "the outbox"),
	SANDBOX_CALL(pread64, "is the outbox still there?"),
	TALK,
	CLOSE,
	READ_MEMFD,
	SANDBOX_CALL(fsync, "the outbox may be taken out"),
};
static const struct sandbox_descriptor publish_descriptors[] = {
	SOCKET,
	{ SPAWN_GRANTED, SANDBOX_BLOCK, SANDBOX_BOTH, "the outbox" },
};
static const struct sandbox_spec publish_sandbox = {
	.name = "publish",
	.uid = ROLE_UID + ROLE_PUBLISH,
	.gid = ROLE_UID + ROLE_PUBLISH,
	.namespaces = NAMESPACES,
	SANDBOX_CALLS(publish_calls),
	SANDBOX_DESCRIPTORS(publish_descriptors),
	.memory = 128ULL * MEBIBYTE,
	.cpu_seconds = 3600,
	.open_files = 16,
};

/* --- starter --- */

/* What count does, for a filter is never widened; then to fork and narrow. */
static const struct sandbox_call starter_calls[] = {
	TALK,
	CLOSE,
	READ_MEMFD,
	HEAP,
	BLOCKS,
	WRITE_MEMFD,
	LOCKS,
	SANDBOX_CALL(clone, "a process for a box",
		{ SANDBOX_EQUAL, 0, CLONE_PARENT | CLONE_PIDFD, 0 }),
	SANDBOX_CALL(dup2, "its descriptors"),
	SANDBOX_CALL(close_range, "it keeps no others"),
	SANDBOX_CALL(
		fcntl, "are they as listed?", { SANDBOX_EQUAL, 1, F_GETFL, 0 }),
	SANDBOX_CALL(getsockopt, "are they as listed?"),
	SANDBOX_CALL(prlimit64, "its limits", { SANDBOX_EQUAL, 0, 0, 0 }),
	SANDBOX_CALL(prctl, "nobody reads its memory",
		{ SANDBOX_EQUAL, 0, PR_SET_DUMPABLE, 0 },
		{ SANDBOX_EQUAL, 1, 0, 0 }),
	SANDBOX_CALL(prctl, "it ends with the supervisor",
		{ SANDBOX_EQUAL, 0, PR_SET_PDEATHSIG, 0 },
		{ SANDBOX_EQUAL, 1, SIGKILL, 0 }),
	SANDBOX_CALL(seccomp, "its filter",
		{ SANDBOX_EQUAL, 0, SECCOMP_SET_MODE_FILTER, 0 },
		{ SANDBOX_EQUAL, 1, SECCOMP_FILTER_FLAG_TSYNC, 0 }),
};
static const struct sandbox_descriptor starter_descriptors[] = {
	SOCKET,
	{ SPAWN_GRANTED, SANDBOX_MEMFD, SANDBOX_READS, "the plan" },
};
static const struct sandbox_spec starter_sandbox = {
	.name = "starter",
	.uid = ROLE_UID + ROLE_COUNT,
	.gid = ROLE_UID + ROLE_COUNT,
	.namespaces = NAMESPACES,
	SANDBOX_CALLS(starter_calls),
	SANDBOX_DESCRIPTORS(starter_descriptors),
	.memory = 256ULL * MEBIBYTE,
	.cpu_seconds = 3600,
	.file_size = MEBIBYTE,
	.open_files = 16,
	/* On a desk those of the whole user count. */
	.processes = 4096,
};

/* --- supervisor --- */

/*
 * What neither it nor any role has to do with, whatever capabilities they
 * have; the kernel lacks some of these anyway.
 */
static const struct sandbox_call supervisor_denied[] = {
#define NEVER(name) SANDBOX_CALL(name, "no part of any role")
	NEVER(mount),
	NEVER(umount2),
	NEVER(pivot_root),
	NEVER(chroot),
	NEVER(open_tree),
	NEVER(move_mount),
	NEVER(fsopen),
	NEVER(fsconfig),
	NEVER(fsmount),
	NEVER(fspick),
	NEVER(mount_setattr),
	NEVER(mknod),
	NEVER(mknodat),
	NEVER(open_by_handle_at),
	NEVER(setns),
	NEVER(ptrace),
	NEVER(process_vm_readv),
	NEVER(process_vm_writev),
	NEVER(process_madvise),
	NEVER(kcmp),
	NEVER(pidfd_getfd),
	NEVER(bpf),
	NEVER(perf_event_open),
	NEVER(userfaultfd),
	NEVER(io_uring_setup),
	NEVER(io_uring_enter),
	NEVER(io_uring_register),
	NEVER(init_module),
	NEVER(finit_module),
	NEVER(delete_module),
	NEVER(kexec_load),
	NEVER(kexec_file_load),
	NEVER(reboot),
	NEVER(add_key),
	NEVER(request_key),
	NEVER(keyctl),
	NEVER(swapon),
	NEVER(swapoff),
	NEVER(acct),
	NEVER(quotactl),
	NEVER(syslog),
	NEVER(iopl),
	NEVER(ioperm),
	NEVER(modify_ldt),
	NEVER(settimeofday),
	NEVER(clock_settime),
	NEVER(clock_adjtime),
	NEVER(adjtimex),
	NEVER(sethostname),
	NEVER(setdomainname),
	NEVER(vhangup),
	NEVER(personality),
	NEVER(fanotify_init),
#undef NEVER
};
static const struct sandbox_descriptor supervisor_descriptors[] = {
	{ INIT_CONSOLE, SANDBOX_CHARACTER, SANDBOX_BOTH, "the screen" },
	{ INIT_CONSOLE + 1, SANDBOX_CHARACTER, SANDBOX_BOTH, "serial port" },
	{ INIT_JOURNAL, SANDBOX_BLOCK, SANDBOX_BOTH,
		"the journal's partition" },
	{ INIT_TPM, SANDBOX_CHARACTER, SANDBOX_BOTH, "the TPM" },
	{ INIT_EVENT_LOG, SANDBOX_MEMFD, SANDBOX_READS,
		"the firmware's event log" },
};
static const struct sandbox_path supervisor_paths[] = {
	{ "/", SANDBOX_READ | SANDBOX_LIST | SANDBOX_EXECUTE,
		"executes roles; the media role's /sys" },
	{ "/sys/bus/usb/devices/usb*", SANDBOX_WRITE, "the media role's" },
	{ "/dev", SANDBOX_WRITE | SANDBOX_CONTROL,
		"roles' /dev/null; the media role's" },
};
static const struct sandbox_capability supervisor_capabilities[] = {
	{ CAP_SYS_ADMIN, "roles' namespaces" },
	{ CAP_SETPCAP, "roles' bounding sets" },
	{ CAP_SETGID, "roles' groups" },
	{ CAP_SETUID, "roles' users" },
	{ CAP_KILL, "ends roles" },
	{ CAP_DAC_OVERRIDE, "the media role's" },
};
/* What it starts cannot have more than its limits. */
static const struct sandbox_spec supervisor_sandbox = {
	.name = "supervisor",
	.uid = 0,
	.gid = 0,
	.namespaces = CLONE_NEWNET | CLONE_NEWUTS,
	SANDBOX_DENIED(supervisor_denied),
	SANDBOX_DESCRIPTORS(supervisor_descriptors),
	SANDBOX_PATHS(supervisor_paths),
	SANDBOX_CAPABILITIES(supervisor_capabilities),
	.memory = 1024ULL * MEBIBYTE,
	.cpu_seconds = 30ULL * 86400,
	.file_size = BULK,
	.open_files = 1024,
	.processes = 4096,
};

const struct sandbox_spec *roles_supervisor(void)
{
	return &supervisor_sandbox;
}

static const struct role_row rows[] = {
	{ ROLE_JOURNAL, role_journal, &journal_sandbox, true },
	{ ROLE_KEYS, role_keys, &keys_sandbox, true },
	{ ROLE_MEDIA, role_media, &media_sandbox, false },
	{ ROLE_CONSOLE, role_console, &console_sandbox, false },
	{ ROLE_INTAKE, role_intake, &intake_sandbox, true },
	{ ROLE_DEFINE, role_define, &define_sandbox, true },
	{ ROLE_COUNT, role_count, &count_sandbox, true },
	{ ROLE_TALLY, role_tally, &tally_sandbox, true },
	{ ROLE_PUBLISH, role_publish, &publish_sandbox, false },
	{ ROLE_STARTER, role_starter, &starter_sandbox, true },
};

const struct role_row *role_row_of(enum role role)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].role == role)
			return &rows[i];
	return NULL;
}

static const struct role_row *row_named(const char *name)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(role_name(rows[i].role), name) == 0)
			return &rows[i];
	return NULL;
}

static int as_they_are(const void *a, const void *b)
{
	(void)a;
	(void)b;
	return 0;
}

void role_prepare(const struct role_row *row)
{
	char block[LARGE_SORT] = "";
	if (row->crypto)
		crypto_load();
	qsort(block, sizeof(block), 1, as_they_are);
}

bool roles_main(int argc, char **argv, int *status)
{
	enum sandbox_setting setting;
	const struct role_row *row;
	if (argc != 3 || strcmp(argv[0], "sandoqd") != 0 ||
		!setting_of_name(argv[2], &setting))
		return false;
	row = row_named(argv[1]);
	if (row == NULL)
		return false;
	role_prepare(row);
	sandbox_enter(row->sandbox, setting);
	*status = row->main();
	return true;
}
