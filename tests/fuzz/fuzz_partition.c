/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A disk's GUID partition table, as init reads it. A partition that is taken
 * for the journal's has both of its GUIDs, where the header says that it is.
 */
#include "appliance/machine/partition.h"
#include "tests/fuzz/property.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	SECTOR = 512,
	TABLE = 2 * SECTOR,
	FIRST_ENTRY_AT = SECTOR + 72,
	ENTRY_SIZE_AT = SECTOR + 84,
	ENTRY = 128,
	PARTITIONS = 5,
	DISK = TABLE + PARTITIONS * ENTRY,
};

/* Type and partition, of which the journal's differ in one byte. */
static const uint8_t type_guid[] = { 0xfc, 0xd1, 0x50, 0xca, 0xb8, 0x60, 0x8e,
	0x4b, 0x9d, 0xff, 0x53, 0x61, 0x6e, 0x64, 0x6f, 0x71 };
static const uint8_t journal_guid[] = { 0xfc, 0xd1, 0x50, 0xca, 0xb8, 0x60,
	0x8e, 0x4b, 0x9d, 0x02, 0x53, 0x61, 0x6e, 0x64, 0x6f, 0x71 };

static const uint8_t signature[] = { 'E', 'F', 'I', ' ', 'P', 'A', 'R', 'T' };

static uint8_t edit_buffer[EDITED_MOST];

/* The third of four is the journal's. */
static struct bytes valid_disk(uint8_t disk[DISK])
{
	uint8_t *entry = disk + TABLE + (size_t)2 * ENTRY;
	memset(disk, 0, DISK);
	memcpy(disk + SECTOR, signature, sizeof(signature));
	disk[FIRST_ENTRY_AT] = 2;
	disk[FIRST_ENTRY_AT + 8] = 4;
	disk[ENTRY_SIZE_AT] = ENTRY;
	memcpy(entry, type_guid, sizeof(type_guid));
	memcpy(entry + sizeof(type_guid), journal_guid, sizeof(journal_guid));
	return bytes_of(disk, DISK);
}

static uint64_t little(struct bytes disk, size_t at, size_t size)
{
	uint64_t value = 0;
	for (size_t i = size; i-- > 0;)
		value = value << 8 | disk.data[at + i];
	return value;
}

static void is_the_journal(struct bytes disk, unsigned number)
{
	const uint64_t at = little(disk, FIRST_ENTRY_AT, 8) * SECTOR +
			    (number - 1) * little(disk, ENTRY_SIZE_AT, 4);
	property(number >= 1 && number <= little(disk, FIRST_ENTRY_AT + 8, 4));
	property(at <= disk.size && disk.size - at >= 2 * sizeof(type_guid));
	property(memcmp(disk.data + at, type_guid, sizeof(type_guid)) == 0);
	property(memcmp(disk.data + at + sizeof(type_guid), journal_guid,
			 sizeof(journal_guid)) == 0);
}

static unsigned one_disk(struct bytes content)
{
	const int disk = memfd_create("disk", MFD_CLOEXEC);
	unsigned found = 0;
	property(disk >= 0 && write(disk, content.data, content.size) ==
				      (ssize_t)content.size);
	for (unsigned number = 0; number <= PARTITIONS; number++) {
		if (!partition_is_journal(disk, SECTOR, number))
			continue;
		is_the_journal(content, number);
		found |= 1U << number;
	}
	close(disk);
	return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t disk[DISK];
	const struct bytes valid = valid_disk(disk);
	const struct bytes in = bytes_of(data, size);
	if (size == 0)
		property(one_disk(valid) == 1U << 3);
	one_disk(in);
	if (size < EDITED_MOST - DISK)
		one_disk(edited(valid, in, edit_buffer));
	return 0;
}
