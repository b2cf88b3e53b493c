/*
 * The define role: one process for one task. It reads what people wrote (JSON,
 * notes, texts) and answers with fixed structs, so that nobody who holds a key
 * or a device has to.
 */
#include "appliance/machine/roles.h"

#include "appliance/election/definition.h"
#include "appliance/election/statement.h"
#include "appliance/formats/crypto.h"
#include "appliance/machine/items.h"
#include "appliance/machine/memfd.h"
#include "appliance/machine/role.h"
#include "appliance/machine/terms.h"
#include "tpm/credential.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The lists of one task, mapped, and the place of what is wrong. */
struct task {
	struct bytes list[WIRE_DESCRIPTORS_MOST];
	char place[DEFINITION_ERROR_MOST];
};

static void say(struct task *task, const char *place)
{
	snprintf(task->place, sizeof(task->place), "%s", place);
}

static refusal map_lists(struct task *task, const struct wire_message *message)
{
	for (size_t i = 0; i < WIRE_DESCRIPTORS_MOST; i++) {
		refusal why;
		if (message->descriptor[i] < 0)
			break;
		why = memfd_map(
			message->descriptor[i], ITEMS_MOST, &task->list[i]);
		if (why == NULL)
			why = items_check(task->list[i]);
		if (why != NULL)
			return why;
	}
	return NULL;
}

static refusal find(
	struct task *task, size_t list, const char *name, struct bytes *content)
{
	say(task, name);
	return items_find(task->list[list], name, content) ? NULL
							   : "it is missing";
}

/* A signature in a text, base64 of DER, as an approval has it on the wire. */
static refusal add_authorization(const struct text *text, size_t field,
	size_t member, struct wire_approvals *out)
{
	uint8_t der[P256_DER_MOST];
	struct writer to = writer_of(der, sizeof(der));
	struct p256_signature signature;
	size_t at = out->count;
	refusal why;
	for (size_t i = 0; i < out->count; i++)
		if (out->member[i] == member)
			return "it is a second approval by the same person";
	text_bytes(text, field, &to);
	why = p256_signature_from_der(written(&to), &signature);
	if (why != NULL || at == WIRE_MEMBERS_MOST)
		return why != NULL ? why : "there are too many approvals";
	for (; at > 0 && out->member[at - 1] > member; at--) {
		out->member[at] = out->member[at - 1];
		memcpy(out->signature[at], out->signature[at - 1],
			sizeof(out->signature[at]));
	}
	out->member[at] = (uint8_t)member;
	memcpy(out->signature[at], signature.r, P256_SIZE);
	memcpy(out->signature[at] + P256_SIZE, signature.s, P256_SIZE);
	out->count++;
	return NULL;
}

/* What every text of one set of approvals must say, and where it signs. */
struct approval_form {
	enum statement_kind kind;
	const struct quorum *quorum;
	bool rehearsal;
	const struct statement_value *says;
	size_t count;
	size_t authorization;
	/* What else the first text says, which the others must say too. */
	refusal (*first)(const struct text *, void *context);
	void *context;
};

static refusal add_approval(const struct approval_form *form,
	struct bytes content, struct wire_approvals *out)
{
	struct statement statement;
	size_t member;
	refusal why = statement_open(form->kind, content, &statement);
	if (why == NULL)
		why = statement_signed_by_one(
			&statement, form->quorum, &member);
	if (why == NULL)
		why = statement_says(&statement.text, form->rehearsal,
			form->says, form->count);
	if (why == NULL && form->first != NULL)
		why = form->first(&statement.text, form->context);
	if (why != NULL)
		return why;
	return add_authorization(
		&statement.text, form->authorization, member, out);
}

/* Every item of list 0 that is named approval-N. */
static refusal add_approvals(struct task *task,
	const struct approval_form *form, struct wire_approvals *out)
{
	struct cursor rest = cursor_of(task->list[0]);
	struct item item;
	while (rest.rest.size > 0 && items_next(&rest, &item) == NULL) {
		refusal why;
		if (!item_is_one_of(&item, "approval"))
			continue;
		snprintf(task->place, sizeof(task->place), "%.*s",
			(int)item.name.size, (const char *)item.name.data);
		why = add_approval(form, item.content, out);
		if (why != NULL)
			return why;
	}
	return NULL;
}

