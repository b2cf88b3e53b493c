/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `machine plug`, `unplug`, `press`, `power` and `stop`: one request each to
 * the launcher of a running machine. They stand in one file because each is
 * hardly more than the line that it sends. They start and end no process
 * themselves: the launcher, who owns the machine, does what they ask.
 */
#include "appliance/desk/emulator/folder.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A medium that is faster than that is not slow. */
enum { PACE_MOST = 1 << 20 };

const struct option machine_plug_options[] = {
	{ "DIR", NULL, "the machine", REQUIRED },
	{ "MEDIUM", NULL, "the file that is the medium", OPTIONAL },
	{ "--writable", NULL, "let the machine write to it", OPTIONAL },
	{ "--second", NULL, "beside a medium that is plugged in", OPTIONAL },
	{ "--sector", "BYTES", "512 or 4096; 512 if not given", OPTIONAL },
	{ "--hub", NULL, "behind a hub, which stays", OPTIONAL },
	{ "--reader", NULL,
		"writable, in a card reader, which stays; without MEDIUM it is "
		"empty",
		OPTIONAL },
	{ "--pace", "KIB", "as slow as that, KiB a second", OPTIONAL },
	OPTION_END,
};

const struct option machine_unplug_options[] = {
	{ "DIR", NULL, "the machine", REQUIRED },
	{ "--second", NULL, "the one that was plugged in as such", OPTIONAL },
	OPTION_END,
};

const struct option machine_press_options[] = {
	{ "DIR", NULL, "the machine", REQUIRED },
	{ "KEY", NULL, "its name, as QEMU has it: 'ret', 'a', 'alt-f2'",
		REQUIRED },
	OPTION_END,
};

const struct option machine_power_options[] = {
	{ "DIR", NULL, "the machine", REQUIRED },
	{ "cut", NULL, "the only thing that can be done to it", REQUIRED },
	OPTION_END,
};

const struct option machine_stop_options[] = {
	{ "DIR", NULL, "the machine", REQUIRED },
	OPTION_END,
};

/* The launcher's names of the two places. */
static const char *port_of(const struct arguments *arguments)
{
	return argument_given(arguments, "--second") ? "second" : "medium";
}

/* "root" is a port of the computer's own. */
static const char *place_of(const struct arguments *arguments)
{
	if (argument_given(arguments, "--reader"))
		return "reader";
	return argument_given(arguments, "--hub") ? "hub" : "root";
}

static int plug_medium(const struct arguments *arguments)
{
	const char *sector = argument(arguments, "--sector");
	const char *pace = argument(arguments, "--pace");
	const char *medium = argument(arguments, "MEDIUM");
	char path[PATH_MAX], line[CONTROL_LINE_MOST];
	struct stat file;
	uint64_t kib = 0;
	if (realpath(medium, path) == NULL || stat(path, &file) != 0)
		return fail(EX_NOINPUT, medium, 0, "cannot open it: %s",
			strerror(errno));
	if (sector == NULL)
		sector = "512";
	if (strcmp(sector, "512") != 0 && strcmp(sector, "4096") != 0)
		return fail(EX_USAGE, NULL, 0,
			"a sector has 512 or 4096 bytes, and not '%s'", sector);
	if (argument_given(arguments, "--reader") &&
		(argument_given(arguments, "--hub") ||
			strcmp(sector, "512") != 0))
		return fail(EX_USAGE, NULL, 0,
			"a card reader is behind no hub, and its cards have "
			"sectors of 512 bytes");
	if (file.st_size == 0 || file.st_size % 512 != 0)
		return fail(EX_DATAERR, medium, 0,
			"is no whole number of 512-byte blocks; make it by "
			"'sandoq courier pack'");
	if (strchr(path, '\n') != NULL)
		return fail(EX_USAGE, medium, 0,
			"has a line break in its path; move it");
	if (pace != NULL &&
		(!decimal_decode(bytes_of_text(pace), PACE_MOST, &kib) ||
			kib == 0))
		return fail(EX_USAGE, NULL, 0,
			"a pace is 1 to %d KiB a second, and not '%s'",
			PACE_MOST, pace);
	snprintf(line, sizeof(line), "plug %s %s %s %s %d %s\n",
		argument_given(arguments, "--writable") ? "rw" : "ro", sector,
		port_of(arguments), place_of(arguments), (int)kib, path);
	return machine_request(argument(arguments, "DIR"), line);
}

int machine_plug_command(const struct arguments *arguments)
{
	if (argument_given(arguments, "MEDIUM"))
		return plug_medium(arguments);
	if (argument_given(arguments, "--reader"))
		return machine_request(argument(arguments, "DIR"), "reader\n");
	return fail(EX_USAGE, NULL, 0,
		"missing: MEDIUM; see 'sandoq machine plug --help'");
}

int machine_unplug_command(const struct arguments *arguments)
{
	char line[CONTROL_LINE_MOST];
	snprintf(line, sizeof(line), "unplug %s\n", port_of(arguments));
	return machine_request(argument(arguments, "DIR"), line);
}

int machine_press_command(const struct arguments *arguments)
{
	const char *key = argument(arguments, "KEY");
	char line[CONTROL_LINE_MOST];
	if (strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_-") !=
			strlen(key) ||
		key[0] == '\0')
		return fail(EX_USAGE, key, 0,
			"is no key's name; see 'sandoq machine press --help'");
	snprintf(line, sizeof(line), "press %s\n", key);
	return machine_request(argument(arguments, "DIR"), line);
}

int machine_power_command(const struct arguments *arguments)
{
	const char *what = argument(arguments, "cut");
	if (strcmp(what, "cut") != 0)
		return fail(EX_USAGE, NULL, 0,
			"power can only be 'cut'; see "
			"'sandoq machine power --help'");
	return machine_request(argument(arguments, "DIR"), "cut\n");
}

int machine_stop_command(const struct arguments *arguments)
{
	return machine_request(argument(arguments, "DIR"), "stop\n");
}
