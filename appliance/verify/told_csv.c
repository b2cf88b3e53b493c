/* SPDX-License-Identifier: Apache-2.0 */
/* CSV: how a spreadsheet takes it. told.h has the contract. */
#include "appliance/verify/told.h"

#include "appliance/election/result_form.h"

#include <string.h>

/* Without it Excel takes Persian for the letters of some code page. */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* Ballot papers and boxes of a station, or of several. */
struct supply {
	uint64_t issued;
	uint64_t due;
	uint64_t counted;
};

/* What a row is about; `station` -1 for the sum of all. */
struct scope {
	const struct told *told;
	struct writer *out;
	int contest; /* -1: of no contest */
	int station;
	struct supply supply;
};

/*
 * A cell of somebody's text. One that a spreadsheet would take for a formula
 * has an apostrophe before it, with which it is a text.
 */
static void write_cell(struct writer *out, struct bytes text)
{
	write_u8(out, '"');
	if (text.size > 0 && strchr("=+-@", text.data[0]) != NULL)
		write_u8(out, '\'');
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] == '"')
			write_u8(out, '"');
		write_u8(out, text.data[i]);
	}
	write_u8(out, '"');
}

static void write_text_cell(struct writer *out, const char *text)
{
	write_cell(out, bytes_of_text(text));
	write_u8(out, ',');
}

static void write_name(struct writer *out, const struct name *name)
{
	write_text_cell(out, name->fa);
	write_text_cell(out, name->en);
}

static void write_nothing(struct writer *out, unsigned cells)
{
	while (cells-- > 0)
		write_u8(out, ',');
}

static void write_place(const struct scope *scope)
{
	const struct definition *definition = scope->told->definition;
	write_text_cell(scope->out, definition->plan.id);
	write_name(scope->out, &definition->title);
	if (scope->told->chain != NULL)
		write_cell(scope->out, scope->told->chain->serial);
	write_u8(scope->out, ',');
}

static void write_station(const struct scope *scope)
{
	const struct definition *definition = scope->told->definition;
	if (scope->station < 0) {
		write_nothing(scope->out, 3);
		return;
	}
	write_text_cell(
		scope->out, definition->plan.station[scope->station].id);
	write_name(scope->out, &definition->station_name[scope->station]);
}

static bool is_annulled(const struct scope *scope)
{
	return scope->station >= 0 &&
	       result_is_annulled(scope->told->result, (size_t)scope->station);
}

static void write_supply(const struct scope *scope)
{
	write_decimal(scope->out, scope->supply.issued);
	write_u8(scope->out, ',');
	write_decimal(scope->out, scope->supply.due);
	write_u8(scope->out, ',');
	write_decimal(scope->out, scope->supply.counted);
	write_u8(scope->out, ',');
}

/* Up to the item, which is a word of ours. */
static void begin_row(const struct scope *scope, const char *item)
{
	const struct definition *definition = scope->told->definition;
	write_place(scope);
	if (scope->contest >= 0)
		write_text_cell(scope->out,
			definition->plan.contest[scope->contest].id);
	else
		write_nothing(scope->out, 1);
	write_station(scope);
	write_supply(scope);
	write_text(scope->out, is_annulled(scope) ? "yes," : "no,");
	write_text(scope->out, item);
	write_u8(scope->out, ',');
}

/* A number that is no candidate's. */
static void write_number(
	const struct scope *scope, const char *item, uint64_t number)
{
	begin_row(scope, item);
	write_nothing(scope->out, 3);
	write_decimal(scope->out, number);
	write_text(scope->out, ",,\r\n");
}

/* `standing` NULL for a station, where nobody is elected. */
static void write_candidate(const struct scope *scope, size_t number,
	uint64_t votes, const struct standing *standing)
{
	const struct told *told = scope->told;
	const struct plan *plan = &told->definition->plan;
	const size_t at = plan->contest[scope->contest].first + number;
	begin_row(scope, "votes");
	write_decimal(scope->out, plan->candidate[at].code);
	write_u8(scope->out, ',');
	write_name(scope->out, &told->definition->candidate_name[at]);
	write_decimal(scope->out, votes);
	write_u8(scope->out, ',');
	if (standing != NULL)
		write_decimal(scope->out, standing->rank);
	write_u8(scope->out, ',');
	if (standing != NULL)
		write_text(scope->out, outcome_told(standing->outcome,
					       told_is_incomplete(told)));
	write_text(scope->out, "\r\n");
}

