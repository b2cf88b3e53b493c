/* SPDX-License-Identifier: Apache-2.0 */
/* Enrolment: each step again after a power cut, and what holds afterwards. */
#include "appliance/formats/crypto.h"
#include "tests/support/sealed_machine.h"
#include "tpm/nv.h"
#include "tpm/policy_session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { NO_POLICY = 0x12F, UNKNOWN_CAPABILITY = 0x1C4 };

static struct swtpm *blank;
/* The chip is one of before TPM_CAP_AUTH_POLICIES. */
static bool knows_no_policies;
/* The chip has no TPM2_NV_Certify: its list goes on with the next command. */
static bool certifies_no_index;

TSS2_RC __real_Esys_GetCapability(ESYS_CONTEXT *, ESYS_TR, ESYS_TR, ESYS_TR,
	TPM2_CAP, UINT32, UINT32, TPMI_YES_NO *, TPMS_CAPABILITY_DATA **);
TSS2_RC __wrap_Esys_GetCapability(ESYS_CONTEXT *, ESYS_TR, ESYS_TR, ESYS_TR,
	TPM2_CAP, UINT32, UINT32, TPMI_YES_NO *, TPMS_CAPABILITY_DATA **);
TSS2_RC __wrap_Esys_GetCapability(ESYS_CONTEXT *esys, ESYS_TR one, ESYS_TR two,
	ESYS_TR three, TPM2_CAP capability, UINT32 property, UINT32 count,
	TPMI_YES_NO *more, TPMS_CAPABILITY_DATA **found)
{
	if (knows_no_policies && capability == TPM2_CAP_AUTH_POLICIES)
		return UNKNOWN_CAPABILITY;
	if (certifies_no_index && capability == TPM2_CAP_COMMANDS)
		property++;
	return __real_Esys_GetCapability(esys, one, two, three, capability,
		property, count, more, found);
}

static int make(void **state)
{
	blank = swtpm_make();
	return sealed_machine_before_all(state);
}

static int unmake(void **state)
{
	swtpm_free(blank);
	return sealed_machine_after_all(state);
}

/* What an enrolment has found out so far. */
struct enrolment {
	struct swtpm *swtpm;
	struct tpm *tpm;
	struct body operators;
	struct root_keys root;
	struct machine machine;
	struct nv_names names;
	struct boot_policy boot;
	struct digest anchor;
	uint64_t phase;
};

static void reboot(struct enrolment *in)
{
	struct digest program = approved_program();
	struct tpm_name srk;
	tpm_close(in->tpm);
	swtpm_stop(in->swtpm);
	in->tpm = power_on(in->swtpm, &program);
	if (in->root.srk.size == 0)
		return;
	srk = public_name(tpm_public_bytes(&in->root.srk));
	assert_tpm(in->tpm, tpm_pin(in->tpm, &srk));
}

static void make_keys(struct enrolment *in)
{
	assert_tpm(in->tpm, tpm_make_root_keys(in->tpm, &in->root));
	in->machine.operators = in->operators.approvers;
	in->machine.ak = public_name(tpm_public_bytes(&in->root.ak));
	in->names = machine_nv_names(&in->machine);
}

static void define(struct enrolment *in)
{
	assert_tpm(in->tpm, tpm_define_indices(in->tpm, &in->machine));
}

static void count_revocations(struct enrolment *in)
{
	assert_tpm(in->tpm,
		tpm_first_revocation(in->tpm, &in->machine, &in->boot.epoch));
}

static void write_a(struct enrolment *in)
{
	struct approval_scope scope = machine_scope(&in->machine, APPROVE_BOOT);
	struct digest cp_hash;
	struct approvals approvals;
	assert_tpm(in->tpm, tpm_pcr_read(in->tpm,
				    1u << PCR_PROGRAM | 1u << PCR_COMMAND_LINE,
				    &in->boot.pcrs));
	cp_hash = boot_approval_cp_hash(&in->machine, &in->boot, false);
	approvals = approve(&in->operators, &scope, &cp_hash, QUORUM);
	assert_tpm(in->tpm, tpm_write_boot_policy(in->tpm, &in->machine,
				    &in->boot, &approvals));
}

