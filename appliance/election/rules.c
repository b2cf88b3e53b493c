/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/election/rules.h"

#include <stdlib.h>
#include <string.h>

enum { CODES = 65536 };

/* A code as it lies in the payload: what codes are looked up by. */
static uint16_t key_at(const uint8_t *code)
{
	uint16_t key;
	memcpy(&key, code, sizeof(key));
	return key;
}

static uint16_t key_of(uint16_t code)
{
	const uint8_t bytes[] = { (uint8_t)(code >> 8), (uint8_t)code };
	return key_at(bytes);
}

static uint16_t *index_codes(const struct plan *plan, uint16_t contest)
{
	const struct candidate *candidate = plan_candidates(plan, contest);
	uint16_t *who = calloc(CODES, sizeof(*who));
	for (size_t i = 0; who && i < plan->contest[contest].candidates; i++)
		if (!candidate[i].withdrawn)
			who[key_of(candidate[i].code)] = (uint16_t)(i + 1);
	return who;
}

static size_t most_candidates(const struct plan *plan)
{
	size_t most = 0;
	for (size_t c = 0; c < plan->contests; c++)
		if (plan->contest[c].candidates > most)
			most = plan->contest[c].candidates;
	return most;
}

bool counter_init(struct counter *counter, const struct plan *plan)
{
	bool worked = true;
	*counter = (struct counter){ .plan = plan };
	size_t names = 1 + most_candidates(plan);

	counter->named_in = calloc(names, sizeof(*counter->named_in));
	counter->bit_of = calloc(names, sizeof(*counter->bit_of));
	for (uint16_t c = 0; c < plan->contests; c++) {
		counter->most[c] = plan->contest[c].max_choices;
		counter->who[c] = index_codes(plan, c);
		worked = worked && counter->who[c];
	}
	worked = worked && counter->named_in && counter->bit_of;
	for (size_t i = 0; worked && i < names; i++)
		counter->bit_of[i] = (uint64_t)1 << i % 64;
	if (worked)
		return true;
	counter_free(counter);
	return false;
}

void counter_begin(struct counter *counter, struct tally *tally)
{
	for (uint16_t c = 0; c < counter->plan->contests; c++)
		counter->row[c] = tally_row(tally, c);
}

void counter_free(struct counter *counter)
{
	for (size_t c = 0; c < CONTESTS_MOST; c++)
		free(counter->who[c]);
	free(counter->named_in);
	free(counter->bit_of);
	*counter = (struct counter){ 0 };
}

/* What is said about one ballot, beside its votes. */
struct reading {
	bool unknown;
	bool repeated;
	bool extra;
	size_t votes;
};

static struct reading read_choices(
	struct counter *counter, const struct ballot *ballot)
{
	const uint16_t *who = counter->who[ballot->contest];
	size_t most = counter->most[ballot->contest];
	uint64_t *votes = counter->row[ballot->contest] + ROW_VOTES;
	struct reading reading = { 0 };
	counter->ballot++;
	for (size_t i = 0; i < ballot->n; i++) {
		size_t named = who[key_at(ballot->choices + 2 * i)];
		if (named == 0) {
			reading.unknown = true;
		} else if (counter->named_in[named] == counter->ballot) {
			reading.repeated = true;
		} else {
			counter->named_in[named] = counter->ballot;
			if (reading.votes == most) {
				reading.extra = true;
				continue;
			}
			votes[named - 1] += ballot->multiplicity;
			reading.votes++;
		}
	}
	return reading;
}

static void count_any(struct counter *counter, const struct ballot *ballot)
{
	struct reading reading = read_choices(counter, ballot);
	uint64_t *row = counter->row[ballot->contest];
	uint64_t ballots = ballot->multiplicity;
	row[ROW_CAST] += ballots;
	if (reading.votes > 0)
		row[ROW_VALID] += ballots;
	else if (ballot->n == 0)
		row[ROW_BLANK] += ballots;
	else
		row[ROW_UNREADABLE] += ballots;
	row[ROW_UNKNOWN] += reading.unknown ? ballots : 0;
	row[ROW_REPEATED] += reading.repeated ? ballots : 0;
	row[ROW_EXTRA] += reading.extra ? ballots : 0;
}

/*
 * Adds `each` for every mark, as if all were votes. False when some are not,
 * or may not be: candidates share a bit when there are more than 63.
 */
static inline bool add_marks(
	struct counter *counter, const struct ballot *ballot, uint64_t each)
{
	const uint16_t *who = counter->who[ballot->contest];
	const uint64_t *bit_of = counter->bit_of;
	/* Nobody's cell is the one before: for the moment only. */
	uint64_t *votes = counter->row[ballot->contest] + ROW_VOTES - 1;
	const uint8_t *choices = ballot->choices;
	uint64_t seen = bit_of[0];
	uint64_t again = 0;

	for (size_t i = 0; i < ballot->n; i++) {
		size_t named = who[key_at(choices + 2 * i)];
		again |= seen & bit_of[named];
		seen |= bit_of[named];
		votes[named] += each;
	}
	return again == 0;
}

/*
 * Nearly every ballot has nothing but votes: they are given while this is
 * seen, and taken back when it is not so.
 */
static bool count_plain(struct counter *counter, const struct ballot *ballot)
{
	uint64_t *row = counter->row[ballot->contest];
	uint64_t ballots = ballot->multiplicity;
	if (ballot->n == 0 || ballot->n > counter->most[ballot->contest])
		return false;
	if (!add_marks(counter, ballot, ballots)) {
		add_marks(counter, ballot, -ballots);
		return false;
	}
	row[ROW_CAST] += ballots;
	row[ROW_VALID] += ballots;
	return true;
}

void counter_count(void *context, const struct ballot *ballot, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!count_plain(context, &ballot[i]))
			count_any(context, &ballot[i]);
}
