/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a medium of each kind brings: what is taken, what is refused and why;
 * docs/protocols/courier.md names the members of the table.
 */
#include "appliance/record/brought.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { NAMES_MOST = 32, LINE_MOST = 1000 };

static refusal check(
	enum courier_kind kind, const char *words, struct brought_fault *fault)
{
	char copy[LINE_MOST];
	const char *name[NAMES_MOST];
	size_t count = 0;
	snprintf(copy, sizeof(copy), "%s", words);
	for (char *word = strtok(copy, " "); word != NULL;
		word = strtok(NULL, " ")) {
		assert_true(count < NAMES_MOST);
		name[count++] = word;
	}
	return brought_check(kind, name, count, fault);
}

#define ENROL "operators authority credential-1 approval-1"
#define ELECTION "definition.json definition.note enrolment.note"

static void test_what_the_machine_takes(void **state)
{
	static const struct {
		enum courier_kind kind;
		const char *words;
	} taken[] = {
		{ COURIER_ENROL, ENROL },
		{ COURIER_ENROL, ENROL " credential-2 approval-2" },
		{ COURIER_ENROL,
			"approval-1 credential-1 authority operators" },
		{ COURIER_ELECTION, ELECTION },
		{ COURIER_BOXES, "election-keys.note" },
		{ COURIER_BOXES, "election-keys.note boxes/b.note boxes/b.age "
				 "boxes/a.x.note boxes/a.x.age" },
		{ COURIER_APPROVALS, "approval-1" },
		{ COURIER_APPROVALS, "approval-2 approval-1 approval-3" },
		{ COURIER_SOFTWARE, "approval-1 approval-2" },
		{ COURIER_REVOCATION, "approval-1" },
		{ COURIER_ABANDONMENT, "abandonment.note" },
		{ COURIER_OUTBOX, "" },
		{ COURIER_OUTBOX, "definition.json nonce" },
		{ COURIER_SENT, "now/state whatever" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		struct brought_fault fault = { "" };
		const refusal why =
			check(taken[i].kind, taken[i].words, &fault);
		if (why != NULL)
			fail_msg(
				"%s: %s %s", taken[i].words, fault.member, why);
	}
}

static void test_what_it_refuses(void **state)
{
	static const struct {
		enum courier_kind kind;
		const char *words;
		const char *member;
		const char *why;
	} refused[] = {
		{ COURIER_ENROL, "", "operators", "is missing" },
		{ COURIER_ENROL, "operators credential-1 approval-1",
			"authority", "is missing" },
		{ COURIER_ENROL, "operators authority credential-1",
			"approval-1", "is missing" },
		{ COURIER_ENROL, ENROL " approval-2", "credential-2",
			"is missing" },
		{ COURIER_ENROL, ENROL " credential-2", "approval-2",
			"is missing" },
		{ COURIER_ENROL, ENROL " nonce", "nonce", "does not belong" },
		{ COURIER_ELECTION, "definition.json enrolment.note",
			"definition.note", "is missing" },
		{ COURIER_ELECTION, ELECTION " approval-1", "approval-1",
			"does not belong" },
		{ COURIER_BOXES, "", "election-keys.note", "is missing" },
		{ COURIER_BOXES, "boxes/1.note boxes/1.age",
			"election-keys.note", "is missing" },
		{ COURIER_BOXES, "boxes/1.note boxes/1.age election-keys.note",
			"election-keys.note", "behind a box" },
		{ COURIER_BOXES, "election-keys.note boxes/1.note",
			"boxes/1.age", "is missing" },
		{ COURIER_BOXES, "election-keys.note boxes/1.age",
			"boxes/1.note", "is missing" },
		{ COURIER_BOXES, "election-keys.note boxes/1.age boxes/1.note",
			"boxes/1.age", "wrong place" },
		{ COURIER_BOXES,
			"election-keys.note boxes/1.note boxes/2.note "
			"boxes/1.age boxes/2.age",
			"boxes/1.note", "wrong place" },
		{ COURIER_BOXES, "election-keys.note boxes/1.txt",
			"boxes/1.txt", "is no box" },
		{ COURIER_BOXES, "election-keys.note boxes/1", "boxes/1",
			"is no box" },
		{ COURIER_BOXES, "election-keys.note 1.note 1.age", "1.note",
			"does not belong" },
		{ COURIER_APPROVALS, "", "approval-1", "is missing" },
		{ COURIER_APPROVALS, "approval-2", "approval-1", "is missing" },
		{ COURIER_APPROVALS, "approval-1 approval-3", "approval-2",
			"is missing" },
		{ COURIER_APPROVALS, "approval-1 approval-10", "approval-10",
			"does not belong" },
		{ COURIER_APPROVALS, "approval-1 approval-0", "approval-0",
			"does not belong" },
		{ COURIER_APPROVALS, "approval-1 nonce-1", "nonce-1",
			"does not belong" },
		{ COURIER_ABANDONMENT, "", "abandonment.note", "is missing" },
		{ COURIER_ABANDONMENT, "abandonment.note nonce", "nonce",
			"does not belong" },
		{ COURIER_OUTBOX, "nonce-1", "nonce-1", "does not belong" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct brought_fault fault = { "" };
		const refusal why =
			check(refused[i].kind, refused[i].words, &fault);
		if (why == NULL || strstr(why, refused[i].why) == NULL ||
			strcmp(fault.member, refused[i].member) != 0)
			fail_msg("%s: said %s %s", refused[i].words,
				fault.member, why != NULL ? why : "nothing");
	}
}

/* What the machine takes in some state has members, or is an outbox. */
static void test_every_kind_has_rows(void **state)
{
	(void)state;
	for (size_t k = 0; k < courier_table_size; k++) {
		size_t rows = 0;
		for (size_t i = 0; i < brought_table_size; i++)
			rows += brought_table[i].kind == courier_table[k].kind;
		assert_int_equal(rows > 0, courier_table[k].states != 0);
	}
}

/* The line of a kind in the document's table of kinds. */
static void find_line(FILE *page, const char *word, char line[LINE_MOST])
{
	char start[40];
	snprintf(start, sizeof(start), "| `%s` |", word);
	rewind(page);
	while (fgets(line, LINE_MOST, page) != NULL)
		if (strncmp(line, start, strlen(start)) == 0)
			return;
	fail_msg("the document has no kind %s", word);
}

static void test_the_document_names_all(void **state)
{
	FILE *page = fopen("docs/protocols/courier.md", "r");
	(void)state;
	assert_non_null(page);
	for (size_t i = 0; i < brought_table_size; i++) {
		const struct brought_row *row = &brought_table[i];
		char line[LINE_MOST];
		char named[80];
		find_line(page, courier_of_kind(row->kind)->word, line);
		snprintf(named, sizeof(named), "`%s%s", row->name,
			row->form == BROUGHT_NUMBERED ? "-1`"
			: row->form == BROUGHT_BOXES  ? "BOX.note`"
						      : "`");
		if (strstr(line, named) == NULL)
			fail_msg("%s is not in: %s", named, line);
	}
	fclose(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_the_machine_takes),
		cmocka_unit_test(test_what_it_refuses),
		cmocka_unit_test(test_every_kind_has_rows),
		cmocka_unit_test(test_the_document_names_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
