/* SPDX-License-Identifier: Apache-2.0 */
/* Enrolled, sealed, opened, closed, signed: what works when all is right. */
#include "appliance/formats/crypto.h"
#include "tests/support/sealed_machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

static struct p256_public point_of(
	enum key_template key, const struct election_key *of)
{
	struct p256_public point;
	struct digest policy;
	assert_null(key_decode(
		key, tpm_public_bytes(&of->key.public_area), &policy, &point));
	return point;
}

static void box_secret_is_the_senders(void **state)
{
	struct sealed_machine *at = *state;
	struct p256_private *sender = p256_generate();
	struct p256_public sender_public = p256_public_of(sender);
	struct p256_public bk = point_of(KEY_BK, &at->bk);
	struct approvals approvals = approve_open(at);
	uint8_t enc[P256_POINT_SIZE];
	uint8_t expected[P256_SIZE];
	uint8_t actual[P256_SIZE];
	p256_to_point(&sender_public, enc);
	p256_ecdh(sender, &bk, expected);
	sealed_machine_advance(at, 1);
	for (size_t i = 0; i < 3; i++) {
		assert_tpm(at->tpm,
			tpm_box_secret(at->tpm, &at->bk.key, &at->terms,
				&at->boot, &approvals, enc, actual));
		assert_memory_equal(actual, expected, P256_SIZE);
	}
	p256_free(sender);
}

/* A role in its sandbox can open no file, and it needs none. */
static void nothing_is_opened_later(void **state)
{
	struct sealed_machine *at = *state;
	struct digest result = sha256(bytes_of_text("a result"));
	struct approvals approvals = approve_release(at, &result);
	struct p256_signature signature;
	struct rlimit before;
	struct rlimit none;
	bool worked;
	sealed_machine_advance(at, 2);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	worked = tpm_sign_result(at->tpm, &at->rk.key, &at->terms, &at->boot,
		&approvals, &result, &signature);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_tpm(at->tpm, worked);
}

static void result_is_signed(void **state)
{
	struct sealed_machine *at = *state;
	struct digest result = sha256(bytes_of_text("a result"));
	struct approvals approvals = approve_release(at, &result);
	struct p256_public rk = point_of(KEY_RK, &at->rk);
	struct p256_signature signature;
	sealed_machine_advance(at, 2);
	assert_tpm(
		at->tpm, tpm_sign_result(at->tpm, &at->rk.key, &at->terms,
				 &at->boot, &approvals, &result, &signature));
	assert_true(p256_verify(&rk, &result, &signature));
}

static void approvals_outlive_a_reboot(void **state)
{
	struct sealed_machine *at = *state;
	struct digest program = approved_program();
	struct digest result = sha256(bytes_of_text("a result"));
	struct approvals approvals = approve_release(at, &result);
	struct p256_signature signature;
	sealed_machine_advance(at, 2);
	sealed_machine_boot(at, &program);
	assert_tpm(
		at->tpm, tpm_sign_result(at->tpm, &at->rk.key, &at->terms,
				 &at->boot, &approvals, &result, &signature));
}

static void every_quorum_signs(void **state)
{
	static const unsigned quorums[] = { MEMBER_0 | MEMBER_2,
		MEMBER_1 | MEMBER_2, MEMBER_0 | MEMBER_1 | MEMBER_2 };
	struct sealed_machine *at = *state;
	struct approval_scope scope =
		election_scope(&at->terms, APPROVE_RELEASE);
	struct tpm_name rk =
		public_name(tpm_public_bytes(&at->rk.key.public_area));
	struct digest result = sha256(bytes_of_text("a result"));
	struct digest cp_hash = cp_hash_sign(&rk, &result);
	struct p256_signature signature;
	sealed_machine_advance(at, 2);
	for (size_t i = 0; i < sizeof(quorums) / sizeof(quorums[0]); i++) {
		struct approvals approvals =
			approve(&at->auditors, &scope, &cp_hash, quorums[i]);

		assert_tpm(at->tpm,
			tpm_sign_result(at->tpm, &at->rk.key, &at->terms,
				&at->boot, &approvals, &result, &signature));
	}
}

static void journal_key_is_the_same_at_each_boot(void **state)
{
	struct sealed_machine *at = *state;
	struct digest program = approved_program();
	uint8_t one[JOURNAL_KEY_SIZE];
	uint8_t two[JOURNAL_KEY_SIZE];
	assert_tpm(at->tpm, tpm_unseal_journal_key(at->tpm, &at->journal_key,
				    &at->boot, &at->names, one));
	sealed_machine_boot(at, &program);
	assert_tpm(at->tpm, tpm_unseal_journal_key(at->tpm, &at->journal_key,
				    &at->boot, &at->names, two));
	assert_memory_equal(one, two, JOURNAL_KEY_SIZE);
}

static void anchor_extends(void **state)
{
	struct sealed_machine *at = *state;
	struct digest next = sha256(bytes_of_text("next checkpoint"));
	struct digest before;
	struct digest after;
	struct digest expected;
	assert_tpm(at->tpm, tpm_anchor_read(at->tpm, &at->names, &before));
	assert_tpm(at->tpm, tpm_anchor(at->tpm, &next, &at->boot, &at->names));
	assert_tpm(at->tpm, tpm_anchor_read(at->tpm, &at->names, &after));
	expected = sha256_parts(
		(struct bytes[]){ bytes_of(before.byte, SHA256_SIZE),
			bytes_of(next.byte, SHA256_SIZE) },
		2);
	assert_true(digest_equal(&after, &expected));
}

static void keys_are_certified(void **state)
{
	struct sealed_machine *at = *state;
	struct tpm_name bk =
		public_name(tpm_public_bytes(&at->bk.key.public_area));
	struct p256_public ak;
	struct creation_data creation;
	struct digest policy;
	assert_null(key_decode(
		KEY_AK, tpm_public_bytes(&at->root.ak), &policy, &ak));
	assert_null(creation_verify(&ak, &at->bk.certificate,
		bytes_of(at->bk.creation_data, at->bk.creation_size), &bk,
		&at->srk, &at->terms.definition, PCR_CREATION_MASK, &creation));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_BOOT(box_secret_is_the_senders),
		IN_A_BOOT(result_is_signed),
		IN_A_BOOT(nothing_is_opened_later),
		IN_A_BOOT(approvals_outlive_a_reboot),
		IN_A_BOOT(every_quorum_signs),
		IN_A_BOOT(journal_key_is_the_same_at_each_boot),
		IN_A_BOOT(anchor_extends),
		IN_A_BOOT(keys_are_certified),
	};
	return cmocka_run_group_tests(
		tests, sealed_machine_before_all, sealed_machine_after_all);
}
