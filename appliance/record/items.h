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

#include "appliance/formats/crypto.h"

enum {
	ITEM_NAME_MOST = 64,
	ITEM_OVERHEAD = 1 + 1 + 4,
	/* In a list: finding a repeated name takes time in its square. */
	ITEM_COUNT_MOST = 256,
	/* Payload of an entry, and of any list. */
	ITEMS_MOST = 32 << 20,
	LISTING_MOST = 2 + ITEM_COUNT_MOST * (ITEM_OVERHEAD + ITEM_NAME_MOST +
						     SHA256_SIZE),
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

/*
 * A listing: the number of items of a list (u16), then of each its visibility,
 * its name, its size and the SHA-256 of its content. A journal entry's payload
 * digest is that of its listing, so that an entry of which something is
 * withheld can be compared.
 */
struct listed {
	enum item_visibility visibility;
	struct bytes name; /* borrowed, no terminator */
	uint32_t size;
	struct digest digest; /* of the content */
};

/* Refused for what items_check refuses. */
refusal write_listing(struct writer *, struct bytes list);
size_t listing_size(struct bytes list);
/* SHA-256 of a list's listing. */
refusal items_digest(struct bytes list, struct digest *out);

/* Takes the first listing off several, with the size of the list it is of. */
refusal listing_take(
	struct cursor *listings, struct bytes *listing, uint64_t *list_size);
/* The items of a listing that was taken, one after the other. */
struct cursor listing_items(struct bytes listing);
bool listing_next(struct cursor *items, struct listed *out);

bool item_is(const struct item *, const char *name);
/* Whether the name is `stem`, a dash and a digit 1 to 9: "approval-3". */
bool item_is_one_of(const struct item *, const char *stem);

#endif
