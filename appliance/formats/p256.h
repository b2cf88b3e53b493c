/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NIST P-256: keys in every encoding that we meet, ECDSA over SHA-256, ECDH.
 * What cannot fail but for want of memory aborts the process then.
 *
 * As crypto.h, by libcrypto (openssl/) or by mbedTLS (mbedtls/), none of whose
 * types show here.
 */
#ifndef SANDOQ_FORMATS_P256_H
#define SANDOQ_FORMATS_P256_H

#include "appliance/formats/bytes.h"

enum {
	P256_SIZE = 32,
	P256_POINT_SIZE = 65,
	P256_COMPRESSED_SIZE = 33,
	P256_SPKI_SIZE = 91,
	P256_DER_MOST = 72,
	P256_PEM_MOST = 512,
};

/* Of SEC 1, 2.3.3: the first byte of a point. */
enum { P256_EVEN = 2, P256_ODD = 3, P256_UNCOMPRESSED = 4 };

/* Affine coordinates, each padded to 32 bytes, of a point on the curve. */
struct p256_public {
	uint8_t x[P256_SIZE];
	uint8_t y[P256_SIZE];
};

/* SEC 1, 2.3.4; SubjectPublicKeyInfo as RFC 5480 has it, DER only. */
refusal p256_from_point(struct bytes point, struct p256_public *out);
refusal p256_from_compressed(struct bytes point, struct p256_public *out);
refusal p256_from_spki(struct bytes spki, struct p256_public *out);
/* Coordinates as a TPM gives them, leading zeros left out or not. */
refusal p256_from_coordinates(
	struct bytes x, struct bytes y, struct p256_public *out);
void p256_to_point(const struct p256_public *, uint8_t out[P256_POINT_SIZE]);
void p256_to_compressed(
	const struct p256_public *, uint8_t out[P256_COMPRESSED_SIZE]);
void p256_to_spki(const struct p256_public *, uint8_t out[P256_SPKI_SIZE]);
bool p256_equal(const struct p256_public *a, const struct p256_public *b);
/* Of coordinates that came from elsewhere: is it a point on the curve? */
refusal p256_check(const struct p256_public *);

/* r and s, each padded to 32 bytes, as a TPM gives them. */
struct p256_signature {
	uint8_t r[P256_SIZE];
	uint8_t s[P256_SIZE];
};

/* Ecdsa-Sig-Value of RFC 3279, the one DER encoding of it only. */
refusal p256_signature_from_der(struct bytes der, struct p256_signature *out);
/* At most P256_DER_MOST bytes. */
void write_p256_signature(struct writer *, const struct p256_signature *);
bool p256_verify(const struct p256_public *, const struct digest *,
	const struct p256_signature *);

/* Owned by who made it; p256_free wipes it and takes NULL too. */
struct p256_private;
struct p256_private *p256_generate(void);
refusal p256_from_scalar(
	const uint8_t scalar[P256_SIZE], struct p256_private **out);
/* The first private key in it, PKCS#8 or SEC 1, unencrypted. */
refusal p256_from_pem(struct bytes pem, struct p256_private **out);
/* PKCS#8, at most P256_PEM_MOST bytes. */
void write_p256_pem(struct writer *, const struct p256_private *);
void p256_free(struct p256_private *);

struct p256_public p256_public_of(const struct p256_private *);
struct p256_signature p256_sign(
	const struct p256_private *, const struct digest *);
/* As crypto_rehearse does: reads a point and verifies a signature. */
void p256_rehearse(void);
/* The x coordinate of the shared point. */
void p256_ecdh(const struct p256_private *, const struct p256_public *,
	uint8_t shared_x[P256_SIZE]);

#endif
