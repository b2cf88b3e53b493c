/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the screen shows: the model, and how it is drawn. Pure.
 *
 *   screen.c         keeps the last notice of each place, and a short history
 *   screen_draw.c    draws it, panel by panel
 *   screen_text.c    a text as lines of letters
 *   screen_canvas.c  areas, shapes and letters in a picture
 *
 * Panels have their places by the picture's size alone, so what changes in one
 * moves nothing in another, and only what has changed is drawn again.
 */
#ifndef SANDOQ_MACHINE_SCREEN_H
#define SANDOQ_MACHINE_SCREEN_H

#include "appliance/machine/screen_canvas.h"
#include "appliance/record/notices.h"

/* From the top to the bottom. */
enum screen_panel {
	PANEL_BAND,	/* how it goes: colour, shape, word */
	PANEL_STRIPS,	/* what holds for the whole boot: a rehearsal */
	PANEL_STATE,	/* what the machine does or waits for */
	PANEL_NEXT,	/* what a person does next */
	PANEL_PROGRESS, /* how far it is */
	PANEL_FACTS,	/* boxes, election, machine, room, boot */
	PANEL_QR,	/* beside these */
	PANEL_HISTORY,
	PANEL_DETAIL,
	PANELS
};

enum {
	SCREEN_FACTS = 5,
	SCREEN_ELECTION = 1,
	SCREEN_STRIPS = 2,
	SCREEN_HISTORY = 3
};

/* A notice whose first id is NOTICE_NONE is not there. */
struct screen {
	enum language first; /* the larger one */
	enum notice_mood mood;
	struct notice state;
	struct notice progress;
	struct notice fact[SCREEN_FACTS];
	struct notice qr;
	struct notice strip[SCREEN_STRIPS];
	struct notice history[SCREEN_HISTORY]; /* the last one first */
	struct notice detail;
	unsigned changed; /* a bit for each panel that is to be drawn */
};

struct screen screen_begin(void);
void screen_set_language(struct screen *, enum language first);
/* Takes a notice to its place. One that has none changes nothing. */
void screen_take(struct screen *, const struct notice *);

/*
 * Draws what has changed; `drawn` gets the areas that may look otherwise now.
 * Gives their number.
 */
size_t screen_draw(struct screen *, struct canvas *, struct area drawn[PANELS]);

#endif
