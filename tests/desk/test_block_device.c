/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is written to a stick is for that stick alone. Between the look at it
 * and the moment in which it is opened its name may become another disk's, as
 * when sticks are pulled out and plugged in; and what is shown to people must
 * not come to lie on it.
 *
 * Two loop devices are the sticks, of which the kernel says in a mount
 * namespace of the test's own that they are removable; the name is a link.
 */
#include "appliance/desk/common/block_device.h"
#include "appliance/formats/ustar.h"
#include "appliance/record/courier.h"
#include "tests/desk/workplace.h"
#include "tests/support/patience.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sysexits.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE = 60, SIZE = 4 << 20, PATH_SIZE = 128, STICKS = 2 };

static const char named[] = "stick";
/* They go when this process does. */
static char stick[STICKS][PATH_SIZE];
static int held[STICKS] = { -1, -1 };
/* What the name stands for when it is opened next; NULL: what it did. */
static const char *becomes;

static bool name_is(const char *what)
{
	unlink(named);
	return symlink(what, named) == 0;
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
	int mode = 0;
	if ((flags & O_CREAT) != 0) {
		va_list more;
		va_start(more, flags);
		mode = va_arg(more, int);
		va_end(more);
	}
	if (becomes != NULL && strcmp(path, named) == 0 && !name_is(becomes))
		return -1;
	return __real_open(path, flags, mode);
}

/* The first loop device that nobody has; -1 where there is none. */
static int attach(char path[PATH_SIZE])
{
	const int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	const int backing = memfd_create("stick", MFD_CLOEXEC);
	struct loop_config config = { .fd = (uint32_t)backing,
		.info.lo_flags = LO_FLAGS_AUTOCLEAR };
	int loop = -1;
	assert_int_equal(ftruncate(backing, SIZE), 0);
	do {
		close(loop);
		snprintf(path, PATH_SIZE, "/dev/loop%d",
			ioctl(control, LOOP_CTL_GET_FREE));
		loop = open(path, O_RDWR | O_CLOEXEC);
	} while (loop >= 0 && ioctl(loop, LOOP_CONFIGURE, &config) != 0 &&
		 errno == EBUSY);
	close(backing);
	close(control);
	return loop;
}

static bool call_removable(const char *path)
{
	char says[PATH_SIZE];
	FILE *yes = fopen("yes", "w");
	if (yes == NULL || fputs("1\n", yes) < 0 || fclose(yes) != 0)
		return false;
	snprintf(says, sizeof(says), "/sys/class/block/%s/removable",
		strrchr(path, '/') + 1);
	return mount("yes", says, NULL, MS_BIND, NULL) == 0;
}

static bool has_sticks(void)
{
	bool has = unshare(CLONE_NEWNS) == 0 &&
		   mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
	for (size_t i = 0; i < STICKS && has; i++) {
		held[i] = attach(stick[i]);
		has = held[i] >= 0 && call_removable(stick[i]);
	}
	return has;
}

static void need_sticks(void)
{
	if (held[STICKS - 1] < 0)
		skip();
}

static int open_named(struct block_device *out)
{
	need_sticks();
	assert_true(name_is(stick[0]));
	return block_device_open(named, true, out);
}

static void a_stick_is_opened(void **state)
{
	struct block_device device;
	(void)state;
	becomes = NULL;
	assert_int_equal(open_named(&device), 0);
	assert_int_equal(device.size, SIZE);
	block_device_close(&device);
}

/* It is a stick as well, but nobody has looked at it, and nobody is asked. */
static void what_has_become_another_is_refused(void **state)
{
	struct block_device device;
	(void)state;
	becomes = stick[1];
	assert_int_equal(open_named(&device), EX_NOINPUT);
	assert_int_equal(device.descriptor, -1);
	becomes = "yes";
	assert_int_equal(open_named(&device), EX_NOINPUT);
	assert_int_equal(device.descriptor, -1);
}

/* A stick is the first that is opened, and is not standard error. */
static void nothing_is_shown_to_a_stick(void **state)
{
	uint8_t block[USTAR_BLOCK_SIZE];
	struct ustar_member member;
	(void)state;
	need_sticks();
	assert_status(
		run("courier pack %s --kind outbox --yes 2>&-", stick[0]), 0);
	assert_int_equal(
		pread(held[0], block, sizeof(block), 0), sizeof(block));
	assert_null(ustar_header_decode(block, &member));
	assert_string_equal(member.name, COURIER_MEMBER);
}

static int prepare(void **state)
{
	(void)state;
	workplace_make();
	if (chdir(folder) != 0)
		return -1;
	if (!has_sticks())
		held[STICKS - 1] = -1;
	return 0;
}

static int clear(void **state)
{
	(void)state;
	workplace_drop();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stick_is_opened),
		cmocka_unit_test(what_has_become_another_is_refused),
		cmocka_unit_test(nothing_is_shown_to_a_stick),
	};
	patience(PATIENCE);
	return cmocka_run_group_tests(tests, prepare, clear);
}
