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
enum {
	NUMBER = 20,
	DIGEST = 2 * SHA256_SIZE,
	/* Ids, words, a rule or an outcome. */
	HEAD_LINE = 2 * ID_MOST + 64,
	HEAD_START = 2048,
	MISSING_LINE = 24 + ID_MOST,
	STATION_LINE = 64 + ID_MOST + 3 * NUMBER,
	CONTEST_LINES = 2 * (32 + ID_MOST) + ROW_VOTES * (16 + NUMBER),
	VOTE = sizeof(" 65535=4294967295") - 1,
	BOX_LINE = sizeof("box: ") + NUMBER + 1 + 5 + 1 + DIGEST + 1 + NUMBER,
	VOID_LINE =
		sizeof("void: ") + NUMBER + 1 + DIGEST + 1 + RESULT_REASON_MOST,
};

uint64_t plan_head_most(const struct plan *plan)
{
	return HEAD_START + plan->stations * MISSING_LINE +
	       plan->contests * (HEAD_LINE + 64 + ROW_VOTES * (12 + NUMBER)) +
	       plan->candidates * (HEAD_LINE + 96);
}

uint64_t plan_part_of(const struct plan *plan, size_t station, uint64_t counted,
	uint64_t voids)
{
	const struct station *at = &plan->station[station];
	uint64_t size = STATION_LINE + counted * BOX_LINE + voids * VOID_LINE;
	for (size_t c = next_contest(plan, at, 0); c < CONTESTS_MOST;
		c = next_contest(plan, at, c + 1))
		size += CONTEST_LINES +
			(uint64_t)plan->contest[c].candidates * VOTE;
	return size;
}

/* Of a counted box there is less to say than of a void one. */
uint64_t plan_part_most(const struct plan *plan, size_t station)
{
	return plan_part_of(plan, station, 0, plan->station[station].boxes);
}
