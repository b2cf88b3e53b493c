/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/record/notices.h"

#include <string.h>

LAYOUT_DEFINE(notice_part)
LAYOUT_DEFINE(notice)

#define SAME NULL
#define NOTHING ""
#define NOTICE(name, place, mood, line, en, fa, next_en, next_fa)              \
	{ NOTICE_##name, PLACE_##place, MOOD_##mood, (line),                   \
		{ [ENGLISH] = (en), [PERSIAN] = (fa) },                        \
		{ [ENGLISH] = (next_en), [PERSIAN] = (next_fa) } },
const struct notice_row notice_table[] = {
#include "appliance/record/notices.def"
};
#undef NOTICE
#undef NOTHING
#undef SAME
const size_t notice_table_size = sizeof(notice_table) / sizeof(notice_table[0]);

/* The ids are the rows' order, from 1. */
const struct notice_row *notice_row_of(unsigned id)
{
	return id == NOTICE_NONE || id > notice_table_size
		       ? NULL
		       : &notice_table[id - 1];
}

bool notice_is_part(const struct notice_row *row)
{
	return row->place == PLACE_PART || row->place == PLACE_OWN ||
	       row->place == PLACE_GONE;
}

const char *notice_line(const struct notice_row *row)
{
	if (row->line == NULL)
		return row->says[ENGLISH];
	return row->line[0] != '\0' ? row->line : NULL;
}

bool notice_is_of_one_gone(const struct notice *notice)
{
	bool gone = false;
	for (size_t i = 0; i < NOTICE_PARTS; i++) {
		const struct notice_row *row =
			notice_row_of(notice->part[i].id);
		gone |= row != NULL && row->place == PLACE_GONE;
	}
	return gone;
}

/* At a character's end. */
static void set_text(char out[NOTICE_TEXT_MOST], const char *text)
{
	size_t size = strnlen(text, NOTICE_TEXT_MOST);
	if (size == NOTICE_TEXT_MOST)
		for (size--; size > 0 && (text[size] & 0xc0) == 0x80;)
			size--;
	memset(out, 0, NOTICE_TEXT_MOST);
	memcpy(out, text, size);
}

struct notice_part notice_text(enum notice_id id, const char *text)
{
	struct notice_part part = { .id = (uint16_t)id };
	set_text(part.text, text);
	return part;
}

struct notice_part notice_named(enum notice_id id, const char *text,
	const char *english, const char *persian)
{
	struct notice_part part = notice_text(id, text);
	set_text(part.english, english);
	set_text(part.persian, persian);
	return part;
}

struct notice notice_of(struct notice_part part)
{
	return (struct notice){ .part[0] = part };
}

static size_t parts_of(const struct notice *notice)
{
	size_t count = 0;
	while (count < NOTICE_PARTS && notice->part[count].id != NOTICE_NONE)
		count++;
	return count;
}

void notice_add(struct notice *notice, struct notice_part part)
{
	const size_t count = parts_of(notice);
	if (count < NOTICE_PARTS)
		notice->part[count] = part;
}

void notice_add_all(struct notice *notice, const struct notice *more)
{
	const size_t count = parts_of(more);
	for (size_t i = 0; i < count; i++)
		notice_add(notice, more->part[i]);
}

/*
 * From English
 */

/* "{1}" takes digits, "{t}" what is there up to the character behind it. */
static const char *read_value(
	const char *key, const char *text, struct notice_part *out)
{
	uint64_t *const number[] = { &out->first, &out->second, &out->third };
	const char *end = text;
	if (key[1] == 't') {
		end = key[3] == '\0' ? text + strlen(text)
				     : strchr(text, key[3]);
		if (end == NULL || (size_t)(end - text) >= NOTICE_TEXT_MOST)
			return NULL;
		memcpy(out->text, text, (size_t)(end - text));
		return end;
	}
	while (*end >= '0' && *end <= '9')
		end++;
	const struct bytes digits = bytes_of(text, (size_t)(end - text));
	return key[1] != 'w' && decimal_decode(digits, UINT64_MAX,
					number[(key[1] - '1') % 3])
		       ? end
		       : NULL;
}

static bool read_as(
	const struct notice_row *row, const char *text, struct notice_part *out)
{
	const char *at = row->says[ENGLISH];
	*out = (struct notice_part){ .id = row->id };
	while (*at != '\0') {
		if (*at == '{') {
			text = read_value(at, text, out);
			at = strchr(at, '}') + 1;
		} else {
			text = *text == *at ? text + 1 : NULL;
			at++;
		}
		if (text == NULL)
			return false;
	}
	return *text == '\0';
}

/* Only parts, and none that would take any text for its own. */
static bool is_a_reason(const struct notice_row *row)
{
	const char first = row->says[ENGLISH][0];
	return notice_is_part(row) && first != '{' && first != '(';
}

/* Most have no value: those are looked for first. */
static bool find(const char *text, struct notice_part *out)
{
	for (size_t i = 0; i < notice_table_size; i++)
		if (notice_is_part(&notice_table[i]) &&
			strchr(text, '{') == NULL &&
			strcmp(notice_table[i].says[ENGLISH], text) == 0) {
			*out = (struct notice_part){ .id = notice_table[i].id };
			return true;
		}
	for (size_t i = 0; i < notice_table_size; i++)
		if (is_a_reason(&notice_table[i]) &&
			read_as(&notice_table[i], text, out))
			return true;
	return false;
}