static refusal answer(struct wire_end *end, struct task *task, refusal why,
	enum wire_type type, const void *body)
{
	for (size_t i = 0; i < WIRE_DESCRIPTORS_MOST; i++)
		memfd_unmap(&task->list[i]);
	if (why != NULL)
		return role_refuse(end, task->place, why, NULL);
	return wire_send(end, type, body, NULL, 0);
}

/* --- enrolment --- */

static refusal read_operators(
	struct bytes content, struct quorum *out, struct bytes *machine)
{
	struct text text;
	refusal why = statement_decode(STATEMENT_OPERATORS, content, &text);
	if (why != NULL)
		return why;
	*machine = text_value(&text, OPERATORS_MACHINE);
	return statement_operators(&text, out);
}

/* Boot approvals agree on a state that the first of them names. */
struct boot_state {
	const struct machine *machine;
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
		if (pcr.index >= WIRE_PCRS)
			return "it names a PCR that is never bound";
		out->mask |= 1U << pcr.index;
		out->value[pcr.index] = pcr.value;
	}
	return NULL;
}

/* The policy and the cpHash that the operator signed are recomputed. */
static refusal boot_state_check(
	const struct text *text, const struct boot_state *state)
{
	const struct nv_names names = machine_nv_names(state->machine);
	const struct tpm_name index =
		machine_nv_name_unwritten(state->machine, NV_A);
	const struct digest cp_hash =
		boot_approval_cp_hash(state->machine, &state->policy, false);
	const struct digest said_cp_hash = text_digest(text, BOOT_CPHASH);
	const struct digest said_policy = text_digest(text, BOOT_POLICY);
	uint8_t value[TPM_NAME_SIZE];
	uint8_t said_index[TEXT_NAME_SIZE];
	boot_policy_value(&state->policy, &names, value);
	text_name(text, BOOT_INDEX, said_index);
	if (memcmp(said_policy.byte, value + 2, SHA256_SIZE) != 0)
		return "its policy is not that of its PCRs";
	if (memcmp(said_index, index.byte, sizeof(said_index)) != 0)
		return "it is for another machine's index";
	return digest_equal(&said_cp_hash, &cp_hash)
		       ? NULL
		       : "its cpHash is not that of this approval";
}

static refusal read_boot_state(const struct text *text, void *context)
{
	struct boot_state *state = context;
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
	state->known = true;
	state->policy = policy;
	state->image = text_digest(text, BOOT_IMAGE);
	return boot_state_check(text, state);
}

static refusal read_credential(struct bytes content, struct keys_enrol *out)
{
	struct credential credential;
	refusal why = credential_decode(content, &credential);
	if (why != NULL)
		return why;
	wire_blob_set(&out->credential,
		bytes_of(credential.blob, sizeof(credential.blob)));
	wire_blob_set(&out->secret,
		bytes_of(credential.seed, sizeof(credential.seed)));
	return NULL;
}

static refusal read_boot_approvals(struct task *task, const uint8_t *ak,
	struct keys_enrol *out, struct digest *image)
{
	struct quorum operators;
	struct machine machine;
	struct boot_state state = { .machine = &machine };
	struct bytes serial;
	struct bytes content;
	refusal why = find(task, 0, "operators", &content);
	if (why == NULL)
		why = read_operators(content, &operators, &serial);
	if (why != NULL)
		return why;
	out->operators = wire_quorum_of(&operators);
	why = machine_of(&out->operators, ak, &machine);
	if (why != NULL)
		return why;
	const struct statement_value says[] = {
		{ BOOT_MACHINE, serial, 0, "it is for another machine" },
		{ BOOT_AK, bytes_of(ak, WIRE_NAME_SIZE), 0,
			"it is for a machine with another AK" },
	};
	const struct approval_form form = {
		.kind = STATEMENT_BOOT_APPROVAL,
		.quorum = &operators,
		.says = says,
		.count = sizeof(says) / sizeof(says[0]),
		.authorization = BOOT_AUTHORIZATION,
		.first = read_boot_state,
		.context = &state,
	};
	why = add_approvals(task, &form, &out->approvals);
	if (why != NULL)
		return why;
	say(task, "the boot approvals");
	out->epoch = state.policy.epoch;
	out->pcr_mask = state.policy.pcrs.mask;
	for (size_t i = 0; i < WIRE_PCRS; i++)
		memcpy(out->pcr[i], state.policy.pcrs.value[i].byte,
			SHA256_SIZE);
	*image = state.image;
	const struct approval_scope scope =
		machine_scope(&machine, APPROVE_BOOT);
	const struct digest cp_hash =
		boot_approval_cp_hash(&machine, &state.policy, false);
	const struct approvals approvals = approvals_of(&out->approvals, true);
	return approvals_check(
		&machine.operators, &scope, &cp_hash, &approvals);
}

