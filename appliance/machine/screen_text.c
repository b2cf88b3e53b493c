/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/machine/screen_text.h"

#include <fribidi/fribidi.h>

enum {
	SPACE = 0x20,
	ELLIPSIS = 0x2026,
	UNKNOWN = 0xfffd,
	/* Between a letter and the mark above or below it. */
	MARK_GAP = 40,
	/* One more than the text's: a line that is cut gets an ellipsis. */
	ROOM = SCREEN_TEXT_MOST + 1,
};

/* A text in the order in which it is read. */
struct reading {
	const struct screen_style *style;
	int size;
	FriBidiParType direction;
	FriBidiChar code[ROOM];
	FriBidiCharType type[ROOM];
	FriBidiLevel level[ROOM];
	FriBidiArabicProp joins[ROOM];
	/* NULL of what is never seen, and of what another letter holds. */
	const struct letter *letter[ROOM];
};

/* --- characters --- */

static unsigned length_of(uint8_t first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first < 0xe0)
		return 2;
	if (first >= 0xe0 && first < 0xf0)
		return 3;
	return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/* One character off the front; U+FFFD for a byte that begins none. */
static FriBidiChar take_character(struct cursor *text)
{
	const uint8_t first = cursor_u8(text);
	const unsigned length = length_of(first);
	FriBidiChar code = length < 2 ? first : first & (0x7fU >> length);
	if (length == 0 || text->rest.size < length - 1)
		return UNKNOWN;
	for (unsigned i = 1; i < length; i++) {
		if ((text->rest.data[0] & 0xc0) != 0x80)
			return UNKNOWN;
		code = code << 6 | (cursor_u8(text) & 0x3f);
	}
	return code;
}

static void read_characters(struct bytes utf8, struct reading *reading)
{
	struct cursor text = cursor_of(utf8);
	reading->size = 0;
	while (text.rest.size > 0 && reading->size < SCREEN_TEXT_MOST)
		reading->code[reading->size++] = take_character(&text);
}

/* --- order and joining --- */

static void set_levels(struct reading *reading)
{
	FriBidiBracketType bracket[ROOM];
	const int size = reading->size;
	reading->direction =
		reading->style->rightward ? FRIBIDI_PAR_LTR : FRIBIDI_PAR_RTL;
	fribidi_get_bidi_types(reading->code, size, reading->type);
	fribidi_get_bracket_types(reading->code, size, reading->type, bracket);
	if (fribidi_get_par_embedding_levels_ex(reading->type, bracket, size,
		    &reading->direction, reading->level) == 0)
		for (int i = 0; i < size; i++)
			reading->level[i] = reading->style->rightward ? 0 : 1;
	fribidi_get_joining_types(reading->code, size, reading->joins);
	fribidi_join_arabic(
		reading->type, size, reading->level, reading->joins);
}

static bool joins_before(const struct reading *reading, int at)
{
	return (reading->joins[at] &
		       FRIBIDI_JOINS_PRECEDING_MASK(reading->level[at])) != 0;
}

static bool joins_behind(const struct reading *reading, int at)
{
	return (reading->joins[at] &
		       FRIBIDI_JOINS_FOLLOWING_MASK(reading->level[at])) != 0;
}

static enum letter_form form_at(const struct reading *reading, int at)
{
	const bool before = joins_before(reading, at);
	if (!FRIBIDI_ARAB_SHAPES(reading->joins[at]))
		return LETTER_ALONE;
	if (joins_behind(reading, at))
		return before ? LETTER_MIDDLE : LETTER_FIRST;
	return before ? LETTER_LAST : LETTER_ALONE;
}

/* A bracket in what runs to the left is the other one. */
static FriBidiChar seen_at(const struct reading *reading, int at)
{
	FriBidiChar mirrored;
	return FRIBIDI_LEVEL_IS_RTL(reading->level[at]) &&
			       fribidi_get_mirror_char(
				       reading->code[at], &mirrored)
		       ? mirrored
		       : reading->code[at];
}

/*
 * A lam and an alef behind it are one letter, which joins as the lam does; of
 * two others the table has none.
 */
static const struct letter *lam_alef_at(const struct reading *reading, int at)
{
	const enum letter_weight weight = reading->style->weight;
	if (at + 1 >= reading->size || !joins_behind(reading, at) ||
		joins_behind(reading, at + 1))
		return NULL;
	return letter_of(weight, reading->code[at], reading->code[at + 1],
		joins_before(reading, at) ? LETTER_LAST : LETTER_ALONE);
}

static const struct letter *plain_at(const struct reading *reading, int at)
{
	const enum letter_weight weight = reading->style->weight;
	const struct letter *letter;
	if (letter_is_unseen(reading->code[at]))
		return NULL;
	letter = letter_of(
		weight, seen_at(reading, at), 0, form_at(reading, at));
	return letter != NULL ? letter
			      : letter_of(weight, UNKNOWN, 0, LETTER_ALONE);
}

