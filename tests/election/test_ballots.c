/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Payloads of ballots v1 written by hand, byte by byte, against what the
 * decoder takes, refuses and hands on, in chunks of any size; and that the
 * encoder leaves no trace of the order of voting.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "appliance/election/ballots.h"
#include "tests/support/election.h"

enum { PAYLOAD_MOST = 65536 };

/* A payload written by hand, so that it can be wrong. */
struct payload {
	uint8_t data[PAYLOAD_MOST];
	struct writer writer;
	uint32_t records;
};

/* Of a payload in `data`, where the number of records stands. */
enum { RECORDS_AT = 18 + 32 + 2 + 2 + 4 };

static void header(struct payload *p, const struct village *v, uint16_t station,
	uint16_t sequence, uint32_t count)
{
	memset(p, 0, sizeof(*p));
	p->writer = writer_of(p->data, sizeof(p->data));
	write_text(&p->writer, "sandoq/ballots/v1\n");
	write_bytes(&p->writer, bytes_of(v->plan.definition.byte, SHA256_SIZE));
	write_u16(&p->writer, station);
	write_u16(&p->writer, sequence);
	write_u32(&p->writer, count);
	write_u32(&p->writer, 0);
}

static void record(struct payload *p, uint32_t multiplicity, uint16_t contest,
	uint16_t n, const uint16_t *codes)
{
	p->records++;
	write_u32(&p->writer, multiplicity);
	write_u16(&p->writer, contest);
	write_u16(&p->writer, n);
	for (size_t i = 0; i < n; i++)
		write_u16(&p->writer, codes[i]);
}

/* The payload with as many records as it has, in `size` bytes of it. */
static struct bytes sized(struct payload *p, size_t size)
{
	struct writer records = writer_of(p->data + RECORDS_AT, 4);
	write_u32(&records, p->records);
	assert_true(size <= sizeof(p->data));
	return bytes_of(p->data, size);
}

static struct bytes padded(struct payload *p)
{
	return sized(p, ballots_padded(p->writer.size));
}

#define CODES(...)                                                             \
	(const uint16_t[])                                                     \
	{                                                                      \
		__VA_ARGS__                                                    \
	}

/* What the sink was given, as text. */
struct seen {
	char text[PAYLOAD_MOST];
	size_t size;
};

static void see_one(struct seen *seen, const struct ballot *ballot)
{
	seen->size += (size_t)sprintf(seen->text + seen->size,
		"%u*%u:", ballot->multiplicity, ballot->contest);
	for (size_t i = 0; i < ballot->n; i++)
		seen->size += (size_t)sprintf(seen->text + seen->size, " %u",
			ballot->choices[2 * i] << 8 |
				ballot->choices[2 * i + 1]);
	seen->size += (size_t)sprintf(seen->text + seen->size, "\n");
}

static void see(void *context, const struct ballot *ballot, size_t count)
{
	for (size_t i = 0; i < count; i++)
		see_one(context, &ballot[i]);
}

static refusal decode(const struct village *v, struct bytes payload,
	uint16_t station, uint16_t sequence, size_t chunk, struct seen *seen)
{
	struct ballots_decoder d;
	memset(seen, 0, sizeof(*seen));
	ballots_begin(&d, &v->plan, station, sequence, see, seen);
	while (payload.size > 0) {
		size_t size = payload.size < chunk ? payload.size : chunk;
		/* A copy of its own, so that the decoder cannot look back. */
		uint8_t *piece = malloc(size);
		memcpy(piece, payload.data, size);
		ballots_feed(&d, bytes_of(piece, size));
		free(piece);
		payload = bytes_of(payload.data + size, payload.size - size);
	}
	return ballots_end(&d);
}

static void expect_of(
	const struct village *v, struct bytes payload, const char *why)
{
	static const size_t chunk[] = { PAYLOAD_MOST, 1, 7, 64 };
	struct seen *seen = malloc(sizeof(*seen));
	for (size_t i = 0; i < sizeof(chunk) / sizeof(*chunk); i++) {
		refusal got = decode(v, payload, SOUTH, 1, chunk[i], seen);
		if (why == NULL)
			assert_null(got);
		else if (got == NULL)
			fail_msg("accepted: %s", why);
		else
			assert_string_equal(got, why);
	}
	free(seen);
}

