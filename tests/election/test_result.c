/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A result's head and parts, line by line against one written by hand; every
 * changed number and every other way to write it is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "appliance/election/result_form.h"
#include "tests/support/election.h"

/* South, box 1: cells of the council, then of the mayor. */
static const uint64_t south[] = { 4, 2, 1, 1, 2, 0, 1, 2, 0, 2, 1, 0, 0, 3, 3,
	0, 0, 0, 1, 0, 1, 2, 0 };
static const uint64_t north_1[] = { 2, 2, 0, 0, 0, 1, 0, 1, 1, 1, 0, 1, 0 };
static const uint64_t north_2[] = { 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };

static refusal add(struct result *result, uint64_t entry, uint16_t station,
	uint16_t sequence, const uint64_t *cells)
{
	struct result_box box = { .entry = entry,
		.station = station,
		.sequence = sequence,
		.sealed = { { (uint8_t)entry } } };
	struct tally tally;
	assert_true(tally_init(
		&tally, result->plan, result->plan->station[station].contests));
	memcpy(tally.cell, cells, tally.size * sizeof(*cells));
	box.ballots = tally_ballots(&tally);
	refusal judged = result_check_box(result, &box);
	if (judged == NULL)
		judged = result_judge_box(result, &box, &tally);
	refusal why = result_add_box(result, &box, &tally);
	tally_free(&tally);
	/* Who has judged a box need not fear that it cannot be added. */
	assert_ptr_equal(judged, why);
	return why;
}

static void bind(struct result_binding *binding)
{
	*binding = (struct result_binding){
		.ak = { { 0, 0x0b, 1 } },
		.bk = { { 0, 0x0b, 2 } },
		.rk = { { 0, 0x0b, 3 } },
		.checkpoint_size = 9,
		.checkpoint_root = { { 4 } },
		.phase = 12,
		.revocation = 1,
	};
}

static void village_result(struct result *result, const struct village *v)
{
	struct result_void again = { 6, SOUTH, { { 6 } },
		"this box of the station was already counted" };
	struct result_void unknown = { 8, -1, { { 8 } }, "این جعبه نیست" };
	assert_true(result_init(result, &v->plan));
	bind(&result->binding);
	assert_null(add(result, 4, NORTH, 2, north_2));
	assert_null(add(result, 5, SOUTH, 1, south));
	assert_null(result_add_void(result, &again));
	assert_null(add(result, 7, NORTH, 1, north_1));
	assert_null(result_add_void(result, &unknown));
}

/* Ends in '\0'; the caller frees it. */
static char *text_of(const struct result *result)
{
	size_t most = result_size_most(result);
	char *text = calloc(1, most + 1);
	struct writer w = writer_of(text, most);
	assert_null(result_write(&w, result));
	assert_false(w.broken);
	return text;
}

#define ZEROS_62                                                               \
	"00000000000000000000000000000000000000000000000000000000000000"

