/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/record/notices.h"

#include <string.h>

LAYOUT_DEFINE(notice_part)
LAYOUT_DEFINE(notice)

#define NOTICE(name, place, mood, en, fa, next_en, next_fa)                    \
	{ NOTICE_##name, PLACE_##place, MOOD_##mood,                           \
		{ [ENGLISH] = (en), [PERSIAN] = (fa) },                        \
		{ [ENGLISH] = (next_en), [PERSIAN] = (next_fa) } },
const struct notice_row notice_table[] = {
#include "appliance/record/notices.def"
};
#undef NOTICE
const size_t notice_table_size = sizeof(notice_table) / sizeof(notice_table[0]);

/* The ids are the rows' order, from 1. */
const struct notice_row *notice_row_of(unsigned id)
{
	return id == NOTICE_NONE || id > notice_table_size
		       ? NULL
		       : &notice_table[id - 1];
}

/* U+06F0 is the Persian 0; in UTF-8 the digits differ in their last byte. */
static void write_number(
	struct writer *out, uint64_t number, enum language language)
{
	uint8_t space[20];
	struct writer digits = writer_of(space, sizeof(space));
	write_decimal(&digits, number);
	for (size_t i = 0; i < digits.size; i++)
		if (language == PERSIAN) {
			write_u8(out, 0xdb);
			write_u8(out, (uint8_t)(0xb0 + (space[i] - '0')));
		} else {
			write_u8(out, space[i]);
		}
}

static void write_name(
	struct writer *out, const char *name, enum language language)
{
	if (language == PERSIAN)
		write_text(out, "\u2068");
	write_text(out, name);
	if (language == PERSIAN)
		write_text(out, "\u2069");
}

/* A word's own words are not looked up: no row can lead back to itself. */
static void write_word(struct writer *out, uint64_t id, enum language language)
{
	const struct notice_row *row =
		id <= UINT16_MAX ? notice_row_of((unsigned)id) : NULL;
	if (row != NULL)
		write_text(out, row->says[language]);
}

static void write_value(struct writer *out, const char *key,
	const struct notice_part *part, enum language language)
{
	const uint64_t number[] = { part->first, part->second, part->third };
	const bool word = key[0] == 'w';
	const char digit = word ? key[1] : key[0];
	if (key[0] == 't')
		write_name(out, part->text, language);
	else if (word)
		write_word(out, number[(digit - '1') % 3], language);
	else
		write_number(out, number[(digit - '1') % 3], language);
}

/* The table's sentences have no other braces: test_notices looks. */
static void write_filled(struct writer *out, const char *sentence,
	const struct notice_part *part, enum language language)
{
	for (const char *at = sentence; *at != '\0'; at++)
		if (*at == '{') {
			write_value(out, at + 1, part, language);
			at = strchr(at, '}');
		} else {
			write_u8(out, (uint8_t)*at);
		}
}

void write_notice(
	struct writer *out, const struct notice *notice, enum language language)
{
	for (size_t i = 0; i < NOTICE_PARTS; i++) {
		const struct notice_part *part = &notice->part[i];
		const struct notice_row *row = notice_row_of(part->id);
		if (row == NULL)
			return;
		if (i > 0)
			write_text(out, ": ");
		write_filled(out, row->says[language], part, language);
	}
}

void write_notice_next(
	struct writer *out, const struct notice *notice, enum language language)
{
	for (size_t i = NOTICE_PARTS; i-- > 0;) {
		const struct notice_part *part = &notice->part[i];
		const struct notice_row *row = notice_row_of(part->id);
		if (row == NULL || row->next[language] == NULL)
			continue;
		write_filled(out, row->next[language], part, language);
		return;
	}
}
