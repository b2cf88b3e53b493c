/* SPDX-License-Identifier: Apache-2.0 */
/* FAT16 and FAT32: "Microsoft FAT Specification", sections 3 to 7. */
#include "appliance/formats/volume_form.h"

#include <endian.h>
#include <string.h>

enum {
	SIGNATURE = 0xAA55,
	CLUSTER_MOST = 65536,
	/* Fewer clusters are FAT12, and fewer than this FAT16: section 3.5. */
	FAT16_LEAST = 4085,
	FAT32_LEAST = 65525,
	FAT32_MOST = 0x0FFFFFF5,
	NO_MIRROR = 0x80, /* one of the tables is in use */
	ACTIVE = 0x0F,
	SHORT_NAME = 11,
	STEM = 8,
	ENTRY_FREE = 0xE5,
	ENTRY_END = 0x00,
	LABEL_OR_FOLDER = 0x08 | 0x10, /* long names have the label's bit */
};

struct __attribute__((packed)) boot_sector {
	uint8_t jump[3];
	uint8_t oem[8];
	uint16_t sector; /* bytes */
	uint8_t cluster; /* sectors */
	uint16_t reserved;
	uint8_t tables;
	uint16_t root_entries;
	uint16_t sectors_16;
	uint8_t media;
	uint16_t table_16; /* sectors */
	uint16_t track;
	uint16_t heads;
	uint32_t hidden;
	uint32_t sectors_32;
	/* From here on FAT32 alone. */
	uint32_t table_32;
	uint16_t flags;
	uint16_t version;
	uint32_t root;
};

struct __attribute__((packed)) entry {
	uint8_t name[SHORT_NAME];
	uint8_t attributes;
	uint8_t unused[8];
	uint16_t first_high;
	uint8_t written[4];
	uint16_t first_low;
	uint32_t size;
};
_Static_assert(sizeof(struct entry) == FOLDER_ENTRY, "one entry");

static bool is_power(uint32_t number)
{
	return number != 0 && (number & (number - 1)) == 0;
}

/* An MBR fails here, by the code where FAT has its numbers. */
static bool is_fat(const struct boot_sector *boot, const uint8_t *block)
{
	const uint32_t sector = le16toh(boot->sector);
	return block[510] == (SIGNATURE & 0xFF) &&
	       block[511] == SIGNATURE >> 8 &&
	       ((boot->jump[0] == 0xEB && boot->jump[2] == 0x90) ||
		       boot->jump[0] == 0xE9) &&
	       is_power(sector) && sector >= 512 && sector <= 4096 &&
	       is_power(boot->cluster) && boot->tables >= 1 &&
	       boot->tables <= 2;
}

/* In sectors, from the start of the volume. */
struct layout {
	uint32_t sector; /* bytes */
	uint64_t table;	 /* size of each */
	uint64_t root;	 /* where FAT16's first folder is */
	uint64_t data;
	uint64_t total;
};

static struct layout layout_of(const struct boot_sector *boot)
{
	const uint32_t sector = le16toh(boot->sector);
	const uint64_t folder =
		((uint64_t)le16toh(boot->root_entries) * FOLDER_ENTRY + sector -
			1) /
		sector;
	struct layout out = {
		.sector = sector,
		.table = le16toh(boot->table_16) != 0 ? le16toh(boot->table_16)
						      : le32toh(boot->table_32),
		.total = le16toh(boot->sectors_16) != 0
				 ? le16toh(boot->sectors_16)
				 : le32toh(boot->sectors_32),
	};
	out.root = le16toh(boot->reserved) + boot->tables * out.table;
	out.data = out.root + folder;
	return out;
}

static refusal kind_of(uint64_t clusters, enum volume_kind *out)
{
	if (clusters < FAT16_LEAST)
		return "the stick is formatted with FAT12, which this machine "
		       "does not read: format it with exFAT or FAT32";
	if (clusters > FAT32_MOST)
		return VOLUME_DAMAGED;
	*out = clusters < FAT32_LEAST ? VOLUME_FAT16 : VOLUME_FAT32;
	return NULL;
}

