/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The airlock is not believed before the TPM was seen to refuse: with a TPM
 * that this file plays (--wrap), for a true one always does.
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

static bool extends;
static bool refuses;

bool __wrap_tpm_pcr_extend(
	struct tpm *tpm, unsigned pcr, const struct digest *digest);
bool __wrap_tpm_airlock_refuses(struct tpm *tpm);
struct tpm_error __wrap_tpm_error(const struct tpm *tpm);

bool __wrap_tpm_pcr_extend(
	struct tpm *tpm, unsigned pcr, const struct digest *digest)
{
	(void)tpm;
	(void)digest;
	assert_int_equal(pcr, PCR_AIRLOCK);
	return extends;
}

bool __wrap_tpm_airlock_refuses(struct tpm *tpm)
{
	(void)tpm;
	return refuses;
}

struct tpm_error __wrap_tpm_error(const struct tpm *tpm)
{
	(void)tpm;
	return (struct tpm_error){ .doing = "TPM2_PolicyPCR", .code = 0x1C4 };
}

static void expect(enum wire_type wanted, const char *line)
{
	struct keys keys = { .tpm = NULL };
	struct wire_message answer;
	one_answer(keys_airlock, &keys, ROLE_KEYS, SAY(KEYS_AIRLOCK, &nothing),
		&answer);
	assert_int_equal(answer.type, wanted);
	assert_string_equal(
		wanted == REFUSED ? notice_told(HEARD(&answer, REFUSED))
				  : notice_told(HEARD(&answer, KEYS_AIRLOCKED)),
		line);
	wire_close(&answer);
}

static void a_tpm_that_accepts_is_refused(void **state)
{
	(void)state;
	extends = true;
	refuses = false;
	expect(REFUSED,
		"the airlock: the TPM would let the election's keys work");
}

static void a_tpm_that_extends_nothing_is_refused(void **state)
{
	(void)state;
	extends = false;
	refuses = true;
	expect(REFUSED, "the airlock: the TPM refuses (TPM2_PolicyPCR, 0x1C4)");
}

static void a_tpm_that_refuses_says_how(void **state)
{
	(void)state;
	extends = true;
	refuses = true;
	expect(KEYS_AIRLOCKED, "the TPM refuses (TPM2_PolicyPCR, 0x1C4)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tpm_that_accepts_is_refused),
		cmocka_unit_test(a_tpm_that_extends_nothing_is_refused),
		cmocka_unit_test(a_tpm_that_refuses_says_how),
	};
	patience(PATIENCE);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
