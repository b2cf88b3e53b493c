/* SPDX-License-Identifier: Apache-2.0 */
/*
 * P-256 keys, signatures and ECDH against RFC 6979 and RFC 5903; points and
 * encodings that are none are refused.
 */
#include "tests/formats/vector.h"

#include "appliance/formats/crypto.h"
#include "appliance/formats/p256.h"

/* RFC 6979, A.2.5: the key, and the signature of "sample" with SHA-256. */
static const char scalar_digits[] = "c9afa9d845ba75166b5c215767b1d6934e50c3db"
				    "36e89b127b8a622b120f6721";
static const char x_digits[] = "60fed4ba255a9d31c961eb74c6356d68c049b8923b61f"
			       "a6ce669622e60f29fb6";
static const char y_digits[] = "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9"
			       "f5177a3c294d4462299";
static const char r_digits[] = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf"
			       "991c34d0ea84eaf3716";
static const char s_digits[] = "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff"
			       "4064dc4ab2f843acda8";

static struct p256_private *private_of(const char *digits)
{
	uint8_t scalar[P256_SIZE];
	struct p256_private *private;
	unhex(digits, scalar);
	assert_refusal(p256_from_scalar(scalar, &private), NULL);
	return private;
}

static struct p256_signature sample_signature(void)
{
	struct p256_signature signature;
	unhex(r_digits, signature.r);
	unhex(s_digits, signature.s);
	return signature;
}

static void public_key_of_rfc_6979(void **state)
{
	struct p256_private *private = private_of(scalar_digits);
	struct p256_public public = p256_public_of(private);
	(void)state;
	assert_hex(bytes_of(public.x, P256_SIZE), x_digits);
	assert_hex(bytes_of(public.y, P256_SIZE), y_digits);
	p256_free(private);
}

static void signature_of_rfc_6979(void **state)
{
	struct p256_private *private = private_of(scalar_digits);
	struct p256_public public = p256_public_of(private);
	struct digest digest = sha256(bytes_of_text("sample"));
	struct p256_signature signature = sample_signature();
	(void)state;
	assert_true(p256_verify(&public, &digest, &signature));
	signature.s[5] ^= 1;
	assert_false(p256_verify(&public, &digest, &signature));
	signature = sample_signature();
	digest = sha256(bytes_of_text("simple"));
	assert_false(p256_verify(&public, &digest, &signature));
	p256_free(private);
}

static void signing_verifies(void **state)
{
	struct p256_private *private = p256_generate();
	struct p256_private *other = p256_generate();
	struct p256_public public = p256_public_of(private);
	struct p256_public stranger = p256_public_of(other);
	struct digest digest = sha256(bytes_of_text("text"));
	struct p256_signature signature = p256_sign(private, &digest);
	(void)state;
	assert_true(p256_verify(&public, &digest, &signature));
	assert_false(p256_verify(&stranger, &digest, &signature));
	p256_free(private);
	p256_free(other);
}

static void zero_and_large_signatures_do_not_verify(void **state)
{
	struct p256_private *private = private_of(scalar_digits);
	struct p256_public public = p256_public_of(private);
	struct digest digest = sha256(bytes_of_text("sample"));
	struct p256_signature zero = { 0 };
	struct p256_signature large = sample_signature();
	(void)state;
	assert_false(p256_verify(&public, &digest, &zero));
	memset(large.r, 0xff, sizeof(large.r));
	assert_false(p256_verify(&public, &digest, &large));
	p256_free(private);
}

/* RFC 5903, 8.1. */
static void ecdh_of_rfc_5903(void **state)
{
	struct p256_private *initiator =
		private_of("c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c6"
			   "2a9c57862d1433");
	struct p256_private *responder =
		private_of("c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b2"
			   "83ab46476bee53");
	struct p256_public initiator_public = p256_public_of(initiator);
	struct p256_public responder_public = p256_public_of(responder);
	uint8_t shared_x[P256_SIZE];
	(void)state;
	p256_ecdh(initiator, &responder_public, shared_x);
	assert_hex(bytes_of(shared_x, P256_SIZE),
		"d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b94"
		"42de");
	memset(shared_x, 0, sizeof(shared_x));
	p256_ecdh(responder, &initiator_public, shared_x);
	assert_hex(bytes_of(shared_x, P256_SIZE),
		"d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b94"
		"42de");
	p256_free(initiator);
	p256_free(responder);
}

