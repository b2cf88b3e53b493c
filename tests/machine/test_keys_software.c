/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Later software, as the keys role judges its approval before the journal has
 * it: with a revocation counter that this file plays (--wrap), and approvals
 * that the operators have signed.
 */
#include "appliance/formats/crypto.h"
#include "appliance/machine/keys.h"
#include "tests/support/one_answer.h"
#include "tests/support/patience.h"
#include "tests/support/scalar.h"
#include "tests/support/told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { PATIENCE = 20, EPOCH = 5, OPERATORS_COUNT = 3, PCR_IMAGE = 4 };

static uint64_t revoked;

bool __wrap_tpm_revocations(
	struct tpm *tpm, const struct nv_names *names, uint64_t *out);

bool __wrap_tpm_revocations(
	struct tpm *tpm, const struct nv_names *names, uint64_t *out)
{
	(void)tpm;
	(void)names;
	*out = revoked;
	return true;
}

/* Two of three operators, of either board. */
static struct keys keys_of_a_machine(void)
{
	struct keys keys = { .tpm = NULL };
	struct quorum *operators = &keys.machine.operators;
	*operators =
		(struct quorum){ .need = 2, .of = OPERATORS_COUNT, .each = 1 };
	for (unsigned m = 0; m < OPERATORS_COUNT; m++)
		operators->member[m] = (struct quorum_member){
			.key = scalar_public(m + 1),
			.board = m == 2 ? SUPERVISORY : EXECUTIVE,
		};
	keys.machine.ak = public_name(bytes_of_text("AK"));
	keys.nv = machine_nv_names(&keys.machine);
	return keys;
}

/* PCR 9 is zero, as it has to be, and PCR 4 is what the image makes it. */
static struct boot_policy boot_of(uint8_t image)
{
	return (struct boot_policy){
		.epoch = EPOCH,
		.pcrs = { .mask = 1U << PCR_IMAGE | 1U << PCR_COMMAND_LINE,
			.value[PCR_IMAGE] = { { image } } },
	};
}

static void approve(const struct keys *keys, struct keys_software *software,
	unsigned member)
{
	const struct approval_scope scope =
		machine_scope(&keys->machine, APPROVE_BOOT);
	const struct digest cp_hash =
		boot_approval_cp_hash(&keys->machine, &software->boot, true);
	const struct digest digest = approval_digest(&scope, &cp_hash);
	struct p256_private *key = scalar_key(member + 1);
	software->approvals.list[software->approvals.count++] =
		(struct approval){ .member = (uint16_t)member,
			.bound = 1,
			.signature = p256_sign(key, &digest) };
	p256_free(key);
}

static struct keys_software approved(
	const struct keys *keys, const struct boot_policy *boot)
{
	struct keys_software software = { .boot = *boot };
	approve(keys, &software, 0);
	approve(keys, &software, 2);
	return software;
}

/* NULL: it is taken. */
static void expect(struct keys *keys, const struct keys_software *software,
	const char *why)
{
	struct wire_message answer;
	one_answer(keys_software, keys, ROLE_KEYS, SAY(KEYS_SOFTWARE, software),
		&answer);
	assert_int_equal(answer.type, why == NULL ? KEYS_MEMBERS : REFUSED);
	if (why != NULL)
		assert_string_equal(notice_told(HEARD(&answer, REFUSED)), why);
	wire_close(&answer);
}

#define REFUSES(why) "the software's approval: " why

static void software_runs_up_to_its_revocation(void **state)
{
	struct keys keys = keys_of_a_machine();
	const struct boot_policy boot = boot_of(2);
	const struct keys_software software = approved(&keys, &boot);
	(void)state;
	keys.boot = boot_of(1);
	revoked = EPOCH;
	expect(&keys, &software, NULL);
	revoked = EPOCH + 1;
	expect(&keys, &software,
		REFUSES("it is revoked: the revocation counter is above what "
			"it allows"));
}

static void what_is_in_force_is_not_approved_again(void **state)
{
	struct keys keys = keys_of_a_machine();
	const struct boot_policy boot = boot_of(1);
	const struct keys_software software = approved(&keys, &boot);
	(void)state;
	keys.boot = boot_of(1);
	revoked = EPOCH;
	expect(&keys, &software, REFUSES("it is in force already"));
}

static void software_needs_the_operators_quorum(void **state)
{
	struct keys keys = keys_of_a_machine();
	struct keys_software software = { .boot = boot_of(2) };
	(void)state;
	keys.boot = boot_of(1);
	revoked = EPOCH;
	approve(&keys, &software, 1);
	expect(&keys, &software,
		REFUSES("fewer approvals than the quorum needs"));
	approve(&keys, &software, 2);
	expect(&keys, &software, NULL);
	software.boot.epoch++;
	expect(&keys, &software,
		REFUSES("the signature is not this member's over this "
			"purpose, election, machine and command"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(software_runs_up_to_its_revocation),
		cmocka_unit_test(what_is_in_force_is_not_approved_again),
		cmocka_unit_test(software_needs_the_operators_quorum),
	};
	patience(PATIENCE);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
