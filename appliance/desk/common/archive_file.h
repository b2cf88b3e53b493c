/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A courier archive: what a machine sent on an outbox, from the stick itself,
 * from its image, or from a file that was copied off it. It may be far
 * larger than what a process should hold, and whoever has the medium could
 * change what was looked at already. So it is copied to a file that only this
 * process has, in TMPDIR or /tmp, and of that a few MB at a time are in memory.
 */
#ifndef SANDOQ_DESK_COMMON_ARCHIVE_FILE_H
#define SANDOQ_DESK_COMMON_ARCHIVE_FILE_H

#include "appliance/desk/common/files.h"
#include "appliance/record/archive.h"

enum { ARCHIVE_FILE_MOST = 1 << 30 };

/* The archive borrows from the copy, and stays where it is. */
struct archive_file {
	struct archive archive;
	struct bytes whole;
	size_t looked_at; /* since memory was given back */
};

/*
 * 0, or a status of sysexits.h after printing what is wrong. Given back by
 * archive_file_free(), which takes an empty one too.
 */
int archive_file_read(const char *path, struct archive_file *out);
void archive_file_free(struct archive_file *);

#endif
