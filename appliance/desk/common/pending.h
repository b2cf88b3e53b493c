/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that are not whole yet: SIGINT, SIGTERM and SIGHUP remove them before
 * they end the program.
 */
#ifndef SANDOQ_DESK_COMMON_PENDING_H
#define SANDOQ_DESK_COMMON_PENDING_H

/* Borrowed until it is dropped. More than PENDING_MOST at a time stay. */
enum { PENDING_MOST = 8 };

void pending_add(const char *path);
void pending_drop(const char *path);

#endif
