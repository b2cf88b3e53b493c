/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal of the machine on paper, written over the members that the
 * archive has: headers, listings and checkpoint.
 */
#include "tests/verify/paper.h"

#include "appliance/formats/checkpoint.h"
#include "appliance/formats/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum {
	ENTRY_MOST = 1 << 23,
	/* On the average. */
	LISTING_USUAL = 1024,
	ITEMS_OF_ENTRY = 24,
	NUMBERED = 3
};

/* Items of an entry in their order; those that no member is of are not in it.
 */
struct contents {
	enum entry_type type;
	const char *numbered[NUMBERED]; /* STEM-1, STEM-2 ... */
	const char *private;		/* withheld */
	const char *item[ITEMS_OF_ENTRY];
};

static const struct contents contents[] = {
	{ ENTRY_ENROLLED, { "approval", "credential", "activation" }, "lock",
		{ "operators", "authority", "ek.crt", "ek.pub", "ak.pub",
			"srk.pub", "approved.nv", "revocation.nv", "phase.nv",
			"journal.nv" } },
	{ ENTRY_LOCKED, { NULL }, "locked", { NULL } },
	{ ENTRY_BOOT, { NULL }, "boot", { NULL } },
	{ ENTRY_SEALED, { NULL }, "bk.private",
		{ "definition.json", "definition.note", "enrolment.note",
			"phase", "bk.pub", "bk.creation", "bk.attest",
			"bk.signature", "rk.pub", "rk.creation", "rk.attest",
			"rk.signature" } },
	{ ENTRY_INTAKE, { NULL }, NULL, { "election-keys.note" } },
	{ ENTRY_BOX, { NULL }, NULL, { "note", "age" } },
	{ ENTRY_REFUSED, { NULL }, NULL, { "refused" } },
	{ ENTRY_MEDIUM, { NULL }, "medium", { NULL } },
	{ ENTRY_OPEN, { "approval" }, NULL, { NULL } },
	{ ENTRY_HEADERS, { NULL }, NULL, { NULL } },
	{ ENTRY_CLOSED, { NULL }, NULL,
		{ "challenge", "event-log", "quote.attest", "quote.signature",
			"journal.attest", "journal.signature" } },
	{ ENTRY_APPROVED, { "approval" }, NULL, { NULL } },
	{ ENTRY_RELEASED, { NULL }, NULL,
		{ "result.note", "released.attest", "released.signature" } },
	{ ENTRY_ABANDONED, { NULL }, NULL, { "abandonment.note" } },
	{ ENTRY_STATIONS, { NULL }, NULL, { "0000", "0001" } },
	{ ENTRY_SOFTWARE, { "approval" }, "boot-state", { NULL } },
	{ ENTRY_REVOCATION, { "approval" }, NULL, { NULL } },
	{ ENTRY_FAILED, { NULL }, NULL, { "failed" } },
};

static const struct contents *contents_of(enum entry_type type)
{
	size_t i = 0;
	while (contents[i].type != type)
		i++;
	return &contents[i];
}

/* Where an entry's members are. */
struct place {
	enum entry_type type;
	uint64_t number;
	/* Of which boxes new headers are. */
	const struct paper_box *box;
	size_t boxes;
};

static struct place place_of(
	const struct paper *paper, size_t at, const struct journal_fold *before)
{
	const struct paper_entry *entry = &paper->entry[at];
	const bool restarts = entry->type == ENTRY_SEALED;
	const uint64_t leaf = restarts ? 0 : before->tree.size;
	return (struct place){
		.type = entry->type,
		.number = member_has_entry_number(entry->type) ? before->entries
							       : leaf,
		.box = entry->boxes > 0 ? paper->box + entry->first_box : NULL,
		.boxes = entry->boxes,
	};
}

typedef void visitor(void *context, const char *item, const char *member);

static void visit(const struct place *place, const char *item, visitor *each,
	void *context)
{
	char member[MEMBER_NAME_SIZE];
	member_of_entry(
		place->type, place->number, bytes_of_text(item), member);
	each(context, item, member);
}

