/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Boxes that are missing, refused or void, in words: in every report, and
 * before every question whose "yes" goes on without them.
 */
#ifndef SANDOQ_DESK_COMMON_COMPLETENESS_H
#define SANDOQ_DESK_COMMON_COMPLETENESS_H

#include "appliance/desk/common/options.h"
#include "appliance/desk/common/report.h"
#include "appliance/verify/delivery.h"

#define OPTION_WITHOUT                                                         \
	{                                                                      \
		"--without", "NUMBER",                                         \
			"go on without this many boxes; asked if not given",   \
			OPTIONAL                                               \
	}

/*
 * First of a report: one line, then the stations whose boxes are missing, and
 * each refusal, which needs the chain; NULL where there is none.
 */
void report_delivery(
	struct report *, const struct chain *, const struct delivery *);

/*
 * The same of a chain that was verified: by its result, where it has one, else
 * by its journal. 0, or EX_OSERR after printing that memory is out.
 */
int report_completeness(struct report *, const struct chain *);

/*
 * Shows what is missing, refused or void. When votes are in no sum for it,
 * asks for their number, unless --without gave just that. 0, or a status of
 * sysexits.h after printing why not.
 */
int agree_to_delivery(const struct arguments *, const struct chain *);

#endif
