/* SPDX-License-Identifier: Apache-2.0 */
#include "tpm/context.h"

#include "appliance/formats/crypto.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <tss2/tss2_mu.h>

/*
 * ESAPI makes an OpenSSL library context for every hash and every HMAC, which
 * takes seven times as long as the work, and loads providers long after the
 * sandbox was entered. The program's definitions come before libcrypto's, so
 * these give it the one context that crypto_load() has loaded.
 */
OSSL_LIB_CTX *OSSL_LIB_CTX_new(void)
{
	return OSSL_LIB_CTX_get0_global_default();
}

void OSSL_LIB_CTX_free(OSSL_LIB_CTX *context)
{
	(void)context;
}

struct tpm *tpm_open(int descriptor)
{
	struct tpm *tpm = calloc(1, sizeof(*tpm));
	if (tpm == NULL)
		return NULL;
	crypto_start();
	/* The TSS would write its own account of errors to standard error. */
	setenv("TSS2_LOG", "all+NONE", 1);
	tcti_begin(&tpm->tcti, descriptor);
	tpm->srk = ESYS_TR_NONE;
	if (Esys_Initialize(
		    &tpm->esys, (TSS2_TCTI_CONTEXT *)&tpm->tcti.common, NULL)) {
		free(tpm);
		return NULL;
	}
	return tpm;
}

void tpm_close(struct tpm *tpm)
{
	if (tpm == NULL)
		return;
	if (tpm->srk != ESYS_TR_NONE)
		Esys_TR_Close(tpm->esys, &tpm->srk);
	Esys_Finalize(&tpm->esys);
	free(tpm);
}

struct tpm_error tpm_error(const struct tpm *tpm)
{
	return tpm->error;
}