static void visit_all(const struct place *place, visitor *each, void *context)
{
	const struct contents *of = contents_of(place->type);
	for (size_t i = 0; of->item[i] != NULL; i++)
		visit(place, of->item[i], each, context);
	for (size_t i = 0; i < NUMBERED && of->numbered[i] != NULL; i++)
		for (size_t n = 1; n <= QUORUM_MOST; n++) {
			char item[MEMBER_NAME_SIZE];
			member_numbered(of->numbered[i], n, item);
			visit(place, item, each, context);
		}
	for (size_t i = 0; i < place->boxes; i++) {
		char item[MEMBER_NAME_SIZE];
		member_header_item(place->box[i].leaf, item);
		visit(place, item, each, context);
	}
}

struct listing_up {
	const struct paper *paper;
	struct writer list;
};

static void list_member(void *context, const char *item, const char *member)
{
	struct listing_up *up = context;
	const struct bytes content = archive_find(&up->paper->sent, member);
	if (content.size > 0)
		write_item(&up->list, ITEM_PUBLIC, item, content);
}

static struct bytes payload_of(
	const struct paper *paper, const struct place *place)
{
	static uint8_t space[ENTRY_MOST];
	struct listing_up up = { paper, writer_of(space, sizeof(space)) };
	const char *withheld = contents_of(place->type)->private;
	visit_all(place, list_member, &up);
	if (withheld != NULL)
		write_item(&up.list, ITEM_PRIVATE, withheld,
			bytes_of_text("of no use to anybody else"));
	assert_false(up.list.broken);
	return written(&up.list);
}

static void put_checkpoint(struct paper *paper, const struct journal_fold *fold)
{
	uint8_t text[256];
	struct writer out = writer_of(text, sizeof(text));
	const struct checkpoint checkpoint = {
		.origin = bytes_of_text("SQ-7"),
		.size = fold->tree.size,
		.root = merkle_root(&fold->tree),
	};
	write_checkpoint(&out, &checkpoint);
	paper_put(paper, "checkpoint", written(&out));
}

/* That a leaf stands for; nothing where there is none. */
static struct bytes text_of(
	const struct paper *paper, const struct place *place)
{
	char member[MEMBER_NAME_SIZE];
	struct note note;
	member_of_entry(place->type, place->number,
		bytes_of_text(contents_of(place->type)->item[0]), member);
	const struct bytes content = archive_find(&paper->sent, member);
	if (place->type == ENTRY_REFUSED)
		return content;
	return note_parse(content, &note) == NULL ? note.text
						  : bytes_of(NULL, 0);
}

/* Room for as many headers and listings as there are entries. */
static void begin(const struct paper *paper, struct writer *headers,
	struct writer *listings)
{
	const size_t count = paper->entries;
	*headers = writer_of(malloc(count * JOURNAL_HEADER_SIZE + 1),
		count * JOURNAL_HEADER_SIZE);
	*listings = writer_of(malloc(count * LISTING_USUAL + LISTING_MOST),
		count * LISTING_USUAL + LISTING_MOST);
	assert_true(headers->data != NULL && listings->data != NULL);
}

static void put_lists(
	struct paper *paper, struct writer *headers, struct writer *listings)
{
	assert_false(headers->broken || listings->broken);
	paper_put(paper, "entries", written(headers));
	paper_put(paper, "items", written(listings));
	free(headers->data);
	free(listings->data);
}

void paper_journal(struct paper *paper)
{
	struct writer headers_out, listings_out;
	struct journal_fold *fold = &paper->fold;
	begin(paper, &headers_out, &listings_out);
	journal_fold_start(fold);
	for (size_t i = 0; i < paper->entries; i++) {
		const struct paper_entry *entry = &paper->entry[i];
		const struct place place = place_of(paper, i, fold);
		const struct bytes payload = payload_of(paper, &place);
		struct journal_header header = {
			.type = (uint16_t)entry->type,
			.anchored = entry_row_of(entry->type)->anchored,
			.station = entry->station,
			.sequence = entry->sequence,
			.entry = fold->entries,
			.size = payload.size,
			.previous = fold->chain,
		};
		uint8_t bytes[JOURNAL_HEADER_SIZE];
		if (entry_row_of(entry->type)->leaf)
			header.text = sha256(text_of(paper, &place));
		if (entry->of_another_text)
			header.text.byte[0] ^= 1;
		assert_null(items_digest(payload, &header.payload));
		assert_null(write_listing(&listings_out, payload));
		journal_header_encode(&header, bytes);
		assert_null(journal_fold_next(fold, bytes));
		write_bytes(&headers_out, bytes_of(bytes, sizeof(bytes)));
	}
	put_lists(paper, &headers_out, &listings_out);
	put_checkpoint(paper, fold);
}

