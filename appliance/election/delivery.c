/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/election/delivery.h"

#include <stdlib.h>

refusal delivery_begin(struct delivery *out, const struct plan *plan)
{
	*out = (struct delivery){ .plan = plan };
	for (size_t s = 0; s < plan->stations; s++)
		out->due += plan->station[s].boxes;
	out->missing = out->due;
	/* Room for one more: there is some even where there is no station. */
	out->missing_of = calloc(plan->stations + 1, sizeof(*out->missing_of));
	out->first = calloc(plan->stations + 1, sizeof(*out->first));
	out->there = calloc(out->due + 1, sizeof(*out->there));
	if (out->missing_of == NULL || out->first == NULL || out->there == NULL)
		return "no memory is left";
	for (size_t s = 0, first = 0; s < plan->stations; s++) {
		out->missing_of[s] = plan->station[s].boxes;
		out->first[s] = first;
		first += plan->station[s].boxes;
	}
	return NULL;
}

void delivery_free(struct delivery *delivery)
{
	free(delivery->missing_of);
	free(delivery->first);
	free(delivery->there);
	*delivery = (struct delivery){ 0 };
}

void delivery_add_box(
	struct delivery *delivery, uint16_t station, uint16_t sequence)
{
	const struct plan *plan = delivery->plan;
	if (station >= plan->stations || sequence < 1 ||
		sequence > plan->station[station].boxes)
		return;
	bool *there = &delivery->there[delivery->first[station] + sequence - 1];
	if (*there)
		return;
	*there = true;
	delivery->delivered++;
	delivery->missing--;
	delivery->missing_of[station]--;
}

void delivery_add_refusals(struct delivery *delivery, uint64_t count)
{
	delivery->refusals += count;
}

static void sum_missing(struct delivery *delivery)
{
	delivery->missing = 0;
	for (size_t s = 0; s < delivery->plan->stations; s++)
		delivery->missing += delivery->missing_of[s];
}

void delivery_set_result(struct delivery *delivery, const struct result *result)
{
	delivery->has_result = true;
	delivery->counted = result->boxes;
	delivery->voids = result->voids;
	delivery->unopened = result_unopened(result);
	result_missing(result, delivery->missing_of);
	sum_missing(delivery);
}

refusal delivery_set_head(struct delivery *delivery, struct bytes head)
{
	struct result_delivery told;
	const refusal why = result_read_delivery(
		delivery->plan, head, &told, delivery->missing_of);
	if (why != NULL)
		return why;
	delivery->has_result = true;
	delivery->counted = (size_t)told.counted;
	delivery->voids = (size_t)told.voids;
	delivery->unopened = (size_t)told.unopened;
	sum_missing(delivery);
	return NULL;
}

size_t delivery_without(const struct delivery *delivery)
{
	return delivery->missing + delivery->voids;
}

static void write_number(
	struct writer *out, const char *before, uint64_t number)
{
	if (number == 0)
		return;
	write_text(out, before);
	write_decimal(out, number);
}

void delivery_write_box(struct writer *out, const struct plan *plan,
	uint16_t station, uint16_t sequence)
{
	if (station >= plan->stations) {
		write_text(out, "-");
		return;
	}
	write_text(out, plan->station[station].id);
	write_number(out, ", box ", sequence);
}

static void write_station(const struct delivery *delivery, size_t s, bool first,
	struct writer *out)
{
	const struct station *station = &delivery->plan->station[s];
	write_text(out, first ? "" : ", ");
	write_text(out, station->id);
	if (station->boxes == 1)
		return;
	write_text(out, " (");
	write_decimal(out, delivery->missing_of[s]);
	write_text(out, " of ");
	write_decimal(out, station->boxes);
	write_text(out, ")");
}

void delivery_write_missing(const struct delivery *delivery, struct writer *out)
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

void delivery_line(const struct delivery *delivery, struct writer *out)
{
	const bool result = delivery->has_result;
	write_decimal(out, result ? delivery->counted : delivery->delivered);
	write_text(out, " of ");
	write_decimal(out, delivery->due);
	write_text(
		out, result ? " boxes were counted" : " boxes were delivered");
	if (delivery->missing > 0)
		write_text(out, "; missing: ");
	delivery_write_missing(delivery, out);
	write_number(out, "; void: ", delivery->voids);
	write_number(
		out, ", by the machine's word alone: ", delivery->unopened);
	write_number(out, "; refused: ", delivery->refusals);
}
