/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/volume_maker.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum {
	PARTITION_AT = 2048, /* sectors */
	FAT16_CLUSTERS = 4200,
	FAT32_CLUSTERS = 65600,
	EXFAT_CLUSTERS = 4000,
	FAT_RESERVED = 32, /* sectors */
	EXFAT_RESERVED = 128,
	ROOT_ENTRIES = 512,
	FOLDER_ENTRY = 32,
	EXFAT_BOOT = 12,
	END_16 = 0xFFFF,
	END_32 = 0x0FFFFFFF,
	APART = 2,
};

static void put(uint8_t *to, uint64_t number, size_t size)
{
	for (size_t i = 0; i < size; i++)
		to[i] = (uint8_t)(number >> (8 * i));
}

static void put_bytes(uint8_t *to, struct bytes from)
{
	memcpy(to, from.data, from.size);
}

static uint8_t *volume(const struct maker *maker)
{
	return maker->disk + maker->where.at;
}

static uint32_t link_size(const struct maker *maker)
{
	return maker->kind == VOLUME_FAT16 ? 2 : 4;
}

uint8_t *maker_cluster(const struct maker *maker, uint32_t cluster)
{
	return maker->disk + maker->clusters_at +
	       (uint64_t)(cluster - 2) * maker->cluster;
}

void maker_link(struct maker *maker, uint32_t cluster, uint32_t next)
{
	put(maker->disk + maker->table_at +
			(uint64_t)cluster * link_size(maker),
		next, link_size(maker));
}

uint8_t *maker_entry(const struct maker *maker, uint32_t number)
{
	return maker->disk + maker->root_at + (uint64_t)number * FOLDER_ENTRY;
}

static void end_chain(struct maker *maker, uint32_t cluster)
{
	static const uint32_t end[] = {
		[VOLUME_FAT16] = END_16,
		[VOLUME_FAT32] = END_32,
		[VOLUME_EXFAT] = UINT32_MAX,
	};
	maker_link(maker, cluster, end[maker->kind]);
}

/* --- file systems --- */

static void set_fat(struct maker *maker, uint64_t table, uint64_t total)
{
	uint8_t *boot = volume(maker);
	const bool is_32 = maker->kind == VOLUME_FAT32;
	put_bytes(boot, bytes_of("\xEB\x58\x90MSWIN4.1", 11));
	put(boot + 11, maker->sector, 2);
	put(boot + 13, maker->per_cluster, 1);
	put(boot + 14, FAT_RESERVED, 2);
	put(boot + 16, 2, 1);
	put(boot + 17, is_32 ? 0 : ROOT_ENTRIES, 2);
	put(boot + 19, !is_32 && total < 65536 ? total : 0, 2);
	put(boot + 21, 0xF8, 1);
	put(boot + 22, is_32 ? 0 : table, 2);
	put(boot + 32, !is_32 && total < 65536 ? 0 : total, 4);
	if (is_32) {
		put(boot + 36, table, 4);
		put(boot + 44, 2, 4);
	}
	put(boot + 510, 0xAA55, 2);
}

static void begin_fat(struct maker *maker)
{
	const bool is_32 = maker->kind == VOLUME_FAT32;
	const uint64_t bytes =
		((uint64_t)maker->clusters + 2) * link_size(maker);
	const uint64_t table = (bytes + maker->sector - 1) / maker->sector;
	const uint64_t root = FAT_RESERVED + 2 * table;
	const uint64_t folder =
		is_32 ? 0 : ROOT_ENTRIES * FOLDER_ENTRY / maker->sector;
	const uint64_t total =
		root + folder + (uint64_t)maker->clusters * maker->per_cluster;
	assert(total * maker->sector <= maker->where.size);
	maker->table_at =
		maker->where.at + (uint64_t)FAT_RESERVED * maker->sector;
	maker->clusters_at = maker->where.at + (root + folder) * maker->sector;
	maker->root_at = is_32 ? maker->clusters_at
			       : maker->where.at + root * maker->sector;
	maker->free = is_32 ? 3 : 2;
	set_fat(maker, table, total);
	/* The first two links stand for no cluster, and look like ends. */
	end_chain(maker, 0);
	end_chain(maker, 1);
	if (is_32)
		end_chain(maker, 2);
}

void maker_seal(struct maker *maker)
{
	const uint8_t *boot = volume(maker);
	const size_t size = (size_t)(EXFAT_BOOT - 1) * maker->sector;
	uint32_t sum = 0;
	for (size_t i = 0; i < size; i++)
		if (i != 106 && i != 107 && i != 112)
			sum = (sum << 31 | sum >> 1) + boot[i];
	for (size_t i = 0; i < maker->sector; i += sizeof(sum))
		put(volume(maker) + size + i, sum, sizeof(sum));
}

