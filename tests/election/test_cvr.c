/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cast vote records of NIST SP 1500-103 and of Dominion, in pieces of any size:
 * the ballots that come out of a document, and what is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "appliance/election/cvr.h"
#include "tests/support/election.h"
#include "tests/support/pieces.h"

/* What came out, as the CSV line of each ballot, and a document in pieces. */
struct reading {
	struct village village;
	struct cvr_map map;
	bool mapped;
	struct pieces pieces;
	char text[4096];
	struct writer out;
	struct cvr_reader reader;
};

static refusal write_ballot(
	void *context, uint16_t contest, const uint16_t *codes, size_t n)
{
	struct reading *reading = context;
	write_text(&reading->out, reading->village.plan.contest[contest].id);
	for (size_t i = 0; i < n; i++) {
		write_u8(&reading->out, i == 0 ? ':' : ' ');
		write_decimal(&reading->out, codes[i]);
	}
	write_u8(&reading->out, '\n');
	return NULL;
}

static int set_up(void **state)
{
	struct reading *reading = calloc(1, sizeof(*reading));
	assert_non_null(reading);
	village_init(&reading->village);
	reading->pieces.size = SIZE_MAX;
	*state = reading;
	return 0;
}

static int tear_down(void **state)
{
	struct reading *reading = *state;
	cvr_map_free(&reading->map);
	free(reading);
	return 0;
}

static void use_map(struct reading *reading, const char *text)
{
	uint64_t line;
	assert_null(cvr_map_read(&reading->map, &reading->village.plan,
		bytes_of_text(text), &line));
	reading->mapped = true;
}

static refusal read_document(struct reading *reading, const char *document)
{
	const struct json_source source = { &reading->pieces, next_piece };
	reading->pieces.rest = bytes_of_text(document);
	reading->out = writer_of(reading->text, sizeof(reading->text) - 1);
	cvr_begin(&reading->reader, &reading->village.plan,
		reading->mapped ? &reading->map : NULL, source, write_ballot,
		reading);
	refusal why = cvr_read(&reading->reader);
	assert_false(reading->out.broken);
	reading->text[reading->out.size] = '\0';
	return why;
}

static void assert_read(
	struct reading *reading, const char *document, const char *ballots)
{
	refusal why = read_document(reading, document);
	if (why != NULL)
		fail_msg("line %llu, record %llu: %s",
			(unsigned long long)reading->reader.line,
			(unsigned long long)reading->reader.record, why);
	assert_string_equal(reading->text, ballots);
}

/*
 * NIST
 */

#define REPORT(records)                                                        \
	"{\"@type\":\"CVR.CastVoteRecordReport\",\"Version\":\"1.0.0\","       \
	"\n\"CVR\":[\n" records "\n],\"Election\":[{\"@id\":\"e\"}]}"
#define RECORD(contests)                                                       \
	"{\"@type\":\"CVR.CVR\",\"CVRSnapshot\":[{\"@id\":\"s\","              \
	"\"Type\":\"original\",\"CVRContest\":[" contests "]}],"               \
	"\"CurrentSnapshotId\":\"s\"}"
#define CONTEST(id, selections)                                                \
	"{\"CVRContestSelection\":[" selections "],\"ContestId\":\"" id "\"}"
#define SELECTION(id, position)                                                \
	"{\"ContestSelectionId\":\"" id "\",\"SelectionPosition\":"            \
	"[{\"NumberVotes\":1," position "}]}"
#define MARK(id) SELECTION(id, "\"HasIndication\":\"yes\"")
#define NO_MARK(id) SELECTION(id, "\"HasIndication\":\"no\"")

static void nist_marks_become_ballots(void **state)
{
	assert_read(*state,
		REPORT(RECORD(CONTEST("council",
			MARK("4") "," NO_MARK("2") "," MARK("1") "," MARK(
				"60000")) "," CONTEST("mayor",
			"")) ",\n" RECORD(CONTEST("mayor", MARK("2")))),
		"council:4 1 60000\nmayor\nmayor:2\n");
}

static void nist_marks_go_by_rank(void **state)
{
	assert_read(*state,
		REPORT(RECORD(CONTEST("council",
			SELECTION("3", "\"Rank\":2,\"HasIndication\":"
				       "\"yes\"") "," SELECTION("5",
				"\"Rank\":1,\"HasIndication\":"
				"\"yes\"") "," SELECTION("1",
				"\"Rank\":2,\"HasIndication\":"
				"\"yes\"")))),
		"council:5 3 1\n");
}

