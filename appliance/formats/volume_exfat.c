/* SPDX-License-Identifier: Apache-2.0 */
/* exFAT: "exFAT file system specification", sections 3, 4, 6 and 7. */
#include "appliance/formats/volume_form.h"

#include <endian.h>
#include <string.h>

enum {
	BOOT_SECTORS = 11, /* behind them the sector of their checksum */
	FLAGS_AT = 106,
	PERCENT_AT = 112,
	SECTOR_SHIFT_LEAST = 9,
	SECTOR_SHIFT_MOST = 12,
	CLUSTER_SHIFT_MOST = 25,
	CLUSTERS_MOST = 0xFFFFFFF5,
	SECOND_TABLE = 0x0001,
	SET_MOST = 19, /* a file, its stream, at most 17 names */
	CHECKSUM_AT = 2,
	NAME_UNITS = 15, /* UTF-16 units of an entry */
	ENTRY_END = 0x00,
	ENTRY_FILE = 0x85,
	ENTRY_STREAM = 0xC0,
	ENTRY_NAME = 0xC1,
	FOLDER = 0x0010,
	NO_FAT_CHAIN = 0x02,
};

struct __attribute__((packed)) boot_sector {
	uint8_t jump[3];
	uint8_t name[8];
	uint8_t zero[53];
	uint64_t partition;
	uint64_t sectors;
	uint32_t table_at;
	uint32_t table;
	uint32_t clusters_at;
	uint32_t clusters;
	uint32_t root;
	uint32_t serial;
	uint16_t revision;
	uint16_t flags;
	uint8_t sector_shift;
	uint8_t cluster_shift;
	uint8_t tables;
};

struct __attribute__((packed)) file_entry {
	uint8_t type;
	uint8_t others;
	uint16_t checksum;
	uint16_t attributes;
	uint8_t unused[26];
};

struct __attribute__((packed)) stream_entry {
	uint8_t type;
	uint8_t flags;
	uint8_t reserved;
	uint8_t name_size;
	uint16_t name_hash;
	uint16_t reserved2;
	uint64_t valid;
	uint32_t reserved3;
	uint32_t first;
	uint64_t size;
};

struct __attribute__((packed)) name_entry {
	uint8_t type;
	uint8_t flags;
	uint16_t unit[NAME_UNITS];
};
_Static_assert(sizeof(struct file_entry) == FOLDER_ENTRY &&
		       sizeof(struct stream_entry) == FOLDER_ENTRY &&
		       sizeof(struct name_entry) == FOLDER_ENTRY,
	"one entry");

/* Section 3.4: of all bytes but the two that change while it is in use. */
static refusal boot_checksum(
	struct disk *disk, struct stretch boot, uint32_t *out)
{
	uint32_t sum = 0;
	for (uint64_t i = 0; i < boot.size; i++) {
		uint8_t byte;
		const refusal why =
			disk_peek(disk, boot.at + i, &byte, sizeof(byte));
		if (why != NULL)
			return why;
		if (i != FLAGS_AT && i != FLAGS_AT + 1 && i != PERCENT_AT)
			sum = (sum << 31 | sum >> 1) + byte;
	}
	*out = sum;
	return NULL;
}

static refusal boot_check(struct disk *disk, uint64_t at, uint32_t sector)
{
	const struct stretch boot = { at, (uint64_t)BOOT_SECTORS * sector };
	uint32_t sum = 0;
	uint32_t kept = 0;
	refusal why = boot_checksum(disk, boot, &sum);
	if (why == NULL)
		why = disk_peek(disk, boot.at + boot.size, &kept, sizeof(kept));
	if (why != NULL)
		return why;
	return le32toh(kept) == sum ? NULL : VOLUME_DAMAGED;
}

static bool shifts_are_sound(const struct boot_sector *boot)
{
	return boot->sector_shift >= SECTOR_SHIFT_LEAST &&
	       boot->sector_shift <= SECTOR_SHIFT_MOST &&
	       boot->sector_shift + boot->cluster_shift <= CLUSTER_SHIFT_MOST;
}

/* Tables and clusters lie within the volume, and this within its room. */
static bool layout_is_sound(const struct boot_sector *boot, uint64_t room)
{
	const uint64_t sectors = le64toh(boot->sectors);
	const uint64_t table_at = le32toh(boot->table_at);
	const uint64_t table = le32toh(boot->table);
	const uint64_t clusters_at = le32toh(boot->clusters_at);
	const uint64_t clusters = le32toh(boot->clusters);
	const unsigned tables = boot->tables;
	const uint64_t links = (table << boot->sector_shift) / sizeof(uint32_t);
	return sectors <= room >> boot->sector_shift && clusters > 0 &&
	       clusters <= CLUSTERS_MOST && (tables == 1 || tables == 2) &&
	       (tables == 2 || (le16toh(boot->flags) & SECOND_TABLE) == 0) &&
	       table_at > BOOT_SECTORS && links >= clusters + CLUSTER_FIRST &&
	       clusters_at >= table_at + table * tables &&
	       clusters_at <= sectors &&
	       clusters <= (sectors - clusters_at) >> boot->cluster_shift;
}

