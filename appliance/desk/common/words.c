/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/words.h"

#include "appliance/verify/reasons.h"

#include <stdlib.h>
#include <string.h>

/* clang-format off */
#define WORDS(name, en, fa)                                                    \
	[WORD_##name] = { [ENGLISH] = (en), [PERSIAN] = (fa) },
static const char *const table[WORD_COUNT][LANGUAGES] = {
#include "appliance/desk/common/words.def"
};
#undef WORDS
/* clang-format on */

enum language words_language(void)
{
	static const char *const names[] = { "LANGUAGE", "LC_ALL",
		"LC_MESSAGES", "LANG" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);
		if (value != NULL && value[0] != '\0')
			return strncmp(value, "fa", 2) == 0 ? PERSIAN : ENGLISH;
	}
	return ENGLISH;
}

bool words_choose(const char *name)
{
	return (strcmp(name, "fa") == 0 || strcmp(name, "en") == 0) &&
	       setenv("LANGUAGE", name, 1) == 0;
}

const char *words_in(enum word word, enum language language)
{
	return table[word][language];
}

const char *words_of(enum word word)
{
	return words_in(word, words_language());
}

/* U+06F0 is the Persian 0; in UTF-8 the digits differ in their last byte. */
static void write_number(
	struct writer *out, uint64_t number, enum language language)
{
	uint8_t space[20];
	struct writer digits = writer_of(space, sizeof(space));
	write_decimal(&digits, number);
	for (size_t i = 0; i < digits.size; i++) {
		if (language == PERSIAN)
			write_u8(out, 0xdb);
		write_u8(out, language == PERSIAN
				      ? (uint8_t)(0xb0 + (space[i] - '0'))
				      : space[i]);
	}
}

static void write_value(struct writer *out, char key, enum language language,
	const struct filling *filling)
{
	const char *text;
	if (key >= '1' && key < '1' + WORDS_NUMBERS) {
		write_number(out, filling->number[key - '1'], language);
		return;
	}
	text = filling->text[key - 'a'];
	write_text(out, language == PERSIAN ? "\u2068" : "");
	write_text(out, text != NULL ? text : "");
	write_text(out, language == PERSIAN ? "\u2069" : "");
}

static void write_sentence(struct writer *out, const char *sentence,
	enum language language, const struct filling *filling)
{
	for (const char *at = sentence; *at != '\0'; at++)
		if (*at == '{' && filling != NULL) {
			write_value(out, at[1], language, filling);
			at += 2;
		} else {
			write_u8(out, (uint8_t)*at);
		}
}

void write_words(struct writer *out, enum word word, enum language language,
	const struct filling *filling)
{
	write_sentence(out, words_in(word, language), language, filling);
}

const char *in_words(const char *english)
{
	const enum language language = words_language();
	for (enum word word = 0; word < WORD_COUNT; word++)
		if (language != ENGLISH &&
			strcmp(words_in(word, ENGLISH), english) == 0)
			return words_in(word, language);
	return english;
}

/* In Persian; false when no row has it. */
static bool write_reason(struct writer *out, const char *reason)
{
	const struct notice notice = notice_of(notice_refusal(reason));
	const char *persian = reason_in_persian(reason);
	if (notice.part[0].id != NOTICE_UNKNOWN)
		write_notice(out, &notice, words_language());
	else if (persian != NULL)
		write_text(out, persian);
	return notice.part[0].id != NOTICE_UNKNOWN || persian != NULL;
}

const char *reason_in_words(const char *reason, char line[NOTICE_LINE_MOST])
{
	static const char joint[] = ": ";
	if (reason == NULL || words_language() == ENGLISH)
		return reason;
	for (const char *at = reason; at != NULL;) {
		struct writer out = writer_of(line, NOTICE_LINE_MOST - 1);
		if (at != reason) {
			write_text(&out, "\u2068");
			write_bytes(&out,
				bytes_of(reason,
					(size_t)(at - reason) - strlen(joint)));
			write_text(&out, "\u2069: ");
		}
		if (write_reason(&out, at) && !out.broken) {
			line[out.size] = '\0';
			return line;
		}
		at = strstr(at, joint);
		at = at != NULL ? at + strlen(joint) : NULL;
	}
	return reason;
}

/* clang-format off */
#define ERROR(en, fa) { [ENGLISH] = (en), [PERSIAN] = (fa) },
static const char *const errors[][LANGUAGES] = {
#include "appliance/desk/common/errors.def"
};
#undef ERROR
/* clang-format on */

enum { ERROR_TEXT_MOST = 1024 };

/* The texts of a sentence, each the shortest that makes the rest fit. */
static bool read_error(const char *sentence, const char *said,
	char text[WORDS_TEXTS][ERROR_TEXT_MOST])
{
	while (*sentence != '\0' && *sentence != '{')
		if (*sentence++ != *said++)
			return false;
	if (*sentence == '\0')
		return *said == '\0';
	char *to = text[sentence[1] - 'a'];
	for (size_t i = 0; i + 1 < ERROR_TEXT_MOST && said[i] != '\0'; i++) {
		to[i] = said[i];
		to[i + 1] = '\0';
		if (read_error(sentence + 3, said + i + 1, text))
			return true;
	}
	return false;
}

const char *error_in_words(const char *error, char line[WORDS_LINE_MOST])
{
	static char text[WORDS_TEXTS][ERROR_TEXT_MOST];
	static char reason[WORDS_TEXTS][NOTICE_LINE_MOST];
	struct filling filling = { 0 };
	if (words_language() == ENGLISH)
		return error;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		struct writer out = writer_of(line, WORDS_LINE_MOST - 1);
		if (!read_error(errors[i][ENGLISH], error, text))
			continue;
		for (size_t t = 0; t < WORDS_TEXTS; t++)
			filling.text[t] = reason_in_words(text[t], reason[t]);
		write_sentence(&out, errors[i][words_language()],
			words_language(), &filling);
		line[out.size] = '\0';
		return line;
	}
	return reason_in_words(error, line);
}

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

void make_digits_plain(char *line)
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

void fill_words(
	char *line, size_t size, enum word word, const struct filling *filling)
{
	struct writer out = writer_of(line, size - 1);
	write_words(&out, word, words_language(), filling);
	line[out.size] = '\0';
}

void tell(FILE *to, enum word word, const struct filling *filling)
{
	uint8_t line[WORDS_LINE_MOST];
	struct writer out = writer_of(line, sizeof(line));
	write_words(&out, word, words_language(), filling);
	fprintf(to, "%.*s\n", (int)out.size, (const char *)line);
}