static void nist_current_snapshot_is_read(void **state)
{
	assert_read(*state,
		REPORT("{\"CurrentSnapshotId\":\"b\",\"CVRSnapshot\":["
		       "{\"CVRContest\":[" CONTEST("clerk",
			       MARK("x")) "],\"@id\":\"a\"},"
					  "{\"CVRContest\":[" CONTEST("mayor",
						  MARK("3")) "],\"@id\":"
							     "\"b\"},"
							     "{\"@id\":\"c\"}"
							     "]}"),
		"mayor:3\n");
}

/* What the exporting system made of a mark is not ours to follow. */
static void nist_marks_are_not_votes(void **state)
{
	static const char rules[] = REPORT(RECORD(CONTEST("mayor",
		SELECTION("1",
			"\"HasIndication\":\"yes\",\"IsAllocable\":\"no\","
			"\"Status\":[\"invalidated-rules\"]") "," SELECTION("2",
			"\"HasIndication\":\"yes\",\"IsAllocable\":\"no\""))));
	static const char people[] = REPORT(RECORD(CONTEST("mayor",
		SELECTION("1",
			"\"Status\":[\"adjudicated\"],\"HasIndication\":"
			"\"yes\",\"IsAllocable\":\"no\"") "," SELECTION("2",
			"\"HasIndication\":\"yes\",\"IsAllocable\":\"yes\","
			"\"Status\":[\"other\",\"adjudicated\"]"))));
	assert_read(*state, rules, "mayor:1 2\n");
	assert_read(*state, people, "mayor:2\n");
}

/*
 * Dominion
 */

#define EXPORT(sessions)                                                       \
	"{\"Version\":\"5.10.50.85\",\"ElectionId\":\"x\",\"Sessions\":["      \
	"\n" sessions "\n]}"
#define D_CONTEST(id, marks)                                                   \
	"{\"Id\":" id ",\"Overvotes\":0,\"Marks\":[" marks "]}"
#define D_MARK(id, rank)                                                       \
	"{\"CandidateId\":" id ",\"Rank\":" rank                               \
	",\"IsAmbiguous\":false,\"IsVote\":true}"
#define D_FAINT(id)                                                            \
	"{\"CandidateId\":" id ",\"Rank\":1,\"IsAmbiguous\":true,"             \
	"\"IsVote\":false}"

static const char dominion_map[] = "contest,selection,meaning\r\n"
				   "7,,council\r\n"
				   "\"7\",\"11\",\"6\"\n"
				   "7,12,5\n"
				   "7,99,65535\n"
				   "8,,mayor\n"
				   "8,11,1\n"
				   "9,,";

static void dominion_marks_become_ballots(void **state)
{
	use_map(*state, dominion_map);
	assert_read(*state,
		EXPORT("{\"RecordId\":\"X\",\"Original\":{\"IsCurrent\":true,"
		       "\"Cards\":[{\"Id\":1,\"Contests\":[" D_CONTEST("7",
			       D_MARK("12", "1") "," D_FAINT("99") "," D_MARK(
				       "11",
				       "1")) "]},{\"Contests\":[" D_CONTEST("8",
			       "") "," D_CONTEST("9",
			       D_MARK("1", "1")) "]}]}},\n"
						 "{\"Original\":{\"IsCurrent\":"
						 "true,"
						 "\"Contests\":[" D_CONTEST("8",
							 D_MARK("11",
								 "1")) "]}}"),
		"council:5 6\nmayor\nmayor:1\n");
}

static void dominion_current_state_is_read(void **state)
{
	use_map(*state, dominion_map);
	assert_read(*state,
		EXPORT("{\"Original\":{\"Contests\":[" D_CONTEST("8",
			D_MARK("11",
				"1")) "],\"IsCurrent\":false},"
				      "\"Modified\":{\"Contests\":[" D_CONTEST(
					      "7",
					      D_MARK("12", "2") "," D_MARK("11",
						      "1")) "],\"IsCurrent\":"
							    "true}}"),
		"council:6 5\n");
}

/*
 * Both
 */

#define STATE(rest)                                                            \
	EXPORT("{\"Original\":{\"IsCurrent\":true,\"Contests\":[" rest "]}}")

