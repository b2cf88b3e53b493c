/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Draws notices on the screen and the serial port; reads nothing from them. A
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

struct console {
	char last[NOTICE_LINE_MOST];
};

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
	char text[sizeof("sandoq: \n") + NOTICE_LINE_MOST];
	bool shown = false;
	snprintf(text, sizeof(text), "sandoq: %s\n", line);
	for (int tty = SPAWN_GRANTED; tty < SPAWN_GRANTED + INIT_CONSOLES;
		tty++)
		shown |= draw_on(tty, text);
	return shown;
}

/* What was said last, and is said again, stands there already. */
static bool say(struct console *console, const struct notice *notice)
{
	char line[NOTICE_LINE_MOST];
	struct writer out = writer_of(line, sizeof(line) - 1);
	write_notice(&out, notice, ENGLISH);
	line[out.size] = '\0';
	if (strcmp(line, console->last) == 0)
		return true;
	memcpy(console->last, line, out.size + 1);
	return draw(line);
}

static refusal show(
	void *state, struct wire_end *end, struct wire_message *message)
{
	const struct notice *notice = HEARD(message, CONSOLE_NOTICE);
	const refusal why = notice_check(notice);
	if (why != NULL)
		return why;
	if (notice_is_for_the_serial_port(
		    notice_row_of(notice->part[0].id)->place) &&
		!say(state, notice))
		return "no console takes a line";
	return wire_send(end, SAY(DONE, &nothing), NULL, 0);
}

int role_console(void)
{
	static const struct role_duty duties[] = {
		{ CONSOLE_NOTICE, show },
	};
	static struct console console;
	struct wire_end end = role_end(ROLE_CONSOLE);
	return role_serve(
		&end, duties, sizeof(duties) / sizeof(duties[0]), &console);
}
