/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/record/journal.h"

#include "appliance/formats/crypto.h"

#include <string.h>

static const uint8_t magic[8] = { 's', 'a', 'n', 'd', 'o', 'q', 'J', '1' };

#define IN(state) (1U << (state))
#define STAYS false, STATE_BLANK
#define MOVES_TO(state) true, (state)

/* What is not here cannot happen. */
static const struct entry_row rows[] = {
	{ ENTRY_ENROLLED, "enrolled", IN(STATE_BLANK),
		MOVES_TO(STATE_ENROLLING), true, false, true },
	{ ENTRY_LOCKED, "locked", IN(STATE_ENROLLING), MOVES_TO(STATE_ENROLLED),
		true, false, true },
	{ ENTRY_BOOT, "boot", ~(IN(STATE_BLANK) | IN(STATE_ENROLLING)), STAYS,
		true, false, false },
	{ ENTRY_SEALED, "sealed",
		IN(STATE_ENROLLED) | IN(STATE_RELEASED) | IN(STATE_ABANDONED),
		MOVES_TO(STATE_SEALED), true, false, false },
	{ ENTRY_INTAKE, "intake", IN(STATE_SEALED), MOVES_TO(STATE_INTAKE),
		true, true, false },
	{ ENTRY_BOX, "box", IN(STATE_INTAKE), STAYS, false, true, false },
	{ ENTRY_REFUSED, "refused", IN(STATE_INTAKE), STAYS, false, true,
		false },
	{ ENTRY_MEDIUM, "medium", IN(STATE_INTAKE), STAYS, true, false, false },
	{ ENTRY_OPEN, "open", IN(STATE_INTAKE), MOVES_TO(STATE_OPEN), true,
		false, false },
	{ ENTRY_CLOSED, "closed", IN(STATE_OPEN), MOVES_TO(STATE_CLOSED), true,
		false, false },
	{ ENTRY_APPROVED, "approved", IN(STATE_CLOSED),
		MOVES_TO(STATE_APPROVED), true, false, false },
	{ ENTRY_RELEASED, "released", IN(STATE_APPROVED),
		MOVES_TO(STATE_RELEASED), true, false, false },
	{ ENTRY_ABANDONED, "abandoned",
		IN(STATE_SEALED) | IN(STATE_INTAKE) | IN(STATE_OPEN) |
			IN(STATE_CLOSED) | IN(STATE_APPROVED),
		MOVES_TO(STATE_ABANDONED), true, false, false },
	{ ENTRY_SOFTWARE, "software", STATES_AT_REST, STAYS, true, false,
		true },
	{ ENTRY_REVOCATION, "revocation", STATES_AT_REST, STAYS, true, false,
		true },
	{ ENTRY_FAILED, "failed", ~IN(STATE_BLANK), STAYS, false, false,
		false },
	{ ENTRY_HEADERS, "headers", IN(STATE_OPEN), STAYS, true, false, false },
	{ ENTRY_STATIONS, "stations", IN(STATE_APPROVED), STAYS, true, false,
		false },
};

const struct entry_row *entry_row_of(unsigned type)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].type == type)
			return &rows[i];
	return NULL;
}

void journal_header_encode(
	const struct journal_header *header, uint8_t out[JOURNAL_HEADER_SIZE])
{
	struct writer to = writer_of(out, JOURNAL_HEADER_SIZE);
	write_bytes(&to, bytes_of(magic, sizeof(magic)));
	write_u16(&to, header->type);
	write_u16(&to, header->anchored ? 1 : 0);
	write_u16(&to, header->station);
	write_u16(&to, header->sequence);
	write_u64(&to, header->entry);
	write_u64(&to, header->size);
	write_bytes(&to, bytes_of(header->payload.byte, SHA256_SIZE));
	write_bytes(&to, bytes_of(header->text.byte, SHA256_SIZE));
	write_bytes(&to, bytes_of(header->previous.byte, SHA256_SIZE));
}

