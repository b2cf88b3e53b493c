/* SPDX-License-Identifier: Apache-2.0 */
#include "tpm/pcr.h"

#include <string.h>

/* The values of one answer: as many as the TPM gave, lowest PCRs first. */
static bool take_values(const TPML_PCR_SELECTION *given,
	const TPML_DIGEST *values, struct pcr_set *out, uint32_t *left)
{
	UINT32 next = 0;
	if (given->count != 1 || values->count == 0)
		return false;
	for (unsigned i = 0; i < PCR_COUNT; i++) {
		if (!(given->pcrSelections[0].pcrSelect[i / 8] >> i % 8 & 1))
			continue;
		if (next == values->count || !(*left >> i & 1) ||
			values->digests[next].size != SHA256_SIZE)
			return false;
		memcpy(out->value[i].byte, values->digests[next++].buffer,
			SHA256_SIZE);
		*left &= ~(UINT32_C(1) << i);
	}
	return next == values->count;
}

/* One answer holds at most eight values, hence the loop. */
bool pcr_values(struct tpm *tpm, uint32_t mask, struct pcr_set *out)
{
	uint32_t left = mask;
	*out = (struct pcr_set){ .mask = mask };
	while (left) {
		TPML_PCR_SELECTION wanted = selection_of(left);
		TPML_PCR_SELECTION *given = NULL;
		TPML_DIGEST *values = NULL;
		bool worked = asked(tpm, "TPM2_PCR_Read",
			Esys_PCR_Read(tpm->esys, ESYS_TR_NONE, ESYS_TR_NONE,
				ESYS_TR_NONE, &wanted, NULL, &given, &values));

		if (worked && !take_values(given, values, out, &left))
			worked = refused(tpm, "TPM2_PCR_Read",
				"the TPM has no such SHA-256 PCRs");
		Esys_Free(given);
		Esys_Free(values);
		if (!worked)
			return false;
	}
	return true;
}

bool tpm_pcr_read(struct tpm *tpm, uint32_t mask, struct pcr_set *out)
{
	begin(tpm);
	return finish(tpm, pcr_values(tpm, mask, out));
}
