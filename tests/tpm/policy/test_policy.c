/* SPDX-License-Identifier: Apache-2.0 */
/* Policy digests, names and signed texts against published values. */
#include "appliance/formats/crypto.h"
#include "tpm/policy/machine_policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct digest digest_hex(const char *text)
{
	struct digest digest;
	assert_true(hex_decode(bytes_of_text(text), digest.byte, SHA256_SIZE));
	return digest;
}

static void assert_digest(struct digest actual, const char *expected)
{
	struct digest digest = digest_hex(expected);
	assert_memory_equal(actual.byte, digest.byte, SHA256_SIZE);
}

static struct p256_public some_key(void)
{
	struct p256_private *key = p256_generate();
	struct p256_public point = p256_public_of(key);
	p256_free(key);
	return point;
}

/* TCG EK Credential Profile 2.5, annex B.6: Policy C and Policy B. */
static void endorsement_policies(void **state)
{
	struct policy_step step = { .kind = POLICY_AUTHORIZE_NV };
	struct policy_step either = { .kind = POLICY_OR };
	const struct digest before = digest_hex(
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789"
		"abcdef");
	struct digest policy_c;
	(void)state;
	assert_true(hex_decode(
		bytes_of_text("000b0c9d717e9c3fe69fda41769450bb145957f8b3610e"
			      "084dbf65591a5d11ecd83f"),
		step.authorize_nv.byte, TPM_NAME_SIZE));
	policy_c = policy_extend(&before, &step);
	assert_digest(policy_c,
		"3767e2edd43ff45a3a7e1eaefcef78643dca964632e7aad82c673a30d8633f"
		"de");
	either.either.branch[0] = digest_hex(
		"837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469"
		"aa");
	either.either.branch[1] = policy_c;
	either.either.count = 2;
	assert_digest(policy_extend(&before, &either),
		"ca3d0a99a2b93906f7a3342414efcfb3a385d44cd1fd459089d19b5071c0b7"
		"a0");
}

static void decoding_gives_back_what_was_encoded(void **state)
{
	struct p256_public key = some_key();
	struct digest policy = sha256(bytes_of_text("policy"));
	(void)state;
	for (enum key_template i = KEY_SRK; i <= KEY_APPROVER; i++) {
		struct tpm_public area = key_encode(i, &policy, &key);
		struct p256_public out;
		struct digest out_policy;
		struct digest zero = { { 0 } };

		assert_null(key_decode(
			i, tpm_public_bytes(&area), &out_policy, &out));
		assert_true(p256_equal(&out, &key));
		assert_true(digest_equal(&out_policy,
			i == KEY_BK || i == KEY_RK ? &policy : &zero));
	}
}

static void any_other_byte_is_refused(void **state)
{
	struct p256_public key = some_key();
	struct digest policy = sha256(bytes_of_text("policy"));
	struct tpm_public area = key_encode(KEY_RK, &policy, &key);
	const size_t policy_at = 10;
	(void)state;
	for (size_t i = 0; i < area.size; i++) {
		struct p256_public out;
		struct digest out_policy;

		area.byte[i] ^= 1;
		if (i < policy_at || i >= policy_at + SHA256_SIZE)
			assert_non_null(key_decode(KEY_RK,
				tpm_public_bytes(&area), &out_policy, &out));
		area.byte[i] ^= 1;
	}
	for (size_t size = 0; size < area.size; size++) {
		struct p256_public out;
		struct digest out_policy;

		assert_non_null(key_decode(
			KEY_RK, bytes_of(area.byte, size), &out_policy, &out));
	}
}

static void templates_are_not_exchangeable(void **state)
{
	struct p256_public key = some_key();
	struct digest policy = sha256(bytes_of_text("policy"));
	(void)state;
	for (enum key_template i = KEY_SRK; i <= KEY_APPROVER; i++) {
		struct tpm_public area = key_encode(i, &policy, &key);

		for (enum key_template j = KEY_SRK; j <= KEY_APPROVER; j++) {
			struct p256_public out;
			struct digest out_policy;
			refusal why = key_decode(
				j, tpm_public_bytes(&area), &out_policy, &out);

			assert_true((why == NULL) == (i == j));
		}
	}
}

/* PolicySigned hashes this name: attributes 00040040 and no scheme. */
static void approver_area(void **state)
{
	struct p256_public key = { .x = { 1 }, .y = { 2 } };
	struct tpm_public area = key_encode(KEY_APPROVER, NULL, &key);
	uint8_t expected[24];
	(void)state;
	assert_true(hex_decode(
		bytes_of_text("0023000b00040040000000100010000300100020"
			      "01000000"),
		expected, sizeof(expected)));
	assert_memory_equal(area.byte, expected, sizeof(expected));
	assert_int_equal(area.size, 86);
}

static void nv_names_change_when_written(void **state)
{
	struct digest policy = sha256(bytes_of_text("policy"));
	struct tpm_name before = nv_name(NV_R, &policy, false);
	struct tpm_name after = nv_name(NV_R, &policy, true);
	(void)state;
	assert_false(tpm_name_equal(&before, &after));
	assert_int_equal(before.byte[0], 0x00);
	assert_int_equal(before.byte[1], 0x0b);
}

static struct approval_scope some_scope(void)
{
	struct approval_scope scope = { .purpose = APPROVE_RELEASE };
	scope.definition = sha256(bytes_of_text("definition"));
	scope.ak = public_name(bytes_of_text("AK"));
	scope.phase = 0x0102;
	return scope;
}

