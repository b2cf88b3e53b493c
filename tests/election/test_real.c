/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real ballots with published totals, when their folder lies beside the
 * checkout: CSV to ballots v1 to tally must give what was published, less
 * the second naming of an option on one ballot, which the publishers counted
 * and the rule does not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "appliance/election/csv.h"
#include "tests/support/election.h"

#define FOLDER "../shared/data/real/"

enum { LINE_MOST = 8192, CODES = 65536 };

/* One contest, one station, everything by code. */
struct data_set {
	struct plan plan;
	struct candidate candidate[CANDIDATES_MOST];
	struct station station;
	uint64_t published[CODES];
	uint64_t named_again[CODES];
};

static FILE *open_file(const char *set, const char *file)
{
	char path[256];
	FILE *opened;
	snprintf(path, sizeof(path), FOLDER "%s/%s", set, file);
	opened = fopen(path, "re");
	if (opened == NULL)
		fail_msg("%s cannot be opened", path);
	return opened;
}

static void read_published(struct data_set *data, const char *set)
{
	FILE *file = open_file(set, "published.csv");
	char line[LINE_MOST];
	assert_non_null(fgets(line, sizeof(line), file));
	assert_string_equal(line, "code,votes\n");
	while (fgets(line, sizeof(line), file)) {
		char *end;
		unsigned long code = strtoul(line, &end, 10);
		assert_in_range(code, 1, CODES - 1);
		assert_int_equal(*end, ',');
		data->published[code] = strtoull(end + 1, NULL, 10);
		data->candidate[data->plan.candidates++].code = (uint16_t)code;
	}
	fclose(file);
}

static void make_plan(struct data_set *data)
{
	struct plan *plan = &data->plan;
	plan->contests = 1;
	plan->contest[0] = (struct contest){ "c1", RELATIVE_MAJORITY_1, 1, 0,
		CHOICES_MOST, 0, (uint16_t)plan->candidates, 0 };
	plan->candidate = data->candidate;
	plan->stations = 1;
	plan->station = &data->station;
	data->station.contests = contests_first(1);
	data->station.ballots_issued = UINT32_MAX;
	data->station.boxes = 1;
}

static void note_repeats(struct data_set *data, const struct csv_ballot *ballot)
{
	for (size_t i = 0; i < ballot->n; i++)
		for (size_t j = 0; j < i; j++)
			if (ballot->codes[i] == ballot->codes[j]) {
				data->named_again[ballot->codes[i]]++;
				break;
			}
}

static struct bytes read_ballots(struct data_set *data, const char *set)
{
	FILE *file = open_file(set, "ballots.csv");
	struct csv_reader reader = csv_reader_of(&data->plan);
	struct csv_ballot ballot;
	struct ballots_list list;
	char line[LINE_MOST];
	uint8_t *payload = NULL;
	size_t size = 0;
	ballots_list_init(&list);
	while (fgets(line, sizeof(line), file)) {
		bool is_ballot;
		struct bytes text = bytes_of(line, strcspn(line, "\n"));
		assert_null(csv_read(&reader, text, &ballot, &is_ballot));
		if (!is_ballot)
			continue;
		note_repeats(data, &ballot);
		assert_null(ballots_list_add(
			&list, ballot.contest, ballot.codes, ballot.n));
	}
	fclose(file);
	assert_null(
		ballots_list_encode(&list, &data->plan, 0, 1, &payload, &size));
	ballots_list_free(&list);
	return bytes_of(payload, size);
}

/* Gives the number of ballots that name something twice. */
static uint64_t count_set(const char *set)
{
	struct data_set *data = calloc(1, sizeof(*data));
	struct tally tally;
	uint64_t repeated;
	read_published(data, set);
	make_plan(data);
	struct bytes payload = read_ballots(data, set);
	count_box(&data->plan, 0, 1, payload, &tally);
	assert_null(tally_check(&tally, UINT32_MAX));
	for (size_t i = 0; i < data->plan.candidates; i++) {
		uint16_t code = data->candidate[i].code;
		assert_int_equal(tally.cell[ROW_VOTES + i],
			data->published[code] - data->named_again[code]);
	}
	assert_int_equal(tally.cell[ROW_UNKNOWN], 0);
	repeated = tally.cell[ROW_REPEATED];
	tally_free(&tally);
	free((void *)payload.data);
	free(data);
	return repeated;
}

static void totals_are_those_published(void **state)
{
	(void)state;
	assert_int_equal(count_set("hungary-budapest-2024"), 0);
	assert_int_equal(count_set("poland-wroclaw-2017"), 0);
	assert_int_equal(count_set("poland-warszawa-2022-wola"), 1);
	assert_int_equal(count_set("poland-warszawa-2026-grochow"), 2);
	assert_int_equal(count_set("poland-warszawa-2026-sady-zoliborskie"), 3);
}

int main(void)
{
	if (access(FOLDER, R_OK) != 0) {
		puts("1..0 # SKIP the real ballots are not beside the "
		     "checkout");
		return 0;
	}
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(totals_are_those_published),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
