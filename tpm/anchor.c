/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal's anchor J, its MAC key, and the counters P and R as a running
 * machine uses them. It defines no index and writes no boot policy; provision.c
 * does, once.
 */
#include "tpm/keys.h"
#include "tpm/nv.h"
#include "tpm/nv_session.h"
#include "tpm/policy_session.h"

#include "appliance/formats/crypto.h"

#include <string.h>

bool tpm_make_journal_key(
	struct tpm *tpm, const struct nv_names *names, struct sealed_key *out)
{
	static const struct digest nothing;
	struct digest policy = journal_key_policy(names);
	struct tpm_public area = sealed_encode(&policy, &nothing);
	TPM2B_PUBLIC public_area = public_of(&area);
	uint8_t secret[JOURNAL_KEY_SIZE];
	struct bytes sealed = bytes_of(secret, sizeof(secret));
	struct created created;
	bool worked;
	begin(tpm);
	random_bytes(secret, sizeof(secret));
	worked = create_key(tpm, &public_area, &sealed, &nothing, &created);
	wipe(secret, sizeof(secret));
	if (worked)
		*out = created.key;
	return finish(tpm, worked);
}

static bool unseal(
	struct tpm *tpm, ESYS_TR object, ESYS_TR session, uint8_t *out)
{
	TPM2B_SENSITIVE_DATA *data = NULL;
	bool worked = asked(tpm, "TPM2_Unseal",
		Esys_Unseal(tpm->esys, object, session, ESYS_TR_NONE,
			ESYS_TR_NONE, &data));
	if (worked && data->size != JOURNAL_KEY_SIZE)
		worked = refused(tpm, "TPM2_Unseal",
			"what was sealed is no journal key");
	if (worked)
		memcpy(out, data->buffer, JOURNAL_KEY_SIZE);
	if (data != NULL)
		wipe(data, sizeof(*data));
	Esys_Free(data);
	return worked;
}

static refusal check_journal_key(
	const struct sealed_key *key, const struct nv_names *names)
{
	struct digest policy = journal_key_policy(names);
	struct digest unique;
	return sealed_decode(
		tpm_public_bytes(&key->public_area), &policy, &unique);
}

bool tpm_unseal_journal_key(struct tpm *tpm, const struct sealed_key *key,
	const struct boot_policy *boot, const struct nv_names *names,
	uint8_t out[JOURNAL_KEY_SIZE])
{
	struct policy policy = { 0 };
	refusal why = check_journal_key(key, names);
	ESYS_TR object;
	ESYS_TR session;
	begin(tpm);
	steps_boot(boot, names, COMMAND_UNSEAL, &policy);
	return finish(tpm, (why == NULL || refused(tpm, "TPM2_Unseal", why)) &&
				   load_key(tpm, key, &object) &&
				   policy_session(tpm, &policy, NULL,
					   TPMA_SESSION_ENCRYPT, &session) &&
				   unseal(tpm, object, session, out));
}

bool tpm_anchor(struct tpm *tpm, const struct digest *digest,
	const struct boot_policy *boot, const struct nv_names *names)
{
	TPM2B_MAX_NV_BUFFER data = { .size = SHA256_SIZE };
	struct policy policy = { 0 };
	ESYS_TR handle;
	ESYS_TR session;
	bool is_written;
	memcpy(data.buffer, digest->byte, SHA256_SIZE);
	begin(tpm);
	steps_boot(boot, names, COMMAND_NV_EXTEND, &policy);
	return finish(
		tpm, nv_open(tpm, NV_J, names, &handle, &is_written) &&
			     policy_session(tpm, &policy, NULL, 0, &session) &&
			     asked(tpm, "TPM2_NV_Extend",
				     Esys_NV_Extend(tpm->esys, handle, handle,
					     session, ESYS_TR_NONE,
					     ESYS_TR_NONE, &data)));
}

bool tpm_anchor_read(
	struct tpm *tpm, const struct nv_names *names, struct digest *out)
{
	begin(tpm);
	return finish(tpm, nv_read(tpm, NV_J, names, out->byte, SHA256_SIZE));
}

/* J is read with the empty authorization; the AK's signature covers it. */
static bool certify(struct tpm *tpm, const struct digest *qualifying,
	ESYS_TR index, struct attestation *out)
{
	const TPMT_SIG_SCHEME own = { .scheme = TPM2_ALG_NULL };
	TPM2B_DATA data = data_of(qualifying);
	TPM2B_ATTEST *attest = NULL;
	TPMT_SIGNATURE *signature = NULL;
	ESYS_TR ak;
	ESYS_TR session;
	bool worked =
		open_persistent(tpm, TPM_HANDLE_AK, &ak) &&
		hmac_session(tpm, 0, &session) &&
		asked(tpm, "TPM2_NV_Certify",
			Esys_NV_Certify(tpm->esys, ak, index, index, session,
				ESYS_TR_PASSWORD, ESYS_TR_NONE, &data, &own,
				SHA256_SIZE, 0, &attest, &signature)) &&
		attestation_out(tpm, attest, signature, out);
	Esys_Free(attest);
	Esys_Free(signature);
	return worked;
}

bool tpm_certify_anchor(struct tpm *tpm, const struct digest *qualifying,
	const struct nv_names *names, struct attestation *out)
{
	ESYS_TR index;
	begin(tpm);
	return finish(
		tpm, nv_open_named(tpm, NV_J, &names->name[NV_J], &index) &&
			     certify(tpm, qualifying, index, out));
}

bool tpm_phase(struct tpm *tpm, const struct nv_names *names, uint64_t *out)
{
	begin(tpm);
	return finish(tpm, nv_read_counter(tpm, NV_P, names, out));
}

bool tpm_phase_advance(struct tpm *tpm, const struct boot_policy *boot,
	const struct nv_names *names)
{
	struct policy policy = { 0 };
	begin(tpm);
	steps_boot(boot, names, COMMAND_NV_INCREMENT, &policy);
	return finish(tpm, nv_increment(tpm, NV_P, names, &policy, NULL));
}

bool tpm_revocations(
	struct tpm *tpm, const struct nv_names *names, uint64_t *out)
{
	begin(tpm);
	return finish(tpm, nv_read_counter(tpm, NV_R, names, out));
}
