/* SPDX-License-Identifier: Apache-2.0 */
/* Attestations, creation data, signatures, public areas, credentials. */
#include "tests/fuzz/property.h"
#include "tpm/policy/attest.h"
#include "tpm/policy/credential.h"

static const uint8_t zeros[EK_MODULUS_SIZE];

static void keys(struct bytes input)
{
	for (enum key_template i = KEY_SRK; i <= KEY_APPROVER; i++) {
		struct p256_public point;
		struct digest policy;
		struct tpm_public again;

		if (key_decode(i, input, &policy, &point))
			continue;
		again = key_encode(i, &policy, &point);
		property(bytes_equal(input, tpm_public_bytes(&again)));
	}
}

static void same(struct bytes input, const void *again, size_t size)
{
	property(bytes_equal(input, bytes_of(again, size)));
}

static void areas(struct bytes input)
{
	uint8_t modulus[EK_MODULUS_SIZE];
	struct digest policy = { { 0 } };
	struct digest unique;
	struct tpm_public again;
	if (!ek_decode(input, modulus)) {
		again = ek_encode(modulus);
		same(input, again.byte, again.size);
	}
	if (!sealed_decode(input, &policy, &unique)) {
		again = sealed_encode(&policy, &unique);
		same(input, again.byte, again.size);
	}
}

static void others(struct bytes input)
{
	uint8_t again[CREDENTIAL_FILE_SIZE];
	struct p256_signature signature;
	struct credential credential;
	areas(input);
	if (!tpm_signature_decode(input, &signature)) {
		tpm_signature_encode(&signature, again);
		same(input, again, TPM_SIGNATURE_SIZE);
	}
	if (!credential_decode(input, &credential)) {
		credential_encode(&credential, again);
		same(input, again, CREDENTIAL_FILE_SIZE);
	}
}

static void attestations(struct bytes input)
{
	struct quote quote;
	struct creation creation;
	struct creation_data data;
	struct nv_certificate nv;
	const bool quoted = !quote_decode(input, &quote);
	const bool created = !creation_decode(input, &creation);
	const bool certified = !nv_certificate_decode(input, &nv);
	property(quoted + created + certified <= 1);
	creation_data_decode(input, &data);
}

static void write_sized(struct writer *out, size_t size)
{
	write_u16(out, (uint16_t)size);
	write_bytes(out, bytes_of(zeros, size));
}

static void write_selection(struct writer *out)
{
	write_u32(out, 1);
	write_u16(out, 0x000B);
	write_u32(out, 3u << 24 | 0x00FFFF);
}

static struct bytes valid_attest(uint8_t out[ATTEST_MOST], bool quote)
{
	struct writer attest = writer_of(out, ATTEST_MOST);
	write_u32(&attest, 0xFF544347);
	write_u16(&attest, quote ? 0x8018 : 0x801A);
	write_sized(&attest, TPM_NAME_SIZE);
	write_sized(&attest, SHA256_SIZE);
	write_bytes(&attest, bytes_of(zeros, 8 + 4 + 4 + 1 + 8));
	if (quote)
		write_selection(&attest);
	else
		write_sized(&attest, TPM_NAME_SIZE);
	write_sized(&attest, SHA256_SIZE);
	return written(&attest);
}

static struct bytes valid_certificate(uint8_t out[ATTEST_MOST])
{
	struct writer attest = writer_of(out, ATTEST_MOST);
	write_u32(&attest, 0xFF544347);
	write_u16(&attest, 0x8014);
	write_sized(&attest, TPM_NAME_SIZE);
	write_sized(&attest, SHA256_SIZE);
	write_bytes(&attest, bytes_of(zeros, 8 + 4 + 4 + 1 + 8));
	write_sized(&attest, TPM_NAME_SIZE);
	write_u16(&attest, 0);
	write_sized(&attest, SHA256_SIZE);
	return written(&attest);
}

static struct bytes valid_creation(uint8_t out[CREATION_MOST])
{
	struct writer data = writer_of(out, CREATION_MOST);
	write_selection(&data);
	write_sized(&data, SHA256_SIZE);
	write_u8(&data, 1);
	write_u16(&data, 0x000B);
	write_sized(&data, TPM_NAME_SIZE);
	write_sized(&data, TPM_NAME_SIZE);
	write_sized(&data, SHA256_SIZE);
	return written(&data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t valid[ATTEST_MOST];
	uint8_t buffer[EDITED_MOST];
	struct bytes input = bytes_of(data, size);
	struct tpm_public ek = ek_encode(zeros);
	keys(input);
	others(input);
	others(edited(tpm_public_bytes(&ek), input, buffer));
	attestations(input);
	attestations(edited(valid_attest(valid, true), input, buffer));
	attestations(edited(valid_attest(valid, false), input, buffer));
	attestations(edited(valid_certificate(valid), input, buffer));
	attestations(edited(valid_creation(valid), input, buffer));
	return 0;
}
