/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Outlines as coverage: how much of each pixel lies inside, exactly. Pure.
 *
 * Every edge adds to the pixels that it crosses the area to its right, and
 * the running sum of a row is its coverage ("signed area", as font-rs and
 * stb_truetype have it). Outlines that overlap are one: letters that join
 * leave no seam.
 */
#ifndef SANDOQ_FORMATS_RASTER_H
#define SANDOQ_FORMATS_RASTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One more than its width are kept of each row. */
struct raster {
	float *sum; /* borrowed: raster_room() of them, zero */
	int width, height;
};

/* How many sums a raster of this size keeps. */
size_t raster_room(int width, int height);

/*
 * Adds an outline (letters.h) with its point 0, 0 at `x`, `y` pixels from the
 * left and the top, `scale` pixels to a unit, its y upwards. What lies outside
 * the raster is left out.
 */
void raster_outline(
	struct raster *, const int16_t *outline, float x, float y, float scale);

/*
 * One row's coverage, 0 to 255 for each pixel of the raster's width.
 */
void raster_row(const struct raster *, int row, uint8_t *coverage);

#endif
