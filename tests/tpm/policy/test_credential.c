/* SPDX-License-Identifier: Apache-2.0 */
/* Enrolment on the operator's side, against a TPM with a certified EK. */
#include "appliance/formats/crypto.h"
#include "tests/support/sealed_machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static struct swtpm *swtpm;
static struct swtpm *stranger;
static struct tpm *tpm;
static struct root_keys root;
static struct tpm_name ak;
static struct tpm_public ek;
static uint8_t certificate[EK_CERTIFICATE_MOST];
static size_t certificate_size;
static const uint8_t secret[SHA256_SIZE] = "thirty-two bytes of one secret.";

static int make(void **state)
{
	struct digest program = approved_program();
	(void)state;
	crypto_start();
	swtpm = swtpm_make();
	stranger = swtpm_make();
	tpm = power_on(swtpm, &program);
	assert_tpm(tpm, tpm_make_root_keys(tpm, &root));
	assert_tpm(tpm, tpm_ek_public(tpm, &ek));
	assert_tpm(
		tpm, tpm_ek_certificate(tpm, certificate, &certificate_size));
	ak = public_name(tpm_public_bytes(&root.ak));
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	tpm_close(tpm);
	swtpm_free(swtpm);
	swtpm_free(stranger);
	return 0;
}

static int64_t now(void)
{
	return (int64_t)time(NULL);
}

static refusal check_at(int64_t when)
{
	return ek_certificate_check(bytes_of(certificate, certificate_size),
		swtpm_authorities(swtpm), when, tpm_public_bytes(&ek));
}

static void certified_by_its_maker(void **state)
{
	(void)state;
	assert_null(check_at(now()));
}

static void before_it_was_made(void **state)
{
	(void)state;
	assert_string_equal(check_at(0), "certificate is not yet valid");
}

static void by_an_unknown_authority(void **state)
{
	(void)state;
	assert_non_null(ek_certificate_check(
		bytes_of(certificate, certificate_size),
		swtpm_authorities(stranger), now(), tpm_public_bytes(&ek)));
	assert_non_null(
		ek_certificate_check(bytes_of(certificate, certificate_size),
			bytes_of_text(""), now(), tpm_public_bytes(&ek)));
}

/* Its maker's root, and what the root signed, which alone vouches for nothing.
 */
static void by_half_of_a_chain(void **state)
{
	static const char end[] = "-----END CERTIFICATE-----\n";
	const struct bytes both = swtpm_authorities(swtpm);
	const uint8_t *first = memmem(both.data, both.size, end, strlen(end));
	(void)state;
	assert_non_null(first);
	const size_t size = (size_t)(first - both.data) + strlen(end);
	const struct bytes half[] = { bytes_of(both.data, size),
		bytes_of(both.data + size, both.size - size) };
	for (size_t i = 0; i < 2; i++)
		assert_string_equal(
			ek_certificate_check(
				bytes_of(certificate, certificate_size),
				half[i], now(), tpm_public_bytes(&ek)),
			"unable to get local issuer certificate");
}

static void of_another_key(void **state)
{
	struct tpm_public other = ek;
	(void)state;
	other.byte[other.size - 1] ^= 2;
	assert_string_equal(
		ek_certificate_check(bytes_of(certificate, certificate_size),
			swtpm_authorities(swtpm), now(),
			tpm_public_bytes(&other)),
		"the certificate is for another endorsement key");
}

static void changed_or_padded(void **state)
{
	uint8_t changed[EK_CERTIFICATE_MOST];
	(void)state;
	memcpy(changed, certificate, certificate_size);
	changed[certificate_size - 1] ^= 1;
	assert_non_null(ek_certificate_check(
		bytes_of(changed, certificate_size), swtpm_authorities(swtpm),
		now(), tpm_public_bytes(&ek)));
	changed[certificate_size - 1] ^= 1;
	changed[certificate_size] = 0;
	assert_string_equal(
		ek_certificate_check(bytes_of(changed, certificate_size + 1),
			swtpm_authorities(swtpm), now(), tpm_public_bytes(&ek)),
		"the endorsement certificate is not one certificate in DER");
}

static void activated(void **state)
{
	struct credential credential;
	uint8_t opened[SHA256_SIZE];
	(void)state;
	assert_null(credential_make(
		tpm_public_bytes(&ek), &ak, secret, &credential));
	assert_tpm(tpm, tpm_activate(tpm, &credential, opened));
	assert_memory_equal(opened, secret, SHA256_SIZE);
}

static void for_another_attestation_key(void **state)
{
	struct tpm_name other = ak;
	struct credential credential;
	uint8_t opened[SHA256_SIZE];
	(void)state;
	other.byte[33] ^= 1;
	assert_null(credential_make(
		tpm_public_bytes(&ek), &other, secret, &credential));
	assert_tpm_code(tpm, tpm_activate(tpm, &credential, opened),
		"TPM2_ActivateCredential", 0x1DF);
}

static void for_another_tpm(void **state)
{
	struct digest program = approved_program();
	struct tpm *other = power_on(stranger, &program);
	struct root_keys other_root;
	struct credential credential;
	uint8_t opened[SHA256_SIZE];
	(void)state;
	assert_tpm(other, tpm_make_root_keys(other, &other_root));
	assert_null(credential_make(
		tpm_public_bytes(&ek), &ak, secret, &credential));
	assert_false(tpm_activate(other, &credential, opened));
	assert_string_equal(tpm_error(other).doing, "TPM2_ActivateCredential");
	tpm_close(other);
}

static void no_endorsement_key(void **state)
{
	struct credential credential;
	(void)state;
	assert_non_null(credential_make(
		tpm_public_bytes(&root.ak), &ak, secret, &credential));
}

static void credential_file(void **state)
{
	struct credential credential;
	struct credential again;
	uint8_t file[CREDENTIAL_FILE_SIZE];
	(void)state;
	assert_null(credential_make(
		tpm_public_bytes(&ek), &ak, secret, &credential));
	credential_encode(&credential, file);
	assert_null(credential_decode(bytes_of(file, sizeof(file)), &again));
	assert_memory_equal(&again, &credential, sizeof(again));
	file[0] ^= 1;
	assert_non_null(
		credential_decode(bytes_of(file, sizeof(file)), &again));
	assert_non_null(
		credential_decode(bytes_of(file, sizeof(file) - 1), &again));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certified_by_its_maker),
		cmocka_unit_test(before_it_was_made),
		cmocka_unit_test(by_an_unknown_authority),
		cmocka_unit_test(by_half_of_a_chain),
		cmocka_unit_test(of_another_key),
		cmocka_unit_test(changed_or_padded),
		cmocka_unit_test(activated),
		cmocka_unit_test(for_another_attestation_key),
		cmocka_unit_test(for_another_tpm),
		cmocka_unit_test(no_endorsement_key),
		cmocka_unit_test(credential_file),
	};
	return cmocka_run_group_tests(tests, make, unmake);
}
