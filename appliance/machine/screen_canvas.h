/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A picture in memory, and what can be drawn into it: areas, shapes, lines of
 * letters, QR codes. Pure. What would lie outside is left out.
 */
#ifndef SANDOQ_MACHINE_SCREEN_CANVAS_H
#define SANDOQ_MACHINE_SCREEN_CANVAS_H

#include "appliance/formats/qr.h"
#include "appliance/machine/screen_text.h"

/* In pixels, from the left and the top. */
struct area {
	int x, y, width, height;
};

enum {
	CANVAS_WIDTH_MOST = 8192,
	CANVAS_HEIGHT_MOST = 8192,
	/* What is drawn is made in strips of as many rows as this holds. */
	CANVAS_INK = 1 << 18,
};

/* A pixel is 0xRRGGBB. */
struct canvas {
	uint32_t *pixel; /* borrowed: width * height of them */
	int width, height;
	float ink[CANVAS_INK];
};

/* What of the area lies on the canvas. */
struct area canvas_clip(const struct canvas *, struct area);

void canvas_fill(struct canvas *, struct area, uint32_t colour);

/*
 * An outline as those of letters, with its point 0, 0 at `x`, `y`, and `size`
 * pixels to a thousand units. `reach` is how far it goes from there at most.
 */
void canvas_shape(struct canvas *, const int16_t *outline, int x, int y,
	int size, int reach, uint32_t colour);

/* A line whose letters are `size` pixels high, standing on the row `y`. */
void canvas_line(struct canvas *, const struct placed_text *, size_t line,
	int x, int y, int size, uint32_t colour);

/* Dark on light, with the quiet zone; `module` pixels a module. */
void canvas_qr(struct canvas *, const struct qr *, int x, int y, int module);

#endif
