/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The define role, asked whether the authority calls this very election off,
 * and the auditors with it once the count is closed: nobody drops alone a
 * result that they dislike. It gives the reason, for the screen.
 */
#include "appliance/machine/define.h"

#include "appliance/record/items.h"
#include "appliance/record/members.h"

#include <stdio.h>

enum { LIST_BROUGHT, LIST_SEALED };

/* The entry's items are published under their names: there is one. */
static refusal read_note(struct task *task, struct statement *out)
{
	struct cursor rest = cursor_of(task->list[LIST_BROUGHT]);
	struct item item;
	const refusal why = items_next(&rest, &item);
	task_say(task, MEMBER_ABANDONMENT);
	if (why != NULL || !item_is(&item, MEMBER_ABANDONMENT) ||
		rest.rest.size > 0)
		return "a medium of this kind holds that and nothing else";
	return statement_open(STATEMENT_ABANDONMENT, item.content, out);
}

static refusal check_text(
	const struct text *text, const struct election *election)
{
	const struct statement_value says[] = {
		{ ABANDONMENT_ELECTION, bytes_of_text(election->id.line), 0,
			"it is for another election" },
		{ ABANDONMENT_DEFINITION,
			bytes_of(election->definition.byte, SHA256_SIZE), 0,
			"it is for another definition" },
		{ ABANDONMENT_AK, tpm_name_bytes(&election->ak), 0,
			"it is for a machine with another AK" },
		{ .field = ABANDONMENT_PHASE,
			.number = election->phase,
			.otherwise = "it is for another phase" },
	};
	return statement_says(text, election->rehearsal != 0, says,
		sizeof(says) / sizeof(says[0]));
}

static refusal check_signatures(
	const struct statement *statement, const struct plan *plan, bool closed)
{
	const refusal why = statement_signed_by_quorum(
		statement, &plan->roster[AUTHORITY], NULL);
	if (why != NULL || !closed)
		return why;
	return statement_signed_by_quorum(
		       statement, &plan->roster[AUDITORS], NULL) == NULL
		       ? NULL
		       : "the count is closed: the auditors' quorum has to "
			 "sign it, too";
}

static refusal read_abandonment(struct task *task,
	const struct define_abandon *asked, const struct plan *plan,
	struct wire_text *out)
{
	struct statement statement;
	char line[WIRE_TEXT_MOST];
	struct bytes reason;
	refusal why = read_note(task, &statement);
	if (why == NULL)
		why = check_text(&statement.text, &asked->election);
	if (why == NULL)
		why = check_signatures(&statement, plan, asked->closed != 0);
	if (why != NULL)
		return why;
	reason = text_value(&statement.text, ABANDONMENT_REASON);
	snprintf(line, sizeof(line), "%.*s", (int)reason.size,
		(const char *)reason.data);
	wire_text_set(out, line);
	return NULL;
}

refusal define_abandonment(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct task *task = state;
	struct definition definition;
	struct wire_text reason = { .line = "" };
	refusal why = task_map(task, message);
	if (why == NULL)
		why = read_definition(task, LIST_SEALED, &definition);
	if (why != NULL)
		return task_answer(end, task, why, SAY(DONE, &nothing));
	why = read_abandonment(task, HEARD(message, DEFINE_ABANDON),
		&definition.plan, &reason);
	definition_free(&definition);
	return task_answer(end, task, why, SAY(DEFINE_ABANDONED, &reason));
}
