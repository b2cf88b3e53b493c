/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/keys/token_point.h"

enum { OCTET_STRING = 0x04 };

refusal token_point(
	struct bytes parameters, struct bytes point, struct p256_public *out)
{
	/* 1.2.840.10045.3.1.7 */
	static const uint8_t p256[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
		0x3d, 0x03, 0x01, 0x07 };
	struct cursor cursor = cursor_of(point);
	if (!bytes_equal(parameters, bytes_of(p256, sizeof(p256))))
		return TOKEN_OTHER_KEY;
	if (point.size == P256_POINT_SIZE)
		return p256_from_point(point, out);
	const uint8_t tag = cursor_u8(&cursor), size = cursor_u8(&cursor);
	if (tag != OCTET_STRING || size != P256_POINT_SIZE)
		return "the token's public key is not encoded as PKCS #11 has "
		       "it";
	return p256_from_point(cursor.rest, out);
}
