/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must not open a box or sign a result: refused before the TPM is asked,
 * with a reason, and refused by the TPM itself when that check is passed by.
 */
#include "appliance/formats/crypto.h"
#include "tests/support/sealed_machine.h"
#include "tpm/keys.h"
#include "tpm/policy_session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum {
	VALUE_OF_PARAMETER_1 = 0x1C4, /* PolicyPCR, PolicyOR */
	VALUE = 0x084,		      /* PolicyAuthorizeNV */
	POLICY = 0x126,		      /* PolicyNV: comparison is false */
	POLICY_FAIL = 0x99D,	      /* the session's digest is another */
	SIGNATURE_OF_PARAMETER_5 = 0x5DB,
};

static struct digest some_result(void)
{
	return sha256(bytes_of_text("a result"));
}

static struct digest cp_hash_of(
	const struct sealed_machine *at, const struct digest *result)
{
	struct tpm_name rk =
		public_name(tpm_public_bytes(&at->rk.key.public_area));
	return cp_hash_sign(&rk, result);
}

static bool open_with(
	struct sealed_machine *at, const struct approvals *approvals)
{
	struct p256_private *sender = p256_generate();
	struct p256_public point = p256_public_of(sender);
	uint8_t enc[P256_POINT_SIZE];
	uint8_t secret[P256_SIZE];
	p256_to_point(&point, enc);
	p256_free(sender);
	return tpm_box_secret(at->tpm, &at->bk.key, &at->terms, &at->boot,
		approvals, enc, secret);
}

static bool open_box(struct sealed_machine *at)
{
	struct approvals approvals = approve_open(at);
	return open_with(at, &approvals);
}

static bool sign_with(
	struct sealed_machine *at, const struct approvals *approvals)
{
	struct digest result = some_result();
	struct p256_signature signature;
	return tpm_sign_result(at->tpm, &at->rk.key, &at->terms, &at->boot,
		approvals, &result, &signature);
}

static bool sign_result(struct sealed_machine *at)
{
	struct digest result = some_result();
	struct approvals approvals = approve_release(at, &result);
	return sign_with(at, &approvals);
}

static void assert_pcrs(const struct sealed_machine *at, uint32_t mask)
{
	struct tpm_error error = tpm_error(at->tpm);
	assert_int_equal(error.pcrs, mask);
}

static void box_key_before_open(void **state)
{
	struct sealed_machine *at = *state;
	assert_tpm_code(at->tpm, open_box(at), "TPM2_PolicyNV", POLICY);
}

static void box_key_after_release(void **state)
{
	struct sealed_machine *at = *state;
	sealed_machine_advance(at, 1);
	assert_tpm(at->tpm, open_box(at));
	sealed_machine_advance(at, 1);
	assert_tpm(at->tpm, open_box(at));
	sealed_machine_advance(at, 1);
	assert_tpm_code(at->tpm, open_box(at), "TPM2_PolicyNV", POLICY);
}

static void result_key_before_closed(void **state)
{
	struct sealed_machine *at = *state;
	assert_tpm_code(at->tpm, sign_result(at), "TPM2_PolicyNV", POLICY);
	sealed_machine_advance(at, 1);
	assert_tpm_code(at->tpm, sign_result(at), "TPM2_PolicyNV", POLICY);
}

static void result_key_after_release(void **state)
{
	struct sealed_machine *at = *state;
	sealed_machine_advance(at, 2);
	assert_tpm(at->tpm, sign_result(at));
	sealed_machine_advance(at, 1);
	assert_tpm_code(at->tpm, sign_result(at), "TPM2_PolicyNV", POLICY);
}

