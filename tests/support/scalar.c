/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/scalar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct p256_private *scalar_key(unsigned scalar)
{
	uint8_t bytes[P256_SIZE] = { 0 };
	struct writer out = writer_of(bytes + P256_SIZE - 4, 4);
	struct p256_private *key;
	write_u32(&out, scalar);
	assert_null(p256_from_scalar(bytes, &key));
	return key;
}

struct p256_public scalar_public(unsigned scalar)
{
	struct p256_private *key = scalar_key(scalar);
	const struct p256_public public = p256_public_of(key);
	p256_free(key);
	return public;
}
