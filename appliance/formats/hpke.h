/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HPKE (RFC 9180), base mode, one message for each key agreement:
 * DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305.
 *
 * The receiver's half is split, for the key agreement itself may be done by a
 * TPM: hpke_open_shared takes what ECDH gave.
 */
#ifndef SANDOQ_FORMATS_HPKE_H
#define SANDOQ_FORMATS_HPKE_H

#include "appliance/formats/crypto.h"
#include "appliance/formats/p256.h"

/* SealBase, 6.1: `sealed` gets plain.size + AEAD_TAG_SIZE bytes. */
void hpke_seal(const struct p256_public *recipient, struct bytes info,
	struct bytes aad, struct bytes plain, struct p256_public *enc,
	uint8_t *sealed);

/*
 * OpenBase, 6.1, after the key agreement: `shared_x` is the x coordinate of
 * recipient's private key times `enc`. `plain` gets sealed.size -
 * AEAD_TAG_SIZE bytes, zeros when refused.
 */
refusal hpke_open_shared(const struct p256_public *recipient,
	const struct p256_public *enc, const uint8_t shared_x[P256_SIZE],
	struct bytes info, struct bytes aad, struct bytes sealed,
	uint8_t *plain);

#endif
