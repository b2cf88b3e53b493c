/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/machine/define.h"

#include "appliance/formats/crypto.h"
#include "appliance/machine/memfd.h"
#include "appliance/record/items.h"
#include "appliance/record/members.h"

#include <stdio.h>
#include <string.h>

void task_say(struct task *task, const char *place)
{
	snprintf(task->place, sizeof(task->place), "%s", place);
}

refusal task_map_any(struct task *task, const struct wire_message *message)
{
	refusal why = NULL;
	for (size_t i = 0; why == NULL && i < WIRE_DESCRIPTORS_MOST; i++)
		if (message->descriptor[i] >= 0)
			why = memfd_map(message->descriptor[i], ITEMS_MOST,
				&task->list[i]);
	return why;
}

refusal task_map(struct task *task, const struct wire_message *message)
{
	refusal why = task_map_any(task, message);
	for (size_t i = 0; why == NULL && i < WIRE_DESCRIPTORS_MOST; i++)
		if (message->descriptor[i] >= 0)
			why = items_check(task->list[i]);
	return why;
}

refusal task_find(
	struct task *task, size_t list, const char *name, struct bytes *content)
{
	task_say(task, name);
	return items_find(task->list[list], name, content) ? NULL
							   : "it is missing";
}

/* With the signature that is in a text, base64 of DER; members ascend. */
static refusal add_authorization(const struct text *text,
	const struct approval_form *form, size_t member, struct approvals *out)
{
	uint8_t der[P256_DER_MOST];
	struct writer to = writer_of(der, sizeof(der));
	struct p256_signature signature;
	size_t at = out->count;
	refusal why;
	for (size_t i = 0; i < out->count; i++)
		if (out->list[i].member == member)
			return "it is a second approval by the same person";
	text_bytes(text, form->authorization, &to);
	why = p256_signature_from_der(written(&to), &signature);
	if (why != NULL || at == QUORUM_MOST)
		return why != NULL ? why : "there are too many approvals";
	for (; at > 0 && out->list[at - 1].member > member; at--)
		out->list[at] = out->list[at - 1];
	out->list[at] = (struct approval){
		.member = (uint16_t)member,
		.bound = form->bound,
		.signature = signature,
	};
	out->count++;
	return NULL;
}

static refusal add_approval(const struct approval_form *form,
	struct bytes content, struct approvals *out)
{
	struct statement statement;
	size_t member;
	refusal why = statement_open(form->kind, content, &statement);
	if (why == NULL)
		why = statement_signed_by_one(
			&statement, form->roster, &member);
	if (why == NULL)
		why = statement_says(&statement.text, form->rehearsal,
			form->says, form->count);
	if (why == NULL && form->first != NULL)
		why = form->first(&statement.text, form->context);
	if (why != NULL)
		return why;
	return add_authorization(&statement.text, form, member, out);
}

/* Every item of list 0 that is named approval-N. */
refusal task_approvals(struct task *task, const struct approval_form *form,
	struct approvals *out)
{
	struct cursor rest = cursor_of(task->list[0]);
	struct item item;
	while (rest.rest.size > 0 && items_next(&rest, &item) == NULL) {
		refusal why;
		if (!item_is_one_of(&item, MEMBER_APPROVAL))
			continue;
		snprintf(task->place, sizeof(task->place), "%.*s",
			(int)item.name.size, (const char *)item.name.data);
		why = add_approval(form, item.content, out);
		if (why != NULL)
			return why;
	}
	return NULL;
}

/* "contests[0].seats: must be at least 1": a place of the definition, why. */
static void add_place(struct notice *notice, const char *place)
{
	struct notice_part part = notice_name(place);
	const char *end = strstr(place, ": ");
	if (part.id != NOTICE_TEXT || end == NULL) {
		notice_add(notice, part);
		return;
	}
	part.text[end - place] = '\0';
	notice_add(notice, notice_name(part.text));
	notice_add(notice, notice_refusal(end + 2));
}

static refusal refuse(struct wire_end *end, const char *place, refusal why)
{
	struct notice notice = { .part[0].id = NOTICE_NONE };
	if (place[0] != '\0')
		add_place(&notice, place);
	notice_add(&notice, notice_refusal(why));
	return role_refuse_all(end, &notice);
}

refusal task_answer(struct wire_end *end, struct task *task, refusal why,
	struct wire_said said)
{
	for (size_t i = 0; i < WIRE_DESCRIPTORS_MOST; i++)
		memfd_unmap(&task->list[i]);
	return why != NULL ? refuse(end, task->place, why)
			   : wire_send(end, said, NULL, 0);
}
