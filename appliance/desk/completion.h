/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `sandoq completion`: what lets a shell complete the words of a line, from the
 * table that --help is printed from.
 */
#ifndef SANDOQ_DESK_COMPLETION_H
#define SANDOQ_DESK_COMPLETION_H

/*
 * For bash, zsh or fish. 0, or a status of sysexits.h after printing what is
 * wrong.
 */
int completion_print(const char *shell);

#endif
