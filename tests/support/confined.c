/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/confined.h"
#include "tests/support/patience.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	ASIDE = 64, /* above every number that is listed */
	PATIENCE = 60,
	STACK = 1 << 18,
	NOT_PREPARED = 200, /* no status of a sandbox, nor an errno */
};

/* Of a file in the place of a device, which has no limit of its own. */
static const uint64_t DEVICE_MOST = 64ULL << 30;

static int mode_of(enum sandbox_direction direction)
{
	if (direction == SANDBOX_READS)
		return O_RDONLY;
	return direction == SANDBOX_WRITES ? O_WRONLY : O_RDWR;
}

static bool is_block(const char *path, enum sandbox_direction direction)
{
	struct stat st;
	const int file =
		path == NULL ? -1 : open(path, mode_of(direction) | O_CLOEXEC);
	if (file < 0)
		return false;
	const bool block = fstat(file, &st) == 0 && S_ISBLK(st.st_mode);
	return close(file) == 0 && block;
}

void confined_prepare(struct confined *out, const struct sandbox_spec *spec,
	const char *block)
{
	*out = (struct confined){ .spec = *spec, .block = block };
	out->spec.descriptors = out->descriptor;
	for (size_t i = 0; i < spec->descriptor_count; i++) {
		struct sandbox_descriptor *d = &out->descriptor[i];
		*d = spec->descriptors[i];
		if (d->kind == SANDBOX_BLOCK && !is_block(block, d->direction))
			d->kind = SANDBOX_CHARACTER;
	}
}

static enum sandbox_kind kind_of(const struct sandbox_descriptor *listed)
{
	struct stat st;
	if (fstat(listed->number, &st) != 0)
		return listed->kind;
	if (S_ISREG(st.st_mode))
		return SANDBOX_MEMFD;
	return S_ISSOCK(st.st_mode) ? SANDBOX_SOCKET : listed->kind;
}

void confined_prepare_as_open(
	struct confined *out, const struct sandbox_spec *spec)
{
	*out = (struct confined){ .spec = *spec };
	out->spec.descriptors = out->descriptor;
	for (size_t i = 0; i < spec->descriptor_count; i++) {
		out->descriptor[i] = spec->descriptors[i];
		out->descriptor[i].kind = kind_of(&spec->descriptors[i]);
		if (spec->descriptors[i].kind == SANDBOX_BLOCK &&
			out->descriptor[i].kind == SANDBOX_MEMFD)
			out->spec.file_size = DEVICE_MOST;
	}
}

void confined_share_namespaces(struct confined *confined)
{
	const int namespaces = confined->spec.namespaces;
	if (unshare(namespaces) == 0 ||
		unshare(namespaces | CLONE_NEWUSER) == 0)
		confined->spec.namespaces = 0;
}

static int open_memfd(enum sandbox_direction direction)
{
	const int file = memfd_create("confined", MFD_ALLOW_SEALING);
	if (file >= 0 && direction == SANDBOX_READS)
		fcntl(file, F_ADD_SEALS,
			F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW |
				F_SEAL_WRITE);
	return file;
}

static int open_pipe(enum sandbox_direction direction)
{
	int ends[2];
	if (pipe(ends) != 0)
		return -1;
	return ends[direction == SANDBOX_WRITES];
}

int confined_open(const struct confined *confined,
	const struct sandbox_descriptor *d, int socket)
{
	switch (d->kind) {
	case SANDBOX_SOCKET:
		return socket;
	case SANDBOX_MEMFD:
		return open_memfd(d->direction);
	case SANDBOX_BLOCK:
		return open(confined->block, mode_of(d->direction));
	case SANDBOX_CHARACTER:
		return open("/dev/null", mode_of(d->direction));
	case SANDBOX_PIPE:
		return open_pipe(d->direction);
	}
	return -1;
}

/* All are moved aside first: one may stand where another has to go. */
static bool grant(const struct confined *confined, int socket)
{
	const struct sandbox_descriptor *d = confined->descriptor;
	const size_t count = confined->spec.descriptor_count;
	int aside[CONFINED_DESCRIPTORS];
	for (size_t i = 0; i < count; i++) {
		aside[i] = fcntl(
			confined_open(confined, &d[i], socket), F_DUPFD, ASIDE);
		if (aside[i] < 0)
			return false;
	}
	for (size_t i = 0; i < count; i++)
		if (dup2(aside[i], d[i].number) != d[i].number)
			return false;
	return true;
}

