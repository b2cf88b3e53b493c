/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of a definition, set as text on a screen: the first bytes say how wide
 * a line is, how many there are and which way it runs. Every line lies within
 * its width, what is placed is of the table, and what is seen is drawn.
 */
#include "appliance/machine/screen_canvas.h"
#include "tests/fuzz/property.h"

#include <string.h>

enum { WIDTH = 96, HEIGHT = 64, SIZE = 14 };

static uint32_t pixel[WIDTH * HEIGHT];
static struct canvas canvas = {
	.pixel = pixel, .width = WIDTH, .height = HEIGHT
};

static bool is_of_the_table(
	enum letter_weight weight, const struct letter *letter)
{
	const struct letters *letters = &letters_of[weight];
	return letter >= letters->letter &&
	       letter < letters->letter + letters->count;
}

/* A line that is one letter may be wider: something has to stand there. */
static void check(const struct placed_text *text,
	const struct screen_style *style, size_t line)
{
	const struct placed_line *placed = &text->line[line];
	int width = 0;
	property(placed->first + placed->count <= text->count);
	for (size_t i = 0; i < placed->count; i++) {
		const struct letter *letter =
			text->placed[placed->first + i].letter;
		property(is_of_the_table(style->weight, letter));
		width += letter->advance;
	}
	property(width == placed->width);
	property(width <= style->width || text->cut || placed->count <= 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct placed_text text;
	struct cursor in = cursor_of(bytes_of(data, size));
	const struct screen_style style = {
		.width = 100 * cursor_u8(&in),
		.lines = 1 + cursor_u8(&in) % SCREEN_LINES_MOST,
		.rightward = (size & 1) != 0,
		.weight = (size & 2) != 0 ? LETTER_BOLD : LETTER_REGULAR,
	};
	screen_text(in.rest, &style, &text);
	property(text.lines <= style.lines);
	property(text.count <= SCREEN_TEXT_MOST + SCREEN_LINES_MOST);
	memset(pixel, 0, sizeof(pixel));
	for (size_t i = 0; i < text.lines; i++) {
		check(&text, &style, i);
		canvas_line(&canvas, &text, i, 4, SIZE * (1 + (int)i), SIZE,
			0xffffff);
	}
	return 0;
}