static void expect(const struct village *v, struct payload *p, const char *why)
{
	expect_of(v, padded(p), why);
}

static void a_payload_byte_by_byte(void **state)
{
	static const uint8_t wanted[4096] = "sandoq/ballots/v1\n"
					    "\xde\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
					    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
					    "\0\1"
					    "\0\1"
					    "\0\0\0\4"
					    "\0\0\0\3"
					    "\0\0\0\1"
					    "\0\0"
					    "\0\0"
					    "\0\0\0\2"
					    "\0\0"
					    "\0\2"
					    "\0\3\0\1"
					    "\0\0\0\1"
					    "\0\1"
					    "\0\1"
					    "\0\2";
	struct village v;
	struct ballots_list list;
	uint8_t *payload;
	size_t size;
	(void)state;
	village_init(&v);
	ballots_list_init(&list);
	assert_null(ballots_list_add(&list, COUNCIL, CODES(3, 1), 2));
	assert_null(ballots_list_add(&list, MAYOR, CODES(2), 1));
	assert_null(ballots_list_add(&list, COUNCIL, NULL, 0));
	assert_null(ballots_list_add(&list, COUNCIL, CODES(3, 1), 2));
	assert_null(
		ballots_list_encode(&list, &v.plan, SOUTH, 1, &payload, &size));
	assert_int_equal(size, sizeof(wanted));
	assert_memory_equal(payload, wanted, size);
	free(payload);
	ballots_list_free(&list);
}

static void ballots_come_out_whatever_the_chunks(void **state)
{
	struct village v;
	struct payload p;
	struct seen *seen = malloc(sizeof(*seen));
	(void)state;
	village_init(&v);
	header(&p, &v, SOUTH, 1, 9);
	record(&p, 3, COUNCIL, 0, NULL);
	record(&p, 1, COUNCIL, 1, CODES(65535));
	record(&p, 2, COUNCIL, 3, CODES(3, 2, 1));
	record(&p, 1, COUNCIL, 5, CODES(1, 1, 2, 3, 4));
	record(&p, 2, MAYOR, 1, CODES(2));
	for (size_t chunk = 1; chunk <= p.writer.size; chunk++) {
		assert_null(decode(&v, padded(&p), SOUTH, 1, chunk, seen));
		assert_string_equal(seen->text, "3*0:\n1*0: 65535\n"
						"2*0: 3 2 1\n"
						"1*0: 1 1 2 3 4\n2*1: 2\n");
	}
	free(seen);
}

static void an_empty_box_is_a_box(void **state)
{
	struct village v;
	struct payload p;
	(void)state;
	village_init(&v);
	header(&p, &v, SOUTH, 1, 0);
	expect(&v, &p, NULL);
}

static void the_header_must_be_that_of_the_box(void **state)
{
	struct village v;
	struct payload p;
	(void)state;
	village_init(&v);
	header(&p, &v, NORTH, 1, 0);
	expect(&v, &p,
		"the ballots are of another station than the box's note");
	header(&p, &v, SOUTH, 2, 0);
	expect(&v, &p, "the ballots are of another box than the box's note");
	header(&p, &v, SOUTH, 1, 0);
	p.data[16] = '2';
	expect(&v, &p, "the box does not hold ballots v1");
	header(&p, &v, SOUTH, 1, 0);
	p.data[18] ^= 1;
	expect(&v, &p, "the ballots are of another election");
	header(&p, &v, SOUTH, 1, 201);
	expect(&v, &p, "there are more ballots than the station was issued");
}

static void records_ascend_strictly(void **state)
{
	static const char why[] = "the ballots are not in ascending order";
	struct village v;
	struct payload p;
	(void)state;
	village_init(&v);
	header(&p, &v, SOUTH, 1, 2);
	record(&p, 1, COUNCIL, 2, CODES(3, 1));
	record(&p, 1, COUNCIL, 2, CODES(2, 9));
	expect(&v, &p, why);
	/* The same kind of ballot twice, its multiplicities ascending. */
	header(&p, &v, SOUTH, 1, 3);
	record(&p, 1, COUNCIL, 2, CODES(3, 1));
	record(&p, 2, COUNCIL, 2, CODES(3, 1));
	expect(&v, &p, why);
	header(&p, &v, SOUTH, 1, 2);
	record(&p, 1, MAYOR, 0, NULL);
	record(&p, 1, COUNCIL, 2, CODES(3, 1));
	expect(&v, &p, why);
	header(&p, &v, SOUTH, 1, 2);
	record(&p, 1, COUNCIL, 2, CODES(3, 1));
	record(&p, 1, COUNCIL, 1, CODES(4));
	expect(&v, &p, why);
}

