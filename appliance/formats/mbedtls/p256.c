/* SPDX-License-Identifier: Apache-2.0 */
/* The curve of p256.h by mbedTLS. */
#include "appliance/formats/p256.h"

#include "appliance/formats/base64.h"
#include "appliance/formats/claims.h"
#include "appliance/formats/crypto.h"
#include "appliance/formats/must.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/ecdsa.h>
#include <mbedtls/ecp.h>
#include <mbedtls/pk.h>

/*
 * PrivateKeyInfo of RFC 5208 with id-ecPublicKey and prime256v1, up to the
 * private number, and from there to the public point.
 */
static const uint8_t before_number[] = { 0x30, 0x81, 0x87, 0x02, 0x01, 0x00,
	0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
	0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x6d, 0x30,
	0x6b, 0x02, 0x01, 0x01, 0x04, 0x20 };
static const uint8_t before_point[] = { 0xa1, 0x44, 0x03, 0x42, 0x00 };
enum {
	PKCS8_SIZE = sizeof(before_number) + P256_SIZE + sizeof(before_point) +
		     P256_POINT_SIZE,
	PEM_LINE = 64,
};

static const char off_curve[] = "the point is not on the curve P-256";

struct p256_private {
	mbedtls_mpi scalar;
	struct p256_public public;
};

/* Made once; mbedTLS keeps in it what speeds up later calls. */
static mbedtls_ecp_group *curve(void)
{
	static mbedtls_ecp_group group;
	if (group.id == MBEDTLS_ECP_DP_NONE) {
		mbedtls_ecp_group_init(&group);
		must(mbedtls_ecp_group_load(&group, MBEDTLS_ECP_DP_SECP256R1) ==
			0);
	}
	return &group;
}

/* With which mbedTLS hides a secret number while it signs. */
static int randomise(void *context, unsigned char *out, size_t size)
{
	(void)context;
	random_bytes(out, size);
	return 0;
}

static void read_number(mbedtls_mpi *out, const uint8_t in[P256_SIZE])
{
	mbedtls_mpi_init(out);
	must(mbedtls_mpi_read_binary(out, in, P256_SIZE) == 0);
}

static void read_point(mbedtls_ecp_point *out, const struct p256_public *key)
{
	uint8_t octet[P256_POINT_SIZE];
	p256_to_point(key, octet);
	mbedtls_ecp_point_init(out);
	must(mbedtls_ecp_point_read_binary(
		     curve(), out, octet, sizeof(octet)) == 0);
}

static struct p256_public public_of_point(const mbedtls_ecp_point *point)
{
	struct p256_public public = { 0 };
	must(mbedtls_mpi_write_binary(&point->X, public.x, P256_SIZE) == 0 &&
		mbedtls_mpi_write_binary(&point->Y, public.y, P256_SIZE) == 0);
	return public;
}

/* Coordinates below the prime, that fulfil the curve's equation. */
static bool is_on_curve(const struct p256_public *key)
{
	mbedtls_ecp_point point;
	int error;
	read_point(&point, key);
	error = mbedtls_ecp_check_pubkey(curve(), &point);
	mbedtls_ecp_point_free(&point);
	must(error == 0 || error == MBEDTLS_ERR_ECP_INVALID_KEY);
	return error == 0;
}

refusal p256_from_point(struct bytes octets, struct p256_public *out)
{
	struct p256_public key;
	if (octets.size != P256_POINT_SIZE ||
		octets.data[0] != P256_UNCOMPRESSED)
		return "not an uncompressed point of P-256";
	memcpy(key.x, octets.data + 1, P256_SIZE);
	memcpy(key.y, octets.data + 1 + P256_SIZE, P256_SIZE);
	if (!is_on_curve(&key))
		return off_curve;
	*out = key;
	return NULL;
}

/*
 * y = (x^3 - 3x + b)^((p + 1) / 4), for p is 3 modulo 4: of whatever has a
 * root that is one, and of all else no point comes out.
 */
