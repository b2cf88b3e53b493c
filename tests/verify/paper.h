/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine on paper: what a machine sends from enrolment to release, made
 * with keys in software instead of a TPM, true in every detail that a verifier
 * looks at. Tests change one detail and verify.
 *
 * Keys are those of city_json(): body b's member m has the scalar
 * 1 + 3 * b + m, the escrow key 13, station s 14 + s.
 */
#ifndef SANDOQ_TESTS_VERIFY_PAPER_H
#define SANDOQ_TESTS_VERIFY_PAPER_H

#include "appliance/desk/common/files.h"
#include "appliance/verify/verify.h"

/* Why a third delivery was refused: of station-04, its first box. */
#define PAPER_REASON "the box is of another election"

enum {
	PAPER_BOXES = 2,
	PAPER_PHASE = 5,
	PAPER_REVOCATION = 1,
	PAPER_AK_SCALAR = 40,
	PAPER_SRK_SCALAR,
	PAPER_BK_SCALAR,
	PAPER_RK_SCALAR,
	PAPER_CA_SCALAR,
	PAPER_OTHER_SCALAR,
};

/* Who signs approvals; bit m is member m of the body. */
enum {
	MEMBER_1 = 1,
	MEMBER_2 = 2,
	MEMBER_3 = 4,
	QUORUM = MEMBER_1 | MEMBER_3,
	ONE_BOARD = MEMBER_1 | MEMBER_2,
};

/* Station and sequence are a box's. */
struct paper_entry {
	enum entry_type type;
	uint16_t station;
	uint16_t sequence;
	bool of_another_text; /* says the header of a leaf */
	/* New headers: which boxes they are of. */
	size_t first_box;
	size_t boxes;
};

/* That the machine took in: the first one of the station with its place. */
struct paper_box {
	uint64_t leaf;
	struct digest digest;
};

/* What a machine is beside what it is always; nothing is paper_make(). */
struct paper_how {
	const struct paper_certificate *certificate;
	int day; /* of the enrolment, from today */
	/* Makes another definition of the city's, and frees that. */
	char *(*election)(char *json);
	/* What is in the box of a station, instead of a sample; freed. */
	struct bytes (*ballots)(const struct plan *, uint16_t station);
};

struct paper {
	struct paper_how how;
	char *json;
	struct definition definition;
	struct archive sent; /* every content is owned */
	struct file authorities;
	struct file nonce;
	struct boot_profile profile;
	struct evidence evidence;
	struct chain chain; /* as far as it was verified while it was made */
	struct checks checks;
	/* The journal; its fold as it was written last. */
	struct paper_entry *entry;
	size_t entries;
	struct journal_fold fold;
	/* Of the TPM, beside those that it had when the machine was made. */
	uint32_t resets;
	struct paper_box *box;
	size_t boxes;
	uint64_t refusal_leaf;
};

/*
 * An EK's certificate: whose TPM it says that it is of (PAPER_SOFTWARE is
 * swtpm), for which use (NULL: any), and from which day to which, from today.
 */
struct paper_certificate {
	const char *maker;
	const char *usage;
	int from;
	int to;
};
#define PAPER_SOFTWARE "id:00001014"
#define PAPER_HARDWARE "id:53544D20"
extern const struct paper_certificate paper_certificate;

/* Up to release; every check of every goal passes. */
struct paper *paper_make(void);
/* The same, of that kind. */
struct paper *paper_make_as(const struct paper_how *);
/* The same with another certificate, enrolled on that day. */
struct paper *paper_make_enrolled(const struct paper_certificate *, int day);
/* The same of a city with this many stations; each has delivered a box. */
struct paper *paper_make_city(size_t stations);
/* The same once more, which takes far less time. */
struct paper *paper_copy(const struct paper *);
void paper_free(struct paper *);

/* The CA certifies the EK once more. */
void paper_certify(struct paper *, const struct paper_certificate *);
/* The public part of another TPM's EK stands where this one's should. */
void paper_graft(struct paper *, const struct paper_certificate *);
/* The enrolment note is signed once more, for that day from today. */
void paper_date(struct paper *, int day);

/* A member is replaced, added, or (empty) taken away. */
void paper_put(struct paper *, const char *name, struct bytes content);
struct bytes paper_get(const struct paper *, const char *name);
/* One bit of a member changes; the place counts from its end when negative. */
void paper_flip(struct paper *, const char *name, long place);
/* The same of the byte behind this text, where the member has it first. */
void paper_flip_behind(struct paper *, const char *name, const char *text);

/*
 * The journal is written over the members as they are now: headers that follow
 * each other, listings and checkpoint, as whoever publishes can.
 */
void paper_journal(struct paper *);
/*
 * What the attestation key certifies of it: that the anchor is that of the
 * first entries, over this. `stem` is "journal", "now/journal" or "released".
 */
void paper_certify_anchor(struct paper *, const char *stem, unsigned ak_scalar,
	const struct digest *qualifying, size_t entries);
/* What a machine with this journal would send now: present evidence, and the
 * anchor after the release. */