static void choose_letters(struct reading *reading)
{
	for (int i = 0; i < reading->size; i++) {
		const struct letter *both = lam_alef_at(reading, i);
		reading->letter[i] = both != NULL ? both : plain_at(reading, i);
		if (both != NULL)
			reading->letter[++i] = NULL;
	}
}

/* --- lines --- */

static int advance_at(const struct reading *reading, int at)
{
	return reading->letter[at] == NULL ? 0 : reading->letter[at]->advance;
}

static int skip_spaces(const struct reading *reading, int at)
{
	while (at < reading->size && reading->code[at] == SPACE)
		at++;
	return at;
}

/*
 * Where the line from `start` ends: behind its last whole word, or within a
 * word that is longer than the line. Something is always taken.
 */
static int end_of_line(const struct reading *reading, int start, int width)
{
	int end = start, used = 0;
	for (int i = start; i < reading->size; i++) {
		if (reading->code[i] == SPACE && i > start &&
			reading->code[i - 1] != SPACE)
			end = i;
		used += advance_at(reading, i);
		if (used > width && reading->code[i] != SPACE) {
			if (end > start)
				return end;
			return i > start ? i : start + 1;
		}
	}
	return reading->size;
}

static int trim(const struct reading *reading, int start, int end)
{
	while (end > start && reading->code[end - 1] == SPACE)
		end--;
	return end;
}

/* The line's last place takes an ellipsis, in the paragraph's direction. */
static int put_ellipsis(struct reading *reading, int start)
{
	const struct letter *dots =
		letter_of(reading->style->weight, ELLIPSIS, 0, LETTER_ALONE);
	const int room = reading->style->width - dots->advance;
	const int end = trim(reading, start, end_of_line(reading, start, room));
	reading->code[end] = ELLIPSIS;
	reading->letter[end] = dots;
	reading->type[end] = FRIBIDI_TYPE_ON;
	reading->level[end] = reading->style->rightward ? 0 : 1;
	return end + 1;
}

/* Of the line's letters, the one that was placed for the text's `base`. */
static void place_mark(struct placed *mark, const struct placed *base)
{
	const struct letter *letter = mark->letter;
	const int middle = (letter->left + letter->right) / 2;
	int y = 0;
	mark->x = base->x + base->letter->advance / 2 - middle;
	if (letter->top > 0 && base->letter->top + MARK_GAP > letter->bottom)
		y = base->letter->top + MARK_GAP - letter->bottom;
	if (letter->top <= 0 && base->letter->bottom - MARK_GAP < letter->top)
		y = base->letter->bottom - MARK_GAP - letter->top;
	mark->y = y;
}

/* Each of the line's letters at its place, marks on the letter they follow. */
static void place_line(const struct reading *reading, int start, int end,
	const FriBidiStrIndex *order, struct placed_text *out)
{
	struct placed_line *line = &out->line[out->lines++];
	size_t where[ROOM];
	*line = (struct placed_line){ .first = out->count };
	for (int i = start; i < end; i++) {
		const int at = order[i];
		where[at] = out->count;
		if (reading->letter[at] == NULL)
			continue;
		out->placed[out->count++] =
			(struct placed){ reading->letter[at], line->width, 0 };
		line->width += reading->letter[at]->advance;
	}
	line->count = out->count - line->first;
	for (int i = start, base = -1; i < end; i++) {
		if (reading->letter[i] == NULL)
			continue;
		if (reading->letter[i]->mark == 0)
			base = i;
		else if (base >= 0)
			place_mark(&out->placed[where[i]],
				&out->placed[where[base]]);
	}
}

static void add_line(
	struct reading *reading, int start, int end, struct placed_text *out)
{
	FriBidiStrIndex order[ROOM];
	for (int i = 0; i < ROOM; i++)
		order[i] = i;
	/* 0, of an empty line, leaves the order as it is read. */
	(void)!fribidi_reorder_line(0, reading->type, end - start, start,
		reading->direction, reading->level, NULL, order);
	place_line(reading, start, end, order, out);
}

void screen_text(struct bytes utf8, const struct screen_style *style,
	struct placed_text *out)
{
	struct reading reading = { .style = style };
	read_characters(utf8, &reading);
	set_levels(&reading);
	choose_letters(&reading);
	out->weight = style->weight;
	out->lines = out->count = 0;
	out->cut = false;
	for (int at = skip_spaces(&reading, 0); at < reading.size;) {
		int end = end_of_line(&reading, at, style->width);
		const int next = skip_spaces(&reading, end);
		out->cut =
			next < reading.size && out->lines + 1 == style->lines;
		if (out->cut)
			end = put_ellipsis(&reading, at);
		add_line(&reading, at, trim(&reading, at, end), out);
		at = out->cut ? reading.size : next;
	}
}
