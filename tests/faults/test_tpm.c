/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TPM whose calls fail: each occurrence of each call in each question, one at
 * a time, with each code that there is; and several by chance. What is asked is
 * answered rightly or not at all, what it refuses it never seems to grant, and
 * no descriptor, memory or mapping is left over.
 */
#include "appliance/formats/crypto.h"
#include "tests/faults/faults.h"
#include "tests/support/patience.h"
#include "tests/support/sealed_machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

#include <cmocka.h>

enum {
	PATIENCE = 1200,
	ROUNDS = 12,
	/* A session and a policy are some 30 calls. */
	ONE_IN = 40,
	QUOTED = 1u << 0 | 1u << 4,
};

enum outcome { RIGHT, NONE, WRONG };

/* What the questions below are about, and what must be answered. */
struct machine_at {
	struct sealed_machine *at;
	uint8_t journal_key[JOURNAL_KEY_SIZE];
	uint8_t enc[P256_POINT_SIZE];
	uint8_t secret[P256_SIZE];
	struct digest result;
	struct approvals open;
	struct approvals release;
	struct p256_public ak;
	struct p256_public rk;
	struct digest anchor;
	uint64_t phase;
	uint64_t revocation;
	uint8_t boot_policy[TPM_NAME_SIZE];
	struct tpm_state state;
	struct digest pcrs;
};

/*
 * Questions, asked while calls fail, judged when none does
 */

static enum outcome answer(bool answered, bool right)
{
	if (!answered)
		return NONE;
	return right ? RIGHT : WRONG;
}

static enum outcome ask_journal_key(struct machine_at *m)
{
	uint8_t key[JOURNAL_KEY_SIZE] = { 0 };
	bool got = tpm_unseal_journal_key(m->at->tpm, &m->at->journal_key,
		&m->at->boot, &m->at->names, key);
	return answer(got, memcmp(key, m->journal_key, sizeof(key)) == 0);
}

static enum outcome ask_secret(struct machine_at *m)
{
	uint8_t secret[P256_SIZE] = { 0 };
	bool got = tpm_box_secret(m->at->tpm, &m->at->bk.key, &m->at->terms,
		&m->at->boot, &m->open, m->enc, secret);
	return answer(got, memcmp(secret, m->secret, sizeof(secret)) == 0);
}

static enum outcome ask_signature(struct machine_at *m)
{
	struct p256_signature signature = { .r = { 0 } };
	bool got = tpm_sign_result(m->at->tpm, &m->at->rk.key, &m->at->terms,
		&m->at->boot, &m->release, &m->result, &signature);
	return answer(got, p256_verify(&m->rk, &m->result, &signature));
}

static enum outcome ask_quote(struct machine_at *m)
{
	struct attestation quote;
	struct pcr_set values;
	struct quote said;
	memset(&quote, 0, sizeof(quote));
	memset(&values, 0, sizeof(values));
	if (!tpm_quote(m->at->tpm, &m->result, QUOTED, &quote, &values))
		return NONE;
	const struct digest of_values = pcr_set_digest(&values);
	const refusal why = quote_verify(&m->ak, &quote,
		bytes_of(m->result.byte, SHA256_SIZE), QUOTED, &said);
	return answer(true, why == NULL && digest_equal(&of_values, &m->pcrs) &&
				    digest_equal(&said.pcr_digest, &m->pcrs));
}

static enum outcome ask_anchor(struct machine_at *m)
{
	struct digest anchor = { { 0 } };
	bool got = tpm_anchor_read(m->at->tpm, &m->at->names, &anchor);
	return answer(got, digest_equal(&anchor, &m->anchor));
}

static enum outcome ask_counters(struct machine_at *m)
{
	uint64_t phase = 0;
	uint64_t revocation = 0;
	bool got = tpm_phase(m->at->tpm, &m->at->names, &phase) &&
		   tpm_revocations(m->at->tpm, &m->at->names, &revocation);
	return answer(got, phase == m->phase && revocation == m->revocation);
}

static enum outcome ask_boot_policy(struct machine_at *m)
{
	uint8_t value[TPM_NAME_SIZE] = { 0 };
	bool got = tpm_boot_policy_value(m->at->tpm, &m->at->names, value);
	return answer(got, memcmp(value, m->boot_policy, sizeof(value)) == 0);
}

static enum outcome ask_state(struct machine_at *m)
{
	struct tpm_state state;
	memset(&state, 0, sizeof(state));
	if (!tpm_state(m->at->tpm, &state))
		return NONE;
	return answer(true, state.owner_locked && state.lockout_locked &&
				    state.clear_disabled && state.sha256_only &&
				    memcmp(state.present, m->state.present,
					    sizeof(state.present)) == 0 &&
				    memcmp(state.written, m->state.written,
					    sizeof(state.written)) == 0 &&
				    memcmp(state.name, m->state.name,
					    sizeof(state.name)) == 0);
}

