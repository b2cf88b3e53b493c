/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/faults/faults.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>
#include <poll.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <tss2/tss2_common.h>
#include <tss2/tss2_tpm2_types.h>
#include <unistd.h>

#include "appliance/election/rules.h"

/*
 * The calls by their numbers
 */

#define FAULT(name, ...) CALL_##name,
#define FAULT_BY_HAND(name, ...) CALL_##name,
#define FAULT_ESAPI(name) CALL_##name,
enum call {
#include "tests/faults/calls.h"
	CALLS,
	CALLS_BEFORE_ESAPI = CALLS - 1,
#include "tests/faults/tpm_calls.h"
	ALL_CALLS,
};
#undef FAULT
#undef FAULT_BY_HAND
#undef FAULT_ESAPI

#define FAULT(name, end, ...) { #name, end },
#define FAULT_BY_HAND(name, end, ...) { #name, end },
#define FAULT_ESAPI(name) { #name, ENDS },
const struct fault_call fault_calls[] = {
#include "tests/faults/calls.h"
#include "tests/faults/tpm_calls.h"
};
#undef FAULT
#undef FAULT_BY_HAND
#undef FAULT_ESAPI
const size_t fault_call_count = CALLS;
const size_t fault_all_count = ALL_CALLS;

const int fault_libcrypto_memory = CALL_libcrypto_memory;
_Static_assert(ALL_CALLS <= (int)FAULT_CALLS_MOST, "room for all calls");

enum { HELD_MOST = 4096, DESCRIPTORS_MOST = 512 };

static struct {
	bool on;
	struct faults_wanted wanted;
	uint64_t state; /* of chance */
	unsigned lane;
	enum fault_process process;
	/* FAULT_LANES of them, in a memfd of who started first. */
	struct faults_seen *seen;
	pid_t memfd_owner;
	int memfd;
	const void *block[HELD_MOST];
	size_t blocks;
	size_t mappings;
} faults = { .memfd = -1 };

const char *fault_process_name(enum fault_process process)
{
	static const char *const name[FAULT_PROCESSES] = { "the run",
		"a child of the run", "the tally role", "the starter role",
		"the count role" };
	return name[process];
}

