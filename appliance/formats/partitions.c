/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/formats/partitions.h"

#include "appliance/formats/mbr.h"

#include <endian.h>
#include <string.h>

enum {
	GUID_SIZE = 16,
	GPT_ENTRY_LEAST = 128,
	GPT_ENTRIES_MOST = 1024,
};

struct __attribute__((packed)) gpt_header {
	uint8_t signature[8];
	uint8_t unused[64];
	uint64_t first_entry; /* sector */
	uint32_t entries;
	uint32_t entry_size;
};

struct __attribute__((packed)) gpt_entry {
	uint8_t type[GUID_SIZE];
	uint8_t partition[GUID_SIZE];
	uint64_t first;
	uint64_t last;
};

static refusal add(struct partitions *out, uint64_t first, uint64_t sectors)
{
	if (out->count == PARTITIONS_MOST)
		return "the stick has too many partitions: format it anew, "
		       "with one";
	out->part[out->count++] = (struct stretch){ first, sectors };
	return NULL;
}

static refusal take_gpt_entry(
	struct disk *disk, uint64_t at, struct partitions *out)
{
	static const uint8_t none[GUID_SIZE];
	struct gpt_entry entry;
	const refusal why = disk_peek(disk, at, &entry, sizeof(entry));
	if (why != NULL || memcmp(entry.type, none, GUID_SIZE) == 0)
		return why;
	const uint64_t first = le64toh(entry.first);
	const uint64_t last = le64toh(entry.last);
	if (first == 0 || last < first || last - first == UINT64_MAX)
		return "the stick's partition table is damaged: format it "
		       "anew";
	return add(out, first, last - first + 1);
}

/* The header lies in the second sector, and so tells how large sectors are. */
static refusal find_gpt(
	struct disk *disk, struct gpt_header *header, uint32_t *sector)
{
	for (*sector = SECTOR_LEAST; *sector <= SECTOR_MOST; *sector *= 2) {
		const refusal why =
			disk_peek(disk, *sector, header, sizeof(*header));
		if (why != NULL ||
			memcmp(header->signature, "EFI PART", 8) == 0)
			return why;
	}
	return "the stick has no GPT where its first sector says so: format "
	       "it anew";
}

static refusal read_gpt(struct disk *disk, struct partitions *out)
{
	struct gpt_header header;
	refusal why = find_gpt(disk, &header, &out->sector);
	if (why != NULL)
		return why;
	const uint64_t first = le64toh(header.first_entry);
	const uint32_t size = le32toh(header.entry_size);
	const uint32_t entries = le32toh(header.entries);
	if (size < GPT_ENTRY_LEAST || (size & (size - 1)) != 0 ||
		entries > GPT_ENTRIES_MOST || first > UINT32_MAX)
		return "the stick's partition table is damaged: format it "
		       "anew";
	for (uint32_t i = 0; i < entries && why == NULL; i++)
		why = take_gpt_entry(
			disk, first * out->sector + (uint64_t)i * size, out);
	return why;
}

static bool has_type(const struct mbr *mbr, uint8_t type)
{
	for (size_t i = 0; i < MBR_ENTRIES; i++)
		if (mbr->entry[i].type == type)
			return true;
	return false;
}

static refusal read_mbr(const struct mbr *mbr, struct partitions *out)
{
	refusal why = NULL;
	for (size_t i = 0; i < MBR_ENTRIES && why == NULL; i++) {
		const struct mbr_entry *entry = &mbr->entry[i];
		if (entry->type != MBR_TYPE_NONE && entry->first != 0 &&
			entry->sectors != 0)
			why = add(out, le32toh(entry->first),
				le32toh(entry->sectors));
	}
	return why;
}

refusal partitions_read(struct disk *disk, struct partitions *out)
{
	struct mbr mbr;
	const refusal why = disk_peek(disk, 0, &mbr, sizeof(mbr));
	*out = (struct partitions){ 0 };
	if (why != NULL || le16toh(mbr.signature) != MBR_SIGNATURE)
		return why;
	return has_type(&mbr, MBR_TYPE_GPT) ? read_gpt(disk, out)
					    : read_mbr(&mbr, out);
}

struct stretch partition_bytes(struct stretch part, uint32_t sector)
{
	struct stretch bytes = { 0 };
	if (__builtin_mul_overflow(part.at, sector, &bytes.at) ||
		__builtin_mul_overflow(part.size, sector, &bytes.size))
		bytes = (struct stretch){ 0 };
	return bytes;
}
