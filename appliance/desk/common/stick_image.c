/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/stick_image.h"

#include "appliance/desk/common/files.h"
#include "appliance/desk/common/read_me.h"
#include "appliance/desk/common/stick_file.h"
#include "appliance/desk/common/tool.h"
#include "appliance/formats/crypto.h"
#include "appliance/formats/mbr.h"

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#define MIB (UINT64_C(1) << 20)
/* As much as Windows formats with FAT32, and quickly written. */
#define PARTITION_MOST (UINT64_C(32) << 30)
#define FILE_MOST UINT64_C(0xFFFFFFFF)

enum {
	CLUSTERS_LEAST = 65600, /* fewer are not FAT32 */
	TABLES_SHARE = 64,	/* two links of 4 bytes for 512 bytes */
	CHUNK_SIZE = 65536,
	WORD_MOST = 64,
};

static uint64_t partition_of(const struct stick_image *image)
{
	const uint64_t all =
		image->size > STICK_IMAGE_START
			? (image->size - STICK_IMAGE_START) / MIB * MIB
			: 0;
	return all < PARTITION_MOST ? all : PARTITION_MOST;
}

uint64_t stick_image_enough(uint64_t archive_size)
{
	const uint64_t room = archive_size + archive_size / 32;
	return (room + 64 * MIB + MIB - 1) / MIB * MIB;
}

static int size_check(const struct stick_image *image, uint64_t archive)
{
	const uint64_t partition = partition_of(image);
	const uint64_t tables = partition / TABLES_SHARE + MIB;
	/* Each cluster has a link in two tables. */
	const uint64_t least =
		(uint64_t)CLUSTERS_LEAST * (image->sector + 8) + MIB;
	if (archive > FILE_MOST)
		return fail(EX_DATAERR, image->path, 0,
			"no file on a stick of FAT32 is as large as this "
			"archive; bring its boxes on several sticks");
	if (partition < least || partition - tables < archive)
		return fail(EX_DATAERR, image->path, 0,
			"is too small for the archive, or for FAT32; take a "
			"larger stick");
	return 0;
}

static const char *descriptor_word(char word[WORD_MOST], int descriptor)
{
	snprintf(word, WORD_MOST, TOOL_DESCRIPTOR, descriptor);
	return word;
}

static const char *number_word(char word[WORD_MOST], uint64_t number)
{
	snprintf(word, WORD_MOST, "%llu", (unsigned long long)number);
	return word;
}

static int format(const struct stick_image *image)
{
	char target[WORD_MOST], sector[WORD_MOST], start[WORD_MOST];
	char offset[WORD_MOST], blocks[WORD_MOST];
	const uint64_t first = STICK_IMAGE_START / image->sector;
	snprintf(offset, sizeof(offset), "--offset=%llu",
		(unsigned long long)first);
	const char *const words[] = { "mkfs.vfat", "-F", "32", "-n", "SANDOQ",
		"-S", number_word(sector, image->sector), "-h",
		number_word(start, first), "--mbr=n", offset,
		descriptor_word(target, image->descriptor),
		number_word(blocks, partition_of(image) / 1024), NULL };
	return tool_run(words, "dosfstools", &image->descriptor, 1);
}

static int copy_in(const struct stick_image *image, int from, const char *name)
{
	char where[WORD_MOST], source[WORD_MOST], target[WORD_MOST];
	const int keep[] = { image->descriptor, from };
	snprintf(where, sizeof(where), TOOL_DESCRIPTOR "@@%d",
		image->descriptor, STICK_IMAGE_START);
	snprintf(target, sizeof(target), "::%s", name);
	const char *const words[] = { "mcopy", "-i", where,
		descriptor_word(source, from), target, NULL };
	return tool_run(words, "mtools", keep, 2);
}

static const char *file_of(enum courier_kind kind)
{
	return kind == COURIER_OUTBOX ? STICK_OUTBOX : STICK_ARCHIVE;
}

static int copy_read_me(const struct stick_image *image)
{
	uint8_t space[READ_ME_MOST];
	struct writer text = writer_of(space, sizeof(space));
	const int file = memfd_create(READ_ME, MFD_CLOEXEC);
	if (file < 0)
		return fail(EX_OSERR, NULL, 0, "no memory is left");
	write_read_me(&text, image->kind, file_of(image->kind));
	int status = descriptor_write(file, READ_ME, written(&text));
	if (status == 0)
		status = copy_in(image, file, READ_ME);
	close(file);
	return status;
}