unsigned confined_enter(const struct confined *confined,
	enum sandbox_setting setting, int socket)
{
	patience(PATIENCE);
	if (!grant(confined, socket))
		_exit(NOT_PREPARED);
	return sandbox_enter(&confined->spec, setting);
}

static long make_call(const struct confined_call *call)
{
	const uint64_t *a = call->argument;
	register long fourth __asm__("r10") = (long)a[3];
	register long fifth __asm__("r8") = (long)a[4];
	register long sixth __asm__("r9") = (long)a[5];
	long result = call->number;
	if (call->by_int_80)
		__asm__ volatile("int $0x80" : "+a"(result) : : "memory");
	else
		__asm__ volatile("syscall"
				 : "+a"(result)
				 : "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(fourth),
				 "r"(fifth), "r"(sixth)
				 : "rcx", "r11", "memory");
	return result;
}

struct trial {
	const struct confined *confined;
	enum sandbox_setting setting;
	const struct confined_call *call;
	int socket;
};

static int enter_and_call(void *given)
{
	const struct trial *trial = given;
	confined_enter(trial->confined, trial->setting, trial->socket);
	const long result = make_call(trial->call);
	_exit(result == -ENOSYS || result == -ENXIO ? CONFINED_UNKNOWN_CALL
						    : CONFINED_LIVES);
}

/* Memory is shared, not copied: nothing takes longer where there are many. */
int confined_try(const struct confined *confined, enum sandbox_setting setting,
	const struct confined_call *call)
{
	static _Alignas(16) uint8_t stack[STACK];
	int status = -1;
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return -1;
	struct trial trial = { confined, setting, call, pair[1] };
	const pid_t child = clone(enter_and_call, stack + STACK,
		CLONE_VM | CLONE_VFORK | SIGCHLD, &trial);
	close(pair[0]);
	close(pair[1]);
	return child > 0 && waitpid(child, &status, 0) == child ? status : -1;
}

bool confined_wait(const struct confined *confined,
	enum sandbox_setting setting, struct confined_waiting *out)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return false;
	out->socket = pair[0];
	out->pid = fork();
	if (out->pid == 0) {
		unsigned missing = confined_enter(confined, setting, pair[1]);
		struct iovec part = { &missing, sizeof(missing) };
		const struct msghdr message = { .msg_iov = &part,
			.msg_iovlen = 1 };
		struct msghdr answer = { .msg_iov = &part, .msg_iovlen = 1 };
		const int socket = confined->descriptor[0].number;
		_exit(sendmsg(socket, &message, 0) == sizeof(missing) &&
					recvmsg(socket, &answer, 0) == 1
				? 0
				: 1);
	}
	close(pair[1]);
	return out->pid > 0 &&
	       recv(out->socket, &out->missing, sizeof(out->missing), 0) ==
		       sizeof(out->missing);
}

bool confined_release(struct confined_waiting *waiting)
{
	int status = -1;
	const bool told = send(waiting->socket, "", 1, MSG_NOSIGNAL) == 1;
	close(waiting->socket);
	return waitpid(waiting->pid, &status, 0) == waiting->pid && told &&
	       status == 0;
}

enum sandbox_setting confined_setting(void)
{
	static const struct sandbox_call end[] = {
		SANDBOX_CALL(exit_group, "the end"),
	};
	const struct sandbox_spec spec = {
		.name = "setting",
		.uid = 1,
		.gid = 1,
		.namespaces = CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWNS,
		SANDBOX_CALLS(end),
		.memory = 1 << 30,
		.cpu_seconds = PATIENCE,
		.open_files = CONFINED_DESCRIPTORS,
	};
	const struct confined_call call = { .number = SYS_exit_group };
	struct confined confined;
	confined_prepare(&confined, &spec, NULL);
	return confined_try(&confined, SANDBOX_IMAGE, &call) == 0
		       ? SANDBOX_IMAGE
		       : SANDBOX_DESK;
}
