/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A station's ballots from the files that people have: CSV (csv.h) and cast
 * vote records (cvr.h), told apart by how they start. The file is read as a
 * stream; only the ballots are held.
 */
#ifndef SANDOQ_DESK_COMMON_BALLOTS_FILE_H
#define SANDOQ_DESK_COMMON_BALLOTS_FILE_H

#include "appliance/desk/common/options.h"
#include "appliance/election/ballots.h"

#define OPTION_MAP                                                             \
	{                                                                      \
		"--map", "FILE",                                               \
			"what the ids in cast vote records mean, CSV",         \
			OPTIONAL                                               \
	}

/*
 * Adds the ballots of BALLOTS, read with --map, to the list. 0, or a status of
 * sysexits.h after naming the line and record that is wrong.
 */
int ballots_read(const struct arguments *, const struct plan *,
	struct ballots_list *out);

#endif
