/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/election/statement.h"

#include "appliance/formats/crypto.h"
#include "appliance/formats/date.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	PCR_LINE_MOST = 2 + 1 + 2 * SHA256_SIZE,
	NONCE_LINE_MOST = NOTE_NAME_MOST + 1 + 2 * SHA256_SIZE,
	MEMBER_LINE_MOST = 16 + 1 + NOTE_VKEY_MOST,
	BOX_TAG_SIZE = 4,
};

/* Type, repetition and size of the common fields. */
#define LINE TEXT_LINE, TEXT_ONCE, STATEMENT_LINE_MOST
#define DIGEST TEXT_DIGEST, TEXT_ONCE, SHA256_SIZE
#define NAME TEXT_NAME, TEXT_ONCE, TPM_NAME_SIZE
#define NUMBER TEXT_NUMBER, TEXT_ONCE, 0
#define SIGNATURE TEXT_BASE64, TEXT_ONCE, P256_DER_MOST

static const struct text_field operators_fields[] = {
	[OPERATORS_MACHINE] = { "machine", LINE },
	[OPERATORS_NEED] = { "need", NUMBER },
	[OPERATORS_EACH] = { "each", NUMBER },
	[OPERATORS_OPERATOR] = { "operator", TEXT_LINE, TEXT_MANY,
		MEMBER_LINE_MOST },
};

static const struct text_field authority_fields[] = {
	[AUTHORITY_NEED] = { "need", NUMBER },
	[AUTHORITY_EACH] = { "each", NUMBER },
	[AUTHORITY_MEMBER] = { "member", TEXT_LINE, TEXT_MANY,
		MEMBER_LINE_MOST },
};

static const struct text_field boot_fields[] = {
	[BOOT_MACHINE] = { "machine", LINE },
	[BOOT_MEANING] = { "meaning", LINE },
	[BOOT_AK] = { "ak", NAME },
	[BOOT_AUTHORITY] = { "authority", DIGEST },
	[BOOT_IMAGE] = { "image", DIGEST },
	[BOOT_PCR] = { "pcr", TEXT_LINE, TEXT_MANY, PCR_LINE_MOST },
	[BOOT_REVOCATION] = { "revocation", NUMBER },
	[BOOT_POLICY] = { "policy", DIGEST },
	[BOOT_INDEX] = { "index", NAME },
	[BOOT_CPHASH] = { "cphash", DIGEST },
	[BOOT_CREDENTIAL] = { "credential", DIGEST },
	[BOOT_AUTHORIZATION] = { "authorization", SIGNATURE },
};

static const struct text_field enrolment_fields[] = {
	[ENROLMENT_MACHINE] = { "machine", LINE },
	[ENROLMENT_MEANING] = { "meaning", LINE },
	[ENROLMENT_DATE] = { "date", TEXT_WORD, TEXT_ONCE, DATE_SIZE },
	[ENROLMENT_EK] = { "ek", DIGEST },
	[ENROLMENT_AK] = { "ak", NAME },
	[ENROLMENT_SRK] = { "srk", NAME },
	[ENROLMENT_APPROVED] = { "approved", NAME },
	[ENROLMENT_REVOCATION] = { "revocation", NAME },
	[ENROLMENT_PHASE] = { "phase", NAME },
	[ENROLMENT_JOURNAL] = { "journal", NAME },
	[ENROLMENT_REVOCATION_BASE] = { "revocation-base", NUMBER },
	[ENROLMENT_OPERATORS] = { "operators", DIGEST },
	[ENROLMENT_AUTHORITY] = { "authority", DIGEST },
};

static const struct text_field definition_fields[] = {
	[DEFINITION_ELECTION] = { "election", LINE },
	[DEFINITION_DIGEST] = { "definition", DIGEST },
};

