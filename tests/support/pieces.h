/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text that comes in pieces of `size` bytes: a source for JSON readers.
 * `context` is a struct pieces, whose text is borrowed.
 */
#ifndef SANDOQ_TESTS_SUPPORT_PIECES_H
#define SANDOQ_TESTS_SUPPORT_PIECES_H

#include "appliance/formats/bytes.h"

struct pieces {
	struct bytes rest;
	size_t size;
};

/* An empty one at the end. */
static inline struct bytes next_piece(void *context)
{
	struct pieces *pieces = context;
	struct bytes piece = pieces->rest;
	if (piece.size > pieces->size)
		piece.size = pieces->size;
	pieces->rest.data += piece.size;
	pieces->rest.size -= piece.size;
	return piece;
}

#endif
