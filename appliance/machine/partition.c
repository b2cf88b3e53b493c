/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/machine/partition.h"

#include <endian.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

enum { GUID_SIZE = 16 };

struct __attribute__((packed)) header {
	uint8_t signature[8];
	uint8_t unused[64];
	uint64_t first_entry; /* sector; all numbers are little-endian */
	uint32_t entries;
	uint32_t entry_size;
};

struct __attribute__((packed)) entry {
	uint8_t type[GUID_SIZE];
	uint8_t partition[GUID_SIZE];
};

/* ca50d1fc-60b8-4b8e-9dff-53616e646f71, ca50d1fc-60b8-4b8e-9d02-... */
static const struct entry journal = {
	.type = { 0xfc, 0xd1, 0x50, 0xca, 0xb8, 0x60, 0x8e, 0x4b, 0x9d, 0xff,
		0x53, 0x61, 0x6e, 0x64, 0x6f, 0x71 },
	.partition = { 0xfc, 0xd1, 0x50, 0xca, 0xb8, 0x60, 0x8e, 0x4b, 0x9d,
		0x02, 0x53, 0x61, 0x6e, 0x64, 0x6f, 0x71 },
};

static bool read_at(int disk, uint64_t offset, void *out, size_t size)
{
	return offset <= INT64_MAX &&
	       pread(disk, out, size, (off_t)offset) == (ssize_t)size;
}

bool partition_is_journal(int disk, size_t sector, unsigned number)
{
	struct header header;
	struct entry entry;
	uint64_t offset;
	if (!read_at(disk, sector, &header, sizeof(header)) ||
		memcmp(header.signature, "EFI PART", 8) != 0 || number < 1 ||
		number > le32toh(header.entries) ||
		__builtin_mul_overflow(
			le64toh(header.first_entry), sector, &offset) ||
		__builtin_add_overflow(offset,
			(uint64_t)(number - 1) * le32toh(header.entry_size),
			&offset))
		return false;
	return read_at(disk, offset, &entry, sizeof(entry)) &&
	       memcmp(&entry, &journal, sizeof(entry)) == 0;
}
