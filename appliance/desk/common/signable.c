/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/signable.h"
#include "appliance/desk/common/shown.h"

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

static const char *how(const struct alike *pair)
{
	if (pair->one_name)
		return "one name";
	if (pair->fa && pair->en)
		return "names that look alike in both languages";
	return pair->fa ? "names that look alike in Persian"
			: "names that look alike in English";
}

static void warn(const char *path, const struct definition *definition,
	const struct alike *pair)
{
	const struct candidate *candidate = definition->plan.candidate;
	const struct name *former = &definition->candidate_name[pair->former];
	const struct name *latter = &definition->candidate_name[pair->latter];
	fail(0, path, 0,
		"warning: candidates %u (" SHOWN ", " SHOWN ") and %u (" SHOWN
		", " SHOWN
		") of contest %s have %s; votes for one may be meant for the "
		"other: add to their names what tells them apart, or sign in "
		"knowledge of it",
		candidate[pair->former].code, former->fa, former->en,
		candidate[pair->latter].code, latter->fa, latter->en,
		definition->plan.contest[pair->contest].id, how(pair));
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
		definition->plan.contest[pair->contest].id, "have", how(pair),
		"candidates", person_of(definition, pair->former),
		person_of(definition, pair->latter));
}

enum { BALLOTS_LEAST = 30 };

/* What a few ballots or nobody with a key would come to. */
static void warn_of_plan(const char *path, const struct plan *plan)
{
	if (plan->recipients == 0)
		fail(0, path, 0,
			"warning: no recipient is listed, so nobody can count "
			"again outside the machine; list an escrow key");
	for (size_t s = 0; s < plan->stations; s++)
		if (plan->station[s].ballots_issued < BALLOTS_LEAST)
			fail(0, path, 0,
				"warning: station %s has %u ballots; among so "
				"few its published numbers can show how "
				"somebody voted: let it vote together with "
				"another",
				plan->station[s].id,
				plan->station[s].ballots_issued);
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