static void encodings_come_back(void **state)
{
	struct p256_private *private = p256_generate();
	struct p256_public public = p256_public_of(private);
	struct p256_public decoded = { 0 };
	uint8_t point[P256_POINT_SIZE];
	uint8_t compressed[P256_COMPRESSED_SIZE];
	uint8_t spki[P256_SPKI_SIZE];
	(void)state;
	p256_to_point(&public, point);
	assert_refusal(
		p256_from_point(bytes_of(point, sizeof(point)), &decoded),
		NULL);
	assert_true(p256_equal(&public, &decoded));
	memset(&decoded, 0, sizeof(decoded));
	p256_to_compressed(&public, compressed);
	assert_refusal(
		p256_from_compressed(
			bytes_of(compressed, sizeof(compressed)), &decoded),
		NULL);
	assert_true(p256_equal(&public, &decoded));
	memset(&decoded, 0, sizeof(decoded));
	p256_to_spki(&public, spki);
	assert_refusal(
		p256_from_spki(bytes_of(spki, sizeof(spki)), &decoded), NULL);
	assert_true(p256_equal(&public, &decoded));
	p256_free(private);
}

static void points_off_the_curve_are_refused(void **state)
{
	static const char off[] = "the point is not on the curve P-256";
	struct p256_private *private = private_of(scalar_digits);
	struct p256_public public = p256_public_of(private);
	struct p256_public out;
	uint8_t point[P256_POINT_SIZE];
	uint8_t compressed[P256_COMPRESSED_SIZE];
	struct bytes x = bytes_of(public.x, P256_SIZE);
	(void)state;
	p256_to_point(&public, point);
	point[P256_POINT_SIZE - 1] ^= 1;
	assert_refusal(
		p256_from_point(bytes_of(point, sizeof(point)), &out), off);
	assert_refusal(p256_from_coordinates(x, x, &out), off);
	memset(point + 1, 0xff, sizeof(point) - 1);
	assert_refusal(
		p256_from_point(bytes_of(point, sizeof(point)), &out), off);
	memset(compressed, 0xff, sizeof(compressed));
	compressed[0] = 2;
	assert_refusal(p256_from_compressed(
			       bytes_of(compressed, sizeof(compressed)), &out),
		off);
	p256_free(private);
}

static void points_of_another_form_are_refused(void **state)
{
	struct p256_public out;
	uint8_t octets[P256_SPKI_SIZE + 1] = { 0 };
	(void)state;
	assert_non_null(p256_from_point(bytes_of(octets, 1), &out));
	assert_non_null(
		p256_from_point(bytes_of(octets, P256_POINT_SIZE), &out));
	assert_non_null(p256_from_compressed(
		bytes_of(octets, P256_COMPRESSED_SIZE), &out));
	assert_non_null(p256_from_spki(bytes_of(octets, P256_SPKI_SIZE), &out));
	assert_non_null(p256_from_spki(bytes_of(octets, sizeof(octets)), &out));
	assert_non_null(p256_from_coordinates(
		bytes_of(octets, 33), bytes_of(octets, 32), &out));
	assert_non_null(p256_from_coordinates(
		(struct bytes){ 0 }, bytes_of(octets, 32), &out));
}

/* x = 0 lies on the curve, as a TPM may say it in one byte. */
/* x = 5 is on the curve; with the field's prime added it is so no more. */
static void coordinates_are_below_the_prime(void **state)
{
	static const uint8_t five_and_prime[P256_SIZE] = { 0xff, 0xff, 0xff,
		0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 4 };
	const uint8_t compressed[P256_COMPRESSED_SIZE] = { 2,
		[P256_COMPRESSED_SIZE - 1] = 5 };
	uint8_t point[P256_POINT_SIZE];
	struct p256_public out;
	(void)state;
	assert_null(p256_from_compressed(
		bytes_of(compressed, sizeof(compressed)), &out));
	p256_to_point(&out, point);
	assert_null(p256_from_point(bytes_of(point, sizeof(point)), &out));
	memcpy(point + 1, five_and_prime, P256_SIZE);
	assert_non_null(p256_from_point(bytes_of(point, sizeof(point)), &out));
}

