/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/formats/hpke.h"

enum {
	MODE_BASE = 0,
	KEM_CONTEXT_SIZE = 2 * P256_POINT_SIZE,
	KEY_SCHEDULE_CONTEXT_SIZE = 1 + 2 * SHA256_SIZE,
	/* Size, version, longest suite, longest label, longest context. */
	LABELED_INFO_MOST = 2 + 7 + 10 + 13 + KEM_CONTEXT_SIZE,
};

static const char version[] = "HPKE-v1";

/* 7: DHKEM(P-256, HKDF-SHA256); then HKDF-SHA256, ChaCha20Poly1305 too. */
static const uint8_t kem_octets[] = { 'K', 'E', 'M', 0x00, 0x10 };
static const uint8_t hpke_octets[] = { 'H', 'P', 'K', 'E', 0x00, 0x10, 0x00,
	0x01, 0x00, 0x03 };
static const struct bytes kem_suite = { kem_octets, sizeof(kem_octets) };
static const struct bytes hpke_suite = { hpke_octets, sizeof(hpke_octets) };
static const struct bytes nothing = { 0 };

/* Secret: wiped after use. */
struct context {
	uint8_t key[AEAD_KEY_SIZE];
	uint8_t base_nonce[AEAD_NONCE_SIZE];
};

static struct bytes octets(const struct digest *digest)
{
	return bytes_of(digest->byte, SHA256_SIZE);
}

/* 4 */
static struct digest labeled_extract(struct bytes suite, struct bytes salt,
	const char *label, struct bytes ikm)
{
	const struct bytes part[] = { bytes_of_text(version), suite,
		bytes_of_text(label), ikm };
	return hmac_sha256_parts(salt, part, 4);
}

/* 4 */
static void labeled_expand(struct bytes suite, const struct digest *prk,
	const char *label, struct bytes info, void *out, uint16_t size)
{
	uint8_t buffer[LABELED_INFO_MOST];
	struct writer writer = writer_of(buffer, sizeof(buffer));
	write_u16(&writer, size);
	write_text(&writer, version);
	write_bytes(&writer, suite);
	write_text(&writer, label);
	write_bytes(&writer, info);
	hkdf_expand(prk, written(&writer), out, size);
}

/* 4.1, ExtractAndExpand: the KEM's shared secret. */
static struct digest extract_and_expand(
	const uint8_t shared_x[P256_SIZE], struct bytes kem_context)
{
	struct digest prk = labeled_extract(
		kem_suite, nothing, "eae_prk", bytes_of(shared_x, P256_SIZE));
	struct digest secret;
	labeled_expand(kem_suite, &prk, "shared_secret", kem_context,
		secret.byte, SHA256_SIZE);
	wipe(&prk, sizeof(prk));
	return secret;
}

/* 5.1, KeySchedule without a pre-shared key. */
static struct context key_schedule(
	const struct digest *shared_secret, struct bytes info)
{
	struct digest psk_id_hash =
		labeled_extract(hpke_suite, nothing, "psk_id_hash", nothing);
	struct digest info_hash =
		labeled_extract(hpke_suite, nothing, "info_hash", info);
	struct digest secret = labeled_extract(
		hpke_suite, octets(shared_secret), "secret", nothing);
	uint8_t buffer[KEY_SCHEDULE_CONTEXT_SIZE];
	struct writer writer = writer_of(buffer, sizeof(buffer));
	struct context context;
	write_u8(&writer, MODE_BASE);
	write_bytes(&writer, octets(&psk_id_hash));
	write_bytes(&writer, octets(&info_hash));
	labeled_expand(hpke_suite, &secret, "key", written(&writer),
		context.key, sizeof(context.key));
	labeled_expand(hpke_suite, &secret, "base_nonce", written(&writer),
		context.base_nonce, sizeof(context.base_nonce));
	wipe(&secret, sizeof(secret));
	return context;
}

static struct context context_of(const struct p256_public *recipient,
	const struct p256_public *enc, const uint8_t shared_x[P256_SIZE],
	struct bytes info)
{
	uint8_t kem_context[KEM_CONTEXT_SIZE];
	struct digest shared_secret;
	struct context context;
	p256_to_point(enc, kem_context);
	p256_to_point(recipient, kem_context + P256_POINT_SIZE);
	shared_secret = extract_and_expand(
		shared_x, bytes_of(kem_context, sizeof(kem_context)));
	context = key_schedule(&shared_secret, info);
	wipe(&shared_secret, sizeof(shared_secret));
	return context;
}

void hpke_seal(const struct p256_public *recipient, struct bytes info,
	struct bytes aad, struct bytes plain, struct p256_public *enc,
	uint8_t *sealed)
{
	struct p256_private *ephemeral = p256_generate();
	uint8_t shared_x[P256_SIZE];
	struct context context;
	*enc = p256_public_of(ephemeral);
	p256_ecdh(ephemeral, recipient, shared_x);
	p256_free(ephemeral);
	context = context_of(recipient, enc, shared_x, info);
	wipe(shared_x, sizeof(shared_x));
	chacha20poly1305_seal(
		context.key, context.base_nonce, aad, plain, sealed);
	wipe(&context, sizeof(context));
}

refusal hpke_open_shared(const struct p256_public *recipient,
	const struct p256_public *enc, const uint8_t shared_x[P256_SIZE],
	struct bytes info, struct bytes aad, struct bytes sealed,
	uint8_t *plain)
{
	struct context context = context_of(recipient, enc, shared_x, info);
	bool opened = chacha20poly1305_open(
		context.key, context.base_nonce, aad, sealed, plain);
	wipe(&context, sizeof(context));
	return opened ? NULL : "it is not sealed to this key";
}
