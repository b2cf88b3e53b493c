/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pictures of every screen, as the console role draws them.
 *
 *	pictures FOLDER [SIZE]	a PPM of each scene, in both languages and three
 *				sizes or one: SCENE-LANGUAGE-WIDTHxHEIGHT.ppm
 *	pictures		a line for each: its SHA-256, and its name
 */
#include "appliance/formats/crypto.h"
#include "tests/support/scenes.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	int width, height;
} sizes[] = { { 640, 480 }, { 1280, 800 }, { 3840, 2160 } };

enum { SIZES = sizeof(sizes) / sizeof(sizes[0]), NAME_MOST = 80 };

/* Three bytes a pixel; the caller frees them. */
static struct bytes ppm_of(const struct canvas *canvas, uint8_t **space)
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

static bool write_file(const char *folder, const char *name,
	const struct canvas *canvas, struct bytes pixels)
{
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "%s/%s.ppm", folder, name);
	FILE *file = fopen(path, "wb");
	if (file == NULL)
		return false;
	fprintf(file, "P6\n%d %d\n255\n", canvas->width, canvas->height);
	fwrite(pixels.data, 1, pixels.size, file);
	return fclose(file) == 0;
}

static void print_hash(const char *name, struct bytes pixels)
{
	const struct digest hash = sha256(pixels);
	for (size_t i = 0; i < SHA256_SIZE; i++)
		printf("%02x", hash.byte[i]);
	printf("  %s\n", name);
}

static bool make(const char *folder, const struct scene *scene,
	enum language first, int size)
{
	static struct canvas canvas;
	char name[NAME_MOST];
	uint8_t *space;
	canvas.width = sizes[size].width;
	canvas.height = sizes[size].height;
	canvas.pixel = malloc((size_t)canvas.width * (size_t)canvas.height *
			      sizeof(uint32_t));
	if (canvas.pixel == NULL)
		abort();
	scene_draw(scene, first, &canvas);
	snprintf(name, sizeof(name), "%s-%s-%dx%d", scene->name,
		first == PERSIAN ? "fa" : "en", canvas.width, canvas.height);
	const struct bytes pixels = ppm_of(&canvas, &space);
	bool worked = true;
	if (folder == NULL)
		print_hash(name, pixels);
	else
		worked = write_file(folder, name, &canvas, pixels);
	free(space);
	free(canvas.pixel);
	return worked;
}

static bool is_wanted(int size, const char *wanted)
{
	char name[NAME_MOST];
	snprintf(name, sizeof(name), "%dx%d", sizes[size].width,
		sizes[size].height);
	return wanted == NULL || strcmp(name, wanted) == 0;
}

int main(int argc, char **argv)
{
	const char *folder = argc >= 2 ? argv[1] : NULL;
	const char *wanted = argc == 3 ? argv[2] : NULL;
	bool worked = argc <= 3;
	for (size_t i = 0; i < scene_count; i++)
		for (int first = 0; first < LANGUAGES; first++)
			for (int size = 0; size < SIZES; size++)
				worked = worked &&
					 (!is_wanted(size, wanted) ||
						 make(folder, &scenes[i],
							 (enum language)first,
							 size));
	return worked ? 0 : 1;
}
