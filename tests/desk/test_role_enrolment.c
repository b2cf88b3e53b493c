/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The define role, asked about what a quorum has signed: an enrolment, an
 * election on an enrolled machine, and that boxes may be opened or a result
 * released. This program executes itself as it, in its sandbox. All people are
 * the paper's.
 */
#include "appliance/formats/crypto.h"
#include "appliance/machine/memfd.h"
#include "appliance/machine/peer.h"
#include "appliance/machine/roles.h"
#include "appliance/record/items.h"
#include "tests/support/confined.h"
#include "tests/support/patience.h"
#include "tests/support/told.h"
#include "tests/verify/paper.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE = 60 };

/* A list, which ends with NULL: an item's name, and its member's. */
struct named {
	const char *item;
	const char *member; /* NULL: the same */
};
static const struct named enrolled[] = { { "operators", NULL },
	{ "authority", NULL }, { "approval-1", NULL }, { "approval-2", NULL },
	{ NULL, NULL } };
static const struct named sealed[] = { { "definition.json", NULL },
	{ "definition.note", NULL }, { "enrolment.note", NULL },
	{ NULL, NULL } };
static const struct named opening[] = { { "approval-1", "open-approval-1" },
	{ "approval-2", "open-approval-2" }, { NULL, NULL } };
static const struct named closing[] = { { "challenge", NULL },
	{ "quote.attest", NULL }, { NULL, NULL } };
static const struct named releasing[] = { { "approval-1",
						  "release-approval-1" },
	{ "approval-2", "release-approval-2" }, { NULL, NULL } };

/* Those of them that the paper has. */
static int list_of(const struct paper *paper, const struct named *name)
{
	static uint8_t space[1 << 16];
	struct writer out = writer_of(space, sizeof(space));
	for (; name->item != NULL; name++) {
		const struct bytes content = archive_find(&paper->sent,
			name->member != NULL ? name->member : name->item);
		if (content.size > 0)
			write_item(&out, ITEM_PUBLIC, name->item, content);
	}
	const int list = memfd_written(&out);
	assert_true(list >= 0);
	return list;
}

/* What a fresh role answers; the lists are closed. */
static enum answer asked(struct wire_said said, const int *list, size_t count,
	struct notice *why)
{
	struct wire_message answer;
	struct peer define;
	assert_null(
		peer_start(&define, ROLE_DEFINE, confined_setting(), NULL, 0));
	const enum answer got =
		peer_ask(&define, said, list, count, &answer, why);
	if (got == ANSWERED)
		wire_close(&answer);
	peer_stop(&define);
	for (size_t i = 0; i < count; i++)
		close(list[i]);
	return got;
}

static struct define_facts facts_of(const struct paper *paper)
{
	return (struct define_facts){ .ak = paper->chain.machine.ak,
		.srk = paper->chain.srk };
}

/* The define role refuses the paper's enrolment, for this reason. */
static void expect_refused(const struct paper *paper, const char *wanted)
{
	const struct define_facts facts = facts_of(paper);
	const int list = list_of(paper, enrolled);
	struct notice why;
	assert_int_equal(asked(SAY(DEFINE_ENROL, &facts), &list, 1, &why),
		ANSWER_REFUSED);
	assert_string_equal(notice_told(&why), wanted);
}

/* The same of its election; NULL: it takes it. */
static void expect_sealing(const struct paper *paper, const char *wanted)
{
	const struct define_facts facts = facts_of(paper);
	const int list[] = { list_of(paper, sealed), list_of(paper, enrolled) };
	struct notice why;
	const enum answer got = asked(SAY(DEFINE_SEAL, &facts), list, 2, &why);
	assert_int_equal(got, wanted == NULL ? ANSWERED : ANSWER_REFUSED);
	if (wanted != NULL)
		assert_string_equal(notice_told(&why), wanted);
}

/* Operators cannot bind software to what any program may reset. */
static void a_pcr_that_is_never_bound(void **state)
{
	static const struct paper_approval how = { .members = QUORUM };
	struct paper *paper = paper_make();
	struct boot_policy boot = paper->chain.in_force->boot;
	(void)state;
	boot.pcrs.mask |= 1U << 16;
	paper_approve_boot(paper, &how, &boot, &paper->definition.image);
	expect_refused(paper, "approval-1: it names a PCR that is never bound");
	paper_free(paper);
}

