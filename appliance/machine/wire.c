/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/machine/wire.h"

#include <string.h>

#define AT(type, member, how)                                                  \
	{                                                                      \
		offsetof(struct type, member),                                 \
			sizeof(((struct type *)NULL)->member), (how)           \
	}
#define NUMBER(type, member) AT(type, member, WIRE_NUMBER)
#define RAW(type, member) AT(type, member, WIRE_RAW)
#define LINE(type, member) AT(type, member, WIRE_LINE)
#define BLOB(type, member)                                                     \
	NUMBER(type, member.size), AT(type, member.data, WIRE_BLOB)
#define QUORUM(type, member)                                                   \
	NUMBER(type, member.need), NUMBER(type, member.of),                    \
		RAW(type, member.board), RAW(type, member.key)
#define APPROVALS(type, which)                                                 \
	NUMBER(type, which.count), RAW(type, which.member),                    \
		RAW(type, which.signature)
#define BOOT(type, prefix)                                                     \
	NUMBER(type, prefix epoch), NUMBER(type, prefix pcr_mask),             \
		RAW(type, prefix pcr)
#define LOCK(type, prefix)                                                     \
	RAW(type, prefix srk), RAW(type, prefix ak),                           \
		BLOB(type, prefix mac_public), BLOB(type, prefix mac_private), \
		QUORUM(type, prefix operators), BOOT(type, prefix boot.)
#define LATER(type, which) NUMBER(type, which.entry), BOOT(type, which.boot.)
#define ELECTION(type, prefix)                                                 \
	RAW(type, prefix definition), NUMBER(type, prefix rehearsal),          \
		NUMBER(type, prefix phase), QUORUM(type, prefix officers),     \
		QUORUM(type, prefix auditors), BLOB(type, prefix bk_public),   \
		BLOB(type, prefix bk_private), BLOB(type, prefix rk_public),   \
		BLOB(type, prefix rk_private), RAW(type, prefix ak),           \
		RAW(type, prefix bk), RAW(type, prefix rk),                    \
		RAW(type, prefix bk_point), RAW(type, prefix rk_point),        \
		LINE(type, prefix id.line), LINE(type, prefix machine.line)
#define STANZA(type, prefix)                                                   \
	RAW(type, prefix tag), RAW(type, prefix enc), RAW(type, prefix body)
#define VECTOR(type, prefix)                                                   \
	NUMBER(type, prefix station), NUMBER(type, prefix sequence),           \
		RAW(type, prefix digest), NUMBER(type, prefix ballots)
#define VOID_BOX(type, prefix)                                                 \
	NUMBER(type, prefix station), NUMBER(type, prefix sequence),           \
		RAW(type, prefix digest), LINE(type, prefix why.line)

