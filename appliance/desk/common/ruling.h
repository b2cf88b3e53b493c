/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ruling that a command was given.
 */
#ifndef SANDOQ_DESK_COMMON_RULING_H
#define SANDOQ_DESK_COMMON_RULING_H

#include "appliance/desk/common/options.h"
#include "appliance/election/result.h"

#define OPTION_RULING                                                          \
	{                                                                      \
		"--ruling", "FILE",                                            \
			"what the auditors ruled: annulled stations and "      \
			"drawn lots, a note",                                  \
			OPTIONAL                                               \
	}

/*
 * Enters the note of --ruling, if it was given, into a result. 0, or a status
 * of sysexits.h after printing what is wrong.
 */
int ruling_read(const struct arguments *, struct result *);

#endif
