/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/election/result.h"

#include <stdlib.h>
#include <string.h>

#include "appliance/election/result_form.h"

size_t result_row_size(const struct plan *plan, uint16_t contest)
{
	return ROW_VOTES + (size_t)plan->contest[contest].candidates;
}

bool result_votes_on(const struct plan *plan, size_t station, uint16_t contest)
{
	return contests_has(&plan->station[station].contests, contest);
}

/* Where the stations' rows begin; how many cells there are in all. */
static size_t place_rows(const struct plan *plan, size_t *first)
{
	size_t cells = 0;
	for (size_t s = 0; s < plan->stations; s++) {
		first[s] = cells;
		for (uint16_t c = 0; c < plan->contests; c++)
			if (result_votes_on(plan, s, c))
				cells += result_row_size(plan, c);
	}
	return cells;
}

/* Room for one more everywhere: there is some where there is no station. */
bool result_init(struct result *result, const struct plan *plan)
{
	const size_t stations = plan->stations;
	*result = (struct result){ .plan = plan };
	result->first = calloc(stations + 1, sizeof(*result->first));
	result->boxes_of = calloc(stations + 1, sizeof(*result->boxes_of));
	result->voids_of = calloc(stations + 1, sizeof(*result->voids_of));
	if (result->first == NULL || result->boxes_of == NULL ||
		result->voids_of == NULL)
		return false;
	result->cell = calloc(
		place_rows(plan, result->first) + 1, sizeof(*result->cell));
	return result->cell != NULL;
}

void result_free(struct result *result)
{
	free(result->cell);
	free(result->first);
	free(result->boxes_of);
	free(result->box_after);
	free(result->voids_of);
	free(result->void_after);
	free(result->box);
	free(result->voided);
	free(result->annulment);
	free(result->lot);
	*result = (struct result){ 0 };
}

uint32_t *result_row(
	const struct result *result, size_t station, uint16_t contest)
{
	uint32_t *row = result->cell + result->first[station];
	if (!result_votes_on(result->plan, station, contest))
		return NULL;
	for (uint16_t c = 0; c < contest; c++)
		if (result_votes_on(result->plan, station, c))
			row += result_row_size(result->plan, c);
	return row;
}

bool result_tally(
	const struct result *result, size_t station, struct tally *out)
{
	const uint32_t *cell = result->cell + result->first[station];
	if (!tally_init(
		    out, result->plan, result->plan->station[station].contests))
		return false;
	for (size_t i = 0; i < out->size; i++)
		out->cell[i] = cell[i];
	return true;
}

/* Room for one more in a list, and in what follows each of its members. */
static bool grow(void **list, size_t size, size_t **after, size_t count,
	size_t *capacity)
{
	const size_t more = 2 * *capacity + 64;
	if (count < *capacity)
		return true;
	void *grown = reallocarray(*list, more, size);
	if (grown == NULL)
		return false;
	*list = grown;
	grown = reallocarray(*after, more, sizeof(**after));
	if (grown == NULL)
		return false;
	*after = grown;
	*capacity = more;
	return true;
}

/* What chains are in the order of. */
typedef uint64_t key_of(const struct result *, size_t index);

static uint64_t key_of_box(const struct result *result, size_t index)
{
	return result->box[index].sequence;
}

static uint64_t key_of_void(const struct result *result, size_t index)
{
	return result->voided[index].entry;
}

/*
 * The last of a chain whose key is no more than this: 1 + its index, 0 for
 * none. What comes in order is found at once.
 */
static size_t find_before(const struct result *result,
	const struct result_chain *chain, const size_t *after, key_of *key,
	uint64_t wanted)
{
	size_t before = 0;
	if (chain->last > 0 && key(result, chain->last - 1) <= wanted)
		return chain->last;
	for (size_t i = chain->first; i > 0 && key(result, i - 1) <= wanted;
		i = after[i - 1])
		before = i;
	return before;
}

/* Behind `before`, which find_before() gave. */
static void put_behind(
	struct result_chain *chain, size_t *after, size_t before, size_t index)
{
	size_t *at = before > 0 ? &after[before - 1] : &chain->first;
	after[index] = *at;
	*at = index + 1;
	if (chain->last == before)
		chain->last = index + 1;
	chain->count++;
}

static size_t box_before(
	const struct result *result, uint16_t station, uint16_t sequence)
{
	return find_before(result, &result->boxes_of[station],
		result->box_after, key_of_box, sequence);
}

