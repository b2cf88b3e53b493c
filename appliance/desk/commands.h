/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of all commands: what runs, and what --help, the manual pages and
 * the completions of shells are made of.
 */
#ifndef SANDOQ_DESK_COMMANDS_H
#define SANDOQ_DESK_COMMANDS_H

#include "appliance/desk/common/options.h"

struct command {
	const char *group;
	const char *name; /* NULL when the group is the command */
	const char *help;
	const char *example; /* the words behind its name, for a shell */
	const struct option *options;
	int (*run)(const struct arguments *);
};

/* Each that a command has. */
struct group {
	const char *name;
	const char *help;
};

enum { GROUPS = 12 };
extern const struct group groups[GROUPS];

struct section {
	const char *heading;
	const struct command *command;
	size_t commands;
};

enum { SECTIONS = 2 };
extern const struct section sections[SECTIONS];

/* `name` may be NULL when the line ended after the group. */
const struct command *command_find(const char *group, const char *name);

#endif
