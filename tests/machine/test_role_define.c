/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The define role, asked which boxes have come: this program executes itself
 * as it, in its sandbox, and gives it journals of its own making.
 */
#include "appliance/election/delivery.h"
#include "appliance/formats/crypto.h"
#include "appliance/machine/memfd.h"
#include "appliance/machine/peer.h"
#include "appliance/machine/roles.h"
#include "appliance/record/items.h"
#include "appliance/record/journal.h"
#include "appliance/record/members.h"
#include "tests/support/confined.h"
#include "tests/support/election.h"
#include "tests/support/patience.h"
#include "tests/support/told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE = 60, PLAN_MOST = 1 << 16, CAME_MOST = 32 };

static struct village village;
static int plan;
static int names;

static int make_plan(void **state)
{
	static uint8_t space[PLAN_MOST];
	struct writer out = writer_of(space, sizeof(space));
	(void)state;
	crypto_start();
	village_init(&village);
	plan_encode(&out, &village.plan);
	plan = memfd_written(&out);
	out = writer_of(space, sizeof(space));
	write_text(&out, "North\nشمال\nSouth\nجنوب\nEast\nشرق\n");
	names = memfd_written(&out);
	return plan >= 0 && names >= 0 ? 0 : -1;
}

/* What came, as the journal role tells it. */
struct came {
	uint8_t space[CAME_MOST * DELIVERY_RECORD_SIZE];
	struct writer out;
};

static struct came *nothing_came(void)
{
	static struct came came;
	came.out = writer_of(came.space, sizeof(came.space));
	return &came;
}

static void add(struct came *came, enum entry_type type, uint16_t station,
	uint16_t sequence)
{
	write_u16(&came->out, (uint16_t)type);
	write_u16(&came->out, station);
	write_u16(&came->out, sequence);
}

/* `text`: of a result, or NULL. */
static void expect(struct bytes came, const char *text, enum wire_type answers,
	const char *wanted)
{
	int list[] = { plan, names, memfd_of(came), -1 };
	struct wire_message answer;
	struct notice why;
	struct peer define;
	if (text != NULL)
		list[3] = memfd_of(bytes_of_text(text));
	assert_null(
		peer_start(&define, ROLE_DEFINE, confined_setting(), NULL, 0));
	const enum answer got =
		peer_ask(&define, SAY(DEFINE_DELIVERY, &nothing), list,
			text != NULL ? 4 : 3, &answer, &why);
	assert_int_equal(
		got, answers == DEFINE_DELIVERED ? ANSWERED : ANSWER_REFUSED);
	assert_true(got != ANSWERED ||
		    notice_check(HEARD(&answer, DEFINE_DELIVERED)) == NULL);
	assert_string_equal(
		got == ANSWERED ? notice_told(HEARD(&answer, DEFINE_DELIVERED))
				: notice_told(&why),
		wanted);
	peer_stop(&define);
	close(list[2]);
	if (text != NULL)
		close(list[3]);
}

static void a_station_is_missing_another_is_late(void **state)
{
	struct came *came = nothing_came();
	(void)state;
	add(came, ENTRY_BOX, NORTH, 1);
	add(came, ENTRY_REFUSED, 0, 0);
	add(came, ENTRY_BOX, SOUTH, 1);
	expect(written(&came->out), NULL, DEFINE_DELIVERED,
		"2 of 4 boxes were delivered; refused: 1; missing: north (1 of "
		"2), east");
	add(came, ENTRY_BOX, EAST, 1);
	expect(written(&came->out), NULL, DEFINE_DELIVERED,
		"3 of 4 boxes were delivered; refused: 1; missing: north (1 of "
		"2)");
}

static void expect_names(
	const struct came *came, const char *english, const char *persian)
{
	const int list[] = { plan, names, memfd_of(written(&came->out)) };
	struct wire_message answer;
	struct notice why;
	struct peer define;
	assert_null(
		peer_start(&define, ROLE_DEFINE, confined_setting(), NULL, 0));
	assert_int_equal(peer_ask(&define, SAY(DEFINE_DELIVERY, &nothing), list,
				 3, &answer, &why),
		ANSWERED);
	const struct notice_part *missing =
		&HEARD(&answer, DEFINE_DELIVERED)->part[1];
	assert_string_equal(missing->english, english);
	assert_string_equal(missing->persian, persian);
	peer_stop(&define);
	close(list[2]);
}

