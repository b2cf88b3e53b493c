/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every report of a released result begins with: which election it is
 * of, and the digest of the result that the machine signed.
 */
#ifndef SANDOQ_DESK_REPORTS_RELEASED_H
#define SANDOQ_DESK_REPORTS_RELEASED_H

#include "appliance/desk/common/report.h"
#include "appliance/verify/verify.h"

/* Of a chain that verify() has filled, whatever came of it. No numbers. */
void report_released(struct report *, const struct chain *);

#endif
