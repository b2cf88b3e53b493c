/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HPKE with P-256 against RFC 9180, A.5.1; what is sealed opens, and nothing
 * else does.
 */
#include "tests/formats/vector.h"

#include "appliance/formats/hpke.h"

/* RFC 9180, A.5.1: base mode, sequence number 0. */
static const char recipient_digits[] =
	"04a697bffde9405c992883c5c439d6cc358170b51af72812333b015621dc0f40bad9"
	"bb726f68a5c013806a790ec716ab8669f84f6b694596c2987cf35baba2a006";
static const char private_digits[] = "a4d1c55836aa30f9b3fbb6ac98d338c877c2867d"
				     "d3a77396d13f68d3ab150d3b";
static const char enc_digits[] =
	"04c07836a0206e04e31d8ae99bfd549380b072a1b1b82e563c935c095827824fc155"
	"9eac6fb9e3c70cd3193968994e7fe9781aa103f5b50e934b5b2f387e381291";
static const char sealed_digits[] =
	"6469c41c5c81d3aa85432531ecf6460ec945bde1eb428cb2fedf7a29f5a685b4ccb0"
	"d057f03ea2952a27bb458b";
static const char info[] = "Ode on a Grecian Urn";
static const char aad[] = "Count-0";
static const char plain[] = "Beauty is truth, truth beauty";

static struct p256_public public_of(const char *digits)
{
	uint8_t point[P256_POINT_SIZE];
	struct p256_public public;
	assert_refusal(p256_from_point(unhex(digits, point), &public), NULL);
	return public;
}

static struct p256_private *receiver(void)
{
	uint8_t scalar[P256_SIZE];
	struct p256_private *private;
	unhex(private_digits, scalar);
	assert_refusal(p256_from_scalar(scalar, &private), NULL);
	return private;
}

static refusal open_with(struct p256_public enc, const char *with_info,
	const char *with_aad, struct bytes sealed, uint8_t *out)
{
	struct p256_private *private = receiver();
	struct p256_public recipient = p256_public_of(private);
	uint8_t shared_x[P256_SIZE];
	p256_ecdh(private, &enc, shared_x);
	p256_free(private);
	return hpke_open_shared(&recipient, &enc, shared_x,
		bytes_of_text(with_info), bytes_of_text(with_aad), sealed, out);
}

static void opening_of_rfc_9180(void **state)
{
	struct p256_private *private = receiver();
	struct p256_public derived = p256_public_of(private);
	struct p256_public recipient = public_of(recipient_digits);
	uint8_t sealed[64];
	uint8_t out[64];
	(void)state;
	assert_true(p256_equal(&derived, &recipient));
	p256_free(private);
	assert_refusal(open_with(public_of(enc_digits), info, aad,
			       unhex(sealed_digits, sealed), out),
		NULL);
	assert_memory_equal(out, plain, strlen(plain));
}

static void what_is_sealed_opens(void **state)
{
	struct p256_public recipient = public_of(recipient_digits);
	struct p256_public enc;
	uint8_t sealed[sizeof(plain) - 1 + AEAD_TAG_SIZE];
	uint8_t out[64];
	struct bytes whole = bytes_of(sealed, sizeof(sealed));

	(void)state;
	hpke_seal(&recipient, bytes_of_text(info), bytes_of_text(aad),
		bytes_of_text(plain), &enc, sealed);
	assert_refusal(open_with(enc, info, aad, whole, out), NULL);
	assert_memory_equal(out, plain, strlen(plain));
	assert_non_null(open_with(enc, "another", aad, whole, out));
	assert_non_null(open_with(enc, info, "another", whole, out));
	assert_non_null(open_with(recipient, info, aad, whole, out));
	sealed[0] ^= 1;
	assert_non_null(open_with(enc, info, aad, whole, out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opening_of_rfc_9180),
		cmocka_unit_test(what_is_sealed_opens),
	};
	crypto_start();
	return cmocka_run_group_tests_name("hpke", tests, NULL, NULL);
}