/* splitmix64 */
static uint64_t chance(void)
{
	uint64_t z = faults.state += 0x9e3779b97f4a7c15;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static bool may_fail(enum call call)
{
	switch (faults.wanted.only) {
	case FAULT_ANY:
		return call < CALLS && call != CALL_libcrypto_memory;
	case FAULT_ANY_ESAPI:
		return call >= CALLS;
	default:
		return faults.wanted.only == (int)call;
	}
}

static bool is_wanted(enum call call, uint32_t occurrence)
{
	const struct faults_wanted *wanted = &faults.wanted;
	if (!may_fail(call))
		return false;
	if (wanted->occurrence != 0)
		return wanted->process == faults.process &&
		       wanted->occurrence == occurrence;
	return chance() % wanted->one_in == 0;
}

static bool fails(enum call call, int error)
{
	if (!faults.on)
		return false;
	struct faults_seen *seen = &faults.seen[faults.lane];
	const uint32_t occurrence = __atomic_add_fetch(
		&seen->called[faults.process][call], 1, __ATOMIC_RELAXED);
	if (!is_wanted(call, occurrence))
		return false;
	__atomic_add_fetch(&seen->failed, 1, __ATOMIC_RELAXED);
	errno = error;
	return true;
}

void faults_begin(const struct faults_wanted *wanted, unsigned lane)
{
	faults.wanted = *wanted;
	faults.state = wanted->seed;
	faults.lane = lane;
	faults.blocks = 0;
	faults.mappings = 0;
	memset(&faults.seen[lane], 0, sizeof(faults.seen[lane]));
	faults.on = true;
}

void faults_end(void)
{
	faults.on = false;
}

const struct faults_seen *faults_seen(unsigned lane)
{
	return &faults.seen[lane];
}

/*
 * What is held
 */

static bool watches(void)
{
	return faults.on && faults.process == FAULT_RUN;
}

static void *hold(void *block)
{
	if (!watches() || block == NULL)
		return block;
	if (faults.blocks == HELD_MOST)
		abort();
	faults.block[faults.blocks++] = block;
	return block;
}

static void let_go(const void *block)
{
	size_t i = faults.blocks;
	while (i > 0 && faults.block[i - 1] != block)
		i--;
	if (watches() && i > 0)
		faults.block[i - 1] = faults.block[--faults.blocks];
}

size_t faults_blocks_held(void)
{
	return faults.blocks;
}

size_t faults_mappings_held(void)
{
	return faults.mappings;
}

/*
 * Calls that may fail
 */

#define FAULT(name, end, result, error, type, parameters, arguments)           \
	type __real_##name parameters;                                         \
	type __wrap_##name parameters;                                         \
	type __wrap_##name parameters                                          \
	{                                                                      \
		return fails(CALL_##name, error) ? (result)                    \
						 : __real_##name arguments;    \
	}
#define FAULT_BY_HAND(...)
#include "tests/faults/calls.h"

void *__real_malloc(size_t);
void *__wrap_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__wrap_calloc(size_t, size_t);
void *__real_reallocarray(void *, size_t, size_t);
void *__wrap_reallocarray(void *, size_t, size_t);
void __real_free(void *);
void __wrap_free(void *);
void *__real_mmap(void *, size_t, int, int, int, off_t);
void *__wrap_mmap(void *, size_t, int, int, int, off_t);
int __real_munmap(void *, size_t);
int __wrap_munmap(void *, size_t);
int __real_fcntl(int, int, ...);
int __wrap_fcntl(int, int, ...);
int __real_close(int);
int __wrap_close(int);
int __real_open(const char *, int, ...);
int __wrap_open(const char *, int, ...);
int __real_prctl(int, ...);
int __wrap_prctl(int, ...);
pid_t __real_fork(void);
pid_t __wrap_fork(void);
long __real_syscall(long, ...);
long __wrap_syscall(long, ...);
int __real_execve(const char *, char *const *, char *const *);
int __wrap_execve(const char *, char *const *, char *const *);

void *__wrap_malloc(size_t size)
{
	return fails(CALL_malloc, ENOMEM) ? NULL : hold(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails(CALL_calloc, ENOMEM) ? NULL
					  : hold(__real_calloc(count, size));
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
	if (fails(CALL_reallocarray, ENOMEM))
		return NULL;
	let_go(old);
	return hold(__real_reallocarray(old, count, size));
}

void __wrap_free(void *block)
{
	let_go(block);
	__real_free(block);
}

void *__wrap_mmap(
	void *at, size_t size, int allowed, int flags, int file, off_t start)
{
	if (fails(CALL_mmap, ENOMEM))
		return MAP_FAILED;
	void *mapped = __real_mmap(at, size, allowed, flags, file, start);
	faults.mappings += watches() && mapped != MAP_FAILED;
	return mapped;
}

/* Whatever it says, it is gone: what could be done about it? */
int __wrap_munmap(void *at, size_t size)
{
	const int result = __real_munmap(at, size);
	faults.mappings -= watches();
	return fails(CALL_munmap, ENOMEM) ? -1 : result;
}

size_t faults_descriptors_open(void)
{
	size_t open = 0;
	for (int number = 0; number < DESCRIPTORS_MOST; number++)
		open += __real_fcntl(number, F_GETFD) >= 0;
	return open;
}

int __wrap_fcntl(int file, int command, ...)
{
	va_list list;
	va_start(list, command);
	long argument = va_arg(list, long);
	va_end(list);
	return fails(CALL_fcntl, EMFILE)
		       ? -1
		       : __real_fcntl(file, command, argument);
}

/* Whatever it says, Linux has closed it. */
int __wrap_close(int file)
{
	const int result = __real_close(file);
	return fails(CALL_close, EIO) ? -1 : result;
}

int __wrap_open(const char *path, int flags, ...)
{
	return fails(CALL_open, EMFILE) ? -1 : __real_open(path, flags);
}

int __wrap_prctl(int option, ...)
{
	unsigned long a[4];
	va_list list;
	va_start(list, option);
	for (size_t i = 0; i < 4; i++)
		a[i] = va_arg(list, unsigned long);
	va_end(list);
	return fails(CALL_prctl, EINVAL)
		       ? -1
		       : __real_prctl(option, a[0], a[1], a[2], a[3]);
}

long __wrap_syscall(long number, ...)
{
	long a[6];
	va_list list;
	va_start(list, number);
	for (size_t i = 0; i < 6; i++)
		a[i] = va_arg(list, long);
	va_end(list);
	if (fails(CALL_syscall, ENOSYS))
		return -1;
	const long result =
		__real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (number == SYS_clone && result == 0)
		faults.process = FAULT_COUNT;
	return result;
}

pid_t __wrap_fork(void)
{
	const pid_t pid = fails(CALL_fork, EAGAIN) ? -1 : __real_fork();
	if (faults.on && pid == 0)
		faults.process = FAULT_CHILD;
	return pid;
}

/* The role goes on with a seed of its own. */
int __wrap_execve(
	const char *path, char *const *arguments, char *const *environment)
{
	static char told[128];
	static char *const with_told[] = { told, NULL };
	const struct faults_wanted *wanted = &faults.wanted;
	if (fails(CALL_execve, ENOMEM))
		return -1;
	if (!faults.on)
		return __real_execve(path, arguments, environment);
	snprintf(told, sizeof(told), "FAULTS=%d %d %u %d %llu %u %u %d",
		faults.memfd_owner, faults.memfd, faults.lane, wanted->only,
		(unsigned long long)chance(), wanted->one_in,
		wanted->occurrence, (int)wanted->process);
	return __real_execve(path, arguments, with_told);
}

/*
 * ESAPI: as x86-64 passes them, all parameters are words, and more of them than
 * a call has do no harm.
 */
#define WORDS                                                                  \
	(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e,           \
		uint64_t f, uint64_t g, uint64_t h, uint64_t i, uint64_t j,    \
		uint64_t k, uint64_t l, uint64_t m, uint64_t n)
#define FAULT_ESAPI(name)                                                      \
	uint32_t __real_##name WORDS;                                          \
	uint32_t __wrap_##name WORDS;                                          \
	uint32_t __wrap_##name WORDS                                           \
	{                                                                      \
		return fails(CALL_##name, 0)                                   \
			       ? any_code()                                    \
			       : __real_##name(a, b, c, d, e, f, g, h, i, j,   \
					 k, l, m, n);                          \
	}

static uint32_t any_code(void)
{
	static const uint32_t code[] = { TPM2_RC_FAILURE, TPM2_RC_LOCKOUT,
		TPM2_RC_POLICY_FAIL, TSS2_ESYS_RC_GENERAL_FAILURE,
		TSS2_TCTI_RC_IO_ERROR };
	_Static_assert(sizeof(code) / sizeof(code[0]) == FAULT_ESAPI_CODES,
		"faults.h says how many there are");
	return code[faults.wanted.code < FAULT_ESAPI_CODES
			    ? faults.wanted.code
			    : chance() % FAULT_ESAPI_CODES];
}

#include "tests/faults/tpm_calls.h"

/* Ballots that are left out now and then. */
void __real_counter_count(void *, const struct ballot *, size_t);
void __wrap_counter_count(void *, const struct ballot *, size_t);

void __wrap_counter_count(
	void *counter, const struct ballot *ballot, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!faults.on || faults.wanted.only != FAULT_MISCOUNT ||
			chance() % faults.wanted.one_in != 0)
			__real_counter_count(counter, &ballot[i], 1);
}

/*
 * libcrypto's memory
 */

static void *take(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return fails(CALL_libcrypto_memory, ENOMEM) ? NULL
						    : __real_malloc(size);
}

static void *grow(void *old, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return fails(CALL_libcrypto_memory, ENOMEM) ? NULL : realloc(old, size);
}

static void drop(void *data, const char *file, int line)
{
	(void)file;
	(void)line;
	__real_free(data);
}

/* A mapping of the memfd, which is kept open in the first process alone. */
static void share(const char *path)
{
	const size_t size = FAULT_LANES * sizeof(*faults.seen);
	const int memfd = path == NULL
				  ? __real_memfd_create("faults", MFD_CLOEXEC)
				  : __real_open(path, O_RDWR | O_CLOEXEC);
	if (memfd < 0 || (path == NULL && ftruncate(memfd, (off_t)size) != 0))
		abort();
	faults.seen = __real_mmap(
		NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, memfd, 0);
	if (faults.seen == MAP_FAILED)
		abort();
	if (path != NULL) {
		__real_close(memfd);
		return;
	}
	faults.memfd_owner = getpid();
	faults.memfd = memfd;
}

static enum fault_process process_named(const char *role)
{
	return strcmp(role, "tally") == 0 ? FAULT_TALLY : FAULT_STARTER;
}

/* As execve was told, see above. */
static void go_on(char *told, const char *role)
{
	char path[64];
	struct faults_wanted wanted = { .code = FAULT_ESAPI_CODES };
	const long owner = strtol(told, &told, 10);
	const long memfd = strtol(told, &told, 10);
	faults.lane = (unsigned)strtoul(told, &told, 10);
	wanted.only = (int)strtol(told, &told, 10);
	wanted.seed = strtoull(told, &told, 10);
	wanted.one_in = (uint32_t)strtoul(told, &told, 10);
	wanted.occurrence = (uint32_t)strtoul(told, &told, 10);
	wanted.process = (enum fault_process)strtol(told, &told, 10);
	snprintf(path, sizeof(path), "/proc/%ld/fd/%ld", owner, memfd);
	share(path);
	faults.wanted = wanted;
	faults.state = wanted.seed;
	faults.process = process_named(role);
	faults.on = true;
}

void faults_start(int argc, char **argv)
{
	char *told = getenv("FAULTS");
	if (CRYPTO_set_mem_functions(take, grow, drop) != 1)
		abort();
	if (told != NULL && argc > 1)
		go_on(told, argv[1]);
	else
		share(NULL);
}
