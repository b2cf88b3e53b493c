/* SPDX-License-Identifier: Apache-2.0 */
/* Keys in the TPM, as the other files of the effects half use them. */
#ifndef SANDOQ_TPM_KEYS_H
#define SANDOQ_TPM_KEYS_H

#include "tpm/context.h"

/* What TPM2_Create gives, for TPM2_CertifyCreation. */
struct created {
	struct sealed_key key;
	uint8_t creation_data[CREATION_MOST];
	size_t creation_size;
	TPM2B_DIGEST creation_hash;
	TPMT_TK_CREATION ticket;
};

/*
 * Under the pinned storage root key. `secret` is what a sealed object holds,
 * NULL for a key pair; it travels encrypted.
 */
bool create_key(struct tpm *, const TPM2B_PUBLIC *, const struct bytes *secret,
	const struct digest *outside_info, struct created *out);
/* Loaded until finish(). */
bool load_key(struct tpm *, const struct sealed_key *, ESYS_TR *out);

#endif
