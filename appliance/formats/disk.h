/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A disk as those see it who find a file on it: bytes at offsets. How they
 * are read is the callback's; nothing here knows a descriptor. All numbers of
 * partition tables and file systems are little-endian.
 */
#ifndef SANDOQ_FORMATS_DISK_H
#define SANDOQ_FORMATS_DISK_H

#include "appliance/formats/bytes.h"

/* What every disk can be read in, and every structure on it begins at. */
enum { DISK_BLOCK = 512 };

/* Exactly `size` bytes, or why not. */
typedef refusal disk_reader(void *context, uint64_t at, void *out, size_t size);

struct disk {
	disk_reader *read;
	void *context; /* the reader's, borrowed */
	/* The block that was looked at last. */
	bool holds;
	uint64_t held;
	uint8_t block[DISK_BLOCK];
};

/* A stretch of a disk, in bytes. */
struct stretch {
	uint64_t at;
	uint64_t size;
};

struct disk disk_of(disk_reader *, void *context);
refusal disk_read(struct disk *, uint64_t at, void *out, size_t size);
/* Of one block, which stays at hand: for tables that are read bit by bit. */
refusal disk_peek(struct disk *, uint64_t at, void *out, size_t size);

#endif
