/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/emulator/console.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The machine's own screen has ASCII; other programs may say anything. */
static void clean(struct console *console)
{
	if (text_is_clean(bytes_of(console->line, console->length)))
		return;
	for (size_t i = 0; i < console->length; i++)
		if ((console->line[i] & 0x80) != 0)
			console->line[i] = '?';
}

static bool end_line(struct console *console)
{
	clean(console);
	console->line[console->length++] = '\n';
	size_t size = console->length;
	console->length = 0;
	if (console->echo) {
		fwrite(console->line, 1, size, stdout);
		fflush(stdout);
	}
	/* One write, so that a reader never sees half a line. */
	return write(console->log, console->line, size) == (ssize_t)size;
}

static bool take(struct console *console, uint8_t byte)
{
	switch (console->escape) {
	case AFTER_ESCAPE:
		console->escape = byte == '[' ? IN_SEQUENCE : NO_ESCAPE;
		return true;
	case IN_SEQUENCE:
		if (byte >= 0x40 && byte <= 0x7e)
			console->escape = NO_ESCAPE;
		return true;
	case NO_ESCAPE:
		break;
	}
	if (byte == 0x1b) {
		console->escape = AFTER_ESCAPE;
		return true;
	}
	if (byte == '\n')
		return end_line(console);
	if (byte < 0x20 || byte == 0x7f)
		return true;
	console->line[console->length++] = (char)byte;
	return console->length < CONSOLE_LINE_MOST || end_line(console);
}

bool console_feed(struct console *console, struct bytes raw)
{
	for (size_t i = 0; i < raw.size; i++)
		if (!take(console, raw.data[i]))
			return false;
	return true;
}

bool console_note(struct console *console, const char *text)
{
	if (console->length > 0 && !end_line(console))
		return false;
	console->escape = NO_ESCAPE;
	int length = snprintf(console->line, CONSOLE_LINE_MOST, "-- %s", text);
	console->length = length < CONSOLE_LINE_MOST ? (size_t)length
						     : CONSOLE_LINE_MOST - 1;
	return end_line(console);
}