static void short_coordinates_are_padded(void **state)
{
	uint8_t compressed[P256_COMPRESSED_SIZE] = { 2 };
	struct p256_public expected;
	struct p256_public out;
	(void)state;
	assert_refusal(
		p256_from_compressed(
			bytes_of(compressed, sizeof(compressed)), &expected),
		NULL);
	assert_refusal(p256_from_coordinates(bytes_of("", 1),
			       bytes_of(expected.y, P256_SIZE), &out),
		NULL);
	assert_true(p256_equal(&expected, &out));
}

/* 2^256, in an INTEGER that is well formed otherwise. */
static const char too_large[] = "3026022101000000000000000000000000000000000000"
				"0000000000000000000000000000020101";

static void der_is_strict(void **state)
{
	static const char *const refused[] = {
		"",
		"3006020101020101ff",	  /* something follows */
		"30070201010201010a",	  /* something left inside */
		"3006020101020100",	  /* zero */
		"300702010102020001",	  /* a zero too many */
		"3006020101020180",	  /* negative */
		"30060201010301ff",	  /* not an INTEGER */
		"3081060201010201010000", /* long form */
		"3005020101020101",	  /* wrong size */
		"300602010102",		  /* cut off */
		"30800201010201010000",	  /* indefinite */
		"3004020002010100",	  /* empty INTEGER */
		too_large,
	};
	struct p256_signature out;
	uint8_t buffer[128];
	(void)state;
	for (size_t i = 0; i < COUNT(refused); i++)
		assert_non_null(p256_signature_from_der(
			unhex(refused[i], buffer), &out));
	assert_refusal(p256_signature_from_der(
			       unhex("3006020101020101", buffer), &out),
		NULL);
	assert_int_equal(out.r[31], 1);
}

static void der_of_high_bits_and_leading_zeros(void **state)
{
	struct p256_signature signature = { 0 };
	struct p256_signature decoded;
	uint8_t buffer[P256_DER_MOST];
	struct writer writer = writer_of(buffer, sizeof(buffer));
	(void)state;
	signature.r[30] = 0x80;
	signature.s[31] = 0x7f;
	write_p256_signature(&writer, &signature);
	assert_hex(written(&writer), "30080203008000"
				     "02017f");
	memset(&signature, 0xff, sizeof(signature));
	writer = writer_of(buffer, sizeof(buffer));
	write_p256_signature(&writer, &signature);
	assert_int_equal(written(&writer).size, P256_DER_MOST);
	assert_refusal(
		p256_signature_from_der(written(&writer), &decoded), NULL);
	assert_memory_equal(&decoded, &signature, sizeof(decoded));
}

static void pem_comes_back(void **state)
{
	struct p256_private *private = p256_generate();
	struct p256_private *decoded;
	struct p256_public a = p256_public_of(private);
	struct p256_public b;
	uint8_t buffer[P256_PEM_MOST];
	struct writer writer = writer_of(buffer, sizeof(buffer));
	(void)state;
	write_p256_pem(&writer, private);
	assert_refusal(p256_from_pem(written(&writer), &decoded), NULL);
	b = p256_public_of(decoded);
	assert_true(p256_equal(&a, &b));
	p256_free(private);
	p256_free(decoded);
}

/* Made by: openssl ecparam -name prime256v1 -genkey */
static void sec1_pem_is_read(void **state)
{
	static const char pem[] = "-----BEGIN EC PARAMETERS-----\n"
				  "BggqhkjOPQMBBw==\n"
				  "-----END EC PARAMETERS-----\n"
				  "-----BEGIN EC PRIVATE KEY-----\n"
				  "MHcCAQEEIHqRNjzsQhzRQwItvF7L95cNiH2YIRWijVzT"
				  "2UFG0JHHoAoGCCqGSM49\n"
				  "AwEHoUQDQgAElNUREAXlSPfrK0wfkaEzIS8NVfmSKMH4"
				  "EBPW+WclDBHKedJfPUF0\n"
				  "FF1L3w6EjhvZ/BlR+En+Fqo56VGQEZZG7g==\n"
				  "-----END EC PRIVATE KEY-----\n";
	struct p256_private *private;
	(void)state;
	assert_refusal(p256_from_pem(bytes_of_text(pem), &private), NULL);
	p256_free(private);
}

