/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/sealed_machine.h"

#include "appliance/formats/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void assert_tpm(const struct tpm *tpm, bool worked)
{
	struct tpm_error error = tpm_error(tpm);
	char text[256] = { 0 };
	struct writer out = writer_of(text, sizeof(text) - 1);
	if (worked)
		return;
	write_tpm_error(&out, &error);
	fail_msg("%s", text);
}

void assert_tpm_code(
	const struct tpm *tpm, bool worked, const char *doing, uint32_t code)
{
	struct tpm_error error = tpm_error(tpm);
	assert_false(worked);
	assert_string_equal(error.doing, doing);
	assert_int_equal(error.code, code);
}

void assert_tpm_why(const struct tpm *tpm, bool worked, const char *why)
{
	struct tpm_error error = tpm_error(tpm);
	assert_false(worked);
	assert_int_equal(error.code, 0);
	assert_non_null(error.why);
	assert_string_equal(error.why, why);
}

struct body body_make(void)
{
	struct body body = { 0 };
	for (size_t i = 0; i < BODY_SIZE; i++) {
		body.key[i] = p256_generate();
		body.approvers.member[i].key = p256_public_of(body.key[i]);
		body.approvers.member[i].board = i == BODY_SIZE - 1;
	}
	body.approvers.of = BODY_SIZE;
	body.approvers.need = 2;
	body.approvers.each = 1;
	return body;
}

void body_free(struct body *body)
{
	for (size_t i = 0; i < BODY_SIZE; i++)
		p256_free(body->key[i]);
}

struct approvals approve(const struct body *body,
	const struct approval_scope *scope, const struct digest *cp_hash,
	unsigned members)
{
	struct digest digest = approval_digest(scope, cp_hash);
	struct approvals approvals = { 0 };
	for (size_t i = 0; i < BODY_SIZE; i++) {
		struct approval *approval = &approvals.list[approvals.count];

		if (!(members >> i & 1))
			continue;
		approval->member = (uint16_t)i;
		approval->bound = cp_hash != NULL;
		approval->signature = p256_sign(body->key[i], &digest);
		approvals.count++;
	}
	return approvals;
}

struct approvals approve_open(const struct sealed_machine *at)
{
	struct approval_scope scope = election_scope(&at->terms, APPROVE_OPEN);
	return approve(&at->officers, &scope, NULL, QUORUM);
}

struct approvals approve_release(
	const struct sealed_machine *at, const struct digest *result)
{
	struct approval_scope scope =
		election_scope(&at->terms, APPROVE_RELEASE);
	struct tpm_name rk =
		public_name(tpm_public_bytes(&at->rk.key.public_area));
	struct digest cp_hash = cp_hash_sign(&rk, result);
	return approve(&at->auditors, &scope, &cp_hash, QUORUM);
}

struct digest approved_program(void)
{
	return sha256(bytes_of_text("the approved program"));
}

struct digest other_program(void)
{
	return sha256(bytes_of_text("another program"));
}

struct tpm *power_on(struct swtpm *swtpm, const struct digest *program)
{
	struct tpm *tpm = tpm_open(swtpm_start(swtpm));
	assert_non_null(tpm);
	assert_tpm(tpm, tpm_pcr_extend(tpm, PCR_PROGRAM, program));
	return tpm;
}

static void power_off(struct sealed_machine *at)
{
	tpm_close(at->tpm);
	at->tpm = NULL;
	swtpm_stop(at->swtpm);
}

static void write_boot_policy(struct sealed_machine *at)
{
	struct approval_scope scope = machine_scope(&at->machine, APPROVE_BOOT);
	const uint32_t profile = 1u << 0 | 1u << 2 | 1u << PCR_PROGRAM |
				 1u << 7 | 1u << PCR_COMMAND_LINE;
	struct approvals approvals;
	struct digest cp_hash;
	assert_tpm(at->tpm, tpm_pcr_read(at->tpm, profile, &at->boot.pcrs));
	cp_hash = boot_approval_cp_hash(&at->machine, &at->boot, false);
	approvals = approve(&at->operators, &scope, &cp_hash, QUORUM);
	assert_tpm(at->tpm, tpm_write_boot_policy(at->tpm, &at->machine,
				    &at->boot, &approvals));
}