static refusal handle_enrol(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct task *task = state;
	struct keys_enrol enrolment = { 0 };
	struct digest image;
	struct bytes content;
	refusal why = map_lists(task, message);
	if (why == NULL)
		why = find(task, 0, "credential", &content);
	if (why == NULL)
		why = read_credential(content, &enrolment);
	if (why == NULL)
		why = read_boot_approvals(
			task, message->body.facts.ak, &enrolment, &image);
	return answer(end, task, why, DEFINE_ENROLMENT, &enrolment);
}

/* --- the election --- */

enum { LIST_ELECTION, LIST_ENROLLED };

static refusal read_definition(struct task *task, struct definition *definition)
{
	struct bytes json;
	char error[DEFINITION_ERROR_MOST];
	const refusal why = find(task, LIST_ELECTION, "definition.json", &json);
	if (why != NULL)
		return why;
	if (definition_parse(definition, json, error))
		return NULL;
	say(task, error);
	return "the definition is refused";
}

static refusal check_definition_note(struct task *task, const struct plan *plan)
{
	const struct statement_value says[] = {
		{ DEFINITION_ELECTION, bytes_of_text(plan->id), 0,
			"it is for another election" },
		{ DEFINITION_DIGEST,
			bytes_of(plan->definition.byte, SHA256_SIZE), 0,
			"it is for another definition" },
	};
	struct statement statement;
	struct bytes note;
	refusal why = find(task, LIST_ELECTION, "definition.note", &note);
	if (why == NULL)
		why = statement_open(STATEMENT_DEFINITION, note, &statement);
	if (why == NULL)
		why = statement_signed_by_quorum(
			&statement, &plan->quorum[AUTHORITY], NULL);
	return why != NULL ? why
			   : statement_says(&statement.text, plan->rehearsal,
				     says, sizeof(says) / sizeof(says[0]));
}

/* The definition's operators are those that the machine was enrolled by. */
static refusal check_operators(struct task *task, const struct plan *plan,
	struct digest *operators_digest, struct wire_text *machine)
{
	const struct wire_quorum named =
		wire_quorum_of(&plan->quorum[OPERATORS]);
	struct wire_quorum enrolled;
	struct quorum operators;
	struct bytes content;
	struct bytes serial;
	char line[WIRE_TEXT_MOST];
	refusal why = find(task, LIST_ENROLLED, "operators", &content);
	if (why == NULL)
		why = read_operators(content, &operators, &serial);
	if (why != NULL)
		return why;
	snprintf(line, sizeof(line), "%.*s", (int)serial.size,
		(const char *)serial.data);
	wire_text_set(machine, line);
	*operators_digest = sha256(content);
	enrolled = wire_quorum_of(&operators);
	return memcmp(&enrolled, &named, sizeof(named)) == 0
		       ? NULL
		       : "the definition names other operators than those that "
			 "enrolled this machine";
}

static refusal check_enrolment_note(struct task *task, const struct plan *plan,
	const struct define_facts *facts, struct wire_text *machine)
{
	struct digest operators;
	struct statement statement;
	struct bytes note;
	refusal why = check_operators(task, plan, &operators, machine);
	if (why != NULL)
		return why;
	const struct statement_value says[] = {
		{ ENROLMENT_MACHINE, bytes_of_text(machine->line), 0,
			"it is for another machine" },
		{ ENROLMENT_AK, bytes_of(facts->ak, WIRE_NAME_SIZE), 0,
			"it names another AK" },
		{ ENROLMENT_SRK, bytes_of(facts->srk, WIRE_NAME_SIZE), 0,
			"it names another SRK" },
		{ ENROLMENT_OPERATORS, bytes_of(operators.byte, SHA256_SIZE), 0,
			"it names other operators" },
	};
	why = find(task, LIST_ELECTION, "enrolment.note", &note);
	if (why == NULL)
		why = statement_open(STATEMENT_ENROLMENT, note, &statement);
	if (why == NULL)
		why = statement_signed_by_quorum(
			&statement, &plan->quorum[OPERATORS], NULL);
	return why != NULL ? why
			   : statement_says(&statement.text, false, says,
				     sizeof(says) / sizeof(says[0]));
}

