/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text that names people of both boards and how many of them it takes: the
 * operators of a machine, the authority that it is for.
 */
#ifndef SANDOQ_DESK_COMMON_ROSTER_TEXT_H
#define SANDOQ_DESK_COMMON_ROSTER_TEXT_H

#include "appliance/desk/common/options.h"
#include "appliance/election/statement.h"

/* Rows of option tables: what roster_text_write() goes by. */
#define OPTIONS_ROSTER(together)                                               \
	{ "BOARD=KEY", NULL,                                                   \
		"executive or supervisory, and the public key that "           \
		"'sandoq key show' prints",                                    \
		REPEATED_REQUIRED },                                           \
		{ "--need", "NUMBER", "how many of them " together,            \
			REQUIRED },                                            \
		{ "--each", "NUMBER",                                          \
			"how many of each board at least; 1 if not given",     \
			OPTIONAL },                                            \
		{ "--output", "FILE", "text to write, stdout if not given",    \
			OUTPUT },                                              \
		OPTION_FORCE

/*
 * Ends a text in which everything before the numbers is written, and writes it
 * to --output. Writes none that others would not read. 0, or a status of
 * sysexits.h after printing what is wrong.
 */
int roster_text_write(const struct arguments *, struct text_writer *,
	const struct roster_fields *);

#endif
