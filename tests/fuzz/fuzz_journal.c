/* SPDX-License-Identifier: Apache-2.0 */
/* Headers and their fold: a refusal folds nothing, an entry moves one on. */
#include "appliance/record/journal.h"
#include "tests/fuzz/property.h"

#include <string.h>

static void decode(const uint8_t bytes[JOURNAL_HEADER_SIZE])
{
	uint8_t again[JOURNAL_HEADER_SIZE];
	struct journal_header header;
	if (journal_header_decode(bytes, &header))
		return;
	property(header.size <= JOURNAL_PAYLOAD_MOST);
	journal_header_encode(&header, again);
	property(memcmp(again, bytes, sizeof(again)) == 0);
}

static void fold_one(
	struct journal_fold *fold, const uint8_t bytes[JOURNAL_HEADER_SIZE])
{
	const struct journal_fold before = *fold;
	if (journal_fold_next(fold, bytes)) {
		property(fold->entries == before.entries);
		property(fold->state == before.state);
		property(fold->tree.size == before.tree.size);
		property(digest_equal(&fold->chain, &before.chain));
		property(digest_equal(&fold->anchor, &before.anchor));
		return;
	}
	property(fold->entries == before.entries + 1);
	property(fold->state < STATE_FAILED);
	property(fold->anchored <= fold->entries);
	property(journal_fold_compare(fold, &fold->anchor) == ANCHOR_HOLDS);
	if (fold->anchored == fold->entries)
		property(journal_fold_compare(fold, &before.anchor) ==
			 ANCHOR_DUE);
}

/* The entry that may follow, as two bytes say; then one more edits it. */
static void follow(struct journal_fold *fold, struct cursor *in)
{
	uint8_t bytes[JOURNAL_HEADER_SIZE];
	const uint8_t type = cursor_u8(in);
	const struct entry_row *row = entry_row_of(type);
	const struct journal_header header = {
		.type = type,
		.anchored = row != NULL && row->anchored,
		.sequence = type == ENTRY_BOX ? cursor_u8(in) : 0,
		.entry = fold->entries,
		.text.byte[0] = row != NULL && row->leaf,
		.previous = fold->chain,
	};
	const uint8_t place = cursor_u8(in);
	journal_header_encode(&header, bytes);
	if (place < JOURNAL_HEADER_SIZE)
		bytes[place] ^= cursor_u8(in);
	decode(bytes);
	fold_one(fold, bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor in = cursor_of(bytes_of(data, size));
	struct journal_fold fold;
	if (size >= JOURNAL_HEADER_SIZE)
		decode(data);
	journal_fold_start(&fold);
	while (in.rest.size > 0)
		follow(&fold, &in);
	return 0;
}