static const struct {
	const char *document;
	const char *why;
	unsigned record;
	unsigned line;
} wrong[] = {
	{ "[]", "an object was expected here", 0, 1 },
	{ "{\"a\":\n1}",
		"this is neither a NIST SP 1500-103 report (\"CVR\") nor a "
		"Dominion export (\"Sessions\")",
		0, 2 },
	{ "{\"CVR\":[],\"Version\":\"2.0.0\"}",
		"only version 1.0.0 of NIST SP 1500-103 is supported", 0, 1 },
	{ "{\"CVR\":[],\"@type\":\"ElectionResults.ElectionReport\"}",
		"this is no CVR.CastVoteRecordReport", 0, 1 },
	{ "{\"CVR\":[],\"Sessions\":[]}", "there are two lists of records", 0,
		1 },
	{ "{\"CVR\":[\n{}]}", "the record has no CurrentSnapshotId", 1, 2 },
	{ "{\"CVR\":[{\"CurrentSnapshotId\":\"s\"}]}",
		"CurrentSnapshotId names no snapshot of the record", 1, 1 },
	{ "{\"CVR\":[{\"CurrentSnapshotId\":\"s\",\"CVRSnapshot\":[{\"@id\":"
	  "\"s\"},{\"@id\":\"s\"}]}]}",
		"two snapshots have the same @id", 1, 1 },
	{ REPORT(RECORD(CONTEST("mayor", "")) ",\n" RECORD(
		  CONTEST("clerk", ""))),
		"the definition has no contest with this id, and no map was "
		"given",
		2, 4 },
	{ REPORT(RECORD(CONTEST("mayor", MARK("Ada")))),
		"a selection's id is not a code, and no map was given", 1, 3 },
	{ REPORT(RECORD(CONTEST("mayor", "") "," CONTEST("mayor", ""))),
		"the record has two ballots of one contest", 1, 3 },
	{ REPORT(RECORD(CONTEST("", ""))), "an id is empty", 1, 3 },
	{ REPORT(RECORD("{}")), "a contest has no ContestId", 1, 3 },
	{ REPORT(RECORD(CONTEST(
		  "mayor", SELECTION("1", "\"HasIndication\":\"unknown\"")))),
		"HasIndication is not \"yes\" or \"no\": nobody decided "
		"whether there is a mark",
		1, 3 },
	{ REPORT(RECORD(CONTEST("mayor", SELECTION("1", "\"Rank\":1")))),
		"a SelectionPosition has no HasIndication", 1, 3 },
	{ REPORT(RECORD(CONTEST("mayor",
		  "{\"SelectionPosition\":[{\"HasIndication\":\"yes\"}]}"))),
		"a marked selection has no ContestSelectionId", 1, 3 },
	{ REPORT(RECORD(CONTEST(
		  "mayor", "{\"SelectionPosition\":[{\"NumberVotes\":2}]}"))),
		"a mark with NumberVotes other than 1 is not supported", 1, 3 },
	{ REPORT(RECORD(CONTEST(
		  "mayor", SELECTION("1", "\"FractionalVotes\":\"1/2\"")))),
		"FractionalVotes is not supported", 1, 3 },
	{ REPORT(RECORD(
		  CONTEST("mayor", SELECTION("1", "\"IsGenerated\":true")))),
		"a mark that the exporting system made (IsGenerated) is not "
		"supported",
		1, 3 },
	{ EXPORT("{\"Original\":{\"IsCurrent\":false,\"Contests\":[]}}"),
		"a session has no state that is current (IsCurrent)", 1, 2 },
	{ EXPORT("{\"Original\":{\"IsCurrent\":true},\n\"Modified\":"
		 "{\"IsCurrent\":true}}"),
		"a session has two states that are current", 1, 3 },
	{ STATE("{\"Id\":1,\"Marks\":\"*** REDACTED ***\"}"),
		"the marks of a contest were redacted", 1, 2 },
	{ STATE("{\"Id\":1}"), "a contest has no Marks", 1, 2 },
	{ STATE("{\"Marks\":[]}"), "a contest has no Id", 1, 2 },
	{ STATE("{\"Id\":1,\"Marks\":[{\"Rank\":1}]}"),
		"a mark has no CandidateId", 1, 2 },
	{ STATE("{\"Id\":1,\"Marks\":[{\"CandidateId\":1,\"Rank\":-1}]}"),
		"a number is not whole or is too large", 1, 2 },
};

