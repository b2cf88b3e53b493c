/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/outputs.h"

#include "appliance/desk/common/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

static int check_path(const char *path, bool is_forced)
{
	struct stat file;
	if (strcmp(path, "-") == 0 || stat(path, &file) != 0)
		return 0;
	if (S_ISDIR(file.st_mode))
		return fail(EX_CANTCREAT, path, 0,
			"is a folder; name a file in it");
	if (!S_ISREG(file.st_mode))
		return fail(EX_CANTCREAT, path, 0,
			"is a device; '-' is standard output, and 'sandoq "
			"courier pack' writes a stick");
	if (file_is_key(path))
		return fail(EX_CANTCREAT, path, 0,
			"exists already; keys are never overwritten");
	return is_forced ? 0
			 : fail(EX_CANTCREAT, path, 0,
				   "exists already; give another name, or "
				   "--force to replace it");
}

static int check_box(const char *name, bool is_forced)
{
	static const char *const ending[] = { ".age", ".note" };
	int status = 0;
	for (size_t i = 0; i < 2 && status == 0; i++) {
		char *path = NULL;
		if (asprintf(&path, "%s%s", name, ending[i]) < 0)
			return fail(EX_OSERR, NULL, 0, "no memory is left");
		status = check_path(path, is_forced);
		free(path);
	}
	return status;
}

static int check(const struct given *given, bool is_forced)
{
	switch (given->option->presence) {
	case OUTPUT:
	case REQUIRED_OUTPUT:
		return check_path(given->value, is_forced);
	case BOX_OUTPUT:
		return check_box(given->value, is_forced);
	case OPTIONAL:
	case REQUIRED:
	case REPEATED:
	case REPEATED_REQUIRED:
		break;
	}
	return 0;
}

static bool is_forced(const struct arguments *arguments)
{
	for (size_t i = 0; i < arguments->count; i++)
		if (strcmp(arguments->given[i].option->name, "--force") == 0)
			return true;
	return false;
}

int outputs_check(const struct arguments *arguments)
{
	const bool forced = is_forced(arguments);
	int status = 0;
	for (size_t i = 0; i < arguments->count && status == 0; i++)
		status = check(&arguments->given[i], forced);
	return status;
}
