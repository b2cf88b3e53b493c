/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A header that is accepted is the one encoding of its stanzas; what is
 * sealed opens; an arbitrary payload is refused without harm.
 */
#include <string.h>

#include "appliance/formats/age.h"
#include "tests/fuzz/property.h"

static const struct age_file_key key = { "sixteen octets." };

static const char valid[] =
	"age-encryption.org/v1\n"
	"-> p256tag OzbTLQ BFoTKWCPOSmT5DO2prNal+75Pp4XJ/stQBzoEJSY08lQ6G5mM0"
	"DRVccy8DBiiOkd0OvuhY1rH7O8VubPVf0FGAg\n"
	"qsjTRSw1g2TyFITY3nv2r0pX1IZM5a0koG4594imcwk\n"
	"-> p256tag AwqBUg BMLfR02m2+pUoFVHoFYsV2EoV1X4iSkQ9QN2u2a/5D9fr0Rr3G"
	"220X5zBKoNsDuaZNK+9u4fjZoy84ZPVfrUyik\n"
	"E+RU3i/4K/CeAZsFjLhIeJ+/5pUDPhQ7zJjYS8+/a/g\n"
	"--- bfER+kp1vcATZ57KkFKns1tRdGii3KpFU9ky8r/EEhQ\n";

static uint8_t buffer[AGE_HEADER_MOST];
static uint8_t edit_buffer[EDITED_MOST];
static uint8_t large[4 * AGE_CHUNK_SIZE];

static void header(struct bytes in)
{
	struct writer writer = writer_of(buffer, sizeof(buffer));
	struct age_header parsed;
	struct age_header again;
	if (age_header_parse(in, &parsed))
		return;
	write_age_header(&writer, &key, parsed.stanza, parsed.stanza_count);
	property(!age_header_parse(written(&writer), &again));
	property(bytes_equal(again.covered, parsed.covered));
	property(age_find(&parsed, &parsed.stanza[0].enc) == NULL ||
		 parsed.stanza_count > 0);
	property(!age_header_verify(&again, &key));
	property(parsed.covered.size + strlen(" \n") + 43 +
			 parsed.payload.size ==
		 in.size);
}

static void payload(struct bytes in)
{
	struct writer plain = writer_of(large, sizeof(large));
	if (!age_payload_open(in, &key, &plain))
		property(plain.size < in.size);
}

static void chunk(struct bytes in)
{
	static uint8_t sealed[AGE_SEALED_CHUNK_SIZE];
	const uint8_t nonce[AGE_NONCE_SIZE] = { 0 };
	struct age_stream sealing = age_stream_of(&key, nonce);
	struct age_stream opening = sealing;
	bool last = in.size < AGE_CHUNK_SIZE;
	if (in.size > AGE_CHUNK_SIZE)
		return;
	property(!age_chunk_seal(&sealing, in, last, sealed));
	property(!age_chunk_open(&opening,
		bytes_of(sealed, in.size + AEAD_TAG_SIZE), last, large));
	property(bytes_equal(bytes_of(large, in.size), in));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);
	header(in);
	header(edited(bytes_of_text(valid), in, edit_buffer));
	payload(in);
	chunk(in);
	return 0;
}
