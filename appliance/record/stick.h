/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where on a stick the courier archive lies (docs/protocols/courier.md): at
 * the start of the disk itself, or in one file of a volume of FAT16, FAT32 or
 * exFAT, on a disk with or without partitions. Pure: the caller's callback
 * reads.
 */
#ifndef SANDOQ_RECORD_STICK_H
#define SANDOQ_RECORD_STICK_H

#include "appliance/formats/disk.h"
#include "appliance/formats/volume.h"
#include "appliance/record/courier.h"

/* What is brought, and what the machine may write into. */
#define STICK_ARCHIVE "SANDOQ.TAR"
#define STICK_OUTBOX "OUTBOX.TAR"

enum stick_form {
	STICK_RAW,
	STICK_FILE,
	STICK_FILE_FOR_OUT,
};

/* Holds its own disk: not to be copied. */
struct stick {
	struct disk disk;
	enum stick_form form;
	struct volume_file file;
};

/* Refused: no such file, or more than one, or a volume that is damaged. */
refusal stick_open(disk_reader *, void *context, struct stick *out);
/* The archive's bytes. */
refusal stick_read(struct stick *, uint64_t at, void *out, size_t size);
/*
 * Where the archive lies: what an outbox may be written in. Refused: a file
 * in more than one piece. Of a raw stick nobody knows the size: INT64_MAX.
 */
refusal stick_stretch(struct stick *, struct stretch *out);
/*
 * Whether a medium of this kind, whose label names this size (0: none), may
 * lie where it was found: a file is named for the way that it goes, in or out.
 * Of an outbox *room is where it may be written: as much as the file has, and
 * says that it has.
 */
refusal stick_fits(struct stick *, const struct courier_row *, uint64_t size,
	struct stretch *room);

#endif