static const struct wire_field text_fields[] = { LINE(wire_text, line) };
static const struct wire_field scanned_fields[] = {
	NUMBER(journal_scanned, blank),
	LOCK(journal_scanned, lock.),
	NUMBER(journal_scanned, software_count),
	LATER(journal_scanned, software[0]),
	LATER(journal_scanned, software[1]),
	LATER(journal_scanned, software[2]),
	LATER(journal_scanned, software[3]),
};
static const struct wire_field journal_key_fields[] = {
	RAW(journal_key, mac_key),
	RAW(journal_key, anchor),
};
static const struct wire_field folded_fields[] = {
	NUMBER(journal_folded, state),
	NUMBER(journal_folded, entries),
	NUMBER(journal_folded, anchor_due),
	RAW(journal_folded, anchor_chain),
	NUMBER(journal_folded, size),
	RAW(journal_folded, root),
	NUMBER(journal_folded, frozen_size),
	RAW(journal_folded, frozen_root),
	NUMBER(journal_folded, enrolled),
	NUMBER(journal_folded, sealed),
	NUMBER(journal_folded, opened),
	NUMBER(journal_folded, closed),
	NUMBER(journal_folded, approved),
	NUMBER(journal_folded, software),
	NUMBER(journal_folded, sealed_software),
	NUMBER(journal_folded, revocation),
};
static const struct wire_field append_fields[] = {
	NUMBER(journal_append, type),
	NUMBER(journal_append, station),
	NUMBER(journal_append, sequence),
};
static const struct wire_field get_fields[] = { NUMBER(journal_get, entry) };
static const struct wire_field entry_fields[] = {
	NUMBER(journal_entry, entry),
	NUMBER(journal_entry, type),
	NUMBER(journal_entry, leaf),
	NUMBER(journal_entry, before),
	NUMBER(journal_entry, station),
	NUMBER(journal_entry, sequence),
};
static const struct wire_field started_fields[] = {
	NUMBER(keys_started, refused),
	LINE(keys_started, why.line),
	RAW(keys_started, mac_key),
	NUMBER(keys_started, owner_locked),
	NUMBER(keys_started, revocation),
	NUMBER(keys_started, phase),
	RAW(keys_started, anchor),
	NUMBER(keys_started, reset_count),
	NUMBER(keys_started, restart_count),
	RAW(keys_started, ak),
	RAW(keys_started, srk),
	NUMBER(keys_started, software),
	NUMBER(keys_started, epoch),
};
static const struct wire_field enrol_fields[] = {
	QUORUM(keys_enrol, operators),
	BLOB(keys_enrol, credential),
	BLOB(keys_enrol, secret),
	APPROVALS(keys_enrol, software.approvals),
	BOOT(keys_enrol, software.boot.),
};
static const struct wire_field software_fields[] = {
	APPROVALS(keys_software, approvals),
	BOOT(keys_software, boot.),
};
static const struct wire_field define_boot_fields[] = {
	APPROVALS(define_boot, given.approvals),
	BOOT(define_boot, given.boot.),
	RAW(define_boot, image),
};
static const struct wire_field revoke_fields[] = {
	APPROVALS(keys_revoke, approvals),
	NUMBER(keys_revoke, from),
};
static const struct wire_field digest_fields[] = { RAW(keys_anchor, chain) };
static const struct wire_field phase_fields[] = { NUMBER(keys_phase, phase) };
static const struct wire_field election_fields[] = { ELECTION(election, ) };
static const struct wire_field approvals_fields[] = {
	NUMBER(keys_approvals, release),
	RAW(keys_approvals, result),
	APPROVALS(keys_approvals, approvals),
};
static const struct wire_field found_fields[] = {
	NUMBER(define_approvals, given.release),
	RAW(define_approvals, given.result),
	APPROVALS(define_approvals, given.approvals),
	NUMBER(define_approvals, revocation),
	LINE(define_approvals, nonce[0].line),
	LINE(define_approvals, nonce[1].line),
	LINE(define_approvals, nonce[2].line),
	LINE(define_approvals, nonce[3].line),
	LINE(define_approvals, nonce[4].line),
	LINE(define_approvals, nonce[5].line),
	LINE(define_approvals, nonce[6].line),
	LINE(define_approvals, nonce[7].line),
	LINE(define_approvals, nonce[8].line),
};
static const struct wire_field box_fields[] = { STANZA(keys_box, ) };
static const struct wire_field file_key_fields[] = { RAW(keys_file_key, key) };
static const struct wire_field signed_fields[] = {
	RAW(keys_signed, signature),
};
static const struct wire_field kind_fields[] = {
	NUMBER(intake_kind, kind),
	LINE(intake_kind, nonce.line),
};
static const struct wire_field intake_box_fields[] = { VOID_BOX(intake_box, ) };
static const struct wire_field end_fields[] = {
	NUMBER(intake_end, boxes),
	NUMBER(intake_end, refused),
};
static const struct wire_field facts_fields[] = {
	RAW(define_facts, ak),
	RAW(define_facts, srk),
	NUMBER(define_facts, phase),
};
static const struct wire_field open_fields[] = {
	ELECTION(define_open, election.),
	NUMBER(define_open, size),
	RAW(define_open, root),
};
static const struct wire_field release_fields[] = {
	ELECTION(define_release, election.),
	NUMBER(define_release, size),
	RAW(define_release, root),
};
static const struct wire_field count_box_fields[] = {
	RAW(count_box, definition),
	RAW(count_box, bk),
	RAW(count_box, bk_point),
	RAW(count_box, key_point),
	LINE(count_box, id.line),
};
static const struct wire_field stanza_fields[] = {
	NUMBER(count_stanza, station),
	NUMBER(count_stanza, sequence),
	RAW(count_stanza, digest),
	STANZA(count_stanza, stanza.),
};
static const struct wire_field vector_fields[] = { VECTOR(count_vector, ) };
static const struct wire_field add_fields[] = {
	NUMBER(tally_add, entry),
	VECTOR(tally_add, box.),
};
static const struct wire_field void_fields[] = {
	NUMBER(tally_void, entry),
	VOID_BOX(tally_void, box.),
};
static const struct wire_field close_fields[] = {
	RAW(tally_close, ak),
	RAW(tally_close, bk),
	RAW(tally_close, rk),
	NUMBER(tally_close, size),
	RAW(tally_close, root),
	NUMBER(tally_close, phase),
	NUMBER(tally_close, revocation),
};
static const struct wire_field members_of_fields[] = {
	NUMBER(publish_members_of, number),
	NUMBER(publish_members_of, type),
};
static const struct wire_field started_count_fields[] = {
	NUMBER(starter_started, pid),
};

