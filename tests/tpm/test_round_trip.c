/* SPDX-License-Identifier: Apache-2.0 */
/* Everything in this room that is both written and read. */
#include "tests/support/round_trip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tpm/policy/attest.h"
#include "tpm/policy/credential.h"

enum { ROUNDS = 60 };

static void write_area(struct writer *out, const struct tpm_public *area)
{
	write_bytes(out, tpm_public_bytes(area));
}

/*
 * Keys of every template
 */

struct key {
	enum key_template template;
	struct digest policy;
	struct p256_public point;
};

static bool has_policy(enum key_template template)
{
	return template == KEY_BK || template == KEY_RK;
}

static void make_key(struct sample_random *random, unsigned round, void *value)
{
	struct key *key = value;
	key->template = (enum key_template)(round % (KEY_APPROVER + 1));
	key->point = random_key(random);
	if (has_policy(key->template))
		random_fill(random, key->policy.byte, SHA256_SIZE);
}

static void encode_key(struct writer *out, const void *value)
{
	const struct key *key = value;
	const struct tpm_public area =
		key_encode(key->template, &key->policy, &key->point);
	write_area(out, &area);
}

/* No area is a key of two templates. */
static refusal decode_key(struct bytes in, void *value)
{
	struct key *key = value;
	refusal refused = "of no template";
	struct key one;
	for (unsigned i = 0; i <= KEY_APPROVER; i++) {
		memset(&one, 0, sizeof(one));
		one.template = (enum key_template)i;
		if (key_decode(one.template, in, &one.policy, &one.point))
			continue;
		assert_non_null(refused);
		refused = NULL;
		*key = one;
	}
	return refused;
}

static void make_modulus(
	struct sample_random *random, unsigned round, void *value)
{
	uint8_t *modulus = value;
	(void)round;
	random_fill(random, modulus, EK_MODULUS_SIZE);
	modulus[0] |= 0x80;
}

static void encode_ek(struct writer *out, const void *value)
{
	const struct tpm_public area = ek_encode(value);
	write_area(out, &area);
}

static refusal decode_ek(struct bytes in, void *value)
{
	return ek_decode(in, value);
}

/*
 * Sealed objects, under one policy
 */

static const struct digest policy = { { 1, 2, 3 } };

static void make_digest(
	struct sample_random *random, unsigned round, void *value)
{
	(void)round;
	random_fill(random, value, SHA256_SIZE);
}

static void encode_sealed(struct writer *out, const void *value)
{
	const struct tpm_public area = sealed_encode(&policy, value);
	write_area(out, &area);
}

static refusal decode_sealed(struct bytes in, void *value)
{
	return sealed_decode(in, &policy, value);
}

/*
 * Signatures and credentials
 */

static void make_signature(
	struct sample_random *random, unsigned round, void *value)
{
	(void)round;
	random_fill(random, value, sizeof(struct p256_signature));
}

static void encode_signature(struct writer *out, const void *value)
{
	uint8_t bytes[TPM_SIGNATURE_SIZE];
	tpm_signature_encode(value, bytes);
	write_bytes(out, bytes_of(bytes, sizeof(bytes)));
}

static refusal decode_signature(struct bytes in, void *value)
{
	return tpm_signature_decode(in, value);
}

static void make_credential(
	struct sample_random *random, unsigned round, void *value)
{
	struct credential *credential = value;
	(void)round;
	/* A TPMS_ID_OBJECT starts with the length of its MAC. */
	random_fill(random, credential, sizeof(*credential));
	memcpy(credential->blob, (const uint8_t[]){ 0, SHA256_SIZE }, 2);
}

static void encode_credential(struct writer *out, const void *value)
{
	uint8_t file[CREDENTIAL_FILE_SIZE];
	credential_encode(value, file);
	write_bytes(out, bytes_of(file, sizeof(file)));
}

static refusal decode_credential(struct bytes in, void *value)
{
	return credential_decode(in, value);
}

static const struct round_trip trips[] = {
	{ "key", sizeof(struct key), WHOLE, make_key, encode_key, decode_key,
		NULL, NULL },
	{ "endorsement key", EK_MODULUS_SIZE, WHOLE, make_modulus, encode_ek,
		decode_ek, NULL, NULL },
	{ "sealed object", sizeof(struct digest), WHOLE, make_digest,
		encode_sealed, decode_sealed, NULL, NULL },
	{ "TPM signature", sizeof(struct p256_signature), WHOLE, make_signature,
		encode_signature, decode_signature, NULL, NULL },
	{ "credential", sizeof(struct credential), WHOLE, make_credential,
		encode_credential, decode_credential, NULL, NULL },
};

static void everything_comes_back(void **state)
{
	(void)state;
	round_trip(trips, sizeof(trips) / sizeof(trips[0]), ROUNDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_comes_back),
	};
	return cmocka_run_group_tests_name("round trip", tests, NULL, NULL);
}
