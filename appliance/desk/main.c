/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program `sandoq`: it starts the command that its words name, or helps to
 * find it, and does nothing else.
 */
#include "appliance/desk/commands.h"
#include "appliance/desk/common/nearest.h"
#include "appliance/desk/common/outputs.h"
#include "appliance/desk/common/words.h"
#include "appliance/desk/completion.h"
#include "appliance/desk/desk.h"
#include "appliance/desk/manual.h"
#include "appliance/formats/crypto.h"
#include "appliance/machine/roles.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 ||
	       strcmp(word, "help") == 0;
}

/* All of it, or what belongs to one group; the heading only with some. */
static void list_section(const struct section *section, const char *group)
{
	bool begun = false;
	for (size_t i = 0; i < section->commands; i++) {
		const struct command *c = &section->command[i];
		char title[40];
		if (group != NULL && strcmp(group, c->group) != 0)
			continue;
		if (!begun)
			printf("\n%s\n", section->heading);
		begun = true;
		snprintf(title, sizeof(title), "%s %s", c->group,
			c->name != NULL ? c->name : "");
		printf("  sandoq %-18s %s\n", title, c->help);
	}
}

/* What stands below it is in English. */
static void tell_in_persian_first(void)
{
	if (words_language() == ENGLISH)
		return;
	tell(stdout, WORD_HELP_LANGUAGE, NULL);
	printf("\n");
}

/* Every command, or those of one group. */
static int list_commands(const char *group)
{
	tell_in_persian_first();
	printf("usage: sandoq %s COMMAND [OPTION...]\n",
		group != NULL ? group : "GROUP");
	for (size_t i = 0; i < SECTIONS; i++)
		list_section(&sections[i], group);
	printf("\n'sandoq GROUP COMMAND --help' lists a command's options; "
	       "'sandoq manual GROUP' is\na manual page, 'sandoq completion "
	       "SHELL' lets bash, zsh or fish complete them.\n");
	return fflush(stdout) == 0 ? 0 : EX_IOERR;
}

static bool group_exists(const char *group)
{
	for (size_t i = 0; i < SECTIONS; i++)
		for (size_t k = 0; k < sections[i].commands; k++)
			if (strcmp(sections[i].command[k].group, group) == 0)
				return true;
	return false;
}

/* Whatever else is wrong with the words. */
static bool is_json_wanted(int argc, char **argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--json") == 0)
			return true;
	return false;
}

static int run(const struct command *c, int argc, char **argv)
{
	struct arguments arguments;
	char title[40];
	bool help = false;
	snprintf(title, sizeof(title), c->name != NULL ? "%s %s" : "%s",
		c->group, c->name);
	int status = arguments_read(
		&arguments, title, c->options, argc, argv, &help);
	if (help) {
		tell_in_persian_first();
		printf("sandoq %s: %s\n\n", title, c->help);
		options_print(title, c->options);
		printf("\nExample:\n  sandoq %s %s\n", title, c->example);
	} else if (status == 0) {
		status = outputs_check(&arguments);
		if (status == 0)
			status = c->run(&arguments);
	}
	if (status != 0 && is_json_wanted(argc, argv))
		report_failure();
	arguments_free(&arguments);
	return status;
}

/*
 * Descriptors 0 to 2 are never anything else, or what is meant for people is
 * written into a stick.
 */
static void fill_standard_descriptors(void)
{
	int file;
	do
		file = open("/dev/null", O_RDWR);
	while (file >= 0 && file <= STDERR_FILENO);
	if (file >= 0)
		close(file);
}

/* --lang stands before the command, and holds for all that it says. */
static bool take_language(int *argc, char ***argv)
{
	static const char option[] = "--lang";
	const size_t length = strlen(option);
	const char *word = *argc > 1 ? (*argv)[1] : "";
	int taken = 1;
	if (strncmp(word, option, length) != 0)
		return true;
	if (word[length] == '=') {
		word += length + 1;
	} else if (word[length] == '\0' && *argc > 2) {
		word = (*argv)[2];
		taken = 2;
	} else {
		return false;
	}
	*argc -= taken;
	*argv += taken;
	return words_choose(word);
}

static int print_version(void)
{
	printf("sandoq " VERSION " (" COMMIT ")\n");
	return fflush(stdout) == 0 ? 0 : EX_IOERR;
}

static int unknown_group(const char *group)
{
	struct nearest nearest = nearest_begin(group);
	for (size_t i = 0; i < SECTIONS; i++)
		for (size_t k = 0; k < sections[i].commands; k++)
			nearest_try(&nearest, sections[i].command[k].group);
	return nearest.is == NULL
		       ? fail(EX_USAGE, NULL, 0,
				 "there is no command '%s'; see 'sandoq "
				 "--help'",
				 group)
		       : fail(EX_USAGE, NULL, 0,
				 "there is no command '%s'; did you mean '%s'? "
				 "See 'sandoq --help'",
				 group, nearest.is);
}

static int unknown_command(const char *group, const char *name)
{
	struct nearest nearest = nearest_begin(name);
	for (size_t i = 0; i < SECTIONS; i++)
		for (size_t k = 0; k < sections[i].commands; k++)
			if (strcmp(sections[i].command[k].group, group) == 0)
				nearest_try(
					&nearest, sections[i].command[k].name);
	return nearest.is == NULL
		       ? fail(EX_USAGE, NULL, 0,
				 "there is no command '%s %s'; see 'sandoq %s "
				 "--help'",
				 group, name, group)
		       : fail(EX_USAGE, NULL, 0,
				 "there is no command '%s %s'; did you mean "
				 "'%s %s'? See 'sandoq %s --help'",
				 group, name, group, nearest.is, group);
}

/* The words behind the program's name; `help` stands before those of any. */
static int start(int argc, char **argv)
{
	char option[] = "--help";
	char *asked[] = { option, NULL };
	const bool wants_help = argc > 1 && is_help(argv[0]);
	if (wants_help) {
		argc--;
		argv++;
	}
	if (argc == 0 || is_help(argv[0])) {
		list_commands(NULL);
		return argc == 0 ? EX_USAGE : 0;
	}
	if (strcmp(argv[0], "--version") == 0)
		return print_version();
	if (strcmp(argv[0], "manual") == 0)
		return manual_print(argv[1]);
	if (strcmp(argv[0], "completion") == 0)
		return completion_print(argv[1]);

	const char *group = argv[0], *name = argc > 1 ? argv[1] : NULL;
	if (!group_exists(group))
		return unknown_group(group);
	const struct command *c = command_find(group, name);
	const int words = c != NULL && c->name != NULL ? 2 : 1;
	if (c != NULL)
		return wants_help ? run(c, 1, asked)
				  : run(c, argc - words, argv + words);
	if (name == NULL || is_help(name)) {
		list_commands(group);
		return name != NULL || wants_help ? 0 : EX_USAGE;
	}
	return unknown_command(group, name);
}

int main(int argc, char **argv)
{
	int role_status;
	if (roles_main(argc, argv, &role_status))
		_exit(role_status);
	fill_standard_descriptors();
	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN);
	crypto_start();
	if (!take_language(&argc, &argv))
		return fail(EX_USAGE, NULL, 0, "--lang is 'fa' or 'en'");
	return start(argc - 1, argv + 1);
}
