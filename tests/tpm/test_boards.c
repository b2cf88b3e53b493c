/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Five of nine auditors, two or more of either board: four of one beside one of
 * the other are as many, and the TPM signs nothing for them.
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
	NEED = 5,
	EXECUTIVES = 5, /* members 0 to 4 */
	VALUE_OF_PARAMETER_1 = 0x1C4,
	POLICY_FAIL = 0x99D,
};

/* Sets of members: bit m is member m. */
enum {
	TWO_AND_THREE = 0x0E3,
	THREE_AND_TWO = 0x067,
	LAST_OF_BOTH = 0x1D8,
	ALL = 0x1FF,
	FOUR_AND_ONE = 0x02F,
	ONE_AND_FOUR = 0x1E1,
};

static struct p256_private *keys[QUORUM_MOST];

/* An election on the machine whose auditors are these nine. */
struct room {
	struct sealed_machine *at;
	struct election_terms terms;
	struct election_key rk;
	struct tpm_name name;
	struct digest result;
	struct digest cp_hash;
};

static struct quorum nine(uint16_t each)
{
	struct quorum out = { .need = NEED, .of = QUORUM_MOST, .each = each };
	for (size_t i = 0; i < QUORUM_MOST; i++) {
		out.member[i].key = p256_public_of(keys[i]);
		out.member[i].board = i < EXECUTIVES ? EXECUTIVE : SUPERVISORY;
	}
	return out;
}

static int enter(void **state)
{
	static struct room room;
	sealed_machine_before_each(state);
	room.at = *state;
	room.terms = room.at->terms;
	room.terms.auditors = nine(2);
	room.result = sha256(bytes_of_text("a result"));
	assert_tpm(
		room.at->tpm, tpm_make_rk(room.at->tpm, &room.terms, &room.rk));
	room.name = public_name(tpm_public_bytes(&room.rk.key.public_area));
	room.cp_hash = cp_hash_sign(&room.name, &room.result);
	sealed_machine_advance(room.at, 2);
	*state = &room;
	return 0;
}

static int leave(void **state)
{
	struct room *room = *state;
	sealed_machine_free_copy(room->at);
	return 0;
}

static struct approvals approved_by(const struct room *room, unsigned members)
{
	const struct approval_scope scope =
		election_scope(&room->terms, APPROVE_RELEASE);
	const struct digest digest = approval_digest(&scope, &room->cp_hash);
	struct approvals out = { 0 };
	for (uint16_t i = 0; i < (uint16_t)QUORUM_MOST; i++)
		if (members >> i & 1)
			out.list[out.count++] = (struct approval){
				.member = i,
				.bound = 1,
				.signature = p256_sign(keys[i], &digest),
			};
	return out;
}

static bool sign_for(const struct room *room, unsigned members)
{
	const struct approvals approvals = approved_by(room, members);
	struct p256_signature signature;
	return tpm_sign_result(room->at->tpm, &room->rk.key, &room->terms,
		&room->at->boot, &approvals, &room->result, &signature);
}

static void two_of_either_board_are_enough(void **state)
{
	static const unsigned sets[] = { TWO_AND_THREE, THREE_AND_TWO,
		LAST_OF_BOTH, ALL };
	const struct room *room = *state;
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		assert_tpm(room->at->tpm, sign_for(room, sets[i]));
}

static void one_beside_four_is_refused(void **state)
{
	static const char why[] =
		"fewer approvals of one board than the quorum needs";
	const struct room *room = *state;
	assert_tpm_why(room->at->tpm, sign_for(room, FOUR_AND_ONE), why);
	assert_tpm_why(room->at->tpm, sign_for(room, ONE_AND_FOUR), why);
}

/* The path of these members, where one of either board is enough. */
static struct policy path_where_one_is_enough(
	const struct room *room, unsigned members)
{
	const struct approvals approvals = approved_by(room, members);
	struct election_terms terms = room->terms;
	struct policy policy = { 0 };
	terms.auditors = nine(1);
	assert_null(steps_rk(&terms, &room->at->boot, &room->name,
		&room->result, &approvals, &policy));
	return policy;
}

static bool run_and_sign(const struct room *room, const struct policy *policy)
{
	const TPMT_SIG_SCHEME ecdsa = {
		.scheme = TPM2_ALG_ECDSA,
		.details.ecdsa.hashAlg = TPM2_ALG_SHA256,
	};
	const TPMT_TK_HASHCHECK ticket = { .tag = TPM2_ST_HASHCHECK,
		.hierarchy = TPM2_RH_NULL };
	struct tpm *tpm = room->at->tpm;
	TPM2B_DIGEST digest = digest_of(&room->result);
	TPMT_SIGNATURE *signature = NULL;
	ESYS_TR key;
	ESYS_TR session;
	begin(tpm);
	const bool worked =
		load_key(tpm, &room->rk.key, &key) &&
		policy_session(tpm, policy, &room->cp_hash, 0, &session) &&
		asked(tpm, "TPM2_Sign",
			Esys_Sign(tpm->esys, key, session, ESYS_TR_NONE,
				ESYS_TR_NONE, &digest, &ecdsa, &ticket,
				&signature));
	Esys_Free(signature);
	return finish(tpm, worked);
}

static void the_tpm_refuses_one_beside_four(void **state)
{
	const struct room *room = *state;
	struct policy policy = path_where_one_is_enough(room, FOUR_AND_ONE);
	assert_tpm_code(room->at->tpm, run_and_sign(room, &policy), "TPM2_Sign",
		POLICY_FAIL);
	policy = path_where_one_is_enough(room, ONE_AND_FOUR);
	assert_tpm_code(room->at->tpm, run_and_sign(room, &policy), "TPM2_Sign",
		POLICY_FAIL);
}

/* On a way of the key's own policy, in the place of one of the other board. */
static void the_tpm_refuses_a_third_for_the_second(void **state)
{
	const struct room *room = *state;
	const struct approvals three = approved_by(room, THREE_AND_TWO);
	const struct approvals four = approved_by(room, FOUR_AND_ONE);
	struct policy policy = { 0 };
	size_t last = 0;
	assert_null(steps_rk(&room->terms, &room->at->boot, &room->name,
		&room->result, &three, &policy));
	assert_tpm(room->at->tpm, run_and_sign(room, &policy));
	for (size_t i = 0; i < policy.count; i++)
		if (policy.step[i].kind == POLICY_SIGNED)
			last = i;
	policy.step[last].sign.key = room->terms.auditors.member[3].key;
	policy.step[last].sign.signature = four.list[3].signature;
	assert_tpm_code(room->at->tpm, run_and_sign(room, &policy),
		"TPM2_PolicyOR", VALUE_OF_PARAMETER_1);
}

static int make(void **state)
{
	for (size_t i = 0; i < QUORUM_MOST; i++)
		keys[i] = p256_generate();
	return sealed_machine_before_all(state);
}

static int drop(void **state)
{
	for (size_t i = 0; i < QUORUM_MOST; i++)
		p256_free(keys[i]);
	return sealed_machine_after_all(state);
}

#define IN_THE_ROOM(test) cmocka_unit_test_setup_teardown(test, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_THE_ROOM(two_of_either_board_are_enough),
		IN_THE_ROOM(one_beside_four_is_refused),
		IN_THE_ROOM(the_tpm_refuses_one_beside_four),
		IN_THE_ROOM(the_tpm_refuses_a_third_for_the_second),
	};
	crypto_start();
	return cmocka_run_group_tests(tests, make, drop);
}
