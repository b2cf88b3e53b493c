/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A courier archive in memory: what a machine sent, by the members' names
 * (docs/protocols/courier.md). Pure: the bytes are the caller's.
 */
#ifndef SANDOQ_RECORD_ARCHIVE_H
#define SANDOQ_RECORD_ARCHIVE_H

#include "appliance/formats/ustar.h"

/* The content is borrowed from the archive's bytes. */
struct archive_member {
	char name[USTAR_NAME_MOST + 1];
	struct bytes content;
};

/*
 * Who has the archive's bytes elsewhere than in memory: told before so many of
 * them are looked at. What was found stays valid.
 */
struct archive_keeper {
	void *context;
	void (*looked_at)(void *context, size_t size);
};

struct archive {
	size_t count;
	struct archive_member *member;
	struct archive_keeper keeper;
	/* Has what is not here, but for now/; borrowed, NULL for none. */
	const struct archive *earlier;
};

/* Borrows `whole`. Refused: a name twice. Ended by archive_free(). */
refusal archive_parse(struct bytes whole, struct archive *out);
refusal archive_parse_kept(
	struct bytes whole, struct archive_keeper, struct archive *out);
void archive_free(struct archive *);

/* NULL when there is no such member; `earlier` is not looked at. */
const struct archive_member *archive_member(
	const struct archive *, const char *name);
/* An empty view when there is no such member. */
struct bytes archive_find(const struct archive *, const char *name);
/*
 * STEM-1, STEM-2 ... by `number` from 1, empty behind the last; NNNN names of
 * folders are the caller's.
 */
struct bytes archive_numbered(
	const struct archive *, const char *stem, size_t number);

#endif
