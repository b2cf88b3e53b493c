/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/reports/result_table.h"

#include "appliance/desk/common/files.h"
#include "appliance/desk/common/shown.h"
#include "appliance/desk/common/table.h"
#include "appliance/desk/common/told_report.h"
#include "appliance/desk/common/words.h"
#include "appliance/election/result_form.h"

#include <stdio.h>
#include <sysexits.h>

/* Room for two titles and what stands around them. */
enum { HEADING_MOST = 4 * DEFINITION_TEXT_MOST };

static json_t *number(uint64_t value)
{
	return json_integer((json_int_t)value);
}

static void add_heading(char heading[HEADING_MOST], enum word word,
	const struct definition *definition, uint16_t contest)
{
	const struct contest *of = &definition->plan.contest[contest];
	const struct name *title = &definition->contest_title[contest];
	char fa[HEADING_MOST / 2];
	snprintf(fa, sizeof(fa), SHOWN, title->fa);
	fill_words(heading, HEADING_MOST, word,
		&(struct filling){
			.number = { of->seats, of->alternates },
			.text = { of->id, fa, title->en },
		});
}

/* What became of the ballots of a contest, in one row. */
static json_t *ballots_of(const uint64_t *row)
{
	json_t *told = json_object();
	for (size_t i = 0; i < ROW_VOTES; i++)
		json_object_set_new(told, result_row_name[i], number(row[i]));
	return json_pack("[o]", told);
}

static json_t *candidate_of(const struct told *told, size_t at, uint64_t votes)
{
	const struct definition *definition = told->definition;
	const struct standing *standing = &told->outcomes->standing[at];
	return json_pack("{s:i, s:i, s:s, s:s, s:I, s:s}", "rank",
		(int)standing->rank, "code",
		(int)definition->plan.candidate[at].code, "name_fa",
		definition->candidate_name[at].fa, "name_en",
		definition->candidate_name[at].en, "votes", (json_int_t)votes,
		"outcome",
		outcome_told(standing->outcome, told_is_incomplete(told)));
}

/* In the order of ranks, then of the definition. */
static json_t *candidates_of(const struct told *told, uint16_t contest)
{
	const struct contest *of = &told->definition->plan.contest[contest];
	const uint64_t *row = tally_row(&told->outcomes->total, contest);
	json_t *table = json_array();
	for (uint16_t rank = 1; rank <= of->candidates; rank++)
		for (uint16_t i = 0; i < of->candidates; i++) {
			const size_t at = (size_t)of->first + i;
			if (told->outcomes->standing[at].rank == rank)
				json_array_append_new(
					table, candidate_of(told, at,
						       row[ROW_VOTES + i]));
		}
	return table;
}

static json_t *station_of(
	const struct told *told, uint16_t station, const uint32_t *row)
{
	const bool english = words_language() == ENGLISH;
	const struct station *of = &told->definition->plan.station[station];
	const struct name *name = &told->definition->station_name[station];
	char boxes[2 * NUMBER_MOST];
	fill_words(boxes, sizeof(boxes), WORD_BOXES_OF_DUE,
		&(struct filling){
			.number = { result_station_boxes(told->result, station),
				of->boxes } });
	json_t *one = json_pack("{s:s, s:s, s:I, s:s}", "station", of->id,
		english ? "name_en" : "name_fa", english ? name->en : name->fa,
		"issued", (json_int_t)of->ballots_issued, "boxes", boxes);
	for (size_t i = 0; i < ROW_FLAWS; i++)
		json_object_set_new(one, result_row_name[i], number(row[i]));
	if (told->result->annulments > 0)
		json_object_set_new(one, "annulled",
			json_boolean(
				result_is_annulled(told->result, station)));
	return one;
}

/* Flaws are told of no station. */
static json_t *stations_of(const struct told *told, uint16_t contest)
{
	json_t *table = json_array();
	for (uint16_t s = 0; s < told->definition->plan.stations; s++) {
		const uint32_t *row = result_row(told->result, s, contest);
		if (row != NULL)
			json_array_append_new(table, station_of(told, s, row));
	}
	return table;
}

static void report_contest(
	struct report *report, const struct told *told, uint16_t contest)
{
	const struct definition *definition = told->definition;
	char heading[HEADING_MOST];
	add_heading(heading, WORD_HEADING_CONTEST, definition, contest);
	report_table(report, heading,
		ballots_of(tally_row(&told->outcomes->total, contest)));
	add_heading(heading, WORD_HEADING_CANDIDATES, definition, contest);
	report_table(report, heading, candidates_of(told, contest));
	add_heading(heading, WORD_HEADING_STATIONS, definition, contest);
	report_table(report, heading, stations_of(told, contest));
}

static void report_rulings(struct report *report, const struct plan *plan,
	const struct result *result)
{
	json_t *annulled = json_array(), *lots = json_array();
	for (size_t i = 0; i < result->annulments; i++)
		json_array_append_new(annulled,
			json_pack("{s:s, s:s}", "station",
				plan->station[result->annulment[i].station].id,
				"reason", result->annulment[i].reason));
	for (size_t i = 0; i < result->lots; i++)
		json_array_append_new(lots,
			json_string(plan->contest[result->lot[i].contest].id));
	if (result->annulments > 0)
		report_value(report, "annulled", json_incref(annulled));
	if (result->lots > 0)
		report_value(report, "lots", json_incref(lots));
	json_decref(annulled);
	json_decref(lots);
}

/* Which boxes are in no sum, whose, and why. */
static void report_voids(struct report *report, const struct plan *plan,
	const struct result *result)
{
	json_t *voids = json_array();
	for (size_t i = 0; i < result->voids; i++) {
		const struct result_void *box = &result->voided[i];
		json_array_append_new(
			voids, json_pack("{s:s, s:I, s:s}", "station",
				       box->station < 0
					       ? "-"
					       : plan->station[box->station].id,
				       "leaf", (json_int_t)box->entry, "reason",
				       box->reason));
	}
	if (result->voids > 0)
		report_value(report, "void_boxes", json_incref(voids));
	json_decref(voids);
}

static void report_to_people(struct report *report, const struct told *told)
{
	const struct plan *plan = &told->definition->plan;
	report_rulings(report, plan, told->result);
	report_number(report, "boxes_counted", told->result->boxes);
	report_number(report, "boxes_void", told->result->voids);
	report_number(report, "boxes_unopened", result_unopened(told->result));
	report_voids(report, plan, told->result);
	for (uint16_t c = 0; c < plan->contests; c++)
		report_contest(report, told, c);
}

int report_result(struct report *report, const struct told *given)
{
	struct outcomes outcomes;
	struct told told = *given;
	refusal refused = outcomes_of(told.result, &outcomes);
	told.outcomes = &outcomes;
	if (refused == NULL && report->json)
		report_told(report, told_json_numbers, &told);
	else if (refused == NULL)
		report_to_people(report, &told);
	outcomes_free(&outcomes);
	return refused == NULL ? 0 : fail(EX_DATAERR, NULL, 0, "%s", refused);
}
