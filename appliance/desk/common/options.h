/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options and operands of a command, as a `const` table that both the
 * parser and `--help` read.
 */
#ifndef SANDOQ_DESK_COMMON_OPTIONS_H
#define SANDOQ_DESK_COMMON_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_presence {
	OPTIONAL,
	REQUIRED,
	REPEATED,
	REPEATED_REQUIRED,
	/* The value names a file that is written. */
	OUTPUT,
	REQUIRED_OUTPUT,
	BOX_OUTPUT, /* required; the file is VALUE.age and VALUE.note */
};

/*
 * One row: an option when `name` starts with "--", else an operand, which
 * takes its place on the command line in the order of the table (only the
 * last one may be repeated). Switches have no `argument`, nor have operands.
 * A row without name ends the table.
 */
struct option {
	const char *name;
	const char *argument;
	const char *meaning;
	enum option_presence presence;
};

/* Behind the row of whatever a command writes. */
#define OPTION_FORCE                                                           \
	{                                                                      \
		"--force", NULL, "replace what is there, but never a key",     \
			OPTIONAL                                               \
	}

#define OPTION_JSON                                                            \
	{                                                                      \
		"--json", NULL, "print the report as one JSON object",         \
			OPTIONAL                                               \
	}
#define OPTION_END                                                             \
	{                                                                      \
		NULL, NULL, NULL, OPTIONAL                                     \
	}

struct given {
	const struct option *option;
	const char *value;
};

bool option_is_required(const struct option *);
bool option_is_repeatable(const struct option *);

/* What was given; the values are borrowed from argv. */
struct arguments {
	const char *command; /* "machine run" */
	const struct option *options;
	size_t count;
	struct given *given;
};

/*
 * Reads `argc` words after the command's name. Returns 0 or, after saying
 * what is wrong, EX_USAGE. `*help` is set when --help is among them; nothing
 * else is checked then. Ended by arguments_free() in every case.
 */
int arguments_read(struct arguments *, const char *command,
	const struct option *options, int argc, char **argv, bool *help);
void arguments_free(struct arguments *);

/*
 * The value of an option or operand, NULL when it was not given. Asking for
 * a name that the command's table does not have ends the program.
 */
const char *argument(const struct arguments *, const char *name);
/* The value of --output; "-", which means stdout, when it was not given. */
const char *argument_output(const struct arguments *);
bool argument_given(const struct arguments *, const char *name);
size_t argument_count(const struct arguments *, const char *name);
/* The value given `index`th (from 0) for a repeatable one. */
const char *argument_at(
	const struct arguments *, const char *name, size_t index);
/*
 * All values of a repeatable one, in order: an array that the caller frees.
 * Memory running out ends the program.
 */
const char **argument_list(
	const struct arguments *, const char *name, size_t *count);
/*
 * A decimal number from `least` to `most`; `*out` is left alone when it was
 * not given. Returns 0 or, after saying what is wrong, EX_USAGE.
 */
int argument_number(const struct arguments *, const char *name, uint64_t least,
	uint64_t most, uint64_t *out);

/* Usage line and the table, for --help. */
void options_print(const char *command, const struct option *options);

#endif
