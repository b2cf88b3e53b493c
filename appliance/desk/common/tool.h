/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Another program, run to its end: what it says is shown when it fails. It
 * gets no input, a language that is not the user's, and those descriptors
 * that it is given.
 */
#ifndef SANDOQ_DESK_COMMON_TOOL_H
#define SANDOQ_DESK_COMMON_TOOL_H

#include <stddef.h>

/* How a descriptor that is kept is named on its command line. */
#define TOOL_DESCRIPTOR "/proc/self/fd/%d"

/*
 * The words begin with its name, which is looked up in the PATH and in the
 * folders of administration, and end with NULL. 0, or a status of sysexits.h
 * after printing what is wrong; `package` is where people get it from.
 */
int tool_run(const char *const *words, const char *package, const int *keep,
	size_t count);

#endif