static void both_keys_in_a_courier_boot(void **state)
{
	struct sealed_machine *at = *state;
	struct digest courier = sha256(bytes_of_text("courier"));
	char text[64] = { 0 };
	struct writer out = writer_of(text, sizeof(text) - 1);
	struct tpm_error error;
	sealed_machine_advance(at, 2);
	assert_false(tpm_airlock_refuses(at->tpm));
	assert_tpm(at->tpm, tpm_pcr_extend(at->tpm, PCR_AIRLOCK, &courier));
	assert_tpm(at->tpm, tpm_airlock_refuses(at->tpm));
	assert_tpm_code(
		at->tpm, open_box(at), "TPM2_PolicyPCR", VALUE_OF_PARAMETER_1);
	assert_pcrs(at, 1u << PCR_AIRLOCK);
	assert_tpm_code(at->tpm, sign_result(at), "TPM2_PolicyPCR",
		VALUE_OF_PARAMETER_1);
	error = tpm_error(at->tpm);
	write_tpm_error(&out, &error);
	assert_string_equal(text, "PCR 14 differs (TPM2_PolicyPCR, 0x1C4)");
}

static void both_keys_under_another_program(void **state)
{
	struct sealed_machine *at = *state;
	struct digest program = other_program();
	sealed_machine_advance(at, 2);
	sealed_machine_boot(at, &program);
	assert_tpm_code(
		at->tpm, open_box(at), "TPM2_PolicyPCR", VALUE_OF_PARAMETER_1);
	assert_pcrs(at, 1u << PCR_PROGRAM);
	assert_tpm_code(at->tpm, sign_result(at), "TPM2_PolicyPCR",
		VALUE_OF_PARAMETER_1);
	assert_pcrs(at, 1u << PCR_PROGRAM);
}

/* Whoever owns the other program says that its values are the right ones. */
static void both_keys_under_an_unapproved_policy(void **state)
{
	struct sealed_machine *at = *state;
	struct digest program = other_program();
	sealed_machine_advance(at, 2);
	sealed_machine_boot(at, &program);
	assert_tpm(at->tpm,
		tpm_pcr_read(at->tpm, at->boot.pcrs.mask, &at->boot.pcrs));
	assert_tpm_code(at->tpm, open_box(at), "TPM2_PolicyAuthorizeNV", VALUE);
	assert_tpm_code(
		at->tpm, sign_result(at), "TPM2_PolicyAuthorizeNV", VALUE);
}

static void both_keys_with_a_command_line(void **state)
{
	struct sealed_machine *at = *state;
	struct digest options = sha256(bytes_of_text("initrd=\\other.cpio"));
	sealed_machine_advance(at, 2);
	assert_tpm(
		at->tpm, tpm_pcr_extend(at->tpm, PCR_COMMAND_LINE, &options));
	assert_tpm_code(
		at->tpm, open_box(at), "TPM2_PolicyPCR", VALUE_OF_PARAMETER_1);
	assert_pcrs(at, 1u << PCR_COMMAND_LINE);
	assert_false(sign_result(at));
	assert_pcrs(at, 1u << PCR_COMMAND_LINE);
}

static void both_keys_once_revoked(void **state)
{
	struct sealed_machine *at = *state;
	struct approval_scope scope =
		machine_scope(&at->machine, APPROVE_REVOKE);
	struct digest cp_hash = cp_hash_increment(&at->names.name[NV_R]);
	struct approvals approvals =
		approve(&at->operators, &scope, &cp_hash, QUORUM);
	sealed_machine_advance(at, 2);
	assert_tpm(at->tpm, tpm_revoke(at->tpm, &at->machine, &approvals));
	assert_tpm_code(at->tpm, open_box(at), "TPM2_PolicyNV", POLICY);
	assert_tpm_code(at->tpm, sign_result(at), "TPM2_PolicyNV", POLICY);
	assert_string_equal(tpm_error(at->tpm).why,
		"the approval of this software was revoked");
}

/* Index A is written once more: this program, up to this revocation. */
static void approve_program(
	struct sealed_machine *at, const struct digest *program, uint64_t epoch)
{
	struct approval_scope scope = machine_scope(&at->machine, APPROVE_BOOT);
	struct approvals approvals;
	struct digest cp_hash;
	sealed_machine_boot(at, program);
	assert_tpm(at->tpm,
		tpm_pcr_read(at->tpm, at->boot.pcrs.mask, &at->boot.pcrs));
	at->boot.epoch = epoch;
	cp_hash = boot_approval_cp_hash(&at->machine, &at->boot, true);
	approvals = approve(&at->operators, &scope, &cp_hash, QUORUM);
	assert_tpm(at->tpm, tpm_write_boot_policy(at->tpm, &at->machine,
				    &at->boot, &approvals));
}

