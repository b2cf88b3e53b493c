/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/round_trip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { EDITS = 24, KEYS = 16 };

void random_fill(struct sample_random *random, void *data, size_t size)
{
	uint8_t *octets = data;
	for (size_t i = 0; i < size; i++)
		octets[i] = (uint8_t)sample_below(random, 256);
}

struct bytes random_bytes_in(
	struct sample_random *random, void *data, size_t most)
{
	size_t size = sample_below(random, most + 1);
	random_fill(random, data, size);
	return bytes_of(data, size);
}

struct bytes random_text_in(
	struct sample_random *random, void *data, size_t least, size_t most)
{
	size_t size = least + sample_below(random, most - least + 1);
	char *text = data;
	for (size_t i = 0; i < size; i++)
		text[i] = (char)('!' + sample_below(random, '~' - '!' + 1));
	return bytes_of(data, size);
}

struct p256_public random_key(struct sample_random *random)
{
	static struct p256_public made[KEYS];
	static bool known[KEYS];
	size_t which = sample_below(random, KEYS);
	uint8_t scalar[P256_SIZE] = { 0 };
	struct p256_private *private;
	if (!known[which]) {
		scalar[P256_SIZE - 1] = (uint8_t)(which + 1);
		assert_null(p256_from_scalar(scalar, &private));
		made[which] = p256_public_of(private);
		p256_free(private);
		known[which] = true;
	}
	return made[which];
}

static uint8_t value_space[2][ROUND_TRIP_VALUE_MOST];
static uint8_t encoded_space[2][ROUND_TRIP_MOST];
static uint8_t edited_space[ROUND_TRIP_MOST];

static struct bytes encoded(
	const struct round_trip *trip, const void *value, size_t place)
{
	struct writer out = writer_of(encoded_space[place], ROUND_TRIP_MOST);
	trip->encode(&out, value);
	if (out.broken)
		fail_msg("%s does not encode", trip->name);
	return written(&out);
}

static refusal decoded(
	const struct round_trip *trip, struct bytes in, void *value)
{
	memset(value, 0, trip->size);
	return trip->decode(in, value);
}

static void drop(const struct round_trip *trip, void *value)
{
	if (trip->free)
		trip->free(value);
}

static void expect_refused(
	const struct round_trip *trip, struct bytes in, const char *how)
{
	if (!decoded(trip, in, value_space[1]))
		fail_msg("%s: accepted %s", trip->name, how);
}

static void try_lengths(const struct round_trip *trip, struct bytes whole)
{
	uint8_t *end = encoded_space[0] + whole.size;
	if (trip->length == FIXED || trip->length == ANY)
		return;
	expect_refused(trip, bytes_of(whole.data, whole.size - 1),
		"without its last byte");
	if (trip->length == GOES_ON)
		return;
	assert_true(whole.size < ROUND_TRIP_MOST);
	for (const char *more = "\0\n =a\377"; end[0] != 0xff; more++) {
		end[0] = (uint8_t)*more;
		expect_refused(trip, bytes_of(whole.data, whole.size + 1),
			"with a byte more");
	}
}

static uint8_t nearby(struct sample_random *random, uint8_t old)
{
	switch (sample_below(random, 3)) {
	case 0:
		return (uint8_t)(old + 1);
	case 1:
		return old ^ (uint8_t)(1u << sample_below(random, 8));
	default:
		return (uint8_t)sample_below(random, 256);
	}
}

/* Bytes changed, and at times one left out or put in. */
static struct bytes damaged(const struct round_trip *trip,
	struct sample_random *random, struct bytes whole)
{
	size_t size = whole.size;
	size_t at = sample_below(random, size);
	uint64_t kind = trip->length == FIXED ? 0 : sample_below(random, 6);
	memcpy(edited_space, whole.data, size);
	if (kind == 1) {
		memmove(edited_space + at, edited_space + at + 1,
			size - at - 1);
		return bytes_of(edited_space, size - 1);
	}
	if (kind == 2) {
		assert_true(size < ROUND_TRIP_MOST);
		memmove(edited_space + at + 1, edited_space + at, size - at);
		return bytes_of(edited_space, size + 1);
	}
	for (uint64_t n = sample_below(random, 3) + 1; n > 0; n--) {
		edited_space[at] = nearby(random, edited_space[at]);
		at = sample_below(random, size);
	}
	return bytes_of(edited_space, size);
}

/* True when it was accepted, as the one encoding of what it says. */
static bool try_damaged(const struct round_trip *trip, struct bytes in)
{
	if (decoded(trip, in, value_space[1]))
		return false;
	struct bytes again = encoded(trip, value_space[1], 1);
	bool same =
		trip->length == GOES_ON
			? again.size <= in.size &&
				  memcmp(again.data, in.data, again.size) == 0
			: bytes_equal(again, in);
	if (!same)
		fail_msg("%s: accepted what is not the encoding of its value",
			trip->name);
	drop(trip, value_space[1]);
	return true;
}

static bool same_value(const struct round_trip *trip)
{
	if (trip->equal)
		return trip->equal(value_space[0], value_space[1]);
	return memcmp(value_space[0], value_space[1], trip->size) == 0;
}

static size_t try_round(const struct round_trip *trip, unsigned round)
{
	struct sample_random random = sample_random_of(round);
	size_t accepted = 0;
	memset(value_space[0], 0, trip->size);
	trip->make(&random, round, value_space[0]);
	struct bytes whole = encoded(trip, value_space[0], 0);
	refusal why = decoded(trip, whole, value_space[1]);
	if (why != NULL)
		fail_msg("%s, round %u: %s", trip->name, round, why);
	if (!same_value(trip))
		fail_msg("%s, round %u: another value", trip->name, round);
	drop(trip, value_space[1]);
	drop(trip, value_space[0]);
	assert_true(try_damaged(trip, whole));
	try_lengths(trip, whole);
	for (unsigned i = 0; i < EDITS; i++)
		accepted += try_damaged(trip, damaged(trip, &random, whole));
	return accepted;
}

void round_trip(const struct round_trip *trip, size_t count, unsigned rounds)
{
	for (size_t i = 0; i < count; i++) {
		size_t accepted = 0;
		assert_true(trip[i].size <= ROUND_TRIP_VALUE_MOST);
		for (unsigned round = 0; round < rounds; round++)
			accepted += try_round(&trip[i], round);
		print_message("%s: %u values, %zu of %u damaged encodings "
			      "accepted\n",
			trip[i].name, rounds, accepted, rounds * EDITS);
	}
}
