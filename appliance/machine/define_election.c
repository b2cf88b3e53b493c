/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The define role, asked about an election: the definition with its notes, as a
 * medium brought them or as the journal has them, and the keys that the TPM
 * made for it. What it gives is all that BK and RK hang on, and the plan.
 */
#include "appliance/machine/define.h"
#include "appliance/machine/memfd.h"

#include "appliance/record/items.h"
#include "appliance/record/members.h"
#include "appliance/record/room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Beside the definition: two notes, and keys with what the TPM says of them. */
_Static_assert(DEFINITION_SIZE_MOST + (1 << 20) <= ITEMS_MOST,
	"the entry of a sealed election holds its definition");

/* The third one is there when later software was in force at sealing. */
enum { LIST_ELECTION, LIST_ENROLLED, LIST_SOFTWARE };

refusal read_definition(
	struct task *task, size_t list, struct definition *definition)
{
	struct bytes json;
	char error[DEFINITION_ERROR_MOST];
	const refusal why = task_find(task, list, MEMBER_DEFINITION, &json);
	if (why != NULL)
		return why;
	if (definition_parse(definition, json, error))
		return NULL;
	task_say(task, error);
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
	refusal why =
		task_find(task, LIST_ELECTION, MEMBER_DEFINITION_NOTE, &note);
	if (why == NULL)
		why = statement_open(STATEMENT_DEFINITION, note, &statement);
	if (why == NULL)
		why = statement_signed_by_quorum(
			&statement, &plan->roster[AUTHORITY], NULL);
	return why != NULL ? why
			   : statement_says(&statement.text, plan->rehearsal,
				     says, sizeof(says) / sizeof(says[0]));
}

/* The machine is the definition's operators', for the definition's authority.
 */
static refusal check_people(struct task *task, const struct plan *plan,
	const struct operators *operators)
{
	struct digest authority;
	refusal why = statement_authority_digest(
		&plan->roster[AUTHORITY], &authority);
	task_say(task, "the definition");
	if (why != NULL)
		return why;
	if (!digest_equal(&authority, &operators->authority))
		return "it names another authority than the one that this "
		       "machine was enrolled for";
	return quorum_equal(&operators->roster.quorum,
		       &plan->roster[OPERATORS].quorum)
		       ? NULL
		       : "it names other operators than those that enrolled "
			 "this machine";
}

/* Only who had this TPM open a credential may sign that it was enrolled. */
static refusal check_enrolment_note(struct task *task,
	const struct operators *operators, const struct define_facts *facts,
	uint16_t enrolled_by)
{
	const struct statement_value says[] = {
		{ ENROLMENT_MACHINE, operators->serial, 0,
			"it is for another machine" },
		{ ENROLMENT_AK, tpm_name_bytes(&facts->ak), 0,
			"it names another AK" },
		{ ENROLMENT_SRK, tpm_name_bytes(&facts->srk), 0,
			"it names another SRK" },
		{ ENROLMENT_OPERATORS,
			bytes_of(operators->text.byte, SHA256_SIZE), 0,
			"it names other operators" },
		{ ENROLMENT_AUTHORITY,
			bytes_of(operators->authority.byte, SHA256_SIZE), 0,
			"it names another authority" },
	};
	struct statement statement;
	struct bytes note;
	uint16_t signed_by;
	refusal why =
		task_find(task, LIST_ELECTION, MEMBER_ENROLMENT_NOTE, &note);
	if (why == NULL)
		why = statement_open(STATEMENT_ENROLMENT, note, &statement);
	if (why == NULL)
		why = statement_signed_by_quorum(
			&statement, &operators->roster, &signed_by);
	if (why == NULL && (signed_by & ~enrolled_by) != 0)
		why = "somebody has signed it for whom the TPM opened no "
		      "credential";
	return why != NULL ? why
			   : statement_says(&statement.text, false, says,
				     sizeof(says) / sizeof(says[0]));
}

/* What one list approves; bit m of `members` for each operator m. */
static refusal read_software(struct task *task, size_t list,
	const struct operators *operators, struct digest *image,
	uint16_t *members)
{
	struct task approved = { .list = { task->list[list] } };
	struct keys_software software = { 0 };
	const refusal why = read_boot_approvals(
		&approved, operators, list == LIST_SOFTWARE, &software, image);
	*members = 0;
	for (size_t i = 0; i < software.approvals.count; i++)
		*members = (uint16_t)(*members |
				      1u << software.approvals.list[i].member);
	return why;
}

/*
 * The definition approves the image that the operators approved last. Gives who
 * of them approved at the enrolment.
 */
static refusal check_image(struct task *task,
	const struct definition *definition, const struct operators *operators,
	uint16_t *enrolled_by)
{
	const bool later = task->list[LIST_SOFTWARE].size > 0;
	struct digest image;
	uint16_t later_by;
	refusal why = read_software(
		task, LIST_ENROLLED, operators, &image, enrolled_by);
	if (why == NULL && later)
		why = read_software(
			task, LIST_SOFTWARE, operators, &image, &later_by);
	task_say(task, "image");
	if (why != NULL)
		return why;
	return digest_equal(&image, &definition->image)
		       ? NULL
		       : "the definition names another image than the "
			 "operators "
			 "approved";
}

