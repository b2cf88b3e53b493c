/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Printing a result in the format that a command was given.
 */
#ifndef SANDOQ_DESK_REPORTS_RESULT_PRINT_H
#define SANDOQ_DESK_REPORTS_RESULT_PRINT_H

#include "appliance/desk/common/options.h"
#include "appliance/verify/told.h"

#define OPTION_FORMAT                                                          \
	{                                                                      \
		"--format", "NAME",                                            \
			"for programs: nist (SP 1500-100 version 2, JSON) or " \
			"csv",                                                 \
			OPTIONAL                                               \
	}
#define OPTION_DAY                                                             \
	{                                                                      \
		"--day", "YYYY-MM-DD",                                         \
			"day of the election, which nist demands", OPTIONAL    \
	}

bool format_given(const struct arguments *);
/* Is there such a format, with what it needs? 0, or EX_USAGE with a reason. */
int format_check(const struct arguments *);
/*
 * Of definition, result and delivery; the outcomes are found here. 0, or a
 * status of sysexits.h after printing what is wrong.
 */
int format_print(const struct arguments *, const struct told *);

#endif
