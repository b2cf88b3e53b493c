/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the effects half shares, and the only header with TSS types beside
 * tcti.h. Every public function clears the error, asks, and ends with
 * finish(), which flushes every session and object that it held.
 */
#ifndef SANDOQ_TPM_CONTEXT_H
#define SANDOQ_TPM_CONTEXT_H

#include "tpm/tcti.h"
#include "tpm/tpm.h"

#include <tss2/tss2_esys.h>

enum { HELD_MOST = 8 };

struct tpm {
	struct tcti tcti;
	ESYS_CONTEXT *esys;
	ESYS_TR srk; /* ESYS_TR_NONE until pinned */
	struct {
		ESYS_TR handle;
		bool flush; /* else only forgotten on this side */
	} held[HELD_MOST];
	size_t held_count;
	struct tpm_error error;
};

void begin(struct tpm *);
bool finish(struct tpm *, bool worked);
/* Whether it worked; remembers it as the error if not. */
bool asked(struct tpm *, const char *doing, TSS2_RC);
/* False, with a reason of ours. */
bool refused(struct tpm *, const char *doing, refusal why);
/* Sessions and transient objects. */
void hold(struct tpm *, ESYS_TR);
/* Persistent objects and NV indices: there is nothing to flush in the TPM. */
void hold_reference(struct tpm *, ESYS_TR);
/* One that is held and that ESAPI has closed, or that outlives finish(). */
void forget_reference(struct tpm *, ESYS_TR);
/* Flushes what was held last, before finish(): slots are scarce. */
void release_last(struct tpm *);

/* Copies between our bytes and TPM2Bs. */
TPM2B_PUBLIC public_of(const struct tpm_public *);
bool public_out(struct tpm *, const TPM2B_PUBLIC *, struct tpm_public *out);
TPM2B_DIGEST digest_of(const struct digest *);
TPM2B_DATA data_of(const struct digest *);
TPML_PCR_SELECTION selection_of(uint32_t mask);
/* To the right end of 32 bytes: a TPM may leave leading zeros out. */
bool pad_coordinate(const TPM2B_ECC_PARAMETER *, uint8_t out[P256_SIZE]);
bool signature_out(
	struct tpm *, const TPMT_SIGNATURE *, struct p256_signature *out);
bool attestation_out(struct tpm *, const TPM2B_ATTEST *, const TPMT_SIGNATURE *,
	struct attestation *out);

/*
 * One entry of a capability, from `first` on. The TSS takes an answer about
 * another one, which has another form: it is refused. `*found`, NULL before, is
 * Esys_Free()'s in either case.
 */
bool ask_capability(struct tpm *, TPM2_CAP capability, uint32_t first,
	TPMS_CAPABILITY_DATA **found);
/* The same of an answer, and the code that came with it. */
bool is_capability(struct tpm *, TSS2_RC code, TPM2_CAP capability,
	const TPMS_CAPABILITY_DATA *found);

/* Whether a persistent object or an NV index is there. */
bool handle_exists(struct tpm *, TPM2_HANDLE, bool *out);
/* A reference to a persistent object, held until finish(). */
bool open_persistent(struct tpm *, TPM2_HANDLE, ESYS_TR *out);

#endif