static void solve(const mbedtls_mpi *x, mbedtls_mpi *y)
{
	const mbedtls_ecp_group *group = curve();
	mbedtls_mpi power;
	mbedtls_mpi_init(&power);
	must(mbedtls_mpi_mul_mpi(y, x, x) == 0 &&
		mbedtls_mpi_sub_int(y, y, 3) == 0 &&
		mbedtls_mpi_mul_mpi(y, y, x) == 0 &&
		mbedtls_mpi_add_mpi(y, y, &group->B) == 0 &&
		mbedtls_mpi_mod_mpi(y, y, &group->P) == 0 &&
		mbedtls_mpi_add_int(&power, &group->P, 1) == 0 &&
		mbedtls_mpi_shift_r(&power, 2) == 0 &&
		mbedtls_mpi_exp_mod(y, y, &power, &group->P, NULL) == 0);
	mbedtls_mpi_free(&power);
}

refusal p256_from_compressed(struct bytes octets, struct p256_public *out)
{
	struct p256_public key;
	mbedtls_mpi x, y;
	if (octets.size != P256_COMPRESSED_SIZE ||
		(octets.data[0] != P256_EVEN && octets.data[0] != P256_ODD))
		return "not a compressed point of P-256";
	read_number(&x, octets.data + 1);
	mbedtls_mpi_init(&y);
	solve(&x, &y);
	if (mbedtls_mpi_get_bit(&y, 0) != (octets.data[0] & 1))
		must(mbedtls_mpi_sub_mpi(&y, &curve()->P, &y) == 0);
	memcpy(key.x, octets.data + 1, P256_SIZE);
	must(mbedtls_mpi_write_binary(&y, key.y, P256_SIZE) == 0);
	mbedtls_mpi_free(&x);
	mbedtls_mpi_free(&y);
	if (!is_on_curve(&key))
		return off_curve;
	*out = key;
	return NULL;
}

static bool holds(const struct claim *claim)
{
	mbedtls_ecp_point point;
	mbedtls_mpi r, s;
	int error;
	read_point(&point, &claim->key);
	read_number(&r, claim->signature.r);
	read_number(&s, claim->signature.s);
	error = mbedtls_ecdsa_verify(
		curve(), claim->digest.byte, SHA256_SIZE, &point, &r, &s);
	mbedtls_ecp_point_free(&point);
	mbedtls_mpi_free(&r);
	mbedtls_mpi_free(&s);
	must(error == 0 || error == MBEDTLS_ERR_ECP_VERIFY_FAILED);
	return error == 0;
}

/* Checks ask of one signature more than once. */
bool p256_verify(const struct p256_public *public, const struct digest *digest,
	const struct p256_signature *signature)
{
	const struct claim claim = { *public, *digest, *signature };
	if (claims_tell(&claim))
		return false;
	if (claims_have(&claim))
		return true;
	const bool worked = holds(&claim);
	if (worked)
		claims_add(&claim);
	return worked;
}

/*
 * `scalar` times the point; the generator where `by` is NULL. What hides the
 * scalar meanwhile comes of itself (HMAC_DRBG): random_bytes() gives what is
 * seen outside, in the same order as with libcrypto.
 */
static struct p256_public times(
	const mbedtls_mpi *scalar, const struct p256_public *by)
{
	struct p256_public product;
	mbedtls_ecp_point factor, result;
	mbedtls_ecp_point_init(&factor);
	mbedtls_ecp_point_init(&result);
	if (by != NULL)
		read_point(&factor, by);
	else
		must(mbedtls_ecp_copy(&factor, &curve()->G) == 0);
	must(mbedtls_ecp_mul(curve(), &result, scalar, &factor, NULL, NULL) ==
		0);
	product = public_of_point(&result);
	mbedtls_ecp_point_free(&factor);
	mbedtls_ecp_point_free(&result);
	return product;
}

refusal p256_from_scalar(
	const uint8_t scalar[P256_SIZE], struct p256_private **out)
{
	struct p256_private *private = calloc(1, sizeof(*private));
	must(private != NULL);
	*out = NULL;
	read_number(&private->scalar, scalar);
	if (mbedtls_ecp_check_privkey(curve(), &private->scalar) != 0) {
		p256_free(private);
		return "not a private key of P-256";
	}
	private->public = times(&private->scalar, NULL);
	*out = private;
	return NULL;
}

void p256_free(struct p256_private *private)
{
	if (private == NULL)
		return;
	mbedtls_mpi_free(&private->scalar); /* which wipes it */
	free(private);
}