static const char village_text[] =
	"sandoq/result/v2 live\n"
	"election: village\n"
	"definition: de" ZEROS_62 "\n"
	"ak: 000b01" ZEROS_62 "\n"
	"bk: 000b02" ZEROS_62 "\n"
	"rk: 000b03" ZEROS_62 "\n"
	"checkpoint-size: 9\n"
	"checkpoint-root: 04" ZEROS_62 "\n"
	"phase: 12\n"
	"revocation: 1\n"
	"count: sandoq/count/1\n"
	"boxes: due=4 counted=3 void=2 unopened=0\n"
	"missing: east 1\n"
	"contest: council relative-majority/1 seats=2 alternates=1 cast=7 "
	"valid=4 blank=2 unreadable=1 unknown=2 repeated=1 extra=1\n"
	"contest: mayor relative-majority/1 seats=1 alternates=0 cast=3 "
	"valid=3 blank=0 unreadable=0 unknown=0 repeated=1 extra=0\n"
	"candidate: council 1 votes=3 rank=1 elected\n"
	"candidate: council 2 votes=1 rank=3 lot\n"
	"candidate: council 3 votes=3 rank=1 elected\n"
	"candidate: council 4 votes=1 rank=3 lot\n"
	"candidate: council 5 votes=1 rank=3 lot\n"
	"candidate: council 6 votes=0 rank=6 not-elected\n"
	"candidate: mayor 1 votes=1 rank=2 not-elected\n"
	"candidate: mayor 2 votes=2 rank=1 elected\n"
	"candidate: mayor 3 votes=0 rank=3 not-elected\n"
	"void: 8 08" ZEROS_62 " این جعبه نیست\n"
	"stations: 3\n"
	"stations-root: "
	"c4598fbd68ab5700546cbfd5f891dc2c4a4790e98f6dc91049ea31dd82c0bf15\n"
	"station: north issued=100 boxes=2/2\n"
	"ballots: council cast=3 valid=2 blank=1 unreadable=0\n"
	"votes: council 1=1 2=1 3=1 4=0 5=1 6=0\n"
	"box: 7 1 07" ZEROS_62 " 2\n"
	"box: 4 2 04" ZEROS_62 " 1\n"
	"station: south issued=100 boxes=1/1\n"
	"ballots: council cast=4 valid=2 blank=1 unreadable=1\n"
	"votes: council 1=2 2=0 3=2 4=1 5=0 6=0\n"
	"ballots: mayor cast=3 valid=3 blank=0 unreadable=0\n"
	"votes: mayor 1=1 2=2 3=0\n"
	"box: 5 1 05" ZEROS_62 " 7\n"
	"void: 6 06" ZEROS_62 " this box of the station was already counted\n"
	"station: east issued=100 boxes=0/1\n"
	"ballots: mayor cast=0 valid=0 blank=0 unreadable=0\n"
	"votes: mayor 1=0 2=0 3=0\n";

static void a_result_line_by_line(void **state)
{
	struct village v;
	struct result result;
	(void)state;
	village_init(&v);
	village_result(&result, &v);
	char *text = text_of(&result);
	assert_string_equal(text, village_text);
	free(text);
	result_free(&result);
}

static void a_rehearsal_says_so_first(void **state)
{
	static const char first[] = "sandoq/result/v2 rehearsal\n";
	struct village v;
	struct result result;
	struct result again;
	size_t line;
	(void)state;
	village_init(&v);
	v.plan.rehearsal = true;
	village_result(&result, &v);
	char *text = text_of(&result);
	assert_memory_equal(text, first, strlen(first));
	v.plan.rehearsal = false;
	assert_string_equal(
		result_parse_whole(&again, &v.plan, bytes_of_text(text), &line),
		"this line is not what the result's own numbers make it");
	assert_int_equal(line, 1);
	result_free(&again);
	free(text);
	result_free(&result);
}

static void a_zero_report_is_a_result(void **state)
{
	struct village v;
	struct result result;
	struct result again;
	size_t line;
	(void)state;
	village_init(&v);
	assert_true(result_init(&result, &v.plan));
	bind(&result.binding);
	char *text = text_of(&result);
	assert_null(strstr(text, " elected"));
	assert_null(strstr(text, " lot"));
	assert_null(strstr(text, "box:"));
	assert_null(result_parse_whole(
		&again, &v.plan, bytes_of_text(text), &line));
	result_free(&again);
	free(text);
	result_free(&result);
}

static void what_was_written_is_read(void **state)
{
	struct village v;
	struct result result;
	size_t line;
	(void)state;
	village_init(&v);
	assert_null(result_parse_whole(
		&result, &v.plan, bytes_of_text(village_text), &line));
	assert_int_equal(result.binding.phase, 12);
	assert_int_equal(result.boxes, 3);
	assert_int_equal(result.box[1].station, NORTH);
	assert_int_equal(result.box[1].sequence, 2);
	assert_int_equal(result.box[1].entry, 4);
	assert_int_equal(result.voids, 2);
	assert_int_equal(result.voided[0].station, -1);
	assert_string_equal(result.voided[0].reason, "این جعبه نیست");
	assert_int_equal(result.voided[1].station, SOUTH);
	const uint32_t *row = result_row(&result, SOUTH, COUNCIL);
	assert_int_equal(row[ROW_UNREADABLE], 1);
	for (size_t i = 0; i < VILLAGE_CANDIDATES; i++)
		assert_int_equal(row[ROW_VOTES + i], south[ROW_VOTES + i]);
	assert_null(result_row(&result, NORTH, MAYOR));
	assert_int_equal(result.flaws[COUNCIL][0], 2);
	assert_int_equal(result.flaws[MAYOR][1], 1);
	assert_int_equal(result_station_boxes(&result, NORTH), 2);
	result_free(&result);
}