refusal journal_header_decode(
	const uint8_t header[JOURNAL_HEADER_SIZE], struct journal_header *out)
{
	struct cursor in = cursor_of(bytes_of(header, JOURNAL_HEADER_SIZE));
	const struct bytes start = cursor_take(&in, sizeof(magic));
	uint16_t anchored;
	if (!bytes_equal(start, bytes_of(magic, sizeof(magic))))
		return "there is no entry here";
	out->type = cursor_u16(&in);
	anchored = cursor_u16(&in);
	out->station = cursor_u16(&in);
	out->sequence = cursor_u16(&in);
	out->entry = cursor_u64(&in);
	out->size = cursor_u64(&in);
	cursor_copy(&in, out->payload.byte, SHA256_SIZE);
	cursor_copy(&in, out->text.byte, SHA256_SIZE);
	cursor_copy(&in, out->previous.byte, SHA256_SIZE);
	if (anchored > 1)
		return "the header has a value that no header has";
	if (out->size > JOURNAL_PAYLOAD_MOST)
		return "the payload is larger than any entry's";
	out->anchored = anchored == 1;
	return NULL;
}

struct digest journal_leaf(const struct journal_header *header)
{
	uint8_t space[2 + 2 + 2 + SHA256_SIZE];
	struct writer leaf = writer_of(space, sizeof(space));
	write_u16(&leaf, header->type);
	write_u16(&leaf, header->station);
	write_u16(&leaf, header->sequence);
	write_bytes(&leaf, bytes_of(header->text.byte, SHA256_SIZE));
	return merkle_leaf(written(&leaf));
}

uint64_t journal_entry_size(uint64_t payload_size)
{
	const uint64_t size = JOURNAL_LEAD_SIZE + payload_size;
	return (size + JOURNAL_BLOCK_SIZE - 1) / JOURNAL_BLOCK_SIZE *
	       JOURNAL_BLOCK_SIZE;
}

void journal_fold_start(struct journal_fold *fold)
{
	memset(fold, 0, sizeof(*fold));
	fold->state = STATE_BLANK;
	fold->sealed_software = UINT64_MAX;
	fold->headers = UINT64_MAX;
	fold->stations = UINT64_MAX;
	for (size_t i = 0; i <= ENTRY_TYPES; i++)
		fold->last[i] = UINT64_MAX;
}

static struct digest extended(
	const struct digest *anchor, const struct digest *chain)
{
	const struct bytes part[] = { bytes_of(anchor->byte, SHA256_SIZE),
		bytes_of(chain->byte, SHA256_SIZE) };
	return sha256_parts(part, 2);
}

static bool is_of_a_box(enum entry_type type)
{
	return type == ENTRY_BOX || type == ENTRY_REFUSED;
}

static refusal follows(const struct journal_fold *fold,
	const struct journal_header *header, const struct entry_row *row)
{
	if (header->entry != fold->entries)
		return "its number does not follow";
	if (!digest_equal(&header->previous, &fold->chain))
		return "it does not follow the entry before";
	if (row == NULL)
		return "its type is unknown";
	if ((row->states & IN(fold->state)) == 0)
		return "such an entry may not stand here";
	if (row->anchored != header->anchored)
		return "its anchor mark is wrong";
	if (!is_of_a_box(row->type) &&
		(header->station != 0 || header->sequence != 0))
		return "it names a box and is none";
	return row->leaf || digest_equal(&header->text, &(struct digest){ 0 })
		       ? NULL
		       : "it stands for a text and is no leaf";
}

static void freeze(struct journal_fold *fold)
{
	fold->frozen_size = fold->tree.size;
	fold->frozen_root = merkle_root(&fold->tree);
}

static void anchor(struct journal_fold *fold)
{
	fold->anchor_before = fold->anchor;
	fold->anchored_chain = fold->chain;
	fold->anchor = extended(&fold->anchor, &fold->chain);
	fold->anchored = fold->entries;
}