static void count_phases(struct enrolment *in)
{
	assert_tpm(in->tpm,
		tpm_first_phase(in->tpm, &in->boot, &in->names, &in->phase));
}

static void anchor(struct enrolment *in)
{
	struct digest first = sha256(bytes_of_text("first"));
	struct tpm_state seen;
	assert_tpm(in->tpm, tpm_state(in->tpm, &seen));
	if (!seen.written[NV_J])
		assert_tpm(in->tpm,
			tpm_anchor(in->tpm, &first, &in->boot, &in->names));
	assert_tpm(in->tpm, tpm_anchor_read(in->tpm, &in->names, &in->anchor));
}

/* Once: nobody could tell whose authorization it is. */
static void lock(struct enrolment *in)
{
	struct tpm_state seen;
	assert_tpm(in->tpm, tpm_state(in->tpm, &seen));
	if (!seen.owner_locked)
		assert_tpm(in->tpm, tpm_lock_owner(in->tpm));
}

static void (*const steps[])(struct enrolment *) = { make_keys, define,
	count_revocations, write_a, count_phases, anchor, lock };
enum { STEPS = sizeof(steps) / sizeof(steps[0]) };

/* All steps over again after each one, as a machine that lost its power. */
static void goes_on_after_every_power_cut(void **state)
{
	struct enrolment in = { .swtpm = swtpm_copy(blank) };
	struct enrolment once;
	struct tpm_state seen;
	(void)state;
	in.operators = body_make();
	for (size_t done = 0; done < STEPS; done++) {
		reboot(&in);
		for (size_t i = 0; i <= done; i++)
			steps[i](&in);
	}
	once = in;
	reboot(&in);
	for (size_t i = 0; i < STEPS; i++)
		steps[i](&in);
	assert_memory_equal(&in.root.ak, &once.root.ak, sizeof(in.root.ak));
	assert_int_equal(in.phase, once.phase);
	assert_int_equal(in.boot.epoch, once.boot.epoch);
	assert_true(digest_equal(&in.anchor, &once.anchor));
	assert_tpm(in.tpm, tpm_state(in.tpm, &seen));
	assert_true(seen.owner_locked && seen.lockout_locked);
	assert_true(
		seen.clear_disabled && seen.sha256_only && seen.certifies_nv);
	tpm_close(in.tpm);
	swtpm_free(in.swtpm);
	body_free(&in.operators);
}

/* Somebody else's indices at our handles, before the owner is locked. */
static void foreign_indices_are_replaced(void **state)
{
	struct enrolment in = { .swtpm = swtpm_copy(blank) };
	struct body others = body_make();
	struct machine foreign;
	struct tpm_state seen;
	uint64_t count;
	(void)state;
	in.operators = body_make();
	reboot(&in);
	make_keys(&in);
	foreign = in.machine;
	foreign.operators = others.approvers;
	assert_tpm(in.tpm, tpm_define_indices(in.tpm, &foreign));
	assert_tpm(in.tpm, tpm_first_revocation(in.tpm, &foreign, &count));
	define(&in);
	count_revocations(&in);
	assert_true(in.boot.epoch > count);
	assert_tpm(in.tpm, tpm_state(in.tpm, &seen));
	assert_true(tpm_name_equal(&seen.name[NV_R], &in.names.name[NV_R]));
	tpm_close(in.tpm);
	swtpm_free(in.swtpm);
	body_free(&in.operators);
	body_free(&others);
}

/* PolicyCommandCode(TPM2_NV_UndefineSpace): whoever asks, if it is the owner's.
 */
static TPM2B_DIGEST anybody_undefines(void)
{
	const struct policy_step step = { .kind = POLICY_COMMAND_CODE,
		.command = (enum policy_command)TPM2_CC_NV_UndefineSpace };
	struct policy policy = { .count = 0 };
	policy_append(&policy, &step);
	const struct digest digest = policy_digest(&policy);
	return digest_of(&digest);
}