/* Whether this digit is a flaw's, of which there is no sum. */
static bool is_of_flaw(const char *at)
{
	static const char *const names[] = {
		"unknown=", "repeated=", "extra="
	};
	for (size_t i = 0; i < 3; i++)
		if (strncmp(at - strlen(names[i]), names[i],
			    strlen(names[i])) == 0)
			return true;
	return false;
}

/* Nor is there any of a void box of no station: nobody else tells of it. */
static bool is_of_void(const char *at)
{
	return at > strstr(village_text, "void: 8") &&
	       at < strstr(village_text, "\nstations:");
}

static void a_change_in_any_number_is_refused(void **state)
{
	struct village v;
	struct result result;
	size_t size = strlen(village_text);
	const char *sums = strstr(village_text, "count:");
	const char *end = village_text + size;
	char *text = strdup(village_text);
	size_t line;
	(void)state;
	village_init(&v);
	for (const char *at = sums; at < end; at++) {
		text[at - village_text] ^= 1;
		if (!result_parse_whole(
			    &result, &v.plan, bytes_of(text, size), &line) &&
			!is_of_flaw(at) && !is_of_void(at))
			fail_msg("accepted: %.20s", at);
		result_free(&result);
		text[at - village_text] ^= 1;
	}
	for (size_t cut = 0; cut < size; cut++) {
		if (result_parse_whole(&result, &v.plan, bytes_of(text, cut),
			    &line) == NULL)
			fail_msg("accepted: cut at %zu", cut);
		result_free(&result);
	}
	free(text);
}

/* A flaw that somebody was paid for must not be seen among few voters. */
static void flaws_are_told_of_contests_alone(void **state)
{
	struct village v;
	struct result result;
	(void)state;
	village_init(&v);
	village_result(&result, &v);
	char *text = text_of(&result);
	for (char *at = text, *end; *at != '\0'; at = end + 1) {
		end = strchr(at, '\n');
		*end = '\0';
		if (strncmp(at, "contest: ", strlen("contest: ")) == 0)
			assert_non_null(strstr(at, " unknown="));
		else if (strstr(at, "unknown=") || strstr(at, "repeated=") ||
			 strstr(at, "extra="))
			fail_msg("%s", at);
	}
	free(text);
	result_free(&result);
}

#define PARTS                                                                  \
	"the stations' parts are not those of the definition, each once and "  \
	"in its order"
#define AFTER "there is more than one part of each station"

