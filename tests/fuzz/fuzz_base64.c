/* SPDX-License-Identifier: Apache-2.0 */
/* What decodes has one encoding; what is encoded decodes. */
#include "appliance/formats/base64.h"
#include "tests/fuzz/property.h"

static uint8_t decoded[4096];
static uint8_t encoded[8192];

static void both_ways(enum base64_form form, struct bytes in)
{
	struct writer plain = writer_of(decoded, sizeof(decoded));
	struct writer text = writer_of(encoded, sizeof(encoded));
	if (base64_decode(form, in, &plain)) {
		write_base64(&text, form, written(&plain));
		property(bytes_equal(written(&text), in));
	}
	plain = writer_of(decoded, sizeof(decoded));
	text = writer_of(encoded, sizeof(encoded));
	write_base64(&text, form, in);
	property(base64_decode(form, written(&text), &plain));
	property(bytes_equal(written(&plain), in));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > sizeof(decoded))
		return 0;
	both_ways(BASE64_PADDED, bytes_of(data, size));
	both_ways(BASE64_UNPADDED, bytes_of(data, size));
	return 0;
}
