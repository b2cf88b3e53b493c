/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the processes say to each other: one constant table.
 *
 * Every message is one SOCK_SEQPACKET datagram: a 16-bit type, then the
 * fields of its struct, each at its fixed size, so that a type has exactly
 * one length. Bulk travels beside it as fully sealed memfds. All talk is
 * between the supervisor and one role; the supervisor asks, the role answers
 * (the media role may also speak up by itself). The rows in wire.c say for
 * each type who sends it to whom, which open question it answers, its length
 * and its number of descriptors. wire_receive() accepts nothing else: unknown
 * type, wrong sender, no such question, wrong length, a missing or further
 * descriptor, bytes left over, or a text or blob that is not sound. The caller
 * then ends the session.
 */
#ifndef SANDOQ_MACHINE_WIRE_H
#define SANDOQ_MACHINE_WIRE_H

#include "appliance/formats/age.h"
#include "appliance/formats/bytes.h"
#include "appliance/formats/crypto.h"
#include "appliance/record/courier.h"
#include "appliance/record/state.h"

#include <sys/types.h>

enum role {
	ROLE_SUPERVISOR,
	ROLE_JOURNAL,
	ROLE_KEYS,
	ROLE_MEDIA,
	ROLE_CONSOLE,
	ROLE_INTAKE,
	ROLE_DEFINE,
	ROLE_COUNT,
	ROLE_TALLY,
	ROLE_PUBLISH,
	ROLE_STARTER,
	ROLES,
};

enum {
	WIRE_TEXT_MOST = 240,
	WIRE_BLOB_MOST = 512,
	WIRE_MEMBERS_MOST = 9,
	WIRE_DESCRIPTORS_MOST = 3,
	WIRE_PCRS = 16,
	WIRE_SOFTWARE_MOST = 4,
	WIRE_ANSWERS_MOST = 4,
	WIRE_NAME_SIZE = 34,
	/* Station of a box that names none of the definition's. */
	WIRE_NO_STATION = 0xffff,
};

/* Up to WIRE_BLOB_MOST bytes; those behind `size` are zero. */
struct wire_blob {
	uint16_t size;
	uint8_t data[WIRE_BLOB_MOST];
};

/* Clean UTF-8 ended by a zero byte; those behind it are zero too. */
struct wire_text {
	char line[WIRE_TEXT_MOST];
};

/* The members of one quorum, in the definition's order. */
struct wire_quorum {
	uint16_t need;
	uint16_t of;
	uint8_t board[WIRE_MEMBERS_MOST]; /* 0 executive, 1 supervisory */
	uint8_t key[WIRE_MEMBERS_MOST][P256_POINT_SIZE];
};

/* Which of them approved, ascending, and their signatures r and s. */
struct wire_approvals {
	uint16_t count;
	uint8_t member[WIRE_MEMBERS_MOST];
	uint8_t signature[WIRE_MEMBERS_MOST][2 * P256_SIZE];
};

enum wire_type {
	/* To any role, from any role. */
	DONE = 1,
	REFUSED, /* wire_text: the answer to whatever was asked */

	JOURNAL_SCAN = 16,
	JOURNAL_SCANNED,
	JOURNAL_BEGIN, /* of a blank partition, under a new MAC key */
	JOURNAL_UNLOCK,
	JOURNAL_UNLOCKED,
	JOURNAL_APPEND,	  /* one or two memfds of members */
	JOURNAL_APPENDED, /* as unlocked, and the new entry is the last */
	JOURNAL_KNOWN,	  /* the very same box is there already */
	JOURNAL_GET,	  /* one entry */
	JOURNAL_ENTRY,
	JOURNAL_HEADS, /* members: checkpoint, headers of all entries */
	JOURNAL_MEMBERS,

	KEYS_START = 32,
	KEYS_STARTED,
	KEYS_IDENTITY,
	KEYS_MEMBERS, /* a memfd of members made by the TPM */
	KEYS_ENROL,
	KEYS_ENROLLED,
	KEYS_LOCK,
	KEYS_ANCHOR,
	KEYS_ANCHORED,
	KEYS_PHASE,
	KEYS_PHASED,
	KEYS_AIRLOCK,
	KEYS_AIRLOCKED, /* wire_text: how the TPM refuses BK and RK now */
	KEYS_SEAL,
	KEYS_ELECTION,
	KEYS_APPROVALS,
	KEYS_BOX,
	KEYS_FILE_KEY,
	KEYS_VOID,
	KEYS_SIGN,
	KEYS_SIGNED,
	KEYS_QUOTE,
	KEYS_SOFTWARE, /* checks approvals; gives what the journal keeps */
	KEYS_APPROVE,  /* writes the approved boot policy into the TPM */
	KEYS_REVOKE,

