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

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE = 60, PLAN_MOST = 1 << 16, ENTRIES_MOST = 32 };

static struct village village;
static int plan;

static int make_plan(void **state)
{
	static uint8_t space[PLAN_MOST];
	struct writer out = writer_of(space, sizeof(space));
	(void)state;
	crypto_start();
	village_init(&village);
	plan_encode(&out, &village.plan);
	plan = memfd_written(&out);
	return plan >= 0 ? 0 : -1;
}

/* Headers of entries, as far as they were added. */
struct heads {
	uint8_t space[ENTRIES_MOST * JOURNAL_HEADER_SIZE];
	size_t count;
	struct journal_fold fold;
};

static void add(struct heads *heads, enum entry_type type, uint16_t station,
	uint16_t sequence)
{
	const struct journal_header header = {
		.type = (uint16_t)type,
		.anchored = entry_row_of(type)->anchored,
		.station = station,
		.sequence = sequence,
		.entry = heads->count,
		.previous = heads->fold.chain,
	};
	uint8_t *bytes = heads->space + heads->count++ * JOURNAL_HEADER_SIZE;
	journal_header_encode(&header, bytes);
	assert_null(journal_fold_next(&heads->fold, bytes));
}

static void add_all(
	struct heads *heads, const enum entry_type *type, size_t count)
{
	for (size_t i = 0; i < count; i++)
		add(heads, type[i], 0, 0);
}

/* Up to the boxes of an election. */
static void seal(struct heads *heads)
{
	static const enum entry_type type[] = { ENTRY_SEALED, ENTRY_BOOT,
		ENTRY_INTAKE };
	add_all(heads, type, 3);
}

static struct heads *new_heads(void)
{
	static struct heads heads;
	heads.count = 0;
	journal_fold_start(&heads.fold);
	add(&heads, ENTRY_ENROLLED, 0, 0);
	add(&heads, ENTRY_LOCKED, 0, 0);
	seal(&heads);
	return &heads;
}

static int list_of(struct bytes headers)
{
	uint8_t space[ENTRIES_MOST * JOURNAL_HEADER_SIZE + 64];
	struct writer out = writer_of(space, sizeof(space));
	write_item(&out, ITEM_PUBLIC, MEMBER_ENTRIES, headers);
	const int list = memfd_written(&out);
	assert_true(list >= 0);
	return list;
}

/* `text`: of a result, or NULL. */
static void expect(struct bytes headers, const char *text,
	enum wire_type answers, const char *wanted)
{
	int list[] = { plan, list_of(headers), -1 };
	struct wire_message answer;
	struct wire_text why;
	struct peer define;
	if (text != NULL)
		list[2] = memfd_of(bytes_of_text(text));
	assert_null(
		peer_start(&define, ROLE_DEFINE, confined_setting(), NULL, 0));
	const enum answer got =
		peer_ask(&define, SAY(DEFINE_DELIVERY, &nothing), list,
			text != NULL ? 3 : 2, &answer, &why);
	assert_int_equal(
		got, answers == DEFINE_DELIVERED ? ANSWERED : ANSWER_REFUSED);
	assert_string_equal(got == ANSWERED
				    ? HEARD(&answer, DEFINE_DELIVERED)->line
				    : why.line,
		wanted);
	peer_stop(&define);
	close(list[1]);
	if (text != NULL)
		close(list[2]);
}

static struct bytes headers_of(const struct heads *heads)
{
	return bytes_of(heads->space, heads->count * JOURNAL_HEADER_SIZE);
}

static void a_station_is_missing_another_is_late(void **state)
{
	struct heads *heads = new_heads();
	(void)state;
	add(heads, ENTRY_BOX, NORTH, 1);
	add(heads, ENTRY_REFUSED, 0, 0);
	add(heads, ENTRY_BOX, SOUTH, 1);
	add(heads, ENTRY_MEDIUM, 0, 0);
	expect(headers_of(heads), NULL, DEFINE_DELIVERED,
		"2 of 4 boxes were delivered; missing: north (1 of 2), east; "
		"refused: 1");
	add(heads, ENTRY_BOX, EAST, 1);
	add(heads, ENTRY_MEDIUM, 0, 0);
	add(heads, ENTRY_OPEN, 0, 0);
	expect(headers_of(heads), NULL, DEFINE_DELIVERED,
		"3 of 4 boxes were delivered; missing: north (1 of 2); "
		"refused: "
		"1");
}

static void boxes_of_an_election_before_are_none_of_this_one(void **state)
{
	static const enum entry_type rest[] = { ENTRY_MEDIUM, ENTRY_OPEN,
		ENTRY_CLOSED, ENTRY_APPROVED, ENTRY_RELEASED };
	struct heads *heads = new_heads();
	(void)state;
	add(heads, ENTRY_BOX, NORTH, 1);
	add(heads, ENTRY_REFUSED, 0, 0);
	add_all(heads, rest, 5);
	seal(heads);
	add(heads, ENTRY_BOX, EAST, 1);
	expect(headers_of(heads), NULL, DEFINE_DELIVERED,
		"1 of 4 boxes were delivered; missing: north (2 of 2), south");
}

/* A result in which one box is void, as text that the caller frees. */
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
	const size_t most = result_size_most(&result);
	char *text = calloc(1, most + 1);
	struct writer out = writer_of(text, most);
	assert_null(result_write(&out, &result));
	result_free(&result);
	return text;
}

static void voids_are_those_of_the_result(void **state)
{
	struct heads *heads = new_heads();
	char *text = result_text();
	(void)state;
	add(heads, ENTRY_BOX, NORTH, 1);
	add(heads, ENTRY_REFUSED, 0, 0);
	expect(headers_of(heads), text, DEFINE_DELIVERED,
		"0 of 4 boxes were counted; missing: north (1 of 2), south, "
		"east; void: 1; refused: 1");
	strstr(text, "due=4")[4] = '5';
	expect(headers_of(heads), text, REFUSED,
		"result.note: this line is not what the result's own numbers "
		"make it");
	free(text);
}

static void headers_that_do_not_follow_are_refused(void **state)
{
	struct heads *heads = new_heads();
	struct bytes headers = headers_of(heads);
	(void)state;
	headers.size--;
	expect(headers, NULL, REFUSED, "entries: it is cut off");
	heads->space[JOURNAL_HEADER_SIZE - 1] ^= 1;
	expect(headers_of(heads), NULL, REFUSED,
		"entries: it does not follow the entry before");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_station_is_missing_another_is_late),
		cmocka_unit_test(
			boxes_of_an_election_before_are_none_of_this_one),
		cmocka_unit_test(voids_are_those_of_the_result),
		cmocka_unit_test(headers_that_do_not_follow_are_refused),
	};
	int status;
	if (roles_main(argc, argv, &status))
		_exit(status);
	patience(PATIENCE);
	return cmocka_run_group_tests(tests, make_plan, NULL);
}