static const struct text_field keys_fields[] = {
	[ELECTION_KEYS_ELECTION] = { "election", LINE },
	[ELECTION_KEYS_DEFINITION] = { "definition", DIGEST },
	[ELECTION_KEYS_ENROLMENT] = { "enrolment", DIGEST },
	[ELECTION_KEYS_AK] = { "ak", NAME },
	[ELECTION_KEYS_BK] = { "bk", NAME },
	[ELECTION_KEYS_RK] = { "rk", NAME },
	[ELECTION_KEYS_BK_POLICY] = { "bk-policy", DIGEST },
	[ELECTION_KEYS_RK_POLICY] = { "rk-policy", DIGEST },
	[ELECTION_KEYS_BK_CREATION] = { "bk-creation", DIGEST },
	[ELECTION_KEYS_RK_CREATION] = { "rk-creation", DIGEST },
	[ELECTION_KEYS_PHASE] = { "phase", NUMBER },
};

static const struct text_field box_fields[] = {
	[BOX_ELECTION] = { "election", LINE },
	[BOX_DEFINITION] = { "definition", DIGEST },
	[BOX_STATION] = { "station", LINE },
	[BOX_SEQUENCE] = { "sequence", NUMBER },
	[BOX_CIPHERTEXT] = { "ciphertext", DIGEST },
	[BOX_SIZE] = { "size", NUMBER },
	[BOX_BALLOTS] = { "ballots", NUMBER },
	[BOX_BK] = { "bk", NAME },
	[BOX_TAG] = { "tag", TEXT_HEX, TEXT_MANY, BOX_TAG_SIZE },
};

static const struct text_field open_fields[] = {
	[OPEN_ELECTION] = { "election", LINE },
	[OPEN_MACHINE] = { "machine", LINE },
	[OPEN_MEANING] = { "meaning", LINE },
	[OPEN_DEFINITION] = { "definition", DIGEST },
	[OPEN_AK] = { "ak", NAME },
	[OPEN_BK] = { "bk", NAME },
	[OPEN_CHECKPOINT_SIZE] = { "checkpoint-size", NUMBER },
	[OPEN_CHECKPOINT_ROOT] = { "checkpoint-root", DIGEST },
	[OPEN_PHASE] = { "phase", NUMBER },
	[OPEN_NONCE] = { "nonce", TEXT_LINE, TEXT_MANY, NONCE_LINE_MOST },
	[OPEN_AUTHORIZATION] = { "authorization", SIGNATURE },
};

static const struct text_field nonce_fields[] = {
	[NONCE_AUDITOR] = { "auditor", TEXT_WORD, TEXT_ONCE, NOTE_NAME_MOST },
	[NONCE_NONCE] = { "nonce", DIGEST },
};

static const struct text_field challenge_fields[] = {
	[CHALLENGE_ELECTION] = { "election", LINE },
	[CHALLENGE_NONCE] = { "nonce", TEXT_LINE, TEXT_MANY, NONCE_LINE_MOST },
	[CHALLENGE_DEFINITION] = { "definition", DIGEST },
	[CHALLENGE_AK] = { "ak", NAME },
	[CHALLENGE_RK] = { "rk", NAME },
	[CHALLENGE_CHECKPOINT_SIZE] = { "checkpoint-size", NUMBER },
	[CHALLENGE_CHECKPOINT_ROOT] = { "checkpoint-root", DIGEST },
	[CHALLENGE_JOURNAL_SIZE] = { "journal-size", NUMBER },
	[CHALLENGE_JOURNAL_ANCHOR] = { "journal-anchor", DIGEST },
	[CHALLENGE_REVOCATION] = { "revocation", NUMBER },
	[CHALLENGE_RESULT] = { "result", DIGEST },
	[CHALLENGE_HEADERS] = { "headers", DIGEST },
};

static const struct text_field release_fields[] = {
	[RELEASE_ELECTION] = { "election", LINE },
	[RELEASE_MACHINE] = { "machine", LINE },
	[RELEASE_MEANING] = { "meaning", LINE },
	[RELEASE_DEFINITION] = { "definition", DIGEST },
	[RELEASE_AK] = { "ak", NAME },
	[RELEASE_RK] = { "rk", NAME },
	[RELEASE_CHECKPOINT_SIZE] = { "checkpoint-size", NUMBER },
	[RELEASE_CHECKPOINT_ROOT] = { "checkpoint-root", DIGEST },
	[RELEASE_RESULT] = { "result", DIGEST },
	[RELEASE_CHALLENGE] = { "challenge", DIGEST },
	[RELEASE_QUOTE] = { "quote", DIGEST },
	[RELEASE_CPHASH] = { "cphash", DIGEST },
	[RELEASE_AUTHORIZATION] = { "authorization", SIGNATURE },
};