/* One piece of the village's text put in place of another. */
static const struct {
	const char *from;
	const char *to;
	size_t line;
	const char *why;
} wrong[] = {
	{ "election: village", "election: town", 2, NULL },
	{ "definition: de", "definition: df", 3, NULL },
	{ "ak: 000b", "ak: 000c", 4,
		"the value of a field is not what its type demands" },
	{ "phase: 12\n", "", 9, "a field is missing, unknown or out of order" },
	{ "count/1", "count/2", 11, NULL },
	{ "due=4", "due=3", 12, NULL },
	{ "void=2", "void=1", 12, NULL },
	{ "unopened=0", "unopened=1", 12, NULL },
	{ "missing: east 1\n", "", 13, NULL },
	{ "missing: east 1", "missing: south 1", 13, NULL },
	{ "cast=7", "cast=8", 14, NULL },
	{ "votes=3 rank=1 elected", "votes=4 rank=1 elected", 16, NULL },
	{ "candidate: mayor 2 votes=2 rank=1 elected",
		"candidate: mayor 2 votes=2 rank=1 not-elected", 23, NULL },
	{ "void: 8 ", "void: 10 ", 0, "a box is not in the checkpoint" },
	{ "void: 8 ", "void: 7 ", 0, "a box is there twice, counted or void" },
	{ "void: 8 ", "void: 8 -", 25, NULL },
	{ "stations: 3", "stations: 2", 26, NULL },
	{ "root: c", "root: f", 27, NULL },
	{ "issued=100 boxes=2/2", "issued=101 boxes=2/2", 28, NULL },
	{ "boxes=0/1", "boxes=1/1", 40, NULL },
	{ "cast=4 valid=2 blank=1", "cast=4 valid=2 blank=2", 0,
		"valid and void ballots do not add up to those cast" },
	{ "unknown=2", "unknown=0", 0,
		"a tally has more flawed ballots than ballots" },
	{ "unknown=2", "unknown=6", 0,
		"a tally has more flawed ballots than ballots" },
	{ "repeated=1 extra=1", "repeated=5 extra=1", 0,
		"a tally has more flawed ballots than ballots" },
	{ "extra=1", "extra=5", 0,
		"a tally has more flawed ballots than ballots" },
	{ " unknown=2", "", 14,
		"the lines of the contests are not those of the definition" },
	{ "unreadable=0\nvotes: council",
		"unreadable=0 extra=0\nvotes: council", 29, NULL },
	{ "ballots: council cast=3", "ballots: mayor cast=3", 29, NULL },
	{ "1=2 2=0 3=2", "1=3 2=0 3=2", 0,
		"a candidate has more votes than valid ballots" },
	{ "1=2 2=0 3=2", "1=2 2=1 3=2", 17, NULL },
	{ "1=2 2=0 3=2", "1=4294967298 2=0 3=2", 35,
		"the lines of a station are not those of its contests" },
	{ "1=2 2=0 3=2 4=1 5=0 6=0", "1=2 2=0", 35,
		"the lines of a station are not those of its contests" },
	{ "votes: mayor 1=1 2=2 3=0\n", "", 37,
		"the lines of a station are not those of its contests" },
	{ "votes: mayor 1=0 2=0 3=0\n",
		"votes: mayor 1=0 2=0 3=0\nvotes: mayor 1=0\n", 43, AFTER },
	{ "station: east", "station: south", 40, PARTS },
	{ "station: south", "station: east", 33, PARTS },
	{ "box: 5 1", "box: 4 1", 0, "a box is there twice, counted or void" },
	{ "box: 5 1", "box: 5 2", 38,
		"the station does not have a box of this number" },
	{ "box: 7 1", "box: 7 2", 32,
		"this box of the station was already counted" },
	{ "box: 7 1", "box: 9 1", 0, "a box is not in the checkpoint" },
	{ " 2\nbox: 4", " 4\nbox: 4", 0,
		"a station's boxes do not add up to its ballots" },
	{ "00 2\nbox: 4", "00 18446744073709551615\nbox: 4", 0,
		"a station's boxes have above 2^64 - 1 ballots" },
	{ "box: 7 1 07" ZEROS_62 " 2\nbox: 4 2 04" ZEROS_62 " 1\n",
		"box: 4 2 04" ZEROS_62 " 1\nbox: 7 1 07" ZEROS_62 " 2\n", 31,
		NULL },
	{ "already counted\n",
		"already counted\nvoid: 6 06" ZEROS_62 " again\n", 40,
		"this box is void already" },
};

static void a_wrong_result_is_refused_with_its_line(void **state)
{
	struct village v;
	struct result result;
	(void)state;
	village_init(&v);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		const char *at = strstr(village_text, wrong[i].from);
		const char *wanted = wrong[i].why;
		char *text = NULL;
		size_t line = 77;
		assert_non_null(at);
		assert_true(
			asprintf(&text, "%.*s%s%s", (int)(at - village_text),
				village_text, wrong[i].to,
				at + strlen(wrong[i].from)) > 0);
		refusal why = result_parse_whole(
			&result, &v.plan, bytes_of_text(text), &line);
		if (why == NULL)
			fail_msg("accepted: %s", wrong[i].to);
		if (wanted != NULL)
			assert_string_equal(why, wanted);
		if (line != wrong[i].line)
			fail_msg("%s: line %zu (%s)", wrong[i].to, line, why);
		result_free(&result);
		free(text);
	}
}

