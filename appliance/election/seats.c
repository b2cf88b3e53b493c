#include "appliance/election/seats.h"

#include <stdlib.h>

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

/* Of candidates that share the places from `first` to before `end`. */
static enum outcome outcome_of(
	const struct contest *contest, size_t first, size_t end, uint64_t votes)
{
	size_t seats = contest->seats;
	size_t places = seats + contest->alternates;

	if (votes == 0 || first >= places)
		return NOT_ELECTED;
	if (end <= seats)
		return ELECTED;
	if (first >= seats && end <= places)
		return ALTERNATE;
	return LOT;
}

void seats_allot(const struct plan *plan, uint16_t contest,
	const uint64_t *votes, struct standing *standings)
{
	struct field field = { &plan->contest[contest],
		plan_candidates(plan, contest), votes };
	size_t count = field.contest->candidates;
	uint16_t order[CANDIDATES_MOST];

	for (size_t i = 0; i < count; i++)
		order[i] = (uint16_t)i;
	qsort_r(order, count, sizeof(*order), compare, &field);
	for (size_t first = 0, end; first < count; first = end) {
		end = first + 1;
		while (end < count &&
			compare(&order[first], &order[end], &field) == 0)
			end++;
		enum outcome outcome = outcome_of(
			field.contest, first, end, votes[order[first]]);
		for (size_t i = first; i < end; i++)
			standings[order[i]] =
				(struct standing){ (uint16_t)(first + 1),
					outcome };
	}
}

const char *outcome_text(enum outcome outcome)
{
	static const char *const text[] = { "not-elected", "elected",
		"alternate", "lot" };

	return text[outcome];
}
