/* SPDX-License-Identifier: Apache-2.0 */
/* PBES2 by mbedTLS. */
#include "appliance/formats/pbes2.h"
#include "appliance/formats/must.h"

#include <mbedtls/cipher.h>
#include <mbedtls/md.h>
#include <mbedtls/pkcs5.h>

void pbkdf2_sha256(struct bytes passphrase, struct bytes salt, uint32_t rounds,
	void *out, size_t size)
{
	mbedtls_md_context_t context;
	mbedtls_md_init(&context);
	must(mbedtls_md_setup(&context,
		     mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), 1) == 0 &&
		mbedtls_pkcs5_pbkdf2_hmac(&context, passphrase.data,
			passphrase.size, salt.data, salt.size, rounds,
			(uint32_t)size, out) == 0);
	mbedtls_md_free(&context);
}

static bool cipher(const uint8_t *key, const uint8_t *iv, struct bytes in,
	struct writer *out, mbedtls_operation_t operation)
{
	/* What comes out is at most a block more than what goes in. */
	uint8_t *to = writer_room(out, in.size + AES_BLOCK_SIZE);
	mbedtls_cipher_context_t context;
	size_t size = 0;
	int error;
	if (to == NULL)
		return false;
	mbedtls_cipher_init(&context);
	must(mbedtls_cipher_setup(
		     &context, mbedtls_cipher_info_from_type(
				       MBEDTLS_CIPHER_AES_256_CBC)) == 0 &&
		mbedtls_cipher_setkey(
			&context, key, 8 * AES256_KEY_SIZE, operation) == 0 &&
		mbedtls_cipher_set_padding_mode(
			&context, MBEDTLS_PADDING_PKCS7) == 0);
	error = mbedtls_cipher_crypt(
		&context, iv, AES_BLOCK_SIZE, in.data, in.size, to, &size);
	mbedtls_cipher_free(&context);
	must(error == 0 || error == MBEDTLS_ERR_CIPHER_INVALID_PADDING);
	if (error == 0)
		out->size += size;
	else
		wipe(to, in.size);
	return error == 0;
}

void aes256_cbc_seal(const uint8_t key[AES256_KEY_SIZE],
	const uint8_t iv[AES_BLOCK_SIZE], struct bytes plain,
	struct writer *out)
{
	must(cipher(key, iv, plain, out, MBEDTLS_ENCRYPT) || out->broken);
}

bool aes256_cbc_open(const uint8_t key[AES256_KEY_SIZE],
	const uint8_t iv[AES_BLOCK_SIZE], struct bytes sealed,
	struct writer *out)
{
	return sealed.size > 0 && sealed.size % AES_BLOCK_SIZE == 0 &&
	       cipher(key, iv, sealed, out, MBEDTLS_DECRYPT);
}
