/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `sandoq manual`: the manual page of a group of commands, in mdoc(7), from the
 * table that --help is printed from.
 */
#ifndef SANDOQ_DESK_MANUAL_H
#define SANDOQ_DESK_MANUAL_H

/*
 * Of sandoq itself when `group` is NULL. 0, or a status of sysexits.h after
 * printing what is wrong.
 */
int manual_print(const char *group);

#endif