static const struct text_field revocation_fields[] = {
	[REVOCATION_MACHINE] = { "machine", LINE },
	[REVOCATION_MEANING] = { "meaning", LINE },
	[REVOCATION_AK] = { "ak", NAME },
	[REVOCATION_INDEX] = { "index", NAME },
	[REVOCATION_FROM] = { "from", NUMBER },
	[REVOCATION_TO] = { "to", NUMBER },
	[REVOCATION_CPHASH] = { "cphash", DIGEST },
	[REVOCATION_AUTHORIZATION] = { "authorization", SIGNATURE },
};

static const struct text_field ruling_fields[] = {
	[RULING_ELECTION] = { "election", LINE },
	[RULING_MEANING] = { "meaning", LINE },
	[RULING_DEFINITION] = { "definition", DIGEST },
	[RULING_CHECKPOINT_SIZE] = { "checkpoint-size", NUMBER },
	[RULING_CHECKPOINT_ROOT] = { "checkpoint-root", DIGEST },
	[RULING_ANNULLED] = { "annulled", TEXT_LINE, TEXT_MANY,
		STATEMENT_MOST },
	[RULING_LOT] = { "lot", TEXT_LINE, TEXT_MANY, STATEMENT_MOST },
};

static const struct text_field abandonment_fields[] = {
	[ABANDONMENT_ELECTION] = { "election", LINE },
	[ABANDONMENT_MEANING] = { "meaning", LINE },
	[ABANDONMENT_DEFINITION] = { "definition", DIGEST },
	[ABANDONMENT_AK] = { "ak", NAME },
	[ABANDONMENT_PHASE] = { "phase", NUMBER },
	[ABANDONMENT_REASON] = { "reason", LINE },
};

const struct text_form statement_form[STATEMENT_KINDS] = {
	[STATEMENT_OPERATORS] = { "operators", 1, COUNT(operators_fields),
		operators_fields },
	[STATEMENT_AUTHORITY] = { "authority", 1, COUNT(authority_fields),
		authority_fields },
	[STATEMENT_BOOT_APPROVAL] = { "boot-approval", 1, COUNT(boot_fields),
		boot_fields },
	[STATEMENT_ENROLMENT] = { "enrolment", 1, COUNT(enrolment_fields),
		enrolment_fields },
	[STATEMENT_DEFINITION] = { "definition", 1, COUNT(definition_fields),
		definition_fields },
	[STATEMENT_ELECTION_KEYS] = { "election-keys", 1, COUNT(keys_fields),
		keys_fields },
	[STATEMENT_BOX] = { "box", 1, COUNT(box_fields), box_fields },
	[STATEMENT_OPEN] = { "open", 1, COUNT(open_fields), open_fields },
	[STATEMENT_NONCE] = { "nonce", 1, COUNT(nonce_fields), nonce_fields },
	[STATEMENT_CHALLENGE] = { "challenge", 1, COUNT(challenge_fields),
		challenge_fields },
	[STATEMENT_RELEASE] = { "release", 1, COUNT(release_fields),
		release_fields },
	[STATEMENT_REVOCATION] = { "revocation", 1, COUNT(revocation_fields),
		revocation_fields },
	[STATEMENT_RULING] = { "ruling", 1, COUNT(ruling_fields),
		ruling_fields },
	[STATEMENT_ABANDONMENT] = { "abandonment", 1, COUNT(abandonment_fields),
		abandonment_fields },
};

/* What a form alone cannot say. */
struct demand {
	bool always_live;
	size_t meaning_field;
	const char *meaning;
	refusal (*check)(const struct text *);
};

static refusal check_operators(const struct text *);
static refusal check_authority(const struct text *);
static refusal check_pcrs(const struct text *);
static refusal check_date(const struct text *);
static refusal check_tags(const struct text *);
static refusal check_auditors(const struct text *);
static refusal check_nonces(const struct text *);
static refusal check_step(const struct text *);

