/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/election/seats.h"

#include <stdlib.h>

#include "appliance/election/seats_list.h"

/* What a comparison needs to see. */
struct field {
	const struct contest *contest;
	const struct candidate *candidate;
	const uint64_t *votes;
};

/* Negative when `a` is ahead of `b`, 0 when only a lot can tell. */
static int compare(const void *a, const void *b, void *context)
{
	const struct field *field = context;
	uint16_t x = *(const uint16_t *)a;
	uint16_t y = *(const uint16_t *)b;
	if (field->candidate[x].withdrawn || field->candidate[y].withdrawn)
		return field->candidate[x].withdrawn -
		       field->candidate[y].withdrawn;
	if (field->votes[x] != field->votes[y])
		return field->votes[x] > field->votes[y] ? -1 : 1;
	for (size_t t = 0; t < field->contest->tie_breaks; t++) {
		uint32_t i = field->candidate[x].tie_break[t];
		uint32_t j = field->candidate[y].tie_break[t];
		if (i != j)
			return i < j ? -1 : 1;
	}
	return 0;
}

/* Of candidates with votes that share the places `first` to before `end`. */
static enum outcome outcome_at(
	const struct contest *contest, size_t first, size_t end)
{
	size_t seats = contest->seats;
	size_t places = seats + contest->alternates;
	if (first >= places)
		return NOT_ELECTED;
	if (end <= seats)
		return ELECTED;
	if (first >= seats && end <= places)
		return ALTERNATE;
	return LOT;
}

static enum outcome outcome_of(
	const struct field *field, uint16_t one, size_t first, size_t end)
{
	if (field->candidate[one].withdrawn)
		return WITHDRAWN;
	if (field->votes[one] == 0)
		return NOT_ELECTED;
	return outcome_at(field->contest, first, end);
}

static void allot_by_votes(
	const struct field *field, struct standing *standings)
{
	size_t count = field->contest->candidates;
	uint16_t order[CANDIDATES_MOST];
	for (size_t i = 0; i < count; i++)
		order[i] = (uint16_t)i;
	qsort_r(order, count, sizeof(*order), compare, (void *)field);
	for (size_t first = 0, end; first < count; first = end) {
		end = first + 1;
		while (end < count &&
			compare(&order[first], &order[end], (void *)field) == 0)
			end++;
		enum outcome outcome =
			outcome_of(field, order[first], first, end);
		for (size_t i = first; i < end; i++)
			standings[order[i]] =
				(struct standing){ (uint16_t)(first + 1),
					outcome };
	}
}

void seats_allot(const struct plan *plan, uint16_t contest,
	const uint64_t *votes, struct standing *standings)
{
	const struct field field = { &plan->contest[contest],
		plan_candidates(plan, contest), votes };
	if (field.contest->rule == LIST_PROPORTIONAL_0_PILOT)
		seats_allot_lists(plan, contest, votes, standings);
	else
		allot_by_votes(&field, standings);
}

static size_t sharing(const struct contest *contest, const struct standing *all,
	uint16_t rank)
{
	size_t count = 0;
	for (size_t i = 0; i < contest->candidates; i++)
		count += all[i].outcome == LOT && all[i].rank == rank;
	return count;
}

refusal seats_settle(const struct plan *plan, const struct lot *lot,
	struct standing *standings)
{
	static const char unfit[] = "a lot is not among exactly the candidates "
				    "whom a lot decides about";
	const struct contest *contest = &plan->contest[lot->contest];
	uint16_t rank = 0;
	if (contest->rule != RELATIVE_MAJORITY_1)
		return "a lot in a pilot is not read";
	if (lot->count > 0 && lot->drawn[0] < contest->candidates)
		rank = standings[lot->drawn[0]].rank;
	if (rank == 0 || sharing(contest, standings, rank) != lot->count)
		return unfit;
	for (uint16_t i = 0; i < lot->count; i++) {
		size_t place = (size_t)rank - 1 + i;
		uint16_t who = lot->drawn[i];
		if (who >= contest->candidates || standings[who].rank != rank ||
			standings[who].outcome != LOT)
			return unfit;
		standings[who] = (struct standing){ (uint16_t)(place + 1),
			outcome_at(contest, place, place + 1) };
	}
	return NULL;
}

const char *outcome_text(enum outcome outcome)
{
	static const char *const text[] = { "not-elected", "elected",
		"alternate", "lot", "withdrawn" };
	return text[outcome];
}
