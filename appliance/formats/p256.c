/* SPDX-License-Identifier: Apache-2.0 */
/* What p256.h has that is made of the operations of either library. */
#include "appliance/formats/p256.h"

#include "appliance/formats/crypto.h"

#include <stdlib.h>
#include <string.h>

static const char not_spki[] = "not the SubjectPublicKeyInfo of a P-256 key";

refusal p256_from_spki(struct bytes spki, struct p256_public *out)
{
	struct p256_public named;
	uint8_t again[P256_SPKI_SIZE];
	struct bytes point;
	if (spki.size != P256_SPKI_SIZE)
		return not_spki;
	point = bytes_of(
		spki.data + P256_SPKI_SIZE - P256_POINT_SIZE, P256_POINT_SIZE);
	memcpy(named.x, point.data + 1, P256_SIZE);
	memcpy(named.y, point.data + 1 + P256_SIZE, P256_SIZE);
	p256_to_spki(&named, again);
	if (!bytes_equal(spki, bytes_of(again, sizeof(again))))
		return not_spki;
	return p256_from_point(point, out);
}

refusal p256_from_coordinates(
	struct bytes x, struct bytes y, struct p256_public *out)
{
	struct p256_public padded = { 0 };
	uint8_t point[P256_POINT_SIZE];
	if (x.size == 0 || x.size > P256_SIZE || y.size == 0 ||
		y.size > P256_SIZE)
		return "not coordinates of P-256";
	memcpy(padded.x + P256_SIZE - x.size, x.data, x.size);
	memcpy(padded.y + P256_SIZE - y.size, y.data, y.size);
	p256_to_point(&padded, point);
	return p256_from_point(bytes_of(point, sizeof(point)), out);
}

refusal p256_check(const struct p256_public *key)
{
	struct p256_public again;
	return p256_from_coordinates(bytes_of(key->x, P256_SIZE),
		bytes_of(key->y, P256_SIZE), &again);
}

struct p256_private *p256_generate(void)
{
	struct p256_private *private;
	uint8_t scalar[P256_SIZE];
	do {
		random_bytes(scalar, sizeof(scalar));
	} while (p256_from_scalar(scalar, &private) != NULL);
	wipe(scalar, sizeof(scalar));
	return private;
}

void p256_rehearse(void)
{
	static const uint8_t one[P256_SIZE] = { [P256_SIZE - 1] = 1 };
	const struct digest digest = { 0 };
	struct p256_signature signature;
	struct p256_private *private;
	struct p256_public public;
	uint8_t point[P256_POINT_SIZE];
	if (p256_from_scalar(one, &private) != NULL)
		abort();
	public = p256_public_of(private);
	p256_to_point(&public, point);
	memcpy(signature.r, one, sizeof(one));
	memcpy(signature.s, one, sizeof(one));
	if (p256_from_point(bytes_of(point, sizeof(point)), &public) != NULL ||
		p256_verify(&public, &digest, &signature))
		abort();
	p256_free(private);
}
