#include "appliance/election/rules.h"

#include <stdlib.h>

enum { CODES = 65536 };

static uint16_t *index_codes(const struct plan *plan, uint16_t contest)
{
	const struct candidate *candidate = plan_candidates(plan, contest);
	uint16_t *who = calloc(CODES, sizeof(*who));

	for (size_t i = 0; who && i < plan->contest[contest].candidates; i++)
		if (!candidate[i].withdrawn)
			who[candidate[i].code] = (uint16_t)(i + 1);
	return who;
}

bool counter_init(struct counter *counter, struct tally *tally)
{
	const struct plan *plan = tally->plan;
	bool good = true;

	*counter = (struct counter){ .plan = plan };
	counter->named_in = calloc(CANDIDATES_MOST, sizeof(uint64_t));
	for (uint16_t c = 0; c < plan->contests; c++) {
		counter->row[c] = tally_row(tally, c);
		if (!counter->row[c])
			continue;
		counter->who[c] = index_codes(plan, c);
		good = good && counter->who[c];
	}
	if (good && counter->named_in)
		return true;
	counter_free(counter);
	return false;
}

void counter_free(struct counter *counter)
{
	for (size_t c = 0; c < CONTESTS_MOST; c++)
		free(counter->who[c]);
	free(counter->named_in);
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
	size_t most = counter->plan->contest[ballot->contest].max_choices;
	uint64_t *votes = counter->row[ballot->contest] + ROW_VOTES;
	struct reading reading = { 0 };

	counter->ballot++;
	for (size_t i = 0; i < ballot->n; i++) {
		const uint8_t *code = ballot->choices + 2 * i;
		size_t named = who[code[0] << 8 | code[1]];
		if (named == 0) {
			reading.unknown = true;
		} else if (counter->named_in[named - 1] == counter->ballot) {
			reading.repeated = true;
		} else {
			counter->named_in[named - 1] = counter->ballot;
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

void counter_count(void *context, const struct ballot *ballot)
{
	struct counter *counter = context;
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
