/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking up in a plan that was checked, by the ids that texts use. Nothing is
 * copied.
 */
#include "appliance/election/plan.h"

#include <stdlib.h>
#include <string.h>

static bool is(const char *id, struct bytes other)
{
	return other.size > 0 && bytes_equal(bytes_of_text(id), other);
}

static int by_id(const void *a, const void *b, void *context)
{
	const struct plan *plan = context;
	return strcmp(plan->station[*(const uint16_t *)a].id,
		plan->station[*(const uint16_t *)b].id);
}

refusal plan_index(struct plan *plan)
{
	uint16_t *number = calloc(plan->stations + 1, sizeof(*number));
	if (number == NULL)
		return "there is not enough memory";
	for (size_t s = 0; s < plan->stations; s++)
		number[s] = (uint16_t)s;
	qsort_r(number, plan->stations, sizeof(*number), by_id, plan);
	for (size_t s = 0; s < plan->stations; s++)
		plan->station[s].sorted = number[s];
	free(number);
	return NULL;
}

/* How many stations come before this id. */
static size_t count_before(const struct plan *plan, const char *id)
{
	size_t low = 0;
	size_t high = plan->stations;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const uint16_t s = plan->station[middle].sorted;
		if (strcmp(plan->station[s].id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int plan_find_station(const struct plan *plan, struct bytes id)
{
	char text[ID_MOST + 1] = "";
	if (id.size == 0 || id.size > ID_MOST)
		return -1;
	memcpy(text, id.data, id.size);
	const size_t place = count_before(plan, text);
	if (place == plan->stations)
		return -1;
	const uint16_t found = plan->station[place].sorted;
	return is(plan->station[found].id, id) ? found : -1;
}

int plan_find_station_key(
	const struct plan *plan, const struct p256_public *key)
{
	for (size_t s = 0; s < plan->stations; s++) {
		if (p256_equal(key, &plan->station[s].key))
			return (int)s;
	}
	return -1;
}

int plan_find_contest(const struct plan *plan, struct bytes id)
{
	for (size_t c = 0; c < plan->contests; c++)
		if (is(plan->contest[c].id, id))
			return (int)c;
	return -1;
}

int plan_find_member(const struct plan *plan, enum body body, struct bytes id)
{
	const struct roster *roster = &plan->roster[body];
	for (int m = 0; m < roster->quorum.of; m++)
		if (is(roster->id[m], id))
			return m;
	return -1;
}

const struct candidate *plan_candidates(
	const struct plan *plan, uint16_t contest)
{
	return plan->candidate + plan->contest[contest].first;
}

struct contests plan_all_contests(const struct plan *plan)
{
	return contests_first(plan->contests);
}
