/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ballots as CSV, as spreadsheets write it: what is read from each line, and
 * with which line a fault is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "appliance/election/csv.h"
#include "tests/support/election.h"

static refusal read_line(
	struct csv_reader *reader, const char *line, struct csv_ballot *ballot)
{
	bool is_ballot;
	refusal why = csv_read(reader, bytes_of_text(line), ballot, &is_ballot);
	assert_int_equal(is_ballot, reader->line > 1);
	return why;
}

static void ballots_are_read(void **state)
{
	struct village v;
	struct csv_ballot ballot;
	(void)state;
	village_init(&v);
	struct csv_reader reader = csv_reader_of(&v.plan);
	assert_null(read_line(&reader, "contest,choices", &ballot));
	assert_null(read_line(&reader, "council,3 1 65535", &ballot));
	assert_int_equal(ballot.contest, COUNCIL);
	assert_int_equal(ballot.n, 3);
	assert_int_equal(ballot.codes[0], 3);
	assert_int_equal(ballot.codes[1], 1);
	assert_int_equal(ballot.codes[2], 65535);
	assert_null(read_line(&reader, "mayor,", &ballot));
	assert_int_equal(ballot.contest, MAYOR);
	assert_int_equal(ballot.n, 0);
	assert_null(csv_end(&reader));
	assert_int_equal(reader.line, 3);
}

static void what_spreadsheets_write_is_read(void **state)
{
	struct village v;
	struct csv_ballot ballot;
	(void)state;
	village_init(&v);
	struct csv_reader reader = csv_reader_of(&v.plan);
	assert_null(read_line(
		&reader, "\xef\xbb\xbf\"contest\",\"choices\"\r", &ballot));
	assert_null(read_line(&reader, "\"mayor\",\"2 1\"\r", &ballot));
	assert_int_equal(ballot.contest, MAYOR);
	assert_int_equal(ballot.n, 2);
	assert_null(read_line(&reader, "mayor,\"\"\r", &ballot));
	assert_int_equal(ballot.n, 0);
}

static const char two_fields[] =
	"this line is not two fields with a comma between them";
static const char numbers[] =
	"the choices are not numbers up to 65535 with one space between two";

static const struct {
	const char *line;
	const char *why;
} wrong[] = {
	{ "", two_fields },
	{ "council", two_fields },
	{ "council,1,2", two_fields },
	{ "\"council,1", two_fields },
	{ "council,\"1\"2", two_fields },
	{ "council,\"", two_fields },
	{ "coun\"cil,1", two_fields },
	{ "clerk,1", "the definition has no such contest" },
	{ " council,1", "the definition has no such contest" },
	{ ",1", "the definition has no such contest" },
	{ "council, 1", numbers },
	{ "council,1  2", numbers },
	{ "council,1 ", "the choices end in a space" },
	{ "council, ", numbers },
	{ "council,65536", numbers },
	{ "council,-1", numbers },
	{ "council,+1", numbers },
	{ "council,01", numbers },
	{ "council,1x", numbers },
	{ "council,1;2", numbers },
	{ "council,\xdb\xb1", numbers },
	{ "\xef\xbb\xbf"
	  "council,1",
		"the definition has no such contest" },
};

static void what_does_not_fit_is_refused_with_its_line(void **state)
{
	struct village v;
	struct csv_ballot ballot;
	(void)state;
	village_init(&v);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct csv_reader reader = csv_reader_of(&v.plan);
		assert_null(read_line(&reader, "contest,choices", &ballot));
		assert_null(read_line(&reader, "council,1", &ballot));
		refusal why = read_line(&reader, wrong[i].line, &ballot);
		if (why == NULL)
			fail_msg("accepted: %s", wrong[i].line);
		assert_string_equal(why, wrong[i].why);
		assert_int_equal(reader.line, 3);
	}
}

static void the_heading_must_be_there(void **state)
{
	struct village v;
	struct csv_ballot ballot;
	(void)state;
	village_init(&v);
	struct csv_reader reader = csv_reader_of(&v.plan);
	assert_non_null(csv_end(&reader));
	assert_non_null(read_line(&reader, "council,1", &ballot));
	reader = csv_reader_of(&v.plan);
	assert_non_null(read_line(&reader, "choices,contest", &ballot));
}

static void too_many_marks_are_refused(void **state)
{
	struct village v;
	struct csv_ballot ballot;
	char line[4096];
	struct writer w = writer_of(line, sizeof(line));
	(void)state;
	village_init(&v);
	write_text(&w, "council,1");
	for (size_t i = 1; i < CHOICES_MOST; i++)
		write_text(&w, " 1");
	struct csv_reader reader = csv_reader_of(&v.plan);
	assert_null(read_line(&reader, "contest,choices", &ballot));
	bool is_ballot;
	assert_null(csv_read(&reader, written(&w), &ballot, &is_ballot));
	assert_int_equal(ballot.n, CHOICES_MOST);
	write_text(&w, " 1");
	assert_string_equal(csv_read(&reader, written(&w), &ballot, &is_ballot),
		"a ballot has more than 1024 marks");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(ballots_are_read),
		cmocka_unit_test(what_spreadsheets_write_is_read),
		cmocka_unit_test(what_does_not_fit_is_refused_with_its_line),
		cmocka_unit_test(the_heading_must_be_there),
		cmocka_unit_test(too_many_marks_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
