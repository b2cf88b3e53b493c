#include "appliance/desk/result_table.h"

#include "appliance/desk/files.h"

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
	const uint64_t *row, const struct standing *standings)
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
					outcome_text(standings[i].outcome)));
		}
	}
}

static void report_contest(struct report *report,
	const struct definition *definition, uint16_t contest,
	const struct tally *total)
{
	static struct standing standings[CANDIDATES_MOST];
	const uint64_t *row = tally_row(total, contest);
	json_t *turnout = json_array(), *candidates = json_array();
	char key[ID_MOST + sizeof("_candidates")];
	const char *id = definition->plan.contest[contest].id;
	seats_allot(&definition->plan, contest, row + ROW_VOTES, standings);
	report_row(turnout, definition, contest, row);
	report_value(report, id, turnout);
	report_candidates(candidates, definition, contest, row, standings);
	snprintf(key, sizeof(key), "%s_candidates", id);
	report_value(report, key, candidates);
}

int report_result(struct report *report, const struct definition *definition,
	const struct result *result)
{
	struct tally total;
	const struct plan *plan = &definition->plan;
	if (!tally_init(&total, plan, plan_all_contests(plan)))
		return fail(EX_OSERR, NULL, 0, "no memory is left");
	refusal refused = result_total(result, &total);
	for (uint16_t c = 0; c < plan->contests && refused == NULL; c++)
		report_contest(report, definition, c, &total);
	tally_free(&total);
	report_number(report, "boxes_counted", result->boxes);
	report_number(report, "boxes_void", result->voids);
	return refused == NULL ? 0 : fail(EX_DATAERR, NULL, 0, "%s", refused);
}
