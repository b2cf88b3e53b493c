/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/block_device.h"

#include "appliance/desk/common/asking.h"
#include "appliance/desk/common/files.h"
#include "appliance/desk/common/stick_told.h"
#include "appliance/desk/common/words.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sysexits.h>
#include <unistd.h>

enum {
	LINE_MOST = 4096,
	VALUE_MOST = 200,
	SECTOR_MOST_HERE = 4096,
};

/* What the kernel tells of a disk: a folder of sysfs. */
struct facts {
	char folder[PATH_MAX];
	char usb[PATH_MAX]; /* of the device that it is a part of, or empty */
	char model[VALUE_MOST];
	char serial[VALUE_MOST];
};

bool is_block_device(const char *path)
{
	struct stat file;
	return stat(path, &file) == 0 && S_ISBLK(file.st_mode);
}

int output_check(const char *path)
{
	struct stat file;
	const bool is_there = stat(path, &file) == 0;
	if (is_there && !S_ISREG(file.st_mode) && !S_ISBLK(file.st_mode) &&
		!S_ISDIR(file.st_mode))
		return fail(EX_CANTCREAT, path, 0,
			"is neither a file nor a stick; give another name");
	if (is_there || strncmp(path, "/dev/", 5) != 0 ||
		strncmp(path, "/dev/shm/", 9) == 0)
		return 0;
	return fail(EX_NOINPUT, path, 0,
		"there is no such device; plug the stick in, and look with "
		"lsblk how it is called");
}

/* The first line of a file in sysfs; empty when there is none. */
static void read_value(
	const char *folder, const char *name, char value[VALUE_MOST])
{
	char *path = path_join(folder, name);
	FILE *file = fopen(path, "re");
	free(path);
	value[0] = '\0';
	if (file == NULL)
		return;
	if (fgets(value, VALUE_MOST, file) == NULL)
		value[0] = '\0';
	fclose(file);
	size_t size = strcspn(value, "\n");
	while (size > 0 && value[size - 1] == ' ')
		size--;
	value[size] = '\0';
}

static bool has_file(const char *folder, const char *name)
{
	char *path = path_join(folder, name);
	const bool has = access(path, F_OK) == 0;
	free(path);
	return has;
}

/* The nearest folder above that is a device on USB. */
static void find_usb(struct facts *facts)
{
	snprintf(facts->usb, sizeof(facts->usb), "%s", facts->folder);
	while (facts->usb[0] != '\0' && !has_file(facts->usb, "idVendor"))
		*strrchr(facts->usb, '/') = '\0';
}

static void join(char out[VALUE_MOST], const char *a, const char *b)
{
	snprintf(out, VALUE_MOST, "%.90s%s%.90s", a,
		a[0] != '\0' && b[0] != '\0' ? " " : "", b);
}

static void find_names(struct facts *facts)
{
	char maker[VALUE_MOST], product[VALUE_MOST];
	read_value(facts->folder, "device/vendor", maker);
	read_value(facts->folder, "device/model", product);
	read_value(facts->folder, "device/serial", facts->serial);
	if (facts->usb[0] != '\0') {
		read_value(facts->usb, "serial", facts->serial);
		if (product[0] == '\0')
			read_value(facts->usb, "product", product);
	}
	join(facts->model, maker, product);
}

static bool find_facts(dev_t device, struct facts *out)
{
	char link[64];
	snprintf(link, sizeof(link), "/sys/dev/block/%u:%u", major(device),
		minor(device));
	*out = (struct facts){ .folder = "" };
	if (realpath(link, out->folder) == NULL)
		return false;
	find_usb(out);
	find_names(out);
	return true;
}

static bool is_set(const struct facts *facts, const char *name)
{
	char value[VALUE_MOST];
	read_value(facts->folder, name, value);
	return strcmp(value, "1") == 0;
}

static int write_protected(const char *path)
{
	return fail(EX_NOPERM, path, 0,
		"is write-protected; let it be written, or take another");
}

/* Whether these numbers are the disk's, or those of a part of it. */
static bool is_part_of(const struct facts *facts, const char *numbers)
{
	char link[64];
	char folder[PATH_MAX];
	const size_t size = strlen(facts->folder);
	snprintf(link, sizeof(link), "/sys/dev/block/%.40s", numbers);
	return realpath(link, folder) != NULL &&
	       strncmp(folder, facts->folder, size) == 0 &&
	       (folder[size] == '\0' || folder[size] == '/');
}

/* Where it is mounted, or a part of it; empty: nowhere. */
static void find_mount(const struct facts *facts, char where[LINE_MOST])
{
	char line[LINE_MOST];
	FILE *file = fopen("/proc/self/mountinfo", "re");
	where[0] = '\0';
	while (file != NULL && where[0] == '\0' &&
		fgets(line, sizeof(line), file) != NULL) {
		char numbers[40];
		if (sscanf(line, "%*s %*s %39s %*s %4095s", numbers, where) !=
				2 ||
			!is_part_of(facts, numbers))
			where[0] = '\0';
	}
	if (file != NULL)
		fclose(file);
}

static bool is_swap(const struct facts *facts)
{
	char line[LINE_MOST];
	FILE *file = fopen("/proc/swaps", "re");
	bool found = false;
	while (file != NULL && !found &&
		fgets(line, sizeof(line), file) != NULL) {
		char numbers[40];
		struct stat swap;
		line[strcspn(line, " \t\n")] = '\0';
		if (stat(line, &swap) != 0 || !S_ISBLK(swap.st_mode))
			continue;
		snprintf(numbers, sizeof(numbers), "%u:%u", major(swap.st_rdev),
			minor(swap.st_rdev));
		found = is_part_of(facts, numbers);
	}
	if (file != NULL)
		fclose(file);
	return found;
}