static const struct demand demands[STATEMENT_KINDS] = {
	[STATEMENT_OPERATORS] = { .always_live = true,
		.check = check_operators },
	[STATEMENT_AUTHORITY] = { .always_live = true,
		.check = check_authority },
	[STATEMENT_BOOT_APPROVAL] = { .always_live = true,
		.meaning_field = BOOT_MEANING,
		.meaning = "The machine may run this software and no other.",
		.check = check_pcrs },
	[STATEMENT_ENROLMENT] = { .always_live = true,
		.meaning_field = ENROLMENT_MEANING,
		.meaning = "Each signer has compared the EK certificate's "
			   "digest and the serial number at the machine.",
		.check = check_date },
	[STATEMENT_BOX] = { .check = check_tags },
	[STATEMENT_OPEN] = { .meaning_field = OPEN_MEANING,
		.meaning = "The boxes in this checkpoint may be opened and "
			   "counted. No box can be added afterwards.",
		.check = check_auditors },
	[STATEMENT_CHALLENGE] = { .check = check_nonces },
	[STATEMENT_RELEASE] = { .meaning_field = RELEASE_MEANING,
		.meaning = "The machine may sign the result with this digest "
			   "and no other." },
	[STATEMENT_REVOCATION] = { .always_live = true,
		.meaning_field = REVOCATION_MEANING,
		.meaning = "Software that is approved up to the old value "
			   "may never run on the machine again.",
		.check = check_step },
	[STATEMENT_RULING] = { .meaning_field = RULING_MEANING,
		.meaning = "The boxes of these stations are out of the "
			   "totals, and these lots were drawn." },
	[STATEMENT_ABANDONMENT] = { .meaning_field = ABANDONMENT_MEANING,
		.meaning = "This election is called off on this machine: its "
			   "keys never work again, and no result is signed." },
};

const char *statement_meaning(enum statement_kind kind)
{
	return demands[kind].meaning;
}

refusal statement_decode(
	enum statement_kind kind, struct bytes whole, struct text *out)
{
	const struct demand *demand = &demands[kind];
	refusal refused = text_decode(&statement_form[kind], whole, out);
	if (refused != NULL)
		return refused;
	if (demand->always_live && out->rehearsal)
		return "a text about a machine alone must be live";
	if (demand->meaning != NULL &&
		!bytes_equal(text_value(out, demand->meaning_field),
			bytes_of_text(demand->meaning)))
		return "the meaning is not the sentence of this kind of text";
	return demand->check != NULL ? demand->check(out) : NULL;
}

static bool is_number(const struct text_form *form, size_t field)
{
	return form->field[field].type == TEXT_NUMBER;
}

void statement_put(struct text_writer *out, const struct statement_value *value)
{
	if (is_number(out->form, value->field))
		text_put_number(out, value->field, value->number);
	else
		text_put(out, value->field, value->value);
}

static bool says(const struct text *text, const struct statement_value *value)
{
	uint8_t decoded[STATEMENT_LINE_MOST];
	struct writer out = writer_of(decoded, sizeof(decoded));
	if (is_number(text->form, value->field))
		return text_number(text, value->field) == value->number;
	switch (text->form->field[value->field].type) {
	case TEXT_LINE:
	case TEXT_WORD:
		return bytes_equal(
			text_value(text, value->field), value->value);
	default:
		text_bytes(text, value->field, &out);
		return !out.broken && bytes_equal(written(&out), value->value);
	}
}

refusal statement_says(const struct text *text, bool rehearsal,
	const struct statement_value *value, size_t count)
{
	if (text->rehearsal != rehearsal)
		return rehearsal ? "it is for a live election"
				 : "it is for a rehearsal";
	for (size_t i = 0; i < count; i++)
		if (!says(text, &value[i]))
			return value[i].otherwise;
	return NULL;
}

refusal statement_open(
	enum statement_kind kind, struct bytes note, struct statement *out)
{
	refusal refused = note_parse(note, &out->note);
	if (refused != NULL)
		return refused;
	return statement_decode(kind, out->note.text, &out->text);
}

refusal statement_signed_by(
	const struct statement *statement, const struct note_key *key)
{
	return note_verify(&statement->note, key);
}