	MEDIA_BIND = 64,
	MEDIA_HERE,
	MEDIA_GONE,
	MEDIA_WRITE,
	MEDIA_WRITABLE,
	MEDIA_NONE,

	CONSOLE_LINE = 80,

	INTAKE_START = 96,
	INTAKE_KIND,
	INTAKE_TAKE,
	INTAKE_TAKE_BOXES,
	INTAKE_MEMBERS,
	INTAKE_KEYS,
	INTAKE_BOX,
	INTAKE_VOID,
	INTAKE_END,

	DEFINE_ENROL = 112,
	DEFINE_ENROLMENT,
	DEFINE_SEAL,
	DEFINE_LOAD,
	DEFINE_ELECTION,
	DEFINE_OPEN,
	DEFINE_RELEASE,
	DEFINE_APPROVALS,
	DEFINE_SOFTWARE,
	DEFINE_BOOT,
	DEFINE_REVOKE,
	DEFINE_REVOCATION,

	COUNT_BOX = 128,
	COUNT_STANZA,
	COUNT_KEY,
	COUNT_VECTOR,
	COUNT_VOID,

	TALLY_ADD = 144,
	TALLY_VOID,
	TALLY_CLOSE,
	TALLY_RESULT,

	PUBLISH_MEMBERS_OF = 160,
	PUBLISH_STATE,
	PUBLISH_END,

	STARTER_COUNT = 176, /* the count role's socket, and its box */
	STARTER_STARTED,     /* its pidfd */
};

/* What the operators approve: PCRs, and the highest R that it may run at. */
struct boot_state {
	uint64_t epoch;
	uint32_t pcr_mask;
	uint8_t pcr[WIRE_PCRS][SHA256_SIZE];
};

/*
 * What it takes to unseal the journal's MAC key. It is kept in the clear, in
 * entry 0: whoever changes it gets no key.
 */
struct journal_lock {
	uint8_t srk[WIRE_NAME_SIZE];
	uint8_t ak[WIRE_NAME_SIZE];
	struct wire_blob mac_public;
	struct wire_blob mac_private;
	struct wire_quorum operators; /* the indices' names follow from them */
	struct boot_state boot;	      /* the first one approved */
};

/* Software approved later, as its journal entry has it in the clear. */
struct later_software {
	uint64_t entry;
	struct boot_state boot;
};

struct journal_scanned {
	uint16_t blank;
	struct journal_lock lock;
	/* The last ones, in the journal's order. */
	uint16_t software_count;
	struct later_software software[WIRE_SOFTWARE_MOST];
};

struct journal_key {
	struct digest mac_key; /* secret */
	struct digest anchor;
};

/*
 * What the fold over the journal says, once it is unlocked and after each
 * entry: nobody else folds.
 */
struct journal_folded {
	uint16_t state;
	uint64_t entries;
	uint16_t anchor_due;
	struct digest anchor_chain; /* what J is to be extended with, if due */
	/* The election's tree now, and as it was frozen by `open`. */
	uint64_t size;
	struct digest root;
	uint64_t frozen_size;
	struct digest frozen_root;
	/* Last entry of each kind, or UINT64_MAX. */
	uint64_t enrolled;
	uint64_t sealed;
	uint64_t opened;
	uint64_t closed;
	uint64_t approved;
	uint64_t software;
	uint64_t sealed_software; /* the last one before `sealed` */
	uint64_t revocation;
};

struct journal_append {
	uint16_t type;
	uint16_t station; /* of a box, else zero */
	uint16_t sequence;
};

struct journal_get {
	uint64_t entry;
};

struct journal_entry {
	uint64_t entry;
	uint16_t type;
	uint64_t leaf;	  /* its place in the election's tree, if it has one */
	uint64_t before;  /* the entry of its type before it, or UINT64_MAX */
	uint16_t station; /* of a box, else zero */
	uint16_t sequence;
};

