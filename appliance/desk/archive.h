/*
 * A courier archive in memory: what a machine sent, by the members' names
 * (docs/protocols/courier.md).
 */
#ifndef SANDOQ_DESK_ARCHIVE_H
#define SANDOQ_DESK_ARCHIVE_H

#include "appliance/desk/files.h"
#include "appliance/formats/ustar.h"

enum { ARCHIVE_SIZE_MOST = 1 << 30 };

/* The content is borrowed from the archive's bytes. */
struct archive_member {
	char name[USTAR_NAME_MOST + 1];
	struct bytes content;
};

struct archive {
	struct file file; /* empty when the bytes are the caller's */
	size_t count;
	struct archive_member *member;
	/* Has what is not here, but for now/; borrowed, NULL for none. */
	const struct archive *earlier;
};

/* Borrows `whole`. Refused: a name twice. Ended by archive_free(). */
refusal archive_parse(struct bytes whole, struct archive *out);
/* 0, or a status of sysexits.h after printing what is wrong. */
int archive_read(const char *path, struct archive *out);
void archive_free(struct archive *);

/* An empty view when there is no such member. */
struct bytes archive_find(const struct archive *, const char *name);
/*
 * STEM-1, STEM-2 ... by `number` from 1, empty behind the last; NNNN names of
 * folders are the caller's.
 */
struct bytes archive_numbered(
	const struct archive *, const char *stem, size_t number);

#endif