static void what_does_not_fit_is_refused_with_its_place(void **state)
{
	struct reading *reading = *state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		refusal why = read_document(reading, wrong[i].document);
		if (why == NULL)
			fail_msg("accepted: %s", wrong[i].document);
		assert_string_equal(why, wrong[i].why);
		assert_int_equal(reading->reader.record, wrong[i].record);
		assert_int_equal(reading->reader.line, wrong[i].line);
	}
}

static void what_the_map_does_not_have_is_refused(void **state)
{
	struct reading *reading = *state;
	use_map(reading, dominion_map);
	assert_string_equal(read_document(reading, STATE(D_CONTEST("10", ""))),
		"the map does not have this contest");
	assert_string_equal(read_document(reading,
				    STATE(D_CONTEST("8", D_MARK("12", "1")))),
		"the map does not have a selection that is marked");
}

static const struct {
	const char *map;
	const char *why;
	unsigned line;
} wrong_map[] = {
	{ "", "the map is empty, not even its first line is there", 0 },
	{ "contest,choice,meaning\n",
		"the first line must be \"contest,selection,meaning\"", 1 },
	{ "contest,selection,meaning\n7,council\n",
		"this line is not three fields with commas between them", 2 },
	{ "contest,selection,meaning\n7,,council,\n",
		"this line is not three fields with commas between them", 2 },
	{ "contest,selection,meaning\n7,\"1,5\n",
		"this line is not three fields with commas between them", 2 },
	{ "contest,selection,meaning\n,,council\n",
		"the first field, the contest's id, is empty", 2 },
	{ "contest,selection,meaning\n7,,clerk\n",
		"the definition has no such contest", 2 },
	{ "contest,selection,meaning\n7,1,65536\n",
		"a selection's meaning is not a code up to 65535", 2 },
	{ "contest,selection,meaning\n7,1,\n",
		"a selection's meaning is not a code up to 65535", 2 },
	{ "contest,selection,meaning\n7,1,2\n7,,council\n7,1,3\n",
		"the map has this contest or selection twice", 4 },
};

static void bad_maps_are_refused_with_their_line(void **state)
{
	struct reading *reading = *state;
	uint64_t line;
	for (size_t i = 0; i < sizeof(wrong_map) / sizeof(*wrong_map); i++) {
		refusal why =
			cvr_map_read(&reading->map, &reading->village.plan,
				bytes_of_text(wrong_map[i].map), &line);
		assert_non_null(why);
		assert_string_equal(why, wrong_map[i].why);
		assert_int_equal(line, wrong_map[i].line);
	}
}

static void pieces_of_any_size_are_read(void **state)
{
	struct reading *reading = *state;
	size_t *size = &reading->pieces.size;
	for (*size = 1; *size < 400; *size += 7)
		nist_current_snapshot_is_read(state);
}

/* The start of a record with `count` marks on one ballot. */
static char *long_record(size_t count)
{
	static const char start[] = "{\"CVR\":[{\"CVRSnapshot\":[{\"CVRContest"
				    "\":[{\"CVRContestSelection\":[";
	static const char mark[] = MARK("1") ",";
	size_t most = sizeof(start) + count * sizeof(mark);
	char *document = malloc(most);
	struct writer w = writer_of(document, most);

	assert_non_null(document);
	write_text(&w, start);
	for (size_t i = 0; i < count; i++)
		write_text(&w, mark);
	write_u8(&w, '\0');
	assert_false(w.broken);
	return document;
}

static void endless_records_are_refused(void **state)
{
	char *document = long_record((size_t)2 * CVR_MARKS_MOST);

	assert_string_equal(
		read_document(*state, document), "the record is too large");
	free(document);
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		test(nist_marks_become_ballots),
		test(nist_marks_go_by_rank),
		test(nist_current_snapshot_is_read),
		test(nist_marks_are_not_votes),
		test(dominion_marks_become_ballots),
		test(dominion_current_state_is_read),
		test(what_does_not_fit_is_refused_with_its_place),
		test(what_the_map_does_not_have_is_refused),
		test(bad_maps_are_refused_with_their_line),
		test(pieces_of_any_size_are_read),
		test(endless_records_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
