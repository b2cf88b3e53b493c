/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of a million records, in every format that ballots come in: each gives
 * the same payload, and none takes more memory than the ballots themselves.
 */
#include "appliance/formats/crypto.h"
#include "tests/desk/workplace.h"
#include "tests/support/election.h"
#include "tests/verify/paper.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sysexits.h>

#include <cmocka.h>

enum { MEMORY_MOST_KIB = 64 * 1024 };

/* Programs that check every access take longer and more memory. */
#ifdef __SANITIZE_ADDRESS__
enum { RECORDS = 10000 };
#else
enum { RECORDS = 1000000 };
#endif

static void make_election(void)
{
	char *city = city_json();
	json_t *json = json_loads(city, 0, NULL);
	json_t *station = json_array_get(json_object_get(json, "stations"), 0);
	free(city);
	json_object_set_new(station, "ballots_issued", json_integer(1000000));
	char *text = json_dumps(json, 0);
	assert_non_null(text);
	write_election(bytes_of_text(text));
	json_decref(json);
	free(text);
	write_key("station.pem", paper_scalar(BODIES, 1));
}

/* Two of the codes 101 to 160 on every ballot, as an awk program. */
static const char generator[] =
	"BEGIN {\n"
	"  if (form == \"csv\") print \"contest,choices\"\n"
	"  if (form == \"nist\") printf \"{\\\"CVR\\\":[\"\n"
	"  if (form == \"dominion\") printf \"{\\\"Sessions\\\":[\"\n"
	"  for (i = 0; i < records; i++) {\n"
	"    a = 101 + i % 60; b = 101 + i * 31 % 59\n"
	"    comma = i ? \",\" : \"\"\n"
	"    if (form == \"csv\") print \"council,\" a \" \" b\n"
	"    if (form == \"nist\")\n"
	"      printf \"%s\\n{\\\"CVRSnapshot\\\":[{\\\"@id\\\":\\\"s\\\","
	"\\\"CVRContest\\\":[{\\\"CVRContestSelection\\\":["
	"{\\\"ContestSelectionId\\\":\\\"%d\\\",\\\"SelectionPosition\\\":"
	"[{\\\"HasIndication\\\":\\\"yes\\\",\\\"NumberVotes\\\":1}]},"
	"{\\\"ContestSelectionId\\\":\\\"%d\\\",\\\"SelectionPosition\\\":"
	"[{\\\"HasIndication\\\":\\\"yes\\\",\\\"NumberVotes\\\":1}]}],"
	"\\\"ContestId\\\":\\\"council\\\"}]}],"
	"\\\"CurrentSnapshotId\\\":\\\"s\\\"}\", comma, a, b\n"
	"    if (form == \"dominion\")\n"
	"      printf \"%s\\n{\\\"Original\\\":{\\\"IsCurrent\\\":true,"
	"\\\"Cards\\\":[{\\\"Contests\\\":[{\\\"Id\\\":\\\"council\\\","
	"\\\"Marks\\\":[{\\\"CandidateId\\\":%d,\\\"Rank\\\":1,"
	"\\\"IsAmbiguous\\\":false},{\\\"CandidateId\\\":%d,\\\"Rank\\\":1,"
	"\\\"IsAmbiguous\\\":false}]}]}]}}\", comma, a, b\n"
	"  }\n"
	"  if (form != \"csv\") print \"]}\"\n"
	"}\n";

static void encode(const char *form)
{
	assert_int_equal(
		shell("cd %s && awk -v form=%s -v records=%d -f generator "
		      ">ballots",
			folder, form, RECORDS),
		0);
	assert_status(run("box encode ballots " ELECTION_FILES
			  "--key station.pem --output from-%s",
			      form),
		0);
}

static void a_million_records_take_little_memory(void **state)
{
	struct rusage used;
	(void)state;
	encode("csv");
	encode("nist");
	encode("dominion");
	assert_int_equal(shell("cd %s && cmp from-csv from-nist && "
			       "cmp from-csv from-dominion",
				 folder),
		0);
	assert_int_equal(getrusage(RUSAGE_CHILDREN, &used), 0);
#ifndef __SANITIZE_ADDRESS__
	assert_in_range(used.ru_maxrss, 1, MEMORY_MOST_KIB);
#endif
}

static void the_last_record_is_named(void **state)
{
	char place[64];
	(void)state;
	assert_int_equal(shell("cd %s && sed -i '%ds/false/maybe/' ballots",
				 folder, RECORDS + 1),
		0);
	assert_status(run("box encode ballots " ELECTION_FILES
			  "--key station.pem --output none"),
		EX_DATAERR);
	snprintf(place, sizeof(place),
		"ballots: %d: record %d: this is not JSON", RECORDS + 1,
		RECORDS);
	assert_said(place);
}

static int set_up(void **state)
{
	(void)state;
	workplace_make();
	make_election();
	write_file("generator", bytes_of_text(generator));
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
		cmocka_unit_test(a_million_records_take_little_memory),
		cmocka_unit_test(the_last_record_is_named),
	};
	crypto_start();
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
