/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Confinement of one process, as a constant table.
 *
 * A program describes in a `const struct sandbox_spec` everything that a
 * process may still do, each permission with its reason, and calls
 * sandbox_enter() before it looks at the first foreign byte. What the table
 * does not grant is gone for good: there is no way to widen a sandbox.
 *
 *	static const struct sandbox_call calls[] = {
 *		SANDBOX_CALL(read, "its input"),
 *		SANDBOX_CALL(write, "its output", { SANDBOX_EQUAL, 0, 4, 0 }),
 *		SANDBOX_CALL(exit_group, "the end"),
 *	};
 *	static const struct sandbox_descriptor descriptors[] = {
 *		{ 3, SANDBOX_PIPE, SANDBOX_READS, "its input" },
 *		{ 4, SANDBOX_PIPE, SANDBOX_WRITES, "its output" },
 *	};
 *	static const struct sandbox_spec parser = {
 *		.name = "parser",
 *		.uid = 65534,
 *		.gid = 65534,
 *		.namespaces = CLONE_NEWNET | CLONE_NEWNS,
 *		SANDBOX_CALLS(calls),
 *		SANDBOX_DESCRIPTORS(descriptors),
 *		.memory = 64 << 20,
 *		.cpu_seconds = 10,
 *		.open_files = 16,
 *	};
 *
 * A call that is not listed ends the process with SIGSYS, whoever makes it.
 * Some things libraries ask the kernel once, at their first use, such as how
 * much memory there is: what the table has no call for has to be used once
 * before sandbox_enter().
 *
 * In the SANDBOX_IMAGE setting the kernel is our own (Linux 6.12 or later, for
 * Landlock's ABI 6), so the state after sandbox_enter() is exactly the one
 * described, or the process is dead. In the SANDBOX_DESK setting (an ordinary
 * user, a kernel from Linux 6.1 on) the descriptors, the resource limits,
 * no_new_privs and the system call filter hold or the process is dead; whatever
 * else this kernel or this user cannot give is told by a bit for each
 * protection that is missing.
 *
 * The steps, in this order because each takes away what an earlier one needs
 * (namespaces are among them, and not the spawner's, so that nothing has to be
 * believed of who started the process):
 *
 *  descriptors    all but the listed ones are closed and these are checked;
 *                 0, 1 and 2 become /dev/null unless listed, so that a
 *                 library that prints reaches nothing granted
 *  namespaces     needs CAP_SYS_ADMIN; on a desk, a user namespace of its own
 *  limits         before the uid changes: counted for the new user from then
 *  bounding       drops the bounding set and locks the securebits, while
 *                 CAP_SETPCAP is still there; only for who keeps capabilities
 *                 (and uid 0), what it executes may still have those
 *  identity       groups, then gid, then uid, which ends CAP_SETGID/SETUID
 *  capabilities   clears all sets; without this, uid 0 would keep them
 *  no dump        neither core nor ptrace nor /proc/PID/mem by the same uid;
 *                 and SIGKILL when the parent dies (a change of uid clears
 *                 both, hence so late)
 *  no_new_privs   what Landlock and the filter ask for
 *  landlock       needs system calls that the filter does not let through
 *  filter         last of all: its program is made, and the memory that this
 *                 took is given back, before the kernel has it, for either may
 *                 need calls that it does not let through
 *
 * The process must have one thread. A step that fails ends the process at
 * once with status SANDBOX_EXIT + its number in the order above: see
 * sandbox_exit_text(). What is built with AddressSanitizer may also make the
 * calls that it makes, and has no limit of memory.
 */
#ifndef SANDOQ_SANDBOX_SANDBOX_H
#define SANDOQ_SANDBOX_SANDBOX_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>

/* How a bound is compared with a system call's argument, all 64 bits of it. */
enum sandbox_compare {
	SANDBOX_ANY = 0,
	SANDBOX_EQUAL,
	SANDBOX_MASKED_EQUAL, /* (argument & mask) == value */
	SANDBOX_AT_MOST,      /* argument <= value, unsigned */
};

struct sandbox_bound {
	enum sandbox_compare compare;
	unsigned argument; /* 0 is the first */
	uint64_t value;
	uint64_t mask; /* of SANDBOX_MASKED_EQUAL only */
};

enum { SANDBOX_BOUNDS = 4 };

/*
 * A system call that is let through when all its bounds hold. The same number
 * may come again with other bounds: any one of them is enough, so a number
 * without bounds must come alone.
 */
struct sandbox_call {
	long number; /* SYS_... */
	const char *reason;
	struct sandbox_bound bound[SANDBOX_BOUNDS];
};

/* SANDBOX_CALL(mmap, "heap", { SANDBOX_EQUAL, 2, PROT_READ, 0 }) */
#define SANDBOX_CALL(name, why, ...)                                           \
	{                                                                      \
		.number = SYS_##name, .reason = (why), .bound = {              \
			__VA_ARGS__                                            \
		}                                                              \
	}

enum sandbox_kind {
	SANDBOX_SOCKET = 1, /* AF_UNIX, SOCK_SEQPACKET */
	SANDBOX_MEMFD,	    /* read: fully sealed; write: not yet sealed */
	SANDBOX_BLOCK,
	SANDBOX_CHARACTER,
	SANDBOX_PIPE,
};

enum sandbox_direction {
	SANDBOX_READS = 1,
	SANDBOX_WRITES,
	SANDBOX_BOTH, /* what every socket is */
};

