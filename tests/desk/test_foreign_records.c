/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cast vote records that other systems made (tests/interop/records), sealed at
 * a station and counted. What others found in them is what must come out.
 */
#include "appliance/formats/crypto.h"
#include "tests/desk/workplace.h"
#include "tests/support/election.h"
#include "tests/verify/paper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { CANDIDATES = 4 };

/* Candidates have the codes 1 to 4 in our definition. */
struct records {
	const char *file;
	const char *map;
	uint64_t named[CANDIDATES]; /* on how many ballots */
	uint64_t first[CANDIDATES]; /* of them before all others */
};

/* Begich, Peltola, Howe, Hafner; the other contests are left out. */
static const struct records dominion = {
	"dominion.json",
	"contest,selection,meaning\n"
	"7,,c1\n7,517,1\n7,518,2\n7,520,3\n7,552,4\n"
	"4,,\n19,,\n51,,\n68,,\n69,,\n71,,\n72,,\n76,,\n77,,\n90,,\n"
	"91,,\n92,,\n93,,\n116,,\n117,,\n118,,\n119,,\n120,,\n121,,\n"
	"122,,\n",
	{ 7, 7, 4, 5 },
	{ 6, 5, 2, 0 },
};

static const struct records nist = {
	"nist-sp-1500-103.json",
	"contest,selection,meaning\n"
	"contest-001,,c1\ncontest-001,cs-candidate_a_name,1\n"
	"contest-001,cs-candidate_b_name,2\n"
	"contest-001,cs-candidate_c_name,3\n"
	"contest-001,cs-candidate_d_name,4\n",
	{ 12, 12, 12, 10 },
	{ 4, 4, 3, 1 },
};

static void put_election(unsigned max_choices)
{
	static const uint16_t code[CANDIDATES] = { 1, 2, 3, 4 };
	char *json = city_json_of(max_choices, code, CANDIDATES);
	write_election(bytes_of_text(json));
	free(json);
}

static int seal(const struct records *records)
{
	char here[4096];
	assert_non_null(getcwd(here, sizeof(here)));
	write_file("map.csv", bytes_of_text(records->map));
	return run("box seal %s/tests/interop/records/%s --map "
		   "map.csv " ELECTION_FILES
		   "--key station.pem --force --output box",
		here, records->file);
}

static void count(const struct records *records, unsigned max_choices,
	const uint64_t *wanted)
{
	static uint64_t votes[WORKPLACE_CODES];
	put_election(max_choices);
	assert_status(seal(records), 0);
	assert_status(run("recount --may-swap box --json --escrow "
			  "escrow.pem " ELECTION_FILES),
		0);
	assert_int_equal(votes_said(votes), CANDIDATES);
	for (size_t i = 0; i < CANDIDATES; i++)
		assert_int_equal(votes[1 + i], wanted[i]);
}

static void a_dominion_export_is_counted(void **state)
{
	(void)state;
	count(&dominion, 1, dominion.first);
	count(&dominion, CANDIDATES, dominion.named);
}

static void a_nist_report_is_counted(void **state)
{
	(void)state;
	count(&nist, 1, nist.first);
	count(&nist, CANDIDATES, nist.named);
}

static void a_contest_that_the_map_has_not_is_named(void **state)
{
	(void)state;
	const struct records without = {
		dominion.file,
		"contest,selection,meaning\n7,,c1\n",
		{ 0 },
		{ 0 },
	};
	put_election(1);
	assert_status(seal(&without), 65);
	assert_said("dominion.json: 1: record 1: the map does not have this "
		    "contest");
}

static int set_up(void **state)
{
	(void)state;
	workplace_make();
	write_key("station.pem", paper_scalar(BODIES, 1));
	write_key("escrow.pem", paper_scalar(BODIES, 0));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	workplace_drop();
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dominion_export_is_counted),
		cmocka_unit_test(a_nist_report_is_counted),
		cmocka_unit_test(a_contest_that_the_map_has_not_is_named),
	};
	crypto_start();
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
