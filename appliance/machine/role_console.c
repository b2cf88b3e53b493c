/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Draws lines on the screen and the serial port; reads nothing from them. A
 * line is shown when one of them takes it: a computer may lack the other.
 */
#include "appliance/machine/init.h"
#include "appliance/machine/role.h"
#include "appliance/machine/roles.h"
#include "appliance/machine/spawn.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool draw_on(int tty, const char *text)
{
	size_t left = strlen(text);
	while (left > 0) {
		ssize_t drawn = write(tty, text, left);
		if (drawn < 0 && errno != EINTR)
			return false;
		if (drawn > 0) {
			text += drawn;
			left -= (size_t)drawn;
		}
	}
	return true;
}

/* In one piece: the kernel keeps what is written at once together. */
static bool draw(const char *line)
{
	char text[sizeof("sandoq: \n") + WIRE_TEXT_MOST];
	bool shown = false;
	snprintf(text, sizeof(text), "sandoq: %s\n", line);
	for (int tty = SPAWN_GRANTED; tty < SPAWN_GRANTED + INIT_CONSOLES;
		tty++)
		shown |= draw_on(tty, text);
	return shown;
}

static refusal draw_line(
	void *state, struct wire_end *end, struct wire_message *message)
{
	const char *line = HEARD(message, CONSOLE_LINE)->line;
	(void)state;
	if (!text_is_clean(bytes_of_text(line)))
		return "a line that is not clean";
	if (!draw(line))
		return "no console takes a line";
	return wire_send(end, SAY(DONE, &nothing), NULL, 0);
}

int role_console(void)
{
	static const struct role_duty duties[] = {
		{ CONSOLE_LINE, draw_line },
	};
	struct wire_end end = role_end(ROLE_CONSOLE);
	return role_serve(
		&end, duties, sizeof(duties) / sizeof(duties[0]), NULL);
}
