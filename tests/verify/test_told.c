/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A result for programs, of definitions that a hostile authority could sign:
 * no id takes another member's place in the JSON, and no name is a formula, a
 * cell of its own or another letter in a spreadsheet.
 */
#include "appliance/verify/told.h"
#include "tests/support/election.h"
#include "tests/verify/paper.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CELLS_MOST_ROW = 32, COLUMNS = 19 };

static const char *const ids[] = { "x", "x_candidates", "election", "result" };
enum { IDS = sizeof(ids) / sizeof(ids[0]) };

/* Whose chain and checks are told with every result. */
static struct paper *paper;

/* A result of the first stations, and how it is told. */
struct sample {
	struct definition definition;
	struct result result;
	struct outcomes outcomes;
	struct delivery delivery;
	struct told told;
};

static void count_station(struct sample *sample, uint16_t station)
{
	const struct plan *plan = &sample->definition.plan;
	struct bytes payload = sampled_box(plan, station, station);
	struct tally tally;
	count_box(plan, station, 1, payload, &tally);
	const struct result_box box = { .entry = 10u + station,
		.station = station,
		.sequence = 1,
		.ballots = tally_ballots(&tally) };
	assert_null(result_add_box(&sample->result, &box, &tally));
	tally_free(&tally);
	free((void *)payload.data);
}

/* Takes the reference over. Two of twelve stations are counted. */
static void sample_of(struct sample *sample, json_t *json)
{
	char error[DEFINITION_ERROR_MOST];
	char *text = json_dumps(json, 0);
	json_decref(json);
	if (!definition_parse(&sample->definition, bytes_of_text(text), error))
		fail_msg("%s", error);
	free(text);
	const struct plan *plan = &sample->definition.plan;
	assert_true(result_init(&sample->result, plan));
	count_station(sample, 0);
	count_station(sample, 1);
	assert_null(outcomes_of(&sample->result, &sample->outcomes));
	assert_null(delivery_begin(&sample->delivery, plan));
	delivery_set_result(&sample->delivery, &sample->result);
	sample->told = (struct told){ .definition = &sample->definition,
		.chain = &paper->chain,
		.checks = &paper->checks,
		.result = &sample->result,
		.outcomes = &sample->outcomes,
		.delivery = &sample->delivery };
}

static void drop(struct sample *sample)
{
	delivery_free(&sample->delivery);
	outcomes_free(&sample->outcomes);
	result_free(&sample->result);
	definition_free(&sample->definition);
}

static json_t *city(void)
{
	char *text = city_json();
	json_t *json = json_loads(text, 0, NULL);
	free(text);
	assert_non_null(json);
	return json;
}

/* The sample city with a contest of each of these ids in every station. */
static json_t *city_of_ids(void)
{
	json_t *json = city();
	json_t *one = json_array_get(json_object_get(json, "contests"), 0);
	json_t *contests = json_array(), *voted = json_array(), *station;
	size_t index;
	for (size_t i = 0; i < IDS; i++) {
		json_t *copy = json_deep_copy(one);
		json_object_set_new(copy, "id", json_string(ids[i]));
		json_array_append_new(contests, copy);
		json_array_append_new(voted, json_string(ids[i]));
	}
	json_object_set_new(json, "contests", contests);
	json_array_foreach(json_object_get(json, "stations"), index, station)
	{
		json_object_set_new(station, "contests", json_deep_copy(voted));
	}
	json_decref(voted);
	return json;
}

static json_t *told_as_json(const struct sample *sample)
{
	struct bytes text;
	assert_true(told_written(told_json, &sample->told, &text));
	json_t *json = json_loadb((const char *)text.data, text.size,
		JSON_REJECT_DUPLICATES, NULL);
	free((void *)text.data);
	assert_non_null(json);
	return json;
}

