/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys role's duties: each answers one question with the TPM.
 *
 *   role_keys.c       the loop
 *   keys_answer.c     what the duties share
 *   keys_start.c      the journal's MAC key, the software in force
 *   keys_enrolment.c  identity, indices, the journal's lock
 *   keys_counters.c   anchor, phase counter, airlock
 *   keys_software.c   later software, revocations
 *   keys_election.c   BK and RK are made, and known again
 *   keys_use.c        a box's file key, its new header; signature, quote,
 *                     and what the anchor is
 */
#ifndef SANDOQ_MACHINE_KEYS_H
#define SANDOQ_MACHINE_KEYS_H

#include "appliance/machine/role.h"
#include "appliance/record/items.h"
#include "tpm/tpm.h"

enum { KEYS_ANSWER_MOST = 32 * 1024 };

/* What one boot of the machine has told the role so far. */
struct keys {
	struct tpm *tpm;
	struct machine machine;
	struct nv_names nv;
	struct boot_policy boot;
	struct election_terms terms;
	struct recipients recipients;
	struct sealed_key bk;
	struct p256_public bk_public;
	struct sealed_key rk;
	struct approvals open;
	struct approvals release;
};

/* What the TPM said last, as parts behind those that are there. */
void keys_add_error(struct tpm *, struct notice *);
/* What it had said before it was asked something else. */
void keys_add_earlier_error(const struct tpm_error *, struct notice *);
/* Answers REFUSED with it, or UNABLE when the TPM does not answer. */
refusal keys_refuse(struct wire_end *, const char *what, struct tpm *);
/* Answers DONE, or that. */
refusal keys_done(
	struct wire_end *, bool worked, const char *what, struct tpm *);
/* False when they are larger than any key. */
bool keys_of_blobs(const struct blob *public_area,
	const struct blob *private_area, struct sealed_key *out);

role_handler keys_start;
role_handler keys_identity;
role_handler keys_enrol;
role_handler keys_lock;
role_handler keys_anchor;
role_handler keys_phase;
role_handler keys_airlock;
role_handler keys_software;
role_handler keys_approve;
role_handler keys_revoke;
role_handler keys_seal;
role_handler keys_election;
role_handler keys_approvals;
role_handler keys_box;
role_handler keys_sign;
role_handler keys_quote;
role_handler keys_certify;

#endif