static enum outcome ask_new_key(struct machine_at *m)
{
	static struct election_key key;
	struct creation_data creation;
	struct tpm_name name;
	memset(&key, 0, sizeof(key));
	if (!tpm_make_bk(m->at->tpm, &m->at->terms, &key))
		return NONE;
	name = public_name(tpm_public_bytes(&key.key.public_area));
	return answer(
		true, creation_verify(&m->ak, &key.certificate,
			      bytes_of(key.creation_data, key.creation_size),
			      &name, &m->at->srk, &m->at->terms.definition,
			      PCR_CREATION_MASK, &creation) == NULL);
}

/* It becomes the extended one or stays; said to be done, it is done. */
static enum outcome do_anchor(struct machine_at *m)
{
	const struct bytes part[] = { bytes_of(m->anchor.byte, SHA256_SIZE),
		bytes_of(m->result.byte, SHA256_SIZE) };
	const struct digest extended = sha256_parts(part, 2);
	struct digest now;
	bool done =
		tpm_anchor(m->at->tpm, &m->result, &m->at->boot, &m->at->names);
	faults_end();
	if (!tpm_anchor_read(m->at->tpm, &m->at->names, &now))
		return done ? WRONG : NONE;
	const bool moved = digest_equal(&now, &extended);
	const bool stayed = digest_equal(&now, &m->anchor);
	m->anchor = now;
	if (done)
		return moved ? RIGHT : WRONG;
	return moved || stayed ? NONE : WRONG;
}

static enum outcome do_advance(struct machine_at *m)
{
	const uint64_t before = m->phase;
	bool done = tpm_phase_advance(m->at->tpm, &m->at->boot, &m->at->names);
	faults_end();
	if (!tpm_phase(m->at->tpm, &m->at->names, &m->phase))
		return done ? WRONG : NONE;
	if (done)
		return m->phase == before + 1 ? RIGHT : WRONG;
	return m->phase - before <= 1 ? NONE : WRONG;
}

/*
 * What the TPM must refuse, whatever fails: being granted it is wrong
 */

static enum outcome never(enum outcome got)
{
	return got == NONE ? NONE : WRONG;
}

static enum outcome ask_secret_in_vain(struct machine_at *m)
{
	return never(ask_secret(m));
}

static enum outcome ask_signature_in_vain(struct machine_at *m)
{
	return never(ask_signature(m));
}

static enum outcome ask_other_result(struct machine_at *m)
{
	const struct digest other = sha256(bytes_of_text("another result"));
	struct p256_signature signature;
	return tpm_sign_result(m->at->tpm, &m->at->rk.key, &m->at->terms,
		       &m->at->boot, &m->release, &other, &signature)
		       ? WRONG
		       : NONE;
}

static enum outcome ask_by_one_board(struct machine_at *m)
{
	const struct approval_scope scope =
		election_scope(&m->at->terms, APPROVE_OPEN);
	struct approvals few =
		approve(&m->at->officers, &scope, NULL, ONE_BOARD);
	uint8_t secret[P256_SIZE];
	return tpm_box_secret(m->at->tpm, &m->at->bk.key, &m->at->terms,
		       &m->at->boot, &few, m->enc, secret)
		       ? WRONG
		       : NONE;
}

/* PCR 14 is 0 here, so the TPM accepts that. */
static enum outcome ask_airlock(struct machine_at *m)
{
	return tpm_airlock_refuses(m->at->tpm) ? WRONG : NONE;
}

/* Another key in the SRK's place is never taken for it. */
static enum outcome pin_another(struct machine_at *m)
{
	return tpm_pin(m->at->tpm, &m->at->machine.ak) ? WRONG : NONE;
}

struct question {
	const char *name;
	enum outcome (*ask)(struct machine_at *);
	enum outcome wanted; /* when nothing fails */
};

/*
 * Runs
 */

static void remember(struct machine_at *m)
{
	struct sealed_machine *at = m->at;
	struct pcr_set values;
	struct digest policy;
	assert_tpm(at->tpm, tpm_unseal_journal_key(at->tpm, &at->journal_key,
				    &at->boot, &at->names, m->journal_key));
	assert_tpm(at->tpm, tpm_anchor_read(at->tpm, &at->names, &m->anchor));
	assert_tpm(at->tpm, tpm_phase(at->tpm, &at->names, &m->phase));
	assert_tpm(
		at->tpm, tpm_revocations(at->tpm, &at->names, &m->revocation));
	assert_tpm(at->tpm,
		tpm_boot_policy_value(at->tpm, &at->names, m->boot_policy));
	assert_tpm(at->tpm, tpm_state(at->tpm, &m->state));
	assert_tpm(at->tpm, tpm_pcr_read(at->tpm, QUOTED, &values));
	m->pcrs = pcr_set_digest(&values);
	assert_null(key_decode(
		KEY_AK, tpm_public_bytes(&at->root.ak), &policy, &m->ak));
	assert_null(key_decode(KEY_RK,
		tpm_public_bytes(&at->rk.key.public_area), &policy, &m->rk));
}