static bool is_counted(
	const struct result *result, const struct result_box *box)
{
	const size_t i = box_before(result, box->station, box->sequence);
	return i > 0 && result->box[i - 1].sequence == box->sequence;
}

refusal result_check_box(
	const struct result *result, const struct result_box *box)
{
	if (box->station >= result->plan->stations)
		return "the definition has no such station";
	if (box->sequence < 1 ||
		box->sequence > result->plan->station[box->station].boxes)
		return "the station does not have a box of this number";
	return NULL;
}

refusal result_enter_box(struct result *result, const struct result_box *box)
{
	void *list = result->box;
	refusal why = result_check_box(result, box);
	if (why != NULL)
		return why;
	if (is_counted(result, box))
		return RESULT_TWICE;
	const size_t before = box_before(result, box->station, box->sequence);
	const bool grown = grow(&list, sizeof(*box), &result->box_after,
		result->boxes, &result->box_capacity);
	result->box = list;
	if (!grown)
		return "there is not enough memory";
	result->box[result->boxes] = *box;
	put_behind(&result->boxes_of[box->station], result->box_after, before,
		result->boxes++);
	return NULL;
}

static refusal check_against_station(const struct result *result,
	const struct result_box *box, const struct tally *tally)
{
	const struct station *station = &result->plan->station[box->station];
	if (!contests_equal(&tally->contests, &station->contests))
		return "the tally is not of this station's contests";
	if (tally_ballots(tally) != box->ballots)
		return "the tally does not have the box's number of ballots";
	for (uint16_t c = 0; c < result->plan->contests; c++) {
		const uint64_t *row = tally_row(tally, c);
		const uint32_t *sum = result_row(result, box->station, c);
		if (row != NULL && sum != NULL &&
			row[ROW_CAST] + sum[ROW_CAST] > station->ballots_issued)
			return "there are more ballots than the station was "
			       "issued";
	}
	return NULL;
}

/* What was judged: no cell goes above the ballots that were issued. */
static void add_row(
	uint32_t *sum, uint64_t flaws[FLAWS], const uint64_t *row, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (i < ROW_FLAWS || i >= ROW_VOTES)
			sum[i] += (uint32_t)row[i];
	for (size_t i = 0; i < FLAWS; i++)
		flaws[i] += row[ROW_FLAWS + i];
}

/* Judged, too: both have rows of the same contests. */
static void add_rows(
	struct result *result, uint16_t station, const struct tally *tally)
{
	const struct plan *plan = result->plan;
	for (uint16_t c = 0; c < plan->contests; c++) {
		const uint64_t *row = tally_row(tally, c);
		uint32_t *sum = result_row(result, station, c);
		if (row != NULL && sum != NULL)
			add_row(sum, result->flaws[c], row,
				result_row_size(plan, c));
	}
}

refusal result_judge_box(const struct result *result,
	const struct result_box *box, const struct tally *tally)
{
	refusal why;
	if (is_counted(result, box))
		return RESULT_TWICE;
	why = tally_check(
		tally, result->plan->station[box->station].ballots_issued);
	return why != NULL ? why : check_against_station(result, box, tally);
}

refusal result_add_box(struct result *result, const struct result_box *box,
	const struct tally *tally)
{
	refusal why = result_check_box(result, box);
	if (why == NULL)
		why = result_judge_box(result, box, tally);
	if (why == NULL)
		why = result_enter_box(result, box);
	if (why == NULL)
		add_rows(result, box->station, tally);
	return why;
}

static struct result_chain *voids_of(const struct result *result, int station)
{
	return &result->voids_of[station < 0 ? result->plan->stations
					     : (size_t)station];
}

refusal result_add_void(struct result *result, const struct result_void *box)
{
	struct bytes reason = bytes_of_text(box->reason);
	void *list = result->voided;
	if (box->station < -1 || box->station >= (int)result->plan->stations)
		return "the definition has no such station";
	if (reason.size == 0 || !text_is_clean(reason))
		return "the reason of a void box is not a clean text";
	const size_t before =
		find_before(result, voids_of(result, box->station),
			result->void_after, key_of_void, box->entry);
	if (before > 0 && result->voided[before - 1].entry == box->entry)
		return "this box is void already";
	const bool grown = grow(&list, sizeof(*box), &result->void_after,
		result->voids, &result->void_capacity);
	result->voided = list;
	if (!grown)
		return "there is not enough memory";
	result->voided[result->voids] = *box;
	put_behind(voids_of(result, box->station), result->void_after, before,
		result->voids++);
	return NULL;
}

