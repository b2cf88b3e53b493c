/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EDK II's variable store, into which the operators' keys go, and their
 * certificates. What is in front of the records and behind the store stays as
 * it was, and a store that has keys is taken for an empty one no more.
 */
#include "appliance/desk/image/secure_boot.h"
#include "tests/fuzz/property.h"

#include <string.h>

enum {
	STORE_AT = 72,
	STORE_HEADER = 28,
	STORE = 1024,
	VOLUME = STORE_AT + STORE + 8,
	KEY = 40,
};

static const uint8_t store_guid[] = { 0x78, 0x2c, 0xf3, 0xaa, 0x7b, 0x94, 0x9a,
	0x43, 0xa1, 0x80, 0x2e, 0x14, 0x4e, 0xc3, 0x77, 0x92 };

static const uint8_t signature[] = { '_', 'F', 'V', 'H' };

static uint8_t edit_buffer[EDITED_MOST];

static struct bytes valid_volume(uint8_t volume[VOLUME])
{
	memset(volume, 0, VOLUME);
	memcpy(volume + 40, signature, sizeof(signature));
	volume[48] = STORE_AT;
	memcpy(volume + STORE_AT, store_guid, sizeof(store_guid));
	volume[STORE_AT + 16] = STORE & 0xff;
	volume[STORE_AT + 17] = STORE >> 8;
	memset(volume + STORE_AT + STORE_HEADER, 0xff, STORE - STORE_HEADER);
	return bytes_of(volume, VOLUME);
}

static bool one_store(struct bytes in)
{
	static const uint8_t byte[KEY] = { 0x30 };
	const struct secure_boot keys = { .certificate = {
						  bytes_of(byte, KEY),
						  bytes_of(byte, KEY - 1),
						  bytes_of(byte, KEY - 2),
					  } };
	uint8_t *store = malloc(in.size + 1);
	property(store != NULL);
	memcpy(store, in.data, in.size);
	const refusal why = secure_boot_write_store(&keys, store, in.size);
	if (why == NULL) {
		const size_t at = (size_t)store[48] | (size_t)store[49] << 8;
		const size_t kept = at + STORE_HEADER;
		property(
			memcmp(store, in.data, kept < in.size ? kept : 0) == 0);
		property(
			secure_boot_write_store(&keys, store, in.size) != NULL);
	}
	free(store);
	return why == NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t volume[VOLUME];
	const struct bytes valid = valid_volume(volume);
	const struct bytes in = bytes_of(data, size);
	if (size == 0)
		property(one_store(valid));
	secure_boot_certificate_check(in);
	one_store(in);
	if (size < EDITED_MOST - VOLUME)
		one_store(edited(valid, in, edit_buffer));
	return 0;
}
