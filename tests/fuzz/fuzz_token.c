/* SPDX-License-Identifier: Apache-2.0 */
/* What tokens and programs for PINs say: all of it is looked at. */
#include "appliance/desk/keys/pinentry.h"
#include "appliance/desk/keys/token_point.h"
#include "tests/fuzz/property.h"

#include <string.h>

static const uint8_t p256[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03,
	0x01, 0x07 };

enum { ANSWER_MOST = 64 };

static void answer(struct bytes in)
{
	char out[ANSWER_MOST + 1];
	size_t size;
	if (pinentry_decode(in, out, ANSWER_MOST, &size) != NULL)
		return;
	property(size <= ANSWER_MOST && out[size] == '\0');
	property(size + 2 <= in.size);
}

static void point(struct bytes in)
{
	struct p256_public out;
	uint8_t again[P256_POINT_SIZE];
	if (token_point(bytes_of(p256, sizeof(p256)), in, &out) != NULL)
		return;
	p256_to_point(&out, again);
	property(in.size >= P256_POINT_SIZE);
	property(memcmp(in.data + in.size - P256_POINT_SIZE, again,
			 P256_POINT_SIZE) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct p256_public out;
	const struct bytes in = bytes_of(data, size);
	answer(in);
	point(in);
	if (token_point(in, in, &out) == NULL)
		property(false);
	return 0;
}
