/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/machine/screen.h"

#include <string.h>

static void change(struct screen *screen, enum screen_panel panel)
{
	screen->changed |= 1U << panel;
}

static void change_all(struct screen *screen)
{
	screen->changed = (1U << PANELS) - 1;
}

struct screen screen_begin(void)
{
	struct screen out = { .first = PERSIAN, .mood = MOOD_WORKING };
	change_all(&out);
	return out;
}

void screen_set_language(struct screen *screen, enum language first)
{
	screen->first = first;
	change_all(screen);
}

static void set_mood(struct screen *screen, enum notice_mood mood)
{
	if (mood == MOOD_NONE || mood == screen->mood)
		return;
	screen->mood = mood;
	change(screen, PANEL_BAND);
	change(screen, PANEL_NEXT);
	change(screen, PANEL_PROGRESS);
}

/* What is done next goes with it; how far the last one was goes. */
static void take_state(struct screen *screen, const struct notice *notice)
{
	screen->state = *notice;
	screen->progress = (struct notice){ 0 };
	change(screen, PANEL_STATE);
	change(screen, PANEL_NEXT);
	change(screen, PANEL_PROGRESS);
}

/* Where the machine was said to wait, it works now: then this is its line. */
static void take_progress(struct screen *screen, const struct notice *notice,
	enum notice_mood mood)
{
	if (mood != MOOD_NONE && mood != screen->mood)
		take_state(screen, notice);
	screen->progress = *notice;
	change(screen, PANEL_PROGRESS);
}

static void take_history(struct screen *screen, const struct notice *notice)
{
	memmove(screen->history + 1, screen->history,
		(SCREEN_HISTORY - 1) * sizeof(screen->history[0]));
	screen->history[0] = *notice;
	change(screen, PANEL_HISTORY);
}

/* Each once; what there is no room for gives way to the first. */
static void take_strip(struct screen *screen, const struct notice *notice)
{
	size_t at = 0;
	while (at + 1 < SCREEN_STRIPS &&
		screen->strip[at].part[0].id != NOTICE_NONE &&
		screen->strip[at].part[0].id != notice->part[0].id)
		at++;
	screen->strip[at] = *notice;
	change(screen, PANEL_STRIPS);
}

/* The title, and the election's id. */
static bool says_the_same(const struct notice *one, const struct notice *other)
{
	bool same = true;
	for (size_t i = 0; i < NOTICE_PARTS; i++)
		same &= one->part[i].id == other->part[i].id &&
			strcmp(one->part[i].text, other->part[i].text) == 0 &&
			strcmp(one->part[i].english, other->part[i].english) ==
				0 &&
			strcmp(one->part[i].persian, other->part[i].persian) ==
				0;
	return same;
}

/* What was said of the last one is not said of this. */
static void take_election(struct screen *screen, const struct notice *notice)
{
	if (says_the_same(&screen->fact[SCREEN_ELECTION], notice))
		return;
	for (size_t i = 0; i < SCREEN_STRIPS; i++)
		if (screen->strip[i].part[0].id == NOTICE_REHEARSAL) {
			memmove(screen->strip + i, screen->strip + i + 1,
				(SCREEN_STRIPS - 1 - i) *
					sizeof(screen->strip[0]));
			screen->strip[SCREEN_STRIPS - 1] = (struct notice){ 0 };
		}
	screen->qr = (struct notice){ 0 };
	change_all(screen);
}

static void take_fact(
	struct screen *screen, const struct notice *notice, int fact)
{
	screen->fact[fact] = *notice;
	change(screen, PANEL_FACTS);
}

static void take_detail(struct screen *screen, const struct notice *notice)
{
	screen->detail = *notice;
	change(screen, PANEL_DETAIL);
}

static void take_qr(struct screen *screen, const struct notice *notice)
{
	screen->qr = *notice;
	change(screen, PANEL_QR);
	change(screen, PANEL_FACTS);
	change(screen, PANEL_HISTORY);
}

void screen_take(struct screen *screen, const struct notice *notice)
{
	static const enum notice_place fact[SCREEN_FACTS] = {
		PLACE_BOXES, [SCREEN_ELECTION] = PLACE_ELECTION, PLACE_MACHINE,
		PLACE_ROOM, PLACE_BOOT
	};
	const struct notice_row *row = notice_row_of(notice->part[0].id);
	if (row == NULL)
		return;
	if (row->place == PLACE_ELECTION)
		take_election(screen, notice);
	for (int i = 0; i < SCREEN_FACTS; i++)
		if (row->place == fact[i])
			take_fact(screen, notice, i);
	if (row->place == PLACE_STATE)
		take_state(screen, notice);
	if (row->place == PLACE_PROGRESS)
		take_progress(screen, notice, row->mood);
	if (row->place == PLACE_HISTORY)
		take_history(screen, notice);
	if (row->place == PLACE_STRIP)
		take_strip(screen, notice);
	if (row->place == PLACE_DETAIL)
		take_detail(screen, notice);
	if (row->place == PLACE_QR)
		take_qr(screen, notice);
	set_mood(screen, row->mood);
}
