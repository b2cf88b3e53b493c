/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the machine says in an evening, as the console role hears it: a scene
 * for each kind of screen, for pictures of them all.
 */
#ifndef SANDOQ_TESTS_SUPPORT_SCENES_H
#define SANDOQ_TESTS_SUPPORT_SCENES_H

#include "appliance/machine/screen.h"

struct scene {
	const char *name;
	void (*tell)(struct screen *);
};

extern const struct scene scenes[];
extern const size_t scene_count;

/* What the screen has when a scene has been told. */
struct screen scene_screen(const struct scene *, enum language first);

/*
 * Draws a scene by itself, or as it is in a rehearsal; the canvas has its size
 * and memory.
 */
void scene_draw(const struct scene *, enum language first, bool rehearsal,
	struct canvas *);

#endif