#define BODY(array)                                                            \
	.field = (array), .field_count = sizeof(array) / sizeof((array)[0])
#define ASK(name_, to_, ...)                                                   \
	{                                                                      \
		.type = (name_), .name = #name_, .from = ROLE_SUPERVISOR,      \
		.to = (to_), __VA_ARGS__                                       \
	}
#define ANSWER(name_, from_, ...)                                              \
	{                                                                      \
		.type = (name_), .name = #name_, .from = (from_),              \
		.to = ROLE_SUPERVISOR, __VA_ARGS__                             \
	}
#define TO(...) .answers = { __VA_ARGS__ }
#define CARRIES(least, most)                                                   \
	.descriptors_least = (least), .descriptors_most = (most)

/* DONE and REFUSED: any role's to send, so ROLES stands for all of them. */
const struct wire_row wire_table[] = {
	ANSWER(DONE, ROLES),
	ANSWER(REFUSED, ROLES, BODY(text_fields)),

	ASK(JOURNAL_SCAN, ROLE_JOURNAL),
	ANSWER(JOURNAL_SCANNED, ROLE_JOURNAL, TO(JOURNAL_SCAN),
		BODY(scanned_fields)),
	ASK(JOURNAL_BEGIN, ROLE_JOURNAL, BODY(journal_key_fields)),
	ASK(JOURNAL_UNLOCK, ROLE_JOURNAL, BODY(journal_key_fields)),
	ANSWER(JOURNAL_UNLOCKED, ROLE_JOURNAL, TO(JOURNAL_UNLOCK),
		BODY(folded_fields)),
	ASK(JOURNAL_APPEND, ROLE_JOURNAL, BODY(append_fields), CARRIES(1, 2)),
	ANSWER(JOURNAL_APPENDED, ROLE_JOURNAL, TO(JOURNAL_APPEND),
		BODY(folded_fields)),
	ANSWER(JOURNAL_KNOWN, ROLE_JOURNAL, TO(JOURNAL_APPEND),
		BODY(get_fields)),
	ASK(JOURNAL_GET, ROLE_JOURNAL, BODY(get_fields)),
	ANSWER(JOURNAL_ENTRY, ROLE_JOURNAL, TO(JOURNAL_GET), BODY(entry_fields),
		CARRIES(1, 1)),
	ASK(JOURNAL_HEADS, ROLE_JOURNAL, BODY(text_fields)),
	ANSWER(JOURNAL_MEMBERS, ROLE_JOURNAL, TO(JOURNAL_HEADS), CARRIES(1, 1)),

	ASK(KEYS_START, ROLE_KEYS, BODY(scanned_fields)),
	ANSWER(KEYS_STARTED, ROLE_KEYS, TO(KEYS_START), BODY(started_fields)),
	ASK(KEYS_IDENTITY, ROLE_KEYS),
	ANSWER(KEYS_MEMBERS, ROLE_KEYS,
		TO(KEYS_IDENTITY, KEYS_SEAL, KEYS_QUOTE, KEYS_SOFTWARE),
		CARRIES(1, 1)),
	ASK(KEYS_ENROL, ROLE_KEYS, BODY(enrol_fields)),
	ANSWER(KEYS_ENROLLED, ROLE_KEYS, TO(KEYS_ENROL),
		BODY(journal_key_fields), CARRIES(1, 1)),
	ASK(KEYS_LOCK, ROLE_KEYS),
	ASK(KEYS_ANCHOR, ROLE_KEYS, BODY(digest_fields)),
	ANSWER(KEYS_ANCHORED, ROLE_KEYS, TO(KEYS_ANCHOR), BODY(digest_fields)),
	ASK(KEYS_PHASE, ROLE_KEYS, BODY(phase_fields)),
	ANSWER(KEYS_PHASED, ROLE_KEYS, TO(KEYS_PHASE), BODY(phase_fields)),
	ASK(KEYS_AIRLOCK, ROLE_KEYS),
	ANSWER(KEYS_AIRLOCKED, ROLE_KEYS, TO(KEYS_AIRLOCK), BODY(text_fields)),
	ASK(KEYS_SEAL, ROLE_KEYS, BODY(election_fields)),
	ASK(KEYS_ELECTION, ROLE_KEYS, BODY(election_fields)),
	ASK(KEYS_APPROVALS, ROLE_KEYS, BODY(approvals_fields)),
	ASK(KEYS_BOX, ROLE_KEYS, BODY(box_fields)),
	ANSWER(KEYS_FILE_KEY, ROLE_KEYS, TO(KEYS_BOX), BODY(file_key_fields)),
	ANSWER(KEYS_VOID, ROLE_KEYS, TO(KEYS_BOX), BODY(text_fields)),
	ASK(KEYS_SIGN, ROLE_KEYS, BODY(digest_fields)),
	ANSWER(KEYS_SIGNED, ROLE_KEYS, TO(KEYS_SIGN), BODY(signed_fields)),
	ASK(KEYS_QUOTE, ROLE_KEYS, BODY(digest_fields)),
	ASK(KEYS_SOFTWARE, ROLE_KEYS, BODY(software_fields)),
	ASK(KEYS_APPROVE, ROLE_KEYS, BODY(software_fields)),
	ASK(KEYS_REVOKE, ROLE_KEYS, BODY(revoke_fields)),

	ASK(MEDIA_BIND, ROLE_MEDIA),
	ANSWER(MEDIA_HERE, ROLE_MEDIA, CARRIES(1, 1)),
	ANSWER(MEDIA_GONE, ROLE_MEDIA),
	ASK(MEDIA_WRITE, ROLE_MEDIA),
	ANSWER(MEDIA_WRITABLE, ROLE_MEDIA, TO(MEDIA_WRITE), CARRIES(1, 1)),
	ASK(MEDIA_NONE, ROLE_MEDIA),

	ASK(CONSOLE_LINE, ROLE_CONSOLE, BODY(text_fields)),

	ASK(INTAKE_START, ROLE_INTAKE),
	ANSWER(INTAKE_KIND, ROLE_INTAKE, TO(INTAKE_START), BODY(kind_fields)),
	ASK(INTAKE_TAKE, ROLE_INTAKE),
	ASK(INTAKE_TAKE_BOXES, ROLE_INTAKE, BODY(election_fields),
		CARRIES(1, 1)),
	ANSWER(INTAKE_MEMBERS, ROLE_INTAKE, TO(INTAKE_TAKE), CARRIES(1, 1)),
	ANSWER(INTAKE_KEYS, ROLE_INTAKE, TO(INTAKE_TAKE_BOXES), .more = true,
		CARRIES(1, 1)),
	ANSWER(INTAKE_BOX, ROLE_INTAKE, TO(INTAKE_TAKE_BOXES), .more = true,
		BODY(intake_box_fields), CARRIES(1, 1)),
	ANSWER(INTAKE_VOID, ROLE_INTAKE, TO(INTAKE_TAKE_BOXES), .more = true,
		BODY(intake_box_fields)),
	ANSWER(INTAKE_END, ROLE_INTAKE, TO(INTAKE_TAKE_BOXES),
		BODY(end_fields)),

	ASK(DEFINE_ENROL, ROLE_DEFINE, BODY(facts_fields), CARRIES(1, 1)),
	ANSWER(DEFINE_ENROLMENT, ROLE_DEFINE, TO(DEFINE_ENROL),
		BODY(enrol_fields)),
	ASK(DEFINE_SEAL, ROLE_DEFINE, BODY(facts_fields), CARRIES(2, 3)),
	ASK(DEFINE_LOAD, ROLE_DEFINE, BODY(facts_fields), CARRIES(2, 3)),
	ANSWER(DEFINE_ELECTION, ROLE_DEFINE, TO(DEFINE_SEAL, DEFINE_LOAD),
		BODY(election_fields), CARRIES(1, 1)),
	ASK(DEFINE_OPEN, ROLE_DEFINE, BODY(open_fields), CARRIES(2, 2)),
	ASK(DEFINE_RELEASE, ROLE_DEFINE, BODY(release_fields), CARRIES(3, 3)),
	ANSWER(DEFINE_APPROVALS, ROLE_DEFINE, TO(DEFINE_OPEN, DEFINE_RELEASE),
		BODY(found_fields)),
	ASK(DEFINE_SOFTWARE, ROLE_DEFINE, BODY(facts_fields), CARRIES(2, 2)),
	ANSWER(DEFINE_BOOT, ROLE_DEFINE, TO(DEFINE_SOFTWARE),
		BODY(define_boot_fields)),
	ASK(DEFINE_REVOKE, ROLE_DEFINE, BODY(facts_fields), CARRIES(2, 2)),
	ANSWER(DEFINE_REVOCATION, ROLE_DEFINE, TO(DEFINE_REVOKE),
		BODY(revoke_fields)),

	ASK(COUNT_BOX, ROLE_COUNT, BODY(count_box_fields)),
	ANSWER(COUNT_STANZA, ROLE_COUNT, TO(COUNT_BOX), BODY(stanza_fields)),
	ASK(COUNT_KEY, ROLE_COUNT, BODY(file_key_fields)),
	ANSWER(COUNT_VECTOR, ROLE_COUNT, TO(COUNT_KEY), BODY(vector_fields),
		CARRIES(1, 1)),
	ANSWER(COUNT_VOID, ROLE_COUNT, TO(COUNT_BOX, COUNT_KEY),
		BODY(intake_box_fields)),

	ASK(TALLY_ADD, ROLE_TALLY, BODY(add_fields), CARRIES(1, 1)),
	ASK(TALLY_VOID, ROLE_TALLY, BODY(void_fields)),
	ASK(TALLY_CLOSE, ROLE_TALLY, BODY(close_fields)),
	ANSWER(TALLY_RESULT, ROLE_TALLY, TO(TALLY_CLOSE), BODY(digest_fields),
		CARRIES(1, 1)),

	ASK(PUBLISH_MEMBERS_OF, ROLE_PUBLISH, BODY(members_of_fields),
		CARRIES(1, 1)),
	ASK(PUBLISH_STATE, ROLE_PUBLISH, BODY(text_fields)),
	ASK(PUBLISH_END, ROLE_PUBLISH),

	ASK(STARTER_COUNT, ROLE_STARTER, CARRIES(2, 2)),
	ANSWER(STARTER_STARTED, ROLE_STARTER, TO(STARTER_COUNT),
		BODY(started_count_fields), CARRIES(1, 1)),
};
const size_t wire_table_size = sizeof(wire_table) / sizeof(wire_table[0]);

