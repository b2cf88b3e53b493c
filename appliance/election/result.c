/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/election/result.h"

#include <stdlib.h>
#include <string.h>

#include "appliance/election/result_form.h"

bool result_init(struct result *result, const struct plan *plan)
{
	bool worked = true;
	*result = (struct result){ .plan = plan };
	result->station = calloc(plan->stations, sizeof(struct tally));
	result->newest = calloc(plan->stations, sizeof(size_t));
	if (!result->station || !result->newest)
		return false;
	for (size_t s = 0; s < plan->stations && worked; s++)
		worked = tally_init(
			&result->station[s], plan, plan->station[s].contests);
	return worked;
}

void result_free(struct result *result)
{
	for (size_t s = 0; result->station && s < result->plan->stations; s++)
		tally_free(&result->station[s]);
	free(result->station);
	free(result->newest);
	free(result->before);
	free(result->box);
	free(result->voided);
	free(result->annulment);
	free(result->lot);
	*result = (struct result){ 0 };
}

static bool make_room_for_box(struct result *result)
{
	size_t capacity = 2 * result->box_capacity + 64;
	if (result->boxes < result->box_capacity)
		return true;
	void *box = realloc(result->box, capacity * sizeof(*result->box));
	if (box == NULL)
		return false;
	result->box = box;
	void *before =
		realloc(result->before, capacity * sizeof(*result->before));
	if (before == NULL)
		return false;
	result->before = before;
	result->box_capacity = capacity;
	return true;
}

static bool is_counted(
	const struct result *result, const struct result_box *box)
{
	size_t i = result->newest[box->station];
	while (i > 0 && result->box[i - 1].sequence != box->sequence)
		i = result->before[i - 1];
	return i > 0;
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
	refusal why = result_check_box(result, box);
	if (why != NULL)
		return why;
	if (is_counted(result, box))
		return RESULT_TWICE;
	if (!make_room_for_box(result))
		return "there is not enough memory";
	result->before[result->boxes] = result->newest[box->station];
	result->box[result->boxes++] = *box;
	result->newest[box->station] = result->boxes;
	return NULL;
}

static refusal check_against_station(const struct result *result,
	const struct result_box *box, const struct tally *tally)
{
	const struct station *station = &result->plan->station[box->station];
	const struct tally *sum = &result->station[box->station];
	if (!contests_equal(&tally->contests, &station->contests))
		return "the tally is not of this station's contests";
	if (tally_ballots(tally) != box->ballots)
		return "the tally does not have the box's number of ballots";
	for (uint16_t c = 0; c < result->plan->contests; c++) {
		const uint64_t *row = tally_row(tally, c);
		if (row != NULL && row[ROW_CAST] + tally_row(sum, c)[ROW_CAST] >
					   station->ballots_issued)
			return "there are more ballots than the station was "
			       "issued";
	}
	return NULL;
}

/* From the station's rows to those of the contests. */
static void move_flaws(struct result *result, struct tally *station)
{
	for (uint16_t c = 0; c < result->plan->contests; c++) {
		uint64_t *row = tally_row(station, c);
		for (size_t i = 0; row != NULL && i < FLAWS; i++) {
			result->flaws[c][i] += row[ROW_FLAWS + i];
			row[ROW_FLAWS + i] = 0;
		}
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
		why = tally_add(&result->station[box->station], tally);
	if (why == NULL)
		move_flaws(result, &result->station[box->station]);
	return why;
}

refusal result_add_void(struct result *result, const struct result_void *box)
{
	size_t capacity = 2 * result->void_capacity + 64;
	struct bytes reason = bytes_of_text(box->reason);
	if (box->station < -1 || box->station >= (int)result->plan->stations)
		return "the definition has no such station";
	if (reason.size == 0 || !text_is_clean(reason))
		return "the reason of a void box is not a clean text";
	if (result->voids == result->void_capacity) {
		void *more = realloc(
			result->voided, capacity * sizeof(*result->voided));
		if (more == NULL)
			return "there is not enough memory";
		result->voided = more;
		result->void_capacity = capacity;
	}
	result->voided[result->voids++] = *box;
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
	size_t boxes = 0;
	for (size_t i = result->newest[station]; i > 0;
		i = result->before[i - 1])
		boxes++;
	return boxes;
}

refusal result_total(const struct result *result, struct tally *total)
{
	refusal why = NULL;
	for (size_t s = 0; s < result->plan->stations && why == NULL; s++)
		if (!result_is_annulled(result, s))
			why = tally_add(total, &result->station[s]);
	for (uint16_t c = 0; c < result->plan->contests; c++)
		memcpy(tally_row(total, c) + ROW_FLAWS, result->flaws[c],
			sizeof(result->flaws[c]));
	return why;
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
