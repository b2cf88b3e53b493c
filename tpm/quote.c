/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The quote: PCRs that the attestation key signs over a challenge, and the
 * values that they are of. It may not give values that the quote does not
 * cover.
 */
#include "tpm/pcr.h"
#include "tpm/policy_session.h"

/* The key's own scheme: TPM_ALG_NULL, part 3, TPM2_Quote. */
static bool quote(struct tpm *tpm, const struct digest *qualifying,
	uint32_t mask, struct attestation *out)
{
	const TPMT_SIG_SCHEME own = { .scheme = TPM2_ALG_NULL };
	TPM2B_DATA data = data_of(qualifying);
	TPML_PCR_SELECTION selection = selection_of(mask);
	TPM2B_ATTEST *attest = NULL;
	TPMT_SIGNATURE *signature = NULL;
	ESYS_TR ak;
	ESYS_TR session;
	bool worked = open_persistent(tpm, TPM_HANDLE_AK, &ak) &&
		      hmac_session(tpm, 0, &session) &&
		      asked(tpm, "TPM2_Quote",
			      Esys_Quote(tpm->esys, ak, session, ESYS_TR_NONE,
				      ESYS_TR_NONE, &data, &own, &selection,
				      &attest, &signature)) &&
		      attestation_out(tpm, attest, signature, out);
	Esys_Free(attest);
	Esys_Free(signature);
	return worked;
}

static bool covers(
	const struct attestation *attestation, const struct pcr_set *values)
{
	struct digest digest = pcr_set_digest(values);
	struct quote decoded;
	return !quote_decode(attestation_bytes(attestation), &decoded) &&
	       decoded.pcr_mask == values->mask &&
	       digest_equal(&decoded.pcr_digest, &digest);
}

bool tpm_quote(struct tpm *tpm, const struct digest *qualifying, uint32_t mask,
	struct attestation *out, struct pcr_set *values)
{
	begin(tpm);
	return finish(
		tpm, quote(tpm, qualifying, mask, out) &&
			     pcr_values(tpm, mask, values) &&
			     (covers(out, values) ||
				     refused(tpm, "TPM2_Quote",
					     "a PCR was extended meanwhile")));
}
