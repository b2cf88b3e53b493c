/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256, HMAC, HKDF and ChaCha20-Poly1305 against the examples of FIPS 180-4,
 * RFC 4231, RFC 5869 and RFC 8439.
 */
#include "tests/formats/vector.h"

#include "appliance/formats/crypto.h"

/* FIPS 180-4 examples. */
static void sha256_of_examples(void **state)
{
	struct digest empty = sha256((struct bytes){ 0 });
	struct digest abc = sha256(bytes_of_text("abc"));
	(void)state;
	assert_hex(bytes_of(empty.byte, SHA256_SIZE),
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852"
		"b855");
	assert_hex(bytes_of(abc.byte, SHA256_SIZE),
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f200"
		"15ad");
}

static void sha256_of_parts_is_that_of_the_whole(void **state)
{
	const struct bytes part[] = { bytes_of_text("a"), { 0 },
		bytes_of_text("bc") };
	struct digest whole = sha256(bytes_of_text("abc"));
	struct digest parts = sha256_parts(part, COUNT(part));
	struct sha256 *hash = sha256_begin();
	struct digest stepwise;
	(void)state;
	sha256_add(hash, bytes_of_text("ab"));
	sha256_add(hash, bytes_of_text("c"));
	stepwise = sha256_end(hash);
	assert_true(digest_equal(&whole, &parts));
	assert_true(digest_equal(&whole, &stepwise));
}

/* RFC 4231, 4.3 and 4.7. */
static void hmac_of_rfc_4231(void **state)
{
	uint8_t long_key[131];
	struct digest short_mac = hmac_sha256(bytes_of_text("Jefe"),
		bytes_of_text("what do ya want for nothing?"));
	struct digest long_mac;
	(void)state;
	memset(long_key, 0xaa, sizeof(long_key));
	long_mac = hmac_sha256(bytes_of(long_key, sizeof(long_key)),
		bytes_of_text("Test Using Larger Than Block-Size Key - Hash "
			      "Key First"));
	assert_hex(bytes_of(short_mac.byte, SHA256_SIZE),
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec"
		"3843");
	assert_hex(bytes_of(long_mac.byte, SHA256_SIZE),
		"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee3"
		"7f54");
}

/* RFC 5869, A.1 and A.3 (no salt, no info). */
static void hkdf_of_rfc_5869(void **state)
{
	uint8_t ikm[22];
	uint8_t salt[13];
	uint8_t info[10];
	uint8_t out[42];
	struct digest prk;
	(void)state;
	memset(ikm, 0x0b, sizeof(ikm));
	prk = hkdf_extract(unhex("000102030405060708090a0b0c", salt),
		bytes_of(ikm, sizeof(ikm)));
	assert_hex(bytes_of(prk.byte, SHA256_SIZE),
		"077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2"
		"b3e5");
	hkdf_expand(
		&prk, unhex("f0f1f2f3f4f5f6f7f8f9", info), out, sizeof(out));
	assert_hex(bytes_of(out, sizeof(out)),
		"3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4"
		"c5bf34007208d5b887185865");

	prk = hkdf_extract((struct bytes){ 0 }, bytes_of(ikm, sizeof(ikm)));
	assert_hex(bytes_of(prk.byte, SHA256_SIZE),
		"19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293c"
		"cb04");
	hkdf_expand(&prk, (struct bytes){ 0 }, out, sizeof(out));
	assert_hex(bytes_of(out, sizeof(out)),
		"8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c73"
		"8d2d9d201395faa4b61a96c8");
}

static const char plain[] =
	"Ladies and Gentlemen of the class of '99: If I could offer you only "
	"one tip for the future, sunscreen would be it.";
static const char sealed_digits[] =
	"d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbe"
	"a45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f"
	"2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b"
	"7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691";

/* RFC 8439, 2.8.2. */
static void aead_of_rfc_8439(void **state)
{
	uint8_t key[AEAD_KEY_SIZE];
	uint8_t nonce[AEAD_NONCE_SIZE];
	uint8_t aad_octets[12];
	uint8_t buffer[sizeof(plain) - 1 + AEAD_TAG_SIZE];
	struct bytes aad = unhex("50515253c0c1c2c3c4c5c6c7", aad_octets);
	struct bytes sealed = bytes_of(buffer, sizeof(buffer));

	(void)state;
	unhex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e"
	      "9f",
		key);
	unhex("070000004041424344454647", nonce);
	chacha20poly1305_seal(key, nonce, aad, bytes_of_text(plain), buffer);
	assert_hex(sealed, sealed_digits);

	buffer[3] ^= 1;
	assert_false(chacha20poly1305_open(key, nonce, aad, sealed, buffer));
	for (size_t i = 0; i < sizeof(plain) - 1; i++)
		assert_int_equal(buffer[i], 0);

	unhex(sealed_digits, buffer);
	assert_true(chacha20poly1305_open(key, nonce, aad, sealed, buffer));
	assert_memory_equal(buffer, plain, sizeof(plain) - 1);
}

static void aead_refuses_what_is_too_short(void **state)
{
	uint8_t key[AEAD_KEY_SIZE] = { 0 };
	uint8_t nonce[AEAD_NONCE_SIZE] = { 0 };
	uint8_t buffer[AEAD_TAG_SIZE] = { 0 };
	uint8_t none[1];
	(void)state;
	assert_false(chacha20poly1305_open(key, nonce, (struct bytes){ 0 },
		bytes_of(buffer, AEAD_TAG_SIZE - 1), none));
	chacha20poly1305_seal(
		key, nonce, (struct bytes){ 0 }, (struct bytes){ 0 }, buffer);
	assert_true(chacha20poly1305_open(key, nonce, (struct bytes){ 0 },
		bytes_of(buffer, sizeof(buffer)), none));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_of_examples),
		cmocka_unit_test(sha256_of_parts_is_that_of_the_whole),
		cmocka_unit_test(hmac_of_rfc_4231),
		cmocka_unit_test(hkdf_of_rfc_5869),
		cmocka_unit_test(aead_of_rfc_8439),
		cmocka_unit_test(aead_refuses_what_is_too_short),
	};
	crypto_start();
	return cmocka_run_group_tests_name("crypto", tests, NULL, NULL);
}
