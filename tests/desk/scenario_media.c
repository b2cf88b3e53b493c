/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The media role among made-up USB devices: a /sys and a /dev of the test's
 * own, in a mount namespace, with a loop device as the stick. Beside it is a
 * card reader with a card in one of its two slots; /dev has neither, so that
 * nobody can open them.
 */
#include "tests/desk/play.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <linux/netlink.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define DEVICES "/sys/bus/usb/devices"
#define STICK "1-1:1.0/host0/target0/0:0:0:0"
#define CARD "1-2:1.0/host1/target1/1:0:0:0"
#define SLOT "1-2:1.0/host1/target1/1:0:0:1"

static const char loop[] = "/dev/loop0";
static const char stick[] = "/dev/sdx";
static const char disk[] = "/sys/block/sdx";
static const char disk_device[] = "/sys/block/sdx/device";
static const char disk_sequence[] = "/sys/block/sdx/diskseq";

static const char *const folders[] = { "/sys/bus", "/sys/bus/usb", DEVICES,
	DEVICES "/usb1", DEVICES "/usb1/1-1", DEVICES "/1-1:1.0",
	DEVICES "/1-1:1.0/host0", DEVICES "/1-1:1.0/host0/target0",
	DEVICES "/" STICK, DEVICES "/1-2:1.0", DEVICES "/1-2:1.0/host1",
	DEVICES "/1-2:1.0/host1/target1", DEVICES "/" CARD, DEVICES "/" SLOT,
	"/sys/block", disk, "/sys/block/sdy", "/sys/block/sdz" };

/* A device lies below its bus; the list of all has a link to it. */
static const char device_link[] = DEVICES "/1-1";
static const char device_place[] = "usb1/1-1";

/* More interfaces than the role lists at once, and a hub behind them. */
enum { INTERFACES = 300 };
static const char last_hub[] = DEVICES "/usb2";

static const struct {
	const char *path;
	const char *before;
	const char *after; /* media may come */
} files[] = {
	{ DEVICES "/usb1/authorized_default", "0", "1" },
	{ DEVICES "/usb1/authorized", "1", "1" },
	{ DEVICES "/usb2/authorized_default", "0", "1" },
	{ DEVICES "/usb2/authorized", "1", "1" },
	{ DEVICES "/1-1/authorized", "0", "1" },
	{ DEVICES "/1-1:1.0/bInterfaceClass", "08", "08" },
	{ DEVICES "/1-2:1.0/bInterfaceClass", "08", "08" },
	{ DEVICES "/" CARD "/vendor", "Made", "Made" },
	{ DEVICES "/" CARD "/model", "Reader", "Reader" },
	{ "/sys/block/sdy/size", "8192", "8192" },
	{ "/sys/block/sdz/size", "0", "0" },
};
enum { FILES = sizeof(files) / sizeof(files[0]), TEXT_MOST = 32 };

static bool has_loop(uint64_t *sequence, dev_t *device)
{
	struct stat st;
	const int file = open(loop, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return false;
	const bool has = fstat(file, &st) == 0 && S_ISBLK(st.st_mode) &&
			 ioctl(file, BLKGETDISKSEQ, sequence) == 0;
	*device = st.st_rdev;
	return close(file) == 0 && has;
}

static bool put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	return file != NULL && fprintf(file, "%s\n", text) > 0 &&
	       fclose(file) == 0;
}

static bool says(const char *path, const char *text)
{
	char line[TEXT_MOST] = "";
	FILE *file = fopen(path, "r");
	if (file == NULL)
		return false;
	const bool got = fgets(line, sizeof(line), file) != NULL;
	fclose(file);
	return got && strncmp(line, text, strlen(text)) == 0;
}

/* Nobody else sees it: what it covers is private first. */
static bool mount_own(const char *folder)
{
	return mount(NULL, folder, NULL, MS_PRIVATE, NULL) == 0 &&
	       mount("tmpfs", folder, "tmpfs", 0, "mode=755") == 0;
}

static bool make_interfaces(void)
{
	char path[PATH_MAX];
	bool made = true;
	for (unsigned i = 0; made && i < INTERFACES; i++) {
		snprintf(path, sizeof(path), DEVICES "/2-1:1.%u", i);
		made = mkdir(path, 0755) == 0;
	}
	return made;
}

static bool make_disk(const char *name, const char *device, uint64_t sequence)
{
	char path[PATH_MAX];
	char text[PATH_MAX];
	snprintf(path, sizeof(path), "/sys/block/%s/diskseq", name);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)sequence);
	const bool made = put(path, text);
	snprintf(path, sizeof(path), "/sys/block/%s/device", name);
	snprintf(text, sizeof(text), "../../bus/usb/devices/%s", device);
	return made && symlink(text, path) == 0;
}