/* As somebody who had the computer before: this hierarchy gets that policy. */
static void prepare_policy(struct enrolment *in, ESYS_TR hierarchy)
{
	const TPM2B_DIGEST policy = anybody_undefines();
	assert_int_equal(Esys_SetPrimaryPolicy(in->tpm->esys, hierarchy,
				 ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
				 &policy, TPM2_ALG_SHA256),
		0);
}

/* By that policy, without any authorization. */
static TSS2_RC undefine_by_policy(struct enrolment *in, enum nv_index index)
{
	ESYS_TR session;
	ESYS_TR handle;
	begin(in->tpm);
	assert_true(
		nv_open_named(in->tpm, index, &in->names.name[index], &handle));
	assert_true(empty_policy_session(in->tpm, 0, &session));
	assert_int_equal(
		Esys_PolicyCommandCode(in->tpm->esys, session, ESYS_TR_NONE,
			ESYS_TR_NONE, ESYS_TR_NONE, TPM2_CC_NV_UndefineSpace),
		0);
	const TSS2_RC code = Esys_NV_UndefineSpace(in->tpm->esys,
		ESYS_TR_RH_OWNER, handle, session, ESYS_TR_NONE, ESYS_TR_NONE);
	finish(in->tpm, true);
	return code;
}

static struct enrolment enrolment_begin(void)
{
	struct enrolment in = { .swtpm = swtpm_copy(blank),
		.operators = body_make() };
	reboot(&in);
	return in;
}

static void enrolment_end(struct enrolment *in)
{
	tpm_close(in->tpm);
	swtpm_free(in->swtpm);
	body_free(&in->operators);
}

/* An honest enrolment; then the anchor could be undefined by whoever asked. */
static void a_policy_does_not_outlive_the_enrolment(void **state)
{
	struct enrolment in = enrolment_begin();
	(void)state;
	prepare_policy(&in, ESYS_TR_RH_OWNER);
	for (size_t i = 0; i < STEPS; i++)
		steps[i](&in);
	assert_int_equal(undefine_by_policy(&in, NV_J), NO_POLICY);
	enrolment_end(&in);
}

static const struct {
	ESYS_TR reference;
	const char *authorized;
	const char *governed;
} hierarchies[] = {
	{ ESYS_TR_RH_OWNER, "its owner authorization is set",
		"a policy of its owner is set" },
	{ ESYS_TR_RH_ENDORSEMENT, "its endorsement authorization is set",
		"a policy of its endorsement hierarchy is set" },
	{ ESYS_TR_RH_LOCKOUT, "its lockout authorization is set",
		"a policy of its lockout is set" },
};
enum { HIERARCHIES = sizeof(hierarchies) / sizeof(hierarchies[0]) };

/* And its lock could not be told from one that somebody has the key of. */
static void prepare_authorization(struct enrolment *in, ESYS_TR hierarchy)
{
	const TPM2B_AUTH known = { .size = 5, .buffer = "known" };
	assert_int_equal(
		Esys_HierarchyChangeAuth(in->tpm->esys, hierarchy,
			ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &known),
		0);
}

static void an_authorization_set_before_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < HIERARCHIES; i++) {
		struct enrolment in = enrolment_begin();
		assert_tpm(in.tpm, tpm_nobody_owns(in.tpm));
		prepare_authorization(&in, hierarchies[i].reference);
		assert_tpm_why(in.tpm, tpm_nobody_owns(in.tpm),
			hierarchies[i].authorized);
		assert_tpm_why(in.tpm, tpm_lock_owner(in.tpm),
			hierarchies[i].authorized);
		enrolment_end(&in);
	}
}

static void a_policy_set_before_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < HIERARCHIES; i++) {
		struct enrolment in = enrolment_begin();
		prepare_policy(&in, hierarchies[i].reference);
		assert_tpm_why(in.tpm, tpm_nobody_owns(in.tpm),
			hierarchies[i].governed);
		make_keys(&in);
		lock(&in);
		assert_tpm(in.tpm, tpm_owner_is_locked(in.tpm));
		enrolment_end(&in);
	}
}

