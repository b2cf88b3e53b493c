/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must hold of every encoder with its decoder, tried on made-up values
 * and on damaged encodings:
 *
 *	decoding gives back what was encoded;
 *	an encoding is decoded to its last byte: one that is cut short or has a
 *	byte more is refused;
 *	whatever is accepted is the one encoding of what it says.
 */
#ifndef SANDOQ_TESTS_SUPPORT_ROUND_TRIP_H
#define SANDOQ_TESTS_SUPPORT_ROUND_TRIP_H

#include "appliance/election/sample.h"

enum { ROUND_TRIP_VALUE_MOST = 1 << 15, ROUND_TRIP_MOST = 1 << 17 };

enum round_trip_length {
	WHOLE,	 /* decodes to its last byte */
	FIXED,	 /* the caller gives exactly this many bytes */
	GOES_ON, /* more may follow it: only cutting it short is tried */
	ANY,	 /* every length says something else */
};

/* Values lie in memory that is all zeros at first. */
struct round_trip {
	const char *name;
	size_t size; /* of a value */
	enum round_trip_length length;
	/* A value, from `random`; `round` counts from 0. */
	void (*make)(struct sample_random *, unsigned round, void *value);
	void (*encode)(struct writer *, const void *value);
	/* What it borrows from `in` lives as long as that. */
	refusal (*decode)(struct bytes in, void *value);
	/* NULL: equal when all bytes are. */
	bool (*equal)(const void *a, const void *b);
	/* Of what was made or decoded; NULL: nothing to be freed. */
	void (*free)(void *value);
};

/* Fails the test when it does not hold; seeds are fixed. */
void round_trip(const struct round_trip *, size_t count, unsigned rounds);

/* For `make`. */
void random_fill(struct sample_random *, void *data, size_t size);
/* 0 to `most` bytes, borrowed from `data`, which holds `most`. */
struct bytes random_bytes_in(struct sample_random *, void *data, size_t most);
/* The same of printable ASCII, `least` at least. */
struct bytes random_text_in(
	struct sample_random *, void *data, size_t least, size_t most);
/* Public keys of the scalars 1, 2, 3 ..., by chance. */
struct p256_public random_key(struct sample_random *);

#endif
