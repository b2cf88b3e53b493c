/* Draws lines on the tty; reads nothing from it. */
#include "appliance/machine/role.h"
#include "appliance/machine/roles.h"
#include "appliance/machine/spawn.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { CONSOLE = SPAWN_GRANTED };

static bool draw(const char *text)
{
	size_t left = strlen(text);
	while (left > 0) {
		ssize_t drawn = write(CONSOLE, text, left);
		if (drawn < 0 && errno != EINTR)
			return false;
		if (drawn > 0) {
			text += drawn;
			left -= (size_t)drawn;
		}
	}
	return true;
}

static refusal draw_line(
	void *state, struct wire_end *end, struct wire_message *message)
{
	const char *line = message->body.text.line;
	(void)state;
	if (!text_is_clean(bytes_of_text(line)))
		return "a line that is not clean";
	if (!draw("sandoq: ") || !draw(line) || !draw("\n"))
		return "the console does not take a line";
	return wire_send(end, DONE, NULL, NULL, 0);
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
