/* SPDX-License-Identifier: Apache-2.0 */
#include "tpm/keys.h"

#include "tpm/policy_session.h"

#include <string.h>
#include <tss2/tss2_mu.h>

struct answer {
	TPM2B_PRIVATE *private_area;
	TPM2B_PUBLIC *public_area;
	TPM2B_CREATION_DATA *creation_data;
	TPM2B_DIGEST *creation_hash;
	TPMT_TK_CREATION *ticket;
};

static void free_answer(struct answer *answer)
{
	Esys_Free(answer->private_area);
	Esys_Free(answer->public_area);
	Esys_Free(answer->creation_data);
	Esys_Free(answer->creation_hash);
	Esys_Free(answer->ticket);
}

static bool private_out(
	struct tpm *tpm, const TPM2B_PRIVATE *in, struct tpm_private *out)
{
	if (in->size > TPM_PRIVATE_MOST)
		return refused(tpm, "TPM2_Create",
			"the private area is longer than ours are");
	memcpy(out->byte, in->buffer, in->size);
	out->size = in->size;
	return true;
}

static bool take_answer(
	struct tpm *tpm, const struct answer *answer, struct created *out)
{
	out->creation_hash = *answer->creation_hash;
	out->ticket = *answer->ticket;
	out->creation_size = 0;
	return public_out(tpm, answer->public_area, &out->key.public_area) &&
	       private_out(tpm, answer->private_area, &out->key.private_area) &&
	       asked(tpm, "TPMS_CREATION_DATA",
		       Tss2_MU_TPMS_CREATION_DATA_Marshal(
			       &answer->creation_data->creationData,
			       out->creation_data, CREATION_MOST,
			       &out->creation_size));
}

bool create_key(struct tpm *tpm, const TPM2B_PUBLIC *public_area,
	const struct bytes *secret, const struct digest *outside_info,
	struct created *out)
{
	TPM2B_SENSITIVE_CREATE sensitive = { 0 };
	TPM2B_SENSITIVE_DATA *data = &sensitive.sensitive.data;
	TPM2B_DATA outside = data_of(outside_info);
	TPML_PCR_SELECTION pcrs = selection_of(PCR_CREATION_MASK);
	struct answer answer = { 0 };
	ESYS_TR session;
	bool worked;
	if (secret != NULL) {
		data->size = (UINT16)secret->size;
		memcpy(data->buffer, secret->data, secret->size);
	}
	worked = hmac_session(tpm, TPMA_SESSION_DECRYPT, &session) &&
		 asked(tpm, "TPM2_Create",
			 Esys_Create(tpm->esys, tpm->srk, session, ESYS_TR_NONE,
				 ESYS_TR_NONE, &sensitive, public_area,
				 &outside, &pcrs, &answer.private_area,
				 &answer.public_area, &answer.creation_data,
				 &answer.creation_hash, &answer.ticket)) &&
		 take_answer(tpm, &answer, out);
	wipe(&sensitive, sizeof(sensitive));
	free_answer(&answer);
	return worked;
}

bool load_key(struct tpm *tpm, const struct sealed_key *key, ESYS_TR *out)
{
	TPM2B_PRIVATE private_area = { 0 };
	TPM2B_PUBLIC public_area;
	bool worked;
	if (key->private_area.size > TPM_PRIVATE_MOST)
		return refused(
			tpm, "TPM2_Load", "the private area is too long");
	private_area.size = (UINT16)key->private_area.size;
	memcpy(private_area.buffer, key->private_area.byte,
		key->private_area.size);
	public_area = public_of(&key->public_area);
	/* No session: the blob is protected, and ESAPI checks the name. */
	worked = pinned(tpm) &&
		 asked(tpm, "TPM2_Load",
			 Esys_Load(tpm->esys, tpm->srk, ESYS_TR_PASSWORD,
				 ESYS_TR_NONE, ESYS_TR_NONE, &private_area,
				 &public_area, out));
	if (worked)
		hold(tpm, *out);
	return worked;
}
