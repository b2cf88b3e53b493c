/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The firmware's framebuffer, as the kernel hands it on (/dev/fb0), and the
 * memory that pictures are drawn in first.
 */
#ifndef SANDOQ_MACHINE_SCREEN_DEVICE_H
#define SANDOQ_MACHINE_SCREEN_DEVICE_H

#include "appliance/machine/screen_canvas.h"

struct screen_device {
	uint8_t *frame; /* mapped; NULL when nothing can be drawn */
	size_t line;	/* bytes from one row to the next */
	/* How far to the left the colours stand in a pixel of 32 bits. */
	unsigned red, green, blue;
};

/*
 * Maps the framebuffer and gives the canvas its size and its memory. False when
 * nothing can be drawn on it; `*none` then says that it is no framebuffer at
 * all, as /dev/null in the place of one.
 */
bool screen_device_open(
	int descriptor, struct screen_device *, struct canvas *, bool *none);

/* Copies an area of the canvas, which lies on it. */
void screen_device_show(
	const struct screen_device *, const struct canvas *, struct area);

#endif