static bool make_devices(uint64_t sequence, dev_t device)
{
	bool made = unshare(CLONE_NEWNS) == 0 && mount_own("/sys") &&
		    mount_own("/dev") &&
		    mknod("/dev/null", S_IFCHR | 0666, makedev(1, 3)) == 0 &&
		    mknod(stick, S_IFBLK | 0600, device) == 0;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		made = made && mkdir(folders[i], 0755) == 0;
	made = made && symlink(device_place, device_link) == 0;
	made = made && make_interfaces() && mkdir(last_hub, 0755) == 0;
	for (size_t i = 0; i < FILES; i++)
		made = made && put(files[i].path, files[i].before);
	return made && make_disk("sdx", STICK, sequence) &&
	       make_disk("sdy", CARD, sequence + 1) &&
	       make_disk("sdz", SLOT, sequence + 2);
}

/* What root may say in place of the kernel, to one network namespace. */
static bool make_event(pid_t role)
{
	static const char text[] = "change@/sdx\0ACTION=change\0DEVPATH=/sdx\0"
				   "SUBSYSTEM=block";
	struct {
		struct nlmsghdr header;
		char text[sizeof(text)];
	} event = { .header = { .nlmsg_len = sizeof(event),
			    .nlmsg_type = NLMSG_MIN_TYPE,
			    .nlmsg_flags = NLM_F_REQUEST } };
	char path[TEXT_MOST];
	memcpy(event.text, text, sizeof(text));
	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)role);
	const int namespace = open(path, O_RDONLY | O_CLOEXEC);
	if (namespace < 0 || setns(namespace, CLONE_NEWNET) != 0)
		return false;
	const int netlink = socket(
		AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);
	return send(netlink, &event, sizeof(event), 0) == sizeof(event);
}

static bool switches_are_set(void)
{
	bool set = true;
	for (size_t i = 0; i < FILES; i++)
		set = set && says(files[i].path, files[i].after);
	return set;
}

/*
 * Every question is answered after what the role has to tell before. The card
 * waits, and has its name without being opened; the empty slot is nothing.
 */
static bool stick_comes(struct play *play)
{
	return play_ask(play, SAY(MEDIA_NONE, &nothing), NULL, 0, REFUSED) &&
	       play_ask(play, SAY(MEDIA_BIND, &nothing), NULL, 0, DONE) &&
	       switches_are_set() &&
	       play_ask(
		       play, SAY(MEDIA_WRITE, &nothing), NULL, 0, MEDIA_HERE) &&
	       play_next(play, MEDIA_WAITS) &&
	       strcmp(HEARD(&play->answer, MEDIA_WAITS)->line, "Made Reader") ==
		       0 &&
	       play_next(play, MEDIA_WRITABLE);
}

/* As with a switch on the stick itself: it cannot be opened for writing. */
static bool stick_cannot_be_written(struct play *play)
{
	return unlink(stick) == 0 &&
	       play_ask(play, SAY(MEDIA_WRITE, &nothing), NULL, 0, REFUSED);
}

static bool stick_goes(struct play *play)
{
	return unlink(disk_sequence) == 0 && unlink(disk_device) == 0 &&
	       rmdir(disk) == 0 && make_event(play->peer.process.pid) &&
	       play_ask(
		       play, SAY(MEDIA_WRITE, &nothing), NULL, 0, MEDIA_GONE) &&
	       play_next(play, REFUSED);
}

enum end { WELL, NOT_WELL, NO_DEVICES };

/* In a process of its own, which leaves its namespaces. NULL: no play. */
static enum end in_its_own(const struct stage *stage)
{
	uint64_t sequence = 0;
	dev_t device = 0;
	int status = -1;
	if (!has_loop(&sequence, &device))
		return NO_DEVICES;
	const pid_t child = fork();
	if (child == 0) {
		if (!make_devices(sequence, device))
			_exit(NO_DEVICES);
		if (stage == NULL)
			_exit(WELL);
		struct play play = play_start(stage, ROLE_MEDIA, NULL, 0);
		_exit(play_ends(&play, stick_comes(&play) &&
					       stick_cannot_be_written(&play) &&
					       stick_goes(&play))
				? WELL
				: NOT_WELL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return (enum end)WEXITSTATUS(status);
}

bool scenario_media(const struct stage *stage)
{
	const enum end end = in_its_own(stage);
	assert_int_not_equal(end, NO_DEVICES);
	return end == WELL;
}

bool scenario_media_is_possible(const struct stage *stage)
{
	return stage->setting == SANDBOX_IMAGE && in_its_own(NULL) == WELL;
}
