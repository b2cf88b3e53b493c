/* SPDX-License-Identifier: Apache-2.0 */
/* What a fuzz target demands of whatever a decoder accepted. */
#ifndef SANDOQ_TESTS_FUZZ_PROPERTY_H
#define SANDOQ_TESTS_FUZZ_PROPERTY_H

#include <stdlib.h>

#include "appliance/formats/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void property(bool holds)
{
	if (!holds)
		abort();
}

enum { EDITED_MOST = 8192 };

/*
 * A fuzzer alone never finds what a decoder accepts: here its input edits
 * what is `valid`, in steps of position (16 bits) and new value, and what is
 * left over goes behind it.
 */
static inline struct bytes edited(
	struct bytes valid, struct bytes in, uint8_t buffer[EDITED_MOST])
{
	struct writer writer = writer_of(buffer, EDITED_MOST);
	struct cursor edits = cursor_of(in);
	write_bytes(&writer, valid);
	property(valid.size > 0 && !writer.broken);
	while (edits.rest.size >= 3) {
		size_t position = cursor_u16(&edits) % valid.size;

		buffer[position] = cursor_u8(&edits);
	}
	write_bytes(&writer, edits.rest);
	return bytes_of(buffer, writer.size);
}

#endif
