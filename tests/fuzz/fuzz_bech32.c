/* SPDX-License-Identifier: Apache-2.0 */
/* What decodes has one encoding in lower case; what is encoded decodes. */
#include "appliance/formats/age.h"
#include "appliance/formats/bech32.h"
#include "tests/fuzz/property.h"

static uint8_t decoded[1024];
static uint8_t encoded[2048];

static void lower(uint8_t *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (text[i] >= 'A' && text[i] <= 'Z')
			text[i] = (uint8_t)(text[i] - 'A' + 'a');
}

static void text_of_recipient(struct bytes in)
{
	struct writer text = writer_of(encoded, sizeof(encoded));
	uint8_t copy[AGE_RECIPIENT_SIZE];
	struct p256_public recipient;
	if (age_recipient_decode(in, &recipient))
		return;
	property(in.size == sizeof(copy));
	cursor_copy(&(struct cursor){ .rest = in }, copy, sizeof(copy));
	lower(copy, sizeof(copy));
	write_age_recipient(&text, &recipient);
	property(bytes_equal(written(&text), bytes_of(copy, sizeof(copy))));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);
	struct writer text = writer_of(encoded, sizeof(encoded));
	if (size > sizeof(decoded))
		return 0;
	text_of_recipient(in);
	write_bech32(&text, "prefix", in);
	property(!bech32_decode(written(&text), "prefix", decoded, size));
	property(bytes_equal(bytes_of(decoded, size), in));
	bech32_decode(in, "a", decoded, size / 2);
	return 0;
}
