/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the keys role says of a TPM that is not as it should be when a boot
 * begins: with a TPM that this file plays (--wrap), for a true one is made
 * once.
 */
#include "appliance/machine/keys.h"
#include "tests/support/one_answer.h"
#include "tests/support/patience.h"
#include "tests/support/told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { PATIENCE = 20 };

static struct tpm_state has;
static bool platform_refuses;

bool __wrap_tpm_state(struct tpm *tpm, struct tpm_state *out);
bool __wrap_tpm_owner_is_locked(struct tpm *tpm);
bool __wrap_tpm_platform_refuses(struct tpm *tpm);
struct tpm_error __wrap_tpm_error(const struct tpm *tpm);

bool __wrap_tpm_state(struct tpm *tpm, struct tpm_state *out)
{
	(void)tpm;
	*out = has;
	return true;
}

bool __wrap_tpm_owner_is_locked(struct tpm *tpm)
{
	(void)tpm;
	return true;
}

bool __wrap_tpm_platform_refuses(struct tpm *tpm)
{
	(void)tpm;
	return platform_refuses;
}

struct tpm_error __wrap_tpm_error(const struct tpm *tpm)
{
	(void)tpm;
	return (struct tpm_error){ .doing = "the platform", .code = 0 };
}

/* Of a TPM that has an owner, where the journal has no entry yet. */
static void expect(bool refused, const char *why)
{
	static const struct journal_scanned blank = { .blank = 1 };
	struct keys keys = { .tpm = NULL };
	struct wire_message answer;
	one_answer(
		keys_start, &keys, ROLE_KEYS, SAY(KEYS_START, &blank), &answer);
	assert_int_equal(answer.type, KEYS_STARTED);
	assert_int_equal(HEARD(&answer, KEYS_STARTED)->refused, refused);
	assert_string_equal(
		notice_told(&HEARD(&answer, KEYS_STARTED)->why), why);
	wire_close(&answer);
}

static int as_it_should_be(void **state)
{
	(void)state;
	has = (struct tpm_state){ .owner_locked = true, .sha256_only = true };
	platform_refuses = true;
	return 0;
}

static void a_tpm_as_it_should_be_is_taken(void **state)
{
	(void)state;
	expect(false, "");
}

/* CVE-2021-42299: nothing is measured into a bank that nobody looks at. */
static void a_tpm_of_two_banks_is_refused(void **state)
{
	(void)state;
	has.sha256_only = false;
	expect(true, "the TPM has another PCR bank active than sha256 alone");
}

static void a_tpm_whose_platform_is_open_is_refused(void **state)
{
	(void)state;
	platform_refuses = false;
	expect(true, "the platform");
}

#define OF_A_TPM(test) cmocka_unit_test_setup(test, as_it_should_be)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OF_A_TPM(a_tpm_as_it_should_be_is_taken),
		OF_A_TPM(a_tpm_of_two_banks_is_refused),
		OF_A_TPM(a_tpm_whose_platform_is_open_is_refused),
	};
	patience(PATIENCE);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