static void a_chip_that_knows_no_policies_is_named(void **state)
{
	struct enrolment in = enrolment_begin();
	(void)state;
	knows_no_policies = true;
	const bool owned = !tpm_nobody_owns(in.tpm);
	knows_no_policies = false;
	assert_tpm_why(in.tpm, !owned,
		"this TPM does not know TPM_CAP_AUTH_POLICIES, so that nobody "
		"can tell whether its owner has a policy");
	enrolment_end(&in);
}

static void a_chip_that_certifies_no_index_is_known(void **state)
{
	struct enrolment in = enrolment_begin();
	struct tpm_state seen;
	(void)state;
	certifies_no_index = true;
	const bool told = tpm_state(in.tpm, &seen);
	certifies_no_index = false;
	assert_true(told && !seen.certifies_nv);
	assert_tpm(in.tpm, tpm_state(in.tpm, &seen));
	assert_true(seen.certifies_nv);
	enrolment_end(&in);
}

/* Nobody knows the first ones. */
static void the_owner_is_locked_once(void **state)
{
	struct enrolment in = enrolment_begin();
	(void)state;
	assert_tpm_why(
		in.tpm, tpm_owner_is_locked(in.tpm), "its owner is not locked");
	make_keys(&in);
	lock(&in);
	assert_tpm(in.tpm, tpm_owner_is_locked(in.tpm));
	assert_tpm_why(
		in.tpm, tpm_lock_owner(in.tpm), hierarchies[0].authorized);
	reboot(&in);
	assert_tpm(in.tpm, tpm_owner_is_locked(in.tpm));
	enrolment_end(&in);
}

/* Somebody's owner authorization, and Clear as it was. */
static void half_a_lock_is_none(void **state)
{
	struct enrolment in = enrolment_begin();
	(void)state;
	prepare_authorization(&in, ESYS_TR_RH_OWNER);
	assert_tpm_why(
		in.tpm, tpm_owner_is_locked(in.tpm), "its owner is not locked");
	enrolment_end(&in);
}

/* Of each start: what firmware has closed is open again after a reset. */
static void firmware_has_closed_the_platform(void **state)
{
	struct enrolment in = enrolment_begin();
	(void)state;
	assert_tpm(in.tpm, tpm_platform_refuses(in.tpm));
	swtpm_leave_platform_open(in.swtpm);
	for (unsigned start = 0; start < 2; start++) {
		reboot(&in);
		assert_tpm_why(in.tpm, tpm_platform_refuses(in.tpm),
			"it leaves the TPM's platform hierarchy open, so that "
			"whoever starts other software can undo what the TPM "
			"guards");
	}
	/* Closed until the next reset, by the question. */
	assert_tpm(in.tpm, tpm_platform_refuses(in.tpm));
	enrolment_end(&in);
}

static void same_keys_on_the_same_tpm(void **state)
{
	struct enrolment one = { .swtpm = swtpm_copy(blank) };
	struct enrolment two = { .swtpm = swtpm_copy(blank) };
	(void)state;
	reboot(&one);
	reboot(&two);
	make_keys(&one);
	make_keys(&two);
	assert_memory_equal(&one.root, &two.root, sizeof(one.root));
	tpm_close(one.tpm);
	tpm_close(two.tpm);
	swtpm_free(one.swtpm);
	swtpm_free(two.swtpm);
}

static void another_root_key_is_refused(void **state)
{
	struct sealed_machine *at = *state;
	struct tpm_name other = at->srk;
	other.byte[20] ^= 1;
	assert_tpm_why(at->tpm, tpm_pin(at->tpm, &other),
		"the storage root key is not the enrolled one: this is "
		"another TPM, or it was cleared");
	assert_tpm_why(at->tpm,
		tpm_phase_advance(at->tpm, &at->boot, &at->names),
		"no storage root key is pinned");
}

