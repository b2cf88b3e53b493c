/* SPDX-License-Identifier: Apache-2.0 */
#include "tpm/policy/public.h"

#include "appliance/formats/crypto.h"

#include <stdlib.h>
#include <string.h>

/* TPM_ALG_ID and TPM_ECC_CURVE, part 2, clauses 6.3 and 6.4. */
enum {
	ALG_RSA = 0x0001,
	ALG_AES = 0x0006,
	ALG_KEYEDHASH = 0x0008,
	ALG_SHA256 = 0x000B,
	ALG_NULL = 0x0010,
	ALG_ECDSA = 0x0018,
	ALG_ECC = 0x0023,
	ALG_CFB = 0x0043,
	ECC_NIST_P256 = 0x0003,
};

/* TPMA_OBJECT, part 2, clause 8.3. */
enum {
	FIXED_TPM = 1 << 1,
	FIXED_PARENT = 1 << 4,
	SENSITIVE_DATA_ORIGIN = 1 << 5,
	USER_WITH_AUTH = 1 << 6,
	ADMIN_WITH_POLICY = 1 << 7,
	NO_DA = 1 << 10,
	RESTRICTED = 1 << 16,
	DECRYPT = 1 << 17,
	SIGN = 1 << 18,
	MADE_HERE = FIXED_TPM | FIXED_PARENT | SENSITIVE_DATA_ORIGIN,
};

static const struct {
	uint32_t attributes;
	uint16_t scheme;
	bool storage;
	bool policy;
} templates[] = {
	[KEY_SRK] = { MADE_HERE | USER_WITH_AUTH | NO_DA | RESTRICTED | DECRYPT,
		ALG_NULL, true, false },
	[KEY_AK] = { MADE_HERE | USER_WITH_AUTH | NO_DA | RESTRICTED | SIGN,
		ALG_ECDSA, false, false },
	[KEY_BK] = { MADE_HERE | ADMIN_WITH_POLICY | NO_DA | DECRYPT, ALG_NULL,
		false, true },
	[KEY_RK] = { MADE_HERE | ADMIN_WITH_POLICY | NO_DA | SIGN, ALG_ECDSA,
		false, true },
	[KEY_APPROVER] = { USER_WITH_AUTH | SIGN, ALG_NULL, false, false },
};

/* PolicySecret(TPM_RH_ENDORSEMENT), TCG EK Credential Profile, B.6.2. */
static const uint8_t ek_policy[SHA256_SIZE] = { 0x83, 0x71, 0x97, 0x67, 0x44,
	0x84, 0xb3, 0xf8, 0x1a, 0x90, 0xcc, 0x8d, 0x46, 0xa5, 0xd7, 0x24, 0xfd,
	0x52, 0xd7, 0x6e, 0x06, 0x52, 0x0b, 0x64, 0xf2, 0xa1, 0xda, 0x1b, 0x33,
	0x14, 0x69, 0xaa };

struct bytes tpm_public_bytes(const struct tpm_public *area)
{
	return bytes_of(area->byte, area->size);
}

/* Any TPM2B: part 2, clause 10.4.1. */
static void write_sized(struct writer *out, const void *data, uint16_t size)
{
	write_u16(out, size);
	write_bytes(out, bytes_of(data, size));
}

/* TPMT_PUBLIC up to its parameters, part 2, clause 12.2.4. */
static void write_head(struct writer *out, uint16_t type, uint32_t attributes,
	const uint8_t *policy)
{
	write_u16(out, type);
	write_u16(out, ALG_SHA256);
	write_u32(out, attributes);
	write_sized(out, policy, policy ? SHA256_SIZE : 0);
}

/* TPMT_SYM_DEF_OBJECT, part 2, clause 11.1.7. */
static void write_symmetric(struct writer *out, bool storage)
{
	write_u16(out, storage ? ALG_AES : ALG_NULL);
	if (storage) {
		write_u16(out, 128);
		write_u16(out, ALG_CFB);
	}
}

static struct tpm_public finish(struct tpm_public *area, struct writer *out)
{
	if (out->broken)
		abort();
	area->size = out->size;
	return *area;
}

/* Then TPMS_ECC_PARMS and TPMS_ECC_POINT, part 2, 12.2.3.6 and 11.2.5.2. */
struct tpm_public key_encode(enum key_template key, const struct digest *policy,
	const struct p256_public *point)
{
	struct tpm_public area = { 0 };
	struct writer out = writer_of(area.byte, sizeof(area.byte));
	write_head(&out, ALG_ECC, templates[key].attributes,
		templates[key].policy ? policy->byte : NULL);
	write_symmetric(&out, templates[key].storage);
	write_u16(&out, templates[key].scheme);
	if (templates[key].scheme != ALG_NULL)
		write_u16(&out, ALG_SHA256);
	write_u16(&out, ECC_NIST_P256);
	write_u16(&out, ALG_NULL);
	write_sized(&out, point->x, P256_SIZE);
	write_sized(&out, point->y, P256_SIZE);
	return finish(&area, &out);
}

/* Takes the two fields that vary from their places, encodes, compares. */
refusal key_decode(enum key_template key, struct bytes area,
	struct digest *policy, struct p256_public *out)
{
	const size_t policy_at = 10;
	const size_t point_size = 2 + P256_SIZE;
	struct tpm_public again;
	struct bytes x;
	struct bytes y;
	refusal why;
	memset(policy, 0, sizeof(*policy));
	memset(out, 0, sizeof(*out));
	if (area.size < policy_at + 2 * point_size)
		return "the public area is too short";
	if (templates[key].policy)
		memcpy(policy->byte, area.data + policy_at, SHA256_SIZE);
	x = bytes_of(area.data + area.size - point_size - P256_SIZE, P256_SIZE);
	y = bytes_of(area.data + area.size - P256_SIZE, P256_SIZE);
	why = p256_from_coordinates(x, y, out);
	if (why != NULL)
		return why;
	again = key_encode(key, policy, out);
	if (!bytes_equal(area, tpm_public_bytes(&again)))
		return "the public area is not of the expected template";
	return NULL;
}

