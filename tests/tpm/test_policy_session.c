/* SPDX-License-Identifier: Apache-2.0 */
/* Every digest that is computed in software is the one the TPM computes. */
#include "appliance/formats/crypto.h"
#include "tests/support/sealed_machine.h"
#include "tpm/keys.h"
#include "tpm/policy_session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct sealed_machine *at;

static int make(void **state)
{
	struct digest program = approved_program();
	(void)state;
	crypto_start();
	at = sealed_machine_make();
	sealed_machine_boot(at, &program);
	sealed_machine_advance(at, 2);
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	sealed_machine_free(at);
	return 0;
}

static struct digest digest_in_tpm(ESYS_TR session)
{
	TPM2B_DIGEST *digest = NULL;
	struct digest out;
	assert_int_equal(
		Esys_PolicyGetDigest(at->tpm->esys, session, ESYS_TR_NONE,
			ESYS_TR_NONE, ESYS_TR_NONE, &digest),
		0);
	assert_int_equal(digest->size, SHA256_SIZE);
	memcpy(out.byte, digest->buffer, SHA256_SIZE);
	Esys_Free(digest);
	return out;
}

/* Runs ever longer beginnings of the list, each in a session of its own. */
static void assert_equal_all_the_way(
	const struct policy *policy, const struct digest *cp_hash)
{
	struct policy beginning = *policy;
	for (size_t i = 1; i <= policy->count; i++) {
		struct digest expected;
		struct digest actual;
		ESYS_TR session;

		beginning.count = i;
		expected = policy_digest(&beginning);
		begin(at->tpm);
		assert_tpm(at->tpm, policy_session(at->tpm, &beginning, cp_hash,
					    0, &session));
		actual = digest_in_tpm(session);
		finish(at->tpm, true);
		assert_memory_equal(actual.byte, expected.byte, SHA256_SIZE);
	}
}

static void assert_final(
	const struct policy *policy, const struct digest *expected)
{
	struct digest digest = policy_digest(policy);
	assert_memory_equal(digest.byte, expected->byte, SHA256_SIZE);
}

static void box_key(void **state)
{
	struct approvals approvals = approve_open(at);
	struct digest expected = bk_policy(&at->terms);
	struct policy policy = { 0 };
	(void)state;
	assert_null(steps_bk(&at->terms, &at->boot, &approvals, &policy));
	assert_equal_all_the_way(&policy, NULL);
	assert_final(&policy, &expected);
}

static void result_key(void **state)
{
	struct tpm_name rk =
		public_name(tpm_public_bytes(&at->rk.key.public_area));
	struct digest result = sha256(bytes_of_text("a result"));
	struct digest cp_hash = cp_hash_sign(&rk, &result);
	struct approvals approvals = approve_release(at, &result);
	struct digest expected = rk_policy(&at->terms);
	struct policy policy = { 0 };
	(void)state;
	assert_null(steps_rk(
		&at->terms, &at->boot, &rk, &result, &approvals, &policy));
	assert_equal_all_the_way(&policy, &cp_hash);
	assert_final(&policy, &expected);
}

static void boot_approval(void **state)
{
	struct approval_scope scope = machine_scope(&at->machine, APPROVE_BOOT);
	struct digest cp_hash =
		boot_approval_cp_hash(&at->machine, &at->boot, true);
	struct approvals approvals =
		approve(&at->operators, &scope, &cp_hash, MEMBER_1 | MEMBER_2);
	struct digest expected = nv_policy(&at->machine, NV_A);
	struct policy policy = { 0 };
	(void)state;
	assert_null(steps_write_a(&at->machine, &approvals, &cp_hash, &policy));
	assert_equal_all_the_way(&policy, &cp_hash);
	assert_final(&policy, &expected);
}

