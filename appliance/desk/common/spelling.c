/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/spelling.h"

#include "appliance/formats/letters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

static const char no_memory[] = "no memory is left";

static refusal check_form(const char *text)
{
	utf8proc_uint8_t *normal = NULL;
	const utf8proc_ssize_t size =
		utf8proc_map((const utf8proc_uint8_t *)text, 0, &normal,
			UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	refusal refused = NULL;
	if (size < 0)
		refused = size == UTF8PROC_ERROR_NOMEM
				  ? no_memory
				  : "is a text that cannot be normalized";
	else if (strcmp((const char *)normal, text) != 0)
		refused = "is not in Unicode's normal form C (NFC), so that "
			  "what looks like one name could be two; write each "
			  "letter and its marks as one character, as 'uconv "
			  "-x any-nfc' does in a file without \\u";
	free(normal);
	return refused;
}

/* What the machine's screen has no letter for is named behind the place. */
static refusal check_letters(const char *text, char place[PLAN_PLACE_MOST])
{
	const utf8proc_uint8_t *rest = (const utf8proc_uint8_t *)text;
	const size_t used = strlen(place);
	while (*rest != '\0') {
		utf8proc_int32_t code;
		rest += utf8proc_iterate(rest, -1, &code);
		if (letter_is_known((uint32_t)code))
			continue;
		snprintf(place + used, PLAN_PLACE_MOST - used, ": U+%04X",
			(unsigned)code);
		return "is a letter that the machine's screen cannot show; "
		       "write the name without it";
	}
	return NULL;
}

/* `place` is where the text stands. */
static refusal check_text(const char *text, char place[PLAN_PLACE_MOST])
{
	const refusal refused = check_form(text);
	return refused != NULL ? refused : check_letters(text, place);
}

/* `place` is where the owner of the name stands; then where it is wrong. */
static refusal check_name(
	const struct name *name, const char *owner, char place[PLAN_PLACE_MOST])
{
	snprintf(place, PLAN_PLACE_MOST, "%s.fa", owner);
	const refusal refused = check_text(name->fa, place);
	if (refused != NULL)
		return refused;
	snprintf(place, PLAN_PLACE_MOST, "%s.en", owner);
	return check_text(name->en, place);
}

static refusal check_candidate(const struct definition *definition, size_t c,
	size_t i, char place[PLAN_PLACE_MOST])
{
	const size_t at = definition->plan.contest[c].first + i;
	const char *list = definition->candidate_list[at];
	char owner[PLAN_PLACE_MOST];
	snprintf(owner, sizeof(owner), "contests[%zu].candidates[%zu].name", c,
		i);
	const refusal refused =
		check_name(&definition->candidate_name[at], owner, place);
	if (refused != NULL || list == NULL)
		return refused;
	snprintf(place, PLAN_PLACE_MOST, "contests[%zu].candidates[%zu].list",
		c, i);
	return check_text(list, place);
}

static refusal check_contest(const struct definition *definition, size_t c,
	char place[PLAN_PLACE_MOST])
{
	const struct contest *contest = &definition->plan.contest[c];
	char owner[PLAN_PLACE_MOST];
	snprintf(owner, sizeof(owner), "contests[%zu].title", c);
	refusal refused =
		check_name(&definition->contest_title[c], owner, place);
	for (size_t i = 0; i < contest->candidates && refused == NULL; i++)
		refused = check_candidate(definition, c, i, place);
	return refused;
}

/* Ids, keys and digests are ASCII, which is in every normal form. */
refusal spelling_check(
	const struct definition *definition, char place[PLAN_PLACE_MOST])
{
	const struct plan *plan = &definition->plan;
	refusal refused = check_name(&definition->title, "title", place);
	for (size_t c = 0; c < plan->contests && refused == NULL; c++)
		refused = check_contest(definition, c, place);
	for (size_t s = 0; s < plan->stations && refused == NULL; s++) {
		char owner[PLAN_PLACE_MOST];
		snprintf(owner, sizeof(owner), "stations[%zu].name", s);
		refused =
			check_name(&definition->station_name[s], owner, place);
	}
	return refused;
}

/*
 * Unicode promises that decimal digits come in runs from 0 to 9, and after
 * NFKD no run begins where another ends.
 */
static utf8proc_int32_t digit_of(utf8proc_int32_t code)
{
	utf8proc_int32_t zero = code;
	while (utf8proc_category(zero - 1) == UTF8PROC_CATEGORY_ND)
		zero--;
	return '0' + code - zero;
}

enum {
	ARABIC_KAF = 0x643,
	ALEF_MAKSURA = 0x649, /* has the shape of a Persian yeh */
	ARABIC_YEH = 0x64a,
	PERSIAN_KAF = 0x6a9,
	PERSIAN_YEH = 0x6cc,
	TATWEEL = 0x640,
	ZWNJ = 0x200c,
	ZWJ = 0x200d,
	LEFT_OUT = -1
};

static utf8proc_int32_t folded(utf8proc_int32_t code)
{
	static const utf8proc_int32_t other[][2] = {
		{ ARABIC_KAF, PERSIAN_KAF },
		{ ALEF_MAKSURA, PERSIAN_YEH },
		{ ARABIC_YEH, PERSIAN_YEH },
		{ TATWEEL, LEFT_OUT },
		{ ZWNJ, LEFT_OUT },
		{ ZWJ, LEFT_OUT },
	};
	const utf8proc_category_t category = utf8proc_category(code);
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		if (other[i][0] == code)
			return other[i][1];
	if (category == UTF8PROC_CATEGORY_ND)
		return digit_of(code);
	return category == UTF8PROC_CATEGORY_ZS ? LEFT_OUT : code;
}

/* In place: nothing becomes longer by it. */
static void fold_letters(utf8proc_uint8_t *text)
{
	const utf8proc_uint8_t *in = text;
	utf8proc_uint8_t *out = text;
	while (*in != '\0') {
		utf8proc_int32_t code;
		in += utf8proc_iterate(in, -1, &code);
		code = folded(code);
		if (code != LEFT_OUT)
			out += utf8proc_encode_char(code, out);
	}
	*out = '\0';
}

char *spelling_folded(const char *text)
{
	utf8proc_uint8_t *out = NULL;
	if (utf8proc_map((const utf8proc_uint8_t *)text, 0, &out,
		    UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_DECOMPOSE |
			    UTF8PROC_COMPAT | UTF8PROC_CASEFOLD) < 0)
		return NULL;
	fold_letters(out);
	return (char *)out;
}

/* Beside definition.candidate_name. */
struct folded_names {
	size_t count;
	char **fa;
	char **en;
};

static void free_names(struct folded_names *names)
{
	for (size_t i = 0; i < names->count; i++) {
		free(names->fa == NULL ? NULL : names->fa[i]);
		free(names->en == NULL ? NULL : names->en[i]);
	}
	free(names->fa);
	free(names->en);
}

/* free_names() is due in either case. */
static bool fold_names(
	const struct definition *definition, struct folded_names *out)
{
	const size_t count = definition->plan.candidates;
	bool worked = true;
	*out = (struct folded_names){ count, calloc(count, sizeof(char *)),
		calloc(count, sizeof(char *)) };
	if (out->fa == NULL || out->en == NULL)
		return false;
	for (size_t i = 0; i < count && worked; i++) {
		const struct name *name = &definition->candidate_name[i];
		out->fa[i] = spelling_folded(name->fa);
		out->en[i] = spelling_folded(name->en);
		worked = out->fa[i] != NULL && out->en[i] != NULL;
	}
	return worked;
}

static bool have_one_name(
	const struct definition *definition, size_t a, size_t b)
{
	const struct name *name = definition->candidate_name;
	return strcmp(name[a].fa, name[b].fa) == 0 &&
	       strcmp(name[a].en, name[b].en) == 0;
}

/* Who comes before the candidate and is alike; at most two are added. */
static void find_alike(const struct definition *definition, uint16_t contest,
	size_t latter, const struct folded_names *names, struct alike *out,
	size_t *count)
{
	bool fa_found = false, en_found = false;
	for (size_t i = definition->plan.contest[contest].first; i < latter;
		i++) {
		const bool fa = strcmp(names->fa[i], names->fa[latter]) == 0;
		const bool en = strcmp(names->en[i], names->en[latter]) == 0;
		if ((!fa || fa_found) && (!en || en_found))
			continue;
		out[(*count)++] = (struct alike){ contest, i, latter,
			have_one_name(definition, i, latter), fa, en };
		fa_found |= fa;
		en_found |= en;
	}
}

refusal spelling_alike(
	const struct definition *definition, struct alike **out, size_t *count)
{
	const struct plan *plan = &definition->plan;
	struct folded_names names;
	*count = 0;
	*out = calloc(2 * plan->candidates, sizeof(**out));
	const bool worked = fold_names(definition, &names) && *out != NULL;
	for (uint16_t c = 0; c < plan->contests && worked; c++) {
		const struct contest *contest = &plan->contest[c];
		for (size_t i = 0; i < contest->candidates; i++)
			find_alike(definition, c, contest->first + i, &names,
				*out, count);
	}
	free_names(&names);
	return worked ? NULL : no_memory;
}