static void the_count_must_be_right(void **state)
{
	struct village v;
	struct payload p;
	(void)state;
	village_init(&v);
	header(&p, &v, SOUTH, 1, 3);
	record(&p, 2, COUNCIL, 0, NULL);
	expect(&v, &p, "there are fewer ballots than the header says");
	header(&p, &v, SOUTH, 1, 1);
	record(&p, 2, COUNCIL, 0, NULL);
	expect(&v, &p, "there are more ballots than the header says");
}

static void no_contest_has_more_ballots_than_were_issued(void **state)
{
	static const char why[] =
		"there are more ballots than the station was issued";
	struct village v;
	struct payload p;
	(void)state;
	village_init(&v);
	header(&p, &v, SOUTH, 1, 200);
	record(&p, 100, COUNCIL, 0, NULL);
	record(&p, 100, MAYOR, 0, NULL);
	expect(&v, &p, NULL);
	header(&p, &v, SOUTH, 1, 101);
	record(&p, 101, COUNCIL, 0, NULL);
	expect(&v, &p, why);
	header(&p, &v, SOUTH, 1, 101);
	record(&p, 60, COUNCIL, 0, NULL);
	record(&p, 41, COUNCIL, 1, CODES(1));
	expect(&v, &p, why);
	header(&p, &v, SOUTH, 1, 0);
	record(&p, UINT32_MAX, COUNCIL, 0, NULL);
	expect(&v, &p, why);
	header(&p, &v, SOUTH, 1, UINT32_MAX);
	record(&p, UINT32_MAX, COUNCIL, 0, NULL);
	expect(&v, &p, why);
	/* Sums that would be right modulo 2^32. */
	header(&p, &v, SOUTH, 1, 1);
	record(&p, UINT32_MAX, COUNCIL, 0, NULL);
	record(&p, 2, COUNCIL, 1, CODES(1));
	expect(&v, &p, why);
}

static void a_record_must_make_sense(void **state)
{
	uint16_t codes[CHOICES_MOST + 1] = { 0 };
	struct village v;
	struct payload p;
	(void)state;
	village_init(&v);
	header(&p, &v, SOUTH, 1, 0);
	record(&p, 0, COUNCIL, 0, NULL);
	expect(&v, &p, "a kind of ballot is listed with no ballots");
	header(&p, &v, SOUTH, 1, 1);
	record(&p, 1, 2, 0, NULL);
	expect(&v, &p,
		"a ballot is of a contest that the station does not have");
	header(&p, &v, SOUTH, 1, 1);
	record(&p, 1, UINT16_MAX, 0, NULL);
	expect(&v, &p,
		"a ballot is of a contest that the station does not have");
	header(&p, &v, SOUTH, 1, 1);
	record(&p, 1, COUNCIL, CHOICES_MOST, codes);
	expect(&v, &p, NULL);
	header(&p, &v, SOUTH, 1, 1);
	record(&p, 1, COUNCIL, CHOICES_MOST + 1, codes);
	expect(&v, &p, "a ballot has more than 1024 marks");
	header(&p, &v, SOUTH, 1, 1);
	write_u32(&p.writer, 1);
	write_u16(&p.writer, COUNCIL);
	write_u16(&p.writer, UINT16_MAX);
	p.records = 1;
	expect(&v, &p, "a ballot has more than 1024 marks");
}

static void what_is_cut_short_is_refused(void **state)
{
	struct village v;
	struct payload p;
	struct seen *seen = malloc(sizeof(*seen));
	(void)state;
	village_init(&v);
	header(&p, &v, SOUTH, 1, 3);
	record(&p, 1, COUNCIL, 1, CODES(4));
	record(&p, 2, COUNCIL, 2, CODES(3, 1));
	for (size_t size = 0; size < padded(&p).size; size++)
		assert_non_null(decode(
			&v, sized(&p, size), SOUTH, 1, PAYLOAD_MOST, seen));
	assert_null(decode(&v, padded(&p), SOUTH, 1, PAYLOAD_MOST, seen));
	free(seen);
}

