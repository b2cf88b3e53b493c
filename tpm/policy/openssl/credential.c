/* SPDX-License-Identifier: Apache-2.0 */
/* Making a credential, by libcrypto: the desk alone does. */
#include "tpm/policy/credential.h"

#include "appliance/formats/crypto.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

/* AES-128 and the exponent of TCG's EK template L-1. */
enum {
	AES_KEY_SIZE = 16,
	RSA_EXPONENT = 65537,
	IDENTITY_SIZE = 2 + SHA256_SIZE,
};

/* KDFa of part 1, clause 11.4.10.2, for at most one block. */
static struct digest kdf_a(const struct digest *seed, const char *label,
	struct bytes context, uint32_t bits)
{
	uint8_t buffer[64 + TPM_NAME_SIZE];
	struct writer out = writer_of(buffer, sizeof(buffer));
	write_u32(&out, 1);
	write_text(&out, label);
	write_u8(&out, 0);
	write_bytes(&out, context);
	write_u32(&out, bits);
	if (out.broken)
		abort();
	return hmac_sha256(bytes_of(seed->byte, SHA256_SIZE), written(&out));
}

static EVP_PKEY *rsa_key(const uint8_t modulus[EK_MODULUS_SIZE])
{
	BIGNUM *n = BN_bin2bn(modulus, EK_MODULUS_SIZE, NULL);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *param = NULL;
	EVP_PKEY *key = NULL;
	if (n != NULL && build != NULL && context != NULL &&
		OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) &&
		OSSL_PARAM_BLD_push_ulong(
			build, OSSL_PKEY_PARAM_RSA_E, RSA_EXPONENT))
		param = OSSL_PARAM_BLD_to_param(build);
	if (param != NULL && EVP_PKEY_fromdata_init(context) > 0)
		EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, param);
	OSSL_PARAM_free(param);
	EVP_PKEY_CTX_free(context);
	OSSL_PARAM_BLD_free(build);
	BN_free(n);
	return key;
}

/* RSAES-OAEP with SHA-256 and the label "IDENTITY", its NUL included. */
static bool set_oaep(EVP_PKEY_CTX *context)
{
	static const char identity[] = "IDENTITY";
	void *label = OPENSSL_memdup(identity, sizeof(identity));
	if (label != NULL && EVP_PKEY_encrypt_init(context) > 0 &&
		EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) >
			0 &&
		EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) > 0 &&
		EVP_PKEY_CTX_set0_rsa_oaep_label(
			context, label, sizeof(identity)) > 0)
		return true;
	OPENSSL_free(label);
	return false;
}

static bool encrypt_seed(const uint8_t modulus[EK_MODULUS_SIZE],
	const struct digest *seed, uint8_t out[CREDENTIAL_SEED_SIZE])
{
	EVP_PKEY *key = rsa_key(modulus);
	EVP_PKEY_CTX *context = key ? EVP_PKEY_CTX_new(key, NULL) : NULL;
	size_t size = CREDENTIAL_SEED_SIZE;
	bool done = context && set_oaep(context) &&
		    EVP_PKEY_encrypt(
			    context, out, &size, seed->byte, SHA256_SIZE) > 0 &&
		    size == CREDENTIAL_SEED_SIZE;
	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(key);
	return done;
}

static void encrypt_cfb(
	const uint8_t key[AES_KEY_SIZE], struct bytes plain, uint8_t *out)
{
	static const uint8_t zero_iv[AES_KEY_SIZE];
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	int size = 0;
	if (context == NULL ||
		!EVP_EncryptInit_ex(
			context, EVP_aes_128_cfb128(), NULL, key, zero_iv) ||
		!EVP_EncryptUpdate(
			context, out, &size, plain.data, (int)plain.size) ||
		(size_t)size != plain.size)
		abort();
	EVP_CIPHER_CTX_free(context);
}

/* Part 1, clause 24: encrypted identity, and before it the HMAC over it and the
 * AK's name. */
static void protect(const struct digest *seed, const struct tpm_name *ak,
	const uint8_t secret[SHA256_SIZE], uint8_t blob[CREDENTIAL_BLOB_SIZE])
{
	uint8_t identity[IDENTITY_SIZE];
	uint8_t sealed[IDENTITY_SIZE + TPM_NAME_SIZE];
	struct writer plain = writer_of(identity, sizeof(identity));
	struct writer out = writer_of(blob, CREDENTIAL_BLOB_SIZE);
	struct digest key =
		kdf_a(seed, "STORAGE", tpm_name_bytes(ak), AES_KEY_SIZE * 8);
	struct digest mac;
	write_u16(&plain, SHA256_SIZE);
	write_bytes(&plain, bytes_of(secret, SHA256_SIZE));
	encrypt_cfb(key.byte, written(&plain), sealed);
	memcpy(sealed + IDENTITY_SIZE, ak->byte, TPM_NAME_SIZE);
	wipe(identity, sizeof(identity));
	key = kdf_a(seed, "INTEGRITY", bytes_of(NULL, 0), SHA256_SIZE * 8);
	mac = hmac_sha256(bytes_of(key.byte, SHA256_SIZE),
		bytes_of(sealed, sizeof(sealed)));
	wipe(&key, sizeof(key));
	write_u16(&out, SHA256_SIZE);
	write_bytes(&out, bytes_of(mac.byte, SHA256_SIZE));
	write_bytes(&out, bytes_of(sealed, IDENTITY_SIZE));
}

refusal credential_make(struct bytes ek, const struct tpm_name *ak,
	const uint8_t secret[SHA256_SIZE], struct credential *out)
{
	uint8_t modulus[EK_MODULUS_SIZE];
	struct digest seed;
	refusal why = ek_decode(ek, modulus);
	memset(out, 0, sizeof(*out));
	if (why != NULL)
		return why;
	random_bytes(seed.byte, SHA256_SIZE);
	protect(&seed, ak, secret, out->blob);
	if (!encrypt_seed(modulus, &seed, out->seed))
		why = "the endorsement key cannot be encrypted to";
	wipe(&seed, sizeof(seed));
	return why;
}