static void enrol(struct sealed_machine *at)
{
	struct tpm *tpm = at->tpm;
	struct digest first = sha256(bytes_of_text("first checkpoint"));
	uint64_t phase;
	assert_tpm(tpm, tpm_make_root_keys(tpm, &at->root));
	at->srk = public_name(tpm_public_bytes(&at->root.srk));
	at->machine.operators = at->operators.approvers;
	at->machine.ak = public_name(tpm_public_bytes(&at->root.ak));
	at->names = machine_nv_names(&at->machine);
	assert_tpm(tpm, tpm_define_indices(tpm, &at->machine));
	assert_tpm(
		tpm, tpm_first_revocation(tpm, &at->machine, &at->boot.epoch));
	write_boot_policy(at);
	assert_tpm(tpm, tpm_first_phase(tpm, &at->boot, &at->names, &phase));
	assert_tpm(
		tpm, tpm_make_journal_key(tpm, &at->names, &at->journal_key));
	assert_tpm(tpm, tpm_anchor(tpm, &first, &at->boot, &at->names));
	assert_tpm(tpm, tpm_lock_owner(tpm));
}

static void seal(struct sealed_machine *at)
{
	struct election_terms *terms = &at->terms;
	terms->definition = sha256(bytes_of_text("a definition"));
	terms->ak = at->machine.ak;
	terms->nv = at->names;
	terms->officers = at->officers.approvers;
	terms->auditors = at->auditors.approvers;
	assert_tpm(at->tpm, tpm_phase(at->tpm, &at->names, &terms->phase));
	assert_tpm(at->tpm, tpm_make_bk(at->tpm, terms, &at->bk));
	assert_tpm(at->tpm, tpm_make_rk(at->tpm, terms, &at->rk));
}

struct sealed_machine *sealed_machine_make(void)
{
	struct sealed_machine *at = calloc(1, sizeof(*at));
	struct digest program = approved_program();
	assert_non_null(at);
	at->operators = body_make();
	at->officers = body_make();
	at->auditors = body_make();
	at->swtpm = swtpm_make();
	at->tpm = power_on(at->swtpm, &program);
	enrol(at);
	seal(at);
	power_off(at);
	return at;
}

struct sealed_machine *sealed_machine_copy(const struct sealed_machine *from)
{
	struct sealed_machine *at = malloc(sizeof(*at));
	assert_non_null(at);
	*at = *from;
	at->swtpm = swtpm_copy(from->swtpm);
	return at;
}

void sealed_machine_boot(
	struct sealed_machine *at, const struct digest *program)
{
	power_off(at);
	at->tpm = power_on(at->swtpm, program);
	assert_tpm(at->tpm, tpm_pin(at->tpm, &at->srk));
}

void sealed_machine_advance(struct sealed_machine *at, unsigned phases)
{
	while (phases-- > 0)
		assert_tpm(at->tpm,
			tpm_phase_advance(at->tpm, &at->boot, &at->names));
}

void sealed_machine_free_copy(struct sealed_machine *at)
{
	tpm_close(at->tpm);
	swtpm_free(at->swtpm);
	free(at);
}

void sealed_machine_free(struct sealed_machine *at)
{
	if (at == NULL)
		return;
	body_free(&at->operators);
	body_free(&at->officers);
	body_free(&at->auditors);
	sealed_machine_free_copy(at);
}

int sealed_machine_before_all(void **state)
{
	crypto_start();
	*state = sealed_machine_make();
	return 0;
}

int sealed_machine_after_all(void **state)
{
	sealed_machine_free(*state);
	return 0;
}

int sealed_machine_before_each(void **state)
{
	const struct digest program = approved_program();
	struct sealed_machine *at = sealed_machine_copy(*state);
	sealed_machine_boot(at, &program);
	*state = at;
	return 0;
}

int sealed_machine_after_each(void **state)
{
	sealed_machine_free_copy(*state);
	return 0;
}