static struct mbr mbr_of(const struct stick_image *image)
{
	static const uint8_t no_cylinders[] = { 0xFE, 0xFF, 0xFF };
	struct mbr mbr = { .signature = htole16(MBR_SIGNATURE) };
	struct mbr_entry *entry = &mbr.entry[0];
	random_bytes(mbr.disk, sizeof(mbr.disk));
	entry->type = MBR_TYPE_FAT32;
	memcpy(entry->first_chs, no_cylinders, sizeof(no_cylinders));
	memcpy(entry->last_chs, no_cylinders, sizeof(no_cylinders));
	entry->first = htole32(STICK_IMAGE_START / image->sector);
	entry->sectors =
		htole32((uint32_t)(partition_of(image) / image->sector));
	return mbr;
}

static int write_mbr(const struct stick_image *image)
{
	const struct mbr mbr = mbr_of(image);
	return pwrite(image->descriptor, &mbr, sizeof(mbr), 0) == sizeof(mbr)
		       ? 0
		       : fail(EX_IOERR, image->path, 0, "cannot write it: %s",
				 strerror(errno));
}

static int compare(const struct stick_image *image, struct stick_file *stick)
{
	uint8_t wanted[CHUNK_SIZE], got[CHUNK_SIZE];
	uint64_t at = 0;
	ssize_t size;
	while ((size = pread(image->archive, wanted, sizeof(wanted),
			(off_t)at)) > 0) {
		const int status = stick_file_say(
			stick, stick_file_read(stick, at, got, (size_t)size));
		if (status != 0)
			return status;
		if (memcmp(wanted, got, (size_t)size) != 0)
			return fail(EX_IOERR, image->path, 0,
				"does not give back what was written; it is "
				"broken, or pretends to be larger than it is: "
				"take another");
		at += (uint64_t)size;
	}
	return size == 0 && at == stick->stick.file.size
		       ? 0
		       : fail(EX_IOERR, image->path, 0,
				 "the archive changed while it was copied; "
				 "pack it again");
}

int stick_image_check(const struct stick_image *image, int stick, uint64_t *end)
{
	const enum stick_form form =
		image->kind == COURIER_OUTBOX ? STICK_FILE_FOR_OUT : STICK_FILE;
	struct stick_file file;
	struct stretch stretch;
	refusal why = stick_file_look(stick, image->path, &file);
	if (why == NULL && file.stick.form != form)
		why = "another file was found on it than was written";
	if (why == NULL)
		why = stick_stretch(&file.stick, &stretch);
	if (why != NULL)
		return stick_file_say(&file, why);
	*end = stretch.at + stretch.size;
	return compare(image, &file);
}

/* It was copied before the archive, and so lies in front of it. */
static int check_read_me(const struct stick_image *image)
{
	struct stick_file file;
	struct volume_file text;
	struct stretch stretch;
	bool found = false;
	refusal why = stick_file_look(image->descriptor, image->path, &file);
	if (why == NULL)
		why = volume_find(
			&file.stick.file.volume, READ_ME_SHORT, &found, &text);
	if (why == NULL && found)
		why = volume_file_at(&text, 0, text.size, &stretch);
	if (why == NULL && (!found || stretch.size != text.size ||
				   stretch.at + stretch.size > image->used))
		why = "its files do not lie where mcopy puts them";
	return stick_file_say(&file, why);
}

static int fill(struct stick_image *image)
{
	int status = format(image);
	if (status == 0)
		status = copy_read_me(image);
	if (status == 0)
		status = copy_in(image, image->archive, file_of(image->kind));
	if (status == 0)
		status = write_mbr(image);
	if (status == 0)
		status = stick_image_check(
			image, image->descriptor, &image->used);
	return status != 0 ? status : check_read_me(image);
}

int stick_image_make(struct stick_image *image)
{
	const off_t size = (off_t)(STICK_IMAGE_START + partition_of(image));
	struct stat archive;
	if (fstat(image->archive, &archive) != 0)
		return fail(EX_IOERR, NULL, 0, "cannot read the archive: %s",
			strerror(errno));
	const int status = size_check(image, (uint64_t)archive.st_size);
	if (status != 0)
		return status;
	if (ftruncate(image->descriptor, size) != 0)
		return fail(EX_IOERR, image->path, 0, "cannot write it: %s",
			strerror(errno));
	return fill(image);
}
