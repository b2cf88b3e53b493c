/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real ballots with published totals, when their folder lies beside the
 * checkout, as a station seals them and an auditor counts them again. What was
 * published is what must come out, less the second naming of an option on
 * one ballot: the rule counts a repeated name once, the publishers twice.
 */
#include "appliance/formats/crypto.h"
#include "tests/desk/workplace.h"
#include "tests/support/election.h"
#include "tests/verify/paper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define FOLDER "../shared/data/real/"

enum { LINE_MOST = 8192, CODES = WORKPLACE_CODES };

struct data_set {
	uint64_t published[CODES];
	bool known[CODES];
	uint64_t repeating; /* ballots that name something again */
};

static FILE *open_file(const char *set, const char *file)
{
	char path[256];
	snprintf(path, sizeof(path), FOLDER "%s/%s", set, file);
	FILE *opened = fopen(path, "re");
	assert_non_null(opened);
	return opened;
}

static void read_published(struct data_set *data, const char *set)
{
	FILE *file = open_file(set, "published.csv");
	char line[LINE_MOST];
	assert_non_null(fgets(line, sizeof(line), file));
	while (fgets(line, sizeof(line), file) != NULL) {
		char *end;
		unsigned long code = strtoul(line, &end, 10);
		assert_in_range(code, 1, CODES - 1);
		data->published[code] = strtoull(end + 1, NULL, 10);
		data->known[code] = true;
	}
	fclose(file);
}

/* Of one ballot: a name that stands there again is published twice. */
static void leave_out_repeats(struct data_set *data, char *choices)
{
	unsigned long seen[64];
	size_t count = 0;
	bool repeating = false;
	for (char *at = choices; *at >= '0' && *at <= '9';) {
		unsigned long code = strtoul(at, &at, 10);
		bool again = false;
		for (size_t i = 0; i < count; i++)
			again |= seen[i] == code;
		assert_true(count < 64);
		seen[count++] = code;
		data->published[code] -= again;
		repeating |= again;
		at += *at == ' ';
	}
	data->repeating += repeating;
}

static void read_ballots(struct data_set *data, const char *set)
{
	FILE *file = open_file(set, "ballots.csv");
	char line[LINE_MOST];
	assert_non_null(fgets(line, sizeof(line), file));
	while (fgets(line, sizeof(line), file) != NULL)
		leave_out_repeats(data, strchr(line, ',') + 1);
	fclose(file);
}

static void put_election(const struct data_set *data)
{
	static uint16_t code[CODES];
	size_t codes = 0;
	for (unsigned i = 0; i < CODES; i++)
		if (data->known[i])
			code[codes++] = (uint16_t)i;
	char *json = city_json_of(64, code, codes);
	write_election(bytes_of_text(json));
	free(json);
}

static void compare(const struct data_set *data)
{
	static uint64_t votes[WORKPLACE_CODES];
	size_t known = 0;
	const size_t candidates = votes_said(votes);
	for (size_t code = 0; code < CODES; code++)
		if (data->known[code]) {
			assert_int_equal(votes[code], data->published[code]);
			known++;
		}
	assert_int_equal(candidates, known);
}

/* Gives how many ballots name something again. */
static uint64_t count_set(const char *set)
{
	struct data_set *data = calloc(1, sizeof(*data));
	char here[4096];
	assert_non_null(data);
	assert_non_null(getcwd(here, sizeof(here)));
	read_published(data, set);
	read_ballots(data, set);
	put_election(data);
	assert_status(run("box seal %s/" FOLDER "%s/ballots.csv " ELECTION_FILES
			  "--key station.pem --force --output box",
			      here, set),
		0);
	assert_status(run("recount --may-swap box --json --escrow "
			  "escrow.pem " ELECTION_FILES),
		0);
	compare(data);
	uint64_t repeating = data->repeating;
	free(data);
	return repeating;
}

static void totals_are_those_published(void **state)
{
	(void)state;
	workplace_make();
	write_key("station.pem", paper_scalar(BODIES, 1));
	write_key("escrow.pem", paper_scalar(BODIES, 0));
	assert_int_equal(count_set("hungary-budapest-2024"), 0);
	assert_int_equal(count_set("poland-wroclaw-2017"), 0);
	assert_int_equal(count_set("poland-warszawa-2022-wola"), 1);
	assert_int_equal(count_set("poland-warszawa-2026-grochow"), 2);
	assert_int_equal(count_set("poland-warszawa-2026-sady-zoliborskie"), 3);
	workplace_drop();
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
	crypto_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