static void the_header_says_how_many_records_there_are(void **state)
{
	struct village v;
	struct payload p;
	(void)state;
	village_init(&v);
	header(&p, &v, SOUTH, 1, 2);
	record(&p, 1, COUNCIL, 1, CODES(4));
	record(&p, 1, COUNCIL, 2, CODES(3, 1));
	p.records = 1;
	expect(&v, &p, "something follows the last ballot");
	p.records = 3;
	expect(&v, &p, "a kind of ballot is listed with no ballots");
	p.records = 2;
	expect_of(&v, sized(&p, p.writer.size - 2),
		"the ballots end before their last record");
	expect(&v, &p, NULL);
}

/* Codes so that the records end `over` bytes behind the least size. */
static void fill(struct payload *p, const struct village *v, size_t over)
{
	uint16_t codes[CHOICES_MOST] = { 0 };
	const size_t rest = BALLOTS_PADDED_LEAST + over - RECORDS_AT - 4;
	header(p, v, SOUTH, 1, 3);
	record(p, 1, COUNCIL, 10, codes);
	record(p, 1, COUNCIL, CHOICES_MOST, codes);
	record(p, 1, MAYOR,
		(uint16_t)((rest - (size_t)3 * 8) / 2 - 10 - CHOICES_MOST),
		codes);
	assert_int_equal(p->writer.size, BALLOTS_PADDED_LEAST + over);
}

static void padding_is_zeros_to_the_least_size(void **state)
{
	static const char why[] = "the ballots are not padded as they should "
				  "be";
	static const size_t other[] = { 0, 1, 4095, 4097, 4352, 8192 };
	struct village v;
	struct payload p;
	(void)state;
	village_init(&v);
	header(&p, &v, SOUTH, 1, 1);
	record(&p, 1, COUNCIL, 1, CODES(4));
	for (size_t i = 0; i < sizeof(other) / sizeof(*other); i++)
		expect_of(&v,
			sized(&p, other[i] < 2 ? p.writer.size + other[i]
					       : other[i]),
			why);
	expect(&v, &p, NULL);
	for (size_t at = p.writer.size; at < BALLOTS_PADDED_LEAST; at += 577) {
		p.data[at] = 1;
		expect(&v, &p, "something follows the last ballot");
		p.data[at] = 0;
	}
	p.data[BALLOTS_PADDED_LEAST - 1] = 1;
	expect(&v, &p, "something follows the last ballot");
	fill(&p, &v, 0);
	expect_of(&v, sized(&p, 4096), NULL);
	expect_of(&v, sized(&p, 4352), why);
	fill(&p, &v, 2);
	expect_of(&v, sized(&p, 4352), NULL);
	expect_of(&v, sized(&p, 4608), why);
	expect_of(&v, sized(&p, p.writer.size), why);
}

static void sizes_are_padme(void **state)
{
	static const struct {
		size_t size, padded;
	} rows[] = {
		{ 0, 4096 },
		{ 62, 4096 },
		{ 4096, 4096 },
		{ 4097, 4352 },
		{ 4352, 4352 },
		{ 8191, 8192 },
		{ 8193, 8704 },
		{ 65536, 65536 },
		{ 65537, 67584 },
		{ 1000000, 1015808 },
		{ BALLOTS_PAYLOAD_MOST - 1, BALLOTS_PAYLOAD_MOST },
		{ BALLOTS_PAYLOAD_MOST, BALLOTS_PAYLOAD_MOST },
		{ BALLOTS_PAYLOAD_MOST + 1,
			BALLOTS_PAYLOAD_MOST + (256 << 10) },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(ballots_padded(rows[i].size), rows[i].padded);
	for (size_t size = 1; size < 200000; size++) {
		const size_t got = ballots_padded(size);
		assert_true(got >= size && ballots_padded(got) == got);
		assert_true(got == 4096 || (got - size) * 16 < size);
	}
}

static uint32_t random_state = 1;

static uint32_t random_below(uint32_t below)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % below;
}