/* The screen has them as people call them. */
static void missing_stations_have_their_names(void **state)
{
	struct came *came = nothing_came();
	(void)state;
	expect_names(came, "North (2 of 2), South, East",
		"شمال (۲ از ۲)، جنوب، شرق");
	add(came, ENTRY_BOX, NORTH, 1);
	add(came, ENTRY_BOX, SOUTH, 1);
	expect_names(came, "North (1 of 2), East", "شمال (۱ از ۲)، شرق");
}

/* Of those that have no entry of their own their number counts. */
static void sums_count_as_many_as_they_are(void **state)
{
	struct came *came = nothing_came();
	(void)state;
	add(came, ENTRY_REFUSED, JOURNAL_NO_STATION, 3000);
	add(came, ENTRY_BOX, EAST, 1);
	add(came, ENTRY_REFUSED, EAST, 7);
	expect(written(&came->out), NULL, DEFINE_DELIVERED,
		"1 of 4 boxes were delivered; refused: 3001; missing: north (2 "
		"of 2), south");
}

/* The head of a result in which one box is void; the caller frees it. */
static char *result_text(void)
{
	struct result result;
	assert_true(result_init(&result, &village.plan));
	result.binding = (struct result_binding){
		.ak = { { 0, 0x0b } },
		.bk = { { 0, 0x0b } },
		.rk = { { 0, 0x0b } },
		.checkpoint_size = 3,
	};
	assert_null(result_add_void(&result,
		&(struct result_void){
			.entry = 1, .station = NORTH, .reason = "torn" }));
	const size_t most = result_head_most(&result);
	char *text = calloc(1, most + 1);
	struct writer out = writer_of(text, most);
	assert_null(result_write_head(&out, &result));
	result_free(&result);
	return text;
}

static void voids_are_those_of_the_result(void **state)
{
	struct came *came = nothing_came();
	char *text = result_text();
	(void)state;
	add(came, ENTRY_BOX, NORTH, 1);
	add(came, ENTRY_REFUSED, 0, 0);
	expect(written(&came->out), text, DEFINE_DELIVERED,
		"0 of 4 boxes were counted; void: 1; refused: 1; missing: "
		"north "
		"(1 of 2), south, east");
	strstr(text, "due=4")[4] = '5';
	expect(written(&came->out), text, REFUSED,
		"result.note: this line is not what the result's own numbers "
		"make it");
	free(text);
}

static void what_is_cut_off_is_refused(void **state)
{
	struct came *came = nothing_came();
	(void)state;
	add(came, ENTRY_BOX, EAST, 1);
	came->out.size--;
	expect(written(&came->out), NULL, REFUSED, "what came: it is cut off");
}

/* What people compare: of a challenge, or of a result's text. */
static void expect_digest(struct bytes items, uint16_t result, const char *of)
{
	const int list = memfd_of(items);
	const struct digest wanted = sha256(bytes_of_text(of));
	struct wire_message answer;
	struct notice why;
	struct peer define;
	assert_null(
		peer_start(&define, ROLE_DEFINE, confined_setting(), NULL, 0));
	assert_int_equal(peer_ask(&define, SAY(DEFINE_DIGEST, &nothing), &list,
				 1, &answer, &why),
		ANSWERED);
	assert_int_equal(HEARD(&answer, DEFINE_DIGESTED)->result, result);
	assert_true(digest_equal(
		&HEARD(&answer, DEFINE_DIGESTED)->digest, &wanted));
	peer_stop(&define);
	close(list);
}

static void digests_are_those_that_people_compare(void **state)
{
	static const char note[] = "a result\n\n\u2014 result AAAAAAAA\n";
	uint8_t space[1024];
	struct writer items = writer_of(space, sizeof(space));
	(void)state;
	write_item(&items, ITEM_PUBLIC, MEMBER_CHALLENGE,
		bytes_of_text("a challenge"));
	expect_digest(written(&items), 0, "a challenge");
	items = writer_of(space, sizeof(space));
	write_item(&items, ITEM_PUBLIC, MEMBER_RESULT, bytes_of_text(note));
	expect_digest(written(&items), 1, "a result\n");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_station_is_missing_another_is_late),
		cmocka_unit_test(digests_are_those_that_people_compare),
		cmocka_unit_test(missing_stations_have_their_names),
		cmocka_unit_test(sums_count_as_many_as_they_are),
		cmocka_unit_test(voids_are_those_of_the_result),
		cmocka_unit_test(what_is_cut_off_is_refused),
	};
	int status;
	if (roles_main(argc, argv, &status))
		_exit(status);
	patience(PATIENCE);
	return cmocka_run_group_tests(tests, make_plan, NULL);
}
