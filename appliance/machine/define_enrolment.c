/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The define role, asked about an enrolment: the texts that name the operators
 * and the authority, the boot approvals, and a credential for each, which a
 * medium of kind enrol brought. It decides whether they hold together; whether
 * they hold for this TPM, the TPM itself decides.
 */
#include "appliance/machine/define.h"

#include "appliance/formats/crypto.h"
#include "appliance/record/members.h"
#include "tpm/policy/credential.h"

#include <string.h>

static refusal read_operators(
	struct bytes content, struct roster *out, struct bytes *machine)
{
	struct text text;
	refusal why = statement_decode(STATEMENT_OPERATORS, content, &text);
	if (why != NULL)
		return why;
	*machine = text_value(&text, OPERATORS_MACHINE);
	return statement_operators(&text, out);
}

/* PCR 16 and above can be reset. */
enum { BOUND_PCRS = 16 };

/* Boot approvals agree on a state that the first of them names. */
struct boot_state_read {
	const struct machine *machine;
	bool written; /* index A was, before */
	bool known;
	struct boot_policy policy;
	struct digest image;
};

static refusal read_pcrs(const struct text *text, struct pcr_set *out)
{
	struct text_values values = text_values(text, BOOT_PCR);
	while (text_next(&values)) {
		struct statement_pcr pcr;
		const refusal why = statement_pcr_decode(values.value, &pcr);
		if (why != NULL)
			return why;
		if (pcr.index >= BOUND_PCRS)
			return "it names a PCR that is never bound";
		out->mask |= 1U << pcr.index;
		out->value[pcr.index] = pcr.value;
	}
	return NULL;
}

/* The policy and the cpHash that the operator signed are recomputed. */
static refusal boot_state_check(
	const struct text *text, const struct boot_state_read *state)
{
	const struct nv_names names = machine_nv_names(state->machine);
	const struct tpm_name index =
		state->written
			? names.name[NV_A]
			: machine_nv_name_unwritten(state->machine, NV_A);
	const struct digest cp_hash = boot_approval_cp_hash(
		state->machine, &state->policy, state->written);
	const struct digest said_cp_hash = text_digest(text, BOOT_CPHASH);
	const struct digest said_policy = text_digest(text, BOOT_POLICY);
	uint8_t value[TPM_NAME_SIZE];
	const struct tpm_name said_index = text_name(text, BOOT_INDEX);
	boot_policy_value(&state->policy, &names, value);
	if (memcmp(said_policy.byte, value + 2, SHA256_SIZE) != 0)
		return "its policy is not that of its PCRs";
	if (!tpm_name_equal(&said_index, &index))
		return state->written
			       ? "it is for the first approval of a machine "
				 "that has one already"
			       : "it is for another machine's index";
	return digest_equal(&said_cp_hash, &cp_hash)
		       ? NULL
		       : "its cpHash is not that of this approval";
}

static refusal read_boot_state(const struct text *text, void *context)
{
	struct boot_state_read *state = context;
	const struct digest image = text_digest(text, BOOT_IMAGE);
	struct boot_policy policy = {
		.epoch = text_number(text, BOOT_REVOCATION),
	};
	refusal why = read_pcrs(text, &policy.pcrs);
	if (why == NULL)
		why = boot_policy_check(&policy);
	if (why != NULL)
		return why;
	if (state->known &&
		(policy.epoch != state->policy.epoch ||
			policy.pcrs.mask != state->policy.pcrs.mask ||
			pcr_set_differences(
				&state->policy.pcrs, &policy.pcrs) != 0))
		return "it approves another boot state than the one before";
	if (state->known && !digest_equal(&image, &state->image))
		return "it approves another image than the one before";
	state->known = true;
	state->policy = policy;
	state->image = image;
	return boot_state_check(text, state);
}

/* The credential of who signed approval N, and what that says of it. */
static refusal read_credential(struct task *task, struct bytes approval,
	const char *name, struct operators_credential *out)
{
	struct statement statement;
	struct bytes content;
	refusal why =
		statement_open(STATEMENT_BOOT_APPROVAL, approval, &statement);
	if (why == NULL)
		why = task_find(task, 0, name, &content);
	if (why != NULL)
		return why;
	out->secret = text_digest(&statement.text, BOOT_CREDENTIAL);
	return credential_decode(content, &out->credential);
}

