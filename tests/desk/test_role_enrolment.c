/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The define role, asked for an enrolment that a quorum has signed, or for an
 * election on an enrolled machine: this program executes itself as it, in its
 * sandbox. The operators are the paper's.
 */
#include "appliance/formats/crypto.h"
#include "appliance/machine/memfd.h"
#include "appliance/machine/peer.h"
#include "appliance/machine/roles.h"
#include "appliance/record/items.h"
#include "tests/support/confined.h"
#include "tests/support/patience.h"
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

static const char *const enrolled[] = { "operators", "authority", "approval-1",
	"approval-2", NULL };
static const char *const sealed[] = { "definition.json", "definition.note",
	"enrolment.note", NULL };

/* The paper's members of these names. */
static int list_of(const struct paper *paper, const char *const *name)
{
	static uint8_t space[1 << 16];
	struct writer out = writer_of(space, sizeof(space));
	for (; *name != NULL; name++)
		write_item(&out, ITEM_PUBLIC, *name, paper_get(paper, *name));
	const int list = memfd_written(&out);
	assert_true(list >= 0);
	return list;
}

/* What a fresh role answers; the lists are closed. */
static enum answer asked(struct wire_said said, const int *list, size_t count,
	struct wire_text *why)
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
	struct wire_text why;
	assert_int_equal(asked(SAY(DEFINE_ENROL, &facts), &list, 1, &why),
		ANSWER_REFUSED);
	assert_string_equal(why.line, wanted);
}

/* The same of its election; NULL: it takes it. */
static void expect_sealing(const struct paper *paper, const char *wanted)
{
	const struct define_facts facts = facts_of(paper);
	const int list[] = { list_of(paper, sealed), list_of(paper, enrolled) };
	struct wire_text why;
	const enum answer got = asked(SAY(DEFINE_SEAL, &facts), list, 2, &why);
	assert_int_equal(got, wanted == NULL ? ANSWERED : ANSWER_REFUSED);
	if (wanted != NULL)
		assert_string_equal(why.line, wanted);
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

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pcr_that_is_never_bound),
		cmocka_unit_test(nobody_approves_twice),
		cmocka_unit_test(the_election_of_another_authority),
	};
	int status;
	if (roles_main(argc, argv, &status))
		_exit(status);
	patience(PATIENCE);
	crypto_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
