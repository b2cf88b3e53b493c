/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/options.h"
#include "appliance/desk/common/files.h"
#include "appliance/desk/common/nearest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* All names of a command's table, one after the other. */
enum { MISSING_MOST = 512 };

static bool is_operand(const struct option *o)
{
	return strncmp(o->name, "--", 2) != 0;
}

bool option_is_required(const struct option *o)
{
	return o->presence == REQUIRED || o->presence == REPEATED_REQUIRED ||
	       o->presence == REQUIRED_OUTPUT || o->presence == BOX_OUTPUT;
}

bool option_is_repeatable(const struct option *o)
{
	return o->presence == REPEATED || o->presence == REPEATED_REQUIRED;
}

static size_t times_given(
	const struct arguments *arguments, const struct option *option)
{
	size_t count = 0;
	for (size_t i = 0; i < arguments->count; i++)
		if (arguments->given[i].option == option)
			count++;
	return count;
}

static int usage(
	const struct arguments *arguments, const char *what, const char *word)
{
	fail(EX_USAGE, NULL, 0, "%s %s; see 'sandoq %s --help'", what, word,
		arguments->command);
	return EX_USAGE;
}

static int add(struct arguments *arguments, const struct option *option,
	const char *value)
{
	if (!option_is_repeatable(option) && times_given(arguments, option) > 0)
		return usage(arguments, "given twice:", option->name);
	arguments->given[arguments->count++] = (struct given){
		.option = option,
		.value = value,
	};
	return 0;
}

static int add_operand(struct arguments *arguments, const char *word)
{
	for (const struct option *o = arguments->options; o->name != NULL; o++)
		if (is_operand(o) && (option_is_repeatable(o) ||
					     times_given(arguments, o) == 0))
			return add(arguments, o, word);
	return usage(arguments, "nothing takes the word", word);
}

/* The row of "--name" or "--name=value". */
static const struct option *find_option(
	const struct option *options, const char *word, const char **value)
{
	size_t length = strcspn(word, "=");
	*value = word[length] == '=' ? word + length + 1 : NULL;
	for (const struct option *o = options; o->name != NULL; o++)
		if (!is_operand(o) && strlen(o->name) == length &&
			strncmp(o->name, word, length) == 0)
			return o;
	return NULL;
}

static int unknown_option(const struct arguments *arguments, const char *word)
{
	struct nearest nearest = nearest_begin(word);
	for (const struct option *o = arguments->options; o->name != NULL; o++)
		if (!is_operand(o))
			nearest_try(&nearest, o->name);
	if (nearest.is == NULL)
		return usage(arguments, "unknown option", word);
	return fail(EX_USAGE, NULL, 0,
		"unknown option %s; did you mean %s? See 'sandoq %s --help'",
		word, nearest.is, arguments->command);
}

/* `*next` is the word after the option, NULL at the end; eaten when used. */
static int add_option(
	struct arguments *arguments, const char *word, const char **next)
{
	const char *value;
	const struct option *o = find_option(arguments->options, word, &value);
	if (o == NULL)
		return unknown_option(arguments, word);
	if (o->argument == NULL) {
		*next = NULL;
		return value == NULL ? add(arguments, o, NULL)
				     : usage(arguments, "no value belongs to",
					       o->name);
	}
	if (value != NULL) {
		*next = NULL;
		return add(arguments, o, value);
	}
	if (*next == NULL)
		return usage(arguments, "a value is missing after", word);
	return add(arguments, o, *next);
}

static int check_required(const struct arguments *arguments)
{
	char missing[MISSING_MOST];
	size_t size = 0;
	for (const struct option *o = arguments->options; o->name != NULL; o++)
		if (option_is_required(o) && times_given(arguments, o) == 0 &&
			size < sizeof(missing))
			size += (size_t)snprintf(missing + size,
				sizeof(missing) - size, "%s%s",
				size > 0 ? ", " : "", o->name);
	return size == 0 ? 0 : usage(arguments, "missing:", missing);
}

