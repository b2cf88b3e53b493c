/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Key files with a passphrase: read as OpenSSL writes them, and read by it;
 * what is not of the strict form, or of another passphrase, is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "appliance/formats/crypto.h"
#include "appliance/formats/key_file.h"
#include "tests/desk/workplace.h"

#define PASSPHRASE "گذرواژهٔ من"

static int make(void **state)
{
	(void)state;
	workplace_make();
	write_file("pass", bytes_of_text(PASSPHRASE));
	return 0;
}

static int drop(void **state)
{
	(void)state;
	workplace_drop();
	return 0;
}

static struct bytes read_text(const char *name, char *space, size_t most)
{
	char path[256];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *file = fopen(path, "re");
	assert_non_null(file);
	const size_t size = fread(space, 1, most, file);
	fclose(file);
	return bytes_of(space, size);
}

/* A key made now, as OpenSSL protects it; `how` is added to its command. */
static struct bytes by_openssl(
	const char *how, char space[KEY_FILE_MOST], struct p256_private **plain)
{
	char pem[KEY_FILE_MOST];
	assert_status(
		shell("cd %s && openssl genpkey -algorithm EC -pkeyopt "
		      "ec_paramgen_curve:P-256 -out plain 2>/dev/null && "
		      "openssl pkcs8 -topk8 -in plain -passout file:pass %s "
		      "-out protected",
			folder, how),
		0);
	assert_null(p256_from_pem(read_text("plain", pem, sizeof(pem)), plain));
	return read_text("protected", space, KEY_FILE_MOST);
}

static void same_key(struct p256_private *a, struct p256_private *b)
{
	const struct p256_public one = p256_public_of(a);
	const struct p256_public other = p256_public_of(b);
	assert_true(p256_equal(&one, &other));
	p256_free(a);
	p256_free(b);
}

static void files_of_openssl_are_read(void **state)
{
	char space[KEY_FILE_MOST];
	struct p256_private *plain, *opened;
	(void)state;
	const struct bytes pem =
		by_openssl("-v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 20000",
			space, &plain);
	assert_true(key_file_is_protected(pem));
	assert_null(key_file_open(pem, bytes_of_text(PASSPHRASE), &opened));
	same_key(plain, opened);
}

static void other_ways_are_refused(void **state)
{
	static const struct {
		const char *how;
		const char *why;
	} way[] = {
		{ "-v2 aes-128-cbc -v2prf hmacWithSHA256 -iter 20000",
			"the key file is no key" },
		{ "-v2 aes-256-cbc -v2prf hmacWithSHA512 -iter 20000",
			"the key file is no key" },
		{ "-scrypt", "the key file is no key" },
		{ "-v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 999",
			"the passphrase protects the key file too little" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(way) / sizeof(way[0]); i++) {
		char space[KEY_FILE_MOST];
		struct p256_private *plain, *opened;
		const struct bytes pem = by_openssl(way[i].how, space, &plain);
		assert_string_equal(
			key_file_open(pem, bytes_of_text(PASSPHRASE), &opened),
			way[i].why);
		assert_null(opened);
		p256_free(plain);
	}
}

static void another_passphrase_is_refused(void **state)
{
	char space[KEY_FILE_MOST];
	struct p256_private *plain, *opened;
	(void)state;
	const struct bytes pem =
		by_openssl("-v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 1000",
			space, &plain);
	/* More than one of these has padding that looks right. */
	for (int i = 0; i < 600; i++) {
		char wrong[16];
		snprintf(wrong, sizeof(wrong), "%d", i);
		assert_string_equal(
			key_file_open(pem, bytes_of_text(wrong), &opened),
			"the passphrase is wrong");
		assert_null(opened);
	}
	p256_free(plain);
}

static void openssl_reads_ours(void **state)
{
	char space[KEY_FILE_MOST], pem[KEY_FILE_MOST];
	struct writer out = writer_of(space, sizeof(space));
	struct p256_private *key = p256_generate(), *read, *opened;
	(void)state;
	write_key_file(&out, key, bytes_of_text(PASSPHRASE));
	assert_false(out.broken);
	assert_true(key_file_is_protected(written(&out)));
	write_file("ours", written(&out));
	assert_status(shell("cd %s && openssl pkey -in ours -passin file:pass "
			    "-out read && openssl asn1parse -in ours | "
			    "grep -q 'INTEGER *:0F4240'",
			      folder),
		0);
	assert_null(p256_from_pem(read_text("read", pem, sizeof(pem)), &read));
	assert_null(key_file_open(
		written(&out), bytes_of_text(PASSPHRASE), &opened));
	same_key(key, read);
	p256_free(opened);
}

/*
 * Cut off anywhere it is refused, and no changed character does harm. CBC has
 * no MAC: some give another key, which no station has.
 */
static void damaged_files_are_refused(void **state)
{
	char space[KEY_FILE_MOST], damaged[KEY_FILE_MOST];
	struct p256_private *plain, *opened;
	(void)state;
	const struct bytes pem =
		by_openssl("-v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 1000",
			space, &plain);
	for (size_t size = 0; size < pem.size - 1; size++)
		assert_non_null(key_file_open(bytes_of(pem.data, size),
			bytes_of_text(PASSPHRASE), &opened));
	for (size_t i = 0; i < pem.size; i++) {
		memcpy(damaged, pem.data, pem.size);
		damaged[i] = damaged[i] == 'A' ? 'B' : 'A';
		key_file_open(bytes_of(damaged, pem.size),
			bytes_of_text(PASSPHRASE), &opened);
		p256_free(opened);
	}
	p256_free(plain);
}

static void a_key_without_passphrase_is_none_of_these(void **state)
{
	char space[P256_PEM_MOST];
	struct writer out = writer_of(space, sizeof(space));
	struct p256_private *key = p256_generate(), *opened;
	(void)state;
	write_p256_pem(&out, key);
	assert_false(key_file_is_protected(written(&out)));
	assert_string_equal(
		key_file_open(written(&out), bytes_of_text("x"), &opened),
		"the key file is no key");
	p256_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_of_openssl_are_read),
		cmocka_unit_test(other_ways_are_refused),
		cmocka_unit_test(another_passphrase_is_refused),
		cmocka_unit_test(openssl_reads_ours),
		cmocka_unit_test(damaged_files_are_refused),
		cmocka_unit_test(a_key_without_passphrase_is_none_of_these),
	};
	crypto_start();
	return cmocka_run_group_tests(tests, make, drop);
}
