/* SPDX-License-Identifier: Apache-2.0 */
#include "tpm/policy/machine_policy.h"

#include <string.h>

LAYOUT_DEFINE(boot_policy)

/* PCR 14 is zero until a boot that touches media extends it. */
static const struct pcr_set airlock_closed = { .mask = 1u << PCR_AIRLOCK };

static void append_command(struct policy *policy, enum policy_command command)
{
	struct policy_step step = { .kind = POLICY_COMMAND_CODE };
	step.command = command;
	policy_append(policy, &step);
}

static void append_nv(struct policy *policy, enum nv_index index,
	const struct tpm_name *name, enum policy_comparison comparison,
	uint64_t operand)
{
	struct policy_step step = { .kind = POLICY_NV };
	step.nv.index = index;
	step.nv.name = *name;
	step.nv.comparison = comparison;
	step.nv.operand = operand;
	policy_append(policy, &step);
}

static void append_pcr(struct policy *policy, const struct pcr_set *pcrs)
{
	struct policy_step step = { .kind = POLICY_PCR };
	step.pcr = pcrs;
	policy_append(policy, &step);
}

static void append_authorized(
	struct policy *policy, const struct nv_names *names)
{
	struct policy_step step = { .kind = POLICY_AUTHORIZE_NV };
	step.authorize_nv = names->name[NV_A];
	policy_append(policy, &step);
}

struct approval_scope machine_scope(
	const struct machine *machine, enum approval_purpose purpose)
{
	struct approval_scope scope = { .purpose = purpose };
	scope.ak = machine->ak;
	return scope;
}

static struct digest quorum_after(const struct policy *policy,
	const struct quorum *quorum, const struct approval_scope *scope)
{
	struct digest base = policy_digest(policy);
	struct digest ref = policy_ref(scope);
	return quorum_digest(quorum, &ref, &base);
}

static struct digest operators_policy(const struct machine *machine,
	enum approval_purpose purpose, enum policy_command command)
{
	struct approval_scope scope = machine_scope(machine, purpose);
	struct policy policy = { 0 };
	append_command(&policy, command);
	return quorum_after(&policy, &machine->operators, &scope);
}

static void append_unwritten(struct policy *policy)
{
	struct policy_step step = { .kind = POLICY_NV_WRITTEN };
	step.written = false;
	policy_append(policy, &step);
	append_command(policy, COMMAND_NV_INCREMENT);
}

/* R's two branches: the first increment, and a revocation. */
static struct policy_step counting_ways(const struct machine *machine)
{
	struct policy_step ways = { .kind = POLICY_OR };
	struct policy first = { 0 };
	append_unwritten(&first);
	ways.either.branch[0] = policy_digest(&first);
	ways.either.branch[1] =
		operators_policy(machine, APPROVE_REVOKE, COMMAND_NV_INCREMENT);
	ways.either.count = 2;
	return ways;
}

static struct digest boot_command_policy(
	const struct nv_names *names, enum policy_command command)
{
	struct policy policy = { 0 };
	append_authorized(&policy, names);
	append_command(&policy, command);
	return policy_digest(&policy);
}

struct digest nv_policy(const struct machine *machine, enum nv_index index)
{
	static const struct digest nothing;
	struct policy_step ways;
	struct nv_names names;
	struct digest policy;
	policy = operators_policy(machine, APPROVE_BOOT, COMMAND_NV_WRITE);
	if (index == NV_A)
		return policy;
	if (index == NV_R) {
		ways = counting_ways(machine);
		return policy_extend(&nothing, &ways);
	}
	names.name[NV_A] = nv_name(NV_A, &policy, true);
	return boot_command_policy(&names,
		index == NV_P ? COMMAND_NV_INCREMENT : COMMAND_NV_EXTEND);
}

static struct tpm_name name_of(
	const struct machine *machine, enum nv_index index, bool is_written)
{
	struct digest policy = nv_policy(machine, index);
	return nv_name(index, &policy, is_written);
}

