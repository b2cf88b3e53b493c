/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PCR 14, which a courier boot extends before it lets media in, and the proof
 * that the TPM has seen it. Nothing here can take an extension back.
 */
#include "tpm/policy_session.h"

#include <string.h>

bool tpm_pcr_extend(struct tpm *tpm, unsigned pcr, const struct digest *digest)
{
	TPML_DIGEST_VALUES values = { .count = 1 };
	ESYS_TR session;
	values.digests[0].hashAlg = TPM2_ALG_SHA256;
	memcpy(values.digests[0].digest.sha256, digest->byte, SHA256_SIZE);
	begin(tpm);
	return finish(tpm,
		session_or_password(tpm, 0, &session) &&
			asked(tpm, "TPM2_PCR_Extend",
				Esys_PCR_Extend(tpm->esys, ESYS_TR_PCR0 + pcr,
					session, ESYS_TR_NONE, ESYS_TR_NONE,
					&values)));
}

static TSS2_RC try_airlock(struct tpm *tpm, ESYS_TR session)
{
	const struct pcr_set closed = { .mask = UINT32_C(1) << PCR_AIRLOCK };
	struct digest values = pcr_set_digest(&closed);
	TPM2B_DIGEST digest = digest_of(&values);
	TPML_PCR_SELECTION selection = selection_of(closed.mask);
	return Esys_PolicyPCR(tpm->esys, session, ESYS_TR_NONE, ESYS_TR_NONE,
		ESYS_TR_NONE, &digest, &selection);
}

bool tpm_airlock_refuses(struct tpm *tpm)
{
	/* A value differs: parameter 1, part 2, clause 6.6.3. */
	const TSS2_RC differs = TPM2_RC_VALUE + TPM2_RC_P + TPM2_RC_1;
	ESYS_TR session;
	TSS2_RC code;
	bool worked;
	begin(tpm);
	worked = empty_policy_session(tpm, 0, &session);
	if (worked) {
		code = try_airlock(tpm, session);
		worked = code == differs;
		if (!code)
			refused(tpm, "TPM2_PolicyPCR",
				"the TPM still accepts PCR 14 = 0");
		else
			asked(tpm, "TPM2_PolicyPCR", code);
		if (worked)
			tpm->error.pcrs = UINT32_C(1) << PCR_AIRLOCK;
	}
	return finish(tpm, worked);
}
