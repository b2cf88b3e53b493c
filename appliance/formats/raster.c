/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/formats/raster.h"

#include "appliance/formats/letters.h"

struct spot {
	float x, y;
};

size_t raster_room(int width, int height)
{
	return ((size_t)width + 1) * (size_t)height;
}

static float least(float a, float b)
{
	return a < b ? a : b;
}

static float most(float a, float b)
{
	return a > b ? a : b;
}

/*
 * What an edge from x0 to x1 does to a row in which it falls by `fall`: the
 * pixels that it crosses get their part of the area, the one behind them the
 * rest.
 */
static void add_span(float *sum, float fall, float x0, float x1)
{
	const float left = least(x0, x1), right = most(x0, x1);
	const int first = (int)left, last = (int)right;
	float height = 0; /* what of the fall is left of the pixel's end */
	float before = 0; /* what the pixels so far hold together */
	for (int i = first; i <= last; i++) {
		const float from = most(left, (float)i);
		const float to = least(right, (float)(i + 1));
		const float part = right > left
					   ? fall * (to - from) / (right - left)
					   : fall;
		const float mean = (float)(i + 1) - (from + to) / 2;
		const float covered = height + part * mean;
		sum[i] += covered - before;
		before = covered;
		height += part;
	}
	sum[last + 1] += fall - before;
}

/* The part of an edge that lies in one row, moved into the raster. */
static void add_row(
	struct raster *raster, int row, float fall, float x0, float x1)
{
	float *sum = raster->sum + (size_t)row * ((size_t)raster->width + 1);
	const float end = (float)raster->width - 0.001F;
	add_span(sum, fall, most(0, least(x0, end)), most(0, least(x1, end)));
}

static void add_edge(struct raster *raster, struct spot from, struct spot to)
{
	const float sign = from.y < to.y ? 1 : -1;
	const struct spot upper = from.y < to.y ? from : to;
	const struct spot lower = from.y < to.y ? to : from;
	const float top = most(upper.y, 0);
	const float bottom = least(lower.y, (float)raster->height);
	if (!(bottom > top))
		return;
	const float slope = (lower.x - upper.x) / (lower.y - upper.y);
	for (int row = (int)top; (float)row < bottom; row++) {
		const float y0 = most(top, (float)row);
		const float y1 = least(bottom, (float)(row + 1));
		add_row(raster, row, sign * (y1 - y0),
			upper.x + (y0 - upper.y) * slope,
			upper.x + (y1 - upper.y) * slope);
	}
}

static float square(float value)
{
	return value * value;
}

/* In so many straight pieces that none is a 32nd of a pixel off. */
static void add_curve(struct raster *raster, struct spot from,
	struct spot control, struct spot to)
{
	enum { PIECES_MOST = 64 };
	const float bend = square(from.x - 2 * control.x + to.x) +
			   square(from.y - 2 * control.y + to.y);
	struct spot last = from;
	int pieces = 1;
	while (pieces < PIECES_MOST &&
		square(square((float)pieces)) < 16 * bend)
		pieces++;
	for (int i = 1; i <= pieces; i++) {
		const float t = (float)i / (float)pieces, s = 1 - t;
		const struct spot next = {
			s * s * from.x + 2 * s * t * control.x + t * t * to.x,
			s * s * from.y + 2 * s * t * control.y + t * t * to.y,
		};
		add_edge(raster, last, next);
		last = next;
	}
}

void raster_outline(struct raster *raster, const int16_t *outline, float x,
	float y, float scale)
{
	struct spot start = { 0, 0 }, last = { 0, 0 };
	for (int stroke = *outline++; stroke != LETTER_END;
		stroke = *outline++) {
		struct spot spot[2] = { 0 };
		const int count = stroke == LETTER_CURVE ? 2 : 1;
		for (int i = 0; i < count; i++, outline += 2)
			spot[i] = (struct spot){ x + scale * (float)outline[0],
				y - scale * (float)outline[1] };
		if (stroke == LETTER_MOVE) {
			add_edge(raster, last, start);
			start = spot[0];
		} else if (stroke == LETTER_LINE) {
			add_edge(raster, last, spot[0]);
		} else {
			add_curve(raster, last, spot[0], spot[1]);
		}
		last = spot[count - 1];
	}
	add_edge(raster, last, start);
}

void raster_row(const struct raster *raster, int row, uint8_t *coverage)
{
	const float *sum =
		raster->sum + (size_t)row * ((size_t)raster->width + 1);
	float area = 0;
	for (int i = 0; i < raster->width; i++) {
		area += sum[i];
		const float inside = area < 0 ? -area : area;
		coverage[i] = (uint8_t)(255 * least(inside, 1) + 0.5F);
	}
}
