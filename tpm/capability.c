/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the TPM says of itself: state, banks, clock, indices, and random bytes.
 * It changes nothing in the TPM.
 */
#include "tpm/capability.h"

#include "tpm/nv.h"
#include "tpm/policy_session.h"

#include <string.h>

bool read_permanent(struct tpm *tpm, uint32_t *out)
{
	TPMS_CAPABILITY_DATA *found = NULL;
	const TPMS_TAGGED_PROPERTY *property;
	bool worked = ask_capability(
		tpm, TPM2_CAP_TPM_PROPERTIES, TPM2_PT_PERMANENT, &found);
	if (worked) {
		property = found->data.tpmProperties.tpmProperty;
		if (found->data.tpmProperties.count != 1 ||
			property->property != TPM2_PT_PERMANENT)
			worked = refused(tpm, "TPM2_GetCapability",
				"the TPM does not tell its state");
		*out = property->value;
	}
	Esys_Free(found);
	return worked;
}

bool read_has_policy(struct tpm *tpm, TPM2_HANDLE hierarchy, bool *out)
{
	TPMS_CAPABILITY_DATA *found = NULL;
	const TSS2_RC code = Esys_GetCapability(tpm->esys, ESYS_TR_NONE,
		ESYS_TR_NONE, ESYS_TR_NONE, TPM2_CAP_AUTH_POLICIES, hierarchy,
		1, NULL, &found);
	const bool unknown =
		code != 0 && (code & TSS2_RC_LAYER_MASK) == TSS2_TPM_RC_LAYER;
	const TPMS_TAGGED_POLICY *policy;
	if (unknown)
		return refused(tpm, "TPM2_GetCapability",
			"this TPM does not know TPM_CAP_AUTH_POLICIES, so that "
			"nobody can tell whether its owner has a policy");
	if (!is_capability(tpm, code, TPM2_CAP_AUTH_POLICIES, found)) {
		Esys_Free(found);
		return false;
	}
	/* The first one at this handle or above. */
	policy = found->data.authPolicies.policies;
	*out = found->data.authPolicies.count > 0 &&
	       policy->handle == hierarchy &&
	       policy->policyHash.hashAlg != TPM2_ALG_NULL;
	Esys_Free(found);
	return true;
}

static bool read_owner(struct tpm *tpm, struct tpm_state *out)
{
	uint32_t permanent;
	if (!read_permanent(tpm, &permanent))
		return false;
	out->owner_locked = permanent & TPMA_PERMANENT_OWNERAUTHSET;
	out->lockout_locked = permanent & TPMA_PERMANENT_LOCKOUTAUTHSET;
	out->clear_disabled = permanent & TPMA_PERMANENT_DISABLECLEAR;
	return true;
}

static bool is_empty(const TPMS_PCR_SELECTION *bank)
{
	uint8_t any = 0;
	for (size_t i = 0; i < bank->sizeofSelect; i++)
		any |= bank->pcrSelect[i];
	return any == 0;
}

/* TPM_CAP_PCRS, part 2, clause 6.12: a TPML_PCR_SELECTION, one bank each. */
static bool read_banks(struct tpm *tpm, struct tpm_state *out)
{
	TPMS_CAPABILITY_DATA *found = NULL;
	bool worked = ask_capability(tpm, TPM2_CAP_PCRS, 0, &found);
	bool sha256 = false;
	bool other = false;
	for (size_t i = 0; worked && i < found->data.assignedPCR.count; i++) {
		const TPMS_PCR_SELECTION *bank =
			&found->data.assignedPCR.pcrSelections[i];

		/* The TSS takes any size, and has room for four bytes. */
		if (bank->sizeofSelect > sizeof(bank->pcrSelect)) {
			worked = refused(tpm, "TPM2_GetCapability",
				"the TPM tells of more PCRs than one can have");
			break;
		}
		if (is_empty(bank))
			continue;
		if (bank->hash == TPM2_ALG_SHA256)
			sha256 = true;
		else
			other = true;
	}
	out->sha256_only = sha256 && !other;
	Esys_Free(found);
	return worked;
}

/* TPM_CAP_COMMANDS, part 2, clause 6.12: a TPML_CCA, from this one on. */
static bool read_command(struct tpm *tpm, struct tpm_state *out)
{
	TPMS_CAPABILITY_DATA *found = NULL;
	bool worked = ask_capability(
		tpm, TPM2_CAP_COMMANDS, TPM2_CC_NV_Certify, &found);
	out->certifies_nv =
		worked && found->data.command.count == 1 &&
		(found->data.command.commandAttributes[0] &
			TPMA_CC_COMMANDINDEX_MASK) == TPM2_CC_NV_Certify;
	Esys_Free(found);
	return worked;
}

static bool read_clock(struct tpm *tpm, struct tpm_clock *out)
{
	TPMS_TIME_INFO *now = NULL;
	bool worked = asked(tpm, "TPM2_ReadClock",
		Esys_ReadClock(tpm->esys, ESYS_TR_NONE, ESYS_TR_NONE,
			ESYS_TR_NONE, &now));
	if (worked) {
		out->milliseconds = now->clockInfo.clock;
		out->reset_count = now->clockInfo.resetCount;
		out->restart_count = now->clockInfo.restartCount;
		out->safe = now->clockInfo.safe;
	}
	Esys_Free(now);
	return worked;
}

static bool read_indices(struct tpm *tpm, struct tpm_state *out)
{
	for (enum nv_index i = NV_A; i < NV_COUNT; i++) {
		struct nv_found found;

		if (!finish(tpm, nv_find(tpm, i, &found)))
			return false;
		out->present[i] = found.present;
		out->written[i] = found.written;
		out->name[i] = found.name;
	}
	return true;
}

bool tpm_state(struct tpm *tpm, struct tpm_state *out)
{
	*out = (struct tpm_state){ 0 };
	begin(tpm);
	return finish(tpm, read_owner(tpm, out) && read_banks(tpm, out) &&
				   read_command(tpm, out) &&
				   read_clock(tpm, &out->clock) &&
				   read_indices(tpm, out));
}

/* TPM2_GetRandom gives at most one digest at a time. */
static bool random_part(struct tpm *tpm, ESYS_TR session, uint8_t *out,
	size_t most, size_t *got)
{
	UINT16 part = (UINT16)(most < SHA256_SIZE ? most : SHA256_SIZE);
	TPM2B_DIGEST *random = NULL;
	bool worked = asked(tpm, "TPM2_GetRandom",
		Esys_GetRandom(tpm->esys, session, ESYS_TR_NONE, ESYS_TR_NONE,
			part, &random));
	if (worked && (random->size == 0 || random->size > part))
		worked = refused(
			tpm, "TPM2_GetRandom", "the TPM gave another length");
	if (worked) {
		memcpy(out, random->buffer, random->size);
		*got = random->size;
		wipe(random, sizeof(*random));
	}
	Esys_Free(random);
	return worked;
}

bool tpm_random(struct tpm *tpm, uint8_t *out, size_t size)
{
	ESYS_TR session;
	bool worked;
	begin(tpm);
	worked = hmac_session(tpm, TPMA_SESSION_ENCRYPT, &session);
	while (worked && size > 0) {
		size_t got = 0;

		worked = random_part(tpm, session, out, size, &got);
		out += got;
		size -= got;
	}
	return finish(tpm, worked);
}