static void revoke_once(struct sealed_machine *at)
{
	struct approval_scope scope =
		machine_scope(&at->machine, APPROVE_REVOKE);
	struct digest cp_hash = cp_hash_increment(&at->names.name[NV_R]);
	struct approvals approvals =
		approve(&at->operators, &scope, &cp_hash, QUORUM);
	assert_tpm(at->tpm, tpm_revoke(at->tpm, &at->machine, &approvals));
}

/* Every key and index that hangs on the boot policy refuses in PolicyNV. */
static void assert_revoked(struct sealed_machine *at)
{
	const struct digest next = sha256(bytes_of_text("next"));
	uint8_t key[JOURNAL_KEY_SIZE];
	assert_tpm_code(at->tpm, open_box(at), "TPM2_PolicyNV", POLICY);
	assert_tpm_code(at->tpm, sign_result(at), "TPM2_PolicyNV", POLICY);
	assert_tpm_code(at->tpm,
		tpm_unseal_journal_key(
			at->tpm, &at->journal_key, &at->boot, &at->names, key),
		"TPM2_PolicyNV", POLICY);
	assert_tpm_code(at->tpm,
		tpm_anchor(at->tpm, &next, &at->boot, &at->names),
		"TPM2_PolicyNV", POLICY);
	assert_tpm_code(at->tpm,
		tpm_phase_advance(at->tpm, &at->boot, &at->names),
		"TPM2_PolicyNV", POLICY);
}

/*
 * The second release works with the same keys; the first one, revoked, with
 * none, though its approval is written back into index A.
 */
static void all_keys_after_an_update_and_a_replay(void **state)
{
	struct sealed_machine *at = *state;
	const uint64_t epoch = at->boot.epoch;
	struct digest program = other_program();
	sealed_machine_advance(at, 2);
	approve_program(at, &program, epoch + 1);
	assert_tpm(at->tpm, open_box(at));
	assert_tpm(at->tpm, sign_result(at));
	revoke_once(at);
	assert_tpm(at->tpm, open_box(at));
	assert_tpm(at->tpm, sign_result(at));
	program = approved_program();
	approve_program(at, &program, epoch);
	assert_revoked(at);
}

static void quorum_too_small(void **state)
{
	struct sealed_machine *at = *state;
	struct approvals approvals = approve_open(at);
	sealed_machine_advance(at, 1);
	approvals.count = 1;
	assert_tpm_why(at->tpm, open_with(at, &approvals),
		"fewer approvals than the quorum needs");
}

static void release_not_bound(void **state)
{
	struct sealed_machine *at = *state;
	struct approval_scope scope =
		election_scope(&at->terms, APPROVE_RELEASE);
	struct approvals approvals =
		approve(&at->auditors, &scope, NULL, QUORUM);
	sealed_machine_advance(at, 2);
	assert_tpm_why(at->tpm, sign_with(at, &approvals),
		"the approval is bound to no command: it would approve any");
}

static void rehearsal_approvals(void **state)
{
	struct sealed_machine *at = *state;
	struct digest result = some_result();
	struct approval_scope scope =
		election_scope(&at->terms, APPROVE_RELEASE);
	struct digest cp_hash = cp_hash_of(at, &result);
	struct approvals approvals;
	scope.rehearsal = true;
	approvals = approve(&at->auditors, &scope, &cp_hash, QUORUM);
	sealed_machine_advance(at, 2);
	assert_tpm_why(at->tpm, sign_with(at, &approvals),
		"the approval is for a rehearsal");
}

static void officers_for_auditors(void **state)
{
	struct sealed_machine *at = *state;
	struct digest result = some_result();
	struct approval_scope scope =
		election_scope(&at->terms, APPROVE_RELEASE);
	struct digest cp_hash = cp_hash_of(at, &result);
	struct approvals approvals =
		approve(&at->officers, &scope, &cp_hash, QUORUM);
	sealed_machine_advance(at, 2);
	assert_false(sign_with(at, &approvals));
}

