/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The intake role walks an archive strictly: nothing lies between members or
 * behind the end, boxes come as pairs, and behind the note of the keys that the
 * authority has signed for. The election is the paper's.
 */
#include "appliance/formats/crypto.h"
#include "appliance/formats/ustar.h"
#include "appliance/machine/memfd.h"
#include "appliance/machine/roles.h"
#include "appliance/record/courier.h"
#include "tests/desk/scenarios.h"
#include "tests/support/forked_role.h"
#include "tests/support/patience.h"
#include "tests/support/told.h"
#include "tests/support/volume_maker.h"
#include "tests/verify/paper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE = 60, ARCHIVE_MOST = 8 << 20, PLAN_MOST = 1 << 20 };

static struct paper *paper;
static uint8_t *space;
static struct writer archive;

static int make(void **state)
{
	(void)state;
	crypto_start();
	paper = paper_make();
	space = malloc(ARCHIVE_MOST);
	return paper != NULL && space != NULL ? 0 : -1;
}

static int drop(void **state)
{
	(void)state;
	paper_free(paper);
	free(space);
	return 0;
}

static void begin(const char *label)
{
	archive = writer_of(space, ARCHIVE_MOST);
	write_ustar_member(&archive, "courier", bytes_of_text(label));
}

/* What the paper has as `content`, under this name. */
static void put(const char *name, const char *content)
{
	write_ustar_member(&archive, name, paper_get(paper, content));
}

static void put_zeros(void)
{
	static const uint8_t zero[USTAR_BLOCK_SIZE];
	write_bytes(&archive, bytes_of(zero, sizeof(zero)));
}

static struct forked_role insert(void)
{
	assert_false(archive.broken);
	const int medium = memfd_written(&archive);
	assert_true(medium >= 0);
	const struct forked_role role =
		forked_start(ROLE_INTAKE, role_intake, medium);
	close(medium);
	return role;
}

static void expect_refused(struct forked_role *role, const char *wanted)
{
	assert_int_equal(role->answer.type, REFUSED);
	assert_string_equal(notice_told(HEARD(&role->answer, REFUSED)), wanted);
	forked_stop(role);
}

static void nothing_lies_between_members(void **state)
{
	(void)state;
	begin("sandoq/courier/v1 election\n");
	space[2 * USTAR_BLOCK_SIZE - 1] = 1;
	put("definition.json", "definition.note");
	write_ustar_end(&archive);
	struct forked_role role = insert();
	forked_ask(&role, SAY(INTAKE_START, &nothing), -1);
	expect_refused(&role, "not a courier medium: the archive has bytes "
			      "between its members");
}

/* Two blocks of zeros are the end, and one is not. */
static void nothing_lies_behind_the_end(void **state)
{
	(void)state;
	begin("sandoq/courier/v1 election\n");
	put("definition.note", "definition.note");
	put_zeros();
	put("definition.json", "definition.note");
	write_ustar_end(&archive);
	struct forked_role role = insert();
	assert_int_equal(forked_ask(&role, SAY(INTAKE_START, &nothing), -1),
		INTAKE_KIND);
	forked_ask(&role, SAY(INTAKE_TAKE, &nothing), -1);
	expect_refused(
		&role, "the medium: the archive does not end as it should");
}

/* NULL: it is taken. */
static void expect_outbox(const char *const *members, const char *said)
{
	begin("sandoq/courier/v1 outbox\n");
	for (; *members != NULL; members++)
		write_ustar_member(&archive, *members,
			strcmp(*members, "nonce") == 0
				? file_bytes(&paper->nonce)
				: bytes_of_text("a definition"));
	write_ustar_end(&archive);
	struct forked_role role = insert();
	forked_ask(&role, SAY(INTAKE_START, &nothing), -1);
	if (said != NULL) {
		expect_refused(&role, said);
		return;
	}
	assert_int_equal(role.answer.type, INTAKE_KIND);
	forked_stop(&role);
}

