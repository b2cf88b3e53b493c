/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stick that is about to be overwritten: a whole removable disk that nobody
 * uses, shown to somebody who has agreed. Until then nothing of it changes.
 */
#ifndef SANDOQ_DESK_COMMON_BLOCK_DEVICE_H
#define SANDOQ_DESK_COMMON_BLOCK_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#define OPTION_OVERWRITE                                                       \
	{                                                                      \
		"--yes", NULL,                                                 \
			"overwrite the stick without asking: it was looked "   \
			"at before",                                           \
			OPTIONAL                                               \
	}

struct block_device {
	const char *path; /* borrowed */
	int descriptor;	  /* for both, and for nobody else meanwhile */
	uint64_t size;	  /* bytes */
	uint32_t sector;  /* logical, bytes */
};

/*
 * Whether this can be written over, or made: refused and printed are a name in
 * /dev that no device has, as one mistyped, and what is neither file nor disk.
 */
int output_check(const char *path);
bool is_block_device(const char *path);

/*
 * Shows it and asks, unless `yes`: 0, or a status of sysexits.h after printing
 * why not. Ended by block_device_close() after 0.
 */
int block_device_open(const char *path, bool yes, struct block_device *out);
void block_device_close(struct block_device *);

/* Waits until all is on it, and forgets what the kernel remembers of it. */
int block_device_flush(const struct block_device *);
/* The kernel finds its partitions anew; whoever mounts sticks sees it. */
void block_device_reread(const struct block_device *);

#endif
