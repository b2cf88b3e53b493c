/* SPDX-License-Identifier: Apache-2.0 */
/* What crypto.h has that is made of the primitives of either library. */
#include "appliance/formats/crypto.h"

#include <stdlib.h>

void crypto_rehearse(void)
{
	static const uint8_t key[AEAD_KEY_SIZE], nonce[AEAD_NONCE_SIZE];
	const struct bytes plain = bytes_of(key, sizeof(key));
	const struct bytes none = { 0 };
	uint8_t sealed[sizeof(key) + AEAD_TAG_SIZE];
	struct digest digest = hkdf_extract(none, plain);

	hkdf_expand(&digest, plain, digest.byte, sizeof(digest.byte));
	digest = sha256(plain);
	chacha20poly1305_seal(key, nonce, none, plain, sealed);
	if (!chacha20poly1305_open(
		    key, nonce, none, bytes_of(sealed, sizeof(sealed)), sealed))
		abort();
}

struct digest sha256(struct bytes whole)
{
	return sha256_parts(&whole, 1);
}

struct digest sha256_parts(const struct bytes *part, size_t count)
{
	struct sha256 *hash = sha256_begin();
	for (size_t i = 0; i < count; i++)
		sha256_add(hash, part[i]);
	return sha256_end(hash);
}

struct digest hmac_sha256(struct bytes key, struct bytes message)
{
	return hmac_sha256_parts(key, &message, 1);
}

struct digest hkdf_extract(struct bytes salt, struct bytes ikm)
{
	return hmac_sha256(salt, ikm);
}
