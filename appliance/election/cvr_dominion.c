/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of a Dominion export: the member "Sessions" of the document.
 * It finds the marks; what is a vote the rule of the definition says.
 */
#include "appliance/election/cvr_form.h"
#include "appliance/election/cvr_record.h"

static void read_mark(struct cvr_reader *reader)
{
	struct json_reader *json = &reader->json;
	struct cvr_mark mark = { 0 };
	bool ambiguous = false;
	json_enter_object(json);
	while (json_member(json)) {
		if (json_is(json, "CandidateId"))
			mark.selection =
				cvr_keep(reader, json_text_or_number(json));
		else if (json_is(json, "Rank"))
			mark.rank = (uint32_t)json_number(json, UINT32_MAX);
		else if (json_is(json, "IsAmbiguous"))
			ambiguous = json_bool(json);
		else
			json_skip(json);
	}
	if (mark.selection.size == 0)
		json_refuse(json, "a mark has no CandidateId");
	if (!ambiguous)
		*cvr_add_mark(reader) = mark;
}

static void read_marks(struct cvr_reader *reader)
{
	struct json_reader *json = &reader->json;
	if (json_peek(json) == JSON_KIND_TEXT)
		json_refuse(json, "the marks of a contest were redacted");
	json_enter_array(json);
	while (json_item(json))
		read_mark(reader);
}

static void read_contest(struct cvr_reader *reader)
{
	struct json_reader *json = &reader->json;
	struct cvr_sheet *sheet = cvr_add_sheet(reader);
	bool marks = false;
	json_enter_object(json);
	while (json_member(json)) {
		if (json_is(json, "Id")) {
			sheet->contest =
				cvr_keep(reader, json_text_or_number(json));
		} else if (json_is(json, "Marks")) {
			read_marks(reader);
			marks = true;
		} else {
			json_skip(json);
		}
	}
	sheet->n = reader->held.marks - sheet->first;
	if (sheet->contest.size == 0)
		json_refuse(json, "a contest has no Id");
	if (!marks)
		json_refuse(json, "a contest has no Marks");
}

static void read_contests(struct cvr_reader *reader)
{
	struct json_reader *json = &reader->json;
	if (json_peek(json) == JSON_KIND_TEXT)
		json_refuse(json, "the contests of a record were redacted");
	json_enter_array(json);
	while (json_item(json))
		read_contest(reader);
}

static void read_card(struct cvr_reader *reader)
{
	struct json_reader *json = &reader->json;
	json_enter_object(json);
	while (json_member(json)) {
		if (json_is(json, "Contests"))
			read_contests(reader);
		else
			json_skip(json);
	}
}

/* Original or Modified: with Cards since 5.10, before with Contests. */
static void read_state(
	struct cvr_reader *reader, const struct cvr_snapshot **current)
{
	struct json_reader *json = &reader->json;
	struct cvr_snapshot *snapshot = cvr_add_snapshot(reader);
	bool is_current = false;
	json_enter_object(json);
	while (json_member(json)) {
		if (json_is(json, "IsCurrent")) {
			is_current = json_bool(json);
		} else if (json_is(json, "Cards")) {
			json_enter_array(json);
			while (json_item(json))
				read_card(reader);
		} else if (json_is(json, "Contests")) {
			read_contests(reader);
		} else {
			json_skip(json);
		}
	}
	snapshot->n = reader->held.sheets - snapshot->first;
	if (!is_current)
		return;
	if (*current)
		json_refuse(json, "a session has two states that are current");
	*current = snapshot;
}

static void read_session(struct cvr_reader *reader)
{
	struct json_reader *json = &reader->json;
	const struct cvr_snapshot *current = NULL;
	cvr_record_begin(reader);
	json_enter_object(json);
	while (json_member(json)) {
		if (json_is(json, "Original") || json_is(json, "Modified"))
			read_state(reader, &current);
		else
			json_skip(json);
	}
	if (current != NULL)
		cvr_give(reader, current);
	else
		json_refuse(json, "a session has no state that is current "
				  "(IsCurrent)");
}

void cvr_read_dominion(struct cvr_reader *reader)
{
	json_enter_array(&reader->json);
	while (json_item(&reader->json))
		read_session(reader);
}
