/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line of the machine's serial port, which is English, as the notice that
 * it was: so that it can be told in Persian, and what is to be done next.
 */
#ifndef SANDOQ_DESK_COMMON_NOTICE_READ_H
#define SANDOQ_DESK_COMMON_NOTICE_READ_H

#include "appliance/record/notices.h"

/* False when the table of notices has no such line. */
bool notice_read(const char *line, struct notice *out);

#endif
