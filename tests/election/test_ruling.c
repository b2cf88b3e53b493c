/* SPDX-License-Identifier: Apache-2.0 */
/* Annulled stations and lots: what people decide and no count can. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "appliance/election/ruling.h"
#include "appliance/formats/crypto.h"
#include "appliance/formats/note.h"
#include "tests/support/election.h"

enum { TEXT_MOST = 2048, AUDITORS_KEYS = 10 };

#define DEFINITION                                                             \
	"de00000000000000000000000000000000000000000000000000000000000000"
#define BOXES                                                                  \
	"checkpoint-size: 3\n"                                                 \
	"checkpoint-root: "                                                    \
	"00000000000000000000000000000000"                                     \
	"00000000000000000000000000000000\n"
#define HEADING                                                                \
	"sandoq/ruling/v1 live\n"                                              \
	"election: village\n"                                                  \
	"meaning: The boxes of these stations are out of the totals, and "     \
	"these lots were drawn.\n"                                             \
	"definition: " DEFINITION "\n" BOXES

/* Votes of the council in the north, of both contests in the south. */
static const uint64_t north[] = { 3, 2, 1, 0, 0, 1, 0, 1, 1, 1, 0, 1, 0 };
static const uint64_t south[] = { 4, 2, 1, 1, 2, 0, 1, 2, 0, 2, 1, 0, 0, 3, 3,
	0, 0, 0, 1, 0, 1, 2, 0 };

static void add(struct result *result, uint16_t station, const uint64_t *cells)
{
	struct result_box box = {
		.entry = station, .station = station, .sequence = 1
	};
	struct tally tally;
	assert_true(tally_init(
		&tally, result->plan, result->plan->station[station].contests));
	memcpy(tally.cell, cells, tally.size * sizeof(*cells));
	box.ballots = tally_ballots(&tally);
	assert_null(result_add_box(result, &box, &tally));
	tally_free(&tally);
}

static void begin(struct result *result, struct village *v)
{
	village_init(v);
	assert_true(result_init(result, &v->plan));
	result->binding = (struct result_binding){ .ak = { { 0, 0x0b } },
		.bk = { { 0, 0x0b } },
		.rk = { { 0, 0x0b } },
		.checkpoint_size = 3 };
	add(result, NORTH, north);
	add(result, SOUTH, south);
}

/* Signed by the auditors whose bits are set. */
static struct bytes note_of(
	const char *text, unsigned auditors, uint8_t space[TEXT_MOST])
{
	struct writer out = writer_of(space, TEXT_MOST);
	struct digest digest = sha256(bytes_of_text(text));
	write_note_text(&out, bytes_of_text(text));
	for (unsigned m = 0; m < 3; m++) {
		uint8_t scalar[P256_SIZE] = { 0 };
		char name[16];
		struct p256_private *key;
		struct note_key who;
		if (!(auditors >> m & 1))
			continue;
		scalar[P256_SIZE - 1] = (uint8_t)(AUDITORS_KEYS + m);
		snprintf(name, sizeof(name), "auditor-%u", m + 1);
		assert_null(p256_from_scalar(scalar, &key));
		struct p256_public public = p256_public_of(key);
		struct p256_signature signature = p256_sign(key, &digest);
		assert_null(note_key_of(name, &public, &who));
		write_note_signature(&out, &who, &signature);
		p256_free(key);
	}
	assert_false(out.broken);
	return written(&out);
}

static refusal ruled(struct result *result, const char *text, unsigned auditors)
{
	uint8_t space[TEXT_MOST];
	return ruling_enter(result, note_of(text, auditors, space));
}

/* Writes, reads again, and gives the text, which the caller frees. */
static char *text_of(const struct result *result)
{
	size_t most = result_size_most(result);
	char *text = calloc(1, most + 1);
	struct writer w = writer_of(text, most);
	struct result again;
	size_t line;
	assert_null(result_write(&w, result));
	assert_null(result_parse_whole(
		&again, result->plan, bytes_of(text, w.size), &line));
	assert_int_equal(again.lots, result->lots);
	assert_int_equal(again.annulments, result->annulments);
	result_free(&again);
	return text;
}

