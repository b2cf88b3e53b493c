/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal's entries lead to the checkpoint; each member of the archive is
 * an item of one of them; the boxes are such as the machine may take in. It
 * knows no box key: what is in a box stays sealed.
 */
#include "appliance/election/box.h"
#include "appliance/formats/checkpoint.h"
#include "appliance/formats/crypto.h"
#include "appliance/record/courier.h"
#include "appliance/record/items.h"
#include "appliance/record/members.h"
#include "appliance/verify/checks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static refusal fold_entries(struct chain *chain)
{
	const refusal refused =
		journal_fold_headers(&chain->fold, chain->headers);
	return refused == NULL ? NULL
			       : refuse(chain, "entry %" PRIu64 ": %s",
					 chain->fold.entries, refused);
}

static refusal compare_checkpoint(const struct chain *chain)
{
	struct checkpoint checkpoint;
	struct digest root = merkle_root(&chain->fold.tree);
	refusal refused = checkpoint_parse(
		archive_find(chain->evidence->sent, MEMBER_CHECKPOINT),
		&checkpoint);
	if (refused != NULL)
		return refused;
	if (checkpoint.size != chain->fold.tree.size)
		return "the checkpoint is of another number of entries";
	return digest_equal(&checkpoint.root, &root)
		       ? NULL
		       : "the entries do not lead to the checkpoint";
}

/* What each entry's payload digest is of. */
static refusal compare_listings(struct chain *chain)
{
	struct journal_header header;
	struct entries entries = entries_of(chain);
	uint64_t next = 0;
	for (; entries_next(&entries, &header); next++) {
		const struct digest digest = sha256(entries.listing);
		if (!digest_equal(&digest, &header.payload) ||
			entries.payload_size != header.size)
			return refuse(chain,
				"entry %" PRIu64 " has other items than listed",
				next);
	}
	if (next != chain->fold.entries)
		return refuse(chain,
			"the items of entry %" PRIu64 " are not listed", next);
	return entries.listings.rest.size == 0
		       ? NULL
		       : "there are more items than entries";
}

refusal verify_journal(struct chain *chain)
{
	chain->headers = archive_find(chain->evidence->sent, MEMBER_ENTRIES);
	chain->listings = archive_find(chain->evidence->sent, MEMBER_ITEMS);
	refusal refused = fold_entries(chain);
	if (refused == NULL)
		refused = compare_checkpoint(chain);
	if (refused == NULL)
		refused = compare_listings(chain);
	const struct journal_fold *fold = &chain->fold;
	bool frozen = fold->last[ENTRY_OPEN] != UINT64_MAX;
	chain->checkpoint_size = frozen ? fold->frozen_size : fold->tree.size;
	chain->checkpoint_root =
		frozen ? fold->frozen_root : merkle_root(&fold->tree);
	return refused;
}

/* Whether an entry lists the ciphertext that the box's note names. */
static bool is_listed(const struct entries *entries,
	const struct journal_header *header, const struct box *box)
{
	struct published published = published_of(entries, header);
	while (published_next(&published))
		if (member_is_ciphertext(published.name))
			return published.item.size == box->size &&
			       digest_equal(
				       &published.item.digest, &box->digest);
	return false;
}

/* Its station signed it for the place where it stands, and for what is there.
 */
static refusal verify_box(struct chain *chain, const struct entries *entries,
	const struct journal_header *header)
{
	struct box box;
	const struct box_terms terms = chain_box_terms(chain);
	const struct bytes note = chain_box_note(chain, entries->leaf);
	if (note.size == 0)
		return refuse(
			chain, "box %04" PRIu64 " is missing", entries->leaf);
	refusal refused = box_note_check(&terms, note, &box);
	if (refused == NULL && (box.station != header->station ||
				       box.sequence != header->sequence))
		refused = "the journal has it in another place than its "
			  "station signed";
	if (refused == NULL && !is_listed(entries, header, &box))
		refused = "the box is not the one that the station signed for";
	return refused == NULL ? NULL
			       : refuse(chain, "box %04" PRIu64 ": %s",
					 entries->leaf, refused);
}

static refusal verify_refusal(
	struct chain *chain, uint64_t leaf, const struct journal_header *header)
{
	struct chain_refusal what;
	const refusal refused = chain_refusal_of(chain, header,
		chain_leaf_text(chain, leaf, ENTRY_REFUSED), &what);
	return refused == NULL ? NULL
			       : refuse(chain, "refusal %04" PRIu64 ": %s",
					 leaf, refused);
}

