/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policies of this machine, composed.
 *
 *   Boot  PCRs of the launch profile, PCR 9 = 0 among them, and R <= epoch;
 *         reached through A: whoever may write A says what Boot is
 *   A     NV_Write, operators' quorum "boot", each bound to this write
 *   R     first NV_Increment free; then operators' quorum "revoke", bound
 *   P     Boot, NV_Increment
 *   J     Boot, NV_Extend
 *   JK    journal MAC key: Boot, Unseal
 *   BK    Boot, PCR 14 = 0, p + 1 <= P <= p + 2 (open or closed: the count is
 *         repeated for the release), ECDH_ZGen, officers' quorum "open"
 *   RK    Boot, PCR 14 = 0, P = p + 2, Sign, auditors' quorum "release", bound
 *
 * Their digests follow from public facts alone. Running one needs the boot
 * policy and the approvals as well.
 */
#ifndef SANDOQ_TPM_POLICY_MACHINE_POLICY_H
#define SANDOQ_TPM_POLICY_MACHINE_POLICY_H

#include "appliance/formats/layout.h"
#include "tpm/policy/quorum.h"

enum { PCR_AIRLOCK = 14, PCR_COMMAND_LINE = 9 };

/*
 * How far P is beyond p, its value when the election was sealed. The machine's
 * state says which of them holds: state_phases() of appliance/record/state.h.
 */
enum {
	PHASES_TO_OPEN = 1,
	PHASES_TO_CLOSED = 2,
	PHASES_TO_RELEASED = 3,
};

/* Who may approve software on which machine. */
struct machine {
	struct quorum operators;
	struct tpm_name ak;
};

/* The names of the four indices once written; follow from the machine. */
struct nv_names {
	struct tpm_name name[NV_COUNT];
};

struct digest nv_policy(const struct machine *, enum nv_index);
struct nv_names machine_nv_names(const struct machine *);
/* A's or R's name before the first write: bound in the first approvals. */
struct tpm_name machine_nv_name_unwritten(
	const struct machine *, enum nv_index);

/* One boot state: what the operators approve. R must not be above `epoch`. */
#define boot_policy_members(X)                                                 \
	X(PART, pcr_set, pcrs)                                                 \
	X(NUMBER, uint64_t, epoch)
LAYOUT_STRUCT(boot_policy);

/* PCR 9 is in it and zero, and PCR 14 is not in it. */
refusal boot_policy_check(const struct boot_policy *);
/* What A holds: 000B || digest of the PCR and R steps. */
void boot_policy_value(const struct boot_policy *, const struct nv_names *,
	uint8_t out[TPM_NAME_SIZE]);
struct approval_scope machine_scope(
	const struct machine *, enum approval_purpose);
/* cpHash that an operator's boot approval is bound to. */
struct digest boot_approval_cp_hash(
	const struct machine *, const struct boot_policy *, bool a_written);

/* What BK and RK of one election depend on. */
struct election_terms {
	struct digest definition;
	bool rehearsal;
	struct tpm_name ak;
	struct nv_names nv;
	uint64_t phase; /* p: the value of P when the election was sealed */
	struct quorum officers;
	struct quorum auditors;
};

struct approval_scope election_scope(
	const struct election_terms *, enum approval_purpose);
struct digest journal_key_policy(const struct nv_names *);
struct digest bk_policy(const struct election_terms *);
struct digest rk_policy(const struct election_terms *);

/*
 * That a public area is the template of BK or RK with the policy that follows
 * from these terms: what a verifier asks of the published key.
 */
refusal bk_check(const struct election_terms *, struct bytes area,
	struct p256_public *out);
refusal rk_check(const struct election_terms *, struct bytes area,
	struct p256_public *out);

/*
 * The same policies as lists to be run. Each one is empty before. The boot
 * policy is borrowed by the list.
 */
void steps_boot(const struct boot_policy *, const struct nv_names *,
	enum policy_command, struct policy *);
refusal steps_write_a(const struct machine *, const struct approvals *,
	const struct digest *cp_hash, struct policy *);
void steps_first_count(const struct machine *, struct policy *);
refusal steps_revoke(const struct machine *, const struct approvals *,
	const struct digest *cp_hash, struct policy *);
refusal steps_bk(const struct election_terms *, const struct boot_policy *,
	const struct approvals *, struct policy *);
/* `result` is the digest that RK is to sign. */
refusal steps_rk(const struct election_terms *, const struct boot_policy *,
	const struct tpm_name *rk, const struct digest *result,
	const struct approvals *, struct policy *);

#endif