static void key_of_other_terms(void **state)
{
	struct sealed_machine *at = *state;
	struct digest result = some_result();
	struct approvals approvals = approve_release(at, &result);
	struct election_terms terms = at->terms;
	struct election_key rk;
	struct p256_public point;
	terms.auditors = at->officers.approvers;
	assert_tpm(at->tpm, tpm_make_rk(at->tpm, &terms, &rk));
	assert_string_equal(
		rk_check(&at->terms, tpm_public_bytes(&rk.key.public_area),
			&point),
		"the key's policy is not that of this election");
	at->rk = rk;
	sealed_machine_advance(at, 2);
	assert_tpm_why(at->tpm, sign_with(at, &approvals),
		"the key's policy is not that of this election");
}

static void keys_exchanged(void **state)
{
	struct sealed_machine *at = *state;
	at->bk = at->rk;
	sealed_machine_advance(at, 1);
	assert_tpm_why(at->tpm, open_box(at),
		"the public area is not of the expected template");
}

static void key_of_another_tpm(void **state)
{
	struct sealed_machine *at = *state;
	struct swtpm *other = swtpm_make();
	struct digest program = approved_program();
	struct tpm *tpm = power_on(other, &program);
	struct root_keys root;
	struct approvals approvals = approve_open(at);
	uint8_t enc[P256_POINT_SIZE] = { 0x04 };
	assert_tpm(tpm, tpm_make_root_keys(tpm, &root));
	p256_to_point(&at->operators.approvers.member[0].key, enc);
	assert_tpm_code(tpm,
		tpm_box_secret(tpm, &at->bk.key, &at->terms, &at->boot,
			&approvals, enc, enc + 1),
		"TPM2_Load", 0x1DF);
	tpm_close(tpm);
	swtpm_free(other);
}

static void point_off_the_curve(void **state)
{
	struct sealed_machine *at = *state;
	struct approvals approvals = approve_open(at);
	uint8_t enc[P256_POINT_SIZE] = { 0x04, 1 };
	sealed_machine_advance(at, 1);
	assert_false(tpm_box_secret(at->tpm, &at->bk.key, &at->terms, &at->boot,
		&approvals, enc, enc + 1));
	assert_int_equal(tpm_error(at->tpm).code, 0);
}

/* From here on: the TPM alone, steps as an attacker would send them. */

static struct policy release_path(
	struct sealed_machine *at, const struct approvals *approvals)
{
	struct digest result = some_result();
	struct tpm_name rk =
		public_name(tpm_public_bytes(&at->rk.key.public_area));
	struct policy policy = { 0 };
	assert_null(steps_rk(
		&at->terms, &at->boot, &rk, &result, approvals, &policy));
	return policy;
}

static struct policy good_path(struct sealed_machine *at)
{
	struct digest result = some_result();
	struct approvals approvals = approve_release(at, &result);
	return release_path(at, &approvals);
}

static size_t nth_signed(const struct policy *policy, size_t n)
{
	size_t i = 0;
	while (policy->step[i].kind != POLICY_SIGNED || n-- > 0)
		i++;
	return i;
}

static void drop_step(struct policy *policy, size_t at)
{
	for (size_t i = at + 1; i < policy->count; i++)
		policy->step[i - 1] = policy->step[i];
	policy->count--;
}

/* Runs the steps, then asks RK to sign this digest. */
static bool run_and_sign(struct sealed_machine *at, const struct policy *policy,
	const struct digest *result)
{
	const TPMT_SIG_SCHEME ecdsa = {
		.scheme = TPM2_ALG_ECDSA,
		.details.ecdsa.hashAlg = TPM2_ALG_SHA256,
	};
	const TPMT_TK_HASHCHECK ticket = { .tag = TPM2_ST_HASHCHECK,
		.hierarchy = TPM2_RH_NULL };
	struct digest approved = some_result();
	struct digest cp_hash = cp_hash_of(at, &approved);
	TPM2B_DIGEST digest = digest_of(result);
	TPMT_SIGNATURE *signature = NULL;
	ESYS_TR key;
	ESYS_TR session;
	bool worked;
	begin(at->tpm);
	worked = load_key(at->tpm, &at->rk.key, &key) &&
		 policy_session(at->tpm, policy, &cp_hash, 0, &session) &&
		 asked(at->tpm, "TPM2_Sign",
			 Esys_Sign(at->tpm->esys, key, session, ESYS_TR_NONE,
				 ESYS_TR_NONE, &digest, &ecdsa, &ticket,
				 &signature));
	Esys_Free(signature);
	return finish(at->tpm, worked);
}

