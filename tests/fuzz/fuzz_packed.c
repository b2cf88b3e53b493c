/* SPDX-License-Identifier: Apache-2.0 */
/* Foreign bytes write no further than they say; what is packed comes back. */
#include "appliance/formats/packed.h"
#include "tests/fuzz/property.h"

#include <stdlib.h>

enum { PLAIN_MOST = 1 << 16 };

static void take(struct bytes in)
{
	const size_t size = packed_size(in);
	uint8_t *plain = size <= PLAIN_MOST ? malloc(size + 1) : NULL;
	if (plain == NULL)
		return;
	packed_open(in, plain);
	free(plain);
}

static void there_and_back(struct bytes in)
{
	const size_t most = packed_most(in.size);
	struct writer out = writer_of(malloc(most), most);
	uint8_t *plain = malloc(in.size + 1);
	write_packed(&out, in);
	property(!out.broken && packed_size(written(&out)) == in.size);
	property(packed_open(written(&out), plain));
	property(bytes_equal(bytes_of(plain, in.size), in));
	free(plain);
	free(out.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > PLAIN_MOST)
		return 0;
	take(bytes_of(data, size));
	there_and_back(bytes_of(data, size));
	return 0;
}