/* The definition approves the image that the operators approved. */
static refusal check_image(struct task *task,
	const struct definition *definition, const struct define_facts *facts)
{
	struct keys_enrol enrolment = { 0 };
	struct digest image;
	struct task enrolled = { .list = { task->list[LIST_ENROLLED] } };
	refusal why =
		read_boot_approvals(&enrolled, facts->ak, &enrolment, &image);
	say(task, "image");
	if (why != NULL)
		return why;
	return digest_equal(&image, &definition->image)
		       ? NULL
		       : "the definition names another image than the "
			 "operators "
			 "approved";
}

static struct election election_of(
	const struct plan *plan, const struct define_facts *facts)
{
	struct election out = {
		.definition = plan->definition,
		.rehearsal = plan->rehearsal,
		.phase = facts->phase,
		.officers = wire_quorum_of(&plan->quorum[OFFICERS]),
		.auditors = wire_quorum_of(&plan->quorum[AUDITORS]),
	};
	memcpy(out.ak, facts->ak, sizeof(out.ak));
	wire_text_set(&out.id, plan->id);
	return out;
}

/* Public area and private blob of one key, as the sealed entry holds them. */
struct key_names {
	enum key_template template;
	const char *public_name;
	const char *private_name;
};

static refusal read_key(struct task *task, const struct key_names *names,
	struct wire_blob *public_area, struct wire_blob *private_area,
	uint8_t name[WIRE_NAME_SIZE], uint8_t point[P256_POINT_SIZE])
{
	struct bytes area;
	struct bytes blob;
	struct digest policy;
	struct p256_public key;
	struct tpm_name named;
	refusal why = find(task, LIST_ELECTION, names->private_name, &blob);
	if (why == NULL)
		why = find(task, LIST_ELECTION, names->public_name, &area);
	if (why == NULL)
		why = key_decode(names->template, area, &policy, &key);
	if (why != NULL)
		return why;
	if (!wire_blob_set(public_area, area) ||
		!wire_blob_set(private_area, blob))
		return "it is too large";
	named = public_name(area);
	memcpy(name, named.byte, WIRE_NAME_SIZE);
	p256_to_point(&key, point);
	return NULL;
}

static refusal read_keys(struct task *task, struct election *out)
{
	static const struct key_names bk = { KEY_BK, "bk.pub", "bk.private" };
	static const struct key_names rk = { KEY_RK, "rk.pub", "rk.private" };
	refusal why = read_key(task, &bk, &out->bk_public, &out->bk_private,
		out->bk, out->bk_point);
	if (why == NULL)
		why = read_key(task, &rk, &out->rk_public, &out->rk_private,
			out->rk, out->rk_point);
	return why;
}

static refusal read_election(struct task *task,
	const struct define_facts *facts, struct definition *definition,
	struct election *out)
{
	refusal why = check_definition_note(task, &definition->plan);
	*out = election_of(&definition->plan, facts);
	if (why == NULL)
		why = check_enrolment_note(
			task, &definition->plan, facts, &out->machine);
	return why != NULL ? why : check_image(task, definition, facts);
}

/* The phase at sealing is written down beside the keys. */
static refusal read_phase(struct task *task, uint64_t *phase)
{
	struct bytes content;
	struct cursor in;
	refusal why = find(task, LIST_ELECTION, "phase", &content);
	if (why != NULL)
		return why;
	in = cursor_of(content);
	*phase = cursor_u64(&in);
	return cursor_done(&in) ? NULL : "it is not a number";
}

static refusal send_election(struct wire_end *end,
	const struct election *election, const struct plan *plan)
{
	const size_t most = plan_size_most(plan);
	uint8_t *space = malloc(most);
	struct writer out = writer_of(space, most);
	refusal why = "there is no memory";
	if (space != NULL) {
		plan_encode(&out, plan);
		why = role_send_written(end, DEFINE_ELECTION, election, &out);
	}
	free(space);
	return why;
}

