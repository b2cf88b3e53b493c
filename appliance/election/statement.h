/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements: the signed texts of docs/protocols/texts.md, one form each,
 * and who must have signed them.
 *
 * Everything that people and the machine vouch for is read here, on the desk
 * and in the machine alike. Nothing is copied: a statement borrows from the
 * bytes that it was read from.
 */
#ifndef SANDOQ_ELECTION_STATEMENT_H
#define SANDOQ_ELECTION_STATEMENT_H

#include "appliance/election/plan.h"
#include "appliance/formats/note.h"
#include "appliance/formats/text.h"

enum {
	/* The longest note that anybody needs; refuse more before reading. */
	STATEMENT_MOST = 32 * 1024,
	/* Machine, election, station, auditor: what a line may hold. */
	STATEMENT_LINE_MOST = 128,
	STATEMENT_PCRS_MOST = 24,
	/* A text that names QUORUM_MOST people. */
	STATEMENT_ROSTER_MOST = 4096,
};

enum statement_kind {
	STATEMENT_OPERATORS,
	STATEMENT_AUTHORITY,
	STATEMENT_BOOT_APPROVAL,
	STATEMENT_ENROLMENT,
	STATEMENT_DEFINITION,
	STATEMENT_ELECTION_KEYS,
	STATEMENT_BOX,
	STATEMENT_OPEN,
	STATEMENT_NONCE,
	STATEMENT_CHALLENGE,
	STATEMENT_RELEASE,
	STATEMENT_REVOCATION,
	STATEMENT_RULING,
	STATEMENT_ABANDONMENT,
	STATEMENT_KINDS,
};

/* Fields by their index in the form. */
enum { OPERATORS_MACHINE, OPERATORS_NEED, OPERATORS_EACH, OPERATORS_OPERATOR };
enum { AUTHORITY_NEED, AUTHORITY_EACH, AUTHORITY_MEMBER };
enum {
	BOOT_MACHINE,
	BOOT_MEANING,
	BOOT_AK,
	BOOT_AUTHORITY,
	BOOT_IMAGE,
	BOOT_PCR,
	BOOT_REVOCATION,
	BOOT_POLICY,
	BOOT_INDEX,
	BOOT_CPHASH,
	BOOT_CREDENTIAL,
	BOOT_AUTHORIZATION,
};
enum {
	ENROLMENT_MACHINE,
	ENROLMENT_MEANING,
	ENROLMENT_DATE,
	ENROLMENT_EK,
	ENROLMENT_AK,
	ENROLMENT_SRK,
	ENROLMENT_APPROVED,
	ENROLMENT_REVOCATION,
	ENROLMENT_PHASE,
	ENROLMENT_JOURNAL,
	ENROLMENT_REVOCATION_BASE,
	ENROLMENT_OPERATORS,
	ENROLMENT_AUTHORITY,
};
enum { DEFINITION_ELECTION, DEFINITION_DIGEST };
enum {
	ELECTION_KEYS_ELECTION,
	ELECTION_KEYS_DEFINITION,
	ELECTION_KEYS_ENROLMENT,
	ELECTION_KEYS_AK,
	ELECTION_KEYS_BK,
	ELECTION_KEYS_RK,
	ELECTION_KEYS_BK_POLICY,
	ELECTION_KEYS_RK_POLICY,
	ELECTION_KEYS_BK_CREATION,
	ELECTION_KEYS_RK_CREATION,
	ELECTION_KEYS_PHASE,
};
enum {
	BOX_ELECTION,
	BOX_DEFINITION,
	BOX_STATION,
	BOX_SEQUENCE,
	BOX_CIPHERTEXT,
	BOX_SIZE,
	BOX_BALLOTS,
	BOX_BK,
	BOX_TAG,
};
enum {
	OPEN_ELECTION,
	OPEN_MACHINE,
	OPEN_MEANING,
	OPEN_DEFINITION,
	OPEN_AK,
	OPEN_BK,
	OPEN_CHECKPOINT_SIZE,
	OPEN_CHECKPOINT_ROOT,
	OPEN_PHASE,
	OPEN_NONCE,
	OPEN_AUTHORIZATION,
};
enum { NONCE_AUDITOR, NONCE_NONCE };
enum {
	CHALLENGE_ELECTION,
	CHALLENGE_NONCE,
	CHALLENGE_DEFINITION,
	CHALLENGE_AK,
	CHALLENGE_RK,
	CHALLENGE_CHECKPOINT_SIZE,
	CHALLENGE_CHECKPOINT_ROOT,
	CHALLENGE_JOURNAL_SIZE,
	CHALLENGE_JOURNAL_ANCHOR,
	CHALLENGE_REVOCATION,
	CHALLENGE_RESULT,
	CHALLENGE_HEADERS,
};
enum {
	RELEASE_ELECTION,
	RELEASE_MACHINE,
	RELEASE_MEANING,
	RELEASE_DEFINITION,
	RELEASE_AK,
	RELEASE_RK,
	RELEASE_CHECKPOINT_SIZE,
	RELEASE_CHECKPOINT_ROOT,
	RELEASE_RESULT,
	RELEASE_CHALLENGE,
	RELEASE_QUOTE,
	RELEASE_CPHASH,
	RELEASE_AUTHORIZATION,
};

