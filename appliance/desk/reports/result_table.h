/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A result as people read it: who is elected, with names in both languages.
 */
#ifndef SANDOQ_DESK_REPORTS_RESULT_TABLE_H
#define SANDOQ_DESK_REPORTS_RESULT_TABLE_H

#include "appliance/desk/common/report.h"
#include "appliance/election/definition.h"
#include "appliance/election/result.h"

/*
 * `incomplete`: boxes are missing or void, so that nobody is simply elected.
 * 0, or a status of sysexits.h after printing what is wrong.
 */
int report_result(struct report *, const struct definition *,
	const struct result *, bool incomplete);

#endif