static void revocation(void **state)
{
	struct approval_scope scope =
		machine_scope(&at->machine, APPROVE_REVOKE);
	struct digest cp_hash = cp_hash_increment(&at->names.name[NV_R]);
	struct approvals approvals =
		approve(&at->operators, &scope, &cp_hash, QUORUM);
	struct digest expected = nv_policy(&at->machine, NV_R);
	struct policy policy = { 0 };
	struct policy first = { 0 };
	(void)state;
	assert_null(steps_revoke(&at->machine, &approvals, &cp_hash, &policy));
	assert_equal_all_the_way(&policy, &cp_hash);
	assert_final(&policy, &expected);
	steps_first_count(&at->machine, &first);
	assert_equal_all_the_way(&first, NULL);
	assert_final(&first, &expected);
}

static void boot_and_command(void **state)
{
	struct policy policy = { 0 };
	struct digest expected = nv_policy(&at->machine, NV_J);
	(void)state;
	steps_boot(&at->boot, &at->names, COMMAND_NV_EXTEND, &policy);
	assert_equal_all_the_way(&policy, NULL);
	assert_final(&policy, &expected);
}

static void five_of_nine(void **state)
{
	struct approval_scope scope = { .purpose = APPROVE_OPEN };
	struct digest digest = approval_digest(&scope, NULL);
	struct quorum approvers = { .need = 5, .of = 9, .each = 1 };
	struct approvals approvals = { 0 };
	struct policy policy = { 0 };
	(void)state;
	for (size_t i = 0; i < approvers.of; i++) {
		struct p256_private *key = p256_generate();

		approvers.member[i].key = p256_public_of(key);
		approvers.member[i].board = i % 2;
		if (i % 3 != 1) {
			approvals.list[approvals.count].member = (uint16_t)i;
			approvals.list[approvals.count++].signature =
				p256_sign(key, &digest);
		}
		p256_free(key);
	}
	assert_null(approvals_check(&approvers, &scope, NULL, &approvals));
	assert_null(quorum_path(&approvers, &scope, &approvals, &policy));
	assert_equal_all_the_way(&policy, NULL);
}

static void index_names(void **state)
{
	struct tpm_state seen;
	(void)state;
	assert_tpm(at->tpm, tpm_state(at->tpm, &seen));
	for (enum nv_index i = NV_A; i < NV_COUNT; i++) {
		assert_true(seen.present[i] && seen.written[i]);
		assert_true(tpm_name_equal(&seen.name[i], &at->names.name[i]));
	}
}

static void key_names(void **state)
{
	TPM2B_NAME *name = NULL;
	struct tpm_name expected =
		public_name(tpm_public_bytes(&at->bk.key.public_area));
	ESYS_TR key;
	(void)state;
	begin(at->tpm);
	assert_tpm(at->tpm, load_key(at->tpm, &at->bk.key, &key));
	assert_int_equal(Esys_TR_GetName(at->tpm->esys, key, &name), 0);
	assert_int_equal(name->size, TPM_NAME_SIZE);
	assert_memory_equal(name->name, expected.byte, TPM_NAME_SIZE);
	Esys_Free(name);
	finish(at->tpm, true);
}

/* Three transient objects and three sessions are all that a TPM has. */
static void nothing_is_left_behind(void **state)
{
	static const TPM2_HANDLE ranges[] = { TPM2_TRANSIENT_FIRST,
		TPM2_LOADED_SESSION_FIRST };
	(void)state;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		TPMS_CAPABILITY_DATA *found = NULL;

		assert_int_equal(
			Esys_GetCapability(at->tpm->esys, ESYS_TR_NONE,
				ESYS_TR_NONE, ESYS_TR_NONE, TPM2_CAP_HANDLES,
				ranges[i], 1, NULL, &found),
			0);
		assert_int_equal(found->data.handles.count, 0);
		Esys_Free(found);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(box_key),
		cmocka_unit_test(result_key),
		cmocka_unit_test(boot_approval),
		cmocka_unit_test(revocation),
		cmocka_unit_test(boot_and_command),
		cmocka_unit_test(five_of_nine),
		cmocka_unit_test(index_names),
		cmocka_unit_test(key_names),
		cmocka_unit_test(nothing_is_left_behind),
	};
	return cmocka_run_group_tests(tests, make, unmake);
}
