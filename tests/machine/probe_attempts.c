/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probe's attempts: what no role may do, tried in the sandbox of each role
 * and by root in none.
 */
#include "tests/machine/probe.h"

#include "appliance/machine/roles.h"
#include "appliance/machine/spawn.h"
#include "tests/support/confined.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	URETPROBE = 335,
	UPROBE = 336,
	X32_GETPID = 0x40000000 | SYS_getpid,
};

/* A system call with arguments that would work, if they were let. */
typedef long attempt(void);

static long try_ptrace(void)
{
	return syscall(SYS_ptrace, PTRACE_SEIZE, 1, 0, 0);
}
static long try_read_memory(void)
{
	return syscall(SYS_process_vm_readv, 1, 0, 0, 0, 0, 0);
}
static long try_kexec(void)
{
	return syscall(SYS_kexec_load, 0, 0, 0, 0);
}
static long try_kexec_file(void)
{
	return syscall(SYS_kexec_file_load, -1, -1, 0, "", 0);
}
static long try_module(void)
{
	return syscall(SYS_init_module, "", 0, "");
}
static long try_module_file(void)
{
	return syscall(SYS_finit_module, SPAWN_SOCKET, "", 0);
}
static long try_mount(void)
{
	return syscall(SYS_mount, "tmpfs", "/proc", "tmpfs", 0, NULL);
}
static long try_fsopen(void)
{
	return syscall(SYS_fsopen, "tmpfs", 0);
}
static long try_memory_device(void)
{
	return syscall(SYS_openat, AT_FDCWD, "/dev/mem", O_RDONLY);
}
static long try_screen(void)
{
	return syscall(SYS_openat, AT_FDCWD, "/dev/fb0", O_RDWR);
}
/* As a screen is mapped, of what the role was granted. */
static long try_map_a_screen(void)
{
	return syscall(
		SYS_mmap, NULL, 4096, PROT_WRITE, MAP_SHARED, SPAWN_GRANTED, 0);
}
static long try_map_behind_its_beginning(void)
{
	return syscall(SYS_mmap, NULL, 4096, PROT_WRITE, MAP_SHARED,
		SPAWN_GRANTED, 4096);
}
static long try_make_memory_device(void)
{
	return syscall(SYS_mknodat, AT_FDCWD, "/dev/memory", S_IFCHR | 0600,
		makedev(1, 1));
}
static long try_execute(void)
{
	return syscall(SYS_execve, "/sandoqd", NULL, NULL);
}
static long try_fork(void)
{
	return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}
static long try_kernel_log(void)
{
	enum { READ_ALL = 3 };
	char log[64];
	return syscall(SYS_syslog, READ_ALL, log, sizeof(log));
}
static long try_bpf(void)
{
	union bpf_attr map = { .map_type = BPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = 4,
		.max_entries = 1 };
	return syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof(map));
}
static long try_perf(void)
{
	struct perf_event_attr event = { .type = PERF_TYPE_SOFTWARE,
		.size = sizeof(event),
		.config = PERF_COUNT_SW_CPU_CLOCK };
	return syscall(SYS_perf_event_open, &event, 0, -1, -1, 0);
}
static long try_io_uring(void)
{
	static char parameters[120];
	return syscall(SYS_io_uring_setup, 1, parameters);
}
static long try_userfaultfd(void)
{
	return syscall(SYS_userfaultfd, O_CLOEXEC);
}
static long try_user_namespace(void)
{
	return syscall(SYS_unshare, CLONE_NEWUSER);
}
static long try_internet(void)
{
	return syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);
}
static long try_packets(void)
{
	return syscall(SYS_socket, AF_PACKET, SOCK_RAW, 0);
}
static long try_ports(void)
{
	return syscall(SYS_iopl, 3);
}
static long try_segments(void)
{
	return syscall(SYS_modify_ldt, 0, NULL, 0);
}
static long try_keyring(void)
{
	return syscall(SYS_keyctl, 0, -1, 0, 0, 0);
}
static long try_swap(void)
{
	return syscall(SYS_swapon, "/dev/null", 0);
}
static long try_suspend(void)
{
	return syscall(SYS_reboot, 0xfee1dead, 0x28121969, RB_SW_SUSPEND, 0);
}
static long try_run_memory(void)
{
	return syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_EXEC,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}