static void no_id_takes_a_members_place(void **state)
{
	struct sample sample = { 0 };
	(void)state;
	sample_of(&sample, city_of_ids());
	json_t *told = told_as_json(&sample);
	json_t *contests = json_object_get(told, "contests");
	assert_string_equal(
		json_string_value(json_object_get(told, "election")),
		sample.definition.plan.id);
	assert_int_equal(json_string_length(json_object_get(told, "result")),
		2 * SHA256_SIZE);
	assert_int_equal(json_array_size(contests), IDS);
	for (size_t i = 0; i < IDS; i++) {
		json_t *contest = json_array_get(contests, i);
		assert_string_equal(
			json_string_value(json_object_get(contest, "id")),
			ids[i]);
		assert_int_equal(
			json_array_size(json_object_get(contest, "candidates")),
			sample.definition.plan.contest[i].candidates);
		assert_null(json_object_get(told, "x"));
	}
	json_decref(told);
	drop(&sample);
}

static json_int_t number_in(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	assert_true(json_is_integer(value));
	return json_integer_value(value);
}

/* Votes of stations stand beside the contest's candidates. */
static void stations_make_up_the_totals(void **state)
{
	struct sample sample = { 0 };
	(void)state;
	sample_of(&sample, city_of_ids());
	json_t *told = told_as_json(&sample);
	json_t *stations = json_object_get(told, "stations"), *station;
	json_t *contest = json_array_get(json_object_get(told, "contests"), 1);
	json_t *candidates = json_object_get(contest, "candidates");
	size_t s, sum_of_boxes = 0;
	for (size_t i = 0; i < json_array_size(candidates); i++) {
		json_int_t sum = 0;
		json_array_foreach(stations, s, station)
		{
			json_t *row = json_array_get(
				json_object_get(station, "contests"), 1);
			sum += json_integer_value(json_array_get(
				json_object_get(row, "votes"), i));
		}
		assert_int_equal(
			sum, number_in(json_array_get(candidates, i), "votes"));
	}
	json_array_foreach(stations, s, station)
	{
		sum_of_boxes += (size_t)number_in(station, "boxes_counted");
		assert_int_equal(number_in(station, "boxes_due"),
			number_in(station, "boxes_counted") +
				number_in(station, "boxes_missing"));
	}
	assert_int_equal(sum_of_boxes, 2);
	assert_true(json_is_true(json_object_get(told, "incomplete")));
	json_decref(told);
	drop(&sample);
}

/* What a page is shown of a result that was refused. */
static void no_number_is_told_without_a_result(void **state)
{
	struct sample sample = { 0 };
	(void)state;
	sample_of(&sample, city());
	sample.told.result = NULL;
	sample.told.outcomes = NULL;
	sample.told.delivery = NULL;
	json_t *told = told_as_json(&sample);
	static const char *const numbers[] = { "contests", "stations",
		"boxes_counted", "boxes_due", "completeness" };
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		assert_null(json_object_get(told, numbers[i]));
	assert_true(json_array_size(json_object_get(told, "checks")) > 0);
	json_decref(told);
	drop(&sample);
}

/* Cells of one row, as RFC 4180 has them; `at` goes behind the row. */
struct row {
	size_t cells;
	char cell[CELLS_MOST_ROW][256];
};

static void read_cell(const char **at, char cell[256])
{
	size_t size = 0;
	const bool quoted = **at == '"';
	*at += quoted;
	while (quoted ? **at != '"' || (*at)[1] == '"'
		      : **at != ',' && **at != '\r') {
		*at += quoted && **at == '"';
		cell[size++] = *(*at)++;
		assert_in_range(size, 0, 254);
	}
	*at += quoted;
	cell[size] = '\0';
}

static void read_row(const char **at, struct row *row)
{
	for (row->cells = 0;; (*at)++) {
		assert_in_range(row->cells, 0, CELLS_MOST_ROW - 1);
		read_cell(at, row->cell[row->cells++]);
		if (**at != ',')
			break;
	}
	assert_memory_equal(*at, "\r\n", 2);
	*at += 2;
}

