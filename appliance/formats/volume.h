/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One file in the first folder of a volume of FAT16, FAT32 ("Microsoft FAT
 * Specification", 2005) or exFAT ("exFAT file system specification", 2019),
 * found and followed, never written. Strict in what leads to the file, blind
 * to all else that lies there. Every size and number is bounded before it is
 * used: a loop, a chain that is too short or too long, and one that leaves the
 * volume are refused when the file is found.
 *
 *   volume.c        which of the three it is, and the file
 *   volume_chain.c  chains of clusters and folders, which the three share
 *   volume_fat.c    FAT16 and FAT32
 *   volume_exfat.c  exFAT
 *
 * Nothing allocates. The disk is borrowed.
 */
#ifndef SANDOQ_FORMATS_VOLUME_H
#define SANDOQ_FORMATS_VOLUME_H

#include "appliance/formats/disk.h"

enum volume_kind {
	VOLUME_NONE, /* something else, or nothing */
	VOLUME_FAT16,
	VOLUME_FAT32,
	VOLUME_EXFAT,
};

struct volume {
	struct disk *disk;
	enum volume_kind kind;
	struct stretch root; /* FAT16's first folder */
	uint64_t table;	     /* offset of the FAT that is in use */
	uint64_t clusters_at;
	uint32_t clusters;
	uint32_t cluster; /* bytes of each */
	uint32_t folder;  /* first cluster of the first folder, not FAT16 */
};

struct volume_file {
	struct volume volume;
	uint64_t size; /* never 0 */
	uint32_t first;
	bool chained; /* else the clusters lie behind each other */
	/* How far the chain was followed. */
	uint32_t cluster;
	uint32_t number;
};

/*
 * What lies in this stretch, whose size may be UINT64_MAX where nobody knows.
 * Refused: one of the three that is damaged, and what people are likely to
 * bring in its place.
 */
refusal volume_open(struct disk *, struct stretch where, struct volume *out);

/*
 * The file of that short name ("SANDOQ.TAR"), which is ASCII in capitals; on
 * exFAT it may be written with small letters, too. *found is false when there
 * is none.
 */
refusal volume_find(const struct volume *, const char *name, bool *found,
	struct volume_file *out);

/*
 * Where the file's bytes from `at` on lie in one piece on the disk: 1 to
 * `most` bytes. Cheap when `at` only grows.
 */
refusal volume_file_at(
	struct volume_file *, uint64_t at, uint64_t most, struct stretch *out);

#endif
