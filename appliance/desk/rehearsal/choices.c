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
	{ "screen", "صفحه", CHOICE_SCREEN },
	{ "sticks", "حافظه‌ها", CHOICE_STICKS },
	{ "help", "کمک", CHOICE_HELP },
	{ "quit", "پایان", CHOICE_QUIT },
};

/* U+06F0 to U+06F9 are DB B0 to DB B9, U+0660 to U+0669 D9 A0 to D9 A9. */
static char digit_of(const char *at)
{
	const unsigned char first = (unsigned char)at[0];
	const unsigned char second = first != 0 ? (unsigned char)at[1] : 0;
	if (first == 0xdb && second >= 0xb0 && second <= 0xb9)
		return (char)('0' + (second - 0xb0));
	if (first == 0xd9 && second >= 0xa0 && second <= 0xa9)
		return (char)('0' + (second - 0xa0));
	return '\0';
}

static void make_digits_plain(char *line)
{
	char *to = line;
	for (const char *from = line; *from != '\0'; from++) {
		const char digit = digit_of(from);
		*to++ = *from;
		if (digit != '\0') {
			to[-1] = digit;
			from++;
		}
	}
	*to = '\0';
}

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