/* An open descriptor that the process keeps; it must be there. */
struct sandbox_descriptor {
	int number;
	enum sandbox_kind kind;
	enum sandbox_direction direction;
	const char *reason;
};

/* Rights beneath a path: the only ones Landlock is ever asked to grant. */
enum sandbox_right {
	SANDBOX_READ = 1,
	SANDBOX_WRITE = 2,
	SANDBOX_LIST = 4, /* read a directory */
	SANDBOX_EXECUTE = 8,
	SANDBOX_CONTROL = 16, /* ioctl on a device */
};

struct sandbox_path {
	/*
	 * Must exist when the sandbox is entered. One that ends in '*' stands
	 * for all that are there then, if any; glob(7).
	 */
	const char *path;
	unsigned rights; /* of enum sandbox_right */
	const char *reason;
};

/*
 * A capability that stays effective, permitted and in the bounding set. A
 * process with uid 0 leaves it to what it executes, too: the means to enter a
 * sandbox of its own.
 */
struct sandbox_capability {
	int number; /* CAP_... */
	const char *reason;
};

/* Every pointer is to constants with static lifetime; 0 or NULL = nothing. */
struct sandbox_spec {
	const char *name; /* for reports */
	uid_t uid;
	gid_t gid;
	/* CLONE_NEW...; without NEWPID, which would hold for children only,
	 * and without NEWUSER */
	int namespaces;

	/* The filter compares in this order: hot calls first. */
	const struct sandbox_call *calls;
	size_t call_count;
	/*
	 * In the place of `calls`, for a process that starts others: what it
	 * starts inherits the filter, so every call is let through but these.
	 */
	const struct sandbox_call *denied;
	size_t denied_count;
	const struct sandbox_descriptor *descriptors;
	size_t descriptor_count;
	const struct sandbox_path *paths;
	size_t path_count;
	const struct sandbox_capability *capabilities;
	size_t capability_count;

	uint64_t memory;      /* bytes of address space, all mappings */
	uint64_t cpu_seconds; /* SIGKILL after that much of CPU */
	uint64_t file_size;   /* bytes, of any file that is written */
	uint64_t open_files;  /* descriptors below it; entering takes two */
	uint64_t processes;   /* of its uid; 0 for who never forks */
};

#define SANDBOX_LIST_OF(field, count, array)                                   \
	.field = (array), .count = sizeof(array) / sizeof((array)[0])
#define SANDBOX_CALLS(array) SANDBOX_LIST_OF(calls, call_count, array)
#define SANDBOX_DENIED(array) SANDBOX_LIST_OF(denied, denied_count, array)
#define SANDBOX_DESCRIPTORS(array)                                             \
	SANDBOX_LIST_OF(descriptors, descriptor_count, array)
#define SANDBOX_PATHS(array) SANDBOX_LIST_OF(paths, path_count, array)
#define SANDBOX_CAPABILITIES(array)                                            \
	SANDBOX_LIST_OF(capabilities, capability_count, array)

enum sandbox_setting { SANDBOX_IMAGE = 1, SANDBOX_DESK };

/* What a desk may lack. Landlock's parts came one ABI after another. */
enum sandbox_missing {
	SANDBOX_NO_NAMESPACES = 1 << 0,
	SANDBOX_NO_BOUNDING = 1 << 1,
	SANDBOX_NO_IDENTITY = 1 << 2,
	SANDBOX_NO_LANDLOCK = 1 << 3,
	SANDBOX_NO_TRUNCATE = 1 << 4, /* Landlock ABI 3 */
	SANDBOX_NO_NETWORK = 1 << 5,  /* Landlock ABI 4 */
	SANDBOX_NO_IOCTL = 1 << 6,    /* Landlock ABI 5 */
	SANDBOX_NO_SCOPES = 1 << 7,   /* Landlock ABI 6 */
	SANDBOX_NO_CAPABILITIES = 1 << 8,
};

/*
 * Confines the calling process for good. Returns the enum sandbox_missing
 * bits, always 0 in SANDBOX_IMAGE; does not return when a step fails.
 */
unsigned sandbox_enter(const struct sandbox_spec *, enum sandbox_setting);

/*
 * A sandbox within another: for processes that are forked by one that is
 * confined itself. A fork hands on namespaces, identity, capabilities,
 * no_new_privs, Landlock and descriptors 0 to 2, so these must be the same in
 * both tables; descriptors, limits and the filter are narrowed, and the outer
 * table must grant what it takes to narrow them.
 */
struct sandbox_inner {
	const struct sandbox_spec *spec;
	struct sock_fprog filter; /* in memory of its own, never freed */
};

/* What entering it takes, made once. False when there is no memory. */
bool sandbox_prepare(const struct sandbox_spec *, struct sandbox_inner *);
/* Confines the calling, forked process for good, or ends it. */
void sandbox_enter_inner(const struct sandbox_inner *);

/* One sentence for one bit, without full stop; NULL for any other value. */
const char *sandbox_missing_text(unsigned bit);

/* First exit status of a process that could not enter its sandbox. */
enum { SANDBOX_EXIT = 100 };

/* The step that an exit status names, or NULL when it names none. */
const char *sandbox_exit_text(int status);

/*
 * The system call filter as a program of struct sock_filter, written to an
 * open file, for tests and for people who want to read it. 0, or -errno.
 */
int sandbox_export_filter(const struct sandbox_spec *, int file);

#endif