static unsigned shift_of(uint32_t power)
{
	return (unsigned)__builtin_ctz(power);
}

static void begin_exfat(struct maker *maker)
{
	uint8_t *boot = volume(maker);
	const uint32_t clusters =
		maker->claimed != 0 ? maker->claimed : maker->clusters;
	const uint64_t bytes = ((uint64_t)clusters + 2) * 4;
	const uint64_t table = (bytes + maker->sector - 1) / maker->sector;
	const uint64_t at = EXFAT_RESERVED + table;
	const uint64_t total = at + (uint64_t)clusters * maker->per_cluster;
	assert(maker->claimed != 0 ||
		total * maker->sector <= maker->where.size);
	put_bytes(boot, bytes_of("\xEB\x76\x90"
				 "EXFAT   ",
				11));
	put(boot + 64, maker->where.at / maker->sector, 8);
	put(boot + 72, total, 8);
	put(boot + 80, EXFAT_RESERVED, 4);
	put(boot + 84, table, 4);
	put(boot + 88, at, 4);
	put(boot + 92, clusters, 4);
	put(boot + 96, 2, 4);
	put(boot + 104, 0x0100, 2);
	put(boot + 108, shift_of(maker->sector), 1);
	put(boot + 109, shift_of(maker->per_cluster), 1);
	put(boot + 110, 1, 1);
	put(boot + 510, 0xAA55, 2);
	maker_seal(maker);
	maker->table_at =
		maker->where.at + (uint64_t)EXFAT_RESERVED * maker->sector;
	maker->clusters_at = maker->where.at + at * maker->sector;
	maker->root_at = maker->clusters_at;
	maker->free = 3;
	for (uint32_t i = 0; i <= 2; i++)
		end_chain(maker, i);
}

/* --- the disk --- */

static void set_mbr(
	struct maker *maker, uint8_t type, uint64_t first, uint64_t sectors)
{
	uint8_t *entry = maker->disk + 446;
	entry[4] = type;
	put(entry + 8, first, 4);
	put(entry + 12, sectors, 4);
	put(maker->disk + 510, 0xAA55, 2);
}

static void set_gpt(struct maker *maker, uint64_t sectors)
{
	uint8_t *header = maker->disk + maker->sector;
	uint8_t *entry = maker->disk + 2 * (size_t)maker->sector;
	put_bytes(header, bytes_of("EFI PART", 8));
	put(header + 72, 2, 8);
	put(header + 80, 128, 4);
	put(header + 84, 128, 4);
	/* Microsoft basic data. */
	put_bytes(entry + 128, bytes_of("\xA2\xA0\xD0\xEB\xE5\xB9\x33\x44\x87"
					"\xC0\x68\xB6\xB7\x26\x99"
					"\xC7",
				       16));
	put(entry + 128 + 32, PARTITION_AT, 8);
	put(entry + 128 + 40, PARTITION_AT + sectors - 1, 8);
	set_mbr(maker, 0xEE, 1, UINT32_MAX);
}

static uint32_t clusters_of(enum volume_kind kind)
{
	switch (kind) {
	case VOLUME_FAT16:
		return FAT16_CLUSTERS;
	case VOLUME_FAT32:
		return FAT32_CLUSTERS;
	default:
		return EXFAT_CLUSTERS;
	}
}

void maker_begin(struct maker *maker)
{
	const uint64_t most =
		(uint64_t)clusters_of(maker->kind) * (maker->per_cluster + 1) +
		1024 + (uint64_t)maker->claimed * 4 / maker->sector;
	maker->clusters = clusters_of(maker->kind);
	maker->cluster = maker->sector * maker->per_cluster;
	maker->entries = 0;
	maker->where.at = maker->table == TABLE_NONE
				  ? 0
				  : (uint64_t)PARTITION_AT * maker->sector;
	maker->where.size = most * maker->sector;
	maker->size = (size_t)(maker->where.at + maker->where.size);
	maker->disk = calloc(1, maker->size);
	assert(maker->disk != NULL);
	if (maker->table == TABLE_MBR)
		set_mbr(maker, 0x0C, PARTITION_AT, most);
	if (maker->table == TABLE_GPT)
		set_gpt(maker, most);
	if (maker->kind == VOLUME_EXFAT)
		begin_exfat(maker);
	else
		begin_fat(maker);
}

void maker_free(struct maker *maker)
{
	free(maker->disk);
	maker->disk = NULL;
}

/* --- files --- */

/* The i-th cluster of a file that has `count`. */
static uint32_t cluster_of(
	const struct maker *maker, uint32_t first, uint32_t count, uint32_t i)
{
	return maker->scattered ? first + APART * (count - 1 - i) : first + i;
}