static void write_upper_hex(struct writer *out, uint32_t value)
{
	static const char digits[] = "0123456789ABCDEF";
	int shift = 28;
	while (shift > 0 && !(value >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		write_u8(out, (uint8_t)digits[value >> shift & 0xF]);
}

static void write_pcrs(struct writer *out, uint32_t mask)
{
	const char *between = "PCR ";
	bool several = (mask & (mask - 1)) != 0;
	for (unsigned i = 0; i < PCR_COUNT; i++) {
		if (!(mask >> i & 1))
			continue;
		write_text(out, between);
		write_decimal(out, i);
		between = ", ";
	}
	write_text(out, several ? " differ" : " differs");
}

bool tpm_is_gone(const struct tpm_error *error)
{
	return (error->code & TSS2_RC_LAYER_MASK) == TSS2_TCTI_RC_LAYER;
}

/* What a person reads first. */
static void write_words(struct writer *out, const struct tpm_error *error)
{
	if (tpm_is_gone(error))
		write_text(out, "the TPM does not answer any more; switch the "
				"computer off and on, and if it stays so, have "
				"its TPM repaired");
	else if (error->why)
		write_text(out, error->why);
	else if (!error->pcrs)
		write_text(out, "the TPM refuses");
	if (error->pcrs && error->why)
		write_text(out, ": ");
	if (error->pcrs)
		write_pcrs(out, error->pcrs);
}

void write_tpm_error(struct writer *out, const struct tpm_error *error)
{
	const char *doing = error->doing ? error->doing : "nothing failed";
	if (!error->code) {
		write_text(out, doing);
		write_text(out, error->why ? ": " : "");
		write_text(out, error->why ? error->why : "");
		return;
	}
	write_words(out, error);
	write_text(out, " (");
	write_text(out, doing);
	write_text(out, ", 0x");
	write_upper_hex(out, error->code);
	write_text(out, ")");
}

void begin(struct tpm *tpm)
{
	tpm->error = (struct tpm_error){ 0 };
}

void release_last(struct tpm *tpm)
{
	ESYS_TR handle = tpm->held[--tpm->held_count].handle;
	if (!tpm->held[tpm->held_count].flush ||
		Esys_FlushContext(tpm->esys, handle))
		Esys_TR_Close(tpm->esys, &handle);
}

bool finish(struct tpm *tpm, bool worked)
{
	while (tpm->held_count > 0)
		release_last(tpm);
	return worked;
}

bool asked(struct tpm *tpm, const char *doing, TSS2_RC code)
{
	if (!code)
		return true;
	tpm->error = (struct tpm_error){ .doing = doing, .code = code };
	return false;
}

bool refused(struct tpm *tpm, const char *doing, refusal why)
{
	tpm->error = (struct tpm_error){ .doing = doing, .why = why };
	return false;
}

static void hold_as(struct tpm *tpm, ESYS_TR handle, bool flush)
{
	if (tpm->held_count == HELD_MOST)
		abort();
	tpm->held[tpm->held_count].handle = handle;
	tpm->held[tpm->held_count].flush = flush;
	tpm->held_count++;
}

void hold(struct tpm *tpm, ESYS_TR handle)
{
	hold_as(tpm, handle, true);
}

/* ESAPI gives one reference for one handle, however often it is opened. */
void hold_reference(struct tpm *tpm, ESYS_TR handle)
{
	for (size_t i = 0; i < tpm->held_count; i++)
		if (tpm->held[i].handle == handle)
			return;
	if (handle != tpm->srk)
		hold_as(tpm, handle, false);
}

void forget_reference(struct tpm *tpm, ESYS_TR handle)
{
	size_t last = tpm->held_count - 1;
	for (size_t i = 0; i <= last; i++)
		if (tpm->held[i].handle == handle)
			tpm->held[i] = tpm->held[last];
	tpm->held_count = last;
}

TPM2B_PUBLIC public_of(const struct tpm_public *area)
{
	TPM2B_PUBLIC out = { 0 };
	size_t at = 0;
	/* Ours, or accepted by a decoder of ours: this cannot fail. */
	if (Tss2_MU_TPMT_PUBLIC_Unmarshal(
		    area->byte, area->size, &at, &out.publicArea))
		abort();
	return out;
}

bool public_out(
	struct tpm *tpm, const TPM2B_PUBLIC *area, struct tpm_public *out)
{
	out->size = 0;
	return asked(tpm, "TPMT_PUBLIC",
		Tss2_MU_TPMT_PUBLIC_Marshal(&area->publicArea, out->byte,
			sizeof(out->byte), &out->size));
}

TPM2B_DIGEST digest_of(const struct digest *digest)
{
	TPM2B_DIGEST out = { .size = SHA256_SIZE };
	memcpy(out.buffer, digest->byte, SHA256_SIZE);
	return out;
}

TPM2B_DATA data_of(const struct digest *digest)
{
	TPM2B_DATA out = { .size = SHA256_SIZE };
	memcpy(out.buffer, digest->byte, SHA256_SIZE);
	return out;
}

TPML_PCR_SELECTION selection_of(uint32_t mask)
{
	uint8_t bytes[PCR_SELECTION_SIZE];
	TPML_PCR_SELECTION out = { 0 };
	size_t at = 0;
	pcr_selection_encode(mask, bytes);
	if (Tss2_MU_TPML_PCR_SELECTION_Unmarshal(
		    bytes, sizeof(bytes), &at, &out))
		abort();
	return out;
}

bool pad_coordinate(const TPM2B_ECC_PARAMETER *in, uint8_t out[P256_SIZE])
{
	if (in->size > P256_SIZE)
		return false;
	memset(out, 0, P256_SIZE);
	memcpy(out + P256_SIZE - in->size, in->buffer, in->size);
	return true;
}

bool signature_out(struct tpm *tpm, const TPMT_SIGNATURE *signature,
	struct p256_signature *out)
{
	const TPMS_SIGNATURE_ECC *ecdsa = &signature->signature.ecdsa;
	if (signature->sigAlg != TPM2_ALG_ECDSA ||
		ecdsa->hash != TPM2_ALG_SHA256 ||
		!pad_coordinate(&ecdsa->signatureR, out->r) ||
		!pad_coordinate(&ecdsa->signatureS, out->s))
		return refused(tpm, "TPMT_SIGNATURE",
			"the signature is not ECDSA P-256 with SHA-256");
	return true;
}

bool attestation_out(struct tpm *tpm, const TPM2B_ATTEST *attest,
	const TPMT_SIGNATURE *signature, struct attestation *out)
{
	if (attest->size > ATTEST_MOST)
		return refused(tpm, "TPM2B_ATTEST",
			"the attestation is longer than ours are");
	memcpy(out->attest, attest->attestationData, attest->size);
	out->size = attest->size;
	return signature_out(tpm, signature, &out->signature);
}

bool is_capability(struct tpm *tpm, TSS2_RC code, TPM2_CAP capability,
	const TPMS_CAPABILITY_DATA *found)
{
	return asked(tpm, "TPM2_GetCapability", code) &&
	       (found->capability == capability ||
		       refused(tpm, "TPM2_GetCapability",
			       "the TPM tells of another capability"));
}

bool ask_capability(struct tpm *tpm, TPM2_CAP capability, uint32_t first,
	TPMS_CAPABILITY_DATA **found)
{
	const TSS2_RC code = Esys_GetCapability(tpm->esys, ESYS_TR_NONE,
		ESYS_TR_NONE, ESYS_TR_NONE, capability, first, 1, NULL, found);
	return is_capability(tpm, code, capability, *found);
}

bool handle_exists(struct tpm *tpm, TPM2_HANDLE handle, bool *out)
{
	TPMS_CAPABILITY_DATA *found = NULL;
	bool worked = ask_capability(tpm, TPM2_CAP_HANDLES, handle, &found);
	*out = worked && found->data.handles.count > 0 &&
	       found->data.handles.handle[0] == handle;
	Esys_Free(found);
	return worked;
}

bool open_persistent(struct tpm *tpm, TPM2_HANDLE handle, ESYS_TR *out)
{
	bool worked = asked(tpm, "TPM2_ReadPublic",
		Esys_TR_FromTPMPublic(tpm->esys, handle, ESYS_TR_NONE,
			ESYS_TR_NONE, ESYS_TR_NONE, out));
	if (worked)
		hold_reference(tpm, *out);
	return worked;
}
