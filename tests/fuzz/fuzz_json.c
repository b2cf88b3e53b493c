/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A document reads the same in one piece and byte by byte, and what is
 * accepted is balanced.
 */
#include "appliance/formats/json.h"
#include "tests/fuzz/property.h"
#include "tests/support/pieces.h"

static struct json_reader skipped(struct bytes whole, size_t size)
{
	struct pieces pieces = { whole, size };
	struct json_reader json =
		json_reader_of((struct json_source){ &pieces, next_piece });
	json_skip(&json);
	json_end(&json);
	property(json.refused || json.depth == 0);
	return json;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_reader whole = skipped(bytes_of(data, size), SIZE_MAX);
	struct json_reader pieces = skipped(bytes_of(data, size), 1);
	property(whole.refused == pieces.refused);
	property(whole.line == pieces.line);
	return 0;
}
