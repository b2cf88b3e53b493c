/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cryptography everybody shares: SHA-256, HMAC, HKDF (RFC 5869) and
 * ChaCha20-Poly1305 (RFC 8439); P-256 is in p256.h.
 *
 * Two libraries implement it, none of whose types show here: libcrypto in the
 * machine and on the desk (openssl/), mbedTLS in the result page (mbedtls/). A
 * program is linked with one of them. Both pass the same tests.
 *
 * What cannot fail but for want of memory has no error: it aborts the
 * process. What can refuse foreign bytes returns a refusal.
 */
#ifndef SANDOQ_FORMATS_CRYPTO_H
#define SANDOQ_FORMATS_CRYPTO_H

#include "appliance/formats/bytes.h"

/* Before any other function here: libcrypto reads no configuration file. */
void crypto_start(void);
/*
 * The same, and loads what libcrypto would load on first use, so that a
 * process can enter its sandbox afterwards. It takes most of the time in which
 * a process starts. mbedTLS has nothing to load.
 */
void crypto_load(void);
/*
 * Does each of the operations below once, for who forks processes that will:
 * libcrypto looks for an algorithm when it is first used.
 */
void crypto_rehearse(void);
void random_bytes(void *out, size_t size);

struct digest sha256(struct bytes whole);
/* Of the parts one after another. */
struct digest sha256_parts(const struct bytes *part, size_t count);

/* For what does not fit in memory; sha256_end frees it. */
struct sha256;
struct sha256 *sha256_begin(void);
void sha256_add(struct sha256 *, struct bytes);
struct digest sha256_end(struct sha256 *);

struct digest hmac_sha256(struct bytes key, struct bytes message);
struct digest hmac_sha256_parts(
	struct bytes key, const struct bytes *part, size_t count);
struct digest hkdf_extract(struct bytes salt, struct bytes ikm);
/* `size` is at most 255 * SHA256_SIZE. */
void hkdf_expand(
	const struct digest *prk, struct bytes info, void *out, size_t size);

enum {
	AEAD_KEY_SIZE = 32,
	AEAD_NONCE_SIZE = 12,
	AEAD_TAG_SIZE = 16,
};

/* Writes plain.size + AEAD_TAG_SIZE bytes; `sealed` may be plain.data. */
void chacha20poly1305_seal(const uint8_t key[AEAD_KEY_SIZE],
	const uint8_t nonce[AEAD_NONCE_SIZE], struct bytes aad,
	struct bytes plain, uint8_t *sealed);
/*
 * Writes sealed.size - AEAD_TAG_SIZE bytes, zeros when it returns false;
 * `plain` may be sealed.data.
 */
bool chacha20poly1305_open(const uint8_t key[AEAD_KEY_SIZE],
	const uint8_t nonce[AEAD_NONCE_SIZE], struct bytes aad,
	struct bytes sealed, uint8_t *plain);

#endif
