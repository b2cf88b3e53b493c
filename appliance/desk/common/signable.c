/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/signable.h"
#include "appliance/desk/common/shown.h"
#include "appliance/desk/common/words.h"

#include <stdlib.h>
#include <sysexits.h>

int signable_read(const char *path, struct file *file, struct definition *out)
{
	char place[PLAN_PLACE_MOST];
	int status = definition_read(path, file, out);
	if (status != 0)
		return status;
	refusal refused = spelling_check(out, place);
	if (refused == NULL)
		return 0;
	definition_free(out);
	file_free(file);
	return fail(EX_DATAERR, path, 0, "%s: %s", place, refused);
}

static enum word how(const struct alike *pair)
{
	if (pair->one_name)
		return WORD_ALIKE_ONE_NAME;
	if (pair->fa && pair->en)
		return WORD_ALIKE_IN_BOTH;
	return pair->fa ? WORD_ALIKE_IN_PERSIAN : WORD_ALIKE_IN_ENGLISH;
}

static void warn_of(
	const char *path, enum word word, const struct filling *filling)
{
	char line[WORDS_LINE_MOST];
	fill_words(line, sizeof(line), word, filling);
	fail(0, path, 0, "%s: %s", words_of(WORD_WARNING), line);
}

enum { NAMES_MOST = 1024 };

/* Both names of a candidate, so that neither turns what is around it. */
static void write_names(const struct name *name, char names[NAMES_MOST])
{
	snprintf(names, NAMES_MOST, SHOWN ", " SHOWN, name->fa, name->en);
}

static void warn(const char *path, const struct definition *definition,
	const struct alike *pair)
{
	const struct candidate *candidate = definition->plan.candidate;
	char one[NAMES_MOST], other[NAMES_MOST];
	write_names(&definition->candidate_name[pair->former], one);
	write_names(&definition->candidate_name[pair->latter], other);
	warn_of(path, WORD_WARN_ALIKE,
		&(struct filling){ .number = { candidate[pair->former].code,
					   candidate[pair->latter].code },
			.text = { one, other,
				definition->plan.contest[pair->contest].id,
				words_of(how(pair)) } });
}

static json_t *person_of(const struct definition *definition, size_t i)
{
	const struct name *name = &definition->candidate_name[i];
	return json_pack("{s:i, s:s, s:s}", "code",
		(int)definition->plan.candidate[i].code, "name_fa", name->fa,
		"name_en", name->en);
}

static json_t *pair_of(
	const struct definition *definition, const struct alike *pair)
{
	return json_pack("{s:s, s:s, s:[o, o]}", "contest",
		definition->plan.contest[pair->contest].id, "have",
		words_in(how(pair), ENGLISH), "candidates",
		person_of(definition, pair->former),
		person_of(definition, pair->latter));
}

enum { BALLOTS_LEAST = 30 };

/* What a few ballots or nobody with a key would come to. */
static void warn_of_plan(const char *path, const struct plan *plan)
{
	if (plan->recipients == 0)
		warn_of(path, WORD_WARN_NO_RECIPIENT, NULL);
	for (size_t s = 0; s < plan->stations; s++)
		if (plan->station[s].ballots_issued < BALLOTS_LEAST)
			warn_of(path, WORD_WARN_FEW_BALLOTS,
				&(struct filling){
					.number = { plan->station[s]
							    .ballots_issued },
					.text = { plan->station[s].id } });
}

int signable_warn(const char *path, const struct definition *definition,
	struct report *report)
{
	struct alike *pair = NULL;
	size_t count;
	json_t *pairs = json_array();
	refusal refused = spelling_alike(definition, &pair, &count);
	warn_of_plan(path, &definition->plan);
	for (size_t i = 0; i < count && refused == NULL; i++) {
		warn(path, definition, &pair[i]);
		json_array_append_new(pairs, pair_of(definition, &pair[i]));
	}
	/* As text they were told in words. */
	if (report != NULL && report->json)
		report_value(report, "alike", json_incref(pairs));
	json_decref(pairs);
	free(pair);
	return refused == NULL ? 0 : fail(EX_OSERR, NULL, 0, "%s", refused);
}