static json_t *renamed(const char *fa, const char *en)
{
	json_t *json = city();
	json_t *contest = json_array_get(json_object_get(json, "contests"), 0);
	json_t *candidate =
		json_array_get(json_object_get(contest, "candidates"), 0);
	json_t *station = json_array_get(json_object_get(json, "stations"), 1);
	json_object_set_new(
		candidate, "name", json_pack("{s:s, s:s}", "fa", fa, "en", en));
	json_object_set_new(
		station, "name", json_pack("{s:s, s:s}", "fa", fa, "en", en));
	return json;
}

static char *told_as_csv(const struct sample *sample)
{
	struct bytes text;
	assert_true(told_written(told_csv, &sample->told, &text));
	char *csv = strndup((const char *)text.data, text.size);
	free((void *)text.data);
	assert_non_null(csv);
	return csv;
}

/* Which columns a spreadsheet finds under their names. */
enum {
	ELECTION = 0,
	PLACE_FA = 1,
	MACHINE = 3,
	STATION = 5,
	STATION_FA = 6,
	ISSUED = 8,
	DUE = 9,
	COUNTED = 10,
	ITEM = 12,
	CODE = 13,
	NAME_FA = 14,
	NAME_EN = 15
};

static void the_csv_has_columns_for_a_spreadsheet(void **state)
{
	struct sample sample = { 0 };
	struct row row;
	(void)state;
	sample_of(&sample, renamed("\u0645\u0631\u06cc\u0645", "Maryam"));
	char *csv = told_as_csv(&sample);
	const char *at = csv;
	const struct plan *plan = &sample.definition.plan;
	assert_memory_equal(at, "\xef\xbb\xbf", 3);
	at += 3;
	read_row(&at, &row);
	assert_int_equal(row.cells, COLUMNS);
	assert_string_equal(row.cell[ISSUED], "issued");
	assert_string_equal(row.cell[NAME_EN], "name_en");
	while (*at != '\0') {
		read_row(&at, &row);
		assert_int_equal(row.cells, COLUMNS);
		assert_string_equal(row.cell[ELECTION], plan->id);
		assert_string_equal(
			row.cell[PLACE_FA], sample.definition.title.fa);
		assert_string_equal(row.cell[MACHINE], "SQ-7");
		if (strcmp(row.cell[STATION], plan->station[1].id) != 0)
			continue;
		assert_string_equal(
			row.cell[STATION_FA], "\u0645\u0631\u06cc\u0645");
		assert_int_equal(strtoul(row.cell[ISSUED], NULL, 10),
			plan->station[1].ballots_issued);
		assert_string_equal(row.cell[DUE], "1");
		assert_string_equal(row.cell[COUNTED], "1");
	}
	free(csv);
	drop(&sample);
}

static void no_name_is_a_formula(void **state)
{
	static const char *const names[] = { "=1+1", "+98", "-7", "@SUM(A1)" };
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct sample sample = { 0 };
		struct row row;
		size_t seen = 0;
		sample_of(&sample, renamed(names[i], "a \"b\", c"));
		char *csv = told_as_csv(&sample);
		for (const char *at = csv; *at != '\0';) {
			read_row(&at, &row);
			assert_int_equal(row.cells, COLUMNS);
			for (size_t c = 0; c < row.cells; c++)
				assert_null(strchr("=+-@",
					row.cell[c][0] != '\0' ? row.cell[c][0]
							       : 'x'));
			if (strcmp(row.cell[NAME_EN], "a \"b\", c") != 0)
				continue;
			assert_int_equal(row.cell[NAME_FA][0], '\'');
			assert_string_equal(row.cell[NAME_FA] + 1, names[i]);
			seen++;
		}
		assert_true(seen > 0);
		free(csv);
		drop(&sample);
	}
}

static int make(void **state)
{
	(void)state;
	paper = paper_make();
	return 0;
}

static int drop_paper(void **state)
{
	(void)state;
	paper_free(paper);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_id_takes_a_members_place),
		cmocka_unit_test(stations_make_up_the_totals),
		cmocka_unit_test(no_number_is_told_without_a_result),
		cmocka_unit_test(the_csv_has_columns_for_a_spreadsheet),
		cmocka_unit_test(no_name_is_a_formula),
	};
	return cmocka_run_group_tests(tests, make, drop_paper);
}
