/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The define role, asked about approvals of an election: the officers', to open
 * the boxes, and the auditors', to release the result. Each must be for exactly
 * this state of the journal, and their quorum must satisfy the key's policy.
 */
#include "appliance/machine/define.h"

#include "appliance/formats/crypto.h"
#include "appliance/machine/terms.h"
#include "appliance/record/items.h"
#include "appliance/record/members.h"

#include <stdio.h>
#include <string.h>

enum { LIST_APPROVALS, LIST_SEALED, LIST_CLOSED };

/* Approvals of one purpose must satisfy the key's policy, in software too. */
static refusal check_quorum(const struct election *election,
	const struct approvals *approvals, const struct digest *result)
{
	static const struct nv_names nowhere;
	struct election_terms terms;
	struct approval_scope scope;
	struct digest cp_hash;
	const bool release = result != NULL;
	refusal why = election_terms_of(election, &nowhere, &terms);
	if (why != NULL)
		return why;
	scope = election_scope(
		&terms, release ? APPROVE_RELEASE : APPROVE_OPEN);
	if (!release)
		return approvals_check(
			&terms.officers, &scope, NULL, approvals);
	cp_hash = cp_hash_sign(&election->rk, result);
	return approvals_check(&terms.auditors, &scope, &cp_hash, approvals);
}

/* Whatever else a medium brought would be in the journal for nothing. */
static refusal only_approvals(struct task *task)
{
	struct cursor rest = cursor_of(task->list[LIST_APPROVALS]);
	struct item item;
	while (rest.rest.size > 0 && items_next(&rest, &item) == NULL) {
		snprintf(task->place, sizeof(task->place), "%.*s",
			(int)item.name.size, (const char *)item.name.data);
		if (!item_is_one_of(&item, MEMBER_APPROVAL))
			return "it is no approval";
	}
	return NULL;
}

static bool is_line(const struct wire_text *text, struct bytes line)
{
	return bytes_equal(bytes_of_text(text->line), line);
}

static bool take_line(struct wire_text *text, struct bytes line)
{
	char copy[WIRE_TEXT_MOST] = { 0 };
	if (line.size >= sizeof(copy))
		return false;
	memcpy(copy, line.data, line.size);
	wire_text_set(text, copy);
	return true;
}

/*
 * The auditors' nonces, which the officers sign for: whoever brings the medium
 * could otherwise bring others, and no auditor would ever approve the result.
 */
static refusal read_nonces(const struct text *text, void *context)
{
	struct define_approvals *out = context;
	const bool first = out->given.approvals.count == 0;
	struct text_values lines = text_values(text, OPEN_NONCE);
	size_t count = 0;
	for (; text_next(&lines); count++)
		if (first ? !take_line(&out->nonce[count], lines.value)
			  : !is_line(&out->nonce[count], lines.value))
			return "it has other nonces than the first approval";
	return count == QUORUM_MOST || out->nonce[count].line[0] == '\0'
		       ? NULL
		       : "it has fewer nonces than the first approval";
}

static refusal read_open(struct task *task, const struct define_open *asked,
	const struct plan *plan, struct define_approvals *out)
{
	const struct election *election = &asked->election;
	const struct statement_value says[] = {
		{ OPEN_ELECTION, bytes_of_text(election->id.line), 0,
			"it is for another election" },
		{ OPEN_MACHINE, bytes_of_text(election->machine.line), 0,
			"it is for another machine" },
		{ OPEN_DEFINITION,
			bytes_of(election->definition.byte, SHA256_SIZE), 0,
			"it is for another definition" },
		{ OPEN_AK, tpm_name_bytes(&election->ak), 0,
			"it is for a machine with another AK" },
		{ OPEN_BK, tpm_name_bytes(&election->bk), 0,
			"it is for another box key" },
		{ .field = OPEN_CHECKPOINT_SIZE,
			.number = asked->size,
			.otherwise = "it is for another set of boxes: its "
				     "checkpoint is of another size" },
		{ OPEN_CHECKPOINT_ROOT, bytes_of(asked->root.byte, SHA256_SIZE),
			0,
			"it is for another set of boxes: its checkpoint has "
			"another root" },
		{ .field = OPEN_PHASE,
			.number = election->phase + state_phases(STATE_OPEN),
			.otherwise = "it is for another phase" },
	};
	const struct approval_form form = {
		.kind = STATEMENT_OPEN,
		.roster = &plan->roster[OFFICERS],
		.rehearsal = election->rehearsal != 0,
		.says = says,
		.count = sizeof(says) / sizeof(says[0]),
		.authorization = OPEN_AUTHORIZATION,
		.first = read_nonces,
		.context = out,
	};
	refusal why = task_approvals(task, &form, &out->given.approvals);
	if (why != NULL)
		return why;
	task_say(task, "the approvals");
	return check_quorum(election, &out->given.approvals, NULL);
}