static long try_uretprobe(void)
{
	return syscall(URETPROBE);
}
static long try_uprobe(void)
{
	return syscall(UPROBE);
}
static long try_x32(void)
{
	return syscall(X32_GETPID);
}
static long try_32_bits(void)
{
	enum { GETPID_32 = 20 };
	long result = GETPID_32;
	__asm__ volatile("int $0x80" : "+a"(result) : : "memory");
	return result;
}

static const struct {
	const char *name;
	attempt *try;
	bool tried_by_root;
} attempts[] = {
	{ "ptrace", try_ptrace, true },
	{ "process_vm_readv", try_read_memory, true },
	{ "kexec_load", try_kexec, true },
	{ "kexec_file_load", try_kexec_file, true },
	{ "init_module", try_module, true },
	{ "finit_module", try_module_file, true },
	{ "mount", try_mount, false },
	{ "fsopen", try_fsopen, false },
	{ "open-/dev/mem", try_memory_device, true },
	{ "open-/dev/fb0", try_screen, true },
	{ "map-a-screen", try_map_a_screen, false },
	{ "map-behind-its-beginning", try_map_behind_its_beginning, false },
	{ "mknod-/dev/mem", try_make_memory_device, false },
	{ "execve", try_execute, false },
	{ "fork", try_fork, false },
	{ "syslog", try_kernel_log, false },
	{ "bpf", try_bpf, true },
	{ "perf_event_open", try_perf, true },
	{ "io_uring", try_io_uring, true },
	{ "userfaultfd", try_userfaultfd, true },
	{ "user-namespace", try_user_namespace, true },
	{ "AF_INET", try_internet, true },
	{ "AF_PACKET", try_packets, true },
	{ "iopl", try_ports, true },
	{ "modify_ldt", try_segments, true },
	{ "keyctl", try_keyring, true },
	{ "swapon", try_swap, true },
	{ "suspend", try_suspend, true },
	{ "executable-memory", try_run_memory, false },
	{ "uretprobe", try_uretprobe, true },
	{ "uprobe", try_uprobe, true },
	{ "x32", try_x32, true },
	{ "int-0x80", try_32_bits, true },
};
enum { ATTEMPTS = sizeof(attempts) / sizeof(attempts[0]) };

static void enter(const struct sandbox_spec *spec)
{
	struct confined confined;
	int pair[2];
	confined_prepare(&confined, spec, PROBE_BLOCK);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) != 0)
		_exit(SANDBOX_EXIT);
	confined_enter(&confined, SANDBOX_IMAGE, pair[0]);
}

static const char *outcome_of(int status)
{
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGSYS    ? "killed"
		       : WTERMSIG(status) == SIGSEGV ? "fault"
						     : "another-signal";
	if (WEXITSTATUS(status) >= SANDBOX_EXIT)
		return "no-sandbox";
	return error_name(WEXITSTATUS(status));
}

/* In a fresh process, in the sandbox or, if NULL, in none. */
static const char *outcome(attempt *try, const struct sandbox_spec *spec)
{
	int status = 0;
	pid_t child = fork();
	if (child == 0) {
		if (spec != NULL)
			enter(spec);
		errno = 0;
		syscall(SYS_exit_group, try() < 0 ? errno : 0);
	}
	return waitpid(child, &status, 0) == child ? outcome_of(status)
						   : "no-process";
}

static void try_in_roles(size_t which)
{
	char line[512];
	size_t length = 0;
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++)
		length += (size_t)snprintf(line + length, sizeof(line) - length,
			" %s=%s", role_name(role),
			outcome(attempts[which].try,
				role_row_of(role)->sandbox));
	snprintf(line + length, sizeof(line) - length, " supervisor=%s",
		outcome(attempts[which].try, roles_supervisor()));
	report("try %s%s", attempts[which].name, line);
}

void try_all(void)
{
	for (size_t i = 0; i < ATTEMPTS; i++)
		try_in_roles(i);
	for (size_t i = 0; i < ATTEMPTS; i++)
		if (attempts[i].tried_by_root)
			report("unconfined %s %s", attempts[i].name,
				outcome(attempts[i].try, NULL));
}