struct notice_part notice_refusal(refusal why)
{
	struct notice_part part = { .id = NOTICE_NONE };
	return why == NULL || find(why, &part) ? part : NOTICE_PART(UNKNOWN);
}

struct notice_part notice_name(const char *name)
{
	struct notice_part part;
	return find(name, &part) ? part : notice_text(NOTICE_TEXT, name);
}

/*
 * From somebody else
 */

static bool is_nothing(const struct notice_part *part)
{
	static const struct notice_part nothing;
	return part->id == NOTICE_NONE && part->first == 0 &&
	       part->second == 0 && part->third == 0 &&
	       strcmp(part->text, nothing.text) == 0 &&
	       strcmp(part->english, nothing.english) == 0 &&
	       strcmp(part->persian, nothing.persian) == 0;
}

/* What {w1} names: the table has states and kinds in one piece. */
static bool is_word(uint64_t id)
{
	return id >= NOTICE_STATE_BLANK && id <= NOTICE_KIND_SENT;
}

static bool words_are_sound(
	const struct notice_row *row, const struct notice_part *part)
{
	const uint64_t number[] = { part->first, part->second, part->third };
	const char *at = row->says[ENGLISH];
	while ((at = strchr(at, '{')) != NULL) {
		at++;
		if (at[0] == 'w' && !is_word(number[(at[1] - '1') % 3]))
			return false;
	}
	return true;
}

static refusal check_part(
	const struct notice_part *part, bool alone, bool trusted)
{
	const struct notice_row *row = notice_row_of(part->id);
	if (row == NULL)
		return "a notice that is not in the table";
	if (!alone && !notice_is_part(row))
		return "a notice with a part that is none";
	if (!trusted && row->place == PLACE_OWN)
		return "a notice that is not this role's to say";
	return words_are_sound(row, part) ? NULL
					  : "a notice with a word that is none";
}

static refusal check(const struct notice *notice, size_t first, bool trusted)
{
	const size_t count = parts_of(notice);
	if (count == 0)
		return "a notice that says nothing";
	for (size_t i = 0; i < count; i++) {
		const refusal why =
			check_part(&notice->part[i], i < first, trusted);
		if (why != NULL)
			return why;
	}
	for (size_t i = count; i < NOTICE_PARTS; i++)
		if (!is_nothing(&notice->part[i]))
			return "a notice with a part behind its end";
	return NULL;
}

refusal notice_check(const struct notice *notice)
{
	return check(notice, 1, true);
}

refusal notice_check_parts(const struct notice *notice, bool trusted)
{
	return check(notice, 0, trusted);
}

/*
 * Into a language
 */

/* U+06F0 is the Persian 0; in UTF-8 the digits differ in their last byte. */
void write_notice_number(
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

static void write_name(struct writer *out, const struct notice_part *part,
	enum language language)
{
	const char *name = language == PERSIAN ? part->persian : part->english;
	if (language == PERSIAN)
		write_text(out, "\u2068");
	write_text(out, name[0] != '\0' ? name : part->text);
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
	const char digit = key[word ? 1 : 0];
	if (key[0] == 't')
		write_name(out, part, language);
	else if (word)
		write_word(out, number[(digit - '1') % 3], language);
	else
		write_notice_number(out, number[(digit - '1') % 3], language);
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

static bool begins_with(const char *sentence, const char *mark)
{
	return strncmp(sentence, mark, strlen(mark)) == 0;
}

/* U+060C and U+061B are the Persian comma and semicolon. */
static const char *joint(const char *sentence)
{
	if (begins_with(sentence, "("))
		return " ";
	return begins_with(sentence, ",") || begins_with(sentence, ";") ||
			       begins_with(sentence, "\u060c") ||
			       begins_with(sentence, "\u061b")
		       ? ""
		       : ": ";
}

/* The parts behind the first. */
static void write_behind(
	struct writer *out, const struct notice *notice, enum language language)
{
	for (size_t i = 1; i < NOTICE_PARTS; i++) {
		const struct notice_part *part = &notice->part[i];
		const struct notice_row *row = notice_row_of(part->id);
		if (row == NULL)
			return;
		write_text(out, joint(row->says[language]));
		write_filled(out, row->says[language], part, language);
	}
}

void write_notice(
	struct writer *out, const struct notice *notice, enum language language)
{
	const struct notice_row *row = notice_row_of(notice->part[0].id);
	if (row == NULL)
		return;
	write_filled(out, row->says[language], &notice->part[0], language);
	write_behind(out, notice, language);
}

/* Without the names for people. */
void write_notice_line(struct writer *out, const struct notice *notice)
{
	struct notice plain = *notice;
	const struct notice_row *row = notice_row_of(notice->part[0].id);
	const char *line = row != NULL ? notice_line(row) : NULL;
	if (line == NULL)
		return;
	for (size_t i = 0; i < NOTICE_PARTS; i++)
		plain.part[i].english[0] = '\0';
	write_filled(out, line, &plain.part[0], ENGLISH);
	write_behind(out, &plain, ENGLISH);
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