struct nv_names machine_nv_names(const struct machine *machine)
{
	struct nv_names names;
	for (enum nv_index i = NV_A; i < NV_COUNT; i++)
		names.name[i] = name_of(machine, i, true);
	return names;
}

struct tpm_name machine_nv_name_unwritten(
	const struct machine *machine, enum nv_index index)
{
	return name_of(machine, index, false);
}

refusal boot_policy_check(const struct boot_policy *boot)
{
	static const struct digest zero;
	if (!(boot->pcrs.mask >> PCR_COMMAND_LINE & 1))
		return "the boot policy does not bind PCR 9";
	if (!digest_equal(&boot->pcrs.value[PCR_COMMAND_LINE], &zero))
		return "the boot policy allows a foreign command line or "
		       "initramfs: its PCR 9 is not zero";
	if (boot->pcrs.mask >> PCR_AIRLOCK & 1)
		return "the boot policy binds PCR 14, which differs between "
		       "the two kinds of boot";
	return NULL;
}

static void append_boot(struct policy *policy, const struct boot_policy *boot,
	const struct nv_names *names)
{
	append_pcr(policy, &boot->pcrs);
	append_nv(
		policy, NV_R, &names->name[NV_R], POLICY_AT_MOST, boot->epoch);
}

void boot_policy_value(const struct boot_policy *boot,
	const struct nv_names *names, uint8_t out[TPM_NAME_SIZE])
{
	/* TPM_ALG_SHA256, part 2, clause 6.3: a TPMT_HA (10.3.2). */
	static const uint8_t sha256_id[] = { 0x00, 0x0B };
	struct policy policy = { 0 };
	struct digest digest;
	append_boot(&policy, boot, names);
	digest = policy_digest(&policy);
	memcpy(out, sha256_id, sizeof(sha256_id));
	memcpy(out + sizeof(sha256_id), digest.byte, SHA256_SIZE);
}

struct digest boot_approval_cp_hash(const struct machine *machine,
	const struct boot_policy *boot, bool a_written)
{
	struct nv_names names = machine_nv_names(machine);
	struct tpm_name a = name_of(machine, NV_A, a_written);
	uint8_t value[TPM_NAME_SIZE];
	boot_policy_value(boot, &names, value);
	return cp_hash_write(&a, value);
}

struct approval_scope election_scope(
	const struct election_terms *terms, enum approval_purpose purpose)
{
	return (struct approval_scope){
		.purpose = purpose,
		.rehearsal = terms->rehearsal,
		.definition = terms->definition,
		.ak = terms->ak,
		.phase = terms->phase,
	};
}

struct digest journal_key_policy(const struct nv_names *names)
{
	return boot_command_policy(names, COMMAND_UNSEAL);
}

/*
 * What BK and RK demand after Boot and before their quorum. BK works from
 * open to closed: the boxes are counted again before the result is signed.
 */
static void append_bk_terms(
	struct policy *policy, const struct election_terms *terms)
{
	const struct tpm_name *phase = &terms->nv.name[NV_P];
	append_pcr(policy, &airlock_closed);
	append_nv(policy, NV_P, phase, POLICY_AT_LEAST,
		terms->phase + PHASES_TO_OPEN);
	append_nv(policy, NV_P, phase, POLICY_AT_MOST,
		terms->phase + PHASES_TO_CLOSED);
	append_command(policy, COMMAND_ECDH_ZGEN);
}

static void append_rk_terms(
	struct policy *policy, const struct election_terms *terms)
{
	append_pcr(policy, &airlock_closed);
	append_nv(policy, NV_P, &terms->nv.name[NV_P], POLICY_EQUAL,
		terms->phase + PHASES_TO_CLOSED);
	append_command(policy, COMMAND_SIGN);
}

struct digest bk_policy(const struct election_terms *terms)
{
	struct approval_scope scope = election_scope(terms, APPROVE_OPEN);
	struct policy policy = { 0 };
	append_authorized(&policy, &terms->nv);
	append_bk_terms(&policy, terms);
	return quorum_after(&policy, &terms->officers, &scope);
}

