/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who this TPM is: storage root, attestation and endorsement key, and the
 * credential that shows that they live in one TPM. It makes no key of an
 * election.
 */
#include "tpm/nv.h"
#include "tpm/policy_session.h"

#include <string.h>

static const struct p256_public no_point;

static struct tpm_public template_of(enum key_template key)
{
	return key_encode(key, NULL, &no_point);
}

static bool read_persistent(
	struct tpm *tpm, TPM2_HANDLE handle, struct tpm_public *out)
{
	TPM2B_PUBLIC *area = NULL;
	ESYS_TR object;
	bool worked = open_persistent(tpm, handle, &object) &&
		      asked(tpm, "TPM2_ReadPublic",
			      Esys_ReadPublic(tpm->esys, object, ESYS_TR_NONE,
				      ESYS_TR_NONE, ESYS_TR_NONE, &area, NULL,
				      NULL)) &&
		      public_out(tpm, area, out);
	Esys_Free(area);
	return worked;
}

static bool create_primary(struct tpm *tpm, ESYS_TR hierarchy,
	const struct tpm_public *template, ESYS_TR *out,
	struct tpm_public *public_area)
{
	const TPM2B_SENSITIVE_CREATE sensitive = { 0 };
	const TPML_PCR_SELECTION no_pcrs = { 0 };
	const TPM2B_DATA nothing = { 0 };
	TPM2B_PUBLIC wanted = public_of(template);
	TPM2B_PUBLIC *made = NULL;
	ESYS_TR session;
	bool worked = session_or_password(tpm, 0, &session) &&
		      asked(tpm, "TPM2_CreatePrimary",
			      Esys_CreatePrimary(tpm->esys, hierarchy, session,
				      ESYS_TR_NONE, ESYS_TR_NONE, &sensitive,
				      &wanted, &nothing, &no_pcrs, out, &made,
				      NULL, NULL, NULL));
	if (worked) {
		hold(tpm, *out);
		worked = public_out(tpm, made, public_area);
	}
	Esys_Free(made);
	return worked;
}

/* Makes an object persistent, or, given a persistent one, removes it. */
static bool evict_control(struct tpm *tpm, ESYS_TR object, TPM2_HANDLE handle)
{
	ESYS_TR persistent = ESYS_TR_NONE;
	bool worked = asked(tpm, "TPM2_EvictControl",
		Esys_EvictControl(tpm->esys, ESYS_TR_RH_OWNER, object,
			ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, handle,
			&persistent));
	if (worked && persistent != ESYS_TR_NONE)
		hold_reference(tpm, persistent);
	return worked;
}

static bool remove_persistent(struct tpm *tpm, TPM2_HANDLE handle)
{
	ESYS_TR object;
	/* ESAPI forgets the reference itself, so it must not be held. */
	return asked(tpm, "TPM2_ReadPublic",
		       Esys_TR_FromTPMPublic(tpm->esys, handle, ESYS_TR_NONE,
			       ESYS_TR_NONE, ESYS_TR_NONE, &object)) &&
	       evict_control(tpm, object, handle);
}

static bool is_ours(enum key_template key, const struct tpm_public *area)
{
	struct digest policy;
	struct p256_public point;
	return !key_decode(key, tpm_public_bytes(area), &policy, &point);
}

/* Finds the key at its handle, or creates it; another one has to go. */
static bool make_persistent(struct tpm *tpm, enum key_template key,
	ESYS_TR hierarchy, TPM2_HANDLE handle, struct tpm_public *out)
{
	struct tpm_public template = template_of(key);
	ESYS_TR object;
	bool present;
	if (!handle_exists(tpm, handle, &present))
		return false;
	if (present) {
		if (!read_persistent(tpm, handle, out))
			return false;
		if (is_ours(key, out))
			return true;
		if (!remove_persistent(tpm, handle))
			return false;
	}
	if (!create_primary(tpm, hierarchy, &template, &object, out) ||
		!evict_control(tpm, object, handle))
		return false;
	return is_ours(key, out) ||
	       refused(tpm, "TPM2_CreatePrimary",
		       "the TPM made a key of another template");
}

static bool pin(struct tpm *tpm, const struct tpm_name *wanted)
{
	struct tpm_public area;
	struct tpm_name name;
	ESYS_TR srk;
	if (tpm->srk != ESYS_TR_NONE)
		Esys_TR_Close(tpm->esys, &tpm->srk);
	tpm->srk = ESYS_TR_NONE;
	if (!read_persistent(tpm, TPM_HANDLE_SRK, &area))
		return false;
	name = public_name(tpm_public_bytes(&area));
	if (!tpm_name_equal(&name, wanted))
		return refused(tpm, "TPM2_ReadPublic",
			"the storage root key is not the enrolled one: this "
			"is another TPM, or it was cleared");
	if (!open_persistent(tpm, TPM_HANDLE_SRK, &srk))
		return false;
	forget_reference(tpm, srk);
	tpm->srk = srk;
	return true;
}

