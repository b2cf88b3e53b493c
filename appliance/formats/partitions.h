/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the partitions of a stick lie, by whichever table it has: an MBR's
 * four entries, or a GPT ("UEFI Specification", GUID Partition Table; the
 * primary one, without its checksums: what lies in a partition is judged by
 * its own). Logical partitions of an MBR are not looked for.
 */
#ifndef SANDOQ_FORMATS_PARTITIONS_H
#define SANDOQ_FORMATS_PARTITIONS_H

#include "appliance/formats/disk.h"

enum {
	PARTITIONS_MOST = 16,
	SECTOR_LEAST = 512,
	SECTOR_MOST = 4096,
};

struct partitions {
	/* Bytes of a sector; 0: an MBR, which does not say. */
	uint32_t sector;
	size_t count;
	/* In sectors, from the start of the disk. */
	struct stretch part[PARTITIONS_MOST];
};

/* No table at all is none of them: count 0. */
refusal partitions_read(struct disk *, struct partitions *out);
/* One of them in bytes; an empty stretch when it lies behind any disk. */
struct stretch partition_bytes(struct stretch part, uint32_t sector);

#endif
