/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is on a stick, in words for people: its partition table, its file
 * systems, and the archive, if there is one.
 */
#ifndef SANDOQ_DESK_COMMON_STICK_TOLD_H
#define SANDOQ_DESK_COMMON_STICK_TOLD_H

#include "appliance/desk/common/stick_file.h"

#include <jansson.h>

/*
 * "table" and "volumes", unless the archive lies raw; with an archive "file",
 * "size" of that file, "kind" and "what" of its label. `found` is what
 * stick_file_look() gave. Goes on in the archive behind the label; *label is
 * why there was none. Owned by the caller.
 */
json_t *stick_told(struct stick_file *, refusal found,
	const struct courier_row **kind, uint64_t *capacity, refusal *label);

/* The same at the terminal, on stderr, a line each. */
void stick_show(int descriptor);

#endif