/* For the screen: no rule depends on it. */
static struct notice_part title_of(const struct definition *definition)
{
	struct notice_part out = notice_named(NOTICE_ELECTION,
		definition->title.en, "", definition->title.fa);
	out.first = definition->english ? ENGLISH : PERSIAN;
	return out;
}

static struct election election_of(
	const struct definition *definition, const struct define_facts *facts)
{
	const struct plan *plan = &definition->plan;
	const struct room room = room_of_plan(plan);
	struct election out = {
		.definition = plan->definition,
		.rehearsal = plan->rehearsal,
		.phase = facts->phase,
		.ak = facts->ak,
		.officers = plan->roster[OFFICERS].quorum,
		.auditors = plan->roster[AUDITORS].quorum,
		.boxes_due = room.due,
		.boxes_room = room.boxes,
		.kept_room = room.kept,
	};
	out.recipients.count = (uint16_t)plan->recipients;
	for (size_t i = 0; i < plan->recipients; i++)
		out.recipients.key[i] = plan->recipient[i].key;
	wire_text_set(&out.id, plan->id);
	out.title = title_of(definition);
	return out;
}

/* Public area and private blob of one key, as the sealed entry holds them. */
static refusal read_key(struct task *task, enum key_template template,
	const struct key_members *names, struct blob *public_area,
	struct blob *private_area, struct tpm_name *name,
	uint8_t point[P256_POINT_SIZE])
{
	struct bytes area;
	struct bytes blob;
	struct digest policy;
	struct p256_public key;
	refusal why =
		task_find(task, LIST_ELECTION, names->private_area, &blob);
	if (why == NULL)
		why = task_find(task, LIST_ELECTION, names->public_area, &area);
	if (why == NULL)
		why = key_decode(template, area, &policy, &key);
	if (why != NULL)
		return why;
	if (!blob_set(public_area, area) || !blob_set(private_area, blob))
		return "it is too large";
	*name = public_name(area);
	p256_to_point(&key, point);
	return NULL;
}

static refusal read_keys(struct task *task, struct election *out)
{
	refusal why = read_key(task, KEY_BK, &bk_members, &out->bk_public,
		&out->bk_private, &out->bk, out->bk_point);
	if (why == NULL)
		why = read_key(task, KEY_RK, &rk_members, &out->rk_public,
			&out->rk_private, &out->rk, out->rk_point);
	return why;
}

static refusal read_election(struct task *task,
	const struct define_facts *facts, struct definition *definition,
	struct election *out)
{
	const struct plan *plan = &definition->plan;
	struct operators operators;
	uint16_t enrolled_by;
	char line[WIRE_TEXT_MOST];
	refusal why = read_machine(task, LIST_ENROLLED, &facts->ak, &operators);
	if (why != NULL)
		return why;
	*out = election_of(definition, facts);
	snprintf(line, sizeof(line), "%.*s", (int)operators.serial.size,
		(const char *)operators.serial.data);
	wire_text_set(&out->machine, line);
	why = check_people(task, plan, &operators);
	if (why == NULL)
		why = check_definition_note(task, plan);
	if (why == NULL)
		why = check_image(task, definition, &operators, &enrolled_by);
	return why != NULL ? why
			   : check_enrolment_note(
				     task, &operators, facts, enrolled_by);
}

/* The phase at sealing is written down beside the keys. */
static refusal read_phase(struct task *task, uint64_t *phase)
{
	struct bytes content;
	struct cursor in;
	refusal why = task_find(task, LIST_ELECTION, MEMBER_PHASE, &content);
	if (why != NULL)
		return why;
	in = cursor_of(content);
	*phase = cursor_u64(&in);
	return cursor_done(&in) ? NULL : "it is not a number";
}

static int plan_memfd(const struct plan *plan)
{
	const size_t most = plan_size_most(plan);
	uint8_t *space = malloc(most);
	struct writer out = writer_of(space, most);
	int memfd = -1;
	if (space != NULL) {
		plan_encode(&out, plan);
		memfd = memfd_written(&out);
	}
	free(space);
	return memfd;
}

static refusal send_election(struct wire_end *end,
	const struct election *election, const struct definition *definition)
{
	const int list[] = { plan_memfd(&definition->plan),
		names_memfd(definition) };
	refusal why = "there is no memory";
	if (list[0] >= 0 && list[1] >= 0)
		why = wire_send(end, SAY(DEFINE_ELECTION, election), list, 2);
	for (size_t i = 0; i < 2; i++)
		if (list[i] >= 0)
			close(list[i]);
	return why;
}

refusal define_election(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct task *task = state;
	const bool sealed = message->type == DEFINE_LOAD;
	struct definition definition;
	struct election election;
	refusal why = task_map(task, message);
	if (why == NULL)
		why = read_definition(task, LIST_ELECTION, &definition);
	if (why != NULL)
		return task_answer(end, task, why, SAY(DONE, &nothing));
	why = read_election(task,
		sealed ? HEARD(message, DEFINE_LOAD)
		       : HEARD(message, DEFINE_SEAL),
		&definition, &election);
	if (why == NULL && sealed)
		why = read_keys(task, &election);
	if (why == NULL && sealed)
		why = read_phase(task, &election.phase);
	why = why != NULL ? task_answer(end, task, why, SAY(DONE, &nothing))
			  : send_election(end, &election, &definition);
	definition_free(&definition);
	return why;
}
