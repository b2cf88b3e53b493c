/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/completion.h"

#include "appliance/desk/commands.h"
#include "appliance/desk/common/files.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static const char *name_of(const struct command *c)
{
	return c->name != NULL ? c->name : "";
}

static void each(void (*print)(const struct command *))
{
	for (size_t i = 0; i < SECTIONS; i++)
		for (size_t k = 0; k < sections[i].commands; k++)
			print(&sections[i].command[k]);
}

static void print_groups(void)
{
	for (size_t i = 0; i < GROUPS; i++)
		printf("%s%s", i > 0 ? " " : "", groups[i].name);
}

static void print_names(const char *group)
{
	for (size_t i = 0; i < SECTIONS; i++)
		for (size_t k = 0; k < sections[i].commands; k++) {
			const struct command *c = &sections[i].command[k];
			if (strcmp(c->group, group) == 0 && c->name != NULL)
				printf("%s ", c->name);
		}
}

/* "group name") a case of the shells that have one. */
static void print_case(const struct command *c)
{
	printf("\t'%s %s') words='--help", c->group, name_of(c));
	for (const struct option *o = c->options; o->name != NULL; o++)
		if (strncmp(o->name, "--", 2) == 0)
			printf(" %s", o->name);
	printf("' ;;\n");
}

/* Groups, then names, then options; `group` and `name` are the shell's. */
static void print_choice(void)
{
	printf("\tcase \"$group $name\" in\n");
	each(print_case);
	printf("\tesac\n");
}

static void print_names_case(void)
{
	printf("\tcase $group in\n");
	for (size_t i = 0; i < GROUPS; i++) {
		printf("\t%s) names='", groups[i].name);
		print_names(groups[i].name);
		printf("' ;;\n");
	}
	printf("\tesac\n");
}

static void print_bash(void)
{
	printf("# Completion of sandoq for bash, made by 'sandoq completion'.\n"
	       "_sandoq()\n{\n"
	       "\tlocal at=${COMP_WORDS[COMP_CWORD]} names='' words=''\n"
	       "\tlocal group=${COMP_WORDS[1]-} name=${COMP_WORDS[2]-}\n");
	print_names_case();
	printf("\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\twords='");
	print_groups();
	printf(" help manual completion --version --lang'\n"
	       "\telif [ \"$COMP_CWORD\" -eq 2 ] && [ -n \"$names\" ]; then\n"
	       "\t\twords=$names\n\telse\n\t[ -n \"$names\" ] || name=\n");
	print_choice();
	printf("\tfi\n"
	       "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$at\")\n"
	       "}\n"
	       "complete -o default -F _sandoq sandoq\n");
}

static void print_zsh(void)
{
	printf("#compdef sandoq\n"
	       "# Completion of sandoq for zsh, made by 'sandoq completion'.\n"
	       "_sandoq()\n{\n"
	       "\tlocal names='' words_here='' group=${words[2]} "
	       "name=${words[3]}\n");
	print_names_case();
	printf("\tif (( CURRENT == 2 )); then\n\t\twords_here='");
	print_groups();
	printf(" help manual completion --version --lang'\n"
	       "\telif (( CURRENT == 3 )) && [[ -n $names ]]; then\n"
	       "\t\twords_here=$names\n\telse\n\t[[ -n $names ]] || name=\n"
	       "\tlocal words=''\n");
	print_choice();
	printf("\twords_here=$words\n\tfi\n"
	       "\tcompadd -- ${=words_here}\n\t_files\n}\n"
	       "_sandoq \"$@\"\n");
}

static void print_quoted(const char *text)
{
	putchar('\'');
	for (; *text != '\0'; text++)
		printf(*text == '\'' || *text == '\\' ? "\\%c" : "%c", *text);
	putchar('\'');
}

static void print_fish_command(const struct command *c)
{
	const bool is_named = c->name != NULL;
	if (is_named) {
		printf("complete -c sandoq -f -n '__fish_is_nth_token 2; and "
		       "__fish_seen_subcommand_from %s' -a %s -d ",
			c->group, c->name);
		print_quoted(c->help);
		printf("\n");
	}
	for (const struct option *o = c->options; o->name != NULL; o++) {
		if (strncmp(o->name, "--", 2) != 0)
			continue;
		printf("complete -c sandoq -n '__fish_seen_subcommand_from "
		       "%s%s%s' -l %s%s -d ",
			c->group,
			is_named ? "; and __fish_seen_subcommand_from " : "",
			name_of(c), o->name + 2,
			o->argument != NULL ? " -r" : "");
		print_quoted(o->meaning);
		printf("\n");
	}
}

static void print_fish(void)
{
	printf("# Completion of sandoq for fish, made by 'sandoq "
	       "completion'.\n");
	printf("complete -c sandoq -f -n __fish_use_subcommand -a 'help manual "
	       "completion'\n");
	for (size_t i = 0; i < GROUPS; i++) {
		printf("complete -c sandoq -f -n __fish_use_subcommand -a %s "
		       "-d ",
			groups[i].name);
		print_quoted(groups[i].help);
		printf("\n");
	}
	each(print_fish_command);
}

int completion_print(const char *name)
{
	static const struct {
		const char *name;
		void (*print)(void);
	} shell[] = { { "bash", print_bash }, { "zsh", print_zsh },
		{ "fish", print_fish } };
	for (size_t i = 0; i < sizeof(shell) / sizeof(shell[0]); i++)
		if (name != NULL && strcmp(shell[i].name, name) == 0) {
			shell[i].print();
			return fflush(stdout) == 0 ? 0 : EX_IOERR;
		}
	return fail(EX_USAGE, NULL, 0,
		"completion: give bash, zsh or fish; see 'sandoq --help'");
}