enum {
	REVOCATION_MACHINE,
	REVOCATION_MEANING,
	REVOCATION_AK,
	REVOCATION_INDEX,
	REVOCATION_FROM,
	REVOCATION_TO,
	REVOCATION_CPHASH,
	REVOCATION_AUTHORIZATION,
};
enum {
	RULING_ELECTION,
	RULING_MEANING,
	RULING_DEFINITION,
	RULING_CHECKPOINT_SIZE,
	RULING_CHECKPOINT_ROOT,
	RULING_ANNULLED,
	RULING_LOT,
};
enum {
	ABANDONMENT_ELECTION,
	ABANDONMENT_MEANING,
	ABANDONMENT_DEFINITION,
	ABANDONMENT_AK,
	ABANDONMENT_PHASE,
	ABANDONMENT_REASON,
};

/* Where a text that names people has how many of whom must sign together. */
struct roster_fields {
	enum statement_kind kind;
	size_t need;
	size_t each;
	size_t member;
};
extern const struct roster_fields operators_roster;
extern const struct roster_fields authority_roster;

/* The forms, for writing: text_begin(&statement_form[kind], ...). */
extern const struct text_form statement_form[STATEMENT_KINDS];
/* What approving means, as the text must say it; NULL for other kinds. */
const char *statement_meaning(enum statement_kind);

/*
 * Accepts a text of this kind when its form, its meaning, its mode and its
 * compound lines (below) are as the document says. Mode: `rehearsal` is the
 * reader's to compare, but texts about a machine alone must be live.
 */
refusal statement_decode(
	enum statement_kind, struct bytes whole, struct text *out);

/*
 * What a field that is there once holds: the bytes of a digest, name, line or
 * base64, or a number; and why a text that says something else is refused.
 * The same list writes a text and checks one.
 */
struct statement_value {
	size_t field;
	struct bytes value;
	uint64_t number;
	refusal otherwise;
};

void statement_put(struct text_writer *, const struct statement_value *);
/* Does the text say all of this, in this mode? */
refusal statement_says(const struct text *, bool rehearsal,
	const struct statement_value *, size_t count);

/* A note and its text. */
struct statement {
	struct note note;
	struct text text;
};

/* Reads a note of this kind. Its signatures are not verified yet. */
refusal statement_open(
	enum statement_kind, struct bytes note, struct statement *out);
/* Signed by this key; other keys' signatures are not looked at. */
refusal statement_signed_by(const struct statement *, const struct note_key *);

/* The member's id is the name of its note key. */
refusal statement_member_key(
	const struct roster *, size_t member, struct note_key *out);
/*
 * Signed by a quorum: every signature in a member's name must verify, and
 * those that do must be enough of both boards. `*signed_by`, NULL allowed,
 * gets bit m for each member m that signed.
 */
refusal statement_signed_by_quorum(
	const struct statement *, const struct roster *, uint16_t *signed_by);
/* An approval: signed by exactly one of the members, and nobody else. */
refusal statement_signed_by_one(
	const struct statement *, const struct roster *, size_t *member);

/*
 * Compound lines. What statement_decode accepted decodes; the functions are
 * meant for texts that it accepted.
 */
/* `operator: BOARD VKEY`, `need` and `each`: a quorum that can be met. */
refusal statement_operators(const struct text *, struct roster *out);
/* The same of `member: BOARD VKEY`. */
refusal statement_authority(const struct text *, struct roster *out);
/*
 * The text of kind authority that names these people, at most
 * STATEMENT_ROSTER_MOST bytes; its SHA-256 is what other texts name them by.
 */
refusal write_statement_authority(struct writer *, const struct roster *);
refusal statement_authority_digest(const struct roster *, struct digest *out);
/* Of a text of kind enrolment: the end of that day, seconds since 1970, UTC. */
int64_t statement_date(const struct text *);
/* `pcr: N DIGEST`, ascending. */
struct statement_pcr {
	uint32_t index;
	struct digest value;
};
refusal statement_pcr_decode(struct bytes line, struct statement_pcr *out);
void write_statement_pcr(struct writer *, const struct statement_pcr *);
/* `nonce: AUDITOR HEX64`; the auditor is borrowed. */
struct statement_nonce {
	struct bytes auditor;
	struct digest nonce;
};
/* Of a text of kind `nonce`; borrows. */
struct statement_nonce statement_nonce_of(const struct text *);
refusal statement_nonce_decode(struct bytes line, struct statement_nonce *out);
void write_statement_nonce(struct writer *, const struct statement_nonce *);
/* Below, at or above zero: by their auditors' names, as bytes. */
int statement_nonce_compare(
	const struct statement_nonce *, const struct statement_nonce *);

#endif
