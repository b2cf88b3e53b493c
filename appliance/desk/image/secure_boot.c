/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/image/secure_boot.h"

#include "appliance/formats/crypto.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

enum {
	GUID_SIZE = 16,
	PREFIX_MOST = 128,
	CERTIFICATE_MOST = 4096,
	/* EFI_SIGNATURE_LIST and EFI_SIGNATURE_DATA before the certificate */
	SIGNATURE_LIST_SIZE = 28,
	SIGNATURE_OWNER_SIZE = GUID_SIZE,
	/* Variable attributes */
	NON_VOLATILE_BOOT = 0x03,
	NON_VOLATILE_RUNTIME_AUTHENTICATED = 0x27,
	/* EDK II's variable store */
	VOLUME_SIGNATURE_AT = 40,
	VOLUME_HEADER_SIZE_AT = 48,
	STORE_HEADER_SIZE = 28,
	RECORD_START = 0x55AA,
	RECORD_VALID = 0x3F,
	RECORD_ALIGNMENT = 4,
	ERASED = 0xFF,
};

static const uint8_t global_guid[GUID_SIZE] = { 0x61, 0xdf, 0xe4, 0x8b, 0xca,
	0x93, 0xd2, 0x11, 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c };
static const uint8_t database_guid[GUID_SIZE] = { 0xcb, 0xb2, 0x19, 0xd7, 0x3a,
	0x3d, 0x96, 0x45, 0xa3, 0xbc, 0xda, 0xd0, 0x0e, 0x67, 0x65, 0x6f };
static const uint8_t x509_guid[GUID_SIZE] = { 0xa1, 0x59, 0xc0, 0xa5, 0xe4,
	0x94, 0xa7, 0x4a, 0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72 };
static const uint8_t custom_mode_guid[GUID_SIZE] = { 0x0c, 0xec, 0x76, 0xc0,
	0x28, 0x70, 0x99, 0x43, 0xa0, 0x72, 0x71, 0xee, 0x5c, 0x44, 0x8b,
	0x9f };
static const uint8_t enable_guid[GUID_SIZE] = { 0xc3, 0x0b, 0xa3, 0xf0, 0x08,
	0xaf, 0x56, 0x45, 0x99, 0xc4, 0x00, 0x10, 0x09, 0xc9, 0x3a, 0x44 };
static const uint8_t store_guid[GUID_SIZE] = { 0x78, 0x2c, 0xf3, 0xaa, 0x7b,
	0x94, 0x9a, 0x43, 0xa1, 0x80, 0x2e, 0x14, 0x4e, 0xc3, 0x77, 0x92 };
/* ca50d1fc-60b8-4b8e-9d03-53616e646f71: whose certificates they are. */
static const uint8_t owner_guid[GUID_SIZE] = { 0xfc, 0xd1, 0x50, 0xca, 0xb8,
	0x60, 0x8e, 0x4b, 0x9d, 0x03, 0x53, 0x61, 0x6e, 0x64, 0x6f, 0x71 };

static const struct {
	const char *name;
	const uint8_t *guid;
} variable[SECURE_BOOT_KEYS] = {
	[SECURE_BOOT_PK] = { "PK", global_guid },
	[SECURE_BOOT_KEK] = { "KEK", global_guid },
	[SECURE_BOOT_DB] = { "db", database_guid },
};

const char *secure_boot_name(enum secure_boot_key key)
{
	return variable[key].name;
}

refusal secure_boot_certificate_check(struct bytes der)
{
	if (der.size == 0 || der.size > CERTIFICATE_MOST)
		return "it is empty or too long for a certificate";
	const unsigned char *end = der.data;
	X509 *certificate = d2i_X509(NULL, &end, (long)der.size);
	refusal refused = NULL;

	if (certificate == NULL || end != der.data + der.size)
		refused = "it is not one X.509 certificate in DER";
	else if (!EVP_PKEY_is_a(X509_get0_pubkey(certificate), "RSA"))
		refused = "its key is not RSA, as firmware wants it";
	X509_free(certificate);
	return refused;
}

/* Firmware's numbers are little-endian. */
static void write_little(struct writer *out, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		write_u8(out, (uint8_t)(value >> 8 * i));
}

static void write_guid(struct writer *out, const uint8_t guid[GUID_SIZE])
{
	write_bytes(out, bytes_of(guid, GUID_SIZE));
}

/* UTF-16 without an end. */
static void write_name(struct writer *out, const char *name)
{
	for (; *name != '\0'; name++)
		write_little(out, (uint8_t)*name, 2);
}

/* EFI_SIGNATURE_LIST, up to the certificate. */
static void write_list(struct writer *out, struct bytes certificate)
{
	size_t data = SIGNATURE_OWNER_SIZE + certificate.size;
	write_guid(out, x509_guid);
	write_little(out, SIGNATURE_LIST_SIZE + data, 4);
	write_little(out, 0, 4);
	write_little(out, data, 4);
	write_guid(out, owner_guid);
}

/* UEFI_VARIABLE_DATA, up to the content. */
static void write_measured(
	struct writer *out, enum secure_boot_key key, size_t size)
{
	write_guid(out, variable[key].guid);
	write_little(out, strlen(variable[key].name), 8);
	write_little(out, size, 8);
	write_name(out, variable[key].name);
}