/* Gives the first cluster. */
static uint32_t add_content(struct maker *maker, struct bytes content)
{
	const uint32_t count = (uint32_t)((content.size + maker->cluster - 1) /
					  maker->cluster);
	const uint32_t base = maker->free;
	for (uint32_t i = 0; i < count; i++) {
		const uint32_t now = cluster_of(maker, base, count, i);
		const size_t at = (size_t)i * maker->cluster;
		const size_t left = content.size - at;
		memcpy(maker_cluster(maker, now), content.data + at,
			left < maker->cluster ? left : maker->cluster);
		if (i + 1 < count)
			maker_link(maker, now,
				cluster_of(maker, base, count, i + 1));
		else
			end_chain(maker, now);
	}
	maker->free += count * APART + 1;
	return cluster_of(maker, base, count, 0);
}

static void add_fat_entry(struct maker *maker, const char *name,
	uint8_t attributes, uint32_t first, uint64_t size)
{
	uint8_t *entry = maker_entry(maker, maker->entries++);
	const char *dot = strchr(name, '.');
	const size_t stem = dot != NULL ? (size_t)(dot - name) : strlen(name);
	memset(entry, ' ', 11);
	put_bytes(entry, bytes_of(name, stem));
	if (dot != NULL)
		memcpy(entry + 8, dot + 1, strlen(dot + 1));
	entry[11] = attributes;
	put(entry + 20, first >> 16, 2);
	put(entry + 26, first & 0xFFFF, 2);
	put(entry + 28, size, 4);
}

static void add_exfat_set(struct maker *maker, const char *name,
	uint16_t attributes, uint32_t first, uint64_t size)
{
	uint8_t *set = maker_entry(maker, maker->entries);
	const size_t letters = strlen(name);
	const size_t names = (letters + 14) / 15;
	uint16_t sum = 0;
	set[0] = 0x85;
	set[1] = (uint8_t)(1 + names);
	put(set + 4, attributes, 2);
	set[32] = 0xC0;
	set[33] = maker->scattered ? 0x01 : 0x03;
	set[35] = (uint8_t)letters;
	put(set + 40, size, 8);
	put(set + 52, first, 4);
	put(set + 56, size, 8);
	for (size_t i = 0; i < letters; i++) {
		uint8_t *part = set + 64 + 32 * (i / 15);
		part[0] = 0xC1;
		put(part + 2 + 2 * (i % 15), (uint8_t)name[i], 2);
	}
	for (size_t i = 0; i < 32 * (2 + names); i++)
		if (i != 2 && i != 3)
			sum = (uint16_t)((sum << 15 | sum >> 1) + set[i]);
	put(set + 2, sum, 2);
	maker->entries += 2 + (uint32_t)names;
}

static void add_name(struct maker *maker, const char *name, uint8_t attributes,
	uint32_t first, uint64_t size)
{
	if (maker->kind == VOLUME_EXFAT)
		add_exfat_set(maker, name, attributes, first, size);
	else
		add_fat_entry(maker, name, attributes, first, size);
}

uint32_t maker_add(struct maker *maker, const char *name, struct bytes content)
{
	const uint32_t first =
		content.size == 0 ? 0 : add_content(maker, content);
	add_name(maker, name, 0x20, first, content.size);
	return first;
}

/* VFAT: a part of a long name, its checksum left out. */
static void add_long_name(struct maker *maker, char letter)
{
	uint8_t *entry = maker_entry(maker, maker->entries++);
	memset(entry, 0xFF, FOLDER_ENTRY);
	entry[0] = 0x41;
	put(entry + 1, (uint8_t)letter, 2);
	entry[11] = 0x0F;
	entry[12] = 0;
	put(entry + 26, 0, 2);
}

void maker_add_clutter(struct maker *maker)
{
	const struct bytes note = bytes_of_text("what was here before");
	if (maker->kind == VOLUME_EXFAT) {
		uint8_t *label = maker_entry(maker, maker->entries++);
		label[0] = 0x83;
		maker_entry(maker, maker->entries++)[0] = 0x05; /* deleted */
		maker_add(maker, "._SANDOQ.TAR", note);
		maker_add(maker, "a name of more than fifteen letters", note);
	} else {
		add_fat_entry(maker, "SANDOQ", 0x08, 0, 0);
		add_long_name(maker, 's');
		maker_add(maker, "_SANDO~1.TAR", note);
		add_fat_entry(maker, "SANDOQ.TAR", 0x20, 9, 99);
		maker_entry(maker, maker->entries - 1)[0] = 0xE5;
	}
	add_name(maker, "SANDOQ.TAR", 0x10, maker->free, 0); /* a folder */
}

refusal maker_read(void *context, uint64_t at, void *out, size_t size)
{
	const struct maker *maker = context;
	if (at > maker->size || size > maker->size - at)
		return "behind the end of the disk";
	memcpy(out, maker->disk + at, size);
	return NULL;
}
