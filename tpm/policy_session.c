/* SPDX-License-Identifier: Apache-2.0 */
#include "tpm/policy_session.h"

#include "tpm/nv.h"
#include "tpm/pcr.h"

#include <string.h>

/* TPMT_SYM_DEF, part 2, clause 11.1.6: what parameters are encrypted with. */
static const TPMT_SYM_DEF aes_cfb = {
	.algorithm = TPM2_ALG_AES,
	.keyBits.aes = 128,
	.mode.aes = TPM2_ALG_CFB,
};

/* TPM_SE and TPMA_SESSION, part 2, clauses 6.11 and 8.4. */
static bool start(
	struct tpm *tpm, TPM2_SE kind, TPMA_SESSION attributes, ESYS_TR *out)
{
	bool worked = asked(tpm, "TPM2_StartAuthSession",
		Esys_StartAuthSession(tpm->esys, tpm->srk, ESYS_TR_NONE,
			ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, NULL, kind,
			&aes_cfb, TPM2_ALG_SHA256, out));
	if (!worked)
		return false;
	hold(tpm, *out);
	return asked(tpm, "TPM2_StartAuthSession",
		Esys_TRSess_SetAttributes(tpm->esys, *out,
			attributes | TPMA_SESSION_CONTINUESESSION, 0xFF));
}

bool pinned(struct tpm *tpm)
{
	if (tpm->srk != ESYS_TR_NONE)
		return true;
	return refused(
		tpm, "TPM2_StartAuthSession", "no storage root key is pinned");
}

bool hmac_session(struct tpm *tpm, TPMA_SESSION attributes, ESYS_TR *out)
{
	return pinned(tpm) && start(tpm, TPM2_SE_HMAC, attributes, out);
}

bool session_or_password(struct tpm *tpm, TPMA_SESSION attributes, ESYS_TR *out)
{
	*out = ESYS_TR_PASSWORD;
	return tpm->srk == ESYS_TR_NONE ||
	       start(tpm, TPM2_SE_HMAC, attributes, out);
}

bool empty_policy_session(
	struct tpm *tpm, TPMA_SESSION attributes, ESYS_TR *out)
{
	return start(tpm, TPM2_SE_POLICY, attributes, out);
}

/* What a refused step means; the PCRs that differ, when it is about PCRs. */
static bool explain(struct tpm *tpm, refusal why)
{
	tpm->error.why = why;
	return false;
}

static bool explain_pcrs(struct tpm *tpm, const struct pcr_set *expected)
{
	struct tpm_error error = tpm->error;
	struct pcr_set actual;
	if (pcr_values(tpm, expected->mask, &actual))
		error.pcrs = pcr_set_differences(expected, &actual);
	tpm->error = error;
	return false;
}

static bool run_pcr(
	struct tpm *tpm, ESYS_TR session, const struct policy_step *step)
{
	struct digest values = pcr_set_digest(step->pcr);
	TPM2B_DIGEST digest = digest_of(&values);
	TPML_PCR_SELECTION selection = selection_of(step->pcr->mask);
	return asked(tpm, "TPM2_PolicyPCR",
		       Esys_PolicyPCR(tpm->esys, session, ESYS_TR_NONE,
			       ESYS_TR_NONE, ESYS_TR_NONE, &digest,
			       &selection)) ||
	       explain_pcrs(tpm, step->pcr);
}

static refusal nv_reason(const struct policy_step *step)
{
	return step->nv.index == NV_R
		       ? "the approval of this software was revoked"
		       : "the key is not for the phase that the machine is in";
}

static bool run_nv(
	struct tpm *tpm, ESYS_TR session, const struct policy_step *step)
{
	TPM2B_OPERAND operand = { .size = 8 };
	struct writer out = writer_of(operand.buffer, operand.size);
	ESYS_TR index;
	write_u64(&out, step->nv.operand);
	if (!nv_open_named(tpm, step->nv.index, &step->nv.name, &index))
		return false;
	return asked(tpm, "TPM2_PolicyNV",
		       Esys_PolicyNV(tpm->esys, index, index, session,
			       ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
			       &operand, 0, (TPM2_EO)step->nv.comparison)) ||
	       explain(tpm, nv_reason(step));
}

static bool run_authorize_nv(
	struct tpm *tpm, ESYS_TR session, const struct policy_step *step)
{
	ESYS_TR index;
	if (!nv_open_named(tpm, NV_A, &step->authorize_nv, &index))
		return false;
	return asked(tpm, "TPM2_PolicyAuthorizeNV",
		       Esys_PolicyAuthorizeNV(tpm->esys, index, index, session,
			       ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE)) ||
	       explain(tpm, "the operators approved another boot");
}

