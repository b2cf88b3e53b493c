/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/reports/opened_boxes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* The fact that lists them, and what each of them is said to be. */
static const struct {
	const char *key;
	const char *why;
} words[OPENED_HOWS] = {
	[STATION_IS_FALSE] = { "opened_by_the_machines_header",
		"what the station sealed for this key does not open" },
	[MACHINE_IS_FALSE] = { "false_headers",
		"the header that the machine made does not open" },
	[KEY_OPENS_NOT] = { "not_opened", "this key does not open it" },
	[NO_KEY_OPENS] = { "opened_by_nobody",
		"the machine's key does not open it, nor does this one" },
	[DISPUTED] = { "disputed",
		"the machine says that its key does not open it, and this one "
		"does" },
};

static bool add(struct opened_boxes *boxes, const struct count_place *place,
	enum opened_how how)
{
	struct opened_box *grown =
		reallocarray(boxes->box, boxes->count + 1, sizeof(*boxes->box));
	if (grown == NULL)
		return false;
	boxes->box = grown;
	grown[boxes->count++] = (struct opened_box){ *place, how };
	return true;
}

/* A box that was void before anybody asked for its key is no matter of keys. */
bool opened_boxes_add(struct opened_boxes *boxes, const struct count_told *told,
	bool has_header)
{
	const bool station = (told->opened & OPENED_BY_STATION) != 0;
	const bool machine = (told->opened & OPENED_BY_MACHINE) != 0;
	if (!told->asked)
		return true;
	if (told->place.unopened)
		return add(
			boxes, &told->place, station ? DISPUTED : NO_KEY_OPENS);
	if (station && (machine || !has_header))
		return true;
	return add(boxes, &told->place,
		station	  ? MACHINE_IS_FALSE
		: machine ? STATION_IS_FALSE
			  : KEY_OPENS_NOT);
}

void opened_boxes_free(struct opened_boxes *boxes)
{
	free(boxes->box);
	*boxes = (struct opened_boxes){ 0 };
}

size_t opened_boxes_of(const struct opened_boxes *boxes, enum opened_how how)
{
	size_t number = 0;
	for (size_t i = 0; i < boxes->count; i++)
		number += boxes->box[i].how == how;
	return number;
}

static json_t *list_of(const struct opened_boxes *boxes,
	const struct plan *plan, enum opened_how how)
{
	json_t *list = json_array();
	for (size_t i = 0; i < boxes->count; i++) {
		const struct count_place *place = &boxes->box[i].place;
		if (boxes->box[i].how == how)
			json_array_append_new(list,
				json_pack("{s:I, s:s, s:s}", "box",
					(json_int_t)place->leaf, "station",
					place->station < plan->stations
						? plan->station[place->station]
							  .id
						: "-",
					"why", words[how].why));
	}
	return list;
}

static void check_headers(
	struct report *report, const struct opened_boxes *boxes)
{
	char why[96];
	for (size_t i = 0; i < boxes->count; i++)
		if (boxes->box[i].how == MACHINE_IS_FALSE) {
			snprintf(why, sizeof(why),
				"the header that the machine made for box "
				"%04" PRIu64 " is false",
				boxes->box[i].place.leaf);
			report_check(report, "box headers", why);
			return;
		}
	report_check(report, "box headers", NULL);
}

void report_opened_boxes(struct report *report, const struct plan *plan,
	const struct opened_boxes *boxes, bool headers)
{
	if (headers)
		check_headers(report, boxes);
	for (enum opened_how how = 0; how < OPENED_HOWS; how++)
		if (opened_boxes_of(boxes, how) > 0)
			report_value(report, words[how].key,
				list_of(boxes, plan, how));
}