static refusal verify_leaf(struct chain *chain, const struct entries *entries,
	const struct journal_header *header)
{
	const uint64_t leaf = entries->leaf;
	const struct digest text = sha256(
		chain_leaf_text(chain, leaf, (enum entry_type)header->type));
	refusal refused = NULL;
	if (header->type == ENTRY_BOX)
		refused = verify_box(chain, entries, header);
	if (header->type == ENTRY_REFUSED)
		refused = verify_refusal(chain, leaf, header);
	if (refused == NULL && !digest_equal(&text, &header->text))
		refused = refuse(chain,
			"leaf %04" PRIu64 " of the election's tree stands for "
			"another text",
			leaf);
	return refused;
}

refusal verify_boxes(struct chain *chain)
{
	const uint64_t sealed = chain->fold.last[ENTRY_SEALED];
	struct journal_header header;
	struct entries entries = entries_of(chain);
	refusal refused = NULL;
	while (refused == NULL && entries_next(&entries, &header)) {
		if (header.entry < sealed || !entry_row_of(header.type)->leaf)
			continue;
		refused = chain_members(chain, &entries, &header);
		if (refused == NULL)
			refused = verify_leaf(chain, &entries, &header);
	}
	return refused;
}

/* Each box is whole, and for the recipients that are listed. */
refusal verify_ciphertext(struct chain *chain)
{
	const struct box_terms terms = chain_box_terms(chain);
	struct journal_header header;
	struct leaves leaves = leaves_of(chain);
	while (leaves_next(&leaves, &header)) {
		struct bytes note, file;
		struct box box;
		if (header.type != ENTRY_BOX)
			continue;
		if (!chain_box(chain, leaves.leaf, &note, &file))
			return refuse(chain, "box %04" PRIu64 " is missing",
				leaves.leaf);
		const refusal refused = box_check(&terms, note, file, &box);
		if (refused != NULL)
			return refuse(chain, "box %04" PRIu64 ": %s",
				leaves.leaf, refused);
	}
	return NULL;
}

/* Made for this outbox, and so in no entry. */
static bool is_of_the_outbox(const char *name)
{
	static const char *const names[] = { COURIER_MEMBER, MEMBER_CHECKPOINT,
		MEMBER_ENTRIES, MEMBER_LATER, MEMBER_ITEMS };
	bool found = strncmp(name, MEMBERS_NOW, strlen(MEMBERS_NOW)) == 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		found |= strcmp(name, names[i]) == 0;
	return found;
}

/* Whether an entry's members are in the archive of this election. */
static bool is_published(
	const struct chain *chain, const struct journal_header *header)
{
	return (header->entry >= chain->fold.last[ENTRY_SEALED] ||
		       entry_row_of(header->type)->machine) &&
	       !journal_is_stale(header->type, header->entry,
		       chain->fold.headers, chain->fold.stations);
}

static refusal find_strangers(struct chain *chain, const bool *listed)
{
	const struct archive *sent = chain->evidence->sent;
	for (size_t i = 0; i < sent->count; i++)
		if (!listed[i] && !is_of_the_outbox(sent->member[i].name))
			return refuse(chain, "no entry of the journal has %s",
				sent->member[i].name);
	return NULL;
}

static void mark(const struct archive *sent, const struct entries *entries,
	const struct journal_header *header, bool *listed)
{
	struct published published = published_of(entries, header);
	while (published_next(&published)) {
		const struct archive_member *member =
			archive_member(sent, published.name);
		if (member != NULL)
			listed[member - sent->member] = true;
	}
}

static refusal compare_members(struct chain *chain, bool *listed)
{
	struct journal_header header;
	struct entries entries = entries_of(chain);
	while (entries_next(&entries, &header)) {
		if (!is_published(chain, &header))
			continue;
		mark(chain->evidence->sent, &entries, &header, listed);
		const refusal refused = chain_members(chain, &entries, &header);
		if (refused != NULL)
			return refused;
	}
	return find_strangers(chain, listed);
}

refusal verify_members(struct chain *chain)
{
	bool *listed =
		calloc(chain->evidence->sent->count + 1, sizeof(*listed));
	const refusal refused = listed == NULL ? "no memory is left"
					       : compare_members(chain, listed);
	free(listed);
	return refused;
}
