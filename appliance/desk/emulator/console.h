/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes over the serial port, made into clean lines: terminal escapes,
 * carriage returns and other control characters are dropped; a line that is
 * not clean text then has '?' for each byte that is not ASCII.
 */
#ifndef SANDOQ_DESK_EMULATOR_CONSOLE_H
#define SANDOQ_DESK_EMULATOR_CONSOLE_H

#include "appliance/formats/bytes.h"

enum { CONSOLE_LINE_MOST = 1024 };

enum console_escape { NO_ESCAPE, AFTER_ESCAPE, IN_SEQUENCE };

struct console {
	int log;   /* where complete lines go, appended */
	bool echo; /* to stdout too */
	enum console_escape escape;
	size_t length;
	char line[CONSOLE_LINE_MOST + 1];
};

/* A longer line is cut in two. False when the log takes no more. */
bool console_feed(struct console *, struct bytes raw);
/* A line of the launcher's own, "-- " before it. */
bool console_note(struct console *, const char *text);

#endif