refusal statement_member_key(
	const struct roster *roster, size_t member, struct note_key *out)
{
	return note_key_of(
		roster->id[member], &roster->quorum.member[member].key, out);
}

static bool has_signed(const struct note_signature *signature,
	const struct roster *roster, size_t member, struct note_key *key)
{
	return bytes_equal(
		       signature->name, bytes_of_text(roster->id[member])) &&
	       statement_member_key(roster, member, key) == NULL &&
	       signature->id == key->id;
}

/* The member whose name and key ID stand on a signature, -1 for none. */
static int signer_of(const struct roster *roster,
	const struct note_signature *signature, struct note_key *key)
{
	for (int m = 0; m < roster->quorum.of; m++)
		if (has_signed(signature, roster, (size_t)m, key))
			return m;
	return -1;
}

/* Why quorum_is_met says no. */
static refusal why_not_met(const struct quorum *quorum, uint16_t members)
{
	const unsigned executive = quorum_of_board(quorum, members, EXECUTIVE);
	const unsigned supervisory =
		quorum_of_board(quorum, members, SUPERVISORY);
	if (executive + supervisory < quorum->need)
		return "fewer have signed than the quorum needs";
	return executive < quorum->each
		       ? "too few of the executive board have signed"
		       : "too few of the supervisory board have signed";
}

refusal statement_signed_by_quorum(const struct statement *statement,
	const struct roster *roster, uint16_t *signed_by)
{
	const struct quorum *quorum = &roster->quorum;
	uint16_t members = 0;
	for (size_t i = 0; i < statement->note.signature_count; i++) {
		struct note_key key;
		int m = signer_of(roster, &statement->note.signature[i], &key);
		if (m < 0)
			continue;
		refusal refused = note_verify(&statement->note, &key);
		if (refused != NULL)
			return refused;
		members = (uint16_t)(members | 1u << m);
	}
	if (signed_by != NULL)
		*signed_by = members;
	return quorum_is_met(quorum, members) ? NULL
					      : why_not_met(quorum, members);
}

refusal statement_signed_by_one(const struct statement *statement,
	const struct roster *roster, size_t *member)
{
	struct note_key key;
	if (statement->note.signature_count != 1)
		return "an approval must carry exactly one signature";
	int m = signer_of(roster, &statement->note.signature[0], &key);
	if (m < 0)
		return "it is signed with a key that may not approve this";
	*member = (size_t)m;
	return note_verify(&statement->note, &key);
}

/* The words before and after the first space. */
static bool split(struct bytes line, struct bytes *first, struct bytes *rest)
{
	const uint8_t *space = memchr(line.data, ' ', line.size);
	if (space == NULL)
		return false;
	size_t size = (size_t)(space - line.data);
	*first = bytes_of(line.data, size);
	*rest = bytes_of(space + 1, line.size - size - 1);
	return true;
}

static const char *const board_name[BOARDS] = {
	[EXECUTIVE] = "executive",
	[SUPERVISORY] = "supervisory",
};

static bool board_decode(struct bytes text, uint16_t *out)
{
	for (uint16_t board = 0; board < (uint16_t)BOARDS; board++) {
		if (bytes_equal(text, bytes_of_text(board_name[board]))) {
			*out = board;
			return true;
		}
	}
	return false;
}

static refusal member_decode(
	struct bytes line, struct quorum_member *out, char id[ID_MOST + 1])
{
	struct bytes board, vkey;
	struct note_key key;
	if (!split(line, &board, &vkey) || !board_decode(board, &out->board))
		return "a member's line does not start with a board";
	refusal refused = note_key_decode(vkey, &key);
	if (refused != NULL)
		return refused;
	if (!id_is_valid(bytes_of_text(key.name)))
		return "a member's name is not a valid id";
	memcpy(id, key.name, strlen(key.name) + 1);
	out->key = key.key;
	return NULL;
}

/* One secret must not be two people: equal or negated points share x. */
static bool same_person(const struct roster *roster, size_t a, size_t b)
{
	const struct quorum_member *member = roster->quorum.member;
	return strcmp(roster->id[a], roster->id[b]) == 0 ||
	       memcmp(member[a].key.x, member[b].key.x, P256_SIZE) == 0;
}

