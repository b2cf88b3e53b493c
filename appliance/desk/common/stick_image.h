/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The image of a stick with an archive on it, as people's computers show it:
 * an MBR, one partition of FAT32 with the label SANDOQ, in it READ-ME.txt and
 * the archive. mkfs.vfat and mcopy make it; they see two descriptors and
 * nothing else, and what they made is read back before anybody gets it.
 */
#ifndef SANDOQ_DESK_COMMON_STICK_IMAGE_H
#define SANDOQ_DESK_COMMON_STICK_IMAGE_H

#include "appliance/record/courier.h"

struct stick_image {
	const char *path; /* for messages: where the stick will be */
	int descriptor;	  /* of the image, empty and open for both */
	uint64_t size;	  /* of the stick, in bytes */
	uint32_t sector;
	int archive; /* open for reading */
	enum courier_kind kind;
	/* Made: behind this nothing of the image counts. */
	uint64_t used;
};

enum { STICK_IMAGE_START = 1024 * 1024 };

/* How large a stick is enough, of sectors of 512 bytes. */
uint64_t stick_image_enough(uint64_t archive_size);
/* 0, or a status of sysexits.h after printing what is wrong. */
int stick_image_make(struct stick_image *);
/*
 * Whether the archive lies there, byte for byte, as the machine will read it:
 * `stick` is the image, or the stick that it was written to.
 */
int stick_image_check(const struct stick_image *, int stick, uint64_t *end);

#endif