refusal exfat_open(const uint8_t block[DISK_BLOCK], struct stretch where,
	struct volume *out)
{
	struct boot_sector boot;
	refusal why;
	memcpy(&boot, block, sizeof(boot));
	if (memcmp(boot.name, "EXFAT   ", sizeof(boot.name)) != 0)
		return NULL;
	if (!shifts_are_sound(&boot) || !layout_is_sound(&boot, where.size))
		return VOLUME_DAMAGED;
	why = boot_check(out->disk, where.at, 1U << boot.sector_shift);
	if (why != NULL)
		return why;
	const bool second = (le16toh(boot.flags) & SECOND_TABLE) != 0;
	const uint64_t table_at =
		le32toh(boot.table_at) + (second ? le32toh(boot.table) : 0ULL);
	out->kind = VOLUME_EXFAT;
	out->table = where.at + (table_at << boot.sector_shift);
	out->clusters_at = where.at + ((uint64_t)le32toh(boot.clusters_at)
					      << boot.sector_shift);
	out->clusters = le32toh(boot.clusters);
	out->cluster = 1U << (boot.sector_shift + boot.cluster_shift);
	out->folder = le32toh(boot.root);
	return NULL;
}

/* The entries of one file, as far as they have come. */
struct set {
	struct found *found;
	size_t due; /* 0: no file is open */
	size_t count;
	uint8_t entry[SET_MOST][FOLDER_ENTRY];
};

static uint16_t set_checksum(const struct set *set)
{
	const uint8_t *byte = set->entry[0];
	uint16_t sum = 0;
	for (size_t i = 0; i < set->count * FOLDER_ENTRY; i++)
		if (i != CHECKSUM_AT && i != CHECKSUM_AT + 1)
			sum = (uint16_t)((sum << 15 | sum >> 1) + byte[i]);
	return sum;
}

static bool is_same_letter(uint16_t unit, char capital)
{
	const uint16_t small = (uint16_t)(capital | 0x20);
	return unit == (uint16_t)capital ||
	       (capital >= 'A' && capital <= 'Z' && unit == small);
}

static bool has_name(const struct set *set, const char *name)
{
	const size_t size = strlen(name);
	struct stream_entry stream;
	struct name_entry units;
	memcpy(&stream, set->entry[1], sizeof(stream));
	memcpy(&units, set->entry[2], sizeof(units));
	if (set->count < 3 || stream.type != ENTRY_STREAM ||
		units.type != ENTRY_NAME || stream.name_size != size ||
		size > NAME_UNITS)
		return false;
	for (size_t i = 0; i < size; i++)
		if (!is_same_letter(le16toh(units.unit[i]), name[i]))
			return false;
	return true;
}

/* All entries of a file are here. */
static refusal take_set(struct set *set)
{
	struct found *found = set->found;
	struct file_entry file;
	struct stream_entry stream;
	memcpy(&file, set->entry[0], sizeof(file));
	memcpy(&stream, set->entry[1], sizeof(stream));
	if (!has_name(set, found->name) ||
		(le16toh(file.attributes) & FOLDER) != 0)
		return NULL;
	if (le16toh(file.checksum) != set_checksum(set))
		return VOLUME_DAMAGED;
	if (le64toh(stream.valid) != le64toh(stream.size))
		return "the stick's file was not written to its end: copy it "
		       "again, and eject the stick before you pull it out";
	found->count++;
	found->size = le64toh(stream.size);
	found->first = le32toh(stream.first);
	found->chained = (stream.flags & NO_FAT_CHAIN) == 0;
	return NULL;
}

static refusal take_entry(
	void *context, const uint8_t entry[FOLDER_ENTRY], bool *done)
{
	struct set *set = context;
	*done = entry[0] == ENTRY_END;
	if (entry[0] == ENTRY_FILE) {
		set->count = 0;
		set->due = 1U + entry[1];
	}
	if (*done || set->due == 0 || set->due > SET_MOST)
		return NULL;
	memcpy(set->entry[set->count++], entry, FOLDER_ENTRY);
	if (set->count < set->due)
		return NULL;
	set->due = 0;
	return take_set(set);
}

refusal exfat_find(const struct volume *volume, struct found *found)
{
	struct set set = { .found = found };
	return volume_each_entry(volume, take_entry, &set);
}
