/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PBKDF2 against RFC 7914, 11, and AES-256-CBC against NIST SP 800-38A, F.2.5,
 * whose blocks go before the one of padding.
 */
#include "tests/formats/vector.h"

#include "appliance/formats/crypto.h"
#include "appliance/formats/pbes2.h"

static void pbkdf2_of_rfc_7914(void **state)
{
	uint8_t key[64];
	(void)state;
	pbkdf2_sha256(bytes_of_text("passwd"), bytes_of_text("salt"), 1, key,
		sizeof(key));
	assert_hex(bytes_of(key, sizeof(key)),
		"55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20d"
		"acbc49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041"
		"d3a19783");
	pbkdf2_sha256(bytes_of_text("Password"), bytes_of_text("NaCl"), 80000,
		key, sizeof(key));
	assert_hex(bytes_of(key, sizeof(key)),
		"4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34"
		"ab56a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b39"
		"7f33c8d");
}

static void from_hex(const char *hex, uint8_t *out, size_t size)
{
	assert_true(hex_decode(bytes_of_text(hex), out, size));
}

enum { BLOCKS = 64 };

static void fill(uint8_t key[AES256_KEY_SIZE], uint8_t iv[AES_BLOCK_SIZE],
	uint8_t plain[BLOCKS])
{
	from_hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914"
		 "dff4",
		key, AES256_KEY_SIZE);
	from_hex("000102030405060708090a0b0c0d0e0f", iv, AES_BLOCK_SIZE);
	from_hex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af"
		 "8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417b"
		 "e66c3710",
		plain, BLOCKS);
}

static void aes_of_sp_800_38a(void **state)
{
	uint8_t key[AES256_KEY_SIZE], iv[AES_BLOCK_SIZE], plain[BLOCKS];
	uint8_t sealed[BLOCKS + AES_BLOCK_SIZE], opened[sizeof(sealed) + 16];
	struct writer out = writer_of(sealed, sizeof(sealed));
	struct writer back = writer_of(opened, sizeof(opened));
	(void)state;
	fill(key, iv, plain);
	aes256_cbc_seal(key, iv, bytes_of(plain, BLOCKS), &out);
	assert_int_equal(out.size, sizeof(sealed));
	assert_hex(bytes_of(sealed, BLOCKS),
		"f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc670"
		"2c7d39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c1907"
		"8c6a9d1b");
	assert_true(aes256_cbc_open(key, iv, written(&out), &back));
	assert_true(bytes_equal(written(&back), bytes_of(plain, BLOCKS)));
}

static void wrong_padding_writes_nothing(void **state)
{
	uint8_t key[AES256_KEY_SIZE], iv[AES_BLOCK_SIZE], plain[BLOCKS];
	uint8_t sealed[BLOCKS + AES_BLOCK_SIZE], opened[sizeof(sealed) + 16];
	struct writer out = writer_of(sealed, sizeof(sealed));
	struct writer back = writer_of(opened, sizeof(opened));
	(void)state;
	fill(key, iv, plain);
	aes256_cbc_seal(key, iv, bytes_of(plain, BLOCKS), &out);
	assert_false(aes256_cbc_open(key, iv, bytes_of(sealed, BLOCKS), &back));
	assert_false(
		aes256_cbc_open(key, iv, bytes_of(sealed, BLOCKS + 1), &back));
	assert_false(aes256_cbc_open(key, iv, bytes_of(sealed, 0), &back));
	assert_int_equal(back.size, 0);
	assert_false(back.broken);
}

static void what_has_no_room_breaks_the_writer(void **state)
{
	uint8_t key[AES256_KEY_SIZE], iv[AES_BLOCK_SIZE], plain[BLOCKS];
	uint8_t sealed[BLOCKS];
	struct writer out = writer_of(sealed, sizeof(sealed));
	(void)state;
	fill(key, iv, plain);
	aes256_cbc_seal(key, iv, bytes_of(plain, BLOCKS), &out);
	assert_true(out.broken);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pbkdf2_of_rfc_7914),
		cmocka_unit_test(aes_of_sp_800_38a),
		cmocka_unit_test(wrong_padding_writes_nothing),
		cmocka_unit_test(what_has_no_room_breaks_the_writer),
	};
	crypto_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