static void prepare(struct machine_at *m, const struct sealed_machine *first,
	unsigned phases)
{
	const struct digest program = approved_program();
	struct p256_private *sender = p256_generate();
	const struct p256_public public = p256_public_of(sender);
	struct p256_public bk;
	struct digest policy;
	m->at = sealed_machine_copy(first);
	sealed_machine_boot(m->at, &program);
	sealed_machine_advance(m->at, phases);
	assert_null(key_decode(KEY_BK,
		tpm_public_bytes(&m->at->bk.key.public_area), &policy, &bk));
	p256_to_point(&public, m->enc);
	p256_ecdh(sender, &bk, m->secret);
	p256_free(sender);
	m->result = sha256(bytes_of_text("a result"));
	m->open = approve_open(m->at);
	m->release = approve_release(m->at, &m->result);
	remember(m);
}

/* What failed may have left sessions and objects behind. */
static void clean(struct machine_at *m)
{
	const struct digest program = approved_program();
	sealed_machine_boot(m->at, &program);
}

/* What nothing points to any more, the TSS's objects too. */
static bool memory_is_lost(void)
{
#ifdef __SANITIZE_ADDRESS__
	return __lsan_do_recoverable_leak_check() != 0;
#else
	return false;
#endif
}

static void nothing_is_left(const struct question *question,
	const struct faults_wanted *wanted, size_t descriptors)
{
	const size_t open = faults_descriptors_open();
	if (open == descriptors && faults_blocks_held() == 0 &&
		faults_mappings_held() == 0 && !memory_is_lost())
		return;
	fail_msg("%s, occurrence %u of %s: %zu descriptors, not %zu; %zu "
		 "blocks, %zu mappings",
		question->name, wanted->occurrence,
		wanted->only < 0 ? "any" : fault_calls[wanted->only].name, open,
		descriptors, faults_blocks_held(), faults_mappings_held());
}

static enum outcome run(struct machine_at *m, const struct question *question,
	const struct faults_wanted *wanted)
{
	const size_t descriptors = faults_descriptors_open();
	faults_begin(wanted, 0);
	const enum outcome got = question->ask(m);
	faults_end();
	if (got == WRONG)
		fail_msg("%s, seed %llu, occurrence %u of %s, code %u: a wrong "
			 "answer",
			question->name, (unsigned long long)wanted->seed,
			wanted->occurrence,
			wanted->only < 0 ? "any"
					 : fault_calls[wanted->only].name,
			wanted->code);
	nothing_is_left(question, wanted, descriptors);
	if (got != RIGHT || faults_seen(0)->failed > 0)
		clean(m);
	return got;
}

static const struct faults_wanted no_fault = { .only = FAULT_ANY_ESAPI,
	.one_in = UINT32_MAX };

struct sums {
	size_t right;
	size_t none;
	size_t failed;
};

static void add(struct sums *sums, enum outcome got)
{
	sums->right += got == RIGHT;
	sums->none += got == NONE;
	sums->failed += faults_seen(0)->failed;
}

static void print_sums(const char *what, const struct sums *sums)
{
	print_message("%s: %zu faults in %zu questions: %zu right answers, "
		      "%zu without\n",
		what, sums->failed, sums->right + sums->none, sums->right,
		sums->none);
	assert_true(sums->none > 0);
}

static void one_call_fails(struct machine_at *m,
	const struct question *question, int call, uint32_t occurrence,
	struct sums *sums)
{
	for (unsigned code = 0; code < FAULT_ESAPI_CODES; code++) {
		const struct faults_wanted wanted = { .only = call,
			.occurrence = occurrence,
			.process = FAULT_RUN,
			.code = code };
		add(sums, run(m, question, &wanted));
		if (faults_seen(0)->failed != 1)
			fail_msg("%s: occurrence %u of %s did not come",
				question->name, occurrence,
				fault_calls[call].name);
	}
}