/* Of what the kernel says before the disk is opened. */
static int judge(const char *path, const struct facts *facts)
{
	char where[LINE_MOST];
	if (has_file(facts->folder, "partition"))
		return fail(EX_USAGE, path, 0,
			"is one partition of a disk; give the whole stick "
			"(/dev/sdX)");
	find_mount(facts, where);
	if (where[0] != '\0')
		return fail(EX_NOPERM, path, 0,
			"is in use: it is mounted at %s; if it is the stick "
			"that you mean, unmount it (umount %s)",
			where, where);
	if (is_swap(facts))
		return fail(EX_NOPERM, path, 0,
			"is in use: this computer swaps to it; give a stick");
	if (!is_set(facts, "removable") && facts->usb[0] == '\0')
		return fail(EX_NOPERM, path, 0,
			"is no stick: this computer calls it a disk that is "
			"built in; look with lsblk which one the stick is");
	return is_set(facts, "ro") ? write_protected(path) : 0;
}

static int measure(struct block_device *device)
{
	int sector = 0;
	if (ioctl(device->descriptor, BLKGETSIZE64, &device->size) != 0 ||
		ioctl(device->descriptor, BLKSSZGET, &sector) != 0)
		return fail(EX_IOERR, device->path, 0, "cannot be asked: %s",
			strerror(errno));
	device->sector = (uint32_t)sector;
	if (device->size == 0 || device->sector > SECTOR_MOST_HERE)
		return fail(EX_NOINPUT, device->path, 0,
			"has no medium in it, or one that is not known; plug "
			"the stick in again");
	return 0;
}

static int say_why_not(const char *path)
{
	switch (errno) {
	case EBUSY:
		return fail(EX_NOPERM, path, 0,
			"is in use by another program; close it, and unmount "
			"the stick");
	case EROFS:
		return write_protected(path);
	case EACCES:
	case EPERM:
		return fail(EX_NOPERM, path, 0,
			"only an administrator writes sticks; begin the "
			"command with sudo");
	default:
		return fail(EX_NOINPUT, path, 0, "cannot open it: %s",
			strerror(errno));
	}
}

static void show(const char *what, const char *words)
{
	fprintf(stderr, "  %-16s %s\n", in_words(what),
		words[0] != '\0' ? words : in_words("not known"));
}

static int show_and_ask(
	const struct block_device *device, const struct facts *facts, bool yes)
{
	const struct asking asking = {
		.question = WORD_OVERWRITE_QUESTION,
		.nobody = WORD_OVERWRITE_NOBODY,
		.declined = WORD_OVERWRITE_DECLINED,
	};
	char size[VALUE_MOST], gigabytes[32];
	snprintf(gigabytes, sizeof(gigabytes), "%.1f",
		(double)device->size / 1e9);
	fill_words(size, sizeof(size), WORD_SIZE_OF_STICK,
		&(struct filling){
			.number = { device->size }, .text = { gigabytes } });
	fprintf(stderr, "\n");
	show("stick", device->path);
	show("size", size);
	show("model", facts->model);
	show("serial number", facts->serial);
	stick_show(device->descriptor);
	fprintf(stderr, "\n");
	return yes ? 0 : ask(&asking);
}

/* What was opened is what was judged. */
static bool is_same(const struct block_device *device, dev_t judged)
{
	struct stat file;
	return fstat(device->descriptor, &file) == 0 && S_ISBLK(file.st_mode) &&
	       file.st_rdev == judged;
}

int block_device_open(const char *path, bool yes, struct block_device *out)
{
	struct stat file;
	struct facts facts;
	*out = (struct block_device){ .path = path, .descriptor = -1 };
	if (stat(path, &file) != 0 || !find_facts(file.st_rdev, &facts))
		return fail(EX_NOINPUT, path, 0,
			"this computer knows no such disk; plug it in again");
	int status = judge(path, &facts);
	if (status != 0)
		return status;
	/* Exclusive: the kernel, too, says that it is in use. */
	out->descriptor = open(path, O_RDWR | O_EXCL | O_CLOEXEC);
	if (out->descriptor < 0)
		return say_why_not(path);
	status = is_same(out, file.st_rdev) ? measure(out)
					    : fail(EX_NOINPUT, path, 0,
						      "has become another disk "
						      "meanwhile; look again "
						      "which one the stick is");
	if (status == 0)
		status = show_and_ask(out, &facts, yes);
	if (status != 0)
		block_device_close(out);
	return status;
}

void block_device_close(struct block_device *device)
{
	if (device->descriptor >= 0)
		close(device->descriptor);
	device->descriptor = -1;
}

int block_device_flush(const struct block_device *device)
{
	if (fsync(device->descriptor) != 0)
		return fail(EX_IOERR, device->path, 0, "cannot write it: %s",
			strerror(errno));
	/* What is read from now on comes from the stick. */
	posix_fadvise(device->descriptor, 0, 0, POSIX_FADV_DONTNEED);
	ioctl(device->descriptor, BLKFLSBUF);
	return 0;
}

void block_device_reread(const struct block_device *device)
{
	ioctl(device->descriptor, BLKRRPART);
}
