/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/table.h"
#include "appliance/desk/common/shown.h"
#include "appliance/desk/common/words.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum {
	COLUMNS_MOST = 16,
	NAME_LEAST = 8,
	/* Characters of a text, of which no name has as many. */
	WIDE_MOST = 512,
};

static bool is_one_of(const char *key, const char *const *keys)
{
	while (*keys != NULL && strcmp(key, *keys) != 0)
		keys++;
	return *keys != NULL;
}

/* Facts whose values are words of ours, and never anybody's name. */
static bool is_worded(const char *key)
{
	static const char *const keys[] = { "mode", "outcome", "table",
		"volumes", "file", "what", "flaws", NULL };
	return is_one_of(key, keys);
}

/* Facts whose values the table of notices has: reasons, kinds of media. */
static bool is_notice(const char *key)
{
	static const char *const keys[] = { "reason", "kind", NULL };
	return is_one_of(key, keys);
}

/* What may be shortened: whose it is stands in the row's id or code. */
static bool is_name(const char *key)
{
	static const char *const keys[] = { "name_fa", "name_en", NULL };
	return is_one_of(key, keys);
}

static const char *text_in_words(const char *key, const char *text)
{
	static char line[NOTICE_LINE_MOST];
	if (is_worded(key))
		return in_words(text);
	return is_notice(key) ? reason_in_words(text, line) : text;
}

static void write_number(json_int_t number, char buffer[NUMBER_MOST])
{
	struct writer out = writer_of(buffer, NUMBER_MOST - 1);
	if (words_language() == ENGLISH || number < 0) {
		snprintf(buffer, NUMBER_MOST, "%" JSON_INTEGER_FORMAT, number);
		return;
	}
	write_words(&out, WORD_NUMBER, PERSIAN,
		&(struct filling){ .number = { (uint64_t)number } });
	buffer[out.size] = '\0';
}

const char *value_in_words(
	const char *key, const json_t *value, char buffer[NUMBER_MOST])
{
	if (json_is_string(value))
		return text_in_words(key, json_string_value(value));
	if (json_is_integer(value)) {
		write_number(json_integer_value(value), buffer);
		return buffer;
	}
	if (json_is_real(value)) {
		snprintf(buffer, NUMBER_MOST, "%.2f", json_real_value(value));
		return buffer;
	}
	return json_is_true(value)    ? words_of(WORD_LABEL_YES)
	       : json_is_false(value) ? words_of(WORD_LABEL_NO)
				      : "-";
}

/* Columns on a terminal; foreign bytes were checked to be UTF-8. */
static size_t width_of(const char *text)
{
	wchar_t wide[WIDE_MOST];
	size_t length = mbstowcs(wide, text, WIDE_MOST - 1);
	if (length == (size_t)-1)
		return strlen(text);
	int width = wcswidth(wide, length);
	return width < 0 ? length : (size_t)width;
}

/* What of a text has room, with a sign that there is more. */
static const char *shortened(
	const char *text, size_t room, char out[WIDE_MOST * 4])
{
	wchar_t wide[WIDE_MOST];
	size_t length = mbstowcs(wide, text, WIDE_MOST - 1);
	size_t kept = 0, width = 0;
	if (length == (size_t)-1 || width_of(text) <= room)
		return text;
	while (kept < length) {
		const int next = wcwidth(wide[kept]);
		width += next < 0 ? 1 : (size_t)next;
		if (width > room - 1)
			break;
		kept++;
	}
	wide[kept] = L'\u2026';
	wide[kept + 1] = L'\0';
	return wcstombs(out, wide, (size_t)WIDE_MOST * 4) == (size_t)-1 ? text
									: out;
}

static bool is_ascii(const char *text)
{
	while (*text != '\0' && ((unsigned char)*text & 0x80) == 0)
		text++;
	return *text == '\0';
}

/* What each column of a table is, and how wide it is told. */
struct columns {
	size_t count;
	const char *key[COLUMNS_MOST];
	size_t width[COLUMNS_MOST];
};

static size_t widest_of(const json_t *table, const char *key)
{
	size_t widest = width_of(in_words(key));
	size_t index;
	json_t *row;
	json_array_foreach(table, index, row)
	{
		char buffer[NUMBER_MOST];
		const size_t width = width_of(
			value_in_words(key, json_object_get(row, key), buffer));
		if (width > widest)
			widest = width;
	}
	return widest;
}

static struct columns columns_of(json_t *table)
{
	struct columns columns = { 0 };
	const char *key;
	json_t *ignored;
	json_object_foreach(json_array_get(table, 0), key, ignored)
	{
		if (columns.count == COLUMNS_MOST)
			break;
		columns.key[columns.count] = key;
		columns.width[columns.count++] = widest_of(table, key);
	}
	return columns;
}

/* With the space before all of them, and on either side of each. */
static size_t total_of(const struct columns *columns)
{
	size_t total = 1;
	for (size_t i = 0; i < columns->count; i++)
		total += columns->width[i] + 2;
	return total;
}

/* The widest name gives way; false when there is none that could. */
static bool shorten_one(struct columns *columns)
{
	size_t widest = columns->count;
	for (size_t i = 0; i < columns->count; i++)
		if (is_name(columns->key[i]) &&
			columns->width[i] > NAME_LEAST &&
			(widest == columns->count ||
				columns->width[i] > columns->width[widest]))
			widest = i;
	if (widest < columns->count)
		columns->width[widest]--;
	return widest < columns->count;
}

/* A row that has none, as the headings, is left as it is. */
static bool has_foreign_text(const json_t *row)
{
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)row, key, value)
	{
		if (json_is_string(value) &&
			!is_ascii(json_string_value(value)))
			return true;
	}
	return false;
}

static void print_cell(FILE *out, const char *text, size_t width)
{
	char space[WIDE_MOST * 4];
	const char *shown = shortened(text, width, space);
	fprintf(out, " ");
	fprintf(out, is_ascii(shown) ? "%s" : SHOWN, shown);
	fprintf(out, "%*s ", (int)(width - width_of(shown)), "");
}

/*
 * `row` NULL prints the headings. The LRM at the front keeps a row from being
 * turned whole, which is for numbers that come before the first name.
 */
static void print_row(
	FILE *out, const struct columns *columns, const json_t *row)
{
	fprintf(out, "%s ", has_foreign_text(row) ? LRM : "");
	for (size_t i = 0; i < columns->count; i++) {
		const char *key = columns->key[i];
		char buffer[NUMBER_MOST];
		print_cell(out,
			row == NULL
				? in_words(key)
				: value_in_words(key, json_object_get(row, key),
					  buffer),
			columns->width[i]);
	}
	fprintf(out, "\n");
}

static void print_group(
	FILE *out, const struct columns *columns, const json_t *row)
{
	for (size_t i = 0; i < columns->count; i++) {
		const char *key = columns->key[i];
		char buffer[NUMBER_MOST];
		const char *text =
			value_in_words(key, json_object_get(row, key), buffer);
		fprintf(out, "  %s: ", in_words(key));
		fprintf(out, is_ascii(text) ? "%s" : SHOWN, text);
		fprintf(out, "\n");
	}
	fprintf(out, "\n");
}

void print_table(FILE *out, json_t *table, size_t columns)
{
	struct columns told = columns_of(table);
	size_t index;
	json_t *row;
	bool fits = true;
	while (columns > 0 && total_of(&told) > columns && fits)
		fits = shorten_one(&told);
	if (fits)
		print_row(out, &told, NULL);
	json_array_foreach(table, index, row)
	{
		(fits ? print_row : print_group)(out, &told, row);
	}
}
