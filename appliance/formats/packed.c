/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/formats/packed.h"

#include <stdlib.h>
#include <string.h>

/*
 * A block is of sequences: a token, whose halves begin the number of literals
 * and the length of a match less LEAST; the literals; how far back the match
 * is. The last sequence has literals alone. By the format no match begins in
 * the last START_MOST bytes, or reaches into the last END_MOST.
 */
enum {
	HALF_MOST = 15,
	LEAST = 4,
	START_MOST = 12,
	END_MOST = 5,
	BACK_MOST = UINT16_MAX,
	HASH_BITS = 16,
	SIZE_SIZE = 4,
};

size_t packed_most(size_t size)
{
	return strlen(PACKED_HEADING) + SIZE_SIZE + size + size / 255 + 16;
}

/* --- packing --- */

/* Where four bytes with the same hash were seen last, plus one. */
struct seen {
	uint32_t at[1 << HASH_BITS];
};

/* The same on every computer, so that all pack alike. */
static size_t hash_of(const uint8_t *four)
{
	const uint32_t word = (uint32_t)four[0] | (uint32_t)four[1] << 8 |
			      (uint32_t)four[2] << 16 | (uint32_t)four[3] << 24;
	return word * 2654435761U >> (32 - HASH_BITS);
}

/* Of a number that a half of a token has begun. */
static void write_rest(struct writer *out, size_t number)
{
	if (number < HALF_MOST)
		return;
	for (number -= HALF_MOST; number >= 255; number -= 255)
		write_u8(out, 255);
	write_u8(out, (uint8_t)number);
}

static size_t half_of(size_t number)
{
	return number < HALF_MOST ? number : HALF_MOST;
}

/* `length` 0: the last one. */
static void write_sequence(
	struct writer *out, struct bytes literals, size_t back, size_t length)
{
	const size_t more = length > 0 ? length - LEAST : 0;
	write_u8(out, (uint8_t)(half_of(literals.size) << 4 | half_of(more)));
	write_rest(out, literals.size);
	write_bytes(out, literals);
	if (length == 0)
		return;
	write_u8(out, (uint8_t)back);
	write_u8(out, (uint8_t)(back >> 8));
	write_rest(out, more);
}

/* How many bytes are the same from both places on. */
static size_t same(struct bytes plain, size_t earlier, size_t at)
{
	size_t size = 0;
	while (at + size + END_MOST < plain.size &&
		plain.data[earlier + size] == plain.data[at + size])
		size++;
	return size;
}

/* The length of a match of what is here; 0 when none is known. */
static size_t match(
	struct seen *seen, struct bytes plain, size_t at, size_t *back)
{
	uint32_t *const place = &seen->at[hash_of(plain.data + at)];
	const uint32_t earlier = *place;
	*place = (uint32_t)at + 1;
	if (earlier == 0 || at - (earlier - 1) > BACK_MOST)
		return 0;
	*back = at - (earlier - 1);
	const size_t length = same(plain, earlier - 1, at);
	return length >= LEAST ? length : 0;
}

static void write_block(
	struct writer *out, struct bytes plain, struct seen *seen)
{
	size_t from = 0, at = 0;
	while (at + START_MOST < plain.size) {
		size_t back = 0;
		const size_t length = match(seen, plain, at, &back);
		if (length == 0) {
			at++;
			continue;
		}
		write_sequence(out, bytes_of(plain.data + from, at - from),
			back, length);
		at += length;
		from = at;
	}
	write_sequence(
		out, bytes_of(plain.data + from, plain.size - from), 0, 0);
}

void write_packed(struct writer *out, struct bytes plain)
{
	struct seen *seen = calloc(1, sizeof(*seen));
	if (seen == NULL || plain.size >= UINT32_MAX) {
		out->broken = true;
		free(seen);
		return;
	}
	write_text(out, PACKED_HEADING);
	write_u32(out, (uint32_t)plain.size);
	write_block(out, plain, seen);
	free(seen);
}

/* --- unpacking --- */

bool is_packed(struct bytes packed)
{
	const struct bytes heading = bytes_of_text(PACKED_HEADING);
	return packed.size >= heading.size &&
	       bytes_equal(bytes_of(packed.data, heading.size), heading);
}

/* Broken when the heading is another. */
static struct cursor behind_heading(struct bytes packed)
{
	struct cursor in = cursor_of(packed);
	in.broken = !is_packed(packed);
	cursor_take(&in, strlen(PACKED_HEADING));
	return in;
}

size_t packed_size(struct bytes packed)
{
	struct cursor in = behind_heading(packed);
	return cursor_u32(&in);
}

/* No more bytes than there are of the block, so that it ends. */
static size_t take_number(struct cursor *in, size_t half)
{
	size_t number = half;
	uint8_t more = 255;
	while (half == HALF_MOST && more == 255 && !in->broken) {
		more = cursor_u8(in);
		number += more;
	}
	return number;
}

/* Byte by byte: a match may reach into what it makes. */
static void copy_match(struct writer *out, size_t back, size_t length)
{
	uint8_t *to =
		back > 0 && back <= out->size ? writer_room(out, length) : NULL;
	if (to == NULL) {
		out->broken = true;
		return;
	}
	for (size_t i = 0; i < length; i++)
		to[i] = to[(ptrdiff_t)i - (ptrdiff_t)back];
	out->size += length;
}

static void take_match(struct cursor *in, struct writer *out, size_t half)
{
	const size_t low = cursor_u8(in);
	const size_t back = low | (size_t)cursor_u8(in) << 8;
	const size_t length = take_number(in, half) + LEAST;
	if (!in->broken)
		copy_match(out, back, length);
}

bool packed_open(struct bytes packed, uint8_t *plain)
{
	struct cursor in = behind_heading(packed);
	struct writer out = writer_of(plain, cursor_u32(&in));
	bool ended = false;
	while (!ended && !in.broken && !out.broken) {
		const unsigned token = cursor_u8(&in);
		write_bytes(
			&out, cursor_take(&in, take_number(&in, token >> 4)));
		ended = in.rest.size == 0;
		if (!ended)
			take_match(&in, &out, token & HALF_MOST);
	}
	return !in.broken && !out.broken && out.size == out.capacity;
}
