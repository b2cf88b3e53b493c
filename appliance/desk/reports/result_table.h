/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A result as a command tells it: to people, who is elected and what each
 * station had, a table each; as JSON, the members that told.h writes.
 */
#ifndef SANDOQ_DESK_REPORTS_RESULT_TABLE_H
#define SANDOQ_DESK_REPORTS_RESULT_TABLE_H

#include "appliance/desk/common/report.h"
#include "appliance/verify/told.h"

/*
 * Of definition, result and delivery; the outcomes are found here. 0, or a
 * status of sysexits.h after printing what is wrong.
 */
int report_result(struct report *, const struct told *);

#endif