const struct wire_row *wire_row_of(enum wire_type type)
{
	for (size_t i = 0; i < wire_table_size; i++)
		if (wire_table[i].type == type)
			return &wire_table[i];
	return NULL;
}

const char *role_name(enum role role)
{
	static const char *const name[ROLES] = {
		[ROLE_SUPERVISOR] = "supervisor",
		[ROLE_JOURNAL] = "journal",
		[ROLE_KEYS] = "keys",
		[ROLE_MEDIA] = "media",
		[ROLE_CONSOLE] = "console",
		[ROLE_INTAKE] = "intake",
		[ROLE_DEFINE] = "define",
		[ROLE_COUNT] = "count",
		[ROLE_TALLY] = "tally",
		[ROLE_PUBLISH] = "publish",
		[ROLE_STARTER] = "starter",
	};
	return name[role];
}

size_t wire_size(const struct wire_row *row)
{
	size_t size = 2;
	for (size_t i = 0; i < row->field_count; i++)
		size += row->field[i].size;
	return size;
}

static void encode_number(struct writer *out, const void *at, size_t size)
{
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;
	switch (size) {
	case sizeof(u16):
		memcpy(&u16, at, size);
		write_u16(out, u16);
		return;
	case sizeof(u32):
		memcpy(&u32, at, size);
		write_u32(out, u32);
		return;
	default:
		memcpy(&u64, at, size);
		write_u64(out, u64);
		return;
	}
}