static void nothing_can_be_defined_any_more(void **state)
{
	struct sealed_machine *at = *state;
	struct machine other = at->machine;
	other.ak.byte[9] ^= 1;
	assert_tpm_code(at->tpm, tpm_define_indices(at->tpm, &other),
		"TPM2_NV_UndefineSpace", 0x9A2);
}

/* Nobody knows the lockout authorization, and firmware's is not enough. */
static void clear_is_disabled(void **state)
{
	struct sealed_machine *at = *state;
	const struct digest program = approved_program();
	swtpm_leave_platform_open(at->swtpm);
	sealed_machine_boot(at, &program);
	assert_int_equal(Esys_Clear(at->tpm->esys, ESYS_TR_RH_PLATFORM,
				 ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE),
		0x120);
	assert_int_equal(Esys_Clear(at->tpm->esys, ESYS_TR_RH_LOCKOUT,
				 ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE),
		0x98E);
}

static struct approvals boot_approvals(
	const struct sealed_machine *at, unsigned members)
{
	struct approval_scope scope = machine_scope(&at->machine, APPROVE_BOOT);
	struct digest cp_hash =
		boot_approval_cp_hash(&at->machine, &at->boot, true);
	return approve(&at->operators, &scope, &cp_hash, members);
}

static void another_boot_is_approved(void **state)
{
	struct sealed_machine *at = *state;
	struct digest program = other_program();
	struct approvals approvals;
	uint64_t phase;
	sealed_machine_boot(at, &program);
	assert_tpm(at->tpm,
		tpm_pcr_read(at->tpm, at->boot.pcrs.mask, &at->boot.pcrs));
	approvals = boot_approvals(at, QUORUM);
	assert_tpm(at->tpm, tpm_write_boot_policy(at->tpm, &at->machine,
				    &at->boot, &approvals));
	sealed_machine_advance(at, 1);
	assert_tpm(at->tpm, tpm_phase(at->tpm, &at->names, &phase));
	assert_int_equal(phase, at->terms.phase + 1);
}

static void one_board_cannot_approve_a_boot(void **state)
{
	struct sealed_machine *at = *state;
	struct approvals approvals;
	at->boot.pcrs.value[PCR_PROGRAM].byte[0] ^= 1;
	approvals = boot_approvals(at, ONE_BOARD);
	assert_tpm_why(at->tpm,
		tpm_write_boot_policy(
			at->tpm, &at->machine, &at->boot, &approvals),
		"fewer approvals of one board than the quorum needs");
}

static void approval_of_another_boot(void **state)
{
	struct sealed_machine *at = *state;
	struct approvals approvals = boot_approvals(at, QUORUM);
	at->boot.epoch++;
	assert_false(tpm_write_boot_policy(
		at->tpm, &at->machine, &at->boot, &approvals));
	assert_int_equal(tpm_error(at->tpm).code, 0);
}

/* R keeps an old approval dead, even when it is written once more. */
static void a_revoked_boot_cannot_come_back(void **state)
{
	struct sealed_machine *at = *state;
	struct approval_scope scope =
		machine_scope(&at->machine, APPROVE_REVOKE);
	struct digest cp_hash = cp_hash_increment(&at->names.name[NV_R]);
	struct approvals revoke =
		approve(&at->operators, &scope, &cp_hash, QUORUM);
	struct approvals approvals = boot_approvals(at, QUORUM);
	uint64_t count;
	assert_tpm(at->tpm, tpm_revoke(at->tpm, &at->machine, &revoke));
	assert_tpm(at->tpm, tpm_revocations(at->tpm, &at->names, &count));
	assert_int_equal(count, at->boot.epoch + 1);
	assert_tpm(at->tpm, tpm_write_boot_policy(at->tpm, &at->machine,
				    &at->boot, &approvals));
	assert_tpm_code(at->tpm,
		tpm_phase_advance(at->tpm, &at->boot, &at->names),
		"TPM2_PolicyNV", 0x126);
}

