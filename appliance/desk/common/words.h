/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the desk says to people in Persian and English. One table (words.def)
 * has a row for each sentence; what stands in it is filled in here:
 *
 *	{1} {2} {3}	numbers, in decimal; in Persian with Persian digits
 *	{a} {b} {c} {d}	texts. In Persian a text stands between U+2068 and
 *			U+2069, so that it cannot turn what is around it.
 *
 * The table has no other braces, and no sentence that lacks a value of its
 * twin: tests/desk/test_words.c looks.
 *
 * What is in no table is said in English: the options of --help, and errors
 * that are not in errors.def.
 */
#ifndef SANDOQ_DESK_COMMON_WORDS_H
#define SANDOQ_DESK_COMMON_WORDS_H

#include "appliance/record/notices.h"

#include <stdio.h>

enum { WORDS_NUMBERS = 3, WORDS_TEXTS = 4, WORDS_LINE_MOST = 4096 };

#define WORDS(name, en, fa) WORD_##name,
enum word {
#include "appliance/desk/common/words.def"
	WORD_COUNT
};
#undef WORDS

/* What a sentence is filled with; a text may be NULL where it has none. */
struct filling {
	uint64_t number[WORDS_NUMBERS];
	const char *text[WORDS_TEXTS];
};

/*
 * Persian when the locale's messages are: the first of LANGUAGE, LC_ALL,
 * LC_MESSAGES and LANG that is set begins with "fa". Else English.
 */
enum language words_language(void);
/*
 * What --lang asks for: "fa" or "en"; this program and those that it starts
 * speak it from then on. False when it is neither.
 */
bool words_choose(const char *name);

/* The sentence as the table has it. */
const char *words_in(enum word, enum language);
/* The same in words_language(). */
const char *words_of(enum word);
/* `filling` may be NULL when there is nothing to fill in. */
void write_words(
	struct writer *, enum word, enum language, const struct filling *);
/*
 * A label that stands in the table as it is, in words_language(); any other
 * text is given back.
 */
const char *in_words(const char *english);
/*
 * A reason, in words_language(): by the table of notices, which has those of
 * the machine, or by reasons.def, and with what stands before the last ": " of
 * it as it is. `line` holds what is made of it; a reason that no table has is
 * given back.
 */
const char *reason_in_words(const char *reason, char line[NOTICE_LINE_MOST]);
/*
 * The same of what fail() says: by errors.def, or else as a reason.
 */
const char *error_in_words(const char *error, char line[WORDS_LINE_MOST]);
/* Persian and Arabic digits of a line become those of ASCII. */
void make_digits_plain(char *line);
/* One line, in words_language(), with its end. */
void tell(FILE *, enum word, const struct filling *);
/* The same without its end, into a buffer as text. */
void fill_words(char *line, size_t size, enum word, const struct filling *);

#endif