static void decode_number(struct cursor *in, void *at, size_t size)
{
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;
	switch (size) {
	case sizeof(u16):
		u16 = cursor_u16(in);
		memcpy(at, &u16, size);
		return;
	case sizeof(u32):
		u32 = cursor_u32(in);
		memcpy(at, &u32, size);
		return;
	default:
		u64 = cursor_u64(in);
		memcpy(at, &u64, size);
		return;
	}
}

static void encode_fields(struct writer *out, const struct wire_field *field,
	size_t count, const uint8_t *body)
{
	for (size_t i = 0; i < count; i++) {
		const uint8_t *at = body + field[i].offset;
		if (field[i].kind == WIRE_NUMBER)
			encode_number(out, at, field[i].size);
		else
			write_bytes(out, bytes_of(at, field[i].size));
	}
}

void wire_encode(struct writer *out, enum wire_type type, const void *body)
{
	const struct wire_row *row = wire_row_of(type);
	write_u16(out, (uint16_t)type);
	encode_fields(out, row->field, row->field_count, body);
}

static bool all_zero(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (data[i] != 0)
			return false;
	return true;
}

static bool line_is_sound(const uint8_t *line, size_t size)
{
	const size_t length = strnlen((const char *)line, size);
	return length < size && text_is_clean(bytes_of(line, length)) &&
	       all_zero(line + length, size - length);
}