struct keys_started {
	uint16_t refused; /* the boot policy; `why` says more */
	struct wire_text why;
	struct digest mac_key; /* secret; zeros when refused or blank */
	uint16_t owner_locked;
	uint64_t revocation;
	uint64_t phase;
	struct digest anchor;
	uint32_t reset_count;
	uint32_t restart_count;
	uint8_t ak[WIRE_NAME_SIZE];
	uint8_t srk[WIRE_NAME_SIZE];
	/* The software in force: its journal entry, and the R it allows. */
	uint64_t software;
	uint64_t epoch;
};

struct keys_software {
	struct wire_approvals approvals;
	struct boot_state boot;
};

struct keys_enrol {
	struct wire_quorum operators;
	struct wire_blob credential;
	struct wire_blob secret;
	struct keys_software software;
};

/* R goes from this value to the next. */
struct keys_revoke {
	struct wire_approvals approvals;
	uint64_t from;
};

struct keys_anchor {
	struct digest chain;
};

struct keys_phase {
	uint64_t phase;
};

/* All that BK and RK hang on. The blobs are empty before sealing. */
struct election {
	struct digest definition;
	uint16_t rehearsal;
	uint64_t phase; /* p: the phase counter when the keys were made */
	struct wire_quorum officers;
	struct wire_quorum auditors;
	struct wire_blob bk_public;
	struct wire_blob bk_private;
	struct wire_blob rk_public;
	struct wire_blob rk_private;
	uint8_t ak[WIRE_NAME_SIZE];
	uint8_t bk[WIRE_NAME_SIZE];
	uint8_t rk[WIRE_NAME_SIZE];
	uint8_t bk_point[P256_POINT_SIZE];
	uint8_t rk_point[P256_POINT_SIZE];
	struct wire_text id;
	struct wire_text machine;
};

struct keys_approvals {
	uint16_t release;     /* 0: to open, with BK; 1: to release, with RK */
	struct digest result; /* that may be released; zeros to open */
	struct wire_approvals approvals;
};

/* What the define role found in a medium's approvals. */
struct define_approvals {
	struct keys_approvals given;
	uint64_t revocation; /* R when the count was closed; to release only */
	/* `AUDITOR HEX64`; empty ones are none. */
	struct wire_text nonce[WIRE_MEMBERS_MOST];
};

/* What it found in a medium's approvals of software. */
struct define_boot {
	struct keys_software given;
	struct digest image;
};

struct keys_box {
	uint8_t tag[AGE_TAG_SIZE];
	uint8_t enc[P256_POINT_SIZE];
	uint8_t body[AGE_BODY_SIZE];
};

struct keys_file_key {
	uint8_t key[AGE_FILE_KEY_SIZE]; /* secret */
};

struct keys_sign {
	struct digest digest;
};

struct keys_signed {
	uint8_t signature[2 * P256_SIZE];
};

struct keys_quote {
	struct digest qualifying;
};

struct intake_kind {
	uint16_t kind;
	/* `AUDITOR HEX64` of an outbox's nonce; empty when it has none. */
	struct wire_text nonce;
};

struct intake_box {
	uint16_t station;
	uint16_t sequence;
	struct digest digest; /* of the ciphertext */
	struct wire_text why; /* empty unless void */
};

struct intake_end {
	uint32_t boxes;
	uint32_t refused;
};

/* Keys and facts of this machine that texts are compared with. */
struct define_facts {
	uint8_t ak[WIRE_NAME_SIZE];
	uint8_t srk[WIRE_NAME_SIZE];
	uint64_t phase;
};

struct define_open {
	struct election election;
	uint64_t size;
	struct digest root;
};

struct define_release {
	struct election election;
	uint64_t size;
	struct digest root;
};

struct count_box {
	struct digest definition;
	uint8_t bk[WIRE_NAME_SIZE];
	uint8_t bk_point[P256_POINT_SIZE];
	uint8_t key_point[P256_POINT_SIZE]; /* whose stanza is to be opened */
	struct wire_text id;
};

struct count_stanza {
	uint16_t station;
	uint16_t sequence;
	struct digest digest;
	struct keys_box stanza;
};

struct count_vector {
	uint16_t station;
	uint16_t sequence;
	struct digest digest;
	uint64_t ballots;
};

struct tally_add {
	uint64_t entry;
	struct count_vector box;
};

struct tally_void {
	uint64_t entry;
	struct intake_box box;
};

/* What the result says beside the votes. */
struct tally_close {
	uint8_t ak[WIRE_NAME_SIZE];
	uint8_t bk[WIRE_NAME_SIZE];
	uint8_t rk[WIRE_NAME_SIZE];
	uint64_t size;
	struct digest root;
	uint64_t phase;
	uint64_t revocation;
};

