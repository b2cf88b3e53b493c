/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose TPM it is: nobody's before the enrolment, and nobody's for ever after.
 * Whoever had an authorization or a policy of one of its hierarchies could
 * undefine what the enrolment has defined. It opens no lock again.
 */
#include "tpm/capability.h"
#include "tpm/policy_session.h"

#include "appliance/formats/crypto.h"

/* TPMA_PERMANENT, part 2, clause 8.6. */
static const struct hierarchy {
	TPM2_HANDLE handle;
	ESYS_TR reference;
	uint32_t authorization; /* the bit that says that it has one */
	/* The endorsement hierarchy guards nothing, and stays as it is. */
	bool locked;
	refusal authorized;
	refusal governed;
} hierarchies[] = {
	{ TPM2_RH_OWNER, ESYS_TR_RH_OWNER, TPMA_PERMANENT_OWNERAUTHSET, true,
		"its owner authorization is set",
		"a policy of its owner is set" },
	{ TPM2_RH_ENDORSEMENT, ESYS_TR_RH_ENDORSEMENT,
		TPMA_PERMANENT_ENDORSEMENTAUTHSET, false,
		"its endorsement authorization is set",
		"a policy of its endorsement hierarchy is set" },
	{ TPM2_RH_LOCKOUT, ESYS_TR_RH_LOCKOUT, TPMA_PERMANENT_LOCKOUTAUTHSET,
		true, "its lockout authorization is set",
		"a policy of its lockout is set" },
};
enum { HIERARCHIES = sizeof(hierarchies) / sizeof(hierarchies[0]) };

static bool without_authorization(struct tpm *tpm)
{
	uint32_t permanent;
	if (!read_permanent(tpm, &permanent))
		return false;
	for (size_t i = 0; i < HIERARCHIES; i++)
		if ((permanent & hierarchies[i].authorization) != 0)
			return refused(
				tpm, "this TPM", hierarchies[i].authorized);
	return true;
}

/* Of all of them, or of those that are locked. */
static bool without_policy(struct tpm *tpm, bool all)
{
	for (size_t i = 0; i < HIERARCHIES; i++) {
		bool has_policy;
		if (!all && !hierarchies[i].locked)
			continue;
		if (!read_has_policy(tpm, hierarchies[i].handle, &has_policy))
			return false;
		if (has_policy)
			return refused(
				tpm, "this TPM", hierarchies[i].governed);
	}
	return true;
}

bool tpm_nobody_owns(struct tpm *tpm)
{
	begin(tpm);
	return finish(
		tpm, without_authorization(tpm) && without_policy(tpm, true));
}

static bool empty_policies(struct tpm *tpm)
{
	const TPM2B_DIGEST empty = { .size = 0 };
	for (size_t i = 0; i < HIERARCHIES; i++)
		if (!asked(tpm, "TPM2_SetPrimaryPolicy",
			    Esys_SetPrimaryPolicy(tpm->esys,
				    hierarchies[i].reference, ESYS_TR_PASSWORD,
				    ESYS_TR_NONE, ESYS_TR_NONE, &empty,
				    TPM2_ALG_NULL)))
			return false;
	return true;
}

/* Sets an authorization that nobody knows, not even this process. */
static bool forget_auth(struct tpm *tpm, ESYS_TR hierarchy)
{
	TPM2B_AUTH auth = { .size = SHA256_SIZE };
	ESYS_TR session;
	bool worked;
	if (!hmac_session(tpm, TPMA_SESSION_DECRYPT, &session))
		return false;
	random_bytes(auth.buffer, auth.size);
	worked = asked(tpm, "TPM2_HierarchyChangeAuth",
		Esys_HierarchyChangeAuth(tpm->esys, hierarchy, session,
			ESYS_TR_NONE, ESYS_TR_NONE, &auth));
	wipe(&auth, sizeof(auth));
	/* ESAPI keeps a copy, which an empty one overwrites. */
	Esys_TR_SetAuth(tpm->esys, hierarchy, &auth);
	return worked;
}

static bool disable_clear(struct tpm *tpm)
{
	return asked(tpm, "TPM2_ClearControl",
		Esys_ClearControl(tpm->esys, ESYS_TR_RH_LOCKOUT,
			ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
			TPM2_YES));
}

static bool is_locked(struct tpm *tpm)
{
	const uint32_t wanted = TPMA_PERMANENT_OWNERAUTHSET |
				TPMA_PERMANENT_LOCKOUTAUTHSET |
				TPMA_PERMANENT_DISABLECLEAR;
	uint32_t permanent;
	if (!read_permanent(tpm, &permanent) || !without_policy(tpm, false))
		return false;
	return (permanent & wanted) == wanted ||
	       refused(tpm, "this TPM", "its owner is not locked");
}

bool tpm_owner_is_locked(struct tpm *tpm)
{
	begin(tpm);
	return finish(tpm, is_locked(tpm));
}

bool tpm_lock_owner(struct tpm *tpm)
{
	begin(tpm);
	return finish(tpm, without_authorization(tpm) && empty_policies(tpm) &&
				   disable_clear(tpm) &&
				   forget_auth(tpm, ESYS_TR_RH_OWNER) &&
				   forget_auth(tpm, ESYS_TR_RH_LOCKOUT) &&
				   is_locked(tpm) && without_policy(tpm, true));
}

bool tpm_platform_refuses(struct tpm *tpm)
{
	/* Part 2, clause 6.6.3: of session 1, and of handle 1. */
	const TSS2_RC another = TPM2_RC_BAD_AUTH + TPM2_RC_S + TPM2_RC_1;
	const TSS2_RC disabled = TPM2_RC_HIERARCHY + TPM2_RC_1;
	TSS2_RC code;
	begin(tpm);
	code = Esys_HierarchyControl(tpm->esys, ESYS_TR_RH_PLATFORM,
		ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
		ESYS_TR_RH_PLATFORM, TPM2_NO);
	if (code == another || code == disabled)
		return true;
	if (code != 0)
		return asked(tpm, "TPM2_HierarchyControl", code);
	return refused(tpm, "this firmware",
		"it leaves the TPM's platform hierarchy open, so that whoever "
		"starts other software can undo what the TPM guards");
}
