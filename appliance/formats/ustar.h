/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ustar archives (POSIX.1-2017, pax, "ustar Interchange Format"), the strict
 * subset that couriers carry: regular files, mode 644, owner and time zero,
 * names of letters, digits, '.', '_' and '-' with one directory level at most
 * ("boxes/017.age"), every part of a name starting with a letter or digit.
 * A name and a size have exactly one header block. Two zero blocks end the
 * archive. Order, repeated names and sizes are the caller's to judge.
 *
 * `tar --format=ustar --owner=0 --group=0 --numeric-owner --mode=644
 * --mtime=@0 -cf out.tar boxes/017.age` makes such an archive.
 */
#ifndef SANDOQ_FORMATS_USTAR_H
#define SANDOQ_FORMATS_USTAR_H

#include "appliance/formats/bytes.h"

enum {
	USTAR_BLOCK_SIZE = 512,
	USTAR_NAME_MOST = 100,
};

struct ustar_member {
	char name[USTAR_NAME_MOST + 1];
	uint64_t size;
	/* A zero block: no member; the next block must be one too. */
	bool end;
};

refusal ustar_header_decode(
	const uint8_t block[USTAR_BLOCK_SIZE], struct ustar_member *out);
refusal ustar_header_encode(
	const char *name, uint64_t size, uint8_t block[USTAR_BLOCK_SIZE]);
/* Zero bytes between the end of a content and the next block, 0 to 511. */
size_t ustar_padding(uint64_t size);

/*
 * In memory: takes the next member off the front of `rest`. At the end
 * member->end is set, once two zero blocks and nothing but zeros are left.
 */
refusal ustar_next(
	struct bytes *rest, struct ustar_member *member, struct bytes *content);
/* The writer breaks when the name is not one of the subset. */
void write_ustar_member(
	struct writer *, const char *name, struct bytes content);
void write_ustar_end(struct writer *);

#endif
