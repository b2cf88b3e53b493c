/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In chunks whose size the first byte says, with the header put in front, and
 * padding behind if the second byte says so: what is accepted gives a tally
 * that can be, and encodes to the same bytes.
 */
#include "appliance/election/rules.h"
#include "tests/fuzz/election.h"

struct context {
	struct counter counter;
	struct ballots_list list;
};

static void collect_one(struct context *context, const struct ballot *ballot)
{
	uint16_t codes[CHOICES_MOST];
	for (size_t i = 0; i < ballot->n; i++)
		codes[i] = (uint16_t)(ballot->choices[2 * i] << 8 |
				      ballot->choices[2 * i + 1]);
	for (uint32_t m = 0; m < ballot->multiplicity; m++)
		if (ballots_list_add(
			    &context->list, ballot->contest, codes, ballot->n))
			abort();
}

static void collect(void *pointer, const struct ballot *ballot, size_t count)
{
	struct context *context = pointer;
	counter_count(&context->counter, ballot, count);
	for (size_t i = 0; i < count; i++)
		collect_one(context, &ballot[i]);
}

static void check(struct context *context, const struct tally *tally,
	struct bytes payload)
{
	uint8_t *again = NULL;
	size_t size = 0;
	if (tally_check(tally, small_station.ballots_issued))
		abort();
	if (ballots_list_encode(
		    &context->list, &small_plan, 0, 1, &again, &size) ||
		!bytes_equal(bytes_of(again, size), payload))
		abort();
	free(again);
}

static struct bytes with_header(const uint8_t *data, size_t size, uint8_t *out)
{
	struct writer w =
		writer_of(out, ballots_padded(BALLOTS_HEADER_SIZE + size));
	struct cursor c = cursor_of(bytes_of(data, size));
	const bool pads = cursor_u8(&c) != 0;
	write_text(&w, "sandoq/ballots/v1\n");
	write_bytes(&w, bytes_of(small_plan.definition.byte, SHA256_SIZE));
	write_u16(&w, 0);
	write_u16(&w, 1);
	write_u32(&w, cursor_u16(&c));
	write_u32(&w, cursor_u16(&c));
	write_bytes(&w, c.rest);
	return pads ? bytes_of(out, ballots_padded(w.size)) : written(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ballots_decoder decoder;
	struct context context;
	struct tally tally;
	if (size < 3)
		return 0;
	uint8_t *copy = calloc(1, ballots_padded(BALLOTS_HEADER_SIZE + size));
	struct bytes payload = with_header(data + 1, size - 1, copy);
	if (!tally_init(&tally, &small_plan, contests_first(2)) ||
		!counter_init(&context.counter, &small_plan))
		abort();
	counter_begin(&context.counter, &tally);
	ballots_list_init(&context.list);
	ballots_begin(&decoder, &small_plan, 0, 1, collect, &context);
	for (size_t at = 0, step = (size_t)data[0] + 1; at < payload.size;
		at += step)
		ballots_feed(&decoder,
			bytes_of(payload.data + at, payload.size - at < step
							    ? payload.size - at
							    : step));
	if (!ballots_end(&decoder))
		check(&context, &tally, payload);
	ballots_list_free(&context.list);
	counter_free(&context.counter);
	tally_free(&tally);
	free(copy);
	return 0;
}
