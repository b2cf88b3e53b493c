/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of the record's members: how an archive names what an entry holds,
 * and that no program spells such a name itself.
 */
#include "appliance/record/members.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SOURCE_MOST = 1 << 18, NUMBER = 17 };

static void expect_name(
	unsigned type, uint64_t number, const char *item, const char *wanted)
{
	char name[MEMBER_NAME_SIZE];
	member_of_entry(type, number, bytes_of_text(item), name);
	assert_string_equal(name, wanted);
}

static void test_names_follow_the_entry(void **state)
{
	(void)state;
	expect_name(0, NUMBER, MEMBER_CHALLENGE, "now/challenge");
	expect_name(ENTRY_BOX, NUMBER, MEMBER_BOX_NOTE, "boxes/0017.note");
	expect_name(ENTRY_BOX, NUMBER, MEMBER_BOX_FILE, "boxes/0017.age");
	expect_name(ENTRY_BOX, 12345, MEMBER_BOX_FILE, "boxes/12345.age");
	expect_name(ENTRY_BOX, NUMBER, MEMBER_BOX_HEADER, "boxes/0017.header");
	expect_name(ENTRY_REFUSED, NUMBER, "refused", "refused/0017");
	expect_name(ENTRY_FAILED, NUMBER, "failed", "failed/0017");
	expect_name(ENTRY_SOFTWARE, NUMBER, "approval-1",
		"software/0017.approval-1");
	expect_name(ENTRY_REVOCATION, NUMBER, "approval-2",
		"revocation/0017.approval-2");
	expect_name(ENTRY_OPEN, NUMBER, "approval-3", "open-approval-3");
	expect_name(ENTRY_APPROVED, NUMBER, "approval-1", "release-approval-1");
	expect_name(ENTRY_CLOSED, NUMBER, MEMBER_CHALLENGE, "challenge");
	expect_name(ENTRY_ENROLLED, NUMBER, MEMBER_AK, "ak.pub");
}

/* Leaves are of an election; these entries are not, or not of its tree. */
static void test_numbers_are_of_the_leaf_or_of_the_entry(void **state)
{
	(void)state;
	for (unsigned type = 0; type <= ENTRY_TYPES; type++)
		assert_int_equal(member_has_entry_number(type),
			type == ENTRY_SOFTWARE || type == ENTRY_REVOCATION ||
				type == ENTRY_FAILED);
}

/* Many headers stand in one entry, each named as it is published. */
static void test_a_header_is_named_beside_its_box(void **state)
{
	char item[MEMBER_NAME_SIZE];
	(void)state;
	member_header_item(NUMBER, item);
	expect_name(ENTRY_HEADERS, 3, item, "boxes/0017.header");
}

static void test_a_public_bundle_lacks_boxes_alone(void **state)
{
	(void)state;
	assert_true(member_is_ciphertext("boxes/0017.age"));
	assert_false(member_is_ciphertext("boxes/0017.note"));
	assert_false(member_is_ciphertext("boxes/.age.note"));
	assert_false(member_is_ciphertext("software/0017.age"));
	assert_false(member_is_ciphertext("boxes"));
	assert_false(member_is_ciphertext(".age"));
}

static void test_stems_are_numbered(void **state)
{
	char name[MEMBER_NAME_SIZE];
	(void)state;
	member_numbered(MEMBER_APPROVAL, 9, name);
	assert_string_equal(name, "approval-9");
}

static void test_names_of_keys_and_indices(void **state)
{
	(void)state;
	assert_string_equal(bk_members.public_area, "bk.pub");
	assert_string_equal(bk_members.private_area, "bk.private");
	assert_string_equal(rk_members.creation, "rk.creation");
	assert_string_equal(rk_members.attest, "rk.attest");
	assert_string_equal(rk_members.signature, "rk.signature");
	assert_string_equal(nv_members[NV_A], "approved.nv");
	assert_string_equal(nv_members[NV_R], "revocation.nv");
	assert_string_equal(nv_members[NV_P], "phase.nv");
	assert_string_equal(nv_members[NV_J], "journal.nv");
}

/*
 * Beginnings of literals that no other source may have. Words that mean other
 * things as well, "phase" or "note", are not among them.
 */
static const char *const spelled[] = {
	"\"ek.",
	"\"ak.",
	"\"srk.",
	"\"bk.",
	"\"rk.",
	"\"approved.nv",
	"\"revocation.nv",
	"\"phase.nv",
	"\"journal.nv",
	"\"boot-state\"",
	"\"definition.note",
	"\"enrolment.note",
	"\"election-keys.",
	"\"entries\"",
	"\"quote.",
	"\"event-log",
	"\"result.note",
	"\"now/",
	"\"boxes/%",
	"\"refused/",
	"\"software/",
	"\"revocation/",
	"\"failed/",
	"\"open-",
	"\"release-",
	"\"sandoq/courier/",
};

static const char *read_source(const char *path)
{
	static char kept[SOURCE_MOST];
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	const size_t size = fread(kept, 1, sizeof(kept) - 1, file);
	fclose(file);
	assert_true(size < sizeof(kept) - 1);
	kept[size] = '\0';
	return kept;
}

static void check_source(const char *path)
{
	const char *text = read_source(path);
	for (size_t i = 0; i < sizeof(spelled) / sizeof(spelled[0]); i++)
		if (strstr(text, spelled[i]) != NULL)
			fail_msg("%s spells %s...: appliance/record has a name "
				 "for it",
				path, spelled[i]);
}

static void check_sources(const char *pattern)
{
	glob_t found;
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		check_source(found.gl_pathv[i]);
	globfree(&found);
}

static void test_nobody_else_spells_them(void **state)
{
	(void)state;
	check_sources("appliance/machine/*.c");
	check_sources("appliance/verify/*.c");
	check_sources("appliance/desk/*.c");
	check_sources("appliance/desk/*/*.c");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_follow_the_entry),
		cmocka_unit_test(test_numbers_are_of_the_leaf_or_of_the_entry),
		cmocka_unit_test(test_a_header_is_named_beside_its_box),
		cmocka_unit_test(test_a_public_bundle_lacks_boxes_alone),
		cmocka_unit_test(test_stems_are_numbered),
		cmocka_unit_test(test_names_of_keys_and_indices),
		cmocka_unit_test(test_nobody_else_spells_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
