/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The letters of the machine's screen: for each letter and each form in which
 * it joins its neighbours, how wide it is and its outline. Pure.
 *
 * The table itself is written when the programs are built, by image/letters.c:
 * HarfBuzz shapes every letter of a packaged font in each of its forms.
 * Kurdish letters have no code of their own for a form, hence the table.
 *
 * Lengths are in thousandths of the letters' size, up is positive, and the
 * line on which letters stand is 0.
 */
#ifndef SANDOQ_FORMATS_LETTERS_H
#define SANDOQ_FORMATS_LETTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum letter_weight { LETTER_REGULAR, LETTER_BOLD, LETTER_WEIGHTS };

/* How a letter joins: to the one before it, the one behind it, or both. */
enum letter_form {
	LETTER_ALONE,
	LETTER_FIRST,
	LETTER_MIDDLE,
	LETTER_LAST,
	LETTER_FORMS
};

/*
 * What an outline is made of; each is followed by its coordinates, x before
 * y. A contour begins with LETTER_MOVE and is closed; LETTER_END is last.
 */
enum letter_stroke {
	LETTER_END,
	LETTER_MOVE, /* to a point */
	LETTER_LINE, /* to a point */
	LETTER_CURVE /* a quadratic curve: its control point, its end */
};

struct letter {
	uint32_t code;	 /* of Unicode */
	uint16_t second; /* of a lam joined with an alef: the alef, else 0 */
	uint8_t form;
	uint8_t mark; /* stands above or below the letter before it */
	int16_t advance;
	/* What it covers; all 0 of a space. */
	int16_t left, right, bottom, top;
	uint16_t glyph;	  /* its number in the font: tests compare it */
	uint32_t outline; /* where it begins in the weight's outlines */
};

/* Sorted by code, second, form; written by image/letters.c. */
struct letters {
	const struct letter *letter;
	size_t count;
	const int16_t *outline;
};
extern const struct letters letters_of[LETTER_WEIGHTS];

/*
 * The letter in this form, or alone if it has not this one; NULL when there is
 * none. `second` is 0 but for an alef behind a lam.
 */
const struct letter *letter_of(
	enum letter_weight, uint32_t code, uint32_t second, enum letter_form);

/* Marks of order and joining, which are never seen. */
bool letter_is_unseen(uint32_t code);
/* Whether a text with this character can be shown. */
bool letter_is_known(uint32_t code);

#endif
