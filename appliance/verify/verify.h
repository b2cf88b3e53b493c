/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The chain of evidence, from a definition that the verifier trusts to a
 * result that nothing but the approved software, on the enrolled machine,
 * after the quorum's approval, can have signed.
 *
 * verify.c has the table of checks. Every check is a function that looks at
 * the evidence and at what the checks before it established (struct chain),
 * and refuses with a reason. Whoever signs something runs the same table as
 * far as it goes at that moment, so an approver sees what an auditor sees.
 */
#ifndef SANDOQ_VERIFY_VERIFY_H
#define SANDOQ_VERIFY_VERIFY_H

#include "appliance/election/definition.h"
#include "appliance/election/result.h"
#include "appliance/election/statement.h"
#include "appliance/record/archive.h"
#include "appliance/record/journal.h"
#include "appliance/verify/boot_profile.h"
#include "tpm/policy/attest.h"
#include "tpm/policy/machine.h"

/* How far the chain is to be verified. */
enum verify_goal {
	VERIFY_ENROLMENT, /* an operator, before the enrolment is signed */
	VERIFY_SEALED,	  /* the authority, before the keys are signed */
	VERIFY_INTAKE,	  /* an officer, before the boxes are opened */
	VERIFY_CLOSED,	  /* an auditor, before the result is released */
	VERIFY_RELEASED,  /* anyone */
	VERIFY_NOW,	  /* what runs on the machine at this moment */
};

/* Everything is borrowed; what is not known is NULL or empty. */
struct evidence {
	const struct archive *sent;
	/* Trusted, with the file that it was parsed from. */
	const struct definition *definition;
	struct bytes definition_file;
	/* Trusted instead where there is no definition yet. */
	struct bytes operators;
	/* The note, where the machine does not have it yet. */
	struct bytes enrolment;
	/* CA certificates that may vouch for the EK, PEM. */
	struct bytes authorities;
	/* Seconds since 1970, for those certificates. */
	int64_t now;
	/* The secret that the credential held; when empty, not compared. */
	struct bytes activation;
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
};

enum { SOFTWARE_MOST = 16 };

/* What was established. A member is valid once its check has passed. */
struct chain {
	const struct evidence *evidence;
	const char *folder;  /* "now/", or "" for the closing evidence */
	struct bytes serial; /* the machine, from the operators text */
	struct bytes headers;
	struct bytes result_text;
	struct machine machine;
	struct election_terms terms;
	struct journal_fold fold;
	struct result result;
	/* In the journal's order; the one in force when the evidence was made.
	 */
	struct chain_software software[SOFTWARE_MOST];
	size_t software_count;
	const struct chain_software *in_force;
	uint64_t revocation_base;
	uint64_t revocation; /* R, as the challenge has it */
	uint64_t checkpoint_size;
	struct tpm_clock clock;
	struct pcr_set pcrs;
	uint32_t quoted;    /* PCRs of the quote */
	uint16_t opened_by; /* bit m: officer m */
	uint16_t released_by;
	struct quorum operator_quorum;
	struct p256_public ak;
	struct tpm_name srk;
	struct nv_names indices;
	struct chain_key bk;
	struct chain_key rk;
	struct digest operators;
	struct digest ek;
	struct digest enrolment;
	struct digest checkpoint_root;
	struct digest challenge;
	struct digest result_digest;
	struct digest quote; /* SHA-256 of the attest */
	struct digest quoted_digest;
	bool rehearsal;
	bool has_result;
	/* A reason that had to be composed. */
	char reason[256];
};

enum { CHECKS_MOST = 32, CHECK_REASON_MOST = 256 };

struct check {
	const char *name;
	bool passed;
	char reason[CHECK_REASON_MOST]; /* empty when passed */
};

struct checks {
	size_t count;
	struct check check[CHECKS_MOST];
};

/*
 * Runs every check that the goal needs, in order; one whose ground was
 * refused is refused too, naming that ground. True when all have passed. The
 * chain borrows from the evidence; verify_free() gives back what it owns.
 */
bool verify(enum verify_goal, const struct evidence *, struct chain *,
	struct checks *);
void verify_free(struct chain *);

/*
 * What texts about this chain say, in the order of their fields: for the
 * checks here, and for the commands that write the texts.
 */
enum {
	/* Without the PCRs and the authorization. */
	BOOT_VALUES = 8,
	ENROLMENT_VALUES = ENROLMENT_OPERATORS + 1,
	ELECTION_KEYS_VALUES = ELECTION_KEYS_PHASE + 1,
	/* Without authorization, which comes last. */
	OPEN_VALUES = OPEN_AUTHORIZATION,
	RELEASE_VALUES = RELEASE_AUTHORIZATION,
};

/* The evidence of this moment, not of the closing. */
bool chain_is_now(const struct chain *);

/* One boot approval; boot_terms_of() fills the last three. */
struct boot_terms {
	struct bytes serial;
	const struct machine *machine;
	const struct boot_policy *boot;
	const struct digest *image;
	struct digest policy;
	struct tpm_name index;
	struct digest cp_hash;
};
/* `written`: is it for index A as it is after its first write? */
void boot_terms_of(struct boot_terms *, bool written);
void boot_values(
	const struct boot_terms *, struct statement_value[BOOT_VALUES]);
void enrolment_values(
	const struct chain *, struct statement_value[ENROLMENT_VALUES]);
void election_keys_values(
	const struct chain *, struct statement_value[ELECTION_KEYS_VALUES]);
void open_values(const struct chain *, struct statement_value[OPEN_VALUES]);
/* `cp_hash` is release_cp_hash(), in memory of the caller. */
void release_values(const struct chain *, const struct digest *cp_hash,
	struct statement_value[RELEASE_VALUES]);
struct digest release_cp_hash(const struct chain *);

/* The checks, by the file that has them. */
refusal verify_definition(struct chain *); /* verify_election.c */
refusal verify_definition_note(struct chain *);
refusal verify_box_key(struct chain *);
refusal verify_result_key(struct chain *);
refusal verify_election_keys(struct chain *);
refusal verify_operators(struct chain *); /* verify_machine.c */
refusal verify_ek(struct chain *);
refusal verify_ak(struct chain *);
refusal verify_indices(struct chain *);
refusal verify_activation(struct chain *);
refusal verify_enrolment(struct chain *);
refusal verify_journal(struct chain *); /* verify_journal.c */
refusal verify_boxes(struct chain *);
refusal verify_challenge(struct chain *); /* verify_boot.c */
refusal verify_nonce(struct chain *);
refusal verify_quote(struct chain *);
refusal verify_pcrs(struct chain *);
refusal verify_event_log(struct chain *);
refusal verify_boot_approvals(struct chain *); /* verify_approvals.c */
refusal verify_open_approvals(struct chain *);
refusal verify_release_approvals(struct chain *);
refusal verify_result_note(struct chain *); /* verify_result.c */
refusal verify_result(struct chain *);

/* The leaves of the election's tree, once the journal was verified. */
struct leaves {
	struct bytes headers;
	uint64_t entry;
	uint64_t next;
	uint64_t leaf; /* of the header last given */
};
struct leaves leaves_of(const struct chain *);
bool leaves_next(struct leaves *, struct journal_header *out);
/* Note and age file of a leaf; false when they are not there. */
bool chain_box(const struct chain *, uint64_t leaf, struct bytes *note,
	struct bytes *file);

/* Composes a reason in chain->reason and gives it. */
refusal refuse(struct chain *, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Member of the archive, in the folder where the evidence lies. */
struct bytes evidence_find(const struct chain *, const char *name);
#endif
