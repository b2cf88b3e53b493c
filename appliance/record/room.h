/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much of the journal's partition an election needs, at the worst: what
 * its boxes take, and what is kept for the entries that must always be
 * written, so that nothing that a medium brings can take their place. Pure.
 *
 * All sizes are bytes on the partition, whole entries.
 */
#ifndef SANDOQ_RECORD_ROOM_H
#define SANDOQ_RECORD_ROOM_H

#include "appliance/election/plan.h"
#include "appliance/record/journal.h"

struct room {
	/* Boxes that are due, of all stations. */
	uint64_t due;
	/*
	 * They, each on a medium of its own, and what may be refused: with
	 * every ballot that was issued, no two alike, as many choices on each
	 * as it may have.
	 */
	uint64_t boxes;
	/* New headers of all boxes, and the stations' parts: one count. */
	uint64_t count;
	/* From the opening to the release, counts begun again; restarts,
	 * failures, software. */
	uint64_t kept;
};

struct room room_of_plan(const struct plan *);

/*
 * One box with all ballots of its station: of those that are larger somebody
 * may make any number, up to the largest box that there is.
 */
uint64_t room_of_box(const struct plan *, size_t station);

/* The end of a medium. */
uint64_t room_of_medium(void);

/*
 * A partition that was just made, for one election with a definition of that
 * many bytes: with the enrolment, and all of the above.
 */
uint64_t room_of_partition(const struct plan *, size_t definition);

#endif
