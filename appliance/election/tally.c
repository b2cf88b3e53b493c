/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/election/tally.h"

#include <stdlib.h>

static size_t row_size(const struct plan *plan, size_t contest)
{
	return ROW_VOTES + (size_t)plan->contest[contest].candidates;
}

/* Of the contests of the set that are below `end`. */
static size_t cells(
	const struct plan *plan, const struct contests *contests, size_t end)
{
	size_t size = 0;
	for (size_t c = contests_next(contests, 0); c < end;
		c = contests_next(contests, c + 1))
		size += row_size(plan, c);
	return size;
}

bool tally_init(
	struct tally *tally, const struct plan *plan, struct contests contests)
{
	size_t size = cells(plan, &contests, plan->contests);
	*tally = (struct tally){ plan, contests, size,
		calloc(size, sizeof(*tally->cell)) };
	return tally->cell != NULL;
}

void tally_free(struct tally *tally)
{
	if (tally->cell)
		wipe(tally->cell, tally->size * sizeof(*tally->cell));
	free(tally->cell);
	tally->cell = NULL;
}

uint64_t *tally_row(const struct tally *tally, uint16_t contest)
{
	if (contest >= tally->plan->contests ||
		!contests_has(&tally->contests, contest))
		return NULL;
	return tally->cell + cells(tally->plan, &tally->contests, contest);
}

uint64_t tally_ballots(const struct tally *tally)
{
	uint64_t ballots = 0;
	for (uint16_t c = 0; c < tally->plan->contests; c++) {
		const uint64_t *row = tally_row(tally, c);
		if (row != NULL)
			ballots += row[ROW_CAST];
	}
	return ballots;
}

/* Adds, or with `commit` false only tries to. */
static bool add_rows(struct tally *sum, const struct tally *part, bool commit)
{
	for (uint16_t c = 0; c < part->plan->contests; c++) {
		const uint64_t *from = tally_row(part, c);
		uint64_t *to = tally_row(sum, c);
		for (size_t i = 0; from && i < row_size(part->plan, c); i++) {
			uint64_t added;
			if (__builtin_add_overflow(to[i], from[i], &added))
				return false;
			if (commit)
				to[i] = added;
		}
	}
	return true;
}

refusal tally_add(struct tally *sum, const struct tally *part)
{
	if (!contests_within(&part->contests, &sum->contests))
		return "the tallies are of different contests";
	if (!add_rows(sum, part, false))
		return "a sum is above 2^64 - 1";
	add_rows(sum, part, true);
	return NULL;
}

static refusal check_causes(const uint64_t *row, uint32_t issued)
{
	uint64_t cast = row[ROW_CAST];
	if (cast > issued)
		return "there are more ballots than the station was issued";
	for (size_t i = 0; i < ROW_FLAWS; i++)
		if (row[i] > cast)
			return "a tally has more ballots of one kind than cast";
	return row[ROW_VALID] + row[ROW_BLANK] + row[ROW_UNREADABLE] == cast
		       ? NULL
		       : "valid and void ballots do not add up to those cast";
}

static refusal check_flaws(const uint64_t *row)
{
	if (row[ROW_UNREADABLE] > row[ROW_UNKNOWN] ||
		row[ROW_UNKNOWN] > row[ROW_VALID] + row[ROW_UNREADABLE] ||
		row[ROW_REPEATED] > row[ROW_VALID] ||
		row[ROW_EXTRA] > row[ROW_VALID])
		return "a tally has more flawed ballots than ballots";
	return NULL;
}

static refusal check_votes(
	const uint64_t *row, const struct plan *plan, uint16_t c)
{
	const struct contest *contest = &plan->contest[c];
	const struct candidate *who = plan_candidates(plan, c);
	uint64_t valid = row[ROW_VALID];
	uint64_t votes = 0;
	for (size_t i = 0; i < contest->candidates; i++) {
		uint64_t got = row[ROW_VOTES + i];
		if (got > valid)
			return "a candidate has more votes than valid ballots";
		if (got > 0 && who[i].withdrawn)
			return "a candidate who has withdrawn has votes";
		votes += got;
	}
	if (votes < valid || votes > valid * contest->max_choices)
		return "the votes do not fit the number of valid ballots";
	return NULL;
}

refusal tally_check_ballots(const struct tally *tally, uint32_t issued)
{
	refusal why = NULL;
	for (uint16_t c = 0; c < tally->plan->contests && why == NULL; c++) {
		const uint64_t *row = tally_row(tally, c);
		if (row == NULL)
			continue;
		why = check_causes(row, issued);
		if (why == NULL)
			why = check_votes(row, tally->plan, c);
	}
	return why;
}

refusal tally_check_flaws(const struct tally *tally)
{
	refusal why = NULL;
	for (uint16_t c = 0; c < tally->plan->contests && why == NULL; c++) {
		const uint64_t *row = tally_row(tally, c);
		if (row != NULL)
			why = check_flaws(row);
	}
	return why;
}

refusal tally_check(const struct tally *tally, uint32_t issued)
{
	const refusal why = tally_check_ballots(tally, issued);
	return why != NULL ? why : tally_check_flaws(tally);
}

size_t tally_encoded_size(
	const struct plan *plan, const struct contests *contests)
{
	return 4 * cells(plan, contests, plan->contests);
}

void tally_encode(struct writer *w, const struct tally *tally)
{
	for (size_t i = 0; i < tally->size; i++) {
		if (tally->cell[i] > UINT32_MAX)
			w->broken = true;
		write_u32(w, (uint32_t)tally->cell[i]);
	}
}

refusal tally_decode(struct tally *tally, struct bytes encoded)
{
	struct cursor c = cursor_of(encoded);
	for (size_t i = 0; i < tally->size; i++)
		tally->cell[i] = cursor_u32(&c);
	if (!cursor_done(&c))
		return "the tally does not have the size of its contests";
	return NULL;
}
