/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/signed_words.h"

#include "appliance/desk/common/words.h"
#include "appliance/election/statement.h"

#include <string.h>

enum { LINE_MOST = STATEMENT_MOST };

/* Kinds that somebody signs at the desk after reading them. */
static const enum word kinds[STATEMENT_KINDS] = {
	[STATEMENT_BOOT_APPROVAL] = WORD_SIGNS_BOOT_APPROVAL,
	[STATEMENT_ENROLMENT] = WORD_SIGNS_ENROLMENT,
	[STATEMENT_DEFINITION] = WORD_SIGNS_DEFINITION,
	[STATEMENT_ELECTION_KEYS] = WORD_SIGNS_ELECTION_KEYS,
	[STATEMENT_OPEN] = WORD_SIGNS_OPEN,
	[STATEMENT_RELEASE] = WORD_SIGNS_RELEASE,
	[STATEMENT_REVOCATION] = WORD_SIGNS_REVOCATION,
	[STATEMENT_RULING] = WORD_SIGNS_RULING,
	[STATEMENT_ABANDONMENT] = WORD_SIGNS_ABANDONMENT,
};

static const char *kind_in_words(const char *kind)
{
	for (size_t i = 0; i < STATEMENT_KINDS; i++)
		if (kinds[i] != WORD_NOTHING &&
			strcmp(kind, statement_form[i].kind) == 0)
			return words_of(kinds[i]);
	return kind;
}

/* "sandoq/open/v1 rehearsal": what kind of text it is, and how serious. */
static void tell_first(FILE *to, char *line)
{
	char *rest;
	strtok_r(line, "/", &rest);
	const char *kind = strtok_r(NULL, "/", &rest);
	strtok_r(NULL, " ", &rest);
	tell(to, WORD_SIGNED_FIRST,
		&(struct filling){
			.text = { kind_in_words(kind != NULL ? kind : ""),
				in_words(rest) } });
}

/*
 * "key: value". Only what a text means, and its mode, are our own words: any
 * other value is shown as it is signed, even where it looks like a word of the
 * table.
 */
static void tell_field(FILE *to, char *line)
{
	char *value = strstr(line, ": ");
	if (value == NULL) {
		fprintf(to, "  %s\n", line);
		return;
	}
	*value = '\0';
	const bool ours =
		strcmp(line, "meaning") == 0 || strcmp(line, "mode") == 0;
	tell(to, WORD_SIGNED_FIELD,
		&(struct filling){
			.text = { in_words(line),
				ours ? in_words(value + 2) : value + 2 } });
}

void tell_signed(FILE *to, struct bytes text)
{
	static char copy[LINE_MOST + 1];
	char *rest;
	if (words_language() == ENGLISH || text.size > LINE_MOST)
		return;
	memcpy(copy, text.data, text.size);
	copy[text.size] = '\0';
	tell(to, WORD_SIGNED_ABOVE, NULL);
	char *line = strtok_r(copy, "\n", &rest);
	if (line != NULL)
		tell_first(to, line);
	while ((line = strtok_r(NULL, "\n", &rest)) != NULL)
		tell_field(to, line);
	tell(to, WORD_SIGNED_BELOW, NULL);
}
