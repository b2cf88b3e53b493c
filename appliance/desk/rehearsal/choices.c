/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/rehearsal/choices.h"

#include <ctype.h>
#include <string.h>

static const struct {
	const char *en, *fa;
	enum choice choice;
} table[] = {
	{ "on", "روشن", CHOICE_ON },
	{ "plug", "وصل", CHOICE_PLUG },
	{ "out", "جدا", CHOICE_OUT },
	{ "pull", "بکش", CHOICE_PULL },
	{ "cut", "قطع", CHOICE_CUT },
	{ "disk", "دیسک", CHOICE_DISK },
	{ "tpm", "تراشه", CHOICE_TPM },
	{ "screen", "صفحه", CHOICE_SCREEN },
	{ "sticks", "حافظه‌ها", CHOICE_STICKS },
	{ "help", "کمک", CHOICE_HELP },
	{ "quit", "پایان", CHOICE_QUIT },
};

static enum choice find(const char *word)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(word, table[i].en) == 0 ||
			strcmp(word, table[i].fa) == 0)
			return table[i].choice;
	return CHOICE_UNKNOWN;
}

struct chosen choice_of(char line[CHOICE_LINE_MOST])
{
	static const char spaces[] = " \t\r\n";
	struct chosen chosen = { CHOICE_NOTHING, STICKS, false };
	char *rest;
	make_digits_plain(line);
	const char *word = strtok_r(line, spaces, &rest);
	if (word == NULL)
		return chosen;
	chosen.choice = find(word);
	if (chosen.choice == CHOICE_UNKNOWN &&
		(isdigit((unsigned char)word[0]) || stick_of(word) < STICKS))
		chosen.choice = CHOICE_PLUG;
	else
		word = strtok_r(NULL, spaces, &rest);
	if (word != NULL) {
		chosen.names_stick = true;
		chosen.stick = stick_of(word);
	}
	if (strtok_r(NULL, spaces, &rest) != NULL)
		chosen.choice = CHOICE_UNKNOWN;
	return chosen;
}
