/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/election/plan_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const body_name[BODIES] = { "operators", "authority",
	"officers", "auditors" };
static const char *const quorum_name[BODIES] = { "boot", "definition", "open",
	"release" };

__attribute__((format(printf, 3, 4))) static refusal refuse_at(
	char *place, refusal why, const char *format, ...)
{
	va_list arguments;
	if (place != NULL) {
		va_start(arguments, format);
		vsnprintf(place, PLAN_PLACE_MOST, format, arguments);
		va_end(arguments);
	}
	return why;
}

static refusal check_quorum(const struct plan *plan, enum body body, char *at)
{
	const struct quorum *q = &plan->roster[body].quorum;
	if (q->of < 1 || q->of > QUORUM_MOST)
		return refuse_at(
			at, "must have 1 to 9 members", "%s", body_name[body]);
	const unsigned executive = quorum_of_board(q, UINT16_MAX, EXECUTIVE);
	const unsigned supervisory =
		quorum_of_board(q, UINT16_MAX, SUPERVISORY);
	if (executive == 0 || supervisory == 0)
		return refuse_at(at, "must have members of both boards", "%s",
			body_name[body]);
	if (q->need < 2 || q->need > q->of)
		return refuse_at(at,
			"must be at least 2, as both boards sign, and at most "
			"the number of members",
			"quorum.%s.need", quorum_name[body]);
	if (q->each < 1 || 2 * q->each > q->need || q->each > executive ||
		q->each > supervisory)
		return refuse_at(at,
			"must be at least 1, and at most half of need and the "
			"number of members of either board",
			"quorum.%s.each", quorum_name[body]);
	return NULL;
}

/* Somebody, or something, that has a key. */
struct holder {
	const char *list;
	size_t number;
	const char *id;
	const struct p256_public *key;
};

static size_t list_holders(const struct plan *plan, struct holder *out)
{
	size_t n = 0;
	for (size_t b = 0; b < BODIES; b++)
		for (size_t m = 0; m < plan->roster[b].quorum.of; m++) {
			const struct roster *roster = &plan->roster[b];
			out[n++] = (struct holder){ body_name[b], m,
				roster->id[m], &roster->quorum.member[m].key };
		}
	for (size_t r = 0; r < plan->recipients; r++)
		out[n++] = (struct holder){ "recipients", r,
			plan->recipient[r].id, &plan->recipient[r].key };
	for (size_t s = 0; s < plan->stations; s++)
		out[n++] = (struct holder){ "stations", s, plan->station[s].id,
			&plan->station[s].key };
	return n;
}

static int by_id(const void *a, const void *b)
{
	const struct holder *x = a;
	const struct holder *y = b;
	return strcmp(x->id, y->id);
}

static int by_key(const void *a, const void *b)
{
	const struct holder *x = a;
	const struct holder *y = b;
	return memcmp(x->key->x, y->key->x, P256_SIZE);
}

static refusal check_unique(struct holder *holder, size_t count, char *at)
{
	qsort(holder, count, sizeof(*holder), by_id);
	for (size_t i = 1; i < count; i++)
		if (by_id(&holder[i - 1], &holder[i]) == 0)
			return refuse_at(at,
				"has the id of another holder of a key",
				"%s[%zu].id", holder[i].list, holder[i].number);
	qsort(holder, count, sizeof(*holder), by_key);
	for (size_t i = 1; i < count; i++)
		if (by_key(&holder[i - 1], &holder[i]) == 0)
			return refuse_at(at,
				"is named twice, in one role or two",
				"%s[%zu].key", holder[i].list,
				holder[i].number);
	return NULL;
}

static refusal check_holders(const struct plan *plan, char *at)
{
	size_t most = (size_t)BODIES * QUORUM_MOST + plan->recipients +
		      plan->stations;
	struct holder *holder = calloc(most, sizeof(*holder));
	refusal why;
	if (holder == NULL)
		return "there is not enough memory";
	why = check_unique(holder, list_holders(plan, holder), at);
	free(holder);
	return why;
}

static refusal check_candidates(const struct plan *plan, size_t c, char *at)
{
	const struct contest *contest = &plan->contest[c];
	const struct candidate *who = plan->candidate + contest->first;
	uint8_t taken[65536 / 8] = { 0 };
	for (size_t i = 0; i < contest->candidates; i++) {
		unsigned code = who[i].code;
		uint8_t bit = (uint8_t)(1u << code % 8);
		if (code == 0)
			return refuse_at(at, "must be 1 to 65535",
				"contests[%zu].candidates[%zu].code", c, i);
		if (taken[code / 8] & bit)
			return refuse_at(at,
				"is the code of another candidate too",
				"contests[%zu].candidates[%zu].code", c, i);
		taken[code / 8] |= bit;
	}
	return NULL;
}