static void boxes_that_cannot_be_are_refused(void **state)
{
	uint64_t many[sizeof(north_1) / sizeof(*north_1)] = { 98, 0, 98 };
	struct village v;
	struct result result;

	(void)state;
	village_init(&v);
	village_result(&result, &v);
	char *before = text_of(&result);
	assert_string_equal(add(&result, 3, NORTH, 3, north_2),
		"the station does not have a box of this number");
	assert_string_equal(add(&result, 8, NORTH, 0, north_2),
		"the station does not have a box of this number");
	assert_string_equal(add(&result, 8, SOUTH, 1, south),
		"this box of the station was already counted");
	v.station[NORTH].boxes = 3;
	assert_string_equal(add(&result, 3, NORTH, 3, many),
		"there are more ballots than the station was issued");
	many[ROW_VALID] = 1;
	assert_string_equal(add(&result, 3, NORTH, 3, many),
		"valid and void ballots do not add up to those cast");
	v.station[NORTH].boxes = 2;
	char *after = text_of(&result);
	assert_string_equal(before, after);
	v.station[NORTH].boxes = 3;
	many[ROW_VALID] = 0;
	many[ROW_CAST] = many[ROW_BLANK] = 97;
	assert_null(add(&result, 3, NORTH, 3, many));
	free(after);
	free(before);
	result_free(&result);
}

static void a_tally_must_be_its_station_s(void **state)
{
	struct village v;
	struct result result;
	struct tally tally;
	struct result_box box = { .entry = 1, .station = EAST, .sequence = 1 };
	(void)state;
	village_init(&v);
	assert_true(result_init(&result, &v.plan));
	assert_true(tally_init(&tally, &v.plan, contests_of(COUNCIL)));
	assert_string_equal(result_add_box(&result, &box, &tally),
		"the tally is not of this station's contests");
	box.station = NORTH;
	box.ballots = 1;
	assert_string_equal(result_add_box(&result, &box, &tally),
		"the tally does not have the box's number of ballots");
	box.station = 3;
	assert_string_equal(result_add_box(&result, &box, &tally),
		"the definition has no such station");
	tally_free(&tally);
	result_free(&result);
}

/* Votes and outcomes, not the lists of boxes. */
static char *numbers_of(const struct result *result)
{
	char *text = text_of(result);
	char *to = text;
	for (char *line = text, *next; *line != '\0'; line = next) {
		next = strchr(line, '\n') + 1;
		if (strncmp(line, "box: ", 5) == 0 ||
			strncmp(line, "stations-root: ", 15) == 0)
			continue;
		memmove(to, line, (size_t)(next - line));
		to += next - line;
	}
	*to = '\0';
	return text;
}

static void expect_unwritten(const struct result *result, const char *why)
{
	uint8_t space[8192];
	struct writer out = writer_of(space, sizeof(space));
	assert_string_equal(result_write(&out, result), why);
}

static void an_entry_stands_for_one_box(void **state)
{
	static const char twice[] = "a box is there twice, counted or void";
	struct result_void other = { 3, -1, { { 3 } }, "b" };
	struct village v;
	struct result result;
	(void)state;
	village_init(&v);
	assert_true(result_init(&result, &v.plan));
	bind(&result.binding);
	assert_null(add(&result, 4, NORTH, 1, north_1));
	assert_null(add(&result, 4, NORTH, 2, north_2));
	expect_unwritten(&result, twice);
	result.box[1].entry = 5;
	assert_null(result_add_void(&result, &other));
	assert_string_equal(
		result_add_void(&result, &other), "this box is void already");
	other.station = SOUTH;
	assert_null(result_add_void(&result, &other));
	expect_unwritten(&result, twice);
	result.voided[1].entry = 5;
	expect_unwritten(&result, twice);
	result_free(&result);
}

