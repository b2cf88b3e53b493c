/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text as lines of letters: order, joining, breaking into lines. Pure.
 *
 * FriBidi gives the order of what runs from right to left and what does not
 * (UAX 9), and how each letter joins its neighbours. Lines are broken between
 * words before they are put into order, as UAX 9 asks for.
 */
#ifndef SANDOQ_MACHINE_SCREEN_TEXT_H
#define SANDOQ_MACHINE_SCREEN_TEXT_H

#include "appliance/formats/bytes.h"
#include "appliance/formats/letters.h"

enum {
	/* Characters of a text; what is behind them is not shown. */
	SCREEN_TEXT_MOST = 1024,
	SCREEN_LINES_MOST = 8,
};

/* A letter on its line; lengths in thousandths of the letters' size. */
struct placed {
	const struct letter *letter;
	int x; /* from the line's left end */
	int y; /* upwards: of marks */
};

struct placed_line {
	size_t first, count; /* of `placed` */
	int width;
};

struct placed_text {
	enum letter_weight weight;
	size_t lines;
	struct placed_line line[SCREEN_LINES_MOST];
	/* The last line has all that there was room for, and an ellipsis. */
	bool cut;
	size_t count;
	struct placed placed[SCREEN_TEXT_MOST + SCREEN_LINES_MOST];
};

struct screen_style {
	enum letter_weight weight;
	bool rightward; /* the text as a whole runs from left to right */
	int width;	/* of a line at most */
	size_t lines;	/* at most; 1 to SCREEN_LINES_MOST */
};

/*
 * `utf8` is of one paragraph. What is no UTF-8 and what the table of letters
 * lacks stands as U+FFFD.
 */
void screen_text(
	struct bytes utf8, const struct screen_style *, struct placed_text *);

#endif
