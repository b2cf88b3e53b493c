/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `machine screen`: prints what a machine's console has shown, or writes a
 * running machine's screen as a picture. Only reads what the machine shows.
 */
#include "appliance/desk/emulator/folder.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct option machine_screen_options[] = {
	{ "DIR", NULL, "the machine", REQUIRED },
	{ "--picture", "FILE",
		"write what a running machine's screen shows: as PNG when the "
		"name ends so, else as PPM",
		OPTIONAL },
	OPTION_END,
};

/* The launcher writes the file; it works in the machine's folder. */
static int take_picture(const char *folder, const char *out)
{
	char path[PATH_MAX], line[CONTROL_LINE_MOST];
	int status = file_write(out, bytes_of_text(""), 0644);
	if (status != 0)
		return status;
	if (realpath(out, path) == NULL || strchr(path, '\n') != NULL)
		return fail(EX_USAGE, out, 0, "is no path of a new file");
	snprintf(line, sizeof(line), "picture %s\n", path);
	return machine_request(folder, line);
}

static int print_lines(const char *folder)
{
	struct file log;
	int status = machine_check(folder);
	if (status != 0)
		return status;
	char *path = path_join(folder, MACHINE_CONSOLE);
	status = file_read(path, CONSOLE_FILE_MOST, &log);
	if (status == 0)
		status = file_write("-", file_bytes(&log), 0);
	file_free(&log);
	free(path);
	return status;
}

int machine_screen_command(const struct arguments *arguments)
{
	const char *folder = argument(arguments, "DIR");
	const char *picture = argument(arguments, "--picture");
	return picture == NULL ? print_lines(folder)
			       : take_picture(folder, picture);
}
