/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/reports/result_table.h"

#include "appliance/desk/common/files.h"
#include "appliance/verify/outcomes.h"

#include <stdio.h>
#include <sysexits.h>

static void report_row(json_t *table, const struct definition *definition,
	uint16_t contest, const uint64_t *row)
{
	json_array_append_new(
		table, json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
			       "contest", definition->contest_title[contest].en,
			       "cast", (json_int_t)row[ROW_CAST], "valid",
			       (json_int_t)row[ROW_VALID], "blank",
			       (json_int_t)row[ROW_BLANK], "unreadable",
			       (json_int_t)row[ROW_UNREADABLE], "unknown",
			       (json_int_t)row[ROW_UNKNOWN], "repeated",
			       (json_int_t)row[ROW_REPEATED], "extra",
			       (json_int_t)row[ROW_EXTRA]));
}

/* In the order of ranks, then of the definition. */
static void report_candidates(json_t *table,
	const struct definition *definition, uint16_t contest,
	const uint64_t *row, const struct standing *standings, bool incomplete)
{
	const struct contest *of = &definition->plan.contest[contest];
	for (uint16_t rank = 1; rank <= of->candidates; rank++) {
		for (uint16_t i = 0; i < of->candidates; i++) {
			const struct name *name =
				&definition->candidate_name[of->first + i];
			if (standings[i].rank != rank)
				continue;
			json_array_append_new(table,
				json_pack("{s:I, s:I, s:s, s:s, s:I, s:s}",
					"rank", (json_int_t)rank, "code",
					(json_int_t)plan_candidates(
						&definition->plan, contest)[i]
						.code,
					"name_fa", name->fa, "name_en",
					name->en, "votes",
					(json_int_t)row[ROW_VOTES + i],
					"outcome",
					outcome_told(standings[i].outcome,
						incomplete)));
		}
	}
}

static void report_contest(struct report *report,
	const struct definition *definition, uint16_t contest,
	const struct outcomes *outcomes, bool incomplete)
{
	const uint64_t *row = tally_row(&outcomes->total, contest);
	json_t *turnout = json_array(), *candidates = json_array();
	char key[ID_MOST + sizeof("_candidates")];
	const struct contest *of = &definition->plan.contest[contest];
	const char *id = of->id;
	report_row(turnout, definition, contest, row);
	report_value(report, id, turnout);
	report_candidates(candidates, definition, contest, row,
		outcomes->standing + of->first, incomplete);
	snprintf(key, sizeof(key), "%s_candidates", id);
	report_value(report, key, candidates);
}

static void report_rulings(struct report *report,
	const struct definition *definition, const struct result *result)
{
	json_t *annulled = json_array(), *lots = json_array();
	for (size_t i = 0; i < result->annulments; i++)
		json_array_append_new(annulled,
			json_pack("{s:s, s:s}", "station",
				definition->plan
					.station[result->annulment[i].station]
					.id,
				"reason", result->annulment[i].reason));
	for (size_t i = 0; i < result->lots; i++)
		json_array_append_new(lots,
			json_string(
				definition->plan.contest[result->lot[i].contest]
					.id));
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

int report_result(struct report *report, const struct definition *definition,
	const struct result *result, bool incomplete)
{
	struct outcomes outcomes;
	refusal refused = outcomes_of(result, &outcomes);
	for (uint16_t c = 0; c < definition->plan.contests && refused == NULL;
		c++)
		report_contest(report, definition, c, &outcomes, incomplete);
	outcomes_free(&outcomes);
	report_rulings(report, definition, result);
	report_number(report, "boxes_counted", result->boxes);
	report_number(report, "boxes_void", result->voids);
	report_number(report, "boxes_unopened", result_unopened(result));
	report_voids(report, &definition->plan, result);
	return refused == NULL ? 0 : fail(EX_DATAERR, NULL, 0, "%s", refused);
}
