/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The define role, asked for the digest that people compare: of the result that
 * an entry released, or of the challenge that closed a count. For the screen.
 */
#include "appliance/formats/crypto.h"
#include "appliance/formats/note.h"
#include "appliance/machine/define.h"
#include "appliance/record/items.h"
#include "appliance/record/members.h"

static refusal read_digest(struct task *task, struct define_digest *out)
{
	struct bytes content;
	struct note note;
	refusal why;
	if (!items_find(task->list[0], MEMBER_RESULT, &content)) {
		why = task_find(task, 0, MEMBER_CHALLENGE, &content);
		if (why == NULL)
			out->digest = sha256(content);
		return why;
	}
	task_say(task, MEMBER_RESULT);
	why = note_parse(content, &note);
	if (why == NULL) {
		out->result = 1;
		out->digest = sha256(note.text);
	}
	return why;
}

refusal define_digest(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct task *task = state;
	struct define_digest answer = { .result = 0 };
	refusal why = task_map(task, message);
	if (why == NULL)
		why = read_digest(task, &answer);
	return task_answer(end, task, why, SAY(DEFINE_DIGESTED, &answer));
}
