/*
 * The journal role: the only process that holds the journal's partition.
 * It appends, folds, and hands entries out as sealed memfds. What it reads
 * back is checked again against what it folded: a disk may change its mind.
 */
#include "appliance/machine/roles.h"

#include "appliance/formats/checkpoint.h"
#include "appliance/formats/crypto.h"
#include "appliance/machine/items.h"
#include "appliance/machine/journal.h"
#include "appliance/machine/memfd.h"
#include "appliance/machine/role.h"
#include "appliance/machine/spawn.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PARTITION = SPAWN_GRANTED };

/* Where an entry is, and the chain value that it must still have. */
struct place {
	uint64_t offset;
	struct digest chain;
};

struct box_key {
	uint64_t entry;
	uint16_t station;
	uint16_t sequence;
	struct digest digest;
};

struct journal {
	struct journal_fold fold;
	uint8_t mac_key[SHA256_SIZE];
	uint64_t end; /* offset of the next entry */
	struct place *place;
	size_t places;
	struct box_key *box;
	size_t boxes;
};

static bool read_at(uint64_t offset, void *out, size_t size)
{
	uint8_t *to = out;
	while (size > 0) {
		const ssize_t got = pread(PARTITION, to, size, (off_t)offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		to += got;
		offset += (uint64_t)got;
		size -= (size_t)got;
	}
	return true;
}

static bool write_at(uint64_t offset, const uint8_t *from, size_t size)
{
	while (size > 0) {
		const ssize_t put =
			pwrite(PARTITION, from, size, (off_t)offset);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		from += put;
		offset += (uint64_t)put;
		size -= (size_t)put;
	}
	return fdatasync(PARTITION) == 0;
}

/* An entry as it lies on the partition. `whole` is from malloc. */
struct raw_entry {
	uint8_t *whole;
	size_t size;
	struct journal_header header;
};

static struct bytes raw_payload(const struct raw_entry *raw)
{
	return bytes_of(
		raw->whole + JOURNAL_LEAD_SIZE, (size_t)raw->header.size);
}

static refusal raw_check(const struct raw_entry *raw)
{
	const struct digest payload = sha256(raw_payload(raw));
	const size_t used = JOURNAL_LEAD_SIZE + (size_t)raw->header.size;
	if (!digest_equal(&payload, &raw->header.payload))
		return "its payload was changed";
	for (size_t i = used; i < raw->size; i++)
		if (raw->whole[i] != 0)
			return "the zeros after it were changed";
	return NULL;
}

/* The caller frees raw->whole, also when refused. */
static refusal raw_read(uint64_t offset, struct raw_entry *raw)
{
	uint8_t lead[JOURNAL_LEAD_SIZE];
	refusal why;
	raw->whole = NULL;
	if (!read_at(offset, lead, sizeof(lead)))
		return "the partition ends here";
	why = journal_header_decode(lead, &raw->header);
	if (why != NULL)
		return why;
	raw->size = (size_t)journal_entry_size(raw->header.size);
	raw->whole = malloc(raw->size);
	if (raw->whole == NULL || !read_at(offset, raw->whole, raw->size))
		return "it cannot be read";
	return raw_check(raw);
}

static struct digest mac_of(
	const struct journal *journal, const uint8_t *header)
{
	return hmac_sha256(bytes_of(journal->mac_key, sizeof(journal->mac_key)),
		bytes_of(header, JOURNAL_HEADER_SIZE));
}

static bool mac_holds(
	const struct journal *journal, const struct raw_entry *raw)
{
	const struct digest mac = mac_of(journal, raw->whole);
	return bytes_equal_secret(bytes_of(mac.byte, sizeof(mac.byte)),
		bytes_of(raw->whole + JOURNAL_HEADER_SIZE, JOURNAL_MAC_SIZE));
}

static bool remember_place(struct journal *journal, uint64_t offset)
{
	struct place *grown = reallocarray(
		journal->place, journal->places + 1, sizeof(*grown));
	if (grown == NULL)
		return false;
	journal->place = grown;
	grown[journal->places++] =
		(struct place){ offset, journal->fold.chain };
	return true;
}

static bool remember_box(struct journal *journal, const struct box_key *box)
{
	struct box_key *grown =
		reallocarray(journal->box, journal->boxes + 1, sizeof(*grown));
	if (grown == NULL)
		return false;
	journal->box = grown;
	grown[journal->boxes++] = *box;
	return true;
}

static void box_item_write(struct writer *out, const struct journal_append *a)
{
	uint8_t space[4 + SHA256_SIZE];
	struct writer item = writer_of(space, sizeof(space));
	write_u16(&item, a->station);
	write_u16(&item, a->sequence);
	write_bytes(&item, bytes_of(a->digest.byte, SHA256_SIZE));
	write_item(out, ITEM_PRIVATE, "box", written(&item));
}

static refusal box_item_read(struct bytes payload, struct box_key *out)
{
	struct bytes content;
	struct cursor in;
	if (!items_find(payload, "box", &content))
		return "a box entry does not say which box";
	in = cursor_of(content);
	out->station = cursor_u16(&in);
	out->sequence = cursor_u16(&in);
	cursor_copy(&in, out->digest.byte, SHA256_SIZE);
	return cursor_done(&in) ? NULL : "a box entry does not say which box";
}

/* Folds an entry that is on the partition at the end of what is known. */
static refusal take(struct journal *journal, const struct raw_entry *raw)
{
	struct box_key box = { .entry = journal->fold.entries };
	refusal why = items_check(raw_payload(raw));
	if (why == NULL && raw->header.type == ENTRY_BOX)
		why = box_item_read(raw_payload(raw), &box);
	if (why == NULL)
		why = journal_fold_next(&journal->fold, raw->whole);
	if (why != NULL)
		return why;
	if (!remember_place(journal, journal->end) ||
		(raw->header.type == ENTRY_BOX && !remember_box(journal, &box)))
		return "there is no memory";
	journal->end += raw->size;
	return NULL;
}

/* Why the entry after the last one taken is not one. */
static refusal scan(struct journal *journal)
{
	for (;;) {
		struct raw_entry raw;
		refusal why = raw_read(journal->end, &raw);
		if (why == NULL && !mac_holds(journal, &raw))
			why = "its MAC is wrong";
		if (why == NULL)
			why = take(journal, &raw);
		free(raw.whole);
		if (why != NULL)
			return why;
	}
}

static refusal handle_scan(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct journal_scanned answer = { .blank = 1 };
	struct raw_entry raw;
	struct bytes lock;
	(void)state;
	(void)message;
	if (raw_read(0, &raw) == NULL && raw.header.type == ENTRY_ENROLLED &&
		items_check(raw_payload(&raw)) == NULL &&
		items_find(raw_payload(&raw), "lock", &lock) &&
		journal_lock_decode(lock, &answer.lock) == NULL)
		answer.blank = 0;
	free(raw.whole);
	return wire_send(end, JOURNAL_SCANNED, &answer, NULL, 0);
}

static void start(struct journal *journal, const struct journal_key *key)
{
	memcpy(journal->mac_key, key->mac_key.byte, sizeof(journal->mac_key));
	journal_fold_start(&journal->fold);
	journal->end = 0;
	journal->places = 0;
	journal->boxes = 0;
}

static refusal handle_begin(
	void *state, struct wire_end *end, struct wire_message *message)
{
	start(state, &message->body.key);
	return wire_send(end, DONE, NULL, NULL, 0);
}

static struct journal_unlocked unlocked(const struct journal_fold *fold)
{
	return (struct journal_unlocked){
		.state = (uint16_t)fold->state,
		.entries = fold->entries,
		.anchor_chain = fold->anchored_chain,
		.size = fold->tree.size,
		.root = merkle_root(&fold->tree),
		.frozen_size = fold->frozen_size,
		.frozen_root = fold->frozen_root,
		.frozen_anchor = fold->frozen_anchor,
		.enrolled = fold->last[ENTRY_ENROLLED],
		.sealed = fold->last[ENTRY_SEALED],
		.opened = fold->last[ENTRY_OPEN],
		.closed = fold->last[ENTRY_CLOSED],
		.approved = fold->last[ENTRY_APPROVED],
	};
}

/*
 * Where an anchored journal stopped making sense is told by the scan; an
 * anchor beyond a journal that simply ends means that entries are missing.
 */
static refusal refuse_anchor(struct wire_end *end,
	const struct journal_fold *fold, const char *scan_end)
{
	char entry[64];
	snprintf(entry, sizeof(entry), "journal entry %" PRIu64, fold->entries);
	return role_refuse(end, entry, scan_end,
		"but the TPM has anchored more than the entries before it");
}

static refusal handle_unlock(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct journal *journal = state;
	struct journal_unlocked answer;
	enum anchor_verdict verdict;
	const char *scan_end;
	start(journal, &message->body.key);
	scan_end = scan(journal);
	verdict =
		journal_fold_compare(&journal->fold, &message->body.key.anchor);
	if (verdict == ANCHOR_DIFFERS)
		return refuse_anchor(end, &journal->fold, scan_end);
	answer = unlocked(&journal->fold);
	answer.anchor_due = verdict == ANCHOR_DUE;
	return wire_send(end, JOURNAL_UNLOCKED, &answer, NULL, 0);
}

static const struct box_key *same_box(
	const struct journal *journal, const struct journal_append *append)
{
	for (size_t i = 0; i < journal->boxes; i++) {
		const struct box_key *box = &journal->box[i];
		const bool same_place = box->station == append->station &&
					box->sequence == append->sequence;
		if (same_place || digest_equal(&box->digest, &append->digest))
			return box;
	}
	return NULL;
}

/* The whole entry in memory, the MAC in place. The caller frees it. */
static refusal compose(const struct journal *journal,
	const struct journal_append *append, const struct bytes *list,
	size_t lists, struct raw_entry *raw)
{
	size_t room = ITEM_OVERHEAD + ITEM_NAME_MOST + 4 + SHA256_SIZE;
	struct writer payload;
	struct digest mac;
	for (size_t i = 0; i < lists; i++)
		room += list[i].size;
	raw->size = (size_t)journal_entry_size(room);
	raw->whole = calloc(1, raw->size);
	if (raw->whole == NULL)
		return "there is no memory";
	payload = writer_of(raw->whole + JOURNAL_LEAD_SIZE, room);
	if (append->type == ENTRY_BOX)
		box_item_write(&payload, append);
	for (size_t i = 0; i < lists; i++)
		write_bytes(&payload, list[i]);
	if (payload.broken || payload.size > JOURNAL_PAYLOAD_MOST)
		return "the entry is too large";
	raw->size = (size_t)journal_entry_size(payload.size);
	raw->header = (struct journal_header){
		.type = append->type,
		.anchored = entry_row_of(append->type)->anchored,
		.entry = journal->fold.entries,
		.size = payload.size,
		.payload = sha256(written(&payload)),
		.previous = journal->fold.chain,
	};
	journal_header_encode(&raw->header, raw->whole);
	mac = mac_of(journal, raw->whole);
	memcpy(raw->whole + JOURNAL_HEADER_SIZE, mac.byte, sizeof(mac.byte));
	return items_check(written(&payload));
}

static refusal append(struct journal *journal,
	const struct journal_append *append, const struct bytes *list,
	size_t lists)
{
	struct raw_entry raw = { 0 };
	const struct journal_fold before = journal->fold;
	const uint64_t end = journal->end;
	refusal why;
	if (entry_row_of(append->type) == NULL)
		return "its type is unknown";
	why = compose(journal, append, list, lists, &raw);
	if (why == NULL)
		why = take(journal, &raw);
	if (why == NULL && !write_at(end, raw.whole, raw.size)) {
		journal->fold = before;
		why = "the partition does not take it: it is full or broken";
	}
	free(raw.whole);
	return why;
}

static refusal answer_appended(struct wire_end *end, const struct journal *j)
{
	const struct journal_appended answer = {
		.entry = j->fold.entries - 1,
		.anchored = j->fold.anchored == j->fold.entries,
		.chain = j->fold.chain,
		.size = j->fold.tree.size,
		.root = merkle_root(&j->fold.tree),
	};
	return wire_send(end, JOURNAL_APPENDED, &answer, NULL, 0);
}

static refusal handle_append(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct journal *journal = state;
	const struct journal_append *what = &message->body.append;
	struct bytes list[WIRE_DESCRIPTORS_MOST] = { 0 };
	size_t lists = 0;
	refusal why = NULL;
	if (what->type == ENTRY_BOX && same_box(journal, what) != NULL) {
		char entry[64];
		snprintf(entry, sizeof(entry), "journal entry %" PRIu64,
			same_box(journal, what)->entry);
		return role_refuse(
			end, "this box was delivered before", entry, NULL);
	}
	while (why == NULL && lists < WIRE_DESCRIPTORS_MOST &&
		message->descriptor[lists] >= 0) {
		why = memfd_map(
			message->descriptor[lists], ITEMS_MOST, &list[lists]);
		lists += why == NULL;
	}
	if (why == NULL)
		why = append(journal, what, list, lists);
	for (size_t i = 0; i < lists; i++)
		memfd_unmap(&list[i]);
	if (why != NULL)
		return role_refuse(
			end, "the journal takes no entry", why, NULL);
	return answer_appended(end, journal);
}

/* Reads an entry again: it must be what was folded. */
static refusal reread(
	const struct journal *journal, uint64_t entry, struct raw_entry *raw)
{
	struct digest chain;
	refusal why;
	raw->whole = NULL;
	if (entry >= journal->places)
		return "there is no such entry";
	why = raw_read(journal->place[entry].offset, raw);
	if (why != NULL)
		return why;
	chain = sha256(bytes_of(raw->whole, JOURNAL_HEADER_SIZE));
	return digest_equal(&chain, &journal->place[entry].chain)
		       ? NULL
		       : "it is not what it was";
}

static refusal handle_get(
	void *state, struct wire_end *end, struct wire_message *message)
{
	const uint64_t entry = message->body.get.entry;
	struct raw_entry raw;
	struct journal_entry answer = { .entry = entry };
	refusal why = reread(state, entry, &raw);
	int memfd;
	if (why != NULL) {
		free(raw.whole);
		return role_refuse(end, "a journal entry", why, NULL);
	}
	answer.type = raw.header.type;
	memfd = memfd_of(raw_payload(&raw));
	free(raw.whole);
	if (memfd < 0)
		return "there is no memory";
	why = wire_send(end, JOURNAL_ENTRY, &answer, &memfd, 1);
	close(memfd);
	return why;
}

static refusal write_heads(struct journal *journal, const char *origin,
	struct writer *out, struct writer *headers)
{
	uint8_t space[512];
	struct writer text = writer_of(space, sizeof(space));
	const struct checkpoint checkpoint = {
		.origin = bytes_of_text(origin),
		.size = journal->fold.tree.size,
		.root = merkle_root(&journal->fold.tree),
	};
	for (uint64_t i = 0; i < journal->fold.entries; i++) {
		struct raw_entry raw;
		const refusal why = reread(journal, i, &raw);
		if (why == NULL)
			write_bytes(headers,
				bytes_of(raw.whole, JOURNAL_HEADER_SIZE));
		free(raw.whole);
		if (why != NULL)
			return why;
	}
	write_checkpoint(&text, &checkpoint);
	write_item(out, ITEM_PUBLIC, "checkpoint", written(&text));
	write_item(out, ITEM_PUBLIC, "entries", written(headers));
	return NULL;
}

static refusal handle_heads(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct journal *journal = state;
	const size_t size = (size_t)journal->fold.entries * JOURNAL_HEADER_SIZE;
	uint8_t *space = malloc(2 * size + 1024);
	struct writer headers = writer_of(space, size);
	struct writer out = writer_of(space + size, size + 1024);
	refusal why;
	if (space == NULL)
		return "there is no memory";
	why = write_heads(journal, message->body.text.line, &out, &headers);
	why = why != NULL ? role_refuse(end, "the journal", why, NULL)
			  : role_send_written(end, JOURNAL_MEMBERS, NULL, &out);
	free(space);
	return why;
}

int role_journal(void)
{
	static const struct role_duty duties[] = {
		{ JOURNAL_SCAN, handle_scan },
		{ JOURNAL_BEGIN, handle_begin },
		{ JOURNAL_UNLOCK, handle_unlock },
		{ JOURNAL_APPEND, handle_append },
		{ JOURNAL_GET, handle_get },
		{ JOURNAL_HEADS, handle_heads },
	};
	struct journal journal = { 0 };
	struct wire_end end = role_end(ROLE_JOURNAL);
	return role_serve(
		&end, duties, sizeof(duties) / sizeof(duties[0]), &journal);
}