static void other_pem_is_refused(void **state)
{
	static const char *const refused[] = {
		"",
		"-----BEGIN PRIVATE KEY-----\nAAAA\n"
		"-----END PRIVATE KEY-----\n",
		/* openssl genpkey -algorithm x25519 */
		"-----BEGIN PRIVATE KEY-----\n"
		"MC4CAQAwBQYDK2VuBCIEIABu3/"
		"IyStFNxHsZmlDK6Gg+7wNP1wjfP0tCM+V9y3Nw\n"
		"-----END PRIVATE KEY-----\n",
		/* openssl genpkey -algorithm EC -pkeyopt
		 * ec_paramgen_curve:secp256k1 */
		"-----BEGIN PRIVATE KEY-----\n"
		"MIGEAgEAMBAGByqGSM49AgEGBSuBBAAKBG0wawIBAQQgWt/"
		"cu0OEPUJG3ZLuaXk+\n"
		"eaP7xBHqjtLnIa+G1KfvoTmhRANCAASI2m4Xw9KIeO8iiExk+"
		"yhQlgEe14ljSnx3\n"
		"K7iFM9H6eiEzONKHlZe6baILBvoI78SqqDWKJduThCOrGIL/JS8v\n"
		"-----END PRIVATE KEY-----\n",
		/* openssl genpkey on P-256 with -aes128 -pass pass:x */
		"-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
		"MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiZRJJRk0Z/"
		"JAICCAAw\n"
		"DAYIKoZIhvcNAgkFADAdBglghkgBZQMEAQIEECj4KXRki0WU2H0i1/"
		"adxdQEgZC8\n"
		"c8PjbxU2etfoVDaEdIJmcINV7xwjqxorq+"
		"kLnAkBlrWo3kv6QF9vmrJgkYk43axn\n"
		"s0KHytMCHW8350uEI1hColbPvbVFgG8eMDc6Pa1AugYJR1jP+z6/"
		"6g7+ZcClbTaw\n"
		"y78JJgTT2e6//"
		"OHGAUMCsgftPIrf3tv3XB5Cfqb8BGNkXF+oGxb2AdPj3Dmf5XA=\n"
		"-----END ENCRYPTED PRIVATE KEY-----\n",
	};
	struct p256_private *private;
	(void)state;
	for (size_t i = 0; i < COUNT(refused); i++) {
		assert_non_null(
			p256_from_pem(bytes_of_text(refused[i]), &private));
		assert_null(private);
	}
}

static void scalars_outside_the_group_are_refused(void **state)
{
	uint8_t scalar[P256_SIZE] = { 0 };
	struct p256_private *private;
	(void)state;
	assert_non_null(p256_from_scalar(scalar, &private));
	assert_null(private);
	unhex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc6325"
	      "51",
		scalar);
	assert_non_null(p256_from_scalar(scalar, &private));
	scalar[31]--;
	assert_refusal(p256_from_scalar(scalar, &private), NULL);
	p256_free(private);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(public_key_of_rfc_6979),
		cmocka_unit_test(signature_of_rfc_6979),
		cmocka_unit_test(signing_verifies),
		cmocka_unit_test(zero_and_large_signatures_do_not_verify),
		cmocka_unit_test(ecdh_of_rfc_5903),
		cmocka_unit_test(encodings_come_back),
		cmocka_unit_test(points_off_the_curve_are_refused),
		cmocka_unit_test(points_of_another_form_are_refused),
		cmocka_unit_test(coordinates_are_below_the_prime),
		cmocka_unit_test(short_coordinates_are_padded),
		cmocka_unit_test(der_is_strict),
		cmocka_unit_test(der_of_high_bits_and_leading_zeros),
		cmocka_unit_test(pem_comes_back),
		cmocka_unit_test(sec1_pem_is_read),
		cmocka_unit_test(other_pem_is_refused),
		cmocka_unit_test(scalars_outside_the_group_are_refused),
	};
	crypto_start();
	return cmocka_run_group_tests_name("p256", tests, NULL, NULL);
}