struct digest rk_policy(const struct election_terms *terms)
{
	struct approval_scope scope = election_scope(terms, APPROVE_RELEASE);
	struct policy policy = { 0 };
	append_authorized(&policy, &terms->nv);
	append_rk_terms(&policy, terms);
	return quorum_after(&policy, &terms->auditors, &scope);
}

static refusal check_key(enum key_template template,
	const struct digest *policy, struct bytes area, struct p256_public *out)
{
	struct digest actual;
	refusal why = key_decode(template, area, &actual, out);
	if (why == NULL && !digest_equal(&actual, policy))
		why = "the key's policy is not that of this election";
	return why;
}

refusal bk_check(const struct election_terms *terms, struct bytes area,
	struct p256_public *out)
{
	struct digest policy = bk_policy(terms);
	return check_key(KEY_BK, &policy, area, out);
}

refusal rk_check(const struct election_terms *terms, struct bytes area,
	struct p256_public *out)
{
	struct digest policy = rk_policy(terms);
	return check_key(KEY_RK, &policy, area, out);
}

static void append_approved_boot(struct policy *policy,
	const struct boot_policy *boot, const struct nv_names *names)
{
	append_boot(policy, boot, names);
	append_authorized(policy, names);
}

void steps_boot(const struct boot_policy *boot, const struct nv_names *names,
	enum policy_command command, struct policy *policy)
{
	append_approved_boot(policy, boot, names);
	append_command(policy, command);
}

/* Checks the approvals, then appends their path. */
static refusal append_quorum(struct policy *policy, const struct quorum *quorum,
	const struct approval_scope *scope, const struct digest *cp_hash,
	const struct approvals *approvals)
{
	refusal why = approvals_check(quorum, scope, cp_hash, approvals);
	return why ? why : quorum_path(quorum, scope, approvals, policy);
}

refusal steps_write_a(const struct machine *machine,
	const struct approvals *approvals, const struct digest *cp_hash,
	struct policy *policy)
{
	struct approval_scope scope = machine_scope(machine, APPROVE_BOOT);
	append_command(policy, COMMAND_NV_WRITE);
	return append_quorum(
		policy, &machine->operators, &scope, cp_hash, approvals);
}

void steps_first_count(const struct machine *machine, struct policy *policy)
{
	struct policy_step ways = counting_ways(machine);
	append_unwritten(policy);
	policy_append(policy, &ways);
}

refusal steps_revoke(const struct machine *machine,
	const struct approvals *approvals, const struct digest *cp_hash,
	struct policy *policy)
{
	struct approval_scope scope = machine_scope(machine, APPROVE_REVOKE);
	struct policy_step ways = counting_ways(machine);
	refusal why;
	append_command(policy, COMMAND_NV_INCREMENT);
	why = append_quorum(
		policy, &machine->operators, &scope, cp_hash, approvals);
	if (why == NULL)
		policy_append(policy, &ways);
	return why;
}

refusal steps_bk(const struct election_terms *terms,
	const struct boot_policy *boot, const struct approvals *approvals,
	struct policy *policy)
{
	struct approval_scope scope = election_scope(terms, APPROVE_OPEN);
	append_approved_boot(policy, boot, &terms->nv);
	append_bk_terms(policy, terms);
	return append_quorum(policy, &terms->officers, &scope, NULL, approvals);
}

refusal steps_rk(const struct election_terms *terms,
	const struct boot_policy *boot, const struct tpm_name *rk,
	const struct digest *result, const struct approvals *approvals,
	struct policy *policy)
{
	struct approval_scope scope = election_scope(terms, APPROVE_RELEASE);
	struct digest cp_hash = cp_hash_sign(rk, result);
	append_approved_boot(policy, boot, &terms->nv);
	append_rk_terms(policy, terms);
	return append_quorum(
		policy, &terms->auditors, &scope, &cp_hash, approvals);
}