static refusal define_election(
	struct task *task, struct wire_end *end, struct wire_message *message)
{
	const bool sealed = message->type == DEFINE_LOAD;
	struct definition definition;
	struct election election;
	refusal why = map_lists(task, message);
	if (why == NULL)
		why = read_definition(task, &definition);
	if (why != NULL)
		return answer(end, task, why, DONE, NULL);
	why = read_election(task, &message->body.facts, &definition, &election);
	if (why == NULL && sealed)
		why = read_keys(task, &election);
	if (why == NULL && sealed)
		why = read_phase(task, &election.phase);
	why = why != NULL ? answer(end, task, why, DONE, NULL)
			  : send_election(end, &election, &definition.plan);
	definition_free(&definition);
	return why;
}

static refusal handle_election(
	void *state, struct wire_end *end, struct wire_message *message)
{
	return define_election(state, end, message);
}

/* --- approvals --- */

enum { LIST_APPROVALS, LIST_SEALED, LIST_CLOSED };

static refusal read_plan_of(struct task *task, struct definition *definition)
{
	struct task sealed = { .list = { task->list[LIST_SEALED] } };
	const refusal why = read_definition(&sealed, definition);
	say(task, sealed.place);
	return why;
}

/* Approvals of one purpose must satisfy the key's policy, in software too. */
static refusal check_quorum(const struct election *election,
	const struct wire_approvals *wire, const struct digest *result)
{
	static const struct nv_names nowhere;
	struct election_terms terms;
	struct approval_scope scope;
	struct digest cp_hash;
	const struct tpm_name rk = tpm_name_of(election->rk);
	const bool release = result != NULL;
	const struct approvals approvals = approvals_of(wire, release);
	refusal why = election_terms_of(election, &nowhere, &terms);
	if (why != NULL)
		return why;
	scope = election_scope(
		&terms, release ? APPROVE_RELEASE : APPROVE_OPEN);
	if (!release)
		return approvals_check(
			&terms.officers, &scope, NULL, &approvals);
	cp_hash = cp_hash_sign(&rk, result);
	return approvals_check(&terms.auditors, &scope, &cp_hash, &approvals);
}

static refusal read_open(struct task *task, const struct define_open *asked,
	const struct plan *plan, struct wire_approvals *out)
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
		{ OPEN_AK, bytes_of(election->ak, WIRE_NAME_SIZE), 0,
			"it is for a machine with another AK" },
		{ OPEN_BK, bytes_of(election->bk, WIRE_NAME_SIZE), 0,
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
			.number = election->phase + 1,
			.otherwise = "it is for another phase" },
	};
	const struct approval_form form = {
		.kind = STATEMENT_OPEN,
		.quorum = &plan->quorum[OFFICERS],
		.rehearsal = election->rehearsal != 0,
		.says = says,
		.count = sizeof(says) / sizeof(says[0]),
		.authorization = OPEN_AUTHORIZATION,
	};
	refusal why = add_approvals(task, &form, out);
	if (why != NULL)
		return why;
	say(task, "the approvals");
	return check_quorum(election, out, NULL);
}

static refusal check_nonces(struct task *task)
{
	struct cursor rest = cursor_of(task->list[LIST_APPROVALS]);
	struct item item;
	while (rest.rest.size > 0 && items_next(&rest, &item) == NULL) {
		struct text text;
		refusal why;
		if (item_is_one_of(&item, "approval"))
			continue;
		snprintf(task->place, sizeof(task->place), "%.*s",
			(int)item.name.size, (const char *)item.name.data);
		if (!item_is_one_of(&item, "nonce"))
			return "it is neither an approval nor a nonce";
		why = statement_decode(STATEMENT_NONCE, item.content, &text);
		if (why != NULL)
			return why;
	}
	return NULL;
}

static refusal handle_open(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct task *task = state;
	struct definition definition;
	struct keys_approvals out = { .release = 0 };
	refusal why = map_lists(task, message);
	if (why == NULL)
		why = check_nonces(task);
	if (why == NULL)
		why = read_plan_of(task, &definition);
	if (why != NULL)
		return answer(end, task, why, DONE, NULL);
	why = read_open(
		task, &message->body.open, &definition.plan, &out.approvals);
	definition_free(&definition);
	return answer(end, task, why, DEFINE_APPROVALS, &out);
}

