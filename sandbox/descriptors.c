/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The step that leaves a process the descriptors that its row grants, each of
 * the granted kind, and /dev/null on 0 to 2. It opens nothing else.
 */
#include "sandbox/steps.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { STANDARD_COUNT = 3 };

static bool is_listed(const struct sandbox_spec *spec, int number)
{
	for (size_t i = 0; i < spec->descriptor_count; i++)
		if (spec->descriptors[i].number == number)
			return true;
	return false;
}

static int highest_listed(const struct sandbox_spec *spec)
{
	int highest = STANDARD_COUNT - 1;
	for (size_t i = 0; i < spec->descriptor_count; i++)
		if (spec->descriptors[i].number > highest)
			highest = spec->descriptors[i].number;
	return highest;
}

static bool is_null_device(int number)
{
	struct stat st;
	return fstat(number, &st) == 0 && S_ISCHR(st.st_mode) &&
	       st.st_rdev == makedev(1, 3);
}

static bool null_standard(const struct sandbox_spec *spec)
{
	int null = open("/dev/null", O_RDWR);
	if (null < 0 || !is_null_device(null))
		return false;
	for (int n = 0; n < STANDARD_COUNT; n++)
		if (!is_listed(spec, n) && dup2(null, n) != n)
			return false;
	return null < STANDARD_COUNT || close(null) == 0;
}

static bool is_seqpacket(int number)
{
	int domain = 0;
	int type = 0;
	socklen_t size = sizeof(int);
	return getsockopt(number, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
	       getsockopt(number, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
	       domain == AF_UNIX && type == SOCK_SEQPACKET;
}

static bool is_memfd(int number, enum sandbox_direction direction)
{
	const int sealed =
		F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	int seals = fcntl(number, F_GET_SEALS);
	if (seals < 0)
		return false;
	if (direction == SANDBOX_READS)
		return (seals & sealed) == sealed;
	return (seals & F_SEAL_SEAL) == 0;
}

static bool has_kind(const struct sandbox_descriptor *d, mode_t mode)
{
	switch (d->kind) {
	case SANDBOX_SOCKET:
		return S_ISSOCK(mode) && is_seqpacket(d->number);
	case SANDBOX_MEMFD:
		return S_ISREG(mode) && is_memfd(d->number, d->direction);
	case SANDBOX_BLOCK:
		return S_ISBLK(mode);
	case SANDBOX_CHARACTER:
		return S_ISCHR(mode);
	case SANDBOX_PIPE:
		return S_ISFIFO(mode);
	}
	return false;
}

static bool has_direction(const struct sandbox_descriptor *d)
{
	static const int mode[] = {
		[SANDBOX_READS] = O_RDONLY,
		[SANDBOX_WRITES] = O_WRONLY,
		[SANDBOX_BOTH] = O_RDWR,
	};
	int flags = fcntl(d->number, F_GETFL);
	if (flags < 0 || (flags & O_PATH) != 0)
		return false;
	/* Whoever opened it, a memfd's seals say what can be done with it. */
	return d->kind == SANDBOX_MEMFD ||
	       (flags & O_ACCMODE) == mode[d->direction];
}

static bool are_as_listed(const struct sandbox_spec *spec)
{
	for (size_t i = 0; i < spec->descriptor_count; i++) {
		const struct sandbox_descriptor *d = &spec->descriptors[i];
		struct stat st;
		if (fstat(d->number, &st) != 0 || !has_kind(d, st.st_mode) ||
			!has_direction(d))
			return false;
	}
	return true;
}

/* Closes all that are not listed, from this number on. */
static bool close_others(const struct sandbox_spec *spec, int from)
{
	int highest = highest_listed(spec);
	for (int n = from; n <= highest; n++)
		if (!is_listed(spec, n))
			close(n);
	return close_range((unsigned)highest + 1, ~0U, 0) == 0;
}

bool keep_descriptors(const struct sandbox_spec *spec)
{
	return close_others(spec, STANDARD_COUNT) && are_as_listed(spec);
}

bool step_descriptors(const struct sandbox_spec *spec,
	enum sandbox_setting setting, unsigned *missing)
{
	(void)setting;
	(void)missing;
	return close_others(spec, 0) && are_as_listed(spec) &&
	       null_standard(spec);
}
