/* SPDX-License-Identifier: Apache-2.0 */
/* The primitives of crypto.h by libcrypto. */
#include "appliance/formats/crypto.h"
#include "appliance/formats/must.h"

#include <limits.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>

/*
 * Algorithms, looked for once: that takes longer than they do on the few bytes
 * that most callers have.
 */
static const EVP_MD *sha256_algorithm(void)
{
	static EVP_MD *algorithm;
	if (algorithm == NULL)
		algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
	must(algorithm);
	return algorithm;
}

static EVP_MAC *hmac_algorithm(void)
{
	static EVP_MAC *algorithm;
	if (algorithm == NULL)
		algorithm = EVP_MAC_fetch(NULL, "HMAC", NULL);
	must(algorithm);
	return algorithm;
}

static EVP_KDF *hkdf_algorithm(void)
{
	static EVP_KDF *algorithm;
	if (algorithm == NULL)
		algorithm = EVP_KDF_fetch(NULL, "HKDF", NULL);
	must(algorithm);
	return algorithm;
}

static const EVP_CIPHER *aead_algorithm(void)
{
	static EVP_CIPHER *algorithm;
	if (algorithm == NULL)
		algorithm = EVP_CIPHER_fetch(NULL, "ChaCha20-Poly1305", NULL);
	must(algorithm);
	return algorithm;
}

void crypto_start(void)
{
	must(OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) == 1);
}

void crypto_load(void)
{
	uint8_t random;
	crypto_start();
	random_bytes(&random, sizeof(random));
}

void random_bytes(void *out, size_t size)
{
	must(size <= INT_MAX && RAND_bytes(out, (int)size) == 1);
}

/* An EVP_MD_CTX by a name of ours; it is never dereferenced here. */
static EVP_MD_CTX *context_of(struct sha256 *hash)
{
	return (EVP_MD_CTX *)hash;
}

struct sha256 *sha256_begin(void)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	must(context &&
		EVP_DigestInit_ex(context, sha256_algorithm(), NULL) == 1);
	return (struct sha256 *)context;
}

void sha256_add(struct sha256 *hash, struct bytes more)
{
	must(EVP_DigestUpdate(context_of(hash), more.data, more.size) == 1);
}

struct digest sha256_end(struct sha256 *hash)
{
	struct digest digest;
	must(EVP_DigestFinal_ex(context_of(hash), digest.byte, NULL) == 1);
	EVP_MD_CTX_free(context_of(hash));
	return digest;
}

struct digest hmac_sha256_parts(
	struct bytes key, const struct bytes *part, size_t count)
{
	char hash[] = "SHA256";
	OSSL_PARAM parameter[] = {
		OSSL_PARAM_construct_utf8_string(
			OSSL_MAC_PARAM_DIGEST, hash, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC_CTX *context = EVP_MAC_CTX_new(hmac_algorithm());
	/* libcrypto takes NULL for "the key of before". */
	const uint8_t *key_data = key.data ? key.data : (const uint8_t *)"";
	struct digest digest;

	must(context &&
		EVP_MAC_init(context, key_data, key.size, parameter) == 1);
	for (size_t i = 0; i < count; i++)
		must(EVP_MAC_update(context, part[i].data, part[i].size) == 1);
	must(EVP_MAC_final(context, digest.byte, NULL, sizeof(digest.byte)) ==
		1);
	EVP_MAC_CTX_free(context);
	return digest;
}

void hkdf_expand(
	const struct digest *prk, struct bytes info, void *out, size_t size)
{
	int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
	char hash[] = "SHA256";
	OSSL_PARAM parameter[] = {
		OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
		OSSL_PARAM_construct_utf8_string(
			OSSL_KDF_PARAM_DIGEST, hash, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY,
			(void *)prk->byte, sizeof(prk->byte)),
		OSSL_PARAM_construct_octet_string(
			OSSL_KDF_PARAM_INFO, (void *)info.data, info.size),
		OSSL_PARAM_construct_end(),
	};
	EVP_KDF_CTX *context = EVP_KDF_CTX_new(hkdf_algorithm());
	must(context && EVP_KDF_derive(context, out, size, parameter) == 1);
	EVP_KDF_CTX_free(context);
}

static EVP_CIPHER_CTX *aead(
	const uint8_t *key, const uint8_t *nonce, struct bytes aad, bool seal)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	int size;
	must(context && aad.size <= INT_MAX &&
		EVP_CipherInit_ex(context, aead_algorithm(), NULL, key, nonce,
			seal) == 1);
	must(aad.size == 0 || EVP_CipherUpdate(context, NULL, &size, aad.data,
				      (int)aad.size) == 1);
	return context;
}

/* One call for the whole: libcrypto writes as much as it reads. */
static void aead_update(EVP_CIPHER_CTX *context, struct bytes in, uint8_t *out)
{
	int size;
	must(in.size <= INT_MAX);
	must(in.size == 0 || EVP_CipherUpdate(context, out, &size, in.data,
				     (int)in.size) == 1);
}

void chacha20poly1305_seal(const uint8_t key[AEAD_KEY_SIZE],
	const uint8_t nonce[AEAD_NONCE_SIZE], struct bytes aad,
	struct bytes plain, uint8_t *sealed)
{
	EVP_CIPHER_CTX *context = aead(key, nonce, aad, true);
	int size;
	aead_update(context, plain, sealed);
	must(EVP_CipherFinal_ex(context, sealed + plain.size, &size) == 1);
	must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG_SIZE,
		     sealed + plain.size) == 1);
	EVP_CIPHER_CTX_free(context);
}

/*
 * libcrypto says no to a wrong tag as it does when it fails itself: what the
 * tag should be tells them apart. `plain` is cipher text again afterwards.
 */
static bool tag_is_wrong(const uint8_t *key, const uint8_t *nonce,
	struct bytes aad, uint8_t *plain, size_t plain_size, const uint8_t *tag)
{
	EVP_CIPHER_CTX *context = aead(key, nonce, aad, true);
	uint8_t right[AEAD_TAG_SIZE];
	uint8_t none[1];
	int size;
	aead_update(context, bytes_of(plain, plain_size), plain);
	must(EVP_CipherFinal_ex(context, none, &size) == 1);
	must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG_SIZE,
		     right) == 1);
	EVP_CIPHER_CTX_free(context);
	return CRYPTO_memcmp(right, tag, sizeof(right)) != 0;
}

bool chacha20poly1305_open(const uint8_t key[AEAD_KEY_SIZE],
	const uint8_t nonce[AEAD_NONCE_SIZE], struct bytes aad,
	struct bytes sealed, uint8_t *plain)
{
	EVP_CIPHER_CTX *context;
	uint8_t tag[AEAD_TAG_SIZE];
	uint8_t none[1];
	int size;
	bool opened;
	if (sealed.size < AEAD_TAG_SIZE)
		return false;
	sealed.size -= AEAD_TAG_SIZE;
	memcpy(tag, sealed.data + sealed.size, sizeof(tag));
	context = aead(key, nonce, aad, false);
	aead_update(context, sealed, plain);
	must(EVP_CIPHER_CTX_ctrl(
		     context, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG_SIZE, tag) == 1);
	opened = EVP_CipherFinal_ex(context, none, &size) == 1;
	EVP_CIPHER_CTX_free(context);
	must(opened || tag_is_wrong(key, nonce, aad, plain, sealed.size, tag));
	if (!opened)
		wipe(plain, sealed.size);
	return opened;
}
