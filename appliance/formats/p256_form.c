/* SPDX-License-Identifier: Apache-2.0 */
/* How points and signatures are written, which needs no curve. */
#include "appliance/formats/p256.h"

#include <string.h>

/*
 * SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING } up to the
 * uncompressed point.
 */
static const uint8_t spki_prefix[P256_SPKI_SIZE - P256_POINT_SIZE] = { 0x30,
	0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
	0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42,
	0x00 };

void p256_to_point(const struct p256_public *key, uint8_t out[P256_POINT_SIZE])
{
	out[0] = P256_UNCOMPRESSED;
	memcpy(out + 1, key->x, P256_SIZE);
	memcpy(out + 1 + P256_SIZE, key->y, P256_SIZE);
}

void p256_to_compressed(
	const struct p256_public *key, uint8_t out[P256_COMPRESSED_SIZE])
{
	out[0] = key->y[P256_SIZE - 1] & 1 ? P256_ODD : P256_EVEN;
	memcpy(out + 1, key->x, P256_SIZE);
}

void p256_to_spki(const struct p256_public *key, uint8_t out[P256_SPKI_SIZE])
{
	memcpy(out, spki_prefix, sizeof(spki_prefix));
	p256_to_point(key, out + sizeof(spki_prefix));
}

bool p256_equal(const struct p256_public *a, const struct p256_public *b)
{
	return memcmp(a->x, b->x, P256_SIZE) == 0 &&
	       memcmp(a->y, b->y, P256_SIZE) == 0;
}

static void pad(struct bytes number, uint8_t out[P256_SIZE])
{
	memset(out, 0, P256_SIZE);
	memcpy(out + P256_SIZE - number.size, number.data, number.size);
}

/* INTEGER, positive, shortest, of at most 256 bits. */
static bool decode_integer(struct cursor *der, uint8_t out[P256_SIZE])
{
	uint8_t type = cursor_u8(der);
	struct bytes value = cursor_take(der, cursor_u8(der));
	if (type != 0x02 || value.size == 0 || value.data[0] >= 0x80)
		return false;
	if (value.data[0] == 0) {
		if (value.size == 1 || value.data[1] < 0x80)
			return false;
		value.data++;
		value.size--;
	}
	if (value.size > P256_SIZE)
		return false;
	pad(value, out);
	return true;
}

refusal p256_signature_from_der(struct bytes der, struct p256_signature *out)
{
	struct cursor cursor = cursor_of(der);
	uint8_t type = cursor_u8(&cursor);
	uint8_t size = cursor_u8(&cursor);
	if (type != 0x30 || size != cursor.rest.size ||
		!decode_integer(&cursor, out->r) ||
		!decode_integer(&cursor, out->s) || !cursor_done(&cursor))
		return "not an ECDSA P-256 signature in DER";
	return NULL;
}

static void write_integer(struct writer *writer, const uint8_t in[P256_SIZE])
{
	struct bytes value = bytes_of(in, P256_SIZE);
	bool high;
	while (value.size > 1 && value.data[0] == 0) {
		value.data++;
		value.size--;
	}
	high = value.data[0] >= 0x80;
	write_u8(writer, 0x02);
	write_u8(writer, (uint8_t)(value.size + high));
	if (high)
		write_u8(writer, 0);
	write_bytes(writer, value);
}

void write_p256_signature(
	struct writer *writer, const struct p256_signature *signature)
{
	uint8_t integers[P256_DER_MOST - 2];
	struct writer inner = writer_of(integers, sizeof(integers));
	write_integer(&inner, signature->r);
	write_integer(&inner, signature->s);
	write_u8(writer, 0x30);
	write_u8(writer, (uint8_t)inner.size);
	write_bytes(writer, written(&inner));
}
