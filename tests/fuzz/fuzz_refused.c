/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of a `refused` entry, of one delivery or of a sum. What is accepted
 * is what was told, line by line, written again.
 */
#include "appliance/record/refused.h"
#include "tests/fuzz/property.h"

static uint8_t valid_space[REFUSED_TEXT_MOST];
static uint8_t edit_buffer[EDITED_MOST];

static const struct refused example = {
	.told = { (const uint8_t *)"station-03, box 1: it is void", 29 }
};

static bool one_text(const struct journal_header *header, struct bytes text)
{
	static uint8_t space[EDITED_MOST];
	struct writer out = writer_of(space, sizeof(space));
	struct refused_text parsed;
	struct refused line;
	if (refused_parse(header, text, &parsed) != NULL)
		return false;
	property(parsed.count >= refused_count(header));
	while (refused_next(&parsed, &line))
		write_refused(&out, &line);
	property(!out.broken && parsed.lines.rest.size == 0);
	property(out.size <= text.size);
	property(bytes_equal(written(&out),
		bytes_of(text.data + text.size - out.size, out.size)));
	return true;
}

/* As many as the input's first byte says. */
static struct bytes valid_sum(size_t count, struct journal_header *header)
{
	static struct refused_sum sum;
	struct writer out = writer_of(valid_space, sizeof(valid_space));
	sum = (struct refused_sum){ 0 };
	for (size_t i = 0; i < count; i++)
		refused_add(&sum, &example);
	write_refused_sum(&out, &sum);
	*header = (struct journal_header){ .type = ENTRY_REFUSED,
		.station = JOURNAL_NO_STATION,
		.sequence = refused_sequence(&sum) };
	return written(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct journal_header own = { .type = ENTRY_REFUSED,
		.sequence = 1 };
	const struct bytes in = bytes_of(data, size);
	struct cursor rest = cursor_of(in);
	const size_t count = 1 + cursor_u8(&rest) % (REFUSED_TOLD_MOST + 4);
	struct journal_header header;
	struct bytes valid = valid_sum(count, &header);
	property(one_text(&header, valid));
	one_text(&header, in);
	one_text(&own, in);
	if (size > 1024)
		return 0;
	one_text(&header, edited(valid, rest.rest, edit_buffer));
	struct writer out = writer_of(valid_space, sizeof(valid_space));
	write_refused(&out, &example);
	valid = written(&out);
	property(one_text(&own, valid));
	one_text(&own, edited(valid, rest.rest, edit_buffer));
	return 0;
}
