/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cpio format "newc", as the kernel's usr/gen_init_cpio writes it and
 * Documentation/driver-api/early-userspace/buffer-format.rst describes it.
 */
#ifndef SANDOQ_DESK_IMAGE_CPIO_H
#define SANDOQ_DESK_IMAGE_CPIO_H

#include "appliance/formats/bytes.h"

/* Borrowed from the archive. */
struct cpio_entry {
	struct bytes path;    /* clean text */
	struct bytes content; /* of a link: where it leads, clean text */
	uint32_t mode;	      /* st_mode: type and permissions */
	uint32_t user;
	uint32_t group;
	uint32_t device_major; /* of a device node */
	uint32_t device_minor;
};

/*
 * Reads the next entry of an archive and moves on. At the archive's end
 * `*end` is set, `out` is empty, and the archive's trailer with its padding
 * to 512 bytes (from the archive's first byte) has been read.
 */
struct cpio {
	struct bytes whole;
	size_t at;
};

struct cpio cpio_of(struct bytes archive);
refusal cpio_next(struct cpio *, struct cpio_entry *out, bool *end);

#endif