static void tpm_signs_what_was_approved(void **state)
{
	struct sealed_machine *at = *state;
	struct digest result = some_result();
	struct policy policy = good_path(at);
	sealed_machine_advance(at, 2);
	assert_tpm(at->tpm, run_and_sign(at, &policy, &result));
}

static void tpm_refuses_another_digest(void **state)
{
	struct sealed_machine *at = *state;
	struct digest other = sha256(bytes_of_text("another result"));
	struct policy policy = good_path(at);
	sealed_machine_advance(at, 2);
	assert_tpm_code(at->tpm, run_and_sign(at, &policy, &other), "TPM2_Sign",
		POLICY_FAIL);
}

static void tpm_refuses_one_approval(void **state)
{
	struct sealed_machine *at = *state;
	struct digest result = some_result();
	struct policy policy = good_path(at);
	drop_step(&policy, nth_signed(&policy, 1));
	sealed_machine_advance(at, 2);
	assert_tpm_code(at->tpm, run_and_sign(at, &policy, &result),
		"TPM2_Sign", POLICY_FAIL);
	policy = good_path(at);
	drop_step(&policy, nth_signed(&policy, 0));
	assert_tpm_code(at->tpm, run_and_sign(at, &policy, &result),
		"TPM2_PolicyOR", VALUE_OF_PARAMETER_1);
}

static void tpm_refuses_one_auditor_twice(void **state)
{
	struct sealed_machine *at = *state;
	struct digest result = some_result();
	struct policy policy = good_path(at);
	policy.step[nth_signed(&policy, 1)] =
		policy.step[nth_signed(&policy, 0)];
	sealed_machine_advance(at, 2);
	assert_tpm_code(at->tpm, run_and_sign(at, &policy, &result),
		"TPM2_Sign", POLICY_FAIL);
}

static void tpm_refuses_one_board(void **state)
{
	struct sealed_machine *at = *state;
	struct digest result = some_result();
	struct digest cp_hash = cp_hash_of(at, &result);
	struct approval_scope scope =
		election_scope(&at->terms, APPROVE_RELEASE);
	struct approvals one_board =
		approve(&at->auditors, &scope, &cp_hash, ONE_BOARD);
	struct policy policy = good_path(at);
	struct policy_step *second = &policy.step[nth_signed(&policy, 1)];
	second->sign.key = at->auditors.approvers.member[1].key;
	second->sign.signature = one_board.list[1].signature;
	sealed_machine_advance(at, 2);
	assert_tpm_code(at->tpm, run_and_sign(at, &policy, &result),
		"TPM2_Sign", POLICY_FAIL);
}

static void tpm_refuses_a_skipped_quorum(void **state)
{
	struct sealed_machine *at = *state;
	struct digest result = some_result();
	struct policy policy = good_path(at);
	policy.count = nth_signed(&policy, 0);
	sealed_machine_advance(at, 2);
	assert_tpm_code(at->tpm, run_and_sign(at, &policy, &result),
		"TPM2_Sign", POLICY_FAIL);
}

static void tpm_refuses_a_skipped_condition(void **state)
{
	static const enum policy_kind kinds[] = { POLICY_PCR,
		POLICY_AUTHORIZE_NV, POLICY_COMMAND_CODE };
	struct sealed_machine *at = *state;
	struct digest result = some_result();
	sealed_machine_advance(at, 2);
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		struct policy policy = good_path(at);
		size_t i = policy.count;

		while (policy.step[--i].kind != kinds[k])
			;
		drop_step(&policy, i);
		assert_false(run_and_sign(at, &policy, &result));
		assert_true(tpm_error(at->tpm).code != 0);
	}
}

