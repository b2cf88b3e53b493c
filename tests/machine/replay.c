/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The screen of a booted machine, drawn from what the machine has said on the
 * serial port since it was started. What the serial port does not have is
 * given: which election it is, on which machine, and what the QR code says.
 *
 *	replay LOG FILE fa|en TITLE-EN TITLE-FA ID MACHINE CODE
 *
 * LOG is a console.log, FILE becomes a PPM of 1280 by 800.
 */
#include "appliance/desk/common/notice_read.h"
#include "appliance/machine/screen.h"
#include "tests/support/ppm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 1280, HEIGHT = 800 };

static void take(struct screen *screen, struct notice_part part)
{
	const struct notice notice = notice_of(part);
	screen_take(screen, &notice);
}

static bool begins(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

/* False where the table has no such sentence. */
static bool take_line(struct screen *screen, char *line)
{
	static const char ours[] = "sandoq: ";
	struct notice notice;
	line[strcspn(line, "\n")] = '\0';
	if (begins(line, "-- power on") || begins(line, "-- reset"))
		*screen = screen_begin();
	if (!begins(line, ours))
		return true;
	if (!notice_read(line + strlen(ours), &notice)) {
		fprintf(stderr, "replay: no such sentence: %s\n", line);
		return false;
	}
	screen_take(screen, &notice);
	return true;
}

static bool take_log(struct screen *screen, const char *path)
{
	FILE *log = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	bool worked = log != NULL;
	while (worked && getline(&line, &size, log) > 0)
		worked = take_line(screen, line);
	free(line);
	if (log != NULL)
		fclose(log);
	return worked;
}

static void take_election(struct screen *screen, char **argument)
{
	struct notice notice = notice_of(notice_named(
		NOTICE_ELECTION, argument[0], argument[0], argument[1]));
	notice_add(&notice, notice_text(NOTICE_ELECTION_ID, argument[2]));
	screen_take(screen, &notice);
	take(screen, notice_text(NOTICE_MACHINE, argument[3]));
}

/* "sandoq/WHAT ELECTION HEX64" */
static enum notice_id id_of_code(const char *code)
{
	if (begins(code, "sandoq/challenge "))
		return NOTICE_QR_CHALLENGE;
	return begins(code, "sandoq/result ") ? NOTICE_QR_RESULT
					      : NOTICE_QR_CHECKPOINT;
}

static bool draw(struct screen *screen, const char *path)
{
	static uint32_t pixel[WIDTH * HEIGHT];
	struct canvas canvas = {
		.width = WIDTH, .height = HEIGHT, .pixel = pixel
	};
	struct area drawn[PANELS];
	screen_draw(screen, &canvas, drawn);
	return ppm_write(path, &canvas);
}

int main(int argc, char **argv)
{
	enum { LOG = 1, FILE_OUT, LANGUAGE, ELECTION, CODE = 8, ARGUMENTS };
	struct screen screen = screen_begin();
	if (argc != ARGUMENTS || !take_log(&screen, argv[LOG]))
		return 1;
	take_election(&screen, argv + ELECTION);
	take(&screen, notice_text(id_of_code(argv[CODE]), argv[CODE]));
	screen_set_language(
		&screen, strcmp(argv[LANGUAGE], "fa") == 0 ? PERSIAN : ENGLISH);
	return draw(&screen, argv[FILE_OUT]) ? 0 : 1;
}
