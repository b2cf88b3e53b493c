/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/worked.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "appliance/election/result.h"
#include "tests/support/election.h"

enum { PEOPLE = 64, STATIONS = 16, LOTS = 4, GIVEN_MOST = 16 * 1024 };

struct worked {
	struct plan plan;
	struct candidate candidate[PEOPLE];
	struct station station[STATIONS];
	struct ballots_list box[STATIONS];
	bool annulled[STATIONS];
	struct lot lot[LOTS];
	size_t lots;
};

/* The value of a word `name=value`, NULL for another word. */
static const char *value_of(const char *word, const char *name)
{
	size_t size = strlen(name);
	bool same = strncmp(word, name, size) == 0 && word[size] == '=';
	return same ? word + size + 1 : NULL;
}

static uint16_t number_at(const char *text)
{
	return (uint16_t)strtoul(text, NULL, 10);
}

static void read_contest(struct worked *w, char *word, char **rest)
{
	struct contest *contest = &w->plan.contest[0];
	for (; word; word = strtok_r(NULL, " ", rest)) {
		const char *value;
		if ((value = value_of(word, "seats")))
			contest->seats = number_at(value);
		else if ((value = value_of(word, "alternates")))
			contest->alternates = number_at(value);
		else if ((value = value_of(word, "choices")))
			contest->max_choices = number_at(value);
		else if (value_of(word, "rule"))
			contest->rule = LIST_PROPORTIONAL_0_PILOT;
		else
			fail_msg("strange word %s", word);
	}
}

static void read_candidate(struct worked *w, char **rest)
{
	struct contest *contest = &w->plan.contest[0];
	struct candidate *who = &w->candidate[contest->candidates++];
	assert_true(contest->candidates <= PEOPLE);
	w->plan.candidates = contest->candidates;
	who->code = number_at(strtok_r(NULL, " ", rest));
	for (char *word; (word = strtok_r(NULL, " ", rest));) {
		const char *value;
		if ((value = value_of(word, "tie_break"))) {
			const char *second = strchr(value, ',');
			contest->tie_breaks = 2;
			who->tie_break[0] = number_at(value);
			who->tie_break[1] = number_at(second + 1);
		} else if ((value = value_of(word, "list"))) {
			/* Lists of examples differ in the first two letters. */
			who->list = (uint16_t)(value[0] << 8 | value[1]);
		} else {
			assert_string_equal(word, "withdrawn");
			who->withdrawn = true;
		}
	}
}

static void read_station(struct worked *w, char **rest)
{
	size_t number = w->plan.stations++;
	struct station *station = &w->station[number];
	assert_true(number < STATIONS);
	snprintf(station->id, sizeof(station->id), "%s",
		strtok_r(NULL, " ", rest));
	station->contests = contests_first(1);
	station->ballots_issued = 100000;
	station->boxes = 1;
	w->annulled[number] = strtok_r(NULL, " ", rest) != NULL;
	ballots_list_init(&w->box[number]);
}

static void read_ballots(struct worked *w, char **rest)
{
	uint16_t codes[PEOPLE];
	size_t n = 0;
	unsigned ballots = number_at(strtok_r(NULL, " ", rest));
	for (char *word; (word = strtok_r(NULL, " ", rest)); n++) {
		assert_true(n < PEOPLE);
		codes[n] = number_at(word);
	}
	for (unsigned i = 0; i < ballots; i++)
		assert_null(ballots_list_add(
			&w->box[w->plan.stations - 1], 0, codes, n));
}

static void read_lot(struct worked *w, char **rest)
{
	struct lot *lot = &w->lot[w->lots++];
	assert_true(w->lots <= LOTS);
	for (char *word; (word = strtok_r(NULL, " ", rest));) {
		uint16_t code = number_at(word);
		uint16_t i = 0;
		while (i < w->plan.candidates && w->candidate[i].code != code)
			i++;
		lot->drawn[lot->count++] = i;
	}
}

