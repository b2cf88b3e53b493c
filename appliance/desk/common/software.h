/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Software that the operators approved, one line each: which of it counted, and
 * what was approved while the election went on, by whom.
 */
#ifndef SANDOQ_DESK_COMMON_SOFTWARE_H
#define SANDOQ_DESK_COMMON_SOFTWARE_H

#include "appliance/desk/common/report.h"
#include "appliance/verify/chain.h"

/* In a report of a chain; nothing where no approval was verified. */
void report_software(struct report *, const struct chain *);
/* On standard error, before somebody is asked to sign about a chain. */
void show_software(const struct chain *);

#endif
