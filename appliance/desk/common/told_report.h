/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the verifier's library writes of a result, as part of a command's
 * report, or as all that the command prints.
 */
#ifndef SANDOQ_DESK_COMMON_TOLD_REPORT_H
#define SANDOQ_DESK_COMMON_TOLD_REPORT_H

#include "appliance/desk/common/report.h"
#include "appliance/verify/told.h"

typedef void told_teller(struct writer *, const struct told *);

/* The members of an object that it writes become members of the report. */
void report_told(struct report *, told_teller *, const struct told *);
/* 0, or a status of sysexits.h after printing what is wrong. */
int print_told(told_teller *, const struct told *);

#endif