void paper_certify_journal(struct paper *);
/* It closes and releases again, over the journal that it has now. */
void paper_close_again(struct paper *);
/*
 * Other software was in force while the boxes came, by two more entries before
 * the opening; then the first one was approved again, and counted.
 */
void paper_another_image(struct paper *);
/* One more entry of the machine, or several, and all that follows. */
void paper_entry(
	struct paper *, enum entry_type, uint16_t station, uint16_t sequence);
void paper_entries(struct paper *, const struct paper_entry *, size_t count);
/*
 * An entry before the first one of this type, or behind the last (0); gives
 * its number. And one is cut out. Neither writes the journal.
 */
size_t paper_insert(struct paper *, enum entry_type, enum entry_type before);
void paper_cut(struct paper *, size_t at);
/* The number of the first entry of this type; of all, where there is none. */
size_t paper_find(const struct paper *, enum entry_type);
/* An entry with one item that somebody made up, and the journal after that. */
void paper_invent(struct paper *, enum entry_type type, const char *item,
	enum entry_type before);
/* What it sent when it had no more entries than these. */
void paper_end_after(struct paper *, size_t entries);
/*
 * The written journal without its entries of this type, the rest chained again,
 * as a machine wrote it that never made one.
 */
void paper_leave_out(struct paper *, enum entry_type);

/*
 * The election is called off behind the last entry of this type, by these
 * members of the authority and of the auditors.
 */
void paper_abandon(struct paper *, enum entry_type last, unsigned authority,
	unsigned auditors);

/* The goal is reached. */
void paper_accepts(struct paper *, enum verify_goal);
/* Exactly this check is the first that is refused, with this in the reason. */
void paper_refuses(struct paper *, enum verify_goal, const char *check,
	const char *reason);
/* Is shown each paper that paper_refuses() was called for, unless NULL. */
extern void (*paper_refused)(const struct paper *);

/*
 * The machine has counted and signed another result: the first `from` of its
 * head and its stations' parts is `to`. The root is that of the changed parts.
 */
void paper_change_result(struct paper *, const char *from, const char *to);
/* The same, but the whole is `text`, of head and parts. */
void paper_set_result(struct paper *, const char *text);
/* Head and parts; free() frees them. */
char *paper_result(const struct paper *);
/* Released by a machine that has made no header for this box. */
void paper_drop_header(struct paper *, size_t box);

unsigned paper_scalar(enum body, unsigned member);
/* A note of the text by the key of this scalar under this name. */
void paper_sign(struct writer *out, struct bytes text, const char *name,
	unsigned scalar);
/* Signatures of these members of a body. */
void paper_add_signatures(struct writer *out, struct bytes text,
	const struct roster *, enum body, unsigned members);
/* The line of the nonce that the paper's auditor made. */
void paper_put_nonce(struct text_writer *, size_t field);
/* Signed by these members of a body, in one note. */
void paper_put_signed(struct paper *, const char *name, struct bytes text,
	enum body, unsigned members);
/* The text of that note, by others. */
void paper_sign_again(
	struct paper *, const char *name, enum body body, unsigned members);

/*
 * Parts, made again over what the paper holds: `members` sign, `change` may
 * alter what they sign.
 */
struct paper_approval {
	unsigned members;
	bool unbound;		   /* without cpHash */
	bool other_purpose;	   /* over the scope of the other purpose */
	bool rehearsal;		   /* text and scope: of the other mode */
	unsigned note_scalar;	   /* 0: the member's own key signs the note */
	const char *note_in_place; /* of the authorization: a note's text */
	const struct digest *result;
	const struct digest *definition;
	const struct tpm_name *ak;
};
void paper_approve_release(struct paper *, const struct paper_approval *);
void paper_approve_open(struct paper *, const struct paper_approval *);
void paper_approve_boot(struct paper *, const struct paper_approval *,
	const struct boot_policy *, const struct digest *image);

/*
 * Later software, approved by the journal's entry before the first one of this
 * type, or by the last entry (0). Gives the entry's number.
 */
uint64_t paper_approve_software(struct paper *, const struct paper_approval *,
	const struct boot_policy *, const struct digest *image,
	enum entry_type before);

struct paper_quote {
	uint32_t mask;
	unsigned ak_scalar;
	const struct pcr_set *pcrs;
	const struct digest *qualifying;
};
/* "quote.attest" and "quote.signature" in the folder ("" or "now/"). */
void paper_quote(
	struct paper *, const char *folder, const struct paper_quote *);
/* What the approved boot's PCRs are, PCR 14 among them. */
void paper_pcrs(const struct paper *, struct pcr_set *out);
uint32_t paper_quoted_mask(void);

/* An event log of these events, replayed to `pcrs` as well. */
void paper_log(struct paper *, const char *name, const struct event_rule *event,
	size_t count);

/* BK or RK with a policy of the caller's, certified by a key of its own. */
struct paper_creation {
	unsigned ak_scalar;
	struct digest policy;
	struct digest outside_info;
};
void paper_election_key(struct paper *, const char *stem, enum key_template,
	unsigned scalar, const struct paper_creation *);

#endif
