/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of a NIST SP 1500-103 report: the member "CVR" of the document.
 * It finds the marks; what is a vote the rule of the definition says.
 */
#include "appliance/election/cvr_form.h"
#include "appliance/election/cvr_record.h"

/* What a SelectionPosition says. */
struct position {
	bool indication;
	bool adjudicated;
	bool withheld;
	uint32_t rank;
};

static void read_indication(struct json_reader *json, struct position *position)
{
	struct bytes is = json_text(json);
	position->indication = bytes_equal(is, bytes_of_text("yes"));
	if (!position->indication && !bytes_equal(is, bytes_of_text("no")))
		json_refuse(json, "HasIndication is not \"yes\" or \"no\": "
				  "nobody decided whether there is a mark");
}

static void read_votes(struct json_reader *json)
{
	if (json_number(json, UINT32_MAX) != 1)
		json_refuse(json, "a mark with NumberVotes other than 1 is not "
				  "supported");
}

static void read_status(struct json_reader *json, struct position *position)
{
	json_enter_array(json);
	while (json_item(json))
		if (bytes_equal(json_text(json), bytes_of_text("adjudicated")))
			position->adjudicated = true;
}

static void read_generated(struct json_reader *json)
{
	if (json_bool(json))
		json_refuse(json, "a mark that the exporting system made "
				  "(IsGenerated) is not supported");
}

static struct position read_position(struct json_reader *json)
{
	struct position position = { 0 };
	bool indication = false;
	json_enter_object(json);
	while (json_member(json)) {
		if (json_is(json, "HasIndication")) {
			read_indication(json, &position);
			indication = true;
		} else if (json_is(json, "IsAllocable")) {
			position.withheld = bytes_equal(
				json_text(json), bytes_of_text("no"));
		} else if (json_is(json, "Rank")) {
			position.rank = (uint32_t)json_number(json, UINT32_MAX);
		} else if (json_is(json, "NumberVotes")) {
			read_votes(json);
		} else if (json_is(json, "Status")) {
			read_status(json, &position);
		} else if (json_is(json, "IsGenerated")) {
			read_generated(json);
		} else if (json_is(json, "FractionalVotes")) {
			json_refuse(json, "FractionalVotes is not supported");
		} else {
			json_skip(json);
		}
	}
	if (!indication)
		json_refuse(json, "a SelectionPosition has no HasIndication");
	return position;
}

/* Marks of one selection: their id may come after them. */
static void read_positions(struct cvr_reader *reader)
{
	json_enter_array(&reader->json);
	while (json_item(&reader->json)) {
		struct position position = read_position(&reader->json);
		if (!position.indication ||
			(position.adjudicated && position.withheld))
			continue;
		cvr_add_mark(reader)->rank = position.rank;
	}
}

static void read_selection(struct cvr_reader *reader)
{
	struct json_reader *json = &reader->json;
	struct cvr_record *held = &reader->held;
	size_t first = held->marks;
	struct cvr_id id = { 0 };
	json_enter_object(json);
	while (json_member(json)) {
		if (json_is(json, "ContestSelectionId"))
			id = cvr_keep(reader, json_text(json));
		else if (json_is(json, "SelectionPosition"))
			read_positions(reader);
		else if (json_is(json, "TotalFractionalVotes"))
			json_refuse(json, "TotalFractionalVotes is not "
					  "supported");
		else
			json_skip(json);
	}
	if (id.size == 0 && held->marks > first)
		json_refuse(json, "a marked selection has no "
				  "ContestSelectionId");
	for (size_t i = first; i < held->marks; i++)
		held->mark[i].selection = id;
}

static void read_contest(struct cvr_reader *reader)
{
	struct json_reader *json = &reader->json;
	struct cvr_sheet *sheet = cvr_add_sheet(reader);
	json_enter_object(json);
	while (json_member(json)) {
		if (json_is(json, "ContestId")) {
			sheet->contest = cvr_keep(reader, json_text(json));
		} else if (json_is(json, "CVRContestSelection")) {
			json_enter_array(json);
			while (json_item(json))
				read_selection(reader);
		} else {
			json_skip(json);
		}
	}
	sheet->n = reader->held.marks - sheet->first;
	if (sheet->contest.size == 0)
		json_refuse(json, "a contest has no ContestId");
}

static void read_snapshot(struct cvr_reader *reader)
{
	struct json_reader *json = &reader->json;
	struct cvr_snapshot *snapshot = cvr_add_snapshot(reader);
	json_enter_object(json);
	while (json_member(json)) {
		if (json_is(json, "@id")) {
			snapshot->id = cvr_keep(reader, json_text(json));
		} else if (json_is(json, "CVRContest")) {
			json_enter_array(json);
			while (json_item(json))
				read_contest(reader);
		} else {
			json_skip(json);
		}
	}
	snapshot->n = reader->held.sheets - snapshot->first;
}

static void give_current(struct cvr_reader *reader, struct cvr_id current)
{
	const struct cvr_record *held = &reader->held;
	const struct cvr_snapshot *found = NULL;
	for (size_t i = 0; i < held->snapshots; i++) {
		if (!cvr_id_equal(held, held->snapshot[i].id, current))
			continue;
		if (found != NULL)
			json_refuse(&reader->json,
				"two snapshots have the same @id");
		found = &held->snapshot[i];
	}
	if (found != NULL)
		cvr_give(reader, found);
	else
		json_refuse(&reader->json, "CurrentSnapshotId names no "
					   "snapshot of the record");
}

static void read_record(struct cvr_reader *reader)
{
	struct json_reader *json = &reader->json;
	struct cvr_id current = { 0 };
	cvr_record_begin(reader);
	json_enter_object(json);
	while (json_member(json)) {
		if (json_is(json, "CurrentSnapshotId")) {
			current = cvr_keep(reader, json_text(json));
		} else if (json_is(json, "CVRSnapshot")) {
			json_enter_array(json);
			while (json_item(json))
				read_snapshot(reader);
		} else {
			json_skip(json);
		}
	}
	if (current.size == 0)
		json_refuse(json, "the record has no CurrentSnapshotId");
	if (!json->refused)
		give_current(reader, current);
}

void cvr_read_nist(struct cvr_reader *reader)
{
	json_enter_array(&reader->json);
	while (json_item(&reader->json))
		read_record(reader);
}