static void policy_ref_as_documented(void **state)
{
	struct approval_scope scope = some_scope();
	struct digest expected;
	struct digest ref;
	static const uint8_t phase[] = { 0, 0, 0, 0, 0, 0, 1, 2 };
	uint8_t text[15 + 1 + SHA256_SIZE + TPM_NAME_SIZE + sizeof(phase)];
	(void)state;
	memcpy(text, "sandoq/release", 15);
	text[15] = 1;
	memcpy(text + 16, scope.definition.byte, SHA256_SIZE);
	memcpy(text + 16 + SHA256_SIZE, scope.ak.byte, TPM_NAME_SIZE);
	memcpy(text + 16 + SHA256_SIZE + TPM_NAME_SIZE, phase, sizeof(phase));
	scope.rehearsal = true;
	expected = sha256(bytes_of(text, sizeof(text)));
	ref = policy_ref(&scope);
	assert_int_equal(ref.byte[0], 0);
	assert_memory_equal(ref.byte + 1, expected.byte, SHA256_SIZE - 1);
}

static void every_part_of_the_scope_matters(void **state)
{
	struct approval_scope scope = some_scope();
	struct digest ref = policy_ref(&scope);
	struct approval_scope other[5];
	(void)state;
	for (size_t i = 0; i < 5; i++)
		other[i] = scope;
	other[0].purpose = APPROVE_OPEN;
	other[1].rehearsal = true;
	other[2].definition.byte[31] ^= 1;
	other[3].ak.byte[33] ^= 1;
	other[4].phase += 3;
	for (size_t i = 0; i < 5; i++) {
		struct digest changed = policy_ref(&other[i]);

		assert_false(digest_equal(&changed, &ref));
	}
}

/* A signed note holds text: no control characters but line feeds. */
static void approval_is_never_a_note(void **state)
{
	struct approval_scope scope = some_scope();
	struct digest cp_hash = sha256(bytes_of_text("command"));
	uint8_t text[APPROVAL_TEXT_MOST];
	(void)state;
	assert_int_equal(approval_text(&scope, &cp_hash, text), 68);
	assert_false(text_is_clean(bytes_of(text, 4)));
	assert_int_equal(approval_text(&scope, NULL, text), 36);
	assert_int_equal(text[4], 0);
	scope.purpose = APPROVE_OPEN;
	assert_int_equal(approval_text(&scope, NULL, text), 36);
	assert_memory_equal(text, "\x80\0\0\1", 5);
	assert_false(text_is_clean(bytes_of(text, 4)));
}

/* The layout of docs: code, key name, digest, scheme, null ticket. */
static void cp_hash_of_sign(void **state)
{
	static const uint8_t tail[] = { 0x00, 0x18, 0x00, 0x0B, 0x80, 0x24,
		0x40, 0x00, 0x00, 0x07, 0x00, 0x00 };
	static const uint8_t code[] = { 0x00, 0x00, 0x01, 0x5D };
	static const uint8_t size[] = { 0x00, 0x20 };
	struct tpm_name rk = public_name(bytes_of_text("RK"));
	struct digest result = sha256(bytes_of_text("result"));
	struct digest expected = sha256_parts(
		(struct bytes[]){ bytes_of(code, 4), tpm_name_bytes(&rk),
			bytes_of(size, 2), bytes_of(result.byte, SHA256_SIZE),
			bytes_of(tail, sizeof(tail)) },
		5);
	struct digest actual = cp_hash_sign(&rk, &result);
	(void)state;
	assert_true(digest_equal(&actual, &expected));
}

static void differing_pcrs_are_named(void **state)
{
	struct pcr_set expected = { .mask = 0x4011 };
	struct pcr_set actual = { .mask = 0x0011 };
	(void)state;
	actual.value[4].byte[0] = 1;
	assert_int_equal(pcr_set_differences(&expected, &actual), 0x4010);
	actual.value[4].byte[0] = 0;
	actual.mask = 0xFFFF;
	assert_int_equal(pcr_set_differences(&expected, &actual), 0);
}

static void boot_policies_that_are_refused(void **state)
{
	struct boot_policy boot = { .pcrs.mask = 0x0210 };
	(void)state;
	assert_null(boot_policy_check(&boot));
	boot.pcrs.value[9].byte[31] = 1;
	assert_non_null(boot_policy_check(&boot));
	boot.pcrs.mask = 0x0010;
	assert_non_null(boot_policy_check(&boot));
	boot = (struct boot_policy){ .pcrs.mask = 0x4210 };
	assert_non_null(boot_policy_check(&boot));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(endorsement_policies),
		cmocka_unit_test(decoding_gives_back_what_was_encoded),
		cmocka_unit_test(any_other_byte_is_refused),
		cmocka_unit_test(templates_are_not_exchangeable),
		cmocka_unit_test(approver_area),
		cmocka_unit_test(nv_names_change_when_written),
		cmocka_unit_test(policy_ref_as_documented),
		cmocka_unit_test(every_part_of_the_scope_matters),
		cmocka_unit_test(approval_is_never_a_note),
		cmocka_unit_test(cp_hash_of_sign),
		cmocka_unit_test(differing_pcrs_are_named),
		cmocka_unit_test(boot_policies_that_are_refused),
	};
	crypto_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