static bool help_wanted(int argc, char **argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 ||
			strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

int arguments_read(struct arguments *arguments, const char *command,
	const struct option *options, int argc, char **argv, bool *help)
{
	bool operands_only = false;
	int status = 0;
	*arguments = (struct arguments){
		.command = command,
		.options = options,
		.given = calloc((size_t)argc + 1, sizeof(struct given)),
	};
	if (arguments->given == NULL)
		return fail(EX_OSERR, NULL, 0, "no memory is left");
	*help = help_wanted(argc, argv);
	if (*help)
		return 0;
	for (int i = 0; i < argc && status == 0; i++) {
		const char *word = argv[i];
		if (operands_only || strncmp(word, "--", 2) != 0) {
			status = add_operand(arguments, word);
		} else if (word[2] == '\0') {
			operands_only = true;
		} else {
			const char *next = i + 1 < argc ? argv[i + 1] : NULL;
			status = add_option(arguments, word, &next);
			if (next != NULL)
				i++;
		}
	}
	return status != 0 ? status : check_required(arguments);
}

void arguments_free(struct arguments *arguments)
{
	free(arguments->given);
	*arguments = (struct arguments){ 0 };
}

static const struct option *row_of(
	const struct arguments *arguments, const char *name)
{
	for (const struct option *o = arguments->options; o->name != NULL; o++)
		if (strcmp(o->name, name) == 0)
			return o;
	fail(EX_SOFTWARE, NULL, 0, "%s: the table has no row '%s'",
		arguments->command, name);
	abort();
}

size_t argument_count(const struct arguments *arguments, const char *name)
{
	return times_given(arguments, row_of(arguments, name));
}

const char *argument_output(const struct arguments *arguments)
{
	const char *output = argument(arguments, "--output");
	return output != NULL ? output : "-";
}

bool argument_given(const struct arguments *arguments, const char *name)
{
	return argument_count(arguments, name) > 0;
}

const char *argument_at(
	const struct arguments *arguments, const char *name, size_t index)
{
	const struct option *option = row_of(arguments, name);
	for (size_t i = 0; i < arguments->count; i++)
		if (arguments->given[i].option == option && index-- == 0)
			return arguments->given[i].value;
	return NULL;
}

const char *argument(const struct arguments *arguments, const char *name)
{
	return argument_at(arguments, name, 0);
}

const char **argument_list(
	const struct arguments *arguments, const char *name, size_t *count)
{
	const struct option *option = row_of(arguments, name);
	const char **list = calloc(arguments->count + 1, sizeof(*list));
	if (list == NULL)
		exit(fail(EX_OSERR, NULL, 0, "no memory is left"));
	*count = 0;
	for (size_t i = 0; i < arguments->count; i++)
		if (arguments->given[i].option == option)
			list[(*count)++] = arguments->given[i].value;
	return list;
}

int argument_number(const struct arguments *arguments, const char *name,
	uint64_t least, uint64_t most, uint64_t *out)
{
	const char *text = argument(arguments, name);
	uint64_t number;
	if (text == NULL)
		return 0;
	if (!decimal_decode(bytes_of_text(text), most, &number) ||
		number < least)
		return fail(EX_USAGE, NULL, 0,
			"%s '%s' is not a number from %llu to %llu; "
			"see 'sandoq %s --help'",
			name, text, (unsigned long long)least,
			(unsigned long long)most, arguments->command);
	*out = number;
	return 0;
}

void options_print(const char *command, const struct option *options)
{
	printf("usage: sandoq %s", command);
	for (const struct option *o = options; o->name != NULL; o++)
		printf(" %s%s%s%s%s%s", option_is_required(o) ? "" : "[",
			o->name, o->argument != NULL ? " " : "",
			o->argument != NULL ? o->argument : "",
			option_is_required(o) ? "" : "]",
			option_is_repeatable(o) ? "..." : "");
	printf("\n\n");
	for (const struct option *o = options; o->name != NULL; o++) {
		char title[64];
		snprintf(title, sizeof(title), "%s%s%s", o->name,
			o->argument != NULL ? " " : "",
			o->argument != NULL ? o->argument : "");
		printf("  %-24s %s%s%s\n", title, o->meaning,
			option_is_required(o) && !is_operand(o) ? " (required)"
								: "",
			option_is_repeatable(o) ? " (may be repeated)" : "");
	}
	printf("  %-24s %s\n", "--help", "print this");
}
