/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/machine/screen_canvas.h"

#include "appliance/formats/raster.h"

#include <string.h>

static int least(int a, int b)
{
	return a < b ? a : b;
}

static int most(int a, int b)
{
	return a > b ? a : b;
}

struct area canvas_clip(const struct canvas *canvas, struct area area)
{
	const int left = least(most(area.x, 0), canvas->width);
	const int top = least(most(area.y, 0), canvas->height);
	const int right = least(area.x + area.width, canvas->width);
	const int bottom = least(area.y + area.height, canvas->height);
	return (struct area){ left, top, most(right - left, 0),
		most(bottom - top, 0) };
}

static uint32_t *pixel_at(const struct canvas *canvas, int x, int y)
{
	return canvas->pixel + (ptrdiff_t)y * canvas->width + x;
}

void canvas_fill(struct canvas *canvas, struct area area, uint32_t colour)
{
	const struct area clip = canvas_clip(canvas, area);
	for (int y = clip.y; y < clip.y + clip.height; y++) {
		uint32_t *pixel = pixel_at(canvas, clip.x, y);
		for (int i = 0; i < clip.width; i++)
			pixel[i] = colour;
	}
}

static uint32_t mixed(uint32_t below, uint32_t above, unsigned coverage)
{
	uint32_t out = 0;
	for (int shift = 0; shift < 24; shift += 8) {
		const uint32_t from = below >> shift & 0xff;
		const uint32_t to = above >> shift & 0xff;
		out |= (from * (255 - coverage) + to * coverage + 127) / 255
		       << shift;
	}
	return out;
}

static void blend_row(struct canvas *canvas, const struct raster *raster,
	struct area strip, int row, uint32_t colour)
{
	uint8_t coverage[CANVAS_WIDTH_MOST];
	uint32_t *pixel = pixel_at(canvas, strip.x, strip.y + row);
	raster_row(raster, row, coverage);
	for (int i = 0; i < strip.width; i++)
		if (coverage[i] > 0)
			pixel[i] = mixed(pixel[i], colour, coverage[i]);
}

/* Adds all that is to be drawn to a raster that begins at `origin`. */
typedef void painter(struct raster *, struct area origin, const void *what);

/* Strip by strip: what is painted, in one colour, within the area. */
static void paint(struct canvas *canvas, struct area area, painter *add,
	const void *what, uint32_t colour)
{
	const struct area clip = canvas_clip(canvas, area);
	const int rows = CANVAS_INK / (clip.width + 1);
	for (int y = 0; y < clip.height && clip.width > 0; y += rows) {
		const struct area strip = { clip.x, clip.y + y, clip.width,
			least(rows, clip.height - y) };
		struct raster raster = { canvas->ink, strip.width,
			strip.height };
		memset(canvas->ink, 0,
			raster_room(strip.width, strip.height) *
				sizeof(*canvas->ink));
		add(&raster, strip, what);
		for (int row = 0; row < strip.height; row++)
			blend_row(canvas, &raster, strip, row, colour);
	}
}

struct shape {
	const int16_t *outline;
	int x, y, size;
};

static void add_shape(
	struct raster *raster, struct area strip, const void *what)
{
	const struct shape *shape = what;
	raster_outline(raster, shape->outline, (float)(shape->x - strip.x),
		(float)(shape->y - strip.y), (float)shape->size / 1000);
}

void canvas_shape(struct canvas *canvas, const int16_t *outline, int x, int y,
	int size, int reach, uint32_t colour)
{
	const struct shape shape = { outline, x, y, size };
	paint(canvas,
		(struct area){ x - reach, y - reach, 2 * reach, 2 * reach },
		add_shape, &shape, colour);
}

struct writing {
	const struct placed *placed;
	size_t count;
	enum letter_weight weight;
	int x, y, size;
};

/* The rows that a letter covers, from the canvas's top. */
static void rows_of(const struct writing *writing, const struct placed *placed,
	int *top, int *bottom)
{
	const struct letter *letter = placed->letter;
	*top = writing->y - writing->size * (placed->y + letter->top) / 1000 -
	       2;
	*bottom = writing->y -
		  writing->size * (placed->y + letter->bottom) / 1000 + 2;
}

static void add_letters(
	struct raster *raster, struct area strip, const void *what)
{
	const struct writing *writing = what;
	const float scale = (float)writing->size / 1000;
	for (size_t i = 0; i < writing->count; i++) {
		const struct placed *placed = &writing->placed[i];
		int top, bottom;
		rows_of(writing, placed, &top, &bottom);
		if (top < strip.y + strip.height && bottom > strip.y)
			raster_outline(raster,
				letters_of[writing->weight].outline +
					placed->letter->outline,
				(float)(writing->x - strip.x) +
					scale * (float)placed->x,
				(float)(writing->y - strip.y) -
					scale * (float)placed->y,
				scale);
	}
}

void canvas_line(struct canvas *canvas, const struct placed_text *text,
	size_t line, int x, int y, int size, uint32_t colour)
{
	const struct placed_line *placed = &text->line[line];
	const struct writing writing = { text->placed + placed->first,
		placed->count, text->weight, x, y, size };
	int top = y, bottom = y;
	for (size_t i = 0; i < writing.count; i++) {
		int upper, lower;
		rows_of(&writing, &writing.placed[i], &upper, &lower);
		top = least(top, upper);
		bottom = most(bottom, lower);
	}
	/* Some letters reach beyond their own width. */
	paint(canvas,
		(struct area){ x - size, top,
			size * placed->width / 1000 + 2 * size, bottom - top },
		add_letters, &writing, colour);
}

void canvas_qr(
	struct canvas *canvas, const struct qr *qr, int x, int y, int module)
{
	const int side = (qr->size + 2 * QR_QUIET) * module;
	canvas_fill(canvas, (struct area){ x, y, side, side }, 0xffffff);
	for (int row = 0; row < qr->size; row++)
		for (int column = 0; column < qr->size; column++)
			if (qr->dark[row][column])
				canvas_fill(canvas,
					(struct area){ x + (column + QR_QUIET) *
								       module,
						y + (row + QR_QUIET) * module,
						module, module },
					0);
}
