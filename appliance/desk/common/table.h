/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of a report as a table, as wide as a terminal is. Pure, but that it
 * writes to the stream: what a word is in which language is words.h's.
 */
#ifndef SANDOQ_DESK_COMMON_TABLE_H
#define SANDOQ_DESK_COMMON_TABLE_H

#include <jansson.h>
#include <stdio.h>

/* Of 20 digits, which have two bytes in Persian. */
enum { NUMBER_MOST = 48 };

/*
 * The value of that key, as people read it: numbers in the digits of their
 * language, words of ours in it, names as they are. `buffer` has NUMBER_MOST.
 */
const char *value_in_words(
	const char *key, const json_t *value, char buffer[NUMBER_MOST]);

/*
 * An array of objects; columns are the first one's keys. Where the columns of a
 * terminal (0: any number) are too few, names are shortened; where that is not
 * enough, each row is a group of lines. No number and no id is ever cut.
 */
void print_table(FILE *, json_t *table, size_t columns);

#endif
