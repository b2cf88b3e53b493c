/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/record/refused.h"

#include <string.h>

static const char head[] = "deliveries without an entry of their own: ";

void write_refused(struct writer *out, const struct refused *refused)
{
	write_hex(out, bytes_of(refused->came.byte, SHA256_SIZE));
	write_u8(out, ' ');
	write_bytes(out, refused->told);
	write_u8(out, '\n');
}

void refused_add(struct refused_sum *sum, const struct refused *refused)
{
	struct writer line = writer_of(
		sum->space + sum->size, sizeof(sum->space) - sum->size);
	if (sum->count++ >= REFUSED_TOLD_MOST)
		return;
	write_refused(&line, refused);
	sum->size += written(&line).size;
}

void write_refused_sum(struct writer *out, const struct refused_sum *sum)
{
	write_text(out, head);
	write_decimal(out, sum->count);
	write_u8(out, '\n');
	write_bytes(out, bytes_of(sum->space, sum->size));
}

static uint16_t saturated(uint64_t count)
{
	return count < UINT16_MAX ? (uint16_t)count : UINT16_MAX;
}

uint16_t refused_sequence(const struct refused_sum *sum)
{
	return saturated(sum->count);
}

static bool is_sum(const struct journal_header *header)
{
	return header->station == JOURNAL_NO_STATION;
}

uint64_t refused_count(const struct journal_header *header)
{
	return is_sum(header) ? header->sequence : 1;
}

/* "whose box: why" */
static bool says_why(struct bytes told)
{
	const uint8_t *colon =
		told.size > 0 ? memmem(told.data, told.size, ": ", 2) : NULL;
	return colon != NULL && colon > told.data &&
	       colon + 2 < told.data + told.size &&
	       told.size <= REFUSED_TOLD_SIZE && text_is_clean(told);
}

bool refused_next(struct refused_text *text, struct refused *out)
{
	const struct bytes hex = cursor_take(&text->lines, 2UL * SHA256_SIZE);
	const bool spaced = cursor_u8(&text->lines) == ' ';
	out->told = cursor_line(&text->lines);
	return spaced && !text->lines.broken && says_why(out->told) &&
	       hex_decode(hex, out->came.byte, SHA256_SIZE);
}

static bool take_head(struct refused_text *text)
{
	const struct bytes line = cursor_line(&text->lines);
	const struct bytes start = bytes_of_text(head);
	return line.size > start.size &&
	       bytes_equal(bytes_of(line.data, start.size), start) &&
	       decimal_decode(
		       bytes_of(line.data + start.size, line.size - start.size),
		       UINT64_MAX, &text->count) &&
	       text->count > 0;
}

refusal refused_parse(const struct journal_header *header, struct bytes text,
	struct refused_text *out)
{
	struct refused_text rest;
	struct refused line;
	uint64_t lines;
	*out = (struct refused_text){ 1, cursor_of(text) };
	if (is_sum(header) && !take_head(out))
		return "it does not say how many deliveries were refused";
	if (is_sum(header) && saturated(out->count) != header->sequence)
		return "it is of another number of deliveries than its entry";
	rest = *out;
	lines = out->count < REFUSED_TOLD_MOST ? out->count : REFUSED_TOLD_MOST;
	while (lines > 0 && refused_next(&rest, &line))
		lines--;
	return lines == 0 && cursor_done(&rest.lines)
		       ? NULL
		       : "it does not say what came and why it was refused";
}
