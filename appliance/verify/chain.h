/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a verifier is given (struct evidence), what the checks establish of it
 * (struct chain), and what every check uses. Nothing here judges anything;
 * verify.h runs the checks.
 */
#ifndef SANDOQ_VERIFY_CHAIN_H
#define SANDOQ_VERIFY_CHAIN_H

#include "appliance/election/box.h"
#include "appliance/election/definition.h"
#include "appliance/election/result.h"
#include "appliance/record/archive.h"
#include "appliance/record/items.h"
#include "appliance/record/members.h"
#include "appliance/verify/boot_profile.h"
#include "tpm/policy/attest.h"
#include "tpm/policy/machine_policy.h"

/* Everything is borrowed; what is not known is NULL or empty. */
struct evidence {
	const struct archive *sent;
	/* Trusted, with the file that it was parsed from. */
	const struct definition *definition;
	struct bytes definition_file;
	/* Trusted instead where there is no definition yet. */
	struct bytes operators;
	struct bytes authority;
	/* The note, where the machine does not have it yet. */
	struct bytes enrolment;
	/* CA certificates that may vouch for the EK, PEM. */
	struct bytes authorities;
	/*
	 * Seconds since 1970, for those certificates. Where the enrolment note
	 * is checked, its date goes instead.
	 */
	int64_t now;
	/* The auditor's own nonce text; when empty, freshness is not shown. */
	struct bytes nonce;
	const struct boot_profile *profile;
};

/* A key made in the TPM for one election. */
struct chain_key {
	struct tpm_name name;
	struct p256_public key;
	struct digest policy;
	struct digest creation; /* SHA-256 of the attest */
};

/* Software that the operators' quorum approved: PCRs, epoch, image. */
struct chain_software {
	uint64_t entry; /* of the journal */
	struct boot_policy boot;
	struct digest image;
	uint16_t approved_by; /* bit m: operator m */
};

enum { SOFTWARE_MOST = 16 };

/* What was established. A member is valid once its check has passed. */
struct chain {
	const struct evidence *evidence;
	const char *folder;  /* MEMBERS_NOW, or "" for the closing evidence */
	struct bytes serial; /* the machine, from the operators text */
	struct bytes date;   /* of the enrolment */
	struct bytes headers;
	struct bytes listings;
	struct bytes result_text;
	struct bytes abandoned; /* why, by whoever called it off */
	struct machine machine;
	struct election_terms terms;
	struct journal_fold fold;
	struct result result;
	/* In the journal's order; the one in force when the evidence was made.
	 */
	struct chain_software software[SOFTWARE_MOST];
	size_t software_count;
	const struct chain_software *in_force;
	const struct chain_software *signing; /* when the result was released */
	uint64_t revocation_base;
	uint64_t revocation; /* R, as the challenge has it */
	uint64_t checkpoint_size;
	struct tpm_clock clock;
	struct pcr_set pcrs;
	uint32_t quoted;    /* PCRs of the quote */
	uint16_t opened_by; /* bit m: officer m */
	uint16_t released_by;
	struct roster operator_roster;
	struct roster authority_roster;
	uint16_t
		enrolled_by; /* bit m: for operator m a credential was opened */
	struct p256_public ak;
	struct tpm_name srk;
	struct nv_names indices;
	struct chain_key bk;
	struct chain_key rk;
	struct digest operators;
	struct digest authority;
	struct digest ek;
	struct digest enrolment;
	struct digest checkpoint_root;
	struct digest challenge;
	struct digest result_digest;
	struct digest headers_root;
	struct digest quote; /* SHA-256 of the attest */
	struct digest quoted_digest;
	bool has_enrolment; /* the enrolment note is among what is checked */
	bool rehearsal;
	bool has_result;
	/* It is a public bundle: no ciphertext is there, and none is missed. */
	bool withheld;
	/* A reason that had to be composed. */
	char reason[256];
};

/* Composes a reason in chain->reason and gives it. */
refusal refuse(struct chain *, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Member of the archive, in the folder where the evidence lies. */
struct bytes evidence_find(const struct chain *, const char *name);
/* What a TPM attested to, of two members' contents. */
refusal chain_attestation(
	struct bytes attest, struct bytes signature, struct attestation *out);
/* The evidence of this moment, not of the closing. */
bool chain_is_now(const struct chain *);

/* The journal's entries, as the archive has them. */
struct entries {
	struct cursor headers;
	struct cursor listings;
	uint64_t leaves; /* of the election so far */
	/* Of the entry last given: its place in the tree, if it has one. */
	uint64_t leaf;
	struct bytes listing;
	uint64_t payload_size; /* by the listing */
};
struct entries entries_of(const struct chain *);
/* False at the end, and where something is malformed. */
bool entries_next(struct entries *, struct journal_header *out);

/* The leaves of the election's tree, once the journal was verified. */
struct leaves leaves_of(const struct chain *);
/* The public items of an entry, with the names of their members. */
struct published {
	struct cursor items;
	uint16_t type;
	uint64_t number;
	/* The one last given. */
	struct listed item;
	char name[MEMBER_NAME_SIZE];
};
struct published published_of(
	const struct entries *, const struct journal_header *);
bool published_next(struct published *);
/*
 * Whether the members of an entry are those that its listing has.
 */
refusal chain_members(
	struct chain *, const struct entries *, const struct journal_header *);
/* Whether a box was taken, and no ciphertext is there. */
bool evidence_is_public(const struct evidence *);
/* Note and age file of a leaf; false when they are not there. */
bool chain_box(const struct chain *, uint64_t leaf, struct bytes *note,
	struct bytes *file);
struct bytes chain_box_note(const struct chain *, uint64_t leaf);
/* The machine's new header for the box of a leaf; empty when it made none. */
struct bytes chain_header(const struct chain *, uint64_t leaf);
/* What box_check() demands, once the box key was verified. */
struct box_terms chain_box_terms(const struct chain *);
/*
 * The text that a leaf stands for, and what its header has the digest of: of a
 * note, or of the line that says why a delivery was refused. Empty when it is
 * not there.
 */
struct bytes chain_leaf_text(
	const struct chain *, uint64_t leaf, enum entry_type);
/* Deliveries that were not taken, of one entry. */
struct chain_refusal {
	uint64_t count;
	/* Of the first: whose box it is (delivery_write_box()), ": ", why. */
	struct bytes told;
};
/* Refused, too, when it tells of another box than the entry's header. */
refusal chain_refusal_of(const struct chain *, const struct journal_header *,
	struct bytes text, struct chain_refusal *out);

#endif
