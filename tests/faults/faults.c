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

static struct {
	bool on;
	uint64_t state;
	uint32_t one_in;
	int only;
	unsigned executed;
} faults;

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
	switch (faults.only) {
	case FAULT_ANY:
		return call < CALLS;
	case FAULT_ANY_ESAPI:
		return call >= CALLS;
	default:
		return faults.only == (int)call;
	}
}

static bool fails(enum call call, int error)
{
	if (!faults.on || !may_fail(call) || chance() % faults.one_in != 0)
		return false;
	errno = error;
	return true;
}

void faults_begin(uint64_t seed, uint32_t one_in, int only)
{
	faults.state = seed;
	faults.one_in = one_in;
	faults.only = only;
	faults.executed = 0;
	faults.on = true;
}

void faults_end(void)
{
	faults.on = false;
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

int __real_fcntl(int, int, ...);
int __wrap_fcntl(int, int, ...);
int __real_close(int);
int __wrap_close(int);
int __real_open(const char *, int, ...);
int __wrap_open(const char *, int, ...);
int __real_prctl(int, ...);
int __wrap_prctl(int, ...);
long __real_syscall(long, ...);
long __wrap_syscall(long, ...);
int __real_execve(const char *, char *const *, char *const *);
int __wrap_execve(const char *, char *const *, char *const *);

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
	return fails(CALL_syscall, ENOSYS) ? -1
					   : __real_syscall(number, a[0], a[1],
						     a[2], a[3], a[4], a[5]);
}

/* The role goes on with a seed of its own. */
int __wrap_execve(
	const char *path, char *const *arguments, char *const *environment)
{
	static char told[64];
	static char *const with_told[] = { told, NULL };
	if (fails(CALL_execve, ENOMEM))
		return -1;
	if (!faults.on)
		return __real_execve(path, arguments, environment);
	snprintf(told, sizeof(told), "FAULTS=%llu %u %d",
		(unsigned long long)chance(), faults.one_in, faults.only);
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
	return code[chance() % (sizeof(code) / sizeof(code[0]))];
}

#include "tests/faults/tpm_calls.h"

/* Ballots that are left out now and then. */
void __real_counter_count(void *, const struct ballot *, size_t);
void __wrap_counter_count(void *, const struct ballot *, size_t);

void __wrap_counter_count(
	void *counter, const struct ballot *ballot, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!faults.on || faults.only != FAULT_MISCOUNT ||
			chance() % faults.one_in != 0)
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
	return fails(CALL_libcrypto_memory, ENOMEM) ? NULL
						    : __real_realloc(old, size);
}

static void drop(void *data, const char *file, int line)
{
	(void)file;
	(void)line;
	free(data);
}

void faults_start(void)
{
	char *told = getenv("FAULTS");
	if (CRYPTO_set_mem_functions(take, grow, drop) != 1)
		abort();
	if (told == NULL)
		return;
	const uint64_t seed = strtoull(told, &told, 10);
	const uint32_t one_in = (uint32_t)strtoul(told, &told, 10);
	faults_begin(seed, one_in, (int)strtol(told, &told, 10));
}
