/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The define role, asked about what the operators approve after the enrolment:
 * later software, and revocations of earlier software.
 */
#include "appliance/machine/define.h"

enum { LIST_APPROVALS, LIST_ENROLLED };

refusal define_software(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct task *task = state;
	struct define_boot out = { 0 };
	struct operators operators;
	refusal why = task_map(task, message);
	if (why == NULL)
		why = read_machine(task, LIST_ENROLLED,
			&HEARD(message, DEFINE_SOFTWARE)->ak, &operators);
	if (why == NULL)
		why = read_boot_approvals(
			task, &operators, true, &out.given, &out.image);
	return task_answer(end, task, why, SAY(DEFINE_BOOT, &out));
}

/* All approvals raise the counter from one value. */
struct revocation_read {
	bool known;
	uint64_t from;
};

static refusal read_from(const struct text *text, void *context)
{
	struct revocation_read *read = context;
	const uint64_t from = text_number(text, REVOCATION_FROM);
	if (read->known && from != read->from)
		return "it raises the counter from another value than the one "
		       "before";
	read->known = true;
	read->from = from;
	return NULL;
}

static refusal read_revocation(struct task *task,
	const struct operators *operators, struct keys_revoke *out)
{
	const struct machine *machine = &operators->machine;
	const struct nv_names names = machine_nv_names(machine);
	const struct digest cp_hash = cp_hash_increment(&names.name[NV_R]);
	struct revocation_read read = { .known = false };
	const struct statement_value says[] = {
		{ REVOCATION_MACHINE, operators->serial, 0,
			"it is for another machine" },
		{ REVOCATION_AK, tpm_name_bytes(&machine->ak), 0,
			"it is for a machine with another AK" },
		{ REVOCATION_INDEX, tpm_name_bytes(&names.name[NV_R]), 0,
			"it is for another revocation counter" },
		{ REVOCATION_CPHASH, bytes_of(cp_hash.byte, SHA256_SIZE), 0,
			"its cpHash is not that of raising the counter" },
	};
	const struct approval_form form = {
		.kind = STATEMENT_REVOCATION,
		.roster = &operators->roster,
		.bound = true,
		.says = says,
		.count = sizeof(says) / sizeof(says[0]),
		.authorization = REVOCATION_AUTHORIZATION,
		.first = read_from,
		.context = &read,
	};
	refusal why = task_approvals(task, &form, &out->approvals);
	if (why != NULL)
		return why;
	task_say(task, "the revocation's approvals");
	out->from = read.from;
	const struct approval_scope scope =
		machine_scope(machine, APPROVE_REVOKE);
	return approvals_check(
		&machine->operators, &scope, &cp_hash, &out->approvals);
}

refusal define_revocation(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct task *task = state;
	struct keys_revoke out = { 0 };
	struct operators operators;
	refusal why = task_map(task, message);
	if (why == NULL)
		why = read_machine(task, LIST_ENROLLED,
			&HEARD(message, DEFINE_REVOKE)->ak, &operators);
	if (why == NULL)
		why = read_revocation(task, &operators, &out);
	return task_answer(end, task, why, SAY(DEFINE_REVOCATION, &out));
}
