/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/stick_told.h"

#include "appliance/desk/common/files.h"
#include "appliance/desk/common/read_me.h"
#include "appliance/desk/common/words.h"
#include "appliance/formats/partitions.h"

#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

static json_t *checked(json_t *value)
{
	if (value == NULL)
		exit(fail(EX_OSERR, NULL, 0, "no memory is left"));
	return value;
}

static void put(json_t *told, const char *key, const char *value)
{
	json_object_set_new(told, key, checked(json_string(value)));
}

/* NULL where nothing is that the machine knows. */
static const char *name_of(struct disk *disk, struct stretch where)
{
	static const char *const name[] = {
		[VOLUME_FAT16] = "FAT16",
		[VOLUME_FAT32] = "FAT32",
		[VOLUME_EXFAT] = "exFAT",
	};
	struct volume volume;
	if (volume_open(disk, where, &volume) != NULL)
		return "another, or damaged";
	return name[volume.kind];
}

/* As the machine does, where an MBR does not say how large sectors are. */
static const char *name_of_part(
	struct disk *disk, struct stretch part, uint32_t sector)
{
	const char *name = name_of(disk,
		partition_bytes(part, sector != 0 ? sector : SECTOR_LEAST));
	if (name == NULL && sector == 0)
		name = name_of(disk, partition_bytes(part, SECTOR_MOST));
	return name != NULL ? name : "another, or none";
}

static const char *table_of(const struct partitions *parts)
{
	if (parts->sector != 0)
		return "GPT";
	return parts->count > 0 ? "MBR" : "none";
}

static void tell_volumes(struct disk *disk, json_t *told)
{
	const struct stretch all = { 0, UINT64_MAX };
	const char *whole = name_of(disk, all);
	json_t *volumes = checked(json_array());
	struct partitions parts = { 0 };
	if (whole != NULL)
		json_array_append_new(volumes, checked(json_string(whole)));
	else if (partitions_read(disk, &parts) != NULL)
		parts.count = 0;
	put(told, "table", table_of(&parts));
	for (size_t i = 0; i < parts.count; i++)
		json_array_append_new(
			volumes, checked(json_string(name_of_part(
					 disk, parts.part[i], parts.sector))));
	json_object_set_new(told, "volumes", volumes);
}

static void tell_file(const struct stick *stick, json_t *told)
{
	static const char *const name[] = {
		[STICK_RAW] = "none: the archive lies there as it is",
		[STICK_FILE] = STICK_ARCHIVE,
		[STICK_FILE_FOR_OUT] = STICK_OUTBOX,
	};
	put(told, "file", name[stick->form]);
	if (stick->form != STICK_RAW)
		json_object_set_new(told, "size",
			checked(json_integer((json_int_t)stick->file.size)));
}

static void tell_label(struct stick_file *file, json_t *told,
	const struct courier_row **kind, uint64_t *capacity, refusal *label)
{
	*label = stick_file_label(file, kind, capacity);
	if (*label != NULL)
		return;
	put(told, "kind", (*kind)->word);
	put(told, "what", read_me_what((*kind)->kind));
}

json_t *stick_told(struct stick_file *file, refusal found,
	const struct courier_row **kind, uint64_t *capacity, refusal *label)
{
	json_t *told = checked(json_object());
	*label = found;
	if (found != NULL || file->stick.form != STICK_RAW)
		tell_volumes(&file->stick.disk, told);
	if (found == NULL) {
		tell_file(&file->stick, told);
		tell_label(file, told, kind, capacity, label);
	}
	return told;
}

static void show(const char *what, const char *words)
{
	if (words != NULL)
		fprintf(stderr, "  %-16s %s\n", in_words(what),
			in_words(words));
}

void stick_show(int descriptor)
{
	struct stick_file file;
	const struct courier_row *kind;
	uint64_t capacity;
	refusal label;
	size_t index;
	json_t *volume;
	const refusal found = stick_file_look(descriptor, "", &file);
	json_t *told = stick_told(&file, found, &kind, &capacity, &label);
	show("partition table",
		json_string_value(json_object_get(told, "table")));
	json_array_foreach(json_object_get(told, "volumes"), index, volume)
	{
		show("file system", json_string_value(volume));
	}
	show("for the machine",
		json_string_value(json_object_get(told, "what")));
	json_decref(told);
}
