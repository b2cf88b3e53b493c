/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/notice_read.h"

#include <string.h>

/* What is being read, and which part of it. */
struct reading {
	struct notice *out;
	size_t part;
};

/* Each is true when the text is read up to its end, parts behind included. */
static bool read_sentence(
	struct reading, const char *sentence, const char *text);
static bool read_parts(struct reading, const char *text);

static struct notice_part *part_of(struct reading reading)
{
	return &reading.out->part[reading.part];
}

static uint64_t *number_of(struct reading reading, char digit)
{
	struct notice_part *part = part_of(reading);
	return digit == '1'   ? &part->first
	       : digit == '2' ? &part->second
			      : &part->third;
}

/* The word of a state or a kind: the first row that makes the rest fit. */
static bool read_word(
	struct reading reading, char digit, const char *rest, const char *text)
{
	for (size_t i = 0; i < notice_table_size; i++) {
		const struct notice_row *row = &notice_table[i];
		const char *word = row->says[ENGLISH];
		*number_of(reading, digit) = row->id;
		if (notice_is_part(row) && strchr(word, '{') == NULL &&
			strncmp(text, word, strlen(word)) == 0 &&
			read_sentence(reading, rest, text + strlen(word)))
			return true;
	}
	return false;
}

static bool read_number(
	struct reading reading, char digit, const char *rest, const char *text)
{
	const size_t digits = strspn(text, "0123456789");
	return decimal_decode(bytes_of(text, digits), UINT64_MAX,
		       number_of(reading, digit)) &&
	       read_sentence(reading, rest, text + digits);
}

/* The shortest that makes the rest fit. */
static bool read_text(
	struct reading reading, const char *rest, const char *text)
{
	char *to = part_of(reading)->text;
	for (size_t size = 1; size < NOTICE_TEXT_MOST; size++) {
		if (text[size - 1] == '\0')
			return false;
		memcpy(to, text, size);
		memset(to + size, 0, NOTICE_TEXT_MOST - size);
		if (read_sentence(reading, rest, text + size))
			return true;
	}
	return false;
}

static bool read_sentence(
	struct reading reading, const char *sentence, const char *text)
{
	while (*sentence != '\0' && *sentence != '{')
		if (*sentence++ != *text++)
			return false;
	if (*sentence == '\0') {
		reading.part++;
		return read_parts(reading, text);
	}
	const char *rest = strchr(sentence, '}') + 1;
	if (sentence[1] == 't')
		return read_text(reading, rest, text);
	return sentence[1] == 'w'
		       ? read_word(reading, sentence[2], rest, text)
		       : read_number(reading, sentence[1], rest, text);
}

/* Where the sentence of a later part begins, as notices.h has them joined. */
static const char *behind_joint(const char *text, char first)
{
	if (first == ',' || first == ';')
		return text;
	if (first == '(')
		return *text == ' ' ? text + 1 : NULL;
	return strncmp(text, ": ", 2) == 0 ? text + 2 : NULL;
}

/* NULL of a row that the serial port does not have. */
static const char *sentence_of(const struct notice_row *row)
{
	return notice_is_part(row) ? row->says[ENGLISH] : notice_line(row);
}

static bool read_row(
	struct reading reading, const struct notice_row *row, const char *text)
{
	const char *sentence = sentence_of(row);
	if ((reading.part > 0) != notice_is_part(row) || sentence == NULL)
		return false;
	if (reading.part > 0)
		text = behind_joint(text, sentence[0]);
	*part_of(reading) = (struct notice_part){ .id = row->id };
	if (text != NULL && read_sentence(reading, sentence, text))
		return true;
	*part_of(reading) = (struct notice_part){ .id = NOTICE_NONE };
	return false;
}

/* How much a row fits: one sentence, some values in it, any text before it. */
enum { EXACT, VALUED, OPEN, WIDTHS };

static int width_of(const struct notice_row *row)
{
	const char *sentence = sentence_of(row);
	if (sentence == NULL || strncmp(sentence, "{t}", 3) == 0)
		return OPEN;
	return strchr(sentence, '{') != NULL ? VALUED : EXACT;
}

static bool read_parts(struct reading reading, const char *text)
{
	if (*text == '\0' || reading.part == NOTICE_PARTS)
		return *text == '\0' && reading.part > 0;
	for (int width = EXACT; width < WIDTHS; width++)
		for (size_t i = 0; i < notice_table_size; i++)
			if (width_of(&notice_table[i]) == width &&
				read_row(reading, &notice_table[i], text))
				return true;
	return false;
}

bool notice_read(const char *line, struct notice *out)
{
	*out = (struct notice){ 0 };
	return read_parts((struct reading){ .out = out }, line);
}
