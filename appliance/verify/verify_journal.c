/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal's entries lead to the checkpoint; the boxes are those of the
 * entries, and such as the machine may take in; so are the reasons why others
 * were refused. It knows no box key: what is in a box stays sealed.
 */
#include "appliance/election/box.h"
#include "appliance/formats/checkpoint.h"
#include "appliance/formats/crypto.h"
#include "appliance/record/items.h"
#include "appliance/record/members.h"
#include "appliance/verify/checks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

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

refusal verify_journal(struct chain *chain)
{
	chain->headers = archive_find(chain->evidence->sent, MEMBER_ENTRIES);
	refusal refused = fold_entries(chain);
	if (refused == NULL)
		refused = compare_checkpoint(chain);
	const struct journal_fold *fold = &chain->fold;
	bool frozen = fold->last[ENTRY_OPEN] != UINT64_MAX;
	chain->checkpoint_size = frozen ? fold->frozen_size : fold->tree.size;
	chain->checkpoint_root =
		frozen ? fold->frozen_root : merkle_root(&fold->tree);
	return refused;
}

/* The payload of a box's entry, as the machine wrote it. */
static struct digest box_payload(struct bytes note, struct bytes file)
{
	uint8_t head[2 * (ITEM_OVERHEAD + ITEM_NAME_MOST)];
	struct writer writer = writer_of(head, sizeof(head));
	const struct bytes none = bytes_of(NULL, 0);
	write_item(&writer, ITEM_PUBLIC, MEMBER_BOX_NOTE, none);
	size_t first = writer.size;
	write_item(&writer, ITEM_PUBLIC, MEMBER_BOX_FILE, none);
	struct writer sizes = writer_of(head + first - 4, 4);
	write_u32(&sizes, (uint32_t)note.size);
	sizes = writer_of(head + writer.size - 4, 4);
	write_u32(&sizes, (uint32_t)file.size);
	const struct bytes part[] = {
		bytes_of(head, first),
		note,
		bytes_of(head + first, writer.size - first),
		file,
	};
	return sha256_parts(part, 4);
}

/* It is whole, and its station signed it for the place where it stands. */
static refusal verify_box(
	struct chain *chain, uint64_t leaf, const struct journal_header *header)
{
	struct bytes note, file;
	struct box box;
	const struct box_terms terms = chain_box_terms(chain);
	if (!chain_box(chain, leaf, &note, &file))
		return refuse(chain, "box %04" PRIu64 " is missing", leaf);
	struct digest digest = box_payload(note, file);
	if (!digest_equal(&digest, &header->payload))
		return refuse(chain,
			"box %04" PRIu64 " is not the one in the journal",
			leaf);
	refusal refused = box_check(&terms, note, file, &box);
	if (refused == NULL && (box.station != header->station ||
				       box.sequence != header->sequence))
		refused = "the journal has it in another place than its "
			  "station signed";
	return refused == NULL
		       ? NULL
		       : refuse(chain, "box %04" PRIu64 ": %s", leaf, refused);
}

/* Why a delivery was refused, as the machine wrote it down then. */
static refusal verify_refused(
	struct chain *chain, uint64_t leaf, const struct journal_header *header)
{
	uint8_t head[ITEM_OVERHEAD + ITEM_NAME_MOST];
	struct writer writer = writer_of(head, sizeof(head));
	const struct bytes reason = chain_refused(chain, leaf);
	if (reason.size == 0)
		return refuse(chain, "refusal %04" PRIu64 " is missing", leaf);
	write_item_start(&writer, ITEM_PUBLIC,
		entry_row_of(ENTRY_REFUSED)->name, reason.size);
	const struct bytes part[] = { written(&writer), reason };
	const struct digest digest = sha256_parts(part, 2);
	return digest_equal(&digest, &header->payload)
		       ? NULL
		       : refuse(chain,
				 "refusal %04" PRIu64
				 " is not the one in the journal",
				 leaf);
}

refusal verify_boxes(struct chain *chain)
{
	struct journal_header header;
	struct leaves leaves = leaves_of(chain);
	refusal refused = NULL;
	while (refused == NULL && leaves_next(&leaves, &header))
		switch (header.type) {
		case ENTRY_BOX:
			refused = verify_box(chain, leaves.leaf, &header);
			break;
		case ENTRY_REFUSED:
			refused = verify_refused(chain, leaves.leaf, &header);
			break;
		default:
			break;
		}
	return refused;
}