struct tpm_name public_name(struct bytes area)
{
	struct tpm_name name = { { 0x00, ALG_SHA256 } };
	struct digest digest = sha256(area);
	memcpy(name.byte + 2, digest.byte, SHA256_SIZE);
	return name;
}

struct tpm_name approver_name(const struct p256_public *key)
{
	struct tpm_public area = key_encode(KEY_APPROVER, NULL, key);
	return public_name(tpm_public_bytes(&area));
}

/* The handle TPM_RH_ENDORSEMENT, part 2, clause 7.4, is the parent's name. */
struct tpm_name endorsement_qualified_name(const struct tpm_name *name)
{
	static const uint8_t endorsement[] = { 0x40, 0x00, 0x00, 0x0B };
	uint8_t qualified[sizeof(endorsement) + TPM_NAME_SIZE];

	memcpy(qualified, endorsement, sizeof(endorsement));
	memcpy(qualified + sizeof(endorsement), name->byte, TPM_NAME_SIZE);
	return public_name(bytes_of(qualified, sizeof(qualified)));
}

/* TPMS_RSA_PARMS and TPM2B_PUBLIC_KEY_RSA, part 2, 12.2.3.5 and 11.2.4.5. */
struct tpm_public ek_encode(const uint8_t modulus[EK_MODULUS_SIZE])
{
	struct tpm_public area = { 0 };
	struct writer out = writer_of(area.byte, sizeof(area.byte));
	write_head(&out, ALG_RSA,
		MADE_HERE | ADMIN_WITH_POLICY | RESTRICTED | DECRYPT,
		ek_policy);
	write_symmetric(&out, true);
	write_u16(&out, ALG_NULL);
	write_u16(&out, EK_MODULUS_SIZE * 8);
	write_u32(&out, 0);
	write_sized(&out, modulus, EK_MODULUS_SIZE);
	return finish(&area, &out);
}

refusal ek_decode(struct bytes area, uint8_t modulus[EK_MODULUS_SIZE])
{
	struct tpm_public again;
	memset(modulus, 0, EK_MODULUS_SIZE);
	if (area.size < EK_MODULUS_SIZE)
		return "the public area is too short";
	memcpy(modulus, area.data + area.size - EK_MODULUS_SIZE,
		EK_MODULUS_SIZE);
	again = ek_encode(modulus);
	if (!bytes_equal(area, tpm_public_bytes(&again)))
		return "the public area is not an RSA-2048 endorsement key's";
	return NULL;
}

struct tpm_public sealed_encode(
	const struct digest *policy, const struct digest *unique)
{
	struct tpm_public area = { 0 };
	struct writer out = writer_of(area.byte, sizeof(area.byte));
	write_head(&out, ALG_KEYEDHASH,
		FIXED_TPM | FIXED_PARENT | ADMIN_WITH_POLICY | NO_DA,
		policy->byte);
	write_u16(&out, ALG_NULL);
	write_sized(&out, unique->byte, SHA256_SIZE);
	return finish(&area, &out);
}

refusal sealed_decode(
	struct bytes area, const struct digest *policy, struct digest *unique)
{
	struct tpm_public again;
	memset(unique, 0, sizeof(*unique));
	if (area.size < SHA256_SIZE)
		return "the public area is too short";
	memcpy(unique->byte, area.data + area.size - SHA256_SIZE, SHA256_SIZE);
	again = sealed_encode(policy, unique);
	if (!bytes_equal(area, tpm_public_bytes(&again)))
		return "the sealed object is not of the expected template";
	return NULL;
}

/* TPMA_NV and, in its bits 4 to 7, TPM_NT: part 2, clauses 13.4 and 13.2. */
enum {
	NV_POLICY_WRITE = 1 << 3,
	NV_TYPE_COUNTER = 1 << 4,
	NV_TYPE_EXTEND = 4 << 4,
	NV_AUTH_READ = 1 << 18,
	NV_NO_DA = 1 << 25,
	NV_WRITTEN = 1 << 29,
};

static const struct {
	uint32_t type;
	uint16_t size;
} indices[NV_COUNT] = {
	[NV_A] = { 0, TPM_NAME_SIZE },
	[NV_R] = { NV_TYPE_COUNTER, 8 },
	[NV_P] = { NV_TYPE_COUNTER, 8 },
	[NV_J] = { NV_TYPE_EXTEND, SHA256_SIZE },
};

/* TPMS_NV_PUBLIC, part 2, clause 13.5. */
void nv_encode(enum nv_index index, const struct digest *policy, bool written,
	uint8_t area[NV_PUBLIC_SIZE])
{
	struct writer out = writer_of(area, NV_PUBLIC_SIZE);
	write_u32(&out, TPM_HANDLE_NV + (uint32_t)index);
	write_u16(&out, ALG_SHA256);
	write_u32(&out, indices[index].type | NV_POLICY_WRITE | NV_AUTH_READ |
				NV_NO_DA | (written ? NV_WRITTEN : 0));
	write_sized(&out, policy->byte, SHA256_SIZE);
	write_u16(&out, indices[index].size);
}

struct tpm_name nv_name(
	enum nv_index index, const struct digest *policy, bool written)
{
	uint8_t area[NV_PUBLIC_SIZE];
	nv_encode(index, policy, written, area);
	return public_name(bytes_of(area, sizeof(area)));
}