static void assert_signature_refused(
	struct sealed_machine *at, const struct digest *signed_digest)
{
	struct digest result = some_result();
	struct policy policy = good_path(at);
	struct policy_step *step = &policy.step[nth_signed(&policy, 0)];
	step->sign.signature = p256_sign(at->auditors.key[0], signed_digest);
	assert_tpm_code(at->tpm, run_and_sign(at, &policy, &result),
		"TPM2_PolicySigned", SIGNATURE_OF_PARAMETER_5);
}

static void tpm_refuses_other_scopes(void **state)
{
	struct sealed_machine *at = *state;
	struct digest result = some_result();
	struct digest cp_hash = cp_hash_of(at, &result);
	struct approval_scope scope =
		election_scope(&at->terms, APPROVE_RELEASE);
	struct approval_scope other[5];
	sealed_machine_advance(at, 2);
	for (size_t i = 0; i < 5; i++)
		other[i] = scope;
	other[0].definition.byte[0] ^= 1;
	other[1].ak.byte[2] ^= 1;
	other[2].rehearsal = true;
	other[3].purpose = APPROVE_OPEN;
	/* The same definition, sealed before on this machine. */
	other[4].phase -= 3;
	for (size_t i = 0; i < 5; i++) {
		struct digest digest = approval_digest(&other[i], &cp_hash);

		assert_signature_refused(at, &digest);
	}
}

static void tpm_refuses_a_note(void **state)
{
	struct sealed_machine *at = *state;
	struct digest note =
		sha256(bytes_of_text("sandoq box v1 live\nstation 7\n"));
	sealed_machine_advance(at, 2);
	assert_signature_refused(at, &note);
}

/*
 * Why approvals_check() refuses them: the TPM would sign whatever it is
 * given when no approval of the quorum is bound.
 */
static void tpm_does_not_refuse_unbound_approvals(void **state)
{
	struct sealed_machine *at = *state;
	struct digest other = sha256(bytes_of_text("another result"));
	struct approval_scope scope =
		election_scope(&at->terms, APPROVE_RELEASE);
	struct approvals unbound = approve(&at->auditors, &scope, NULL, QUORUM);
	struct policy policy = good_path(at);
	for (size_t i = 0; i < unbound.count; i++) {
		struct policy_step *step = &policy.step[nth_signed(&policy, i)];

		step->sign.bound = false;
		step->sign.signature = unbound.list[i].signature;
	}
	sealed_machine_advance(at, 2);
	assert_tpm(at->tpm, run_and_sign(at, &policy, &other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_BOOT(box_key_before_open),
		IN_A_BOOT(box_key_after_release),
		IN_A_BOOT(result_key_before_closed),
		IN_A_BOOT(result_key_after_release),
		IN_A_BOOT(both_keys_in_a_courier_boot),
		IN_A_BOOT(both_keys_under_another_program),
		IN_A_BOOT(both_keys_under_an_unapproved_policy),
		IN_A_BOOT(both_keys_with_a_command_line),
		IN_A_BOOT(both_keys_once_revoked),
		IN_A_BOOT(all_keys_after_an_update_and_a_replay),
		IN_A_BOOT(quorum_too_small),
		IN_A_BOOT(release_not_bound),
		IN_A_BOOT(rehearsal_approvals),
		IN_A_BOOT(officers_for_auditors),
		IN_A_BOOT(key_of_other_terms),
		IN_A_BOOT(keys_exchanged),
		IN_A_BOOT(key_of_another_tpm),
		IN_A_BOOT(point_off_the_curve),
		IN_A_BOOT(tpm_signs_what_was_approved),
		IN_A_BOOT(tpm_refuses_another_digest),
		IN_A_BOOT(tpm_refuses_one_approval),
		IN_A_BOOT(tpm_refuses_one_auditor_twice),
		IN_A_BOOT(tpm_refuses_one_board),
		IN_A_BOOT(tpm_refuses_a_skipped_quorum),
		IN_A_BOOT(tpm_refuses_a_skipped_condition),
		IN_A_BOOT(tpm_refuses_other_scopes),
		IN_A_BOOT(tpm_refuses_a_note),
		IN_A_BOOT(tpm_does_not_refuse_unbound_approvals),
	};
	return cmocka_run_group_tests(
		tests, sealed_machine_before_all, sealed_machine_after_all);
}
