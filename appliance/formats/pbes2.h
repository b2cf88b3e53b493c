/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What PBES2 (RFC 8018, 6.2) of key files is made of: PBKDF2 with HMAC-SHA-256,
 * and AES-256 in CBC mode. For people's own computers: the machine has none of
 * it. As in crypto.h, what fails only for want of memory aborts.
 */
#ifndef SANDOQ_FORMATS_PBES2_H
#define SANDOQ_FORMATS_PBES2_H

#include "appliance/formats/bytes.h"

enum { AES256_KEY_SIZE = 32, AES_BLOCK_SIZE = 16 };

/* RFC 8018, 5.2. */
void pbkdf2_sha256(struct bytes passphrase, struct bytes salt, uint32_t rounds,
	void *out, size_t size);
/* Padded to whole blocks as RFC 8018, 6.1.1 has it. */
void aes256_cbc_seal(const uint8_t key[AES256_KEY_SIZE],
	const uint8_t iv[AES_BLOCK_SIZE], struct bytes plain, struct writer *);
/* False, and nothing written, when the padding is wrong. */
bool aes256_cbc_open(const uint8_t key[AES256_KEY_SIZE],
	const uint8_t iv[AES_BLOCK_SIZE], struct bytes sealed, struct writer *);

#endif
