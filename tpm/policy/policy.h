/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies as data (TPM 2.0 Library, part 3, clause 23).
 *
 * A policy is a list of steps. policy_digest() computes from it, in software,
 * the authPolicy that a TPM would; tpm.h runs the same list in a session. So
 * an auditor computes what a key demands from the same table that the machine
 * runs. machine_policy.h composes the policies of this machine.
 */
#ifndef SANDOQ_TPM_POLICY_POLICY_H
#define SANDOQ_TPM_POLICY_POLICY_H

#include "tpm/policy/public.h"

enum { PCR_COUNT = 24 };

/* SHA-256 values of the PCRs in `mask` (bit n is PCR n); others unused. */
struct pcr_set {
	uint32_t mask;
	struct digest value[PCR_COUNT];
};

const struct layout *pcr_set_layout(void);

/* SHA-256 of the values in ascending order: pcrDigest of a quote. */
struct digest pcr_set_digest(const struct pcr_set *);
/* The PCRs of `expected` that differ in `actual` or are not in it. */
uint32_t pcr_set_differences(
	const struct pcr_set *expected, const struct pcr_set *actual);
/* A TPML_PCR_SELECTION (part 2, clause 10.9.7) of one SHA-256 bank. */
enum { PCR_SELECTION_SIZE = 10 };
void pcr_selection_encode(uint32_t mask, uint8_t out[PCR_SELECTION_SIZE]);

enum policy_kind {
	POLICY_PCR,
	POLICY_NV,
	POLICY_AUTHORIZE_NV,
	POLICY_COMMAND_CODE,
	POLICY_SIGNED,
	POLICY_OR,
	POLICY_NV_WRITTEN,
};

/* TPM_EO, part 2, clause 6.8: unsigned comparisons with what the index holds.
 */
enum policy_comparison {
	POLICY_EQUAL = 0x0000,
	POLICY_AT_LEAST = 0x0007,
	POLICY_AT_MOST = 0x0009,
};

/* TPM_CC, part 2, clause 6.5.2: the commands that a policy allows. */
enum policy_command {
	COMMAND_NV_INCREMENT = 0x0134,
	COMMAND_NV_EXTEND = 0x0136,
	COMMAND_NV_WRITE = 0x0137,
	COMMAND_SIGN = 0x015D,
	COMMAND_UNSEAL = 0x015E,
	COMMAND_ECDH_ZGEN = 0x0154,
};

enum { POLICY_BRANCHES_MOST = 8 };

struct policy_step {
	enum policy_kind kind;
	union {
		/* Borrowed: lives as long as the policy. */
		const struct pcr_set *pcr;
		/* The index compared with an 8-byte big-endian operand. */
		struct {
			enum nv_index index;
			struct tpm_name name;
			uint64_t operand;
			enum policy_comparison comparison;
		} nv;
		/* The policy that A holds, so far, becomes "A approved it". */
		struct tpm_name authorize_nv;
		enum policy_command command;
		/*
		 * Key and policyRef; the signature, its expiration, and
		 * whether it is bound to a cpHash matter only when the step is
		 * run.
		 */
		struct {
			struct p256_public key;
			struct digest ref;
			struct p256_signature signature;
			uint32_t expiration;
			bool bound;
		} sign;
		/*
		 * 2 to 8 branches (TPML_DIGEST, part 2, clause 10.9.5), one of
		 * them the digest so far.
		 */
		struct {
			struct digest branch[POLICY_BRANCHES_MOST];
			size_t count;
		} either;
		bool written;
	};
};

enum { POLICY_STEPS_MOST = 48 };

struct policy {
	struct policy_step step[POLICY_STEPS_MOST];
	size_t count;
};

void policy_append(struct policy *, const struct policy_step *);
/* The digest after one more step. */
struct digest policy_extend(const struct digest *, const struct policy_step *);
/* From the empty policy (32 zero bytes) through every step. */
struct digest policy_digest(const struct policy *);

#endif
