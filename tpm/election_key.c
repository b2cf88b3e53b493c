/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BK and RK of one election: made, certified, and used under their policies.
 * Whether an approval suffices the TPM decides; approvals are checked here
 * before only so that a refusal names its reason.
 */
#include "tpm/keys.h"
#include "tpm/policy_session.h"

#include "appliance/formats/crypto.h"

#include <string.h>

/* The key's own scheme: TPM_ALG_NULL, part 3, TPM2_CertifyCreation. */
static bool certify(struct tpm *tpm, const struct election_terms *terms,
	const struct created *created, struct election_key *out)
{
	const TPMT_SIG_SCHEME own = { .scheme = TPM2_ALG_NULL };
	TPM2B_DATA qualifying = data_of(&terms->definition);
	TPM2B_ATTEST *attest = NULL;
	TPMT_SIGNATURE *signature = NULL;
	ESYS_TR key;
	ESYS_TR ak;
	ESYS_TR session;
	bool worked =
		load_key(tpm, &created->key, &key) &&
		open_persistent(tpm, TPM_HANDLE_AK, &ak) &&
		hmac_session(tpm, 0, &session) &&
		asked(tpm, "TPM2_CertifyCreation",
			Esys_CertifyCreation(tpm->esys, ak, key, session,
				ESYS_TR_NONE, ESYS_TR_NONE, &qualifying,
				&created->creation_hash, &own, &created->ticket,
				&attest, &signature)) &&
		attestation_out(tpm, attest, signature, &out->certificate);
	Esys_Free(attest);
	Esys_Free(signature);
	return worked;
}

static bool make_key(struct tpm *tpm, enum key_template template,
	const struct digest *policy, const struct election_terms *terms,
	struct election_key *out)
{
	static const struct p256_public no_point;
	struct tpm_public area = key_encode(template, policy, &no_point);
	TPM2B_PUBLIC public_area = public_of(&area);
	struct created created;
	begin(tpm);
	if (!finish(tpm, create_key(tpm, &public_area, NULL, &terms->definition,
				 &created)))
		return false;
	out->key = created.key;
	out->creation_size = created.creation_size;
	memcpy(out->creation_data, created.creation_data,
		created.creation_size);
	return finish(tpm, certify(tpm, terms, &created, out));
}

bool tpm_make_bk(struct tpm *tpm, const struct election_terms *terms,
	struct election_key *out)
{
	struct digest policy = bk_policy(terms);
	return make_key(tpm, KEY_BK, &policy, terms, out);
}

bool tpm_make_rk(struct tpm *tpm, const struct election_terms *terms,
	struct election_key *out)
{
	struct digest policy = rk_policy(terms);
	return make_key(tpm, KEY_RK, &policy, terms, out);
}

static bool shared_x(struct tpm *tpm, ESYS_TR key, ESYS_TR session,
	const uint8_t enc[P256_POINT_SIZE], uint8_t out[P256_SIZE])
{
	TPM2B_ECC_POINT in = { 0 };
	TPM2B_ECC_POINT *shared = NULL;
	TPM2B_ECC_PARAMETER *x;
	bool worked;
	in.point.x.size = P256_SIZE;
	in.point.y.size = P256_SIZE;
	memcpy(in.point.x.buffer, enc + 1, P256_SIZE);
	memcpy(in.point.y.buffer, enc + 1 + P256_SIZE, P256_SIZE);
	worked = asked(tpm, "TPM2_ECDH_ZGen",
		Esys_ECDH_ZGen(tpm->esys, key, session, ESYS_TR_NONE,
			ESYS_TR_NONE, &in, &shared));
	if (worked) {
		x = &shared->point.x;
		worked = pad_coordinate(x, out) ||
			 refused(tpm, "TPM2_ECDH_ZGen",
				 "the TPM gave another length");
		wipe(shared, sizeof(*shared));
	}
	Esys_Free(shared);
	return worked;
}

static refusal check_point(const uint8_t enc[P256_POINT_SIZE])
{
	struct p256_public point;
	return p256_from_point(bytes_of(enc, P256_POINT_SIZE), &point);
}

bool tpm_box_secret(struct tpm *tpm, const struct sealed_key *bk,
	const struct election_terms *terms, const struct boot_policy *boot,
	const struct approvals *approvals, const uint8_t enc[P256_POINT_SIZE],
	uint8_t out[P256_SIZE])
{
	struct policy policy = { 0 };
	struct p256_public point;
	ESYS_TR key;
	ESYS_TR session;
	refusal why =
		bk_check(terms, tpm_public_bytes(&bk->public_area), &point);
	begin(tpm);
	if (why == NULL)
		why = check_point(enc);
	if (why == NULL)
		why = steps_bk(terms, boot, approvals, &policy);
	return finish(
		tpm, (why == NULL || refused(tpm, "opening a box", why)) &&
			     load_key(tpm, bk, &key) &&
			     policy_session(tpm, &policy, NULL,
				     TPMA_SESSION_ENCRYPT, &session) &&
			     shared_x(tpm, key, session, enc, out));
}

/* The null ticket, part 2, clause 10.7.2: no TPM hashed what is signed. */
static bool sign(struct tpm *tpm, ESYS_TR key, ESYS_TR session,
	const struct digest *result, struct p256_signature *out)
{
	const TPMT_SIG_SCHEME ecdsa = {
		.scheme = TPM2_ALG_ECDSA,
		.details.ecdsa.hashAlg = TPM2_ALG_SHA256,
	};
	const TPMT_TK_HASHCHECK null_ticket = {
		.tag = TPM2_ST_HASHCHECK,
		.hierarchy = TPM2_RH_NULL,
	};
	TPM2B_DIGEST digest = digest_of(result);
	TPMT_SIGNATURE *signature = NULL;
	bool worked = asked(tpm, "TPM2_Sign",
			      Esys_Sign(tpm->esys, key, session, ESYS_TR_NONE,
				      ESYS_TR_NONE, &digest, &ecdsa,
				      &null_ticket, &signature)) &&
		      signature_out(tpm, signature, out);
	Esys_Free(signature);
	return worked;
}

bool tpm_sign_result(struct tpm *tpm, const struct sealed_key *rk,
	const struct election_terms *terms, const struct boot_policy *boot,
	const struct approvals *approvals, const struct digest *result,
	struct p256_signature *out)
{
	struct tpm_name name = public_name(tpm_public_bytes(&rk->public_area));
	struct digest cp_hash = cp_hash_sign(&name, result);
	struct policy policy = { 0 };
	struct p256_public point;
	ESYS_TR key;
	ESYS_TR session;
	refusal why =
		rk_check(terms, tpm_public_bytes(&rk->public_area), &point);
	begin(tpm);
	if (why == NULL)
		why = steps_rk(terms, boot, &name, result, approvals, &policy);
	return finish(tpm,
		(why == NULL || refused(tpm, "signing the result", why)) &&
			load_key(tpm, rk, &key) &&
			policy_session(tpm, &policy, &cp_hash, 0, &session) &&
			sign(tpm, key, session, result, out) &&
			(p256_verify(&point, result, out) ||
				refused(tpm, "TPM2_Sign",
					"the TPM's signature is wrong")));
}
