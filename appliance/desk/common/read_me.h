/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lies beside the archive on a stick, for whoever finds it: what the
 * stick is, and to whom it has to be brought, in Persian and English.
 */
#ifndef SANDOQ_DESK_COMMON_READ_ME_H
#define SANDOQ_DESK_COMMON_READ_ME_H

#include "appliance/record/courier.h"

#define READ_ME "READ-ME.txt"
/* Its short name, under which it is found. */
#define READ_ME_SHORT "READ-ME.TXT"

enum { READ_ME_MOST = 4096 };

/* What a medium of this kind is, in English. */
const char *read_me_what(enum courier_kind);
/* UTF-8 with its mark in front, and lines as Windows has them. */
void write_read_me(struct writer *, enum courier_kind, const char *file);

#endif
