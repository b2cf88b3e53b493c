/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal role: the only process that holds the journal's partition.
 * It appends, folds, and hands entries out as sealed memfds. What it reads
 * back is checked again against what it folded: a disk may change its mind.
 */
#include "appliance/machine/roles.h"

#include "appliance/formats/checkpoint.h"
#include "appliance/formats/crypto.h"
#include "appliance/machine/memfd.h"
#include "appliance/machine/role.h"
#include "appliance/machine/spawn.h"
#include "appliance/record/items.h"
#include "appliance/record/journal.h"
#include "appliance/record/members.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	PARTITION = SPAWN_GRANTED,
	READ_TRIES = 4,
	NUMBERS = 1 << 16, /* of stations, and of no station */
};
static const uint32_t NONE = UINT32_MAX;

/* Where an entry is, and the chain value that it must still have. */
struct place {
	uint64_t offset;
	struct digest chain;
	uint64_t leaf;
	uint64_t before; /* the entry of its type before it */
};

/* A box, taken or refused. */
struct delivered {
	uint64_t entry;
	struct digest text;
	uint32_t before; /* the one of its station before it, or NONE */
	uint16_t type;
	uint16_t station;
	uint16_t sequence;
};

struct journal {
	struct journal_fold fold;
	uint8_t mac_key[SHA256_SIZE];
	uint64_t end;	    /* offset of the next entry */
	uint64_t partition; /* its size */
	struct place *place;
	size_t places;
	size_t place_room;
	uint8_t *listings; /* of all entries, one behind the other */
	size_t listings_size;
	size_t listings_room;
	struct delivered *delivered; /* in this election */
	uint32_t deliveries;
	size_t delivered_room;
	uint32_t last_of[NUMBERS]; /* delivery of each station, or NONE */
};

static const char unreadable[] = "the disk cannot read it";

/*
 * Of a sector that cannot be read at once a disk may give the content later;
 * one that stays unreadable was destroyed when a write was cut off.
 */
static refusal read_at(uint64_t offset, void *out, size_t size)
{
	uint8_t *to = out;
	int tries = READ_TRIES;
	while (size > 0) {
		const ssize_t got = pread(PARTITION, to, size, (off_t)offset);
		if (got == 0)
			return "the partition ends here, and was larger before";
		if (got < 0 && errno != EINTR && --tries == 0)
			return unreadable;
		if (got < 0)
			continue;
		to += got;
		offset += (uint64_t)got;
		size -= (size_t)got;
	}
	return NULL;
}

static refusal write_refusal(int error)
{
	switch (error) {
	case ENOSPC:
		return "the journal's partition is full: move the journal to a "
		       "larger one";
	case EROFS:
	case EPERM:
		return "the machine's disk is write-protected: let it be "
		       "written, then switch off and on";
	default:
		return "the machine's disk cannot write: switch off and on; if "
		       "it stays so, copy the disk to another";
	}
}

