/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Enrolment, on the operator's side: a credential that only the TPM with that
 * EK and that AK can open (TPM 2.0 Library, part 1, clause 24; part 3,
 * TPM2_MakeCredential), in software.
 */
#ifndef SANDOQ_TPM_POLICY_CREDENTIAL_H
#define SANDOQ_TPM_POLICY_CREDENTIAL_H

#include "appliance/formats/layout.h"
#include "tpm/policy/public.h"

enum {
	CREDENTIAL_BLOB_SIZE = 68,
	CREDENTIAL_SEED_SIZE = EK_MODULUS_SIZE,
};

/*
 * TPMS_ID_OBJECT (part 2, clause 12.4.2) and the encrypted seed, without their
 * TPM2B lengths.
 */
#define credential_members(X)                                                  \
	X(OCTETS, CREDENTIAL_BLOB_SIZE, blob)                                  \
	X(OCTETS, CREDENTIAL_SEED_SIZE, seed)
LAYOUT_STRUCT(credential);

/* The file that tpm2_activatecredential reads: magic, version, both TPM2Bs. */
enum {
	CREDENTIAL_FILE_SIZE =
		8 + 2 + CREDENTIAL_BLOB_SIZE + 2 + CREDENTIAL_SEED_SIZE
};
void credential_encode(
	const struct credential *, uint8_t out[CREDENTIAL_FILE_SIZE]);
refusal credential_decode(struct bytes, struct credential *);

/* `ek` is a public area, `secret` what the TPM shall give back. */
refusal credential_make(struct bytes ek, const struct tpm_name *ak,
	const uint8_t secret[SHA256_SIZE], struct credential *out);

#endif
