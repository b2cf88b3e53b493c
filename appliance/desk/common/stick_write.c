/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/stick_write.h"

#include "appliance/desk/common/files.h"
#include "appliance/desk/common/report.h"
#include "appliance/desk/common/stick_image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

enum {
	IMAGE_SECTOR = 512,
	CHUNK_SIZE = 1024 * 1024,
};

int stick_target_open(const char *path, bool yes, struct stick_target *out)
{
	struct stat file;
	*out = (struct stick_target){ .path = path, .device.descriptor = -1 };
	int status = output_check(path);
	if (status != 0)
		return status;
	out->is_device = is_block_device(path);
	if (out->is_device)
		return block_device_open(path, yes, &out->device);
	if (stat(path, &file) == 0 && !S_ISREG(file.st_mode))
		return fail(EX_USAGE, path, 0,
			"is neither a stick nor a file; give a stick "
			"(/dev/sdX), or the name of an image");
	return 0;
}

void stick_target_close(struct stick_target *target)
{
	block_device_close(&target->device);
}

static int cannot(const char *what, const char *path)
{
	return fail(
		EX_IOERR, path, 0, "cannot %s it: %s", what, strerror(errno));
}

static int write_at(const struct block_device *device, const uint8_t *from,
	size_t size, uint64_t at)
{
	while (size > 0) {
		const ssize_t put =
			pwrite(device->descriptor, from, size, (off_t)at);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return cannot("write", device->path);
		from += put;
		at += (uint64_t)put;
		size -= (size_t)put;
	}
	return 0;
}

static int read_at(
	int descriptor, const char *path, uint8_t *to, size_t size, uint64_t at)
{
	while (size > 0) {
		const ssize_t got = pread(descriptor, to, size, (off_t)at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0)
			errno = EIO;
		if (got <= 0)
			return cannot("read", path);
		to += got;
		at += (uint64_t)got;
		size -= (size_t)got;
	}
	return 0;
}

/*
 * Both ends, where there can be partition tables: if it is pulled out from now
 * on until all is written, it is an empty stick.
 */
static int wipe_ends(const struct block_device *device, uint8_t *chunk)
{
	memset(chunk, 0, CHUNK_SIZE);
	int status = write_at(device, chunk, CHUNK_SIZE, 0);
	if (status == 0)
		status = write_at(
			device, chunk, CHUNK_SIZE, device->size - CHUNK_SIZE);
	if (status == 0)
		status = block_device_flush(device);
	return status;
}

static int copy_chunk(const struct stick_image *image,
	const struct block_device *device, uint64_t at, uint8_t *chunk)
{
	const uint64_t left = image->used - at;
	const size_t size = left < CHUNK_SIZE ? (size_t)left : CHUNK_SIZE;
	const int status =
		read_at(image->descriptor, image->path, chunk, size, at);
	return status != 0 ? status : write_at(device, chunk, size, at);
}

/* The first piece, which has the partition table, comes last. */
static int copy_image(const struct stick_image *image,
	const struct block_device *device, uint8_t *chunk)
{
	struct progress progress =
		progress_begin("writing, MiB", image->used / CHUNK_SIZE);
	int status = wipe_ends(device, chunk);
	for (uint64_t at = CHUNK_SIZE; at < image->used && status == 0;
		at += CHUNK_SIZE) {
		progress_show(&progress, at / CHUNK_SIZE);
		status = copy_chunk(image, device, at, chunk);
	}
	if (status == 0)
		status = block_device_flush(device);
	if (status == 0)
		status = copy_chunk(image, device, 0, chunk);
	if (status == 0)
		status = block_device_flush(device);
	progress_end(&progress);
	return status;
}

static int same_chunk(const struct stick_image *image,
	const struct block_device *device, uint64_t at, uint8_t *chunk)
{
	const uint64_t left = image->used - at;
	const size_t size = left < CHUNK_SIZE ? (size_t)left : CHUNK_SIZE;
	int status = read_at(image->descriptor, image->path, chunk, size, at);
	if (status == 0)
		status = read_at(device->descriptor, device->path,
			chunk + CHUNK_SIZE, size, at);
	if (status == 0 && memcmp(chunk, chunk + CHUNK_SIZE, size) != 0)
		status = fail(EX_IOERR, device->path, 0,
			"does not give back what was written; it is broken, "
			"or pretends to be larger than it is: take another");
	return status;
}

static int read_back(const struct stick_image *image,
	const struct block_device *device, uint8_t *chunk)
{
	struct progress progress =
		progress_begin("reading back, MiB", image->used / CHUNK_SIZE);
	uint64_t end;
	int status = 0;
	for (uint64_t at = 0; at < image->used && status == 0;
		at += CHUNK_SIZE) {
		progress_show(&progress, at / CHUNK_SIZE);
		status = same_chunk(image, device, at, chunk);
	}
	progress_end(&progress);
	return status != 0 ? status
			   : stick_image_check(image, device->descriptor, &end);
}

static int write_device(
	const struct stick_image *image, const struct block_device *device)
{
	uint8_t *chunk = malloc(2 * (size_t)CHUNK_SIZE);
	if (chunk == NULL)
		return fail(EX_OSERR, NULL, 0, "no memory is left");
	int status = copy_image(image, device, chunk);
	if (status == 0)
		status = read_back(image, device, chunk);
	if (status == 0)
		block_device_reread(device);
	free(chunk);
	return status;
}

/* The image is made where the archive is, and goes when this process does. */
static int write_to_device(
	const struct stick_target *target, struct stick_image *image)
{
	struct new_file file;
	int status = new_file_begin(&file, image->path);
	if (status != 0)
		return status;
	unlink(file.beside);
	image->path = target->path;
	image->descriptor = file.descriptor;
	image->size = target->device.size;
	image->sector = target->device.sector;
	status = stick_image_make(image);
	if (status == 0)
		status = write_device(image, &target->device);
	new_file_drop(&file);
	return status;
}

static int write_to_file(
	const struct stick_target *target, struct stick_image *image)
{
	struct stat archive;
	struct new_file file;
	if (fstat(image->archive, &archive) != 0)
		return cannot("read", image->path);
	int status = new_file_begin(&file, target->path);
	if (status != 0)
		return status;
	image->path = target->path;
	image->descriptor = file.descriptor;
	image->size = stick_image_enough((uint64_t)archive.st_size);
	image->sector = IMAGE_SECTOR;
	return new_file_end(&file, stick_image_make(image), 0644);
}

int stick_target_write(struct stick_target *target, const char *archive,
	enum courier_kind kind)
{
	struct stick_image image = {
		.path = archive,
		.archive = open(archive, O_RDONLY | O_CLOEXEC),
		.kind = kind,
	};
	if (image.archive < 0)
		return cannot("open", archive);
	const int status = target->is_device ? write_to_device(target, &image)
					     : write_to_file(target, &image);
	close(image.archive);
	return status;
}