/* A device has no room behind its end, and says so in one of two ways. */
static refusal write_at(uint64_t offset, const uint8_t *from, size_t size)
{
	while (size > 0) {
		const ssize_t put =
			pwrite(PARTITION, from, size, (off_t)offset);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return write_refusal(put == 0 ? ENOSPC : errno);
		from += put;
		offset += (uint64_t)put;
		size -= (size_t)put;
	}
	return fdatasync(PARTITION) == 0 ? NULL : write_refusal(errno);
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
	struct digest payload;
	const size_t used = JOURNAL_LEAD_SIZE + (size_t)raw->header.size;
	if (items_digest(raw_payload(raw), &payload) != NULL ||
		!digest_equal(&payload, &raw->header.payload))
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
	why = read_at(offset, lead, sizeof(lead));
	if (why == NULL)
		why = journal_header_decode(lead, &raw->header);
	if (why != NULL)
		return why;
	raw->size = (size_t)journal_entry_size(raw->header.size);
	raw->whole = malloc(raw->size);
	if (raw->whole == NULL)
		return "there is no memory";
	why = read_at(offset, raw->whole, raw->size);
	return why != NULL ? why : raw_check(raw);
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

/*
 * The list with room for so many elements; NULL when there is no memory. By a
 * half at once: one more each time would move the whole list as often.
 */
static void *with_room(void *list, size_t *room, size_t wanted, size_t size)
{
	const size_t more = wanted + wanted / 2 + 64;
	void *grown = list;
	if (wanted <= *room)
		return list;
	grown = reallocarray(list, more, size);
	if (grown != NULL)
		*room = more;
	return grown;
}

static bool remember_place(
	struct journal *journal, uint64_t leaf, uint64_t before)
{
	struct place *grown = with_room(journal->place, &journal->place_room,
		journal->places + 1, sizeof(*grown));
	if (grown == NULL)
		return false;
	journal->place = grown;
	grown[journal->places++] = (struct place){ journal->end,
		journal->fold.chain, leaf, before };
	return true;
}

static bool is_delivery(unsigned type)
{
	return type == ENTRY_BOX || type == ENTRY_REFUSED;
}

static bool remember_delivery(
	struct journal *journal, const struct journal_header *header)
{
	struct delivered *grown =
		with_room(journal->delivered, &journal->delivered_room,
			journal->deliveries + 1UL, sizeof(*grown));
	if (grown == NULL)
		return false;
	journal->delivered = grown;
	grown[journal->deliveries] = (struct delivered){
		.entry = header->entry,
		.text = header->text,
		.before = journal->last_of[header->station],
		.type = header->type,
		.station = header->station,
		.sequence = header->sequence,
	};
	journal->last_of[header->station] = journal->deliveries++;
	return true;
}

static void forget_deliveries(struct journal *journal)
{
	journal->deliveries = 0;
	memset(journal->last_of, UINT8_MAX, sizeof(journal->last_of));
}

static bool remember_listing(struct journal *journal, struct bytes payload)
{
	const size_t size = listing_size(payload);
	uint8_t *grown = with_room(journal->listings, &journal->listings_room,
		journal->listings_size + size, 1);
	struct writer out;
	if (grown == NULL)
		return false;
	journal->listings = grown;
	out = writer_of(grown + journal->listings_size, size);
	journal->listings_size += size;
	return write_listing(&out, payload) == NULL;
}

/* Folds an entry that is on the partition at the end of what is known. */
static refusal take(struct journal *journal, const struct raw_entry *raw)
{
	const uint64_t leaf = journal->fold.tree.size;
	uint64_t before = UINT64_MAX;
	refusal why = items_check(raw_payload(raw));
	if (why == NULL && entry_row_of(raw->header.type) != NULL)
		before = journal->fold.last[raw->header.type];
	if (why == NULL)
		why = journal_fold_next(&journal->fold, raw->whole);
	if (why != NULL)
		return why;
	if (raw->header.type == ENTRY_SEALED)
		forget_deliveries(journal);
	if (!remember_place(journal, leaf, before) ||
		!remember_listing(journal, raw_payload(raw)) ||
		(is_delivery(raw->header.type) &&
			!remember_delivery(journal, &raw->header)))
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

/* The lock of entry 0, or why there is none. */
static refusal read_lock(struct journal_lock *out)
{
	struct raw_entry raw;
	struct bytes lock;
	refusal why = raw_read(0, &raw);
	if (why == NULL && raw.header.type != ENTRY_ENROLLED)
		why = "it is not that of an enrolment";
	if (why == NULL)
		why = items_check(raw_payload(&raw));
	if (why == NULL &&
		(!items_find(raw_payload(&raw), MEMBER_LOCK, &lock) ||
			journal_lock_decode(lock, out) != NULL))
		why = "it has no lock";
	free(raw.whole);
	return why;
}

static bool read_boot(uint64_t offset, struct boot_policy *out)
{
	struct raw_entry raw;
	struct bytes boot;
	const bool found =
		raw_read(offset, &raw) == NULL &&
		items_check(raw_payload(&raw)) == NULL &&
		items_find(raw_payload(&raw), MEMBER_BOOT_STATE, &boot) &&
		journal_boot_decode(boot, out) == NULL;
	free(raw.whole);
	return found;
}

/* Room for one more: the oldest goes. */
static struct later_software *next_software(struct journal_scanned *scanned)
{
	if (scanned->software_count == WIRE_SOFTWARE_MOST)
		memmove(scanned->software, scanned->software + 1,
			--scanned->software_count * sizeof(*scanned->software));
	return &scanned->software[scanned->software_count++];
}

/*
 * Software that entries approve, as far as headers follow one another. No MAC
 * is looked at, for its key is not known yet.
 */
static void read_software(struct journal_scanned *scanned)
{
	uint8_t lead[JOURNAL_LEAD_SIZE];
	struct digest chain = { { 0 } };
	uint64_t offset = 0;
	for (uint64_t entry = 0; read_at(offset, lead, sizeof(lead)) == NULL;
		entry++) {
		struct journal_header header;
		struct boot_policy boot;
		if (journal_header_decode(lead, &header) != NULL ||
			header.entry != entry ||
			!digest_equal(&header.previous, &chain))
			return;
		if (header.type == ENTRY_SOFTWARE && read_boot(offset, &boot))
			*next_software(scanned) =
				(struct later_software){ entry, boot };
		chain = sha256(bytes_of(lead, JOURNAL_HEADER_SIZE));
		offset += journal_entry_size(header.size);
	}
}

static refusal handle_scan(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct journal_scanned answer = { .blank = 0 };
	const refusal why = read_lock(&answer.lock);
	(void)state;
	(void)message;
	answer.blank = why != NULL;
	answer.unreadable = why == unreadable;
	if (why == NULL)
		read_software(&answer);
	return wire_send(end, SAY(JOURNAL_SCANNED, &answer), NULL, 0);
}

static uint64_t partition_size(void)
{
	const off_t size = lseek(PARTITION, 0, SEEK_END);
	return size > 0 ? (uint64_t)size : 0;
}

static void start(struct journal *journal, const struct journal_key *key)
{
	memcpy(journal->mac_key, key->mac_key.byte, sizeof(journal->mac_key));
	journal_fold_start(&journal->fold);
	journal->end = 0;
	journal->places = 0;
	journal->listings_size = 0;
	journal->partition = partition_size();
	forget_deliveries(journal);
}

static refusal handle_begin(
	void *state, struct wire_end *end, struct wire_message *message)
{
	start(state, HEARD(message, JOURNAL_BEGIN));
	return wire_send(end, SAY(DONE, &nothing), NULL, 0);
}

static uint64_t free_room(const struct journal *journal)
{
	return journal->partition > journal->end
		       ? journal->partition - journal->end
		       : 0;
}

/* Of a fold that may be of an earlier moment; the room is that of now. */
static struct journal_folded folded(
	const struct journal *journal, const struct journal_fold *fold)
{
	return (struct journal_folded){
		.partition = journal->partition,
		.free = free_room(journal),
		.state = (uint16_t)fold->state,
		.entries = fold->entries,
		.anchor_chain = fold->anchored_chain,
		.anchor = fold->anchor,
		.anchored = fold->anchored,
		.size = fold->tree.size,
		.root = merkle_root(&fold->tree),
		.frozen_size = fold->frozen_size,
		.frozen_root = fold->frozen_root,
		.enrolled = fold->last[ENTRY_ENROLLED],
		.sealed = fold->last[ENTRY_SEALED],
		.opened = fold->last[ENTRY_OPEN],
		.closed = fold->last[ENTRY_CLOSED],
		.approved = fold->last[ENTRY_APPROVED],
		.released = fold->last[ENTRY_RELEASED],
		.abandoned = fold->last[ENTRY_ABANDONED],
		.software = fold->last[ENTRY_SOFTWARE],
		.sealed_software = fold->sealed_software,
		.revocation = fold->last[ENTRY_REVOCATION],
		.headers = fold->headers,
		.stations = fold->stations,
	};
}

/*
 * Where an anchored journal stopped making sense is told by the scan; an
 * anchor beyond a journal that simply ends means that entries are missing.
 */
static refusal refuse_anchor(struct wire_end *end,
	const struct journal_fold *fold, const char *scan_end)
{
	struct notice why =
		notice_of(NOTICE_PART(JOURNAL_ENTRY, .first = fold->entries));
	notice_add(&why, notice_refusal(scan_end));
	notice_add(&why, NOTICE_PART(ANCHORED_MORE));
	return role_refuse_all(end, &why);
}

static refusal handle_unlock(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct journal *journal = state;
	struct journal_folded answer;
	enum anchor_verdict verdict;
	const char *scan_end;
	start(journal, HEARD(message, JOURNAL_UNLOCK));
	scan_end = scan(journal);
	verdict = journal_fold_compare(
		&journal->fold, &HEARD(message, JOURNAL_UNLOCK)->anchor);
	if (verdict == ANCHOR_DIFFERS)
		return refuse_anchor(end, &journal->fold, scan_end);
	answer = folded(journal, &journal->fold);
	answer.anchor_due = verdict == ANCHOR_DUE;
	return wire_send(end, SAY(JOURNAL_UNLOCKED, &answer), NULL, 0);
}

/* In the place of a box; of a refused one with the same text. */
static bool is_same(
	const struct delivered *delivered, const struct journal_append *append)
{
	return delivered->type == append->type &&
	       delivered->sequence == append->sequence &&
	       (append->type == ENTRY_BOX ||
		       digest_equal(&delivered->text, &append->text));
}

/* NULL when it is new; `*refused`: entries of its station that are so. */
static const struct delivered *find_same(const struct journal *journal,
	const struct journal_append *append, uint32_t *refused)
{
	uint32_t at = is_delivery(append->type)
			      ? journal->last_of[append->station]
			      : NONE;
	*refused = 0;
	while (at != NONE) {
		const struct delivered *delivered = &journal->delivered[at];
		if (is_same(delivered, append))
			return delivered;
		*refused += delivered->type == ENTRY_REFUSED;
		at = delivered->before;
	}
	return NULL;
}

/* The whole entry in memory, the MAC in place. The caller frees it. */
static refusal compose(const struct journal *journal,
	const struct journal_append *append, const struct bytes *list,
	size_t lists, struct raw_entry *raw)
{
	size_t room = 0;
	struct writer payload;
	struct digest listed;
	struct digest mac;
	refusal why;
	for (size_t i = 0; i < lists; i++)
		room += list[i].size;
	raw->size = (size_t)journal_entry_size(room);
	raw->whole = calloc(1, raw->size);
	if (raw->whole == NULL)
		return "there is no memory";
	payload = writer_of(raw->whole + JOURNAL_LEAD_SIZE, room);
	for (size_t i = 0; i < lists; i++)
		write_bytes(&payload, list[i]);
	if (payload.broken || payload.size > JOURNAL_PAYLOAD_MOST)
		return "the entry is too large";
	why = items_digest(written(&payload), &listed);
	if (why != NULL)
		return why;
	raw->size = (size_t)journal_entry_size(payload.size);
	raw->header = (struct journal_header){
		.type = append->type,
		.anchored = entry_row_of(append->type)->anchored,
		.station = append->station,
		.sequence = append->sequence,
		.entry = journal->fold.entries,
		.size = payload.size,
		.payload = listed,
		.text = append->text,
		.previous = journal->fold.chain,
	};
	journal_header_encode(&raw->header, raw->whole);
	mac = mac_of(journal, raw->whole);
	memcpy(raw->whole + JOURNAL_HEADER_SIZE, mac.byte, sizeof(mac.byte));
	return NULL;
}

/*
 * Writes an entry that was composed, once the fold allows it. What is not on
 * the partition is not folded: the next entry would stand behind a gap.
 */
static refusal append(
	struct journal *journal, const struct raw_entry *raw, uint64_t leave)
{
	struct journal_fold trial = journal->fold;
	refusal why = journal_fold_next(&trial, raw->whole);
	if (why == NULL && leave > 0 &&
		(free_room(journal) < leave ||
			free_room(journal) - leave < raw->size))
		why = "it has no room left for boxes; nothing is lost: move "
		      "it to a larger partition and bring this medium again";
	if (why == NULL)
		why = write_at(journal->end, raw->whole, raw->size);
	return why != NULL ? why : take(journal, raw);
}

/* The anchor is due when it is this entry that is anchored. */
static refusal answer_appended(
	struct wire_end *end, const struct journal *journal)
{
	const struct journal_fold *fold = &journal->fold;
	struct journal_folded answer = folded(journal, fold);
	answer.anchor_due = fold->anchored == fold->entries;
	return wire_send(end, SAY(JOURNAL_APPENDED, &answer), NULL, 0);
}

static refusal map_lists(const struct wire_message *message,
	struct bytes list[WIRE_DESCRIPTORS_MOST], size_t *lists)
{
	refusal why = NULL;
	*lists = 0;
	while (why == NULL && *lists < WIRE_DESCRIPTORS_MOST &&
		message->descriptor[*lists] >= 0) {
		why = memfd_map(
			message->descriptor[*lists], ITEMS_MOST, &list[*lists]);
		*lists += why == NULL;
	}
	return why;
}

/*
 * The very same box again is no news, however often its note was signed, nor
 * is the same refusal of one.
 */
static refusal answer_same(struct wire_end *end,
	const struct delivered *delivered, const struct journal_append *append)
{
	const struct journal_known known = { delivered->entry,
		digest_equal(&delivered->text, &append->text) };
	return wire_send(end, SAY(JOURNAL_KNOWN, &known), NULL, 0);
}

static bool has_definition(const struct raw_entry *raw, struct bytes definition)
{
	struct bytes other;
	return items_find(raw_payload(raw), MEMBER_DEFINITION, &other) &&
	       bytes_equal(other, definition);
}

/*
 * A definition is sealed once: whoever kept the medium could otherwise begin
 * the same election anew, and what it came to could not be had any more.
 */
static refusal sealed_once(
	const struct journal *journal, const struct raw_entry *raw)
{
	uint64_t entry = journal->fold.last[ENTRY_SEALED];
	struct bytes definition;
	bool same = false;
	if (!items_find(raw_payload(raw), MEMBER_DEFINITION, &definition))
		return NULL;
	while (entry != UINT64_MAX && !same) {
		struct raw_entry before;
		const struct place *place = &journal->place[entry];
		const refusal why = raw_read(place->offset, &before);
		same = why == NULL && has_definition(&before, definition);
		free(before.whole);
		if (why != NULL)
			return why;
		entry = place->before;
	}
	return same ? "this definition was sealed before; an election has a "
		      "definition of its own"
		    : NULL;
}

static refusal handle_append(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct journal *journal = state;
	const struct journal_append *what = HEARD(message, JOURNAL_APPEND);
	struct bytes list[WIRE_DESCRIPTORS_MOST];
	struct raw_entry raw = { 0 };
	uint32_t refused;
	const struct delivered *same = find_same(journal, what, &refused);
	const bool enough = what->most > 0 && refused >= what->most;
	size_t lists;
	refusal why = map_lists(message, list, &lists);
	if (why == NULL && entry_row_of(what->type) == NULL)
		why = "its type is unknown";
	if (why == NULL)
		why = compose(journal, what, list, lists, &raw);
	if (why == NULL && what->type == ENTRY_SEALED)
		why = sealed_once(journal, &raw);
	if (why == NULL && same == NULL && !enough)
		why = append(journal, &raw, what->leave);
	for (size_t i = 0; i < lists; i++)
		memfd_unmap(&list[i]);
	if (why != NULL)
		why = role_refuse(end, "the journal takes no entry", why);
	else if (same != NULL)
		why = answer_same(end, same, what);
	else if (enough)
		why = wire_send(end, SAY(JOURNAL_ENOUGH, &nothing), NULL, 0);
	else
		why = answer_appended(end, journal);
	free(raw.whole);
	return why;
}

/* What is read again must be what was folded. */
static refusal compare_header(
	const struct place *place, const uint8_t header[JOURNAL_HEADER_SIZE])
{
	const struct digest chain =
		sha256(bytes_of(header, JOURNAL_HEADER_SIZE));
	return digest_equal(&chain, &place->chain) ? NULL
						   : "it is not what it was";
}

static refusal reread(
	const struct journal *journal, uint64_t entry, struct raw_entry *raw)
{
	refusal why;
	raw->whole = NULL;
	if (entry >= journal->places)
		return "there is no such entry";
	why = raw_read(journal->place[entry].offset, raw);
	return why != NULL ? why
			   : compare_header(&journal->place[entry], raw->whole);
}

/* Of an entry that there is; its payload may be large, and stays unread. */
static refusal reread_header(
	const struct place *place, uint8_t header[JOURNAL_HEADER_SIZE])
{
	const refusal why = read_at(place->offset, header, JOURNAL_HEADER_SIZE);
	return why != NULL ? why : compare_header(place, header);
}

static refusal handle_get(
	void *state, struct wire_end *end, struct wire_message *message)
{
	const struct journal *journal = state;
	const uint64_t entry = HEARD(message, JOURNAL_GET)->entry;
	struct raw_entry raw;
	struct journal_entry answer = { .entry = entry };
	refusal why = reread(journal, entry, &raw);
	int memfd;
	if (why != NULL) {
		free(raw.whole);
		return role_refuse(end, "a journal entry", why);
	}
	answer.type = raw.header.type;
	answer.leaf = journal->place[entry].leaf;
	answer.before = journal->place[entry].before;
	answer.station = raw.header.station;
	answer.sequence = raw.header.sequence;
	answer.text = raw.header.text;
	memfd = memfd_of(raw_payload(&raw));
	free(raw.whole);
	if (memfd < 0)
		return "there is no memory";
	why = wire_send(end, SAY(JOURNAL_ENTRY, &answer), &memfd, 1);
	close(memfd);
	return why;
}

/* The first entries once more, as they were folded. */
static refusal read_headers(const struct journal *journal, uint64_t entries,
	struct journal_fold *fold)
{
	journal_fold_start(fold);
	if (entries > journal->fold.entries)
		return "there are not so many entries";
	for (uint64_t i = 0; i < entries; i++) {
		uint8_t header[JOURNAL_HEADER_SIZE];
		refusal why = reread_header(&journal->place[i], header);
		if (why == NULL)
			why = journal_fold_next(fold, header);
		if (why != NULL)
			return why;
	}
	return NULL;
}

/* How long the listings of the first entries are. */
static size_t listings_of(const struct journal *journal, uint64_t entries)
{
	struct cursor rest =
		cursor_of(bytes_of(journal->listings, journal->listings_size));
	struct bytes listing;
	uint64_t size;
	while (entries-- > 0 && listing_take(&rest, &listing, &size) == NULL)
		;
	return journal->listings_size - rest.rest.size;
}

/* What is asked for, and what of it the answer has. */
struct piece {
	uint64_t size; /* of the whole member */
	uint64_t from;
	struct writer out;
};

static size_t piece_room(const struct piece *piece)
{
	const uint64_t rest = piece->size - piece->from;
	return rest < piece->out.capacity ? (size_t)rest : piece->out.capacity;
}

static refusal write_checkpoint_of(const struct journal *journal,
	const struct journal_heads *asked, struct piece *piece)
{
	struct journal_fold fold;
	const refusal why = read_headers(journal, asked->entries, &fold);
	if (why != NULL)
		return why;
	const struct checkpoint checkpoint = {
		.origin = bytes_of_text(asked->origin.line),
		.size = fold.tree.size,
		.root = merkle_root(&fold.tree),
	};
	write_checkpoint(&piece->out, &checkpoint);
	piece->size = piece->out.size;
	return asked->from == 0 ? NULL : "it has no more pieces";
}

/* Whole headers, of the entries from `first` on. */
static refusal write_headers(
	const struct journal *journal, uint64_t first, struct piece *piece)
{
	const uint64_t entry = first + piece->from / JOURNAL_HEADER_SIZE;
	const size_t count = piece_room(piece) / JOURNAL_HEADER_SIZE;
	refusal why = NULL;
	for (size_t i = 0; i < count && why == NULL; i++) {
		uint8_t header[JOURNAL_HEADER_SIZE];
		why = reread_header(&journal->place[entry + i], header);
		write_bytes(&piece->out, bytes_of(header, sizeof(header)));
	}
	return why;
}

static refusal write_listings(const struct journal *journal,
	const struct journal_heads *asked, struct piece *piece)
{
	piece->size = listings_of(journal, asked->entries);
	if (piece->from > piece->size)
		return "it has no more pieces";
	write_bytes(&piece->out,
		bytes_of(journal->listings + piece->from, piece_room(piece)));
	return NULL;
}

static refusal write_piece(const struct journal *journal,
	const struct journal_heads *asked, struct piece *piece)
{
	const uint64_t all = journal->fold.entries;
	uint64_t first = 0;
	if (asked->entries > all)
		return "there are not so many entries";
	if (asked->head == HEAD_CHECKPOINT)
		return write_checkpoint_of(journal, asked, piece);
	if (asked->head == HEAD_ITEMS)
		return write_listings(journal, asked, piece);
	piece->size = asked->entries * JOURNAL_HEADER_SIZE;
	if (asked->head == HEAD_LATER) {
		first = asked->entries;
		piece->size = (all - first) * JOURNAL_HEADER_SIZE;
	}
	if (piece->from > piece->size)
		return "it has no more pieces";
	return write_headers(journal, first, piece);
}

static refusal handle_heads(
	void *state, struct wire_end *end, struct wire_message *message)
{
	const struct journal_heads *asked = HEARD(message, JOURNAL_HEADS);
	uint8_t *space = malloc(WIRE_PIECE_MOST);
	struct piece piece = { .from = asked->from,
		.out = writer_of(space, WIRE_PIECE_MOST) };
	struct journal_piece answer;
	refusal why;
	if (space == NULL)
		return "there is no memory";
	why = write_piece(state, asked, &piece);
	answer = (struct journal_piece){ piece.size,
		piece.from + piece.out.size };
	why = why != NULL ? role_refuse(end, "the journal", why)
			  : role_send_written(end, SAY(JOURNAL_PIECE, &answer),
				    &piece.out);
	free(space);
	return why;
}

static refusal handle_deliveries(
	void *state, struct wire_end *end, struct wire_message *message)
{
	const struct journal *journal = state;
	const size_t size = (size_t)journal->deliveries * DELIVERY_RECORD_SIZE;
	uint8_t *space = malloc(size + 1);
	struct writer out = writer_of(space, size);
	refusal why;
	(void)message;
	if (space == NULL)
		return "there is no memory";
	for (uint32_t i = 0; i < journal->deliveries; i++) {
		write_u16(&out, journal->delivered[i].type);
		write_u16(&out, journal->delivered[i].station);
		write_u16(&out, journal->delivered[i].sequence);
	}
	why = role_send_written(end, SAY(JOURNAL_CAME, &nothing), &out);
	free(space);
	return why;
}

/* The entry by which this was sealed, and the first one of the next election.
 */
static refusal find_sealed(const struct journal *journal,
	const struct digest *definition, uint64_t *sealed, uint64_t *end)
{
	*end = journal->fold.entries;
	*sealed = journal->fold.last[ENTRY_SEALED];
	while (*sealed != UINT64_MAX) {
		struct raw_entry raw;
		struct bytes content;
		struct digest digest = { { 0 } };
		const refusal why = reread(journal, *sealed, &raw);
		if (why == NULL && items_find(raw_payload(&raw),
					   MEMBER_DEFINITION, &content))
			digest = sha256(content);
		free(raw.whole);
		if (why != NULL || digest_equal(&digest, definition))
			return why;
		*end = *sealed;
		*sealed = journal->place[*sealed].before;
	}
	return "no election with this definition was sealed here";
}

static refusal handle_find(
	void *state, struct wire_end *end, struct wire_message *message)
{
	const struct journal *journal = state;
	struct journal_fold fold;
	struct journal_folded answer;
	uint64_t sealed;
	uint64_t behind;
	refusal why = find_sealed(journal,
		&HEARD(message, JOURNAL_FIND)->definition, &sealed, &behind);
	if (why == NULL)
		why = read_headers(journal, behind, &fold);
	if (why != NULL)
		return role_refuse(end, "an earlier election", why);
	answer = folded(journal, &fold);
	return wire_send(end, SAY(JOURNAL_FOUND, &answer), NULL, 0);
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
		{ JOURNAL_DELIVERIES, handle_deliveries },
		{ JOURNAL_FIND, handle_find },
	};
	static struct journal journal;
	struct wire_end end = role_end(ROLE_JOURNAL);
	return role_serve(
		&end, duties, sizeof(duties) / sizeof(duties[0]), &journal);
}