static refusal check_roster(const struct roster *roster)
{
	const struct quorum *quorum = &roster->quorum;
	uint16_t everybody = (uint16_t)((1u << quorum->of) - 1);
	for (size_t i = 0; i < quorum->of; i++)
		for (size_t j = 0; j < i; j++)
			if (same_person(roster, i, j))
				return "somebody is listed twice";
	if (quorum->need < BOARDS)
		return "the quorum must be 2 or more";
	if (quorum->each < 1 || 2 * quorum->each > quorum->need)
		return "of each board there must be 1 or more, and no more "
		       "than half of the quorum";
	return quorum_is_met(quorum, everybody) ? NULL
						: "the quorum cannot be met";
}

const struct roster_fields operators_roster = { STATEMENT_OPERATORS,
	OPERATORS_NEED, OPERATORS_EACH, OPERATORS_OPERATOR };
const struct roster_fields authority_roster = { STATEMENT_AUTHORITY,
	AUTHORITY_NEED, AUTHORITY_EACH, AUTHORITY_MEMBER };

static refusal roster_decode(const struct text *text,
	const struct roster_fields *fields, struct roster *out)
{
	struct quorum *quorum = &out->quorum;
	struct text_values lines = text_values(text, fields->member);
	uint64_t need = text_number(text, fields->need);
	uint64_t each = text_number(text, fields->each);
	*out = (struct roster){ 0 };
	if (need > QUORUM_MOST || each > QUORUM_MOST ||
		text_count(text, fields->member) > QUORUM_MOST)
		return "there are too many members";
	while (text_next(&lines)) {
		refusal refused = member_decode(lines.value,
			&quorum->member[quorum->of], out->id[quorum->of]);
		if (refused != NULL)
			return refused;
		quorum->of++;
	}
	quorum->need = (uint16_t)need;
	quorum->each = (uint16_t)each;
	return check_roster(out);
}

refusal statement_operators(const struct text *text, struct roster *out)
{
	return roster_decode(text, &operators_roster, out);
}

refusal statement_authority(const struct text *text, struct roster *out)
{
	return roster_decode(text, &authority_roster, out);
}

static refusal put_member(struct text_writer *text, size_t field,
	const struct roster *roster, size_t member)
{
	char line[MEMBER_LINE_MOST];
	struct writer out = writer_of(line, sizeof(line));
	struct note_key key;
	refusal refused = statement_member_key(roster, member, &key);
	if (refused != NULL)
		return refused;
	write_text(&out, board_name[roster->quorum.member[member].board]);
	write_u8(&out, ' ');
	write_note_key(&out, &key);
	text_put(text, field, written(&out));
	return NULL;
}

refusal write_statement_authority(
	struct writer *out, const struct roster *roster)
{
	struct text_writer text =
		text_begin(&statement_form[STATEMENT_AUTHORITY], false, out);
	refusal refused = NULL;
	text_put_number(&text, AUTHORITY_NEED, roster->quorum.need);
	text_put_number(&text, AUTHORITY_EACH, roster->quorum.each);
	for (size_t m = 0; refused == NULL && m < roster->quorum.of; m++)
		refused = put_member(&text, AUTHORITY_MEMBER, roster, m);
	return refused != NULL ? refused : text_end(&text);
}

refusal statement_authority_digest(
	const struct roster *roster, struct digest *out)
{
	uint8_t text[STATEMENT_ROSTER_MOST];
	struct writer writer = writer_of(text, sizeof(text));
	refusal refused = write_statement_authority(&writer, roster);
	if (refused == NULL)
		*out = sha256(written(&writer));
	return refused;
}

int64_t statement_date(const struct text *text)
{
	int64_t end = 0;
	date_decode(text_value(text, ENROLMENT_DATE), &end);
	return end;
}

refusal statement_pcr_decode(struct bytes line, struct statement_pcr *out)
{
	struct bytes index, value;
	uint64_t number;
	if (!split(line, &index, &value) ||
		!decimal_decode(index, STATEMENT_PCRS_MOST - 1, &number) ||
		!hex_decode(value, out->value.byte, SHA256_SIZE))
		return "a PCR's line is not a number and a digest";
	out->index = (uint32_t)number;
	return NULL;
}

