/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/ppm.h"

#include <stdio.h>
#include <stdlib.h>

struct bytes ppm_of(const struct canvas *canvas, uint8_t **space)
{
	const size_t pixels = (size_t)canvas->width * (size_t)canvas->height;
	uint8_t *out = malloc(3 * pixels);
	if (out == NULL)
		abort();
	for (size_t i = 0; i < pixels; i++) {
		out[3 * i] = (uint8_t)(canvas->pixel[i] >> 16);
		out[3 * i + 1] = (uint8_t)(canvas->pixel[i] >> 8);
		out[3 * i + 2] = (uint8_t)canvas->pixel[i];
	}
	*space = out;
	return bytes_of(out, 3 * pixels);
}

bool ppm_write(const char *path, const struct canvas *canvas)
{
	uint8_t *space;
	const struct bytes pixels = ppm_of(canvas, &space);
	FILE *file = fopen(path, "wb");
	bool worked = file != NULL;
	if (worked) {
		fprintf(file, "P6\n%d %d\n255\n", canvas->width,
			canvas->height);
		worked = fwrite(pixels.data, 1, pixels.size, file) ==
			 pixels.size;
		worked = fclose(file) == 0 && worked;
	}
	free(space);
	return worked;
}
