/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking up in a plan that was checked, by the ids that texts use. It changes
 * nothing and copies nothing.
 */
#include "appliance/election/plan.h"

#include <string.h>

static bool is(const char id[ID_MOST + 1], struct bytes other)
{
	return other.size > 0 && other.size <= ID_MOST &&
	       memcmp(id, other.data, other.size) == 0 &&
	       id[other.size] == '\0';
}

int plan_find_station(const struct plan *plan, struct bytes id)
{
	for (size_t s = 0; s < plan->stations; s++)
		if (is(plan->station[s].id, id))
			return (int)s;
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
