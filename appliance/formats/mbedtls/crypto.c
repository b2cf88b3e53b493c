/* SPDX-License-Identifier: Apache-2.0 */
/* The primitives of crypto.h by mbedTLS. */
#include "appliance/formats/crypto.h"
#include "appliance/formats/must.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mbedtls/chachapoly.h>
#include <mbedtls/hkdf.h>
#include <mbedtls/md.h>
#include <mbedtls/sha256.h>

/* getentropy() gives no more at a time. */
enum { ENTROPY_MOST = 256 };

struct sha256 {
	mbedtls_sha256_context context;
};

static const mbedtls_md_info_t *sha256_algorithm(void)
{
	return mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
}

void crypto_start(void)
{
	/* mbedTLS has no configuration to keep it from. */
}

void crypto_load(void)
{
	crypto_start();
}

void random_bytes(void *out, size_t size)
{
	uint8_t *at = out;
	while (size > 0) {
		const size_t now = size < ENTROPY_MOST ? size : ENTROPY_MOST;
		must(getentropy(at, now) == 0);
		at += now;
		size -= now;
	}
}

struct sha256 *sha256_begin(void)
{
	struct sha256 *hash = malloc(sizeof(*hash));
	must(hash != NULL);
	mbedtls_sha256_init(&hash->context);
	must(mbedtls_sha256_starts_ret(&hash->context, 0) == 0);
	return hash;
}

void sha256_add(struct sha256 *hash, struct bytes more)
{
	must(mbedtls_sha256_update_ret(&hash->context, more.data, more.size) ==
		0);
}

struct digest sha256_end(struct sha256 *hash)
{
	struct digest digest;
	must(mbedtls_sha256_finish_ret(&hash->context, digest.byte) == 0);
	mbedtls_sha256_free(&hash->context);
	free(hash);
	return digest;
}

struct digest hmac_sha256_parts(
	struct bytes key, const struct bytes *part, size_t count)
{
	struct digest digest;
	mbedtls_md_context_t context;
	mbedtls_md_init(&context);
	must(mbedtls_md_setup(&context, sha256_algorithm(), 1) == 0 &&
		mbedtls_md_hmac_starts(&context, key.data, key.size) == 0);
	for (size_t i = 0; i < count; i++)
		must(mbedtls_md_hmac_update(
			     &context, part[i].data, part[i].size) == 0);
	must(mbedtls_md_hmac_finish(&context, digest.byte) == 0);
	mbedtls_md_free(&context);
	return digest;
}

void hkdf_expand(
	const struct digest *prk, struct bytes info, void *out, size_t size)
{
	must(mbedtls_hkdf_expand(sha256_algorithm(), prk->byte, SHA256_SIZE,
		     info.data, info.size, out, size) == 0);
}

static void aead_begin(
	mbedtls_chachapoly_context *context, const uint8_t key[AEAD_KEY_SIZE])
{
	mbedtls_chachapoly_init(context);
	must(mbedtls_chachapoly_setkey(context, key) == 0);
}

void chacha20poly1305_seal(const uint8_t key[AEAD_KEY_SIZE],
	const uint8_t nonce[AEAD_NONCE_SIZE], struct bytes aad,
	struct bytes plain, uint8_t *sealed)
{
	mbedtls_chachapoly_context context;
	aead_begin(&context, key);
	must(mbedtls_chachapoly_encrypt_and_tag(&context, plain.size, nonce,
		     aad.data, aad.size, plain.data, sealed,
		     sealed + plain.size) == 0);
	mbedtls_chachapoly_free(&context);
}

/* mbedTLS leaves zeros behind when the tag is wrong. */
bool chacha20poly1305_open(const uint8_t key[AEAD_KEY_SIZE],
	const uint8_t nonce[AEAD_NONCE_SIZE], struct bytes aad,
	struct bytes sealed, uint8_t *plain)
{
	mbedtls_chachapoly_context context;
	uint8_t tag[AEAD_TAG_SIZE];
	int error;
	if (sealed.size < AEAD_TAG_SIZE)
		return false;
	sealed.size -= AEAD_TAG_SIZE;
	memcpy(tag, sealed.data + sealed.size, sizeof(tag));
	aead_begin(&context, key);
	error = mbedtls_chachapoly_auth_decrypt(&context, sealed.size, nonce,
		aad.data, aad.size, tag, sealed.data, plain);
	mbedtls_chachapoly_free(&context);
	must(error == 0 || error == MBEDTLS_ERR_CHACHAPOLY_AUTH_FAILED);
	return error == 0;
}