/* An outside key, which is flushed right after it was asked for. */
static bool load_approver(
	struct tpm *tpm, const struct p256_public *key, ESYS_TR *out)
{
	struct tpm_public area = key_encode(KEY_APPROVER, NULL, key);
	TPM2B_PUBLIC public_area = public_of(&area);
	bool worked = asked(tpm, "TPM2_LoadExternal",
		Esys_LoadExternal(tpm->esys, ESYS_TR_NONE, ESYS_TR_NONE,
			ESYS_TR_NONE, NULL, &public_area, ESYS_TR_RH_NULL,
			out));
	if (worked)
		hold(tpm, *out);
	return worked;
}

static TPM2B_ECC_PARAMETER parameter_of(const uint8_t value[P256_SIZE])
{
	TPM2B_ECC_PARAMETER out = { .size = P256_SIZE };
	memcpy(out.buffer, value, P256_SIZE);
	return out;
}

static bool run_signed(struct tpm *tpm, ESYS_TR session,
	const struct policy_step *step, const struct digest *cp_hash)
{
	TPM2B_DIGEST bound = { 0 };
	TPM2B_DIGEST ref = digest_of(&step->sign.ref);
	TPMT_SIGNATURE signature = { .sigAlg = TPM2_ALG_ECDSA };
	TPMS_SIGNATURE_ECC *ecdsa = &signature.signature.ecdsa;
	ESYS_TR key;
	bool worked;
	ecdsa->hash = TPM2_ALG_SHA256;
	ecdsa->signatureR = parameter_of(step->sign.signature.r);
	ecdsa->signatureS = parameter_of(step->sign.signature.s);
	if (step->sign.bound && cp_hash != NULL)
		bound = digest_of(cp_hash);
	if (!load_approver(tpm, &step->sign.key, &key))
		return false;
	worked = asked(tpm, "TPM2_PolicySigned",
		Esys_PolicySigned(tpm->esys, key, session, ESYS_TR_NONE,
			ESYS_TR_NONE, ESYS_TR_NONE, NULL, &bound, &ref,
			(INT32)step->sign.expiration, &signature, NULL, NULL));
	release_last(tpm);
	return worked;
}

static bool run_or(
	struct tpm *tpm, ESYS_TR session, const struct policy_step *step)
{
	TPML_DIGEST branches = { .count = (UINT32)step->either.count };
	for (size_t i = 0; i < step->either.count; i++)
		branches.digests[i] = digest_of(&step->either.branch[i]);
	return asked(tpm, "TPM2_PolicyOR",
		Esys_PolicyOR(tpm->esys, session, ESYS_TR_NONE, ESYS_TR_NONE,
			ESYS_TR_NONE, &branches));
}

static bool run_step(struct tpm *tpm, ESYS_TR session,
	const struct policy_step *step, const struct digest *cp_hash)
{
	switch (step->kind) {
	case POLICY_PCR:
		return run_pcr(tpm, session, step);
	case POLICY_NV:
		return run_nv(tpm, session, step);
	case POLICY_AUTHORIZE_NV:
		return run_authorize_nv(tpm, session, step);
	case POLICY_SIGNED:
		return run_signed(tpm, session, step, cp_hash);
	case POLICY_OR:
		return run_or(tpm, session, step);
	case POLICY_COMMAND_CODE:
		return asked(tpm, "TPM2_PolicyCommandCode",
			Esys_PolicyCommandCode(tpm->esys, session, ESYS_TR_NONE,
				ESYS_TR_NONE, ESYS_TR_NONE, step->command));
	case POLICY_NV_WRITTEN:
		return asked(tpm, "TPM2_PolicyNvWritten",
			Esys_PolicyNvWritten(tpm->esys, session, ESYS_TR_NONE,
				ESYS_TR_NONE, ESYS_TR_NONE, step->written));
	}
	return refused(tpm, "policy", "a step is of no known kind");
}

bool policy_session(struct tpm *tpm, const struct policy *policy,
	const struct digest *cp_hash, TPMA_SESSION attributes, ESYS_TR *out)
{
	bool worked = pinned(tpm) && empty_policy_session(tpm, attributes, out);
	for (size_t i = 0; worked && i < policy->count; i++) {
		size_t before = tpm->held_count;

		worked = run_step(tpm, *out, &policy->step[i], cp_hash);
		while (tpm->held_count > before)
			release_last(tpm);
	}
	return worked;
}
