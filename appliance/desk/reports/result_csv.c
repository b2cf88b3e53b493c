/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A result as CSV, one row for each number. What it may tell was decided
 * before: who calls it has verified the result.
 */
#include "appliance/desk/reports/result_formats.h"
#include "appliance/election/result_form.h"

#include <inttypes.h>

static void quoted(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

/* What a row is about; `station` empty for the sum of all. */
struct scope {
	const struct definition *definition;
	uint16_t contest;
	const char *station;
	bool annulled;
	bool incomplete;
};

static void begin_row(FILE *out, const struct scope *scope, const char *item)
{
	fprintf(out, "%s,%s,%s,%s,",
		scope->definition->plan.contest[scope->contest].id,
		scope->station, scope->annulled ? "yes" : "no", item);
}

/*
 * `standings` NULL for a station, where nobody is elected and no flaws are
 * told.
 */
static void write_scope(FILE *out, const struct scope *scope,
	const uint64_t *row, const struct standing *standings)
{
	const struct plan *plan = &scope->definition->plan;
	const struct contest *contest = &plan->contest[scope->contest];
	const size_t told = standings != NULL ? ROW_VOTES : ROW_FLAWS;
	for (size_t i = 0; i < told; i++) {
		begin_row(out, scope, result_row_name[i]);
		fprintf(out, ",,,%" PRIu64 ",,\r\n", row[i]);
	}
	for (size_t i = 0; i < contest->candidates; i++) {
		const size_t at = contest->first + i;
		const struct name *name =
			&scope->definition->candidate_name[at];
		begin_row(out, scope, "votes");
		fprintf(out, "%u,", plan->candidate[at].code);
		quoted(out, name->fa);
		fputc(',', out);
		quoted(out, name->en);
		fprintf(out, ",%" PRIu64 ",", row[ROW_VOTES + i]);
		if (standings != NULL)
			fprintf(out, "%u,%s\r\n", standings[at].rank,
				outcome_told(standings[at].outcome,
					scope->incomplete));
		else
			fputs(",\r\n", out);
	}
}

static void write_station(
	FILE *out, const struct scope *scope, const uint32_t *row)
{
	const size_t size =
		result_row_size(&scope->definition->plan, scope->contest);
	uint64_t wide[ROW_VOTES + CANDIDATES_MOST];
	for (size_t i = 0; i < size; i++)
		wide[i] = row[i];
	write_scope(out, scope, wide, NULL);
}

static void write_contest(FILE *out, struct scope *scope,
	const struct result *result, const struct outcomes *outcomes)
{
	const struct plan *plan = result->plan;
	scope->station = "";
	scope->annulled = false;
	write_scope(out, scope, tally_row(&outcomes->total, scope->contest),
		outcomes->standing);
	for (size_t s = 0; s < plan->stations; s++) {
		scope->station = plan->station[s].id;
		scope->annulled = result_is_annulled(result, s);
		if (result_row(result, s, scope->contest) != NULL)
			write_station(out, scope,
				result_row(result, s, scope->contest));
	}
}

/* Of no contest: they come first. */
static void write_boxes(
	FILE *out, const char *station, const char *item, size_t number)
{
	fprintf(out, ",%s,no,%s,,,,%zu,,\r\n", station, item, number);
}

static void write_delivery(FILE *out, const struct delivery *delivery)
{
	write_boxes(out, "", "boxes_due", delivery->due);
	write_boxes(out, "", "boxes_counted", delivery->counted);
	write_boxes(out, "", "boxes_void", delivery->voids);
	write_boxes(out, "", "boxes_unopened", delivery->unopened);
	write_boxes(out, "", "boxes_missing", delivery->missing);
	for (size_t s = 0; s < delivery->plan->stations; s++)
		if (delivery->missing_of[s] > 0)
			write_boxes(out, delivery->plan->station[s].id,
				"boxes_missing", delivery->missing_of[s]);
}

bool result_csv(FILE *out, const struct definition *definition,
	const struct result *result, const struct outcomes *outcomes,
	const struct delivery *delivery)
{
	struct scope scope = {
		.definition = definition,
		.incomplete =
			delivery != NULL && delivery_without(delivery) > 0,
	};
	fputs("contest,station,annulled,item,code,name_fa,name_en,count,rank,"
	      "outcome\r\n",
		out);
	if (delivery != NULL)
		write_delivery(out, delivery);
	for (; scope.contest < definition->plan.contests; scope.contest++)
		write_contest(out, &scope, result, outcomes);
	return fflush(out) == 0 && !ferror(out);
}
