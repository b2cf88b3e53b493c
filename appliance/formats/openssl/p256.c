/* SPDX-License-Identifier: Apache-2.0 */
/* The curve of p256.h by libcrypto. */
#include "appliance/formats/p256.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include "appliance/formats/crypto.h"
#include "appliance/formats/must.h"

static const char group_name[] = "P-256";

struct p256_private {
	EVP_PKEY *key;
	struct p256_public public;
};

/* Made once: it takes longer than all that is done with it for one key. */
static const EC_GROUP *curve(void)
{
	static EC_GROUP *group;
	if (group == NULL)
		group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	must(group);
	return group;
}

static void public_of_point(
	const EC_GROUP *group, const EC_POINT *point, struct p256_public *out)
{
	uint8_t octet[P256_POINT_SIZE];
	must(EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED,
		     octet, sizeof(octet), NULL) == sizeof(octet));
	memcpy(out->x, octet + 1, P256_SIZE);
	memcpy(out->y, octet + 1 + P256_SIZE, P256_SIZE);
}

/*
 * Whether libcrypto has refused the point, and not failed itself: then its
 * curves alone have complained, and of nothing that could be elsewhere too.
 */
static bool point_was_refused(void)
{
	unsigned long error;
	bool refused = ERR_peek_error() != 0;
	while ((error = ERR_get_error()) != 0)
		refused = refused && ERR_GET_LIB(error) == ERR_LIB_EC &&
			  !ERR_COMMON_ERROR(error);
	return refused;
}

/* NULL unless it lies on the curve, which libcrypto checks. */
static EC_POINT *decode_point(const EC_GROUP *group, struct bytes octets)
{
	EC_POINT *point = EC_POINT_new(group);
	bool valid;
	must(point);
	ERR_clear_error();
	valid = EC_POINT_oct2point(
			group, point, octets.data, octets.size, NULL) == 1;
	must(valid || point_was_refused());
	if (valid)
		return point;
	EC_POINT_free(point);
	return NULL;
}

static const char off_curve[] = "the point is not on the curve P-256";

/* Coordinates are as they stand there: no others mean the same point. */
refusal p256_from_point(struct bytes octets, struct p256_public *out)
{
	EC_POINT *point;
	if (octets.size != P256_POINT_SIZE ||
		octets.data[0] != P256_UNCOMPRESSED)
		return "not an uncompressed point of P-256";
	point = decode_point(curve(), octets);
	if (point == NULL)
		return off_curve;
	EC_POINT_free(point);
	memcpy(out->x, octets.data + 1, P256_SIZE);
	memcpy(out->y, octets.data + 1 + P256_SIZE, P256_SIZE);
	return NULL;
}

refusal p256_from_compressed(struct bytes octets, struct p256_public *out)
{
	EC_POINT *point;
	if (octets.size != P256_COMPRESSED_SIZE ||
		(octets.data[0] != P256_EVEN && octets.data[0] != P256_ODD))
		return "not a compressed point of P-256";
	point = decode_point(curve(), octets);
	if (point == NULL)
		return off_curve;
	public_of_point(curve(), point, out);
	EC_POINT_free(point);
	return NULL;
}

/* A key without a point: to copy it is quicker than to name the curve. */
static EVP_PKEY *blank_key(void)
{
	static EVP_PKEY *blank;
	if (blank == NULL) {
		EVP_PKEY_CTX *context =
			EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
		must(context && EVP_PKEY_paramgen_init(context) == 1 &&
			EVP_PKEY_CTX_set_group_name(context, group_name) == 1 &&
			EVP_PKEY_paramgen(context, &blank) == 1);
		EVP_PKEY_CTX_free(context);
	}
	return blank;
}

static EVP_PKEY *public_key(const struct p256_public *public)
{
	uint8_t point[P256_POINT_SIZE];
	EVP_PKEY *key = EVP_PKEY_dup(blank_key());
	p256_to_point(public, point);
	must(key && EVP_PKEY_set1_encoded_public_key(
			    key, point, sizeof(point)) == 1);
	return key;
}

static EVP_PKEY *private_key(
	const struct p256_public *public, const BIGNUM *scalar)
{
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	uint8_t point[P256_POINT_SIZE];
	OSSL_PARAM *parameters;
	EVP_PKEY *key = NULL;
	p256_to_point(public, point);
	must(builder && context != NULL &&
		OSSL_PARAM_BLD_push_utf8_string(builder,
			OSSL_PKEY_PARAM_GROUP_NAME, group_name, 0) == 1 &&
		OSSL_PARAM_BLD_push_octet_string(builder,
			OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)) == 1 &&
		OSSL_PARAM_BLD_push_BN(
			builder, OSSL_PKEY_PARAM_PRIV_KEY, scalar) == 1);
	parameters = OSSL_PARAM_BLD_to_param(builder);
	must(parameters && EVP_PKEY_fromdata_init(context) == 1 &&
		EVP_PKEY_fromdata(
			context, &key, EVP_PKEY_KEYPAIR, parameters) == 1);
	OSSL_PARAM_free(parameters);
	OSSL_PARAM_BLD_free(builder);
	EVP_PKEY_CTX_free(context);
	return key;
}

