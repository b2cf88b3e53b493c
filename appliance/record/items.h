/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Items: a flat list of named contents, the payload of a journal entry and
 * what roles hand to each other in memfds.
 *
 * Each item is its visibility (1 public, 0 private), its name (u8 length, then
 * letters, digits, '.', '_', '-') and its content (u32 length, then the
 * bytes). Public items are published under their names.
 */
#ifndef SANDOQ_RECORD_ITEMS_H
#define SANDOQ_RECORD_ITEMS_H

#include "appliance/formats/bytes.h"

enum {
	ITEM_NAME_MOST = 64,
	ITEM_OVERHEAD = 1 + 1 + 4,
	/* In a list: finding a repeated name takes time in its square. */
	ITEM_COUNT_MOST = 256,
	/* Payload of an entry, and of any list. */
	ITEMS_MOST = 16 << 20,
};

enum item_visibility { ITEM_PRIVATE, ITEM_PUBLIC };

/* Name and content are borrowed; the name has no terminator. */
struct item {
	enum item_visibility visibility;
	struct bytes name;
	struct bytes content;
};

void write_item(struct writer *, enum item_visibility, const char *name,
	struct bytes content);

/* Everything before the content, which has `size` bytes and is to follow. */
void write_item_start(
	struct writer *, enum item_visibility, const char *name, size_t size);

/* Takes the next item off a list that is not at its end. */
refusal items_next(struct cursor *, struct item *out);

/* Whether a list is well formed to its last byte, not too long, no name twice.
 */
refusal items_check(struct bytes list);

/* Of a list that items_check accepted: false when the name is not there. */
bool items_find(struct bytes list, const char *name, struct bytes *content);

bool item_is(const struct item *, const char *name);
/* Whether the name is `stem`, a dash and a digit 1 to 9: "approval-3". */
bool item_is_one_of(const struct item *, const char *stem);

#endif