/* One for each approval, under its number. */
static refusal read_credentials(struct task *task, struct keys_enrol *out)
{
	while (out->credentials < out->software.approvals.count) {
		const size_t n = out->credentials;
		char name[MEMBER_NAME_SIZE];
		struct bytes approval;
		refusal why;
		member_numbered(MEMBER_APPROVAL, n + 1, name);
		why = task_find(task, 0, name, &approval);
		member_numbered(MEMBER_CREDENTIAL, n + 1, name);
		if (why == NULL)
			why = read_credential(
				task, approval, name, &out->credential[n]);
		if (why != NULL)
			return why;
		out->credentials++;
	}
	return NULL;
}

static refusal read_authority(
	struct task *task, size_t list, struct digest *out)
{
	struct bytes content;
	struct text text;
	refusal why = task_find(task, list, MEMBER_AUTHORITY, &content);
	if (why == NULL)
		why = statement_decode(STATEMENT_AUTHORITY, content, &text);
	if (why == NULL)
		*out = sha256(content);
	return why;
}

refusal read_machine(struct task *task, size_t list, const struct tpm_name *ak,
	struct operators *out)
{
	struct bytes content;
	refusal why = task_find(task, list, MEMBER_OPERATORS, &content);
	if (why == NULL)
		why = read_operators(content, &out->roster, &out->serial);
	if (why != NULL)
		return why;
	out->text = sha256(content);
	why = read_authority(task, list, &out->authority);
	if (why != NULL)
		return why;
	out->machine.operators = out->roster.quorum;
	out->machine.ak = *ak;
	return quorum_check(&out->machine.operators);
}

refusal read_boot_approvals(struct task *task,
	const struct operators *operators, bool written,
	struct keys_software *out, struct digest *image)
{
	static const struct digest none;
	const struct machine *machine = &operators->machine;
	struct boot_state_read state = { .machine = machine,
		.written = written };
	const struct statement_value says[] = {
		{ BOOT_MACHINE, operators->serial, 0,
			"it is for another machine" },
		{ BOOT_AK, tpm_name_bytes(&machine->ak), 0,
			"it is for a machine with another AK" },
		{ BOOT_AUTHORITY,
			bytes_of(operators->authority.byte, SHA256_SIZE), 0,
			"it is for another authority's machine" },
		{ BOOT_CREDENTIAL, bytes_of(none.byte, SHA256_SIZE), 0,
			"it names a credential, as only the approvals of an "
			"enrolment do" },
	};
	const size_t count = sizeof(says) / sizeof(says[0]);
	const struct approval_form form = {
		.kind = STATEMENT_BOOT_APPROVAL,
		.roster = &operators->roster,
		.bound = true,
		.says = says,
		/* The enrolment's name one each. */
		.count = written ? count : count - 1,
		.authorization = BOOT_AUTHORIZATION,
		.first = read_boot_state,
		.context = &state,
	};
	refusal why = task_approvals(task, &form, &out->approvals);
	if (why != NULL)
		return why;
	task_say(task, "the boot approvals");
	if (!state.known)
		return "there are none";
	out->boot = state.policy;
	*image = state.image;
	const struct approval_scope scope =
		machine_scope(machine, APPROVE_BOOT);
	const struct digest cp_hash =
		boot_approval_cp_hash(machine, &state.policy, written);
	return approvals_check(
		&machine->operators, &scope, &cp_hash, &out->approvals);
}

refusal define_enrolment(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct task *task = state;
	struct keys_enrol enrolment = { 0 };
	struct operators operators;
	struct digest image;
	refusal why = task_map(task, message);
	if (why == NULL)
		why = read_machine(
			task, 0, &HEARD(message, DEFINE_ENROL)->ak, &operators);
	if (why == NULL)
		why = read_boot_approvals(
			task, &operators, false, &enrolment.software, &image);
	if (why == NULL)
		why = read_credentials(task, &enrolment);
	if (why == NULL)
		enrolment.operators = operators.roster.quorum;
	return task_answer(end, task, why, SAY(DEFINE_ENROLMENT, &enrolment));
}