static void write_total(const struct scope *scope)
{
	const struct told *told = scope->told;
	const uint16_t contest = (uint16_t)scope->contest;
	const struct contest *of = &told->definition->plan.contest[contest];
	const uint64_t *row = tally_row(&told->outcomes->total, contest);
	for (size_t i = 0; i < ROW_VOTES; i++)
		write_number(scope, result_row_name[i], row[i]);
	for (size_t i = 0; i < of->candidates; i++)
		write_candidate(scope, i, row[ROW_VOTES + i],
			&told->outcomes->standing[of->first + i]);
}

/* Flaws are told of no station. */
static void write_station_rows(const struct scope *scope)
{
	const struct told *told = scope->told;
	const uint16_t contest = (uint16_t)scope->contest;
	const uint32_t *row =
		result_row(told->result, (size_t)scope->station, contest);
	const size_t candidates =
		told->definition->plan.contest[contest].candidates;
	if (row == NULL)
		return;
	for (size_t i = 0; i < ROW_FLAWS; i++)
		write_number(scope, result_row_name[i], row[i]);
	for (size_t i = 0; i < candidates; i++)
		write_candidate(scope, i, row[ROW_VOTES + i], NULL);
}

static void write_boxes_of_all(const struct scope *scope)
{
	const struct delivery *delivery = scope->told->delivery;
	if (delivery == NULL)
		return;
	write_number(scope, "boxes_due", delivery->due);
	write_number(scope, "boxes_counted", delivery->counted);
	write_number(scope, "boxes_void", delivery->voids);
	write_number(scope, "boxes_unopened", delivery->unopened);
	write_number(scope, "boxes_missing", delivery->missing);
}

static void write_boxes_of_station(const struct scope *scope)
{
	const struct told *told = scope->told;
	const size_t station = (size_t)scope->station;
	if (told->delivery == NULL)
		return;
	write_number(scope, "boxes_due", scope->supply.due);
	write_number(scope, "boxes_counted", scope->supply.counted);
	write_number(
		scope, "boxes_void", told->result->voids_of[station].count);
	write_number(
		scope, "boxes_missing", told->delivery->missing_of[station]);
}

static void add_supply(
	const struct told *told, size_t station, struct supply *supply)
{
	const struct station *of = &told->definition->plan.station[station];
	supply->issued += of->ballots_issued;
	supply->due += of->boxes;
	supply->counted +=
		result_station_boxes(told->result, (uint16_t)station);
}

/* Of the stations whose votes are in the contest's sums; -1: of all. */
static struct supply supply_of(const struct told *told, int contest)
{
	const struct plan *plan = &told->definition->plan;
	struct supply supply = { 0 };
	for (size_t s = 0; s < plan->stations; s++)
		if (contest < 0 ||
			(result_votes_on(plan, s, (uint16_t)contest) &&
				!result_is_annulled(told->result, s)))
			add_supply(told, s, &supply);
	return supply;
}

static void write_of_all(const struct scope *scope)
{
	(scope->contest < 0 ? write_boxes_of_all : write_total)(scope);
}

static void write_of_station(const struct scope *scope)
{
	(scope->contest < 0 ? write_boxes_of_station : write_station_rows)(
		scope);
}

static void write_heading(struct writer *out)
{
	write_text(out, BYTE_ORDER_MARK
		"election,place_fa,place_en,machine,contest,station,"
		"station_fa,station_en,issued,boxes_due,boxes_counted,"
		"annulled,item,code,name_fa,name_en,count,rank,outcome\r\n");
}

static void go_on(const struct plan *plan, struct told_place *at)
{
	if (at->line++ < plan->stations)
		return;
	at->part++;
	at->line = 0;
}

bool told_csv_next(
	struct writer *out, const struct told *told, struct told_place *at)
{
	const struct plan *plan = &told->definition->plan;
	struct scope scope = { told, out, (int)at->part - 1, (int)at->line - 1,
		{ 0 } };
	if (at->part > plan->contests)
		return false;
	if (at->part == 0 && at->line == 0)
		write_heading(out);
	if (scope.station < 0) {
		scope.supply = supply_of(told, scope.contest);
		write_of_all(&scope);
	} else {
		add_supply(told, (size_t)scope.station, &scope.supply);
		write_of_station(&scope);
	}
	go_on(plan, at);
	return true;
}

void told_csv(struct writer *out, const struct told *told)
{
	struct told_place at = { 0 };
	while (told_csv_next(out, told, &at))
		;
}