static struct bytes encode_random(
	const struct village *v, uint32_t seed, size_t ballots, bool backwards)
{
	struct ballots_list list;
	uint16_t codes[90][5];
	size_t n[90];
	uint8_t *payload = NULL;
	size_t size = 0;
	random_state = seed;
	for (size_t i = 0; i < ballots; i++) {
		n[i] = random_below(5);
		for (size_t c = 0; c < n[i]; c++)
			codes[i][c] = (uint16_t)random_below(4);
	}
	ballots_list_init(&list);
	for (size_t i = 0; i < ballots; i++) {
		size_t at = backwards ? ballots - 1 - i : i;
		assert_null(ballots_list_add(&list, COUNCIL, codes[at], n[at]));
	}
	assert_null(ballots_list_encode(
		&list, &v->plan, SOUTH, 1, &payload, &size));
	ballots_list_free(&list);
	return bytes_of(payload, size);
}

static void the_order_of_voting_leaves_no_trace(void **state)
{
	struct village v;
	struct seen *seen = malloc(sizeof(*seen));
	(void)state;
	village_init(&v);
	for (uint32_t seed = 1; seed <= 200; seed++) {
		struct bytes a = encode_random(&v, seed, seed % 90, false);
		struct bytes b = encode_random(&v, seed, seed % 90, true);
		assert_true(bytes_equal(a, b));
		assert_null(decode(&v, a, SOUTH, 1, 64, seen));
		free((void *)a.data);
		free((void *)b.data);
	}
	free(seen);
}

static size_t size_of_payload(const struct village *v, const char *const *slate,
	size_t slates, size_t voters)
{
	struct ballots_list list;
	uint8_t *payload = NULL;
	size_t size = 0;
	ballots_list_init(&list);
	for (size_t i = 0; i < voters; i++) {
		uint16_t codes[CHOICES_MOST];
		const char *marked = slate[i % slates];
		size_t n = 0;
		for (; marked[n] != '\0'; n++)
			codes[n] = (uint16_t)(marked[n] - '0');
		assert_null(ballots_list_add(&list, COUNCIL, codes, n));
	}
	assert_null(ballots_list_encode(
		&list, &v->plan, SOUTH, 1, &payload, &size));
	ballots_list_free(&list);
	free(payload);
	return size;
}

/* Who sees the size of a small box could tell whether its voters agreed. */
static void a_size_does_not_tell_how_few_voted(void **state)
{
	static const char *const mixed[] = { "123", "456", "1", "", "65", "43",
		"24", "135", "246", "531" };
	struct village v;
	(void)state;
	village_init(&v);
	const size_t empty = size_of_payload(&v, mixed, 1, 0);
	assert_int_equal(size_of_payload(&v, mixed, 1, 5), empty);
	assert_int_equal(size_of_payload(&v, mixed, 10, 30), empty);
}

static void a_list_that_the_machine_would_refuse_is_refused(void **state)
{
	struct village v;
	struct ballots_list list;
	uint8_t *payload = NULL;
	size_t size;
	(void)state;
	village_init(&v);
	ballots_list_init(&list);
	for (size_t i = 0; i < 101; i++)
		assert_null(ballots_list_add(&list, COUNCIL, CODES(1), 1));
	assert_string_equal(
		ballots_list_encode(&list, &v.plan, SOUTH, 1, &payload, &size),
		"there are more ballots than the station was issued");
	assert_null(payload);
	ballots_list_free(&list);
	ballots_list_init(&list);
	assert_null(ballots_list_add(&list, MAYOR, CODES(1), 1));
	assert_non_null(
		ballots_list_encode(&list, &v.plan, NORTH, 1, &payload, &size));
	ballots_list_free(&list);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_payload_byte_by_byte),
		cmocka_unit_test(ballots_come_out_whatever_the_chunks),
		cmocka_unit_test(an_empty_box_is_a_box),
		cmocka_unit_test(the_header_must_be_that_of_the_box),
		cmocka_unit_test(records_ascend_strictly),
		cmocka_unit_test(the_count_must_be_right),
		cmocka_unit_test(no_contest_has_more_ballots_than_were_issued),
		cmocka_unit_test(a_record_must_make_sense),
		cmocka_unit_test(what_is_cut_short_is_refused),
		cmocka_unit_test(the_header_says_how_many_records_there_are),
		cmocka_unit_test(padding_is_zeros_to_the_least_size),
		cmocka_unit_test(sizes_are_padme),
		cmocka_unit_test(a_size_does_not_tell_how_few_voted),
		cmocka_unit_test(the_order_of_voting_leaves_no_trace),
		cmocka_unit_test(
			a_list_that_the_machine_would_refuse_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
