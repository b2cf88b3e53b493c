/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/record/stick.h"

#include "appliance/formats/partitions.h"

#include <string.h>

enum { USTAR_MAGIC_AT = 257 };

/* What is found while the volumes of a stick are looked at. */
struct look {
	struct stick *out;
	size_t volumes;
	size_t files;
	refusal damage; /* of the first volume that has one */
};

static bool is_archive(const uint8_t block[DISK_BLOCK])
{
	return memcmp(block + USTAR_MAGIC_AT, "ustar\00000", 8) == 0;
}

static refusal look_for(struct look *look, const struct volume *volume,
	const char *name, enum stick_form form)
{
	struct volume_file file;
	bool found;
	const refusal why = volume_find(volume, name, &found, &file);
	if (!found)
		return why;
	look->files++;
	look->out->form = form;
	look->out->file = file;
	return why;
}

/* A file that was found, and is damaged, is no reason to take another. */
static refusal look_at(struct look *look, struct stretch where, bool *is_one)
{
	const size_t before = look->files;
	struct volume volume;
	refusal why = volume_open(&look->out->disk, where, &volume);
	*is_one = why != NULL || volume.kind != VOLUME_NONE;
	if (why == NULL && volume.kind != VOLUME_NONE) {
		look->volumes++;
		why = look_for(look, &volume, STICK_ARCHIVE, STICK_FILE);
		if (why == NULL)
			why = look_for(look, &volume, STICK_OUTBOX,
				STICK_FILE_FOR_OUT);
	}
	if (look->damage == NULL)
		look->damage = why;
	return look->files > before ? why : NULL;
}

/*
 * An MBR counts in sectors, and does not say of what size. Where the second
 * guess leads to no volume, what stands there says nothing.
 */
static refusal look_at_sectors(struct look *look, struct stretch part)
{
	bool is_one;
	refusal damage;
	refusal why =
		look_at(look, partition_bytes(part, SECTOR_LEAST), &is_one);
	if (why != NULL || is_one)
		return why;
	damage = look->damage;
	const size_t volumes = look->volumes;
	why = look_at(look, partition_bytes(part, SECTOR_MOST), &is_one);
	if (look->volumes == volumes)
		look->damage = damage;
	return why;
}

static refusal look_at_part(
	struct look *look, struct stretch part, uint32_t sector)
{
	bool is_one;
	return sector == 0
		       ? look_at_sectors(look, part)
		       : look_at(look, partition_bytes(part, sector), &is_one);
}

static refusal look_at_parts(struct look *look)
{
	struct partitions parts;
	refusal why = partitions_read(&look->out->disk, &parts);
	for (size_t i = 0; why == NULL && look->files <= 1 && i < parts.count;
		i++)
		why = look_at_part(look, parts.part[i], parts.sector);
	return why;
}

static refusal judge(const struct look *look)
{
	if (look->files > 1)
		return "more than one file on it could be meant: leave one "
		       "alone, " STICK_ARCHIVE " or " STICK_OUTBOX;
	if (look->files == 1)
		return NULL;
	if (look->damage != NULL)
		return look->damage;
	if (look->volumes > 0)
		return "there is no file " STICK_ARCHIVE " in its first "
		       "folder: bring the stick that was packed for this "
		       "machine";
	return "it is empty, or formatted in a way that this machine does not "
	       "read: bring the stick that was packed for it, or format this "
	       "one with exFAT or FAT32 and pack it";
}

static refusal find_file(struct stick *out)
{
	const struct stretch all = { 0, UINT64_MAX };
	struct look look = { .out = out };
	bool is_one;
	refusal why = look_at(&look, all, &is_one);
	if (why == NULL && !is_one)
		why = look_at_parts(&look);
	return why != NULL ? why : judge(&look);
}

refusal stick_open(disk_reader *read, void *context, struct stick *out)
{
	uint8_t block[DISK_BLOCK];
	*out = (struct stick){ .disk = disk_of(read, context) };
	const refusal why = disk_peek(&out->disk, 0, block, sizeof(block));
	if (why != NULL)
		return why;
	return is_archive(block) ? NULL : find_file(out);
}

refusal stick_read(struct stick *stick, uint64_t at, void *out, size_t size)
{
	uint8_t *to = out;
	if (stick->form == STICK_RAW)
		return disk_read(&stick->disk, at, out, size);
	while (size > 0) {
		struct stretch run;
		refusal why = volume_file_at(&stick->file, at, size, &run);
		if (why == NULL)
			why = disk_read(
				&stick->disk, run.at, to, (size_t)run.size);
		if (why != NULL)
			return why;
		to += run.size;
		at += run.size;
		size -= (size_t)run.size;
	}
	return NULL;
}

refusal stick_stretch(struct stick *stick, struct stretch *out)
{
	refusal why;
	*out = (struct stretch){ 0, INT64_MAX };
	if (stick->form == STICK_RAW)
		return NULL;
	why = volume_file_at(&stick->file, 0, stick->file.size, out);
	if (why == NULL && out->size < stick->file.size)
		why = "its file " STICK_OUTBOX " lies in more than one piece, "
		      "and so cannot be written safely: pack the outbox anew";
	return why;
}

static refusal form_check(
	enum stick_form form, enum courier_kind kind, bool has_size)
{
	if (form == STICK_FILE && kind == COURIER_OUTBOX)
		return "its file " STICK_ARCHIVE " is an outbox: pack the "
		       "outbox anew";
	if (form == STICK_FILE_FOR_OUT && (kind != COURIER_OUTBOX || !has_size))
		return "its file " STICK_OUTBOX " is no outbox that was "
		       "packed for this machine: pack the outbox anew";
	return NULL;
}

refusal stick_fits(struct stick *stick, const struct courier_row *row,
	uint64_t size, struct stretch *room)
{
	refusal why = form_check(stick->form, row->kind, size != 0);
	*room = (struct stretch){ 0 };
	if (why == NULL && row->kind == COURIER_OUTBOX)
		why = stick_stretch(stick, room);
	if (why == NULL && size != 0 && size != room->size)
		why = "it has another size than the desk gave it: pack the "
		      "outbox anew";
	return why;
}