/* Nothing of an election before is left: no step of it, and no set of boxes. */
static void begin_election(struct journal_fold *fold)
{
	memset(&fold->tree, 0, sizeof(fold->tree));
	memset(&fold->frozen_root, 0, sizeof(fold->frozen_root));
	fold->frozen_size = 0;
	fold->headers = UINT64_MAX;
	fold->stations = UINT64_MAX;
	fold->sealed_software = fold->last[ENTRY_SOFTWARE];
	for (unsigned type = ENTRY_INTAKE; type <= ENTRY_RELEASED; type++)
		fold->last[type] = UINT64_MAX;
	fold->last[ENTRY_ABANDONED] = UINT64_MAX;
}

bool journal_is_stale(
	unsigned type, uint64_t entry, uint64_t headers, uint64_t stations)
{
	return (type == ENTRY_HEADERS && entry < headers) ||
	       (type == ENTRY_STATIONS && entry < stations);
}

/* Of those that were made before the machine was started again none is left. */
static void follow_count(struct journal_fold *fold, unsigned type)
{
	if (type == ENTRY_BOOT && fold->state == STATE_OPEN)
		fold->headers = UINT64_MAX;
	if (type == ENTRY_HEADERS && fold->headers == UINT64_MAX)
		fold->headers = fold->entries;
	if (type == ENTRY_BOOT && fold->state == STATE_APPROVED)
		fold->stations = UINT64_MAX;
	if (type == ENTRY_STATIONS && fold->stations == UINT64_MAX)
		fold->stations = fold->entries;
}

refusal journal_fold_next(
	struct journal_fold *fold, const uint8_t bytes[JOURNAL_HEADER_SIZE])
{
	struct journal_header header;
	struct digest leaf;
	const struct entry_row *row;
	refusal why = journal_header_decode(bytes, &header);
	if (why != NULL)
		return why;
	row = entry_row_of(header.type);
	why = follows(fold, &header, row);
	if (why != NULL)
		return why;
	if (header.type == ENTRY_SEALED)
		begin_election(fold);
	if (header.type == ENTRY_OPEN)
		freeze(fold);
	follow_count(fold, header.type);
	if (row->leaf) {
		leaf = journal_leaf(&header);
		merkle_append(&fold->tree, &leaf);
	}
	fold->chain = sha256(bytes_of(bytes, JOURNAL_HEADER_SIZE));
	fold->last[header.type] = fold->entries++;
	if (row->moves)
		fold->state = row->next;
	if (row->anchored)
		anchor(fold);
	return NULL;
}

refusal journal_fold_headers(struct journal_fold *fold, struct bytes headers)
{
	struct cursor rest = cursor_of(headers);
	refusal why = NULL;
	journal_fold_start(fold);
	while (why == NULL && rest.rest.size > 0) {
		const struct bytes header =
			cursor_take(&rest, JOURNAL_HEADER_SIZE);
		why = rest.broken ? "it is cut off"
				  : journal_fold_next(fold, header.data);
	}
	return why;
}

struct leaves journal_leaves(
	const struct journal_fold *fold, struct bytes headers)
{
	return (struct leaves){
		.headers = headers,
		.entry = fold->last[ENTRY_SEALED],
	};
}

bool leaves_next(struct leaves *leaves, struct journal_header *out)
{
	while (leaves->entry < leaves->headers.size / JOURNAL_HEADER_SIZE) {
		const uint8_t *header = leaves->headers.data +
					leaves->entry++ * JOURNAL_HEADER_SIZE;
		if (journal_header_decode(header, out) != NULL)
			return false;
		const struct entry_row *row = entry_row_of(out->type);
		if (row == NULL)
			return false;
		if (!row->leaf)
			continue;
		leaves->leaf = leaves->next++;
		return true;
	}
	return false;
}

enum anchor_verdict journal_fold_compare(
	const struct journal_fold *fold, const struct digest *value)
{
	if (digest_equal(&fold->anchor, value))
		return ANCHOR_HOLDS;
	if (digest_equal(&fold->anchor_before, value))
		return ANCHOR_DUE;
	return ANCHOR_DIFFERS;
}