static struct digest digest_of(
	const struct writer *prefix, struct bytes certificate)
{
	const struct bytes part[] = { written(prefix), certificate };
	return sha256_parts(part, 2);
}

struct digest secure_boot_variable_event(
	const struct secure_boot *keys, enum secure_boot_key key)
{
	uint8_t space[PREFIX_MOST];
	struct writer prefix = writer_of(space, sizeof(space));
	struct bytes certificate = keys->certificate[key];
	write_measured(&prefix, key,
		SIGNATURE_LIST_SIZE + SIGNATURE_OWNER_SIZE + certificate.size);
	write_list(&prefix, certificate);
	return digest_of(&prefix, certificate);
}

struct digest secure_boot_signer_event(const struct secure_boot *keys)
{
	uint8_t space[PREFIX_MOST];
	struct writer prefix = writer_of(space, sizeof(space));
	struct bytes certificate = keys->certificate[SECURE_BOOT_DB];
	write_measured(&prefix, SECURE_BOOT_DB,
		SIGNATURE_OWNER_SIZE + certificate.size);
	write_guid(&prefix, owner_guid);
	return digest_of(&prefix, certificate);
}

void secure_boot_events(
	const struct secure_boot *keys, struct digest out[OPEN_EVENTS])
{
	out[OPEN_NOT] = (struct digest){ 0 };
	out[OPEN_PK] = secure_boot_variable_event(keys, SECURE_BOOT_PK);
	out[OPEN_KEK] = secure_boot_variable_event(keys, SECURE_BOOT_KEK);
	out[OPEN_DB] = secure_boot_variable_event(keys, SECURE_BOOT_DB);
	out[OPEN_SIGNER] = secure_boot_signer_event(keys);
}

/* AUTHENTICATED_VARIABLE_HEADER and name, up to the content. */
static void write_record(struct writer *out, const char *name,
	const uint8_t guid[GUID_SIZE], uint32_t attributes, size_t size)
{
	static const uint8_t never[GUID_SIZE];
	/* EFI_TIME of 2025-01-01 */
	static const uint8_t since[GUID_SIZE] = { 0xe9, 0x07, 1, 1 };

	while (!out->broken && out->size % RECORD_ALIGNMENT != 0)
		write_u8(out, ERASED);
	write_little(out, RECORD_START, 2);
	write_little(out, RECORD_VALID, 2);
	write_little(out, attributes, 4);
	write_little(out, 0, 8);
	write_bytes(
		out, bytes_of(attributes == NON_VOLATILE_BOOT ? never : since,
			     GUID_SIZE));
	write_little(out, 0, 4);
	write_little(out, 2 * (strlen(name) + 1), 4);
	write_little(out, size, 4);
	write_guid(out, guid);
	write_name(out, name);
	write_little(out, 0, 2);
}

static void write_switch(struct writer *out, const char *name,
	const uint8_t guid[GUID_SIZE], uint8_t value)
{
	write_record(out, name, guid, NON_VOLATILE_BOOT, 1);
	write_u8(out, value);
}

static void write_key(struct writer *out, const struct secure_boot *keys,
	enum secure_boot_key key)
{
	struct bytes certificate = keys->certificate[key];
	write_record(out, variable[key].name, variable[key].guid,
		NON_VOLATILE_RUNTIME_AUTHENTICATED,
		SIGNATURE_LIST_SIZE + SIGNATURE_OWNER_SIZE + certificate.size);
	write_list(out, certificate);
	write_bytes(out, certificate);
}

static uint32_t read_little(const uint8_t *from, size_t size)
{
	uint32_t value = 0;
	for (size_t i = 0; i < size; i++)
		value |= (uint32_t)from[i] << 8 * i;
	return value;
}

/* Where the records of an empty store go. */
static refusal find_records(uint8_t *store, size_t size, struct writer *out)
{
	const char *no_store = "it is no EDK II variable store";
	if (size < VOLUME_HEADER_SIZE_AT + 2 ||
		memcmp(store + VOLUME_SIGNATURE_AT, "_FVH", 4) != 0)
		return no_store;
	size_t at = read_little(store + VOLUME_HEADER_SIZE_AT, 2);
	if (size < at + STORE_HEADER_SIZE ||
		memcmp(store + at, store_guid, GUID_SIZE) != 0)
		return no_store;
	size_t length = read_little(store + at + GUID_SIZE, 4);
	if (length < STORE_HEADER_SIZE || length > size - at)
		return no_store;
	uint8_t *records = store + at + STORE_HEADER_SIZE;
	length -= STORE_HEADER_SIZE;
	for (size_t i = 0; i < length; i++)
		if (records[i] != ERASED)
			return "it is not empty";
	*out = writer_of(records, length);
	return NULL;
}

/* The platform key comes last: with it the firmware is no more in set-up. */
refusal secure_boot_write_store(
	const struct secure_boot *keys, uint8_t *store, size_t size)
{
	struct writer out;
	refusal refused = find_records(store, size, &out);
	if (refused != NULL)
		return refused;
	write_switch(&out, "CustomMode", custom_mode_guid, 0);
	write_key(&out, keys, SECURE_BOOT_DB);
	write_key(&out, keys, SECURE_BOOT_KEK);
	write_key(&out, keys, SECURE_BOOT_PK);
	write_switch(&out, "SecureBootEnable", enable_guid, 1);
	return out.broken ? "the keys do not fit into it" : NULL;
}
