/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Days of the Gregorian calendar, as YYYY-MM-DD (RFC 3339, full-date), from
 * 1970 on.
 */
#ifndef SANDOQ_FORMATS_DATE_H
#define SANDOQ_FORMATS_DATE_H

#include "appliance/formats/bytes.h"

enum { DATE_SIZE = 10 };

/* `*end` is the last second of that day in UTC, since 1970. */
bool date_decode(struct bytes, int64_t *end);

#endif