static void nobody_approves_twice(void **state)
{
	static uint8_t first[STATEMENT_MOST];
	struct paper *paper = paper_make();
	const struct bytes note = paper_get(paper, "approval-1");
	const size_t size = note.size;
	(void)state;
	assert_true(size <= sizeof(first));
	memcpy(first, note.data, size);
	paper_put(paper, "approval-2", bytes_of(first, size));
	expect_refused(paper,
		"approval-2: it is a second approval by the same person");
	paper_free(paper);
}

/* The same people, who now have to be three to sign. */
static char *definition_of_another_authority(const char *definition)
{
	json_t *json = json_loads(definition, 0, NULL);
	json_object_set_new(
		json_object_get(json_object_get(json, "quorum"), "definition"),
		"need", json_integer(3));
	char *text = json_dumps(json, 0);
	assert_non_null(text);
	json_decref(json);
	return text;
}

static void sign_definition(struct paper *paper, const char *json)
{
	uint8_t space[1024];
	struct writer out = writer_of(space, sizeof(space));
	struct text_writer text =
		text_begin(&statement_form[STATEMENT_DEFINITION], false, &out);
	const struct digest digest = sha256(bytes_of_text(json));
	text_put(&text, DEFINITION_ELECTION,
		bytes_of_text(paper->definition.plan.id));
	text_put(&text, DEFINITION_DIGEST, bytes_of(digest.byte, SHA256_SIZE));
	assert_null(text_end(&text));
	paper_put(paper, "definition.json", bytes_of_text(json));
	paper_put_signed(paper, "definition.note", written(&out), AUTHORITY,
		MEMBER_1 | MEMBER_2 | MEMBER_3);
}

/* All of whom have signed it; the machine was not enrolled for them. */
static void the_election_of_another_authority(void **state)
{
	struct paper *paper = paper_make();
	(void)state;
	expect_sealing(paper, NULL);
	sign_definition(paper, paper->json);
	expect_sealing(paper, NULL);
	char *other = definition_of_another_authority(paper->json);
	sign_definition(paper, other);
	expect_sealing(paper,
		"the definition: it names another authority than the one that "
		"this machine was enrolled for");
	free(other);
	paper_free(paper);
}

/* As the journal and the TPM have it. */
static struct election election_of(const struct paper *paper)
{
	const struct plan *plan = &paper->definition.plan;
	struct election out = {
		.definition = plan->definition,
		.phase = paper->chain.terms.phase,
		.officers = plan->roster[OFFICERS].quorum,
		.auditors = plan->roster[AUDITORS].quorum,
		.ak = paper->chain.machine.ak,
		.bk = paper->chain.bk.name,
		.rk = paper->chain.rk.name,
		.machine = { "SQ-7" },
	};
	wire_text_set(&out.id, plan->id);
	return out;
}

static struct define_open open_of(const struct paper *paper)
{
	return (struct define_open){ .election = election_of(paper),
		.size = paper->chain.checkpoint_size,
		.root = paper->chain.checkpoint_root };
}

static struct define_release release_of(const struct paper *paper)
{
	return (struct define_release){ .election = election_of(paper),
		.size = paper->chain.checkpoint_size,
		.root = paper->chain.checkpoint_root };
}

static void expect_reason(
	enum answer got, const struct notice *why, const char *wanted)
{
	if (got != (wanted == NULL ? ANSWERED : ANSWER_REFUSED))
		fail_msg("%s", got == ANSWERED ? "accepted" : notice_told(why));
	if (wanted != NULL)
		assert_string_equal(notice_told(why), wanted);
}

static void expect_open(const struct paper *paper,
	const struct define_open *open, const char *wanted)
{
	const int list[] = { list_of(paper, opening), list_of(paper, sealed) };
	struct notice why;
	expect_reason(
		asked(SAY(DEFINE_OPEN, open), list, 2, &why), &why, wanted);
}

static void expect_release(const struct paper *paper,
	const struct define_release *release, const char *wanted)
{
	const int list[] = { list_of(paper, releasing), list_of(paper, sealed),
		list_of(paper, closing) };
	struct notice why;
	expect_reason(asked(SAY(DEFINE_RELEASE, release), list, 3, &why), &why,
		wanted);
}

/* Of the election what both kinds of approval are for: one bit changes. */
static const struct {
	size_t at;
	const char *why;
} meant[] = {
#define MEANT(member, what)                                                    \
	{                                                                      \
		offsetof(struct election, member),                             \
			"approval-1: it is for " what                          \
	}
	MEANT(id.line, "another election"),
	MEANT(machine.line, "another machine"),
	MEANT(definition, "another definition"),
	MEANT(ak.byte[2], "a machine with another AK"),
};