static void expect(const char *text, const char *const *lines)
{
	for (; *lines; lines++)
		if (!strstr(text, *lines))
			fail_msg("no %s in %s", *lines, text);
}

static const char north_part[] =
	"station: north issued=100 boxes=1/2\n"
	"ballots: council cast=3 valid=2 blank=1 unreadable=0\n"
	"votes: council 1=1 2=1 3=1 4=0 5=1 6=0\n";

static void an_annulled_station_is_out_of_the_totals(void **state)
{
	static const char *const lines[] = {
		" cast=4 valid=2 blank=1 unreadable=1 unknown=2 repeated=1 ",
		"candidate: council 1 votes=2 rank=1 elected\n",
		"candidate: council 2 votes=0 rank=4 not-elected\n",
		"candidate: council 4 votes=1 rank=3 alternate\n",
		north_part,
		"box: 0 1 00",
		"annulled: north the box stood open\n",
		NULL,
	};
	struct village v;
	struct result result;
	(void)state;
	begin(&result, &v);
	assert_null(ruled(
		&result, HEADING "annulled: north the box stood open\n", 5));
	char *text = text_of(&result);
	expect(text, lines);
	free(text);
	result_free(&result);
}

static void with_every_station_annulled_nobody_is_elected(void **state)
{
	static const char *const lines[] = { "alternates=1 cast=0 valid=0",
		"candidate: council 1 votes=0 rank=1 not-elected\n",
		"annulled: north why\nannulled: south why\nannulled: east "
		"why\n",
		NULL };
	struct village v;
	struct result result;
	(void)state;
	begin(&result, &v);
	assert_null(ruled(&result,
		HEADING "annulled: south why\nannulled: east why\n"
			"annulled: north why\n",
		5));
	char *text = text_of(&result);
	expect(text, lines);
	assert_null(strstr(text, " elected"));
	free(text);
	result_free(&result);
}

static void a_lot_settles_a_boundary(void **state)
{
	static const char *const before[] = {
		"candidate: council 2 votes=1 rank=3 lot\n",
		"candidate: council 4 votes=1 rank=3 lot\n",
		"candidate: council 5 votes=1 rank=3 lot\n", NULL
	};
	static const char *const after[] = {
		"candidate: council 1 votes=3 rank=1 elected\n",
		"candidate: council 2 votes=1 rank=4 not-elected\n",
		"candidate: council 4 votes=1 rank=5 not-elected\n",
		"candidate: council 5 votes=1 rank=3 alternate\n",
		"lot: council 5 2 4\n", NULL
	};
	struct village v;
	struct result result;
	(void)state;
	begin(&result, &v);
	char *text = text_of(&result);
	expect(text, before);
	free(text);
	assert_null(ruled(&result, HEADING "lot: council 5 2 4\n", 5));
	text = text_of(&result);
	expect(text, after);
	free(text);
	result_free(&result);
}

