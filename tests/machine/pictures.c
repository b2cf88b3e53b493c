/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pictures of every screen, as the console role draws them.
 *
 *	pictures FOLDER		a PPM of each scene, in both languages and three
 *				sizes: SCENE-LANGUAGE-WIDTHxHEIGHT.ppm
 *	pictures FOLDER END [rehearsal]
 *				only those whose name ends so, as 1280x800 or
 *				closed-fa-1280x800; as they are in a rehearsal
 *	pictures		a line for each: its SHA-256, and its name
 */
#include "appliance/formats/crypto.h"
#include "tests/support/ppm.h"
#include "tests/support/scenes.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	int width, height;
} sizes[] = { { 640, 480 }, { 1280, 800 }, { 3840, 2160 } };

enum { SIZES = sizeof(sizes) / sizeof(sizes[0]), NAME_MOST = 80 };

static bool write_file(
	const char *folder, const char *name, const struct canvas *canvas)
{
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "%s/%s.ppm", folder, name);
	return ppm_write(path, canvas);
}

static void print_hash(const char *name, const struct canvas *canvas)
{
	uint8_t *space;
	const struct digest hash = sha256(ppm_of(canvas, &space));
	for (size_t i = 0; i < SHA256_SIZE; i++)
		printf("%02x", hash.byte[i]);
	printf("  %s\n", name);
	free(space);
}

/* What is to be made of each. */
struct order {
	const char *folder; /* NULL: its hash is printed */
	const char *wanted; /* how its name ends; NULL: all */
	bool rehearsal;
	int made;
};

static bool is_wanted(const char *name, const char *wanted)
{
	const char *end = wanted != NULL ? strstr(name, wanted) : name;
	return wanted == NULL || (end != NULL && strcmp(end, wanted) == 0 &&
					 (end == name || end[-1] == '-'));
}

static bool make(const struct order *order, const char *name,
	const struct scene *scene, enum language first, int size)
{
	static struct canvas canvas;
	bool worked = true;
	canvas.width = sizes[size].width;
	canvas.height = sizes[size].height;
	canvas.pixel = malloc((size_t)canvas.width * (size_t)canvas.height *
			      sizeof(uint32_t));
	if (canvas.pixel == NULL)
		abort();
	scene_draw(scene, first, order->rehearsal, &canvas);
	if (order->folder == NULL)
		print_hash(name, &canvas);
	else
		worked = write_file(order->folder, name, &canvas);
	free(canvas.pixel);
	return worked;
}

static bool make_if_wanted(struct order *order, const struct scene *scene,
	enum language first, int size)
{
	char name[NAME_MOST];
	snprintf(name, sizeof(name), "%s-%s-%dx%d", scene->name,
		first == PERSIAN ? "fa" : "en", sizes[size].width,
		sizes[size].height);
	if (!is_wanted(name, order->wanted))
		return true;
	order->made++;
	return make(order, name, scene, first, size);
}

int main(int argc, char **argv)
{
	struct order order = {
		.folder = argc >= 2 ? argv[1] : NULL,
		.wanted = argc >= 3 ? argv[2] : NULL,
		.rehearsal = argc == 4 && strcmp(argv[3], "rehearsal") == 0,
	};
	bool worked = argc <= 3 || order.rehearsal;
	for (size_t i = 0; i < scene_count; i++)
		for (int first = 0; first < LANGUAGES; first++)
			for (int size = 0; size < SIZES; size++)
				worked = worked &&
					 make_if_wanted(&order, &scenes[i],
						 (enum language)first, size);
	return worked && order.made > 0 ? 0 : 1;
}
