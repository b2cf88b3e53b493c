/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A courier archive in a file: what a machine sent on an outbox.
 */
#ifndef SANDOQ_DESK_COMMON_ARCHIVE_FILE_H
#define SANDOQ_DESK_COMMON_ARCHIVE_FILE_H

#include "appliance/desk/common/files.h"
#include "appliance/record/archive.h"

enum { ARCHIVE_FILE_MOST = 1 << 30 };

/* The archive borrows from the file. */
struct archive_file {
	struct archive archive;
	struct file file;
};

/*
 * 0, or a status of sysexits.h after printing what is wrong. Given back by
 * archive_file_free(), which takes an empty one too.
 */
int archive_file_read(const char *path, struct archive_file *out);
void archive_file_free(struct archive_file *);

#endif