static void read_line(struct worked *w, char *line)
{
	char *rest = NULL;
	char *word = strtok_r(line, " ", &rest);
	if (strcmp(word, "candidate") == 0)
		read_candidate(w, &rest);
	else if (strcmp(word, "station") == 0)
		read_station(w, &rest);
	else if (strcmp(word, "ballots") == 0)
		read_ballots(w, &rest);
	else if (strcmp(word, "lot") == 0)
		read_lot(w, &rest);
	else
		read_contest(w, word, &rest);
}

static void begin(struct worked *w)
{
	memset(w, 0, sizeof(*w));
	w->plan.contests = 1;
	w->plan.contest[0] =
		(struct contest){ .id = "c", .rule = RELATIVE_MAJORITY_1 };
	w->plan.candidate = w->candidate;
	w->plan.station = w->station;
	snprintf(w->plan.id, sizeof(w->plan.id), "worked");
}

static void count_station(
	struct worked *w, struct result *result, uint16_t station)
{
	struct result_box box = { station, station, 1, { { 0 } }, 0 };
	uint8_t *payload;
	size_t size;
	struct tally tally;
	assert_null(ballots_list_encode(
		&w->box[station], &w->plan, station, 1, &payload, &size));
	ballots_list_free(&w->box[station]);
	count_box(&w->plan, station, 1, bytes_of(payload, size), &tally);
	free(payload);
	box.ballots = tally_ballots(&tally);
	assert_null(result_add_box(result, &box, &tally));
	tally_free(&tally);
}

static void count(struct worked *w, struct result *result)
{
	assert_true(result_init(result, &w->plan));
	result->binding = (struct result_binding){ .ak = { { 0, 0x0b } },
		.bk = { { 0, 0x0b } },
		.rk = { { 0, 0x0b } },
		.checkpoint_size = STATIONS };
	for (size_t s = 0; s < w->plan.stations; s++) {
		struct result_annulment annulment = { (uint16_t)s,
			"as an example" };
		count_station(w, result, (uint16_t)s);
		if (w->annulled[s])
			assert_null(result_annul(result, &annulment));
	}
	for (size_t i = 0; i < w->lots; i++)
		assert_null(result_add_lot(result, &w->lot[i]));
}

/* Contest and candidate lines as an example has them. */
static void excerpt(const char *text, char given[GIVEN_MOST])
{
	struct writer out = writer_of(given, GIVEN_MOST);
	for (const char *at = text; *at; at = strchr(at, '\n') + 1) {
		size_t size = strcspn(at, "\n") + 1;
		size_t skip = 0;
		if (strncmp(at, "contest: ", 9) == 0)
			skip = (size_t)(strstr(at, "cast=") - at);
		else if (strncmp(at, "candidate: ", 11) == 0)
			skip = 11 + strlen("c ");
		if (skip == 0)
			continue;
		write_bytes(&out, bytes_of(at, strcspn(at, " ") + 1));
		write_bytes(&out, bytes_of(at + skip, size - skip));
	}
	write_u8(&out, '\0');
	assert_false(out.broken);
}

static void result_as_example(
	const struct result *result, char given[GIVEN_MOST])
{
	size_t most = result_size_most(result);
	char *text = calloc(1, most + 1);
	struct writer out = writer_of(text, most);
	struct result again;
	size_t line;
	refusal why = result_write(&out, result);
	if (why != NULL) {
		snprintf(given, GIVEN_MOST, "refused: %s\n", why);
	} else {
		assert_null(result_parse_whole(
			&again, result->plan, written(&out), &line));
		result_free(&again);
		excerpt(text, given);
	}
	free(text);
}

void worked_example(char *text)
{
	static struct worked w;
	char given[GIVEN_MOST];
	struct result result;
	char *wanted = strstr(text, "gives\n");
	assert_non_null(wanted);
	*wanted = '\0';
	wanted += strlen("gives\n");
	char *whole = strdup(text);
	char *rest = NULL;
	begin(&w);
	for (char *line = strtok_r(text, "\n", &rest); line;
		line = strtok_r(NULL, "\n", &rest))
		read_line(&w, line);
	assert_null(plan_index(&w.plan));
	count(&w, &result);
	result_as_example(&result, given);
	if (strcmp(given, wanted) != 0)
		fail_msg("%s\ngives\n%snot\n%s", whole, given, wanted);
	result_free(&result);
	free(whole);
}