struct p256_public p256_public_of(const struct p256_private *private)
{
	return private->public;
}

struct p256_signature p256_sign(
	const struct p256_private *private, const struct digest *digest)
{
	struct p256_signature signature = { 0 };
	mbedtls_mpi r, s;
	mbedtls_mpi_init(&r);
	mbedtls_mpi_init(&s);
	must(mbedtls_ecdsa_sign(curve(), &r, &s, &private->scalar, digest->byte,
		     SHA256_SIZE, randomise, NULL) == 0 &&
		mbedtls_mpi_write_binary(&r, signature.r, P256_SIZE) == 0 &&
		mbedtls_mpi_write_binary(&s, signature.s, P256_SIZE) == 0);
	mbedtls_mpi_free(&r);
	mbedtls_mpi_free(&s);
	return signature;
}

void p256_ecdh(const struct p256_private *private,
	const struct p256_public *peer, uint8_t shared_x[P256_SIZE])
{
	struct p256_public shared = times(&private->scalar, peer);
	memcpy(shared_x, shared.x, P256_SIZE);
	wipe(&shared, sizeof(shared));
}

/* --- files of private keys --- */

/* The public key is computed anew: what the file says of it is not used. */
static refusal take_scalar(
	const mbedtls_pk_context *key, struct p256_private **out)
{
	const mbedtls_ecp_keypair *pair;
	uint8_t scalar[P256_SIZE];
	refusal refused = "not a private key of P-256";
	if (!mbedtls_pk_can_do(key, MBEDTLS_PK_ECKEY))
		return refused;
	pair = mbedtls_pk_ec(*key);
	if (pair->grp.id == MBEDTLS_ECP_DP_SECP256R1 &&
		mbedtls_mpi_write_binary(&pair->d, scalar, sizeof(scalar)) == 0)
		refused = p256_from_scalar(scalar, out);
	wipe(scalar, sizeof(scalar));
	return refused;
}

refusal p256_from_pem(struct bytes pem, struct p256_private **out)
{
	refusal refused = "no unencrypted private key in PEM";
	mbedtls_pk_context key;
	uint8_t *text;
	*out = NULL;
	if (pem.size == 0)
		return refused;
	/* mbedTLS wants a NUL behind it. */
	text = calloc(1, pem.size + 1);
	must(text != NULL);
	memcpy(text, pem.data, pem.size);
	mbedtls_pk_init(&key);
	if (mbedtls_pk_parse_key(&key, text, pem.size + 1, NULL, 0) == 0)
		refused = take_scalar(&key, out);
	mbedtls_pk_free(&key);
	wipe(text, pem.size);
	free(text);
	return refused;
}

static void write_pkcs8(struct writer *der, const struct p256_private *private)
{
	uint8_t scalar[P256_SIZE], point[P256_POINT_SIZE];
	must(mbedtls_mpi_write_binary(
		     &private->scalar, scalar, sizeof(scalar)) == 0);
	p256_to_point(&private->public, point);
	write_bytes(der, bytes_of(before_number, sizeof(before_number)));
	write_bytes(der, bytes_of(scalar, sizeof(scalar)));
	write_bytes(der, bytes_of(before_point, sizeof(before_point)));
	write_bytes(der, bytes_of(point, sizeof(point)));
	wipe(scalar, sizeof(scalar));
}

void write_p256_pem(struct writer *writer, const struct p256_private *private)
{
	uint8_t binary[PKCS8_SIZE], base64[P256_PEM_MOST];
	struct writer der = writer_of(binary, sizeof(binary));
	struct writer text = writer_of(base64, sizeof(base64));
	write_pkcs8(&der, private);
	write_base64(&text, BASE64_PADDED, written(&der));
	must(!der.broken && !text.broken);
	write_text(writer, "-----BEGIN PRIVATE KEY-----\n");
	for (size_t at = 0; at < text.size; at += PEM_LINE) {
		const size_t left = text.size - at;
		write_bytes(writer, bytes_of(base64 + at,
					    left < PEM_LINE ? left : PEM_LINE));
		write_u8(writer, '\n');
	}
	write_text(writer, "-----END PRIVATE KEY-----\n");
	wipe(binary, sizeof(binary));
	wipe(base64, sizeof(base64));
}
