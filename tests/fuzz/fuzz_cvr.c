/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first byte says where the map ends and the document starts: a map that
 * is refused is not used. Every ballot must be one that CSV can hold too.
 */
#include "appliance/election/cvr.h"
#include "tests/fuzz/election.h"

static struct bytes next_piece(void *context)
{
	struct bytes *rest = context;
	struct bytes piece = *rest;
	if (piece.size > 61)
		piece.size = 61;
	*rest = bytes_of(rest->data + piece.size, rest->size - piece.size);
	return piece;
}

static refusal see_ballot(
	void *context, uint16_t contest, const uint16_t *codes, size_t n)
{
	(void)context;
	property(contest < small_plan.contests);
	property(n <= CHOICES_MOST);
	property(n == 0 || codes != NULL);
	return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct cvr_reader reader;
	struct cvr_map map;
	uint64_t line;
	if (size == 0 || data[0] > size - 1)
		return 0;
	struct bytes text = bytes_of(data + 1, data[0]);
	struct bytes document =
		bytes_of(data + 1 + data[0], size - 1 - data[0]);
	bool mapped = !cvr_map_read(&map, &small_plan, text, &line);
	cvr_begin(&reader, &small_plan, mapped ? &map : NULL,
		(struct json_source){ &document, next_piece }, see_ballot,
		NULL);
	refusal why = cvr_read(&reader);
	property(why || document.size == 0);
	property(reader.line > 0);
	if (mapped)
		cvr_map_free(&map);
	return 0;
}