void write_statement_pcr(struct writer *out, const struct statement_pcr *pcr)
{
	write_decimal(out, pcr->index);
	write_u8(out, ' ');
	write_hex(out, bytes_of(pcr->value.byte, SHA256_SIZE));
}

struct statement_nonce statement_nonce_of(const struct text *text)
{
	return (struct statement_nonce){
		.auditor = text_value(text, NONCE_AUDITOR),
		.nonce = text_digest(text, NONCE_NONCE),
	};
}

refusal statement_nonce_decode(struct bytes line, struct statement_nonce *out)
{
	struct bytes nonce;
	if (!split(line, &out->auditor, &nonce) || out->auditor.size == 0 ||
		!hex_decode(nonce, out->nonce.byte, SHA256_SIZE))
		return "a nonce's line is not an auditor and a digest";
	return NULL;
}

void write_statement_nonce(
	struct writer *out, const struct statement_nonce *nonce)
{
	write_bytes(out, nonce->auditor);
	write_u8(out, ' ');
	write_hex(out, bytes_of(nonce->nonce.byte, SHA256_SIZE));
}

static refusal check_operators(const struct text *text)
{
	struct roster roster;
	return statement_operators(text, &roster);
}

static refusal check_authority(const struct text *text)
{
	struct roster roster;
	return statement_authority(text, &roster);
}

static refusal check_date(const struct text *text)
{
	int64_t end;
	return date_decode(text_value(text, ENROLMENT_DATE), &end)
		       ? NULL
		       : "its date is not a day as YYYY-MM-DD";
}

static refusal check_pcrs(const struct text *text)
{
	struct text_values lines = text_values(text, BOOT_PCR);
	uint32_t least = 0;
	while (text_next(&lines)) {
		struct statement_pcr pcr;
		refusal refused = statement_pcr_decode(lines.value, &pcr);
		if (refused != NULL)
			return refused;
		if (pcr.index < least)
			return "the PCRs are not in ascending order";
		least = pcr.index + 1;
	}
	return least == 0 ? "there is no PCR" : NULL;
}

static refusal check_tags(const struct text *text)
{
	struct text_values lines = text_values(text, BOX_TAG);
	while (text_next(&lines))
		if (lines.value.size != (size_t)2 * BOX_TAG_SIZE)
			return "a tag does not have 8 digits";
	return NULL;
}

int statement_nonce_compare(
	const struct statement_nonce *a, const struct statement_nonce *b)
{
	const size_t size = a->auditor.size < b->auditor.size ? a->auditor.size
							      : b->auditor.size;
	const int order = memcmp(a->auditor.data, b->auditor.data, size);
	return order != 0 ? order
			  : (a->auditor.size > b->auditor.size) -
				    (a->auditor.size < b->auditor.size);
}

/* One nonce of each, in one order: so all officers write the same lines. */
static refusal check_auditors(const struct text *text)
{
	struct text_values lines = text_values(text, OPEN_NONCE);
	struct statement_nonce last = { { NULL, 0 }, { { 0 } } };
	const size_t count = text_count(text, OPEN_NONCE);
	if (count == 0 || count > QUORUM_MOST)
		return "it has no auditor's nonce, or more than 9";
	while (text_next(&lines)) {
		struct statement_nonce nonce;
		refusal refused = statement_nonce_decode(lines.value, &nonce);
		if (refused != NULL)
			return refused;
		if (last.auditor.size > 0 &&
			statement_nonce_compare(&last, &nonce) >= 0)
			return "the nonces are not in the order of auditors";
		last = nonce;
	}
	return NULL;
}

static refusal check_nonces(const struct text *text)
{
	struct text_values lines = text_values(text, CHALLENGE_NONCE);
	while (text_next(&lines)) {
		struct statement_nonce nonce;
		refusal refused = statement_nonce_decode(lines.value, &nonce);
		if (refused != NULL)
			return refused;
	}
	return NULL;
}

static refusal check_step(const struct text *text)
{
	return text_number(text, REVOCATION_TO) ==
			       text_number(text, REVOCATION_FROM) + 1
		       ? NULL
		       : "a revocation raises the counter by one";
}
