/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/verify/delivery.h"

#include <stdlib.h>

static refusal begin(const struct plan *plan, struct delivery *out)
{
	*out = (struct delivery){ .plan = plan };
	out->missing_of = calloc(plan->stations, sizeof(*out->missing_of));
	if (out->missing_of == NULL)
		return "no memory is left";
	for (size_t s = 0; s < plan->stations; s++) {
		out->missing_of[s] = plan->station[s].boxes;
		out->due += plan->station[s].boxes;
	}
	return NULL;
}

static void add_missing(struct delivery *out)
{
	for (size_t s = 0; s < out->plan->stations; s++)
		out->missing += out->missing_of[s];
}

void delivery_free(struct delivery *delivery)
{
	free(delivery->missing_of);
	*delivery = (struct delivery){ 0 };
}

static bool is_due(const struct plan *plan, const struct journal_header *header)
{
	return header->station < plan->stations && header->sequence >= 1 &&
	       header->sequence <= plan->station[header->station].boxes;
}

/* A box that came before under the same number adds nothing. */
static void take_off(const struct chain *chain, const size_t *first,
	bool *there, struct delivery *out)
{
	struct journal_header header;
	struct leaves leaves = leaves_of(chain);
	while (leaves_next(&leaves, &header)) {
		if (header.type != ENTRY_BOX || !is_due(out->plan, &header))
			continue;
		const size_t place =
			first[header.station] + header.sequence - 1U;
		if (there[place])
			continue;
		there[place] = true;
		out->delivered++;
		out->missing_of[header.station]--;
	}
}

static size_t refusals_of(const struct chain *chain)
{
	size_t refusals = 0;
	struct journal_header header;
	struct leaves leaves = leaves_of(chain);
	while (leaves_next(&leaves, &header))
		refusals += header.type == ENTRY_REFUSED;
	return refusals;
}

static refusal of_journal(const struct chain *chain, struct delivery *out)
{
	const struct plan *plan = &chain->evidence->definition->plan;
	const refusal refused = begin(plan, out);
	size_t *first = calloc(plan->stations, sizeof(*first));
	bool *there = calloc(out->due + 1, sizeof(*there));
	const bool room = refused == NULL && first != NULL && there != NULL;
	if (room) {
		for (size_t s = 1; s < plan->stations; s++)
			first[s] = first[s - 1] + plan->station[s - 1].boxes;
		take_off(chain, first, there, out);
		add_missing(out);
	}
	free(first);
	free(there);
	return room ? NULL : "no memory is left";
}

refusal delivery_of_result(const struct result *result, struct delivery *out)
{
	const refusal refused = begin(result->plan, out);
	if (refused != NULL)
		return refused;
	out->has_result = true;
	out->counted = result->boxes;
	out->voids = result->voids;
	result_missing(result, out->missing_of);
	add_missing(out);
	return NULL;
}

refusal delivery_of_chain(const struct chain *chain, struct delivery *out)
{
	const refusal refused =
		chain->has_result ? delivery_of_result(&chain->result, out)
				  : of_journal(chain, out);
	out->refusals = refusals_of(chain);
	return refused;
}

size_t delivery_without(const struct delivery *delivery)
{
	return delivery->missing + delivery->voids;
}

static void write_station(const struct delivery *delivery, size_t s, bool first,
	struct writer *out)
{
	const struct station *station = &delivery->plan->station[s];
	write_text(out, first ? "; missing: " : ", ");
	write_text(out, station->id);
	if (station->boxes == 1)
		return;
	write_text(out, " (");
	write_decimal(out, delivery->missing_of[s]);
	write_text(out, " of ");
	write_decimal(out, station->boxes);
	write_text(out, ")");
}

static void write_missing(const struct delivery *delivery, struct writer *out)
{
	/* Of a station and of what may follow it. */
	enum { ROOM = 2 * ID_MOST + 64 };
	size_t told = 0;
	for (size_t s = 0; s < delivery->plan->stations; s++) {
		if (delivery->missing_of[s] == 0)
			continue;
		if (out->capacity - out->size < ROOM) {
			write_text(out, ", and ");
			write_decimal(out, delivery->missing - told);
			write_text(out, " more");
			return;
		}
		write_station(delivery, s, told == 0, out);
		told += delivery->missing_of[s];
	}
}

static void write_number(struct writer *out, const char *before, size_t number)
{
	if (number == 0)
		return;
	write_text(out, before);
	write_decimal(out, number);
}

void delivery_line(const struct delivery *delivery, struct writer *out)
{
	const bool result = delivery->has_result;
	write_decimal(out, result ? delivery->counted : delivery->delivered);
	write_text(out, " of ");
	write_decimal(out, delivery->due);
	write_text(
		out, result ? " boxes were counted" : " boxes were delivered");
	write_missing(delivery, out);
	write_number(out, "; void: ", delivery->voids);
	write_number(out, "; refused: ", delivery->refusals);
}
