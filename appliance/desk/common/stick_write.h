/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An archive goes onto a stick, or into the image of one in a file, and is
 * read back.
 */
#ifndef SANDOQ_DESK_COMMON_STICK_WRITE_H
#define SANDOQ_DESK_COMMON_STICK_WRITE_H

#include "appliance/desk/common/block_device.h"
#include "appliance/record/courier.h"

struct stick_target {
	const char *path; /* borrowed */
	bool is_device;
	struct block_device device;
};

/*
 * All of these give 0, or a status of sysexits.h after printing what is wrong.
 * A stick is shown and asked about here, before there is an archive; ended by
 * stick_target_close() after 0.
 */
int stick_target_open(const char *path, bool yes, struct stick_target *out);
void stick_target_close(struct stick_target *);
/* The archive is in the file; a stick's image is made beside that. */
int stick_target_write(
	struct stick_target *, const char *archive, enum courier_kind);

#endif
