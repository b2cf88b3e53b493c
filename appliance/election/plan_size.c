/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a count of a plan holds, and how long its result can become: before
 * anybody has voted.
 */
#include "appliance/election/plan.h"

#include "appliance/election/result.h"

uint64_t plan_boxes(const struct plan *plan)
{
	uint64_t boxes = 0;
	for (size_t s = 0; s < plan->stations; s++)
		boxes += plan->station[s].boxes;
	return boxes;
}

static size_t next_contest(
	const struct plan *plan, const struct station *station, size_t from)
{
	const size_t next = contests_next(&station->contests, from);
	return next < plan->contests ? next : CONTESTS_MOST;
}

uint64_t plan_cells(const struct plan *plan)
{
	uint64_t cells = 0;
	for (size_t s = 0; s < plan->stations; s++) {
		const struct station *station = &plan->station[s];
		size_t c = next_contest(plan, station, 0);
		for (; c < CONTESTS_MOST;
			c = next_contest(plan, station, c + 1))
			cells += ROW_VOTES +
				 (uint64_t)plan->contest[c].candidates;
	}
	return cells;
}

/* By the lines of docs/protocols/result.md, each with its longest numbers. */
uint64_t plan_part_most(const struct plan *plan, size_t station)
{
	enum {
		NUMBER = 20,
		STATION_LINE = 64 + ID_MOST + 3 * NUMBER,
		CONTEST_LINES = 2 * (32 + ID_MOST) + ROW_VOTES * (16 + NUMBER),
		VOTE = sizeof(" 65535=4294967295") - 1,
		/* Of a counted box there is less to say than of a void one. */
		VOID_LINE = sizeof("void: ") + NUMBER + 1 + 2UL * SHA256_SIZE +
			    1 + RESULT_REASON_MOST,
	};
	const struct station *at = &plan->station[station];
	uint64_t size = STATION_LINE + (uint64_t)at->boxes * VOID_LINE;
	for (size_t c = next_contest(plan, at, 0); c < CONTESTS_MOST;
		c = next_contest(plan, at, c + 1))
		size += CONTEST_LINES +
			(uint64_t)plan->contest[c].candidates * VOTE;
	return size;
}