/* Which table is in use: the first, unless FAT32 says another. */
static unsigned table_of(const struct boot_sector *boot, enum volume_kind kind)
{
	const unsigned flags = le16toh(boot->flags);
	return kind == VOLUME_FAT32 && (flags & NO_MIRROR) != 0 ? flags & ACTIVE
								: 0;
}

static refusal layout_check(const struct boot_sector *boot,
	const struct layout *layout, uint64_t room, const struct volume *volume)
{
	const uint64_t links = (uint64_t)volume->clusters + CLUSTER_FIRST;
	const bool is_32 = volume->kind == VOLUME_FAT32;
	const uint64_t link = is_32 ? sizeof(uint32_t) : sizeof(uint16_t);
	const bool sound = le16toh(boot->reserved) > 0 &&
			   volume->cluster <= CLUSTER_MOST &&
			   layout->total <= room / layout->sector &&
			   layout->table * layout->sector / link >= links &&
			   table_of(boot, volume->kind) < boot->tables &&
			   is_32 == (le16toh(boot->root_entries) == 0) &&
			   is_32 == (le16toh(boot->table_16) == 0) &&
			   (!is_32 || le16toh(boot->version) == 0);
	return sound ? NULL : VOLUME_DAMAGED;
}

refusal fat_open(const uint8_t block[DISK_BLOCK], struct stretch where,
	struct volume *out)
{
	struct boot_sector boot;
	struct layout layout;
	refusal why;
	memcpy(&boot, block, sizeof(boot));
	if (!is_fat(&boot, block))
		return NULL;
	layout = layout_of(&boot);
	if (layout.data >= layout.total)
		return VOLUME_DAMAGED;
	const uint64_t clusters = (layout.total - layout.data) / boot.cluster;
	out->cluster = boot.cluster * layout.sector;
	out->clusters = (uint32_t)clusters;
	why = kind_of(clusters, &out->kind);
	if (why == NULL)
		why = layout_check(&boot, &layout, where.size, out);
	if (why != NULL)
		return why;
	out->table =
		where.at + (le16toh(boot.reserved) +
				   table_of(&boot, out->kind) * layout.table) *
				   layout.sector;
	out->root.at = where.at + layout.root * layout.sector;
	out->root.size = (uint64_t)le16toh(boot.root_entries) * FOLDER_ENTRY;
	out->clusters_at = where.at + layout.data * layout.sector;
	out->folder = le32toh(boot.root);
	return NULL;
}

struct search {
	struct found *found;
	bool is_16;
	uint8_t name[SHORT_NAME];
};

/* "SANDOQ.TAR" is "SANDOQ  TAR" there. */
static void set_short_name(struct search *search, const char *name)
{
	const char *dot = strchr(name, '.');
	memset(search->name, ' ', SHORT_NAME);
	for (size_t i = 0; i < STEM && name + i != dot && name[i] != '\0'; i++)
		search->name[i] = (uint8_t)name[i];
	for (size_t i = 0;
		dot != NULL && i < SHORT_NAME - STEM && dot[1 + i] != '\0'; i++)
		search->name[STEM + i] = (uint8_t)dot[1 + i];
}

static refusal take_entry(
	void *context, const uint8_t raw[FOLDER_ENTRY], bool *done)
{
	struct search *search = context;
	struct found *found = search->found;
	struct entry entry;
	memcpy(&entry, raw, sizeof(entry));
	*done = entry.name[0] == ENTRY_END;
	if (*done || entry.name[0] == ENTRY_FREE ||
		(entry.attributes & LABEL_OR_FOLDER) != 0 ||
		memcmp(entry.name, search->name, SHORT_NAME) != 0)
		return NULL;
	found->count++;
	found->size = le32toh(entry.size);
	found->first = le16toh(entry.first_low);
	if (!search->is_16)
		found->first |= (uint32_t)le16toh(entry.first_high) << 16;
	found->chained = true;
	return NULL;
}

refusal fat_find(const struct volume *volume, struct found *found)
{
	struct search search = { .found = found,
		.is_16 = volume->kind == VOLUME_FAT16 };
	set_short_name(&search, found->name);
	return volume_each_entry(volume, take_entry, &search);
}
