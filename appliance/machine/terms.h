/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same facts in two rooms' words: what travels on the wire, and what the
 * policies of the TPM room are made of. Pure.
 */
#ifndef SANDOQ_MACHINE_TERMS_H
#define SANDOQ_MACHINE_TERMS_H

#include "appliance/election/plan.h"
#include "appliance/machine/wire.h"
#include "tpm/policy/machine.h"

struct wire_quorum wire_quorum_of(const struct quorum *);

/* Refused when a key is no point or the quorum cannot be met. */
refusal approvers_of(const struct wire_quorum *, struct approvers *out);
struct approvals approvals_of(const struct wire_approvals *, bool bound);
refusal machine_of(const struct wire_quorum *operators,
	const uint8_t ak[WIRE_NAME_SIZE], struct machine *out);
struct boot_policy boot_policy_of(const struct boot_state *);
struct boot_state boot_state_of(const struct boot_policy *);
refusal election_terms_of(const struct election *, const struct nv_names *,
	struct election_terms *out);
/* The line of a challenge, `AUDITOR HEX64`, of a text of kind `nonce`. */
refusal nonce_line(struct bytes content, struct wire_text *out);
struct tpm_name tpm_name_of(const uint8_t name[WIRE_NAME_SIZE]);

#endif