static void nobody_writes_without_the_policy(void **state)
{
	struct sealed_machine *at = *state;
	struct digest program = other_program();
	struct digest next = sha256(bytes_of_text("next"));
	uint8_t key[JOURNAL_KEY_SIZE];
	sealed_machine_boot(at, &program);
	assert_tpm_code(at->tpm,
		tpm_phase_advance(at->tpm, &at->boot, &at->names),
		"TPM2_PolicyPCR", 0x1C4);
	assert_tpm_code(at->tpm,
		tpm_anchor(at->tpm, &next, &at->boot, &at->names),
		"TPM2_PolicyPCR", 0x1C4);
	assert_tpm_code(at->tpm,
		tpm_unseal_journal_key(
			at->tpm, &at->journal_key, &at->boot, &at->names, key),
		"TPM2_PolicyPCR", 0x1C4);
}

/* Another index in its place would be another policy's. */
static void an_index_is_known_by_its_name(void **state)
{
	struct sealed_machine *at = *state;
	struct digest next = sha256(bytes_of_text("next"));
	struct nv_names other = at->names;
	other.name[NV_J].byte[TPM_NAME_SIZE - 1] ^= 1;
	assert_false(tpm_anchor(at->tpm, &next, &at->boot, &other));
	assert_string_equal(tpm_error(at->tpm).why,
		"the TPM has another index there than was enrolled");
	assert_tpm(at->tpm, tpm_anchor(at->tpm, &next, &at->boot, &at->names));
}

static void resets_are_counted(void **state)
{
	struct sealed_machine *at = *state;
	struct digest program = approved_program();
	struct tpm_state before;
	struct tpm_state after;
	assert_tpm(at->tpm, tpm_state(at->tpm, &before));
	sealed_machine_boot(at, &program);
	assert_tpm(at->tpm, tpm_state(at->tpm, &after));
	assert_int_equal(after.clock.reset_count, before.clock.reset_count + 1);
}

static void random_bytes_differ(void **state)
{
	struct sealed_machine *at = *state;
	uint8_t one[100] = { 0 };
	uint8_t two[100] = { 0 };
	assert_tpm(at->tpm, tpm_random(at->tpm, one, sizeof(one)));
	assert_tpm(at->tpm, tpm_random(at->tpm, two, sizeof(two)));
	assert_memory_not_equal(one, two, sizeof(one));
}

static void a_dead_tpm_is_an_error(void **state)
{
	struct sealed_machine *at = *state;
	struct tpm_state seen;
	swtpm_stop(at->swtpm);
	assert_false(tpm_state(at->tpm, &seen));
	assert_true(tpm_error(at->tpm).code != 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_on_after_every_power_cut),
		cmocka_unit_test(foreign_indices_are_replaced),
		cmocka_unit_test(a_policy_does_not_outlive_the_enrolment),
		cmocka_unit_test(an_authorization_set_before_is_named),
		cmocka_unit_test(a_policy_set_before_is_named),
		cmocka_unit_test(a_chip_that_certifies_no_index_is_known),
		cmocka_unit_test(a_chip_that_knows_no_policies_is_named),
		cmocka_unit_test(the_owner_is_locked_once),
		cmocka_unit_test(half_a_lock_is_none),
		cmocka_unit_test(firmware_has_closed_the_platform),
		cmocka_unit_test(same_keys_on_the_same_tpm),
		IN_A_BOOT(another_root_key_is_refused),
		IN_A_BOOT(nothing_can_be_defined_any_more),
		IN_A_BOOT(clear_is_disabled),
		IN_A_BOOT(another_boot_is_approved),
		IN_A_BOOT(one_board_cannot_approve_a_boot),
		IN_A_BOOT(approval_of_another_boot),
		IN_A_BOOT(a_revoked_boot_cannot_come_back),
		IN_A_BOOT(nobody_writes_without_the_policy),
		IN_A_BOOT(an_index_is_known_by_its_name),
		IN_A_BOOT(resets_are_counted),
		IN_A_BOOT(random_bytes_differ),
		IN_A_BOOT(a_dead_tpm_is_an_error),
	};
	return cmocka_run_group_tests(tests, make, unmake);
}