/* As it goes when nothing fails tells what can fail. */
static void each_call_fails(struct machine_at *m,
	const struct question *question, struct sums *sums)
{
	assert_int_equal(run(m, question, &no_fault), question->wanted);
	const struct faults_seen seen = *faults_seen(0);
	for (size_t call = fault_call_count; call < fault_all_count; call++)
		for (uint32_t n = 1; n <= seen.called[FAULT_RUN][call]; n++)
			one_call_fails(m, question, (int)call, n, sums);
}

static void some_calls_fail(struct machine_at *m,
	const struct question *question, size_t count, struct sums *sums)
{
	for (uint64_t seed = 0; seed < ROUNDS * count; seed++) {
		const struct faults_wanted wanted = { .only = FAULT_ANY_ESAPI,
			.seed = seed,
			.one_in = ONE_IN,
			.code = FAULT_ESAPI_CODES };
		add(sums, run(m, &question[seed % count], &wanted));
	}
}

static void try_all(const struct sealed_machine *first,
	const struct question *question, size_t count, unsigned phases)
{
	static struct machine_at m;
	struct sums each = { 0 };
	struct sums some = { 0 };
	prepare(&m, first, phases);
	for (size_t i = 0; i < count; i++)
		each_call_fails(&m, &question[i], &each);
	print_sums("each alone", &each);
	some_calls_fail(&m, question, count, &some);
	print_sums("by chance", &some);
	sealed_machine_free_copy(m.at);
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct question while_open[] = {
	{ "the journal's key", ask_journal_key, RIGHT },
	{ "a box's secret", ask_secret, RIGHT },
	{ "a quote", ask_quote, RIGHT },
	{ "the anchor", ask_anchor, RIGHT },
	{ "the counters", ask_counters, RIGHT },
	{ "the boot policy", ask_boot_policy, RIGHT },
	{ "the state", ask_state, RIGHT },
	{ "a new box key", ask_new_key, RIGHT },
	{ "an anchor", do_anchor, RIGHT },
	{ "a signature too early", ask_signature_in_vain, NONE },
	{ "a secret by one board", ask_by_one_board, NONE },
	{ "the airlock", ask_airlock, NONE },
	{ "another storage root", pin_another, NONE },
};

static const struct question while_approved[] = {
	{ "a signature", ask_signature, RIGHT },
	{ "a signature of another result", ask_other_result, NONE },
	{ "the airlock", ask_airlock, NONE },
};

static const struct question when_released[] = {
	{ "a box's secret too late", ask_secret_in_vain, NONE },
	{ "a signature too late", ask_signature_in_vain, NONE },
};

static const struct question moving[] = {
	{ "the next phase", do_advance, RIGHT },
	{ "an anchor", do_anchor, RIGHT },
};

static void while_boxes_are_opened(void **state)
{
	try_all(*state, while_open, COUNT(while_open), 1);
}

static void while_the_result_is_signed(void **state)
{
	try_all(*state, while_approved, COUNT(while_approved), 2);
}

static void when_it_is_released(void **state)
{
	try_all(*state, when_released, COUNT(when_released), 3);
}

static void while_phases_move(void **state)
{
	try_all(*state, moving, COUNT(moving), 0);
}

/* Which of the questions each call is on the way to. */
static size_t ended_by(struct machine_at *m, const struct question *question,
	size_t count, int call)
{
	const struct faults_wanted wanted = {
		.only = call, .seed = 1, .one_in = 1, .code = FAULT_ESAPI_CODES
	};
	size_t ended = 0;
	for (size_t i = 0; i < count; i++)
		if (question[i].wanted == RIGHT)
			ended += run(m, &question[i], &wanted) == NONE;
	return ended;
}

static void a_call_that_always_fails_ends_a_question(void **state)
{
	static struct machine_at open;
	static struct machine_at approved;
	prepare(&open, *state, 1);
	prepare(&approved, *state, 2);
	for (size_t call = fault_call_count; call < fault_all_count; call++) {
		size_t ended = ended_by(
			&open, while_open, COUNT(while_open), (int)call);
		ended += ended_by(&approved, while_approved,
			COUNT(while_approved), (int)call);
		ended += ended_by(&approved, moving, COUNT(moving), (int)call);
		if (ended == 0)
			fail_msg("%s ends nothing", fault_calls[call].name);
	}
	sealed_machine_free_copy(open.at);
	sealed_machine_free_copy(approved.at);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(while_boxes_are_opened),
		cmocka_unit_test(while_the_result_is_signed),
		cmocka_unit_test(when_it_is_released),
		cmocka_unit_test(while_phases_move),
		cmocka_unit_test(a_call_that_always_fails_ends_a_question),
	};
	faults_start(argc, argv);
	patience(PATIENCE);
	return cmocka_run_group_tests_name("TPM", tests,
		sealed_machine_before_all, sealed_machine_after_all);
}