/* Without writing the journal. */
static void append(struct paper *paper, const struct paper_entry *entry)
{
	paper->entry = reallocarray(
		paper->entry, paper->entries + 1, sizeof(*paper->entry));
	assert_non_null(paper->entry);
	paper->entry[paper->entries++] = *entry;
}

void paper_entries(
	struct paper *paper, const struct paper_entry *entry, size_t count)
{
	for (size_t i = 0; i < count; i++)
		append(paper, &entry[i]);
	paper_journal(paper);
	paper_certify_journal(paper);
}

void paper_entry(struct paper *paper, enum entry_type type, uint16_t station,
	uint16_t sequence)
{
	const struct paper_entry entry = {
		.type = type,
		.station = station,
		.sequence = sequence,
	};
	paper_entries(paper, &entry, 1);
}

size_t paper_find(const struct paper *paper, enum entry_type type)
{
	size_t at = 0;
	while (at < paper->entries && paper->entry[at].type != type)
		at++;
	return at;
}

size_t paper_insert(
	struct paper *paper, enum entry_type type, enum entry_type before)
{
	const size_t at = paper_find(paper, before);
	const struct paper_entry entry = { .type = type };
	append(paper, &entry);
	memmove(&paper->entry[at + 1], &paper->entry[at],
		(paper->entries - 1 - at) * sizeof(paper->entry[0]));
	paper->entry[at] = entry;
	return at;
}

void paper_cut(struct paper *paper, size_t at)
{
	assert_true(at < paper->entries);
	paper->entries--;
	memmove(&paper->entry[at], &paper->entry[at + 1],
		(paper->entries - at) * sizeof(paper->entry[0]));
}

void paper_invent(struct paper *paper, enum entry_type type, const char *item,
	enum entry_type before)
{
	char name[MEMBER_NAME_SIZE];
	const size_t at = paper_insert(paper, type, before);
	member_of_entry(type, at, bytes_of_text(item), name);
	paper_put(paper, name, bytes_of_text("made up\n"));
	paper_journal(paper);
}

static void drop_member(void *context, const char *item, const char *member)
{
	(void)item;
	paper_put(context, member, bytes_of(NULL, 0));
}

void paper_end_after(struct paper *paper, size_t entries)
{
	struct journal_fold fold;
	struct cursor headers;
	paper_journal(paper);
	headers = cursor_of(paper_get(paper, "entries"));
	journal_fold_start(&fold);
	for (size_t i = 0; i < paper->entries; i++) {
		const struct place place = place_of(paper, i, &fold);
		if (i >= entries)
			visit_all(&place, drop_member, paper);
		assert_null(journal_fold_next(&fold,
			cursor_take(&headers, JOURNAL_HEADER_SIZE).data));
	}
	paper->entries = entries;
	paper_journal(paper);
	paper_certify_journal(paper);
}

/* The header, as it follows the last one of these. */
static void chain_again(
	struct writer *out, struct journal_header *header, struct digest *chain)
{
	uint8_t bytes[JOURNAL_HEADER_SIZE];
	header->entry = out->size / JOURNAL_HEADER_SIZE;
	header->previous = *chain;
	journal_header_encode(header, bytes);
	*chain = sha256(bytes_of(bytes, sizeof(bytes)));
	write_bytes(out, bytes_of(bytes, sizeof(bytes)));
}

void paper_leave_out(struct paper *paper, enum entry_type type)
{
	struct writer headers_out, listings_out;
	struct cursor entries = cursor_of(paper_get(paper, "entries"));
	struct cursor items = cursor_of(paper_get(paper, "items"));
	struct digest chain = { { 0 } };
	begin(paper, &headers_out, &listings_out);
	while (entries.rest.size > 0) {
		struct journal_header header;
		struct bytes listing;
		uint64_t size;
		assert_null(journal_header_decode(
			cursor_take(&entries, JOURNAL_HEADER_SIZE).data,
			&header));
		assert_null(listing_take(&items, &listing, &size));
		if (header.type == type)
			continue;
		chain_again(&headers_out, &header, &chain);
		write_bytes(&listings_out, listing);
	}
	put_lists(paper, &headers_out, &listings_out);
}
