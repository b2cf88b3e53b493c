/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The define role, asked which boxes have come: what the journal's
 * entries say is compared with the plan, and so is the result's head once there
 * is one. The answer is for whoever reads the screen; nothing depends on it.
 */
#include "appliance/election/delivery.h"
#include "appliance/machine/define.h"
#include "appliance/record/items.h"
#include "appliance/record/journal.h"
#include "appliance/record/members.h"
#include "appliance/record/refused.h"

enum { LIST_PLAN, LIST_CAME, LIST_RESULT };

/* Boxes that were taken, and deliveries that were refused, as they came. */
static refusal read_came(struct task *task, struct delivery *delivery)
{
	struct cursor rest = cursor_of(task->list[LIST_CAME]);
	task_say(task, "what came");
	while (rest.rest.size > 0) {
		struct journal_header header = { .type = cursor_u16(&rest) };
		header.station = cursor_u16(&rest);
		header.sequence = cursor_u16(&rest);
		if (rest.broken)
			return "it is cut off";
		if (header.type == ENTRY_BOX)
			delivery_add_box(
				delivery, header.station, header.sequence);
		if (header.type == ENTRY_REFUSED)
			delivery_add_refusals(delivery, refused_count(&header));
	}
	return NULL;
}

static refusal read_result(struct task *task, struct delivery *delivery)
{
	task_say(task, MEMBER_RESULT);
	return delivery_set_head(delivery, task->list[LIST_RESULT]);
}

static void add_number(struct notice *out, enum notice_id id, uint64_t number)
{
	if (number > 0)
		notice_add(out, (struct notice_part){
					.id = (uint16_t)id, .first = number });
}

static void add_missing(const struct delivery *delivery, struct notice *out)
{
	char line[NOTICE_TEXT_MOST] = { 0 };
	struct writer text = writer_of(line, sizeof(line) - 1);
	delivery_write_missing(delivery, &text);
	if (text.size > 0)
		notice_add(out, notice_text(NOTICE_BOXES_MISSING, line));
}

/* As delivery_line() has it. */
static struct notice told(const struct delivery *delivery)
{
	struct notice out = notice_of(
		delivery->has_result
			? NOTICE_PART(BOXES_COUNTED, .first = delivery->counted,
				  .second = delivery->due)
			: NOTICE_PART(BOXES, .first = delivery->delivered,
				  .second = delivery->due));
	add_missing(delivery, &out);
	add_number(&out, NOTICE_BOXES_VOID, delivery->voids);
	add_number(&out, NOTICE_BOXES_UNOPENED, delivery->unopened);
	add_number(&out, NOTICE_BOXES_REFUSED, delivery->refusals);
	return out;
}

static refusal read_delivery(
	struct task *task, const struct plan *plan, struct notice *out)
{
	struct delivery delivery;
	refusal why = delivery_begin(&delivery, plan);
	if (why == NULL)
		why = read_came(task, &delivery);
	if (why == NULL && task->list[LIST_RESULT].size > 0)
		why = read_result(task, &delivery);
	if (why == NULL)
		*out = told(&delivery);
	delivery_free(&delivery);
	return why;
}

refusal define_delivery(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct task *task = state;
	struct notice line;
	struct plan *plan = NULL;
	refusal why = task_map_any(task, message);
	task_say(task, "the plan");
	if (why == NULL)
		why = plan_decode(task->list[LIST_PLAN], &plan);
	if (why == NULL)
		why = read_delivery(task, plan, &line);
	plan_free(plan);
	return task_answer(end, task, why, SAY(DEFINE_DELIVERED, &line));
}