static bool blob_is_sound(const uint8_t *data)
{
	uint16_t size;
	memcpy(&size, data - sizeof(size), sizeof(size));
	return size <= WIRE_BLOB_MOST &&
	       all_zero(data + size, (size_t)(WIRE_BLOB_MOST - size));
}

static refusal decode_fields(struct cursor *in, const struct wire_field *field,
	size_t count, uint8_t *body)
{
	for (size_t i = 0; i < count; i++) {
		uint8_t *at = body + field[i].offset;
		if (field[i].kind == WIRE_NUMBER)
			decode_number(in, at, field[i].size);
		else
			cursor_copy(in, at, field[i].size);
		if (field[i].kind == WIRE_LINE &&
			!line_is_sound(at, field[i].size))
			return "a message whose text is not clean";
		if (field[i].kind == WIRE_BLOB && !blob_is_sound(at))
			return "a message whose blob is not sound";
	}
	return cursor_done(in) ? NULL : "a message of the wrong length";
}

refusal wire_decode(struct bytes datagram, enum wire_type *type, void *body)
{
	struct cursor in = cursor_of(datagram);
	const struct wire_row *row = wire_row_of(cursor_u16(&in));
	if (in.broken || row == NULL)
		return "a message of unknown type";
	*type = row->type;
	if (datagram.size != wire_size(row))
		return "a message of the wrong length";
	return decode_fields(&in, row->field, row->field_count, body);
}

static const struct wire_field lock_fields[] = { LOCK(journal_lock, ) };
enum { LOCK_FIELDS = sizeof(lock_fields) / sizeof(lock_fields[0]) };

void journal_lock_encode(struct writer *out, const struct journal_lock *lock)
{
	encode_fields(out, lock_fields, LOCK_FIELDS, (const uint8_t *)lock);
}

refusal journal_lock_decode(struct bytes encoded, struct journal_lock *lock)
{
	struct cursor in = cursor_of(encoded);
	return decode_fields(&in, lock_fields, LOCK_FIELDS, (uint8_t *)lock);
}

static const struct wire_field boot_fields[] = { BOOT(boot_state, ) };
enum { BOOT_FIELDS = sizeof(boot_fields) / sizeof(boot_fields[0]) };

void boot_state_encode(struct writer *out, const struct boot_state *boot)
{
	encode_fields(out, boot_fields, BOOT_FIELDS, (const uint8_t *)boot);
}

refusal boot_state_decode(struct bytes encoded, struct boot_state *boot)
{
	struct cursor in = cursor_of(encoded);
	return decode_fields(&in, boot_fields, BOOT_FIELDS, (uint8_t *)boot);
}

void wire_text_set(struct wire_text *text, const char *line)
{
	const size_t size = strnlen(line, sizeof(text->line) - 1);
	memset(text, 0, sizeof(*text));
	memcpy(text->line, line, size);
}

struct bytes wire_blob_bytes(const struct wire_blob *blob)
{
	return bytes_of(blob->data, blob->size);
}

bool wire_blob_set(struct wire_blob *blob, struct bytes content)
{
	memset(blob, 0, sizeof(*blob));
	if (content.size > sizeof(blob->data))
		return false;
	blob->size = (uint16_t)content.size;
	if (content.size > 0)
		memcpy(blob->data, content.data, content.size);
	return true;
}

refusal wire_stanza_open(const struct keys_box *box,
	const struct p256_private *private, struct keys_file_key *out)
{
	struct age_stanza stanza;
	struct age_file_key key;
	refusal why = p256_from_point(
		bytes_of(box->enc, P256_POINT_SIZE), &stanza.enc);
	memcpy(stanza.tag, box->tag, AGE_TAG_SIZE);
	memcpy(stanza.body, box->body, AGE_BODY_SIZE);
	if (why == NULL)
		why = age_unwrap(&stanza, private, &key);
	if (why == NULL)
		memcpy(out->key, key.byte, AGE_FILE_KEY_SIZE);
	wipe(&key, sizeof(key));
	return why;
}
