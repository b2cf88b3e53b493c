/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The define role, asked for an enrolment that a quorum has signed: this
 * program executes itself as it, in its sandbox. The operators are the paper's.
 */
#include "appliance/formats/crypto.h"
#include "appliance/machine/memfd.h"
#include "appliance/machine/peer.h"
#include "appliance/machine/roles.h"
#include "appliance/record/items.h"
#include "tests/support/confined.h"
#include "tests/support/patience.h"
#include "tests/verify/paper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE = 60 };

/* The define role refuses the paper's enrolment, for this reason. */
static void expect_refused(const struct paper *paper, const char *wanted)
{
	static const char *const name[] = { "operators", "authority",
		"approval-1", "approval-2" };
	static uint8_t space[1 << 16];
	struct writer out = writer_of(space, sizeof(space));
	const struct define_facts facts = { .ak = paper->chain.machine.ak,
		.srk = paper->chain.srk };
	struct wire_message answer;
	struct wire_text why;
	struct peer define;
	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		write_item(
			&out, ITEM_PUBLIC, name[i], paper_get(paper, name[i]));
	const int list = memfd_written(&out);
	assert_true(list >= 0);
	assert_null(
		peer_start(&define, ROLE_DEFINE, confined_setting(), NULL, 0));
	assert_int_equal(peer_ask(&define, SAY(DEFINE_ENROL, &facts), &list, 1,
				 &answer, &why),
		ANSWER_REFUSED);
	assert_string_equal(why.line, wanted);
	peer_stop(&define);
	close(list);
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

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pcr_that_is_never_bound),
		cmocka_unit_test(nobody_approves_twice),
	};
	int status;
	if (roles_main(argc, argv, &status))
		_exit(status);
	patience(PATIENCE);
	crypto_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