static void an_opening_is_for_this_state(void **state)
{
	struct paper *paper = paper_make();
	struct define_open open = open_of(paper);
	(void)state;
	expect_open(paper, &open, NULL);
	for (size_t i = 0; i < sizeof(meant) / sizeof(meant[0]); i++) {
		open = open_of(paper);
		((uint8_t *)&open.election)[meant[i].at] ^= 1;
		expect_open(paper, &open, meant[i].why);
	}
	open = open_of(paper);
	open.election.bk.byte[2] ^= 1;
	expect_open(paper, &open, "approval-1: it is for another box key");
	open = open_of(paper);
	open.election.phase++;
	expect_open(paper, &open, "approval-1: it is for another phase");
	open = open_of(paper);
	open.size++;
	expect_open(paper, &open,
		"approval-1: it is for another set of boxes: its checkpoint is "
		"of another size");
	open = open_of(paper);
	open.root.byte[0] ^= 1;
	expect_open(paper, &open,
		"approval-1: it is for another set of boxes: its checkpoint "
		"has another root");
	paper_free(paper);
}

static void an_opening_needs_the_officers_quorum(void **state)
{
	static const struct paper_approval one = { .members = MEMBER_1 };
	static const struct paper_approval board = { .members = ONE_BOARD };
	struct paper *paper = paper_make();
	const struct define_open open = open_of(paper);
	(void)state;
	paper_approve_open(paper, &board);
	expect_open(paper, &open,
		"the approvals: fewer approvals of one board than the quorum "
		"needs");
	paper_approve_open(paper, &one);
	expect_open(paper, &open,
		"the approvals: fewer approvals than the quorum needs");
	paper_free(paper);
}

static void a_release_is_for_this_closing(void **state)
{
	static const char boxes[] = "approval-1: it is for another set of "
				    "boxes";
	static const struct digest result;
	static const struct paper_approval other = { .members = QUORUM,
		.result = &result };
	struct paper *paper = paper_make();
	struct define_release release = release_of(paper);
	(void)state;
	expect_release(paper, &release, NULL);
	for (size_t i = 0; i < sizeof(meant) / sizeof(meant[0]); i++) {
		release = release_of(paper);
		((uint8_t *)&release.election)[meant[i].at] ^= 1;
		expect_release(paper, &release, meant[i].why);
	}
	release = release_of(paper);
	release.election.rk.byte[2] ^= 1;
	expect_release(
		paper, &release, "approval-1: it is for another result key");
	release = release_of(paper);
	release.size++;
	expect_release(paper, &release, boxes);
	release = release_of(paper);
	release.root.byte[0] ^= 1;
	expect_release(paper, &release, boxes);
	release = release_of(paper);
	paper_flip(paper, "quote.attest", -1);
	expect_release(paper, &release, "approval-1: it is for another quote");
	paper_flip_behind(paper, "challenge", "\nrevocation: ");
	expect_release(
		paper, &release, "approval-1: it is for another challenge");
	paper_approve_release(paper, &other);
	expect_release(
		paper, &release, "approval-1: it is for another result digest");
	paper_free(paper);
}

static void a_release_needs_the_auditors_quorum(void **state)
{
	static const struct paper_approval one = { .members = MEMBER_1 };
	static const struct paper_approval board = { .members = ONE_BOARD };
	struct paper *paper = paper_make();
	const struct define_release release = release_of(paper);
	(void)state;
	paper_approve_release(paper, &board);
	expect_release(paper, &release,
		"the approvals: fewer approvals of one board than the quorum "
		"needs");
	paper_approve_release(paper, &one);
	expect_release(paper, &release,
		"the approvals: fewer approvals than the quorum needs");
	paper_free(paper);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pcr_that_is_never_bound),
		cmocka_unit_test(nobody_approves_twice),
		cmocka_unit_test(the_election_of_another_authority),
		cmocka_unit_test(an_opening_is_for_this_state),
		cmocka_unit_test(an_opening_needs_the_officers_quorum),
		cmocka_unit_test(a_release_is_for_this_closing),
		cmocka_unit_test(a_release_needs_the_auditors_quorum),
	};
	int status;
	if (roles_main(argc, argv, &status))
		_exit(status);
	patience(PATIENCE);
	crypto_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