bool tpm_pin(struct tpm *tpm, const struct tpm_name *srk)
{
	begin(tpm);
	return finish(tpm, pin(tpm, srk));
}

static bool make_srk(struct tpm *tpm, struct tpm_public *out)
{
	struct tpm_name name;
	if (!finish(tpm, make_persistent(tpm, KEY_SRK, ESYS_TR_RH_OWNER,
				 TPM_HANDLE_SRK, out)))
		return false;
	name = public_name(tpm_public_bytes(out));
	return finish(tpm, pin(tpm, &name));
}

bool tpm_make_root_keys(struct tpm *tpm, struct root_keys *out)
{
	begin(tpm);
	return finish(tpm,
		make_srk(tpm, &out->srk) &&
			make_persistent(tpm, KEY_AK, ESYS_TR_RH_ENDORSEMENT,
				TPM_HANDLE_AK, &out->ak));
}

bool tpm_ek_certificate(
	struct tpm *tpm, uint8_t out[EK_CERTIFICATE_MOST], size_t *size)
{
	begin(tpm);
	return finish(tpm, nv_read_foreign(tpm, TPM_HANDLE_EK_CERTIFICATE, out,
				   EK_CERTIFICATE_MOST, size));
}

static bool make_ek(
	struct tpm *tpm, ESYS_TR *out, struct tpm_public *public_area)
{
	static const uint8_t no_modulus[EK_MODULUS_SIZE];
	struct tpm_public template = ek_encode(no_modulus);
	return create_primary(
		tpm, ESYS_TR_RH_ENDORSEMENT, &template, out, public_area);
}

bool tpm_ek_public(struct tpm *tpm, struct tpm_public *out)
{
	ESYS_TR ek;
	begin(tpm);
	return finish(tpm, make_ek(tpm, &ek, out));
}

static bool run_ek_policy(struct tpm *tpm, ESYS_TR *out)
{
	return empty_policy_session(tpm, 0, out) &&
	       asked(tpm, "TPM2_PolicySecret",
		       Esys_PolicySecret(tpm->esys, ESYS_TR_RH_ENDORSEMENT,
			       *out, ESYS_TR_PASSWORD, ESYS_TR_NONE,
			       ESYS_TR_NONE, NULL, NULL, NULL, 0, NULL, NULL));
}

static bool activate(struct tpm *tpm, const struct credential *credential,
	uint8_t secret[SHA256_SIZE])
{
	TPM2B_ID_OBJECT blob = { .size = CREDENTIAL_BLOB_SIZE };
	TPM2B_ENCRYPTED_SECRET seed = { .size = CREDENTIAL_SEED_SIZE };
	struct tpm_public ek_public;
	TPM2B_DIGEST *opened = NULL;
	ESYS_TR ak;
	ESYS_TR ek;
	ESYS_TR session;
	ESYS_TR policy;
	bool worked;
	memcpy(blob.credential, credential->blob, CREDENTIAL_BLOB_SIZE);
	memcpy(seed.secret, credential->seed, CREDENTIAL_SEED_SIZE);
	worked = open_persistent(tpm, TPM_HANDLE_AK, &ak) &&
		 make_ek(tpm, &ek, &ek_public) &&
		 hmac_session(tpm, TPMA_SESSION_ENCRYPT, &session) &&
		 run_ek_policy(tpm, &policy) &&
		 asked(tpm, "TPM2_ActivateCredential",
			 Esys_ActivateCredential(tpm->esys, ak, ek, session,
				 policy, ESYS_TR_NONE, &blob, &seed, &opened));
	if (worked && opened->size != SHA256_SIZE)
		worked = refused(tpm, "TPM2_ActivateCredential",
			"the credential's secret is not 32 bytes");
	if (worked)
		memcpy(secret, opened->buffer, SHA256_SIZE);
	if (opened != NULL)
		wipe(opened, sizeof(*opened));
	Esys_Free(opened);
	return worked;
}

bool tpm_activate(struct tpm *tpm, const struct credential *credential,
	uint8_t secret[SHA256_SIZE])
{
	begin(tpm);
	return finish(tpm, activate(tpm, credential, secret));
}