/* The digests that the closed entry's evidence has. */
struct evidence {
	struct digest challenge;
	struct digest quote;
	struct digest result;
};

static refusal read_evidence(struct task *task, struct evidence *out)
{
	struct bytes challenge;
	struct bytes quote;
	struct text text;
	refusal why = find(task, LIST_CLOSED, "challenge", &challenge);
	if (why == NULL)
		why = statement_decode(STATEMENT_CHALLENGE, challenge, &text);
	if (why == NULL) {
		out->challenge = sha256(challenge);
		out->result = text_digest(&text, CHALLENGE_RESULT);
		why = find(task, LIST_CLOSED, "quote.attest", &quote);
	}
	if (why == NULL)
		out->quote = sha256(quote);
	return why;
}

static refusal read_release(struct task *task,
	const struct define_release *asked, const struct plan *plan,
	struct keys_approvals *out)
{
	const struct election *election = &asked->election;
	const struct tpm_name rk = tpm_name_of(election->rk);
	struct evidence evidence;
	struct digest cp_hash;
	refusal why = read_evidence(task, &evidence);
	if (why != NULL)
		return why;
	out->result = evidence.result;
	cp_hash = cp_hash_sign(&rk, &evidence.result);
	const struct statement_value says[] = {
		{ RELEASE_ELECTION, bytes_of_text(election->id.line), 0,
			"it is for another election" },
		{ RELEASE_MACHINE, bytes_of_text(election->machine.line), 0,
			"it is for another machine" },
		{ RELEASE_DEFINITION,
			bytes_of(election->definition.byte, SHA256_SIZE), 0,
			"it is for another definition" },
		{ RELEASE_AK, bytes_of(election->ak, WIRE_NAME_SIZE), 0,
			"it is for a machine with another AK" },
		{ RELEASE_RK, bytes_of(election->rk, WIRE_NAME_SIZE), 0,
			"it is for another result key" },
		{ .field = RELEASE_CHECKPOINT_SIZE,
			.number = asked->size,
			.otherwise = "it is for another set of boxes" },
		{ RELEASE_CHECKPOINT_ROOT,
			bytes_of(asked->root.byte, SHA256_SIZE), 0,
			"it is for another set of boxes" },
		{ RELEASE_RESULT, bytes_of(evidence.result.byte, SHA256_SIZE),
			0, "it is for another result digest" },
		{ RELEASE_CHALLENGE,
			bytes_of(evidence.challenge.byte, SHA256_SIZE), 0,
			"it is for another challenge" },
		{ RELEASE_QUOTE, bytes_of(evidence.quote.byte, SHA256_SIZE), 0,
			"it is for another quote" },
		{ RELEASE_CPHASH, bytes_of(cp_hash.byte, SHA256_SIZE), 0,
			"its cpHash is not that of signing this result" },
	};
	const struct approval_form form = {
		.kind = STATEMENT_RELEASE,
		.quorum = &plan->quorum[AUDITORS],
		.rehearsal = election->rehearsal != 0,
		.says = says,
		.count = sizeof(says) / sizeof(says[0]),
		.authorization = RELEASE_AUTHORIZATION,
	};
	why = add_approvals(task, &form, &out->approvals);
	if (why != NULL)
		return why;
	say(task, "the approvals");
	return check_quorum(election, &out->approvals, &evidence.result);
}

static refusal handle_release(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct task *task = state;
	struct definition definition;
	struct keys_approvals out = { .release = 1 };
	refusal why = map_lists(task, message);
	if (why == NULL)
		why = read_plan_of(task, &definition);
	if (why != NULL)
		return answer(end, task, why, DONE, NULL);
	why = read_release(
		task, &message->body.release, &definition.plan, &out);
	definition_free(&definition);
	return answer(end, task, why, DEFINE_APPROVALS, &out);
}

int role_define(void)
{
	static const struct role_duty duties[] = {
		{ DEFINE_ENROL, handle_enrol },
		{ DEFINE_SEAL, handle_election },
		{ DEFINE_LOAD, handle_election },
		{ DEFINE_OPEN, handle_open },
		{ DEFINE_RELEASE, handle_release },
	};
	struct task task = { 0 };
	struct wire_end end = role_end(ROLE_DEFINE);
	return role_serve(
		&end, duties, sizeof(duties) / sizeof(duties[0]), &task);
}