refusal define_open(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct task *task = state;
	struct definition definition;
	struct define_approvals out = { .given = { .release = 0 } };
	refusal why = task_map(task, message);
	if (why == NULL)
		why = only_approvals(task);
	if (why == NULL)
		why = read_definition(task, LIST_SEALED, &definition);
	if (why != NULL)
		return task_answer(end, task, why, SAY(DONE, &nothing));
	why = read_open(
		task, HEARD(message, DEFINE_OPEN), &definition.plan, &out);
	definition_free(&definition);
	return task_answer(end, task, why, SAY(DEFINE_APPROVALS, &out));
}

/* The digests that the closed entry's closing has. */
struct closing {
	struct digest challenge;
	struct digest quote;
	struct digest result;
	uint64_t revocation;
};

static refusal read_closing(struct task *task, struct closing *out)
{
	struct bytes challenge;
	struct bytes quote;
	struct text text;
	refusal why =
		task_find(task, LIST_CLOSED, MEMBER_CHALLENGE, &challenge);
	if (why == NULL)
		why = statement_decode(STATEMENT_CHALLENGE, challenge, &text);
	if (why == NULL) {
		out->challenge = sha256(challenge);
		out->result = text_digest(&text, CHALLENGE_RESULT);
		out->revocation = text_number(&text, CHALLENGE_REVOCATION);
		why = task_find(task, LIST_CLOSED, MEMBER_QUOTE, &quote);
	}
	if (why == NULL)
		out->quote = sha256(quote);
	return why;
}

static refusal read_release(struct task *task,
	const struct define_release *asked, const struct plan *plan,
	struct define_approvals *out)
{
	const struct election *election = &asked->election;
	struct closing closing;
	struct digest cp_hash;
	refusal why = read_closing(task, &closing);
	if (why != NULL)
		return why;
	out->given.result = closing.result;
	out->revocation = closing.revocation;
	cp_hash = cp_hash_sign(&election->rk, &closing.result);
	const struct statement_value says[] = {
		{ RELEASE_ELECTION, bytes_of_text(election->id.line), 0,
			"it is for another election" },
		{ RELEASE_MACHINE, bytes_of_text(election->machine.line), 0,
			"it is for another machine" },
		{ RELEASE_DEFINITION,
			bytes_of(election->definition.byte, SHA256_SIZE), 0,
			"it is for another definition" },
		{ RELEASE_AK, tpm_name_bytes(&election->ak), 0,
			"it is for a machine with another AK" },
		{ RELEASE_RK, tpm_name_bytes(&election->rk), 0,
			"it is for another result key" },
		{ .field = RELEASE_CHECKPOINT_SIZE,
			.number = asked->size,
			.otherwise = "it is for another set of boxes" },
		{ RELEASE_CHECKPOINT_ROOT,
			bytes_of(asked->root.byte, SHA256_SIZE), 0,
			"it is for another set of boxes" },
		{ RELEASE_RESULT, bytes_of(closing.result.byte, SHA256_SIZE), 0,
			"it is for another result digest" },
		{ RELEASE_CHALLENGE,
			bytes_of(closing.challenge.byte, SHA256_SIZE), 0,
			"it is for another challenge" },
		{ RELEASE_QUOTE, bytes_of(closing.quote.byte, SHA256_SIZE), 0,
			"it is for another quote" },
		{ RELEASE_CPHASH, bytes_of(cp_hash.byte, SHA256_SIZE), 0,
			"its cpHash is not that of signing this result" },
	};
	const struct approval_form form = {
		.kind = STATEMENT_RELEASE,
		.roster = &plan->roster[AUDITORS],
		.bound = true,
		.rehearsal = election->rehearsal != 0,
		.says = says,
		.count = sizeof(says) / sizeof(says[0]),
		.authorization = RELEASE_AUTHORIZATION,
	};
	why = task_approvals(task, &form, &out->given.approvals);
	if (why != NULL)
		return why;
	task_say(task, "the approvals");
	return check_quorum(election, &out->given.approvals, &closing.result);
}

refusal define_release(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct task *task = state;
	struct definition definition;
	struct define_approvals out = { .given = { .release = 1 } };
	refusal why = task_map(task, message);
	if (why == NULL)
		why = only_approvals(task);
	if (why == NULL)
		why = read_definition(task, LIST_SEALED, &definition);
	if (why != NULL)
		return task_answer(end, task, why, SAY(DONE, &nothing));
	why = read_release(
		task, HEARD(message, DEFINE_RELEASE), &definition.plan, &out);
	definition_free(&definition);
	return task_answer(end, task, why, SAY(DEFINE_APPROVALS, &out));
}