/* Lines of a ruling, or a whole one, and why it is refused. */
static const struct {
	const char *text;
	unsigned auditors;
	const char *why;
} wrong[] = {
	{ HEADING, 1, "fewer have signed than the quorum needs" },
	{ HEADING, 3, "too few of the supervisory board have signed" },
	{ HEADING "annulled: west why\n", 5,
		"the definition has no such station" },
	{ HEADING "annulled: north\n", 5,
		"an annulment needs a reason of 1 to 160 bytes" },
	{ HEADING "annulled: north a\nannulled: north b\n", 5,
		"a station is annulled twice" },
	{ HEADING "lot: synod 1 2\n", 5, "the definition has no such contest" },
	{ HEADING "lot: council 2 9\n", 5,
		"a lot names a code that no candidate has" },
	{ HEADING "lot: council 2 x\n", 5,
		"a lot names a code that no candidate has" },
	{ HEADING "lot: council 2\n", 5,
		"a lot is among two candidates of a contest or more" },
	{ "sandoq/ruling/v1 rehearsal\nelection: village\nmeaning: The boxes "
	  "of these stations are out of the totals, and these lots were "
	  "drawn.\ndefinition: " DEFINITION "\n" BOXES,
		5, "it is for a rehearsal" },
	{ "sandoq/ruling/v1 live\nelection: town\nmeaning: The boxes "
	  "of these stations are out of the totals, and these lots were "
	  "drawn.\ndefinition: " DEFINITION "\n" BOXES,
		5, "the ruling is of another election" },
	{ "sandoq/ruling/v1 live\nelection: village\nmeaning: The boxes "
	  "of these stations are out of the totals, and these lots were "
	  "drawn.\ndefinition: " DEFINITION "\ncheckpoint-size: 2\n"
	  "checkpoint-root: 00000000000000000000000000000000"
	  "00000000000000000000000000000000\n",
		5,
		"the ruling is about other boxes: its checkpoint is of "
		"another size" },
	{ "sandoq/ruling/v1 live\nelection: village\nmeaning: The boxes "
	  "of these stations are out of the totals, and these lots were "
	  "drawn.\ndefinition: " DEFINITION "\ncheckpoint-size: 3\n"
	  "checkpoint-root: " DEFINITION "\n",
		5,
		"the ruling is about other boxes: its checkpoint has another "
		"root" },
	{ "sandoq/ruling/v1 live\nelection: village\nmeaning: Yes.\n"
	  "definition: " DEFINITION "\n" BOXES,
		5, "the meaning is not the sentence of this kind of text" },
};

static void what_nobody_could_rule_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct village v;
		struct result result;
		begin(&result, &v);
		refusal why = ruled(&result, wrong[i].text, wrong[i].auditors);
		if (why == NULL || !strstr(why, wrong[i].why))
			fail_msg("%s: %s", wrong[i].text,
				why ? why : "accepted");
		result_free(&result);
	}
}

/* Seen only when candidates are ranked. */
static const char *const unfit[] = {
	HEADING "lot: council 5 2\n",
	HEADING "lot: council 5 2 4 1\n",
	HEADING "lot: council 5 2 2\n",
	HEADING "lot: council 1 3\n",
	HEADING "lot: council 5 2 4\nlot: council 2 5 4\n",
	HEADING "annulled: north why\nlot: council 5 2 4\n",
};

static void a_lot_that_was_not_needed_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(unfit) / sizeof(*unfit); i++) {
		struct village v;
		struct result result;
		uint8_t space[8192];
		struct writer w = writer_of(space, sizeof(space));
		begin(&result, &v);
		assert_null(ruled(&result, unfit[i], 5));
		assert_string_equal(result_write(&w, &result),
			"a lot is not among exactly the candidates whom a lot "
			"decides about");
		result_free(&result);
	}
}

static void changed_signatures_are_refused(void **state)
{
	struct village v;
	struct result result;
	uint8_t space[TEXT_MOST];
	(void)state;
	begin(&result, &v);
	struct bytes note = note_of(HEADING "annulled: north why\n", 5, space);
	strstr((char *)space, "why")[0] = 'W';
	assert_non_null(ruling_enter(&result, note));
	assert_int_equal(result.annulments, 0);
	result_free(&result);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_annulled_station_is_out_of_the_totals),
		cmocka_unit_test(with_every_station_annulled_nobody_is_elected),
		cmocka_unit_test(a_lot_settles_a_boundary),
		cmocka_unit_test(what_nobody_could_rule_is_refused),
		cmocka_unit_test(a_lot_that_was_not_needed_is_refused),
		cmocka_unit_test(changed_signatures_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
