/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/verify/chain.h"
#include "appliance/election/delivery.h"
#include "appliance/formats/crypto.h"
#include "appliance/formats/note.h"
#include "appliance/record/items.h"
#include "appliance/record/members.h"
#include "appliance/record/refused.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

refusal refuse(struct chain *chain, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(chain->reason, sizeof(chain->reason), format, arguments);
	va_end(arguments);
	return chain->reason;
}

struct bytes evidence_find(const struct chain *chain, const char *name)
{
	char path[USTAR_NAME_MOST + 1];
	snprintf(path, sizeof(path), "%s%s", chain->folder, name);
	return archive_find(chain->evidence->sent, path);
}

refusal chain_attestation(
	struct bytes attest, struct bytes signature, struct attestation *out)
{
	if (attest.size == 0 || attest.size > ATTEST_MOST)
		return "it is missing, or too long";
	memcpy(out->attest, attest.data, attest.size);
	out->size = attest.size;
	return tpm_signature_decode(signature, &out->signature);
}

bool chain_is_now(const struct chain *chain)
{
	return chain->folder[0] != '\0';
}

struct entries entries_of(const struct chain *chain)
{
	return (struct entries){
		.headers = cursor_of(chain->headers),
		.listings = cursor_of(chain->listings),
	};
}

bool entries_next(struct entries *entries, struct journal_header *out)
{
	if (entries->headers.rest.size < JOURNAL_HEADER_SIZE ||
		listing_take(&entries->listings, &entries->listing,
			&entries->payload_size) != NULL)
		return false;
	const struct bytes header =
		cursor_take(&entries->headers, JOURNAL_HEADER_SIZE);
	if (journal_header_decode(header.data, out) != NULL)
		return false;
	const struct entry_row *row = entry_row_of(out->type);
	if (out->type == ENTRY_SEALED)
		entries->leaves = 0;
	entries->leaf = entries->leaves;
	entries->leaves += row != NULL && row->leaf;
	return true;
}

struct leaves leaves_of(const struct chain *chain)
{
	return journal_leaves(&chain->fold, chain->headers);
}

struct published published_of(
	const struct entries *entries, const struct journal_header *header)
{
	return (struct published){
		.items = listing_items(entries->listing),
		.type = header->type,
		.number = member_has_entry_number(header->type) ? header->entry
								: entries->leaf,
	};
}

bool published_next(struct published *of)
{
	while (listing_next(&of->items, &of->item)) {
		if (of->item.visibility != ITEM_PUBLIC)
			continue;
		member_of_entry(of->type, of->number, of->item.name, of->name);
		return true;
	}
	return false;
}

static refusal compare(struct chain *chain, const struct published *of)
{
	const struct bytes content =
		archive_find(chain->evidence->sent, of->name);
	const struct digest digest = sha256(content);
	if (content.size == 0 && chain->withheld &&
		member_is_ciphertext(of->name))
		return NULL;
	if (content.size == 0 && of->item.size > 0)
		return refuse(chain, "%s is missing", of->name);
	return content.size == of->item.size &&
			       digest_equal(&digest, &of->item.digest)
		       ? NULL
		       : refuse(chain, "%s is not the one in the journal",
				 of->name);
}

refusal chain_members(struct chain *chain, const struct entries *entries,
	const struct journal_header *header)
{
	struct published published = published_of(entries, header);
	refusal refused = NULL;
	while (refused == NULL && published_next(&published))
		refused = compare(chain, &published);
	return refused;
}

bool evidence_is_public(const struct evidence *evidence)
{
	bool boxes = false;
	for (size_t i = 0; i < evidence->sent->count; i++) {
		const char *name = evidence->sent->member[i].name;
		if (member_is_ciphertext(name))
			return false;
		boxes |= strncmp(name, MEMBERS_BOXES, strlen(MEMBERS_BOXES)) ==
			 0;
	}
	return boxes;
}

struct bytes chain_box_note(const struct chain *chain, uint64_t leaf)
{
	char name[MEMBER_NAME_SIZE];
	member_of_entry(ENTRY_BOX, leaf, bytes_of_text(MEMBER_BOX_NOTE), name);
	return archive_find(chain->evidence->sent, name);
}

bool chain_box(const struct chain *chain, uint64_t leaf, struct bytes *note,
	struct bytes *file)
{
	char name[MEMBER_NAME_SIZE];
	*note = chain_box_note(chain, leaf);
	member_of_entry(ENTRY_BOX, leaf, bytes_of_text(MEMBER_BOX_FILE), name);
	*file = archive_find(chain->evidence->sent, name);
	return note->size > 0 && file->size > 0;
}

struct bytes chain_header(const struct chain *chain, uint64_t leaf)
{
	char name[MEMBER_NAME_SIZE];
	member_of_entry(
		ENTRY_BOX, leaf, bytes_of_text(MEMBER_BOX_HEADER), name);
	return archive_find(chain->evidence->sent, name);
}

struct box_terms chain_box_terms(const struct chain *chain)
{
	return (struct box_terms){
		.plan = &chain->evidence->definition->plan,
		.bk_name = chain->bk.name,
		.bk = chain->bk.key,
	};
}

struct bytes chain_leaf_text(
	const struct chain *chain, uint64_t leaf, enum entry_type type)
{
	static const struct bytes nothing = { 0 };
	const struct bytes item = bytes_of_text(
		type == ENTRY_INTAKE ? MEMBER_ELECTION_KEYS : MEMBER_BOX_NOTE);
	char name[MEMBER_NAME_SIZE];
	struct note note;
	member_of_entry(type, leaf, item, name);
	const struct bytes content = archive_find(chain->evidence->sent, name);
	if (type == ENTRY_REFUSED)
		return content;
	return note_parse(content, &note) == NULL ? note.text : nothing;
}

/* Told of the box that the header is of. */
static refusal told_of(const struct chain *chain,
	const struct journal_header *header, struct bytes told)
{
	char space[DELIVERY_BOX_MOST + 2];
	struct writer name = writer_of(space, sizeof(space));
	delivery_write_box(&name, &chain->evidence->definition->plan,
		header->station, header->sequence);
	write_text(&name, ": ");
	if (told.size < name.size ||
		!bytes_equal(bytes_of(told.data, name.size), written(&name)))
		return "it tells of another box than the journal";
	return NULL;
}

refusal chain_refusal_of(const struct chain *chain,
	const struct journal_header *header, struct bytes text,
	struct chain_refusal *out)
{
	struct refused_text lines;
	struct refused first;
	const refusal why = refused_parse(header, text, &lines);
	if (why != NULL || !refused_next(&lines, &first))
		return why;
	*out = (struct chain_refusal){ lines.count, first.told };
	return header->station == JOURNAL_NO_STATION
		       ? NULL
		       : told_of(chain, header, first.told);
}
