/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first member of a courier archive, which says what kind of medium it
 * is: docs/protocols/courier.md, "The first member".
 */
#ifndef SANDOQ_DESK_COMMON_COURIER_MEMBER_H
#define SANDOQ_DESK_COMMON_COURIER_MEMBER_H

#include <stdbool.h>

#define COURIER_MEMBER "courier"
/* The kind and a line break follow it. */
#define COURIER_FIRST_WORD "sandoq/courier/v1 "

/* Of the whole line, in bytes. */
enum { COURIER_LINE_MOST = 64 };

bool courier_is_kind(const char *word);

#endif
