/* SPDX-License-Identifier: Apache-2.0 */
/* PBES2 by libcrypto. */
#include "appliance/formats/pbes2.h"
#include "appliance/formats/must.h"

#include <limits.h>

#include <openssl/evp.h>

void pbkdf2_sha256(struct bytes passphrase, struct bytes salt, uint32_t rounds,
	void *out, size_t size)
{
	must(passphrase.size <= INT_MAX && salt.size <= INT_MAX &&
		rounds <= INT_MAX && size <= INT_MAX);
	must(PKCS5_PBKDF2_HMAC((const char *)passphrase.data,
		     (int)passphrase.size, salt.data, (int)salt.size,
		     (int)rounds, EVP_sha256(), (int)size, out) == 1);
}

static bool cipher(const uint8_t *key, const uint8_t *iv, struct bytes in,
	struct writer *out, bool sealing)
{
	/* What comes out is at most a block more than what goes in. */
	uint8_t *to = writer_room(out, in.size + AES_BLOCK_SIZE);
	EVP_CIPHER_CTX *context;
	int size = 0, rest = 0;
	bool ended;
	if (to == NULL)
		return false;
	must(in.size <= INT_MAX - AES_BLOCK_SIZE);
	context = EVP_CIPHER_CTX_new();
	must(context != NULL && EVP_CipherInit_ex(context, EVP_aes_256_cbc(),
					NULL, key, iv, sealing) == 1);
	must(EVP_CipherUpdate(context, to, &size, in.data, (int)in.size) == 1);
	ended = EVP_CipherFinal_ex(context, to + size, &rest) == 1;
	EVP_CIPHER_CTX_free(context);
	if (ended)
		out->size += (size_t)size + (size_t)rest;
	else
		wipe(to, in.size);
	return ended;
}

void aes256_cbc_seal(const uint8_t key[AES256_KEY_SIZE],
	const uint8_t iv[AES_BLOCK_SIZE], struct bytes plain,
	struct writer *out)
{
	must(cipher(key, iv, plain, out, true) || out->broken);
}

bool aes256_cbc_open(const uint8_t key[AES256_KEY_SIZE],
	const uint8_t iv[AES_BLOCK_SIZE], struct bytes sealed,
	struct writer *out)
{
	return sealed.size > 0 && sealed.size % AES_BLOCK_SIZE == 0 &&
	       cipher(key, iv, sealed, out, false);
}
