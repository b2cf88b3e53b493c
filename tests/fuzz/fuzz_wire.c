/* SPDX-License-Identifier: Apache-2.0 */
/* A datagram that is accepted is the one encoding of what it says. */
#include "appliance/machine/wire.h"
#include "tests/fuzz/property.h"

#include <string.h>

enum { DATAGRAM_MOST = 16384 };

static uint8_t datagram[DATAGRAM_MOST];
static uint8_t again[DATAGRAM_MOST];

static void decode(struct bytes in)
{
	static union wire_body body;
	struct writer writer = writer_of(again, sizeof(again));
	enum wire_type type;
	memset(&body, 0, sizeof(body));
	if (wire_decode(in, &type, &body))
		return;
	wire_encode(&writer, (struct wire_said){ type, &body });
	property(bytes_equal(written(&writer), in));
}

/* Of the row that the first byte chooses, the rest from its start. */
static void decode_row(struct bytes in)
{
	struct cursor rest = cursor_of(in);
	const struct wire_row *row =
		&wire_table[cursor_u8(&rest) % wire_table_size];
	const size_t size = wire_size(row);
	const size_t fields = size - 2;
	memset(datagram, 0, size);
	datagram[0] = (uint8_t)(row->type >> 8);
	datagram[1] = (uint8_t)row->type;
	if (rest.rest.size > 0)
		memcpy(datagram + 2, rest.rest.data,
			rest.rest.size < fields ? rest.rest.size : fields);
	decode(bytes_of(datagram, size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	decode(bytes_of(data, size));
	decode_row(bytes_of(data, size));
	return 0;
}