struct tally_result {
	struct digest digest;
};

/* How members are named in the archive. */
struct publish_members_of {
	uint64_t number; /* the leaf of a box; the entry of software */
	uint16_t type;	 /* of the journal entry; 0: made for this outbox */
};

struct starter_started {
	uint32_t pid;
};

union wire_body {
	struct wire_text text;
	struct journal_scanned scanned;
	struct journal_key key;
	struct journal_folded folded;
	struct journal_append append;
	struct journal_get get;
	struct journal_entry entry;
	struct keys_started started;
	struct keys_software software;
	struct keys_revoke revoke;
	struct keys_enrol enrol;
	struct keys_anchor anchor;
	struct keys_phase phase;
	struct election election;
	struct keys_approvals approvals;
	struct define_approvals found;
	struct define_boot boot;
	struct keys_box box;
	struct keys_file_key file_key;
	struct keys_sign sign;
	struct keys_signed signature;
	struct keys_quote quote;
	struct intake_kind kind;
	struct intake_box intake_box;
	struct intake_end end;
	struct define_facts facts;
	struct define_open open;
	struct define_release release;
	struct count_box count_box;
	struct count_stanza stanza;
	struct count_vector vector;
	struct tally_add add;
	struct tally_void voided;
	struct tally_close close;
	struct tally_result result;
	struct publish_members_of members_of;
	struct starter_started started_count;
	struct digest digest;
};

struct wire_message {
	enum wire_type type;
	union wire_body body;
	int descriptor[WIRE_DESCRIPTORS_MOST]; /* owned; -1 when none */
};

/* One field of a message: where it lies and how it is encoded. */
enum wire_kind {
	WIRE_NUMBER,
	WIRE_RAW,
	WIRE_LINE, /* of a wire_text */
	WIRE_BLOB, /* data of a wire_blob, right behind its size */
};

struct wire_field {
	size_t offset;
	size_t size;
	enum wire_kind kind;
};

struct wire_row {
	enum wire_type type;
	const char *name;
	enum role from; /* one end is always the supervisor */
	enum role to;
	/* The questions that it answers; none: it is a question itself. */
	enum wire_type answers[WIRE_ANSWERS_MOST];
	bool more; /* the question stays open after this answer */
	uint8_t descriptors_least;
	uint8_t descriptors_most;
	const struct wire_field *field;
	size_t field_count;
};

extern const struct wire_row wire_table[];
extern const size_t wire_table_size;

const struct wire_row *wire_row_of(enum wire_type);
const char *role_name(enum role);
/* Bytes of a datagram of this type. */
size_t wire_size(const struct wire_row *);

/* Pure: the datagram's bytes. */
void wire_encode(struct writer *, enum wire_type, const void *body);
refusal wire_decode(struct bytes datagram, enum wire_type *, void *body);

/* One end of a socket, and the question that is open on it (0: none). */
struct wire_end {
	int socket;
	enum role self;
	enum role peer;
	enum wire_type asked;
};

/*
 * Sends; descriptors stay the caller's. NULL, or why it could not: the type
 * is not this end's to send now, or the peer is gone.
 */
refusal wire_send(struct wire_end *, enum wire_type, const void *body,
	const int *descriptor, size_t count);

/*
 * Waits at most `milliseconds` (-1: for ever) for one message that the table
 * allows here and now. The body is decoded into `out`; its descriptors are
 * the caller's. On refusal none is left open.
 */
refusal wire_receive(
	struct wire_end *, int milliseconds, struct wire_message *out);

/* Closes what a message brought and the caller has not taken (set to -1). */
void wire_close(struct wire_message *);

/* Pure: a lock as the journal keeps it. */
void journal_lock_encode(struct writer *, const struct journal_lock *);
refusal journal_lock_decode(struct bytes, struct journal_lock *);
/* The same of what a software entry keeps. */
void boot_state_encode(struct writer *, const struct boot_state *);
refusal boot_state_decode(struct bytes, struct boot_state *);

/* Wipes and sets a wire_text, cut to its size. */
void wire_text_set(struct wire_text *, const char *);
struct bytes wire_blob_bytes(const struct wire_blob *);
bool wire_blob_set(struct wire_blob *, struct bytes);

/* Pure: the file key of a stanza, by the private key it is sealed to. */
refusal wire_stanza_open(const struct keys_box *, const struct p256_private *,
	struct keys_file_key *out);

#endif