/* Of two that differ nobody could tell which of them was meant. */
static void an_outbox_has_each_member_once(void **state)
{
	static const char why[] =
		"not a courier medium: an outbox is empty, or holds a nonce "
		"and the definition of an earlier election; this one was "
		"written in part, or packed otherwise: pack it anew";
	static const char *const good[][3] = {
		{ NULL },
		{ "nonce", "definition.json", NULL },
		{ "definition.json", "nonce", NULL },
	};
	static const char *const bad[][4] = {
		{ "nonce", "nonce", NULL },
		{ "definition.json", "definition.json", NULL },
		{ "nonce", "definition.json", "nonce", NULL },
		{ "definition.json", "nonce", "definition.json", NULL },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		expect_outbox(good[i], NULL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect_outbox(bad[i], why);
}

/* The first answer to the boxes of what was put. */
static enum wire_type take_boxes(
	struct forked_role *role, const struct election *election)
{
	static uint8_t encoded[PLAN_MOST];
	struct writer out = writer_of(encoded, sizeof(encoded));
	plan_encode(&out, &paper->definition.plan);
	const int plan = memfd_written(&out);
	assert_true(plan >= 0);
	write_ustar_end(&archive);
	*role = insert();
	assert_int_equal(
		forked_ask(role, SAY(INTAKE_START, &nothing), -1), INTAKE_KIND);
	const enum wire_type got =
		forked_ask(role, SAY(INTAKE_TAKE_BOXES, election), plan);
	close(plan);
	return got;
}

static void boxes_come_as_pairs(void **state)
{
	static const char *const pairs[][2] = {
		{ "boxes/0001.note", "boxes/0002.age" },
		{ "boxes/0001.age", "boxes/0001.note" },
		{ "crates/0001.note", "crates/0001.age" },
		{ "boxes/0001.note", "boxes/0001.age2" },
	};
	const struct election election = scenario_election(paper);
	struct forked_role role;
	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		begin("sandoq/courier/v1 boxes\n");
		put("election-keys.note", "election-keys.note");
		put(pairs[i][0], "boxes/0001.note");
		put(pairs[i][1], "boxes/0001.age");
		assert_int_equal(take_boxes(&role, &election), INTAKE_KEYS);
		assert_int_equal(
			forked_ask(&role, SAY(INTAKE_NEXT, &nothing), -1),
			REFUSED);
		expect_refused(&role, "the medium: boxes do not come as "
				      "NAME.note, then NAME.age");
	}
	begin("sandoq/courier/v1 boxes\n");
	put("election-keys.note", "election-keys.note");
	put("boxes/0001.note", "boxes/0001.note");
	put("boxes/0001.age", "boxes/0001.age");
	assert_int_equal(take_boxes(&role, &election), INTAKE_KEYS);
	assert_int_equal(
		forked_ask(&role, SAY(INTAKE_NEXT, &nothing), -1), INTAKE_BOX);
	forked_stop(&role);
}

static void keys_are_those_of_the_election(void **state)
{
	struct election other = scenario_election(paper);
	struct forked_role role;
	(void)state;
	other.bk = other.rk;
	begin("sandoq/courier/v1 boxes\n");
	put("election-keys.note", "election-keys.note");
	take_boxes(&role, &other);
	expect_refused(&role, "the medium: it names another box key");
	other = scenario_election(paper);
	begin("sandoq/courier/v1 boxes\n");
	put("boxes/0001.note", "boxes/0001.note");
	take_boxes(&role, &other);
	expect_refused(&role, "the medium: election-keys.note is missing");
}

/* A stick of exFAT that has the archive as a file of this name. */
static struct forked_role insert_file(const char *name, struct stretch *where)
{
	struct maker stick = { .kind = VOLUME_EXFAT,
		.table = TABLE_MBR,
		.sector = 512,
		.per_cluster = 8 };
	maker_begin(&stick);
	const uint32_t first = maker_add(&stick, name, written(&archive));
	struct writer disk = { stick.disk, stick.size, stick.size, false };
	const int medium = memfd_written(&disk);
	assert_true(medium >= 0);
	where->at = (uint64_t)(maker_cluster(&stick, first) - stick.disk);
	where->size = archive.size;
	maker_free(&stick);
	const struct forked_role role =
		forked_start(ROLE_INTAKE, role_intake, medium);
	close(medium);
	return role;
}

#define NO_COURIER "not a courier medium: "
#define NO_OUTBOX                                                              \
	NO_COURIER "its file OUTBOX.TAR is no outbox that was packed for "     \
		   "this machine: pack the outbox anew"

static void a_file_is_named_for_its_way(void **state)
{
	/* The archive has 2,048 bytes. */
	static const struct {
		const char *file;
		const char *label;
		const char *said; /* NULL: it is taken */
	} cases[] = {
		{ "SANDOQ.TAR", "boxes", NULL },
		{ "OUTBOX.TAR", "outbox 2048", NULL },
		{ "OUTBOX.TAR", "outbox 2047",
			NO_COURIER "it has another size than the desk gave "
				   "it: pack the outbox anew" },
		{ "OUTBOX.TAR", "outbox", NO_OUTBOX },
		{ "OUTBOX.TAR", "boxes", NO_OUTBOX },
		{ "OUTBOX.TAR", "sent",
			NO_COURIER "it is an outbox that was written already: "
				   "take it to the desk; to use it again, pack "
				   "it anew as an outbox" },
		{ "SANDOQ.TAR", "outbox 2048",
			NO_COURIER "its file SANDOQ.TAR is an outbox: pack the "
				   "outbox anew" },
		{ "SANDOQ.TAR", "outbox",
			NO_COURIER "its file SANDOQ.TAR is an outbox: pack the "
				   "outbox anew" },
		{ "SANDOQ.TXT", "boxes",
			NO_COURIER "there is no file SANDOQ.TAR in its first "
				   "folder: bring the stick that was packed "
				   "for this machine" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char label[64];
		struct stretch where;
		snprintf(label, sizeof(label), "sandoq/courier/v1 %s\n",
			cases[i].label);
		begin(label);
		write_ustar_end(&archive);
		struct forked_role role = insert_file(cases[i].file, &where);
		forked_ask(&role, SAY(INTAKE_START, &nothing), -1);
		if (cases[i].said != NULL) {
			expect_refused(&role, cases[i].said);
			continue;
		}
		assert_int_equal(role.answer.type, INTAKE_KIND);
		const struct intake_kind *kind =
			HEARD(&role.answer, INTAKE_KIND);
		const bool out = kind->kind == COURIER_OUTBOX;
		assert_int_equal(kind->room.at, out ? where.at : 0);
		assert_int_equal(kind->room.size, out ? where.size : 0);
		forked_stop(&role);
	}
}

static void a_file_that_ends_too_early_is_refused(void **state)
{
	struct stretch where;
	(void)state;
	begin("sandoq/courier/v1 election\n");
	struct forked_role role = insert_file("SANDOQ.TAR", &where);
	assert_int_equal(forked_ask(&role, SAY(INTAKE_START, &nothing), -1),
		INTAKE_KIND);
	forked_ask(&role, SAY(INTAKE_TAKE, &nothing), -1);
	expect_refused(&role,
		"the medium: the stick's file ends in the middle of its "
		"archive: copy it again, and eject the stick before you pull "
		"it out");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_lies_between_members),
		cmocka_unit_test(nothing_lies_behind_the_end),
		cmocka_unit_test(an_outbox_has_each_member_once),
		cmocka_unit_test(boxes_come_as_pairs),
		cmocka_unit_test(keys_are_those_of_the_election),
		cmocka_unit_test(a_file_is_named_for_its_way),
		cmocka_unit_test(a_file_that_ends_too_early_is_refused),
	};
	patience(PATIENCE);
	return cmocka_run_group_tests(tests, make, drop);
}
