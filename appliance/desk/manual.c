/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/manual.h"

#include "appliance/desk/commands.h"
#include "appliance/desk/common/files.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

/* Of the day on which these pages changed their form. */
#define MANUAL_DATE "November 30, 2026"

/* Whatever could end a line's macro or begin another is only text. */
static void print_text(const char *text)
{
	if (*text == '.' || *text == '\'')
		printf("\\&");
	for (; *text != '\0'; text++)
		switch (*text) {
		case '\\':
			printf("\\e");
			break;
		case '-':
			printf("\\-");
			break;
		case '"':
			printf("\\(dq");
			break;
		default:
			putchar(*text);
		}
}

/* One argument of a macro's line, whatever is in it. */
static void print_word(const char *word)
{
	printf("\"\\&");
	print_text(word);
	putchar('"');
}

static void print_text_line(const char *text)
{
	print_text(text);
	putchar('\n');
}

static bool is_switch(const struct option *o)
{
	return strncmp(o->name, "--", 2) == 0;
}

/* "--key FILE|URI": "Fl -key Ar FILE|URI"; an operand is an argument alone. */
static void print_option(const struct option *o)
{
	printf("%s ", is_switch(o) ? "Fl" : "Ar");
	print_word(is_switch(o) ? o->name + 1 : o->name);
	if (o->argument != NULL) {
		printf(" Ar ");
		print_word(o->argument);
	}
}

static void print_title(const struct command *c)
{
	printf("sandoq %s", c->group);
	if (c->name != NULL)
		printf(" %s", c->name);
}

static void print_synopsis(const struct command *c)
{
	printf(".Nm sandoq\n.Cm %s %s\n", c->group,
		c->name != NULL ? c->name : "");
	for (const struct option *o = c->options; o->name != NULL; o++) {
		printf("%s", option_is_required(o) ? "." : ".Op ");
		print_option(o);
		printf("%s\n", option_is_repeatable(o) ? " ..." : "");
	}
}

static void print_command(const struct command *c)
{
	printf(".Ss ");
	print_title(c);
	printf("\n");
	printf("%c", toupper((unsigned char)c->help[0]));
	print_text(c->help + 1);
	printf(".\n.Bl -tag -width Ds\n");
	for (const struct option *o = c->options; o->name != NULL; o++) {
		printf(".It ");
		print_option(o);
		printf("\n");
		print_text(o->meaning);
		printf("%s%s.\n", option_is_required(o) ? " (required)" : "",
			option_is_repeatable(o) ? " (may be repeated)" : "");
	}
	printf(".It Fl -help\nPrint the options.\n.El\n.Pp\nExample:\n"
	       ".Dl ");
	print_title(c);
	putchar(' ');
	print_text_line(c->example);
}

static void each_of(const char *group, void (*print)(const struct command *))
{
	for (size_t i = 0; i < SECTIONS; i++)
		for (size_t k = 0; k < sections[i].commands; k++)
			if (strcmp(sections[i].command[k].group, group) == 0)
				print(&sections[i].command[k]);
}

static void print_head(const char *name, const char *is)
{
	printf(".Dd " MANUAL_DATE "\n.Dt ");
	for (; *name != '\0'; name++)
		putchar(toupper((unsigned char)*name));
	printf(" 1\n.Os Sandoq\n.Sh NAME\n%s", is);
}

static void print_common(void)
{
	printf(".Sh EXIT STATUS\nZero, or a status of\n.In sysexits.h :\n"
	       "64 for what was typed, 65 for evidence that was refused, 66 "
	       "for a file that is not there,\n73 for an output that is there, "
	       "75 for what was declined, 77 for a key that may not sign.\n");
}

static int print_group(const struct group *group)
{
	char name[64];
	snprintf(name, sizeof(name), "sandoq-%s", group->name);
	print_head(name, "");
	printf(".Nm %s\n.Nd %s\n.Sh SYNOPSIS\n", name, group->help);
	each_of(group->name, print_synopsis);
	printf(".Sh DESCRIPTION\n");
	each_of(group->name, print_command);
	print_common();
	printf(".Sh SEE ALSO\n.Xr sandoq 1\n");
	return fflush(stdout) == 0 ? 0 : EX_IOERR;
}

static int print_all(void)
{
	print_head("sandoq", "");
	printf(".Nm sandoq\n.Nd what people do beside a sealed counting "
	       "machine\n.Sh SYNOPSIS\n.Nm\n.Op Fl -lang Ar fa|en\n"
	       ".Ar group Ar command\n.Op Ar option ...\n.Nm\n"
	       ".Fl -version\n.Sh DESCRIPTION\nEach group has a page of its "
	       "own:\n.Bl -tag -width Ds\n");
	for (size_t i = 0; i < GROUPS; i++) {
		printf(".It Xr sandoq-%s 1\n", groups[i].name);
		print_text(groups[i].help);
		printf(".\n");
	}
	printf(".El\n.Sh ENVIRONMENT\n.Bl -tag -width Ds\n.It Ev "
	       "SANDOQ_PINENTRY\nA program that asks for PINs and passphrases, "
	       "such as pinentry.\n.It Ev NO_COLOR\nNothing is coloured.\n.It "
	       "Ev TMPDIR\nWhere archives are copied to while they are "
	       "read.\n.El\n");
	print_common();
	return fflush(stdout) == 0 ? 0 : EX_IOERR;
}

int manual_print(const char *group)
{
	if (group == NULL)
		return print_all();
	for (size_t i = 0; i < GROUPS; i++)
		if (strcmp(groups[i].name, group) == 0)
			return print_group(&groups[i]);
	return fail(EX_USAGE, NULL, 0,
		"there is no command '%s'; see 'sandoq --help'", group);
}
