/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Draws notices on the screen, and writes them to the serial port in English;
 * reads nothing from either. A computer may lack the one or the other.
 *
 * What was said is answered first and drawn then, when nothing more waits: a
 * picture takes longer than a line, and only the last one counts.
 */
#include "appliance/machine/init.h"
#include "appliance/machine/role.h"
#include "appliance/machine/roles.h"
#include "appliance/machine/screen.h"
#include "appliance/machine/screen_device.h"
#include "appliance/machine/spawn.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	SCREEN = SPAWN_GRANTED,
	SERIAL = SPAWN_GRANTED + 1,
	/* Notices that come without a pause before one picture at the least. */
	WITHOUT_PICTURE = 16,
};

struct console {
	struct screen screen;
	struct screen_device device;
	struct canvas canvas;
	int undrawn;
	char last[NOTICE_LINE_MOST + 1];
};

static bool write_line(const char *text)
{
	size_t left = strlen(text);
	while (left > 0) {
		ssize_t drawn = write(SERIAL, text, left);
		if (drawn < 0 && errno != EINTR)
			return false;
		if (drawn > 0) {
			text += drawn;
			left -= (size_t)drawn;
		}
	}
	return true;
}

/* One character of another script is one question mark. */
static void put_ascii(char *out, struct bytes utf8)
{
	for (size_t i = 0; i < utf8.size; i++) {
		const uint8_t byte = utf8.data[i];
		if ((byte & 0xc0) != 0x80)
			*out++ = (char)(byte < 0x80 ? byte : '?');
	}
	*out = '\0';
}

/*
 * In one piece: the kernel keeps what is written at once together. What was
 * said last, and is said again, stands there already.
 */
static bool say(struct console *console, const struct notice *notice)
{
	uint8_t space[NOTICE_LINE_MOST];
	char line[NOTICE_LINE_MOST + 1];
	char text[sizeof("sandoq: \n") + NOTICE_LINE_MOST];
	struct writer out = writer_of(space, sizeof(space));
	write_notice_line(&out, notice);
	put_ascii(line, written(&out));
	if (strcmp(line, console->last) == 0)
		return true;
	memcpy(console->last, line, sizeof(line));
	snprintf(text, sizeof(text), "sandoq: %s\n", line);
	return write_line(text);
}

static void draw(struct console *console)
{
	struct area drawn[PANELS];
	size_t count;
	console->undrawn = 0;
	if (console->device.frame == NULL)
		return;
	count = screen_draw(&console->screen, &console->canvas, drawn);
	for (size_t i = 0; i < count; i++)
		screen_device_show(
			&console->device, &console->canvas, drawn[i]);
}

/* The election's definition says which language is the larger one. */
static void take(struct screen *screen, const struct notice *notice)
{
	const struct notice_part *part = &notice->part[0];
	const enum language first = part->first == ENGLISH ? ENGLISH : PERSIAN;
	screen_take(screen, notice);
	if (part->id == NOTICE_ELECTION && screen->first != first)
		screen_set_language(screen, first);
}

static refusal show(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct console *console = state;
	const struct notice *notice = HEARD(message, CONSOLE_NOTICE);
	const refusal why = notice_check(notice);
	bool shown = console->device.frame != NULL;
	if (why != NULL)
		return why;
	/* A machine without a screen has nowhere to show the others. */
	if (notice_line(notice_row_of(notice->part[0].id)) != NULL)
		shown |= say(console, notice);
	else
		shown = true;
	take(&console->screen, notice);
	console->undrawn++;
	if (!shown)
		return "no console takes a notice";
	return wire_send(end, SAY(DONE, &nothing), NULL, 0);
}

static refusal show_all(
	void *state, struct wire_end *end, struct wire_message *message)
{
	(void)message;
	draw(state);
	return wire_send(end, SAY(DONE, &nothing), NULL, 0);
}

/* Whether the supervisor has said more. */
static bool more_waits(const struct wire_end *end)
{
	struct pollfd wait = { .fd = end->socket, .events = POLLIN };
	return poll(&wait, 1, 0) > 0;
}

static void open_screen(struct console *console)
{
	const struct notice undrawable = notice_of(NOTICE_PART(NO_PICTURE,
		.first = CANVAS_WIDTH_MOST, .second = CANVAS_HEIGHT_MOST));
	bool none;
	console->screen = screen_begin();
	if (!screen_device_open(
		    SCREEN, &console->device, &console->canvas, &none) &&
		!none)
		say(console, &undrawable);
}

int role_console(void)
{
	static const struct role_duty duties[] = {
		{ CONSOLE_NOTICE, show },
		{ CONSOLE_DRAWN, show_all },
	};
	static struct console console;
	struct wire_end end = role_end(ROLE_CONSOLE);
	open_screen(&console);
	while (role_serve_one(
		&end, duties, sizeof(duties) / sizeof(duties[0]), &console))
		if (!more_waits(&end) || console.undrawn >= WITHOUT_PICTURE)
			draw(&console);
	return 1;
}