static refusal check_contest(const struct plan *plan, size_t c, char *at)
{
	const struct contest *contest = &plan->contest[c];
	for (size_t i = 0; i < c; i++)
		if (strcmp(plan->contest[i].id, contest->id) == 0)
			return refuse_at(at, "is the id of another contest too",
				"contests[%zu].id", c);
	if (contest->rule != RELATIVE_MAJORITY_1 &&
		contest->rule != LIST_PROPORTIONAL_0_PILOT)
		return refuse_at(at, "must be a rule of docs/rules.md",
			"contests[%zu].rule", c);
	if (contest->seats == 0)
		return refuse_at(
			at, "must be at least 1", "contests[%zu].seats", c);
	if (contest->max_choices < 1 || contest->max_choices > CHOICES_MOST)
		return refuse_at(at, "must be 1 to 1024",
			"contests[%zu].max_choices", c);
	if (contest->candidates < 1 || contest->candidates > CANDIDATES_MOST)
		return refuse_at(
			at, "must be 1 to 4096", "contests[%zu].candidates", c);
	if (contest->seats > contest->candidates)
		return refuse_at(at,
			"must be at most the number of candidates: the others "
			"would stay empty",
			"contests[%zu].seats", c);
	if (contest->alternates > contest->candidates)
		return refuse_at(at, "must be at most the number of candidates",
			"contests[%zu].alternates", c);
	return check_candidates(plan, c, at);
}

static refusal check_station(const struct plan *plan, size_t s, char *at)
{
	const struct station *station = &plan->station[s];
	const struct contests all = plan_all_contests(plan);
	if (contests_count(&station->contests) == 0 ||
		!contests_within(&station->contests, &all))
		return refuse_at(at, "must name contests of this definition",
			"stations[%zu].contests", s);
	if (station->ballots_issued == 0)
		return refuse_at(at, "must be at least 1",
			"stations[%zu].ballots_issued", s);
	if (station->boxes == 0)
		return refuse_at(
			at, "must be at least 1", "stations[%zu].boxes", s);
	return NULL;
}

/* The messages have them in figures. */
_Static_assert(CONTESTS_MOST == 256 && STATIONS_MOST == 65535 &&
		       CANDIDATES_ALL_MOST == 16384 && BOXES_MOST == 262144 &&
		       CELLS_MOST == 12582912,
	"a limit differs from the message that tells it");

/* Before a machine is sealed that could not count, or not say what it has. */
static refusal check_size(const struct plan *plan, char *at)
{
	if (plan_boxes(plan) > BOXES_MOST)
		return refuse_at(at,
			"have more than 262144 boxes in all: give them fewer "
			"boxes, or hold the election on more machines",
			"stations");
	if (plan_cells(plan) > CELLS_MOST)
		return refuse_at(at,
			"have more than 12582912 numbers to count, of each of "
			"a station's contests one for each candidate and 7 "
			"more: hold the election on more machines",
			"stations");
	for (size_t s = 0; s < plan->stations; s++)
		if (plan_part_most(plan, s) > PART_MOST)
			return refuse_at(at,
				"is too large for one station: what the result "
				"says of its boxes and candidates could be "
				"more than 16 MiB",
				"stations[%zu].boxes", s);
	return NULL;
}

refusal plan_check(const struct plan *plan, char place[PLAN_PLACE_MOST])
{
	refusal why = NULL;
	if (plan->contests < 1 || plan->contests > CONTESTS_MOST)
		return refuse_at(place, "must be 1 to 256", "contests");
	if (plan->candidates > CANDIDATES_ALL_MOST)
		return refuse_at(place,
			"have more than 16384 candidates in all", "contests");
	if (plan->stations < 1 || plan->stations > STATIONS_MOST)
		return refuse_at(place, "must be 1 to 65535", "stations");
	if (plan->recipients > RECIPIENTS_MOST)
		return refuse_at(place, "must be at most 8", "recipients");
	for (int b = 0; b < BODIES && why == NULL; b++)
		why = check_quorum(plan, (enum body)b, place);
	for (size_t c = 0; c < plan->contests && why == NULL; c++)
		why = check_contest(plan, c, place);
	for (size_t s = 0; s < plan->stations && why == NULL; s++)
		why = check_station(plan, s, place);
	if (why == NULL)
		why = check_size(plan, place);
	return why ? why : check_holders(plan, place);
}