/* In which order boxes came into the journal is in the box lines alone. */
static void the_order_of_boxes_changes_nothing(void **state)
{
	enum { STATIONS = 12 };
	struct definition city;
	struct tally tally[STATIONS];
	char *numbers[2];

	(void)state;
	city_definition(&city);
	for (size_t s = 0; s < STATIONS; s++) {
		struct bytes box = sampled_box(&city.plan, (uint16_t)s, 5);
		count_box(&city.plan, (uint16_t)s, 1, box, &tally[s]);
		free((void *)box.data);
	}
	for (size_t turn = 0; turn < 2; turn++) {
		struct result result;
		assert_true(result_init(&result, &city.plan));
		bind(&result.binding);
		result.binding.checkpoint_size = 100;
		for (size_t i = 0; i < STATIONS; i++) {
			size_t s = turn == 0 ? i : (5 * i + 3) % STATIONS;
			struct result_box box = { .entry = 1 + i,
				.station = (uint16_t)s,
				.sequence = 1,
				.ballots = tally_ballots(&tally[s]) };
			assert_null(result_add_box(&result, &box, &tally[s]));
		}
		char *text = text_of(&result);
		struct result again;
		size_t line;
		assert_null(result_parse_whole(
			&again, &city.plan, bytes_of_text(text), &line));
		result_free(&again);
		free(text);
		numbers[turn] = numbers_of(&result);
		result_free(&result);
	}
	assert_string_equal(numbers[0], numbers[1]);
	for (size_t s = 0; s < STATIONS; s++)
		tally_free(&tally[s]);
	free(numbers[0]);
	free(numbers[1]);
	definition_free(&city);
}

static void add_ballot(struct ballots_list *list, unsigned number)
{
	uint16_t codes[4];
	size_t n = number % 5;
	for (size_t i = 0; i < n; i++)
		codes[i] = (uint16_t)(number * (i + 3) % 8);
	assert_null(ballots_list_add(list, COUNCIL, codes, n));
}

static void counted(struct result *result, struct ballots_list *list,
	uint64_t entry, uint16_t sequence)
{
	uint8_t *payload;
	size_t size;
	struct tally tally;
	struct result_box box = {
		.entry = entry, .station = NORTH, .sequence = sequence
	};
	assert_null(ballots_list_encode(
		list, result->plan, NORTH, sequence, &payload, &size));
	count_box(
		result->plan, NORTH, sequence, bytes_of(payload, size), &tally);
	box.ballots = tally_ballots(&tally);
	assert_null(result_add_box(result, &box, &tally));
	tally_free(&tally);
	free(payload);
	ballots_list_free(list);
}

static void splitting_a_box_changes_nothing_but_the_boxes(void **state)
{
	struct village v;
	struct result whole;
	struct result split;
	struct ballots_list all;
	struct ballots_list half[2];
	(void)state;
	village_init(&v);
	assert_true(result_init(&whole, &v.plan));
	assert_true(result_init(&split, &v.plan));
	ballots_list_init(&all);
	ballots_list_init(&half[0]);
	ballots_list_init(&half[1]);
	for (unsigned i = 0; i < 100; i++) {
		add_ballot(&all, i);
		add_ballot(&half[i * 7 % 3 == 0], i);
	}
	counted(&whole, &all, 1, 1);
	counted(&split, &half[0], 1, 1);
	counted(&split, &half[1], 2, 2);
	assert_memory_equal(result_row(&whole, NORTH, COUNCIL),
		result_row(&split, NORTH, COUNCIL),
		result_row_size(&v.plan, COUNCIL) * sizeof(uint32_t));
	assert_int_equal(result_row(&whole, NORTH, COUNCIL)[ROW_CAST], 100);
	result_free(&whole);
	result_free(&split);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_result_line_by_line),
		cmocka_unit_test(a_rehearsal_says_so_first),
		cmocka_unit_test(a_zero_report_is_a_result),
		cmocka_unit_test(what_was_written_is_read),
		cmocka_unit_test(a_change_in_any_number_is_refused),
		cmocka_unit_test(flaws_are_told_of_contests_alone),
		cmocka_unit_test(a_wrong_result_is_refused_with_its_line),
		cmocka_unit_test(boxes_that_cannot_be_are_refused),
		cmocka_unit_test(a_tally_must_be_its_station_s),
		cmocka_unit_test(an_entry_stands_for_one_box),
		cmocka_unit_test(the_order_of_boxes_changes_nothing),
		cmocka_unit_test(splitting_a_box_changes_nothing_but_the_boxes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
