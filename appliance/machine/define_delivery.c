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

enum { LIST_PLAN, LIST_NAMES, LIST_CAME, LIST_RESULT };

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

/* What stands between names and numbers. */
static const struct joints {
	const char *of, *comma, *and, *more;
} joints[LANGUAGES] = {
	[PERSIAN] = { " از ", "، ", "، و ", " صندوق دیگر" },
	[ENGLISH] = { " of ", ", ", ", and ", " more" },
};

/* "شعبهٔ ۳ (۱ از ۲)": one station of several boxes, as delivery_line(). */
static void write_station(const struct delivery *delivery, size_t s,
	struct bytes name, enum language language, struct writer *out)
{
	write_bytes(out, name);
	if (delivery->plan->station[s].boxes == 1)
		return;
	write_text(out, " (");
	write_notice_number(out, delivery->missing_of[s], language);
	write_text(out, joints[language].of);
	write_notice_number(out, delivery->plan->station[s].boxes, language);
	write_text(out, ")");
}

static void write_more(
	uint64_t boxes, enum language language, struct writer *out)
{
	write_text(out, joints[language].and);
	write_notice_number(out, boxes, language);
	write_text(out, joints[language].more);
}

/* By the names that people know; what has no room is a number. */
static void write_missing_names(const struct delivery *delivery,
	struct bytes names, enum language language, struct writer *out)
{
	/* Of what may stand behind a name. */
	enum { ROOM = 96 };
	struct cursor rest = cursor_of(names);
	struct bytes name[LANGUAGES];
	size_t told = 0;
	for (size_t s = 0; s < delivery->plan->stations; s++) {
		if (!names_next(&rest, &name[ENGLISH], &name[PERSIAN]))
			return;
		if (delivery->missing_of[s] == 0)
			continue;
		if (out->capacity - out->size < name[language].size + ROOM) {
			write_more(delivery->missing - told, language, out);
			return;
		}
		write_text(out, told > 0 ? joints[language].comma : "");
		write_station(delivery, s, name[language], language, out);
		told += delivery->missing_of[s];
	}
}

static void add_missing(const struct task *task,
	const struct delivery *delivery, struct notice *out)
{
	struct notice_part part = NOTICE_PART(BOXES_MISSING);
	char *const name[LANGUAGES] = {
		[ENGLISH] = part.english, [PERSIAN] = part.persian
	};
	struct writer text = writer_of(part.text, sizeof(part.text) - 1);
	if (delivery->missing == 0)
		return;
	delivery_write_missing(delivery, &text);
	for (enum language i = 0; i < LANGUAGES; i++) {
		struct writer names = writer_of(name[i], NOTICE_TEXT_MOST - 1);
		write_missing_names(
			delivery, task->list[LIST_NAMES], i, &names);
	}
	notice_add(out, part);
}

/*
 * As delivery_line() has it, but for the names, which may be cut: they hide no
 * number.
 */
static struct notice told(
	const struct task *task, const struct delivery *delivery)
{
	struct notice out = notice_of(
		delivery->has_result
			? NOTICE_PART(BOXES_COUNTED, .first = delivery->counted,
				  .second = delivery->due)
			: NOTICE_PART(BOXES, .first = delivery->delivered,
				  .second = delivery->due));
	add_number(&out, NOTICE_BOXES_VOID, delivery->voids);
	add_number(&out, NOTICE_BOXES_UNOPENED, delivery->unopened);
	add_number(&out, NOTICE_BOXES_REFUSED, delivery->refusals);
	add_missing(task, delivery, &out);
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
		*out = told(task, &delivery);
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