bool result_is_unopened(const struct result_void *box)
{
	return strcmp(box->reason, RESULT_UNOPENED) == 0;
}

size_t result_unopened(const struct result *result)
{
	size_t number = 0;
	for (size_t i = 0; i < result->voids; i++)
		number += result_is_unopened(&result->voided[i]);
	return number;
}

void result_missing(const struct result *result, size_t *missing)
{
	for (size_t s = 0; s < result->plan->stations; s++)
		missing[s] = result->plan->station[s].boxes;
	for (size_t i = 0; i < result->boxes; i++)
		missing[result->box[i].station]--;
	for (size_t i = 0; i < result->voids; i++) {
		const int station = result->voided[i].station;
		const bool twice =
			strcmp(result->voided[i].reason, RESULT_TWICE) == 0;
		if (!twice && station >= 0 && missing[station] > 0)
			missing[station]--;
	}
}

size_t result_station_boxes(const struct result *result, uint16_t station)
{
	return result->boxes_of[station].count;
}

static void add_station(
	const struct result *result, size_t station, struct tally *total)
{
	const uint32_t *cell = result->cell + result->first[station];
	for (uint16_t c = 0; c < result->plan->contests; c++) {
		uint64_t *sum = tally_row(total, c);
		if (!result_votes_on(result->plan, station, c))
			continue;
		for (size_t i = 0; i < result_row_size(result->plan, c); i++)
			sum[i] += *cell++;
	}
}

/* Fewer than 2^16 stations of 32-bit cells cannot pass 64 bits. */
void result_total(const struct result *result, struct tally *total)
{
	for (size_t s = 0; s < result->plan->stations; s++)
		if (!result_is_annulled(result, s))
			add_station(result, s, total);
	for (uint16_t c = 0; c < result->plan->contests; c++)
		memcpy(tally_row(total, c) + ROW_FLAWS, result->flaws[c],
			sizeof(result->flaws[c]));
}

/*
 * Rulings
 */

static int by_station(const void *a, const void *b)
{
	const struct result_annulment *x = a;
	const struct result_annulment *y = b;
	return x->station - y->station;
}

bool result_is_annulled(const struct result *result, size_t station)
{
	const struct result_annulment key = { .station = (uint16_t)station };
	return result->annulments > 0 &&
	       bsearch(&key, result->annulment, result->annulments, sizeof(key),
		       by_station);
}

refusal result_annul(
	struct result *result, const struct result_annulment *annulment)
{
	struct bytes reason = bytes_of_text(annulment->reason);
	if (annulment->station >= result->plan->stations)
		return "the definition has no such station";
	if (reason.size == 0 || !text_is_clean(reason))
		return "the reason of an annulment is not a clean text";
	if (result_is_annulled(result, annulment->station))
		return "a station is annulled twice";
	void *more = realloc(result->annulment,
		(result->annulments + 1) * sizeof(*annulment));
	if (more == NULL)
		return "there is not enough memory";
	result->annulment = more;
	result->annulment[result->annulments++] = *annulment;
	qsort(result->annulment, result->annulments, sizeof(*annulment),
		by_station);
	return NULL;
}

static int by_first_drawn(const void *a, const void *b)
{
	const struct lot *x = a;
	const struct lot *y = b;
	return x->contest != y->contest ? x->contest - y->contest
					: x->drawn[0] - y->drawn[0];
}

refusal result_add_lot(struct result *result, const struct lot *lot)
{
	if (lot->contest >= result->plan->contests || lot->count < 2)
		return "a lot is among two candidates of a contest or more";
	void *more = realloc(result->lot, (result->lots + 1) * sizeof(*lot));
	if (more == NULL)
		return "there is not enough memory";
	result->lot = more;
	result->lot[result->lots++] = *lot;
	qsort(result->lot, result->lots, sizeof(*lot), by_first_drawn);
	return NULL;
}

refusal result_standings(const struct result *result, const struct tally *total,
	uint16_t contest, struct standing *standings)
{
	refusal why = NULL;
	seats_allot(result->plan, contest,
		tally_row(total, contest) + ROW_VOTES, standings);
	for (size_t i = 0; i < result->lots && why == NULL; i++)
		if (result->lot[i].contest == contest)
			why = seats_settle(
				result->plan, &result->lot[i], standings);
	return why;
}