bool p256_verify(const struct p256_public *public, const struct digest *digest,
	const struct p256_signature *signature)
{
	EVP_PKEY *key = public_key(public);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	uint8_t der[P256_DER_MOST];
	struct writer writer = writer_of(der, sizeof(der));
	int verdict;
	write_p256_signature(&writer, signature);
	must(context && EVP_PKEY_verify_init(context) == 1);
	verdict = EVP_PKEY_verify(
		context, der, writer.size, digest->byte, SHA256_SIZE);
	must(verdict >= 0);
	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(key);
	return verdict == 1;
}

/* `scalar` must be between 1 and the order of the curve less 1. */
static struct p256_private *private_of(
	const EC_GROUP *group, const BIGNUM *scalar)
{
	struct p256_private *private = calloc(1, sizeof(*private));
	EC_POINT *point = EC_POINT_new(group);
	must(private && point != NULL &&
		EC_POINT_mul(group, point, scalar, NULL, NULL, NULL) == 1);
	public_of_point(group, point, &private->public);
	EC_POINT_free(point);
	private->key = private_key(&private->public, scalar);
	return private;
}

refusal p256_from_scalar(
	const uint8_t scalar[P256_SIZE], struct p256_private **out)
{
	const EC_GROUP *group = curve();
	BIGNUM *number = BN_bin2bn(scalar, P256_SIZE, NULL);
	bool valid;
	must(number);
	BN_set_flags(number, BN_FLG_CONSTTIME);
	valid = !BN_is_zero(number) &&
		BN_cmp(number, EC_GROUP_get0_order(group)) < 0;
	*out = valid ? private_of(group, number) : NULL;
	BN_clear_free(number);
	return valid ? NULL : "not a private key of P-256";
}

/* Instead of libcrypto's own, which asks the terminal. */
static int no_passphrase(char *buffer, int size, int writing, void *context)
{
	(void)buffer;
	(void)size;
	(void)writing;
	(void)context;
	return -1;
}

/* The public key is computed anew: what the file says of it is not used. */
static refusal take_scalar(const EVP_PKEY *key, struct p256_private **out)
{
	char name[32] = "";
	uint8_t scalar[P256_SIZE];
	BIGNUM *number = NULL;
	refusal refused = "not a private key of P-256";
	if (EVP_PKEY_get_group_name(key, name, sizeof(name), NULL) == 1 &&
		OBJ_sn2nid(name) == NID_X9_62_prime256v1 &&
		EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &number) ==
			1 &&
		BN_bn2binpad(number, scalar, sizeof(scalar)) == P256_SIZE)
		refused = p256_from_scalar(scalar, out);
	BN_clear_free(number);
	wipe(scalar, sizeof(scalar));
	return refused;
}

refusal p256_from_pem(struct bytes pem, struct p256_private **out)
{
	refusal refused = "no unencrypted private key in PEM";
	BIO *bio;
	EVP_PKEY *key;
	*out = NULL;
	if (pem.size == 0 || pem.size > INT_MAX)
		return refused;
	bio = BIO_new_mem_buf(pem.data, (int)pem.size);
	must(bio);
	key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	if (key != NULL)
		refused = take_scalar(key, out);
	EVP_PKEY_free(key);
	BIO_free(bio);
	return refused;
}

void write_p256_pem(struct writer *writer, const struct p256_private *private)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long size;
	must(bio && PEM_write_bio_PKCS8PrivateKey(
			    bio, private->key, NULL, NULL, 0, NULL, NULL) == 1);
	size = BIO_get_mem_data(bio, &text);
	must(size > 0);
	write_bytes(writer, bytes_of(text, (size_t)size));
	BIO_free(bio);
}

void p256_free(struct p256_private *private)
{
	if (private == NULL)
		return;
	EVP_PKEY_free(private->key);
	free(private);
}

struct p256_public p256_public_of(const struct p256_private *private)
{
	return private->public;
}

struct p256_signature p256_sign(
	const struct p256_private *private, const struct digest *digest)
{
	EVP_PKEY_CTX *context =
		EVP_PKEY_CTX_new_from_pkey(NULL, private->key, NULL);
	struct p256_signature signature;
	uint8_t der[P256_DER_MOST];
	size_t size = sizeof(der);
	must(context && EVP_PKEY_sign_init(context) == 1 &&
		EVP_PKEY_sign(context, der, &size, digest->byte, SHA256_SIZE) ==
			1);
	must(!p256_signature_from_der(bytes_of(der, size), &signature));
	EVP_PKEY_CTX_free(context);
	return signature;
}

/*
 * A struct p256_public is a point on the curve, whose cofactor is 1: libcrypto
 * need not validate it, which takes as long as the rest.
 */
void p256_ecdh(const struct p256_private *private,
	const struct p256_public *peer, uint8_t shared_x[P256_SIZE])
{
	EVP_PKEY *other = public_key(peer);
	EVP_PKEY_CTX *context =
		EVP_PKEY_CTX_new_from_pkey(NULL, private->key, NULL);
	size_t size = P256_SIZE;
	must(context && EVP_PKEY_derive_init(context) == 1 &&
		EVP_PKEY_derive_set_peer_ex(context, other, 0) == 1 &&
		EVP_PKEY_derive(context, shared_x, &size) == 1 &&
		size == P256_SIZE);
	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(other);
}
