/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long to wait for processes. The wall clock alone would give them up on a
 * busy computer, where they do the same in ten times the time. So the time in
 * which their threads stood in the queue for a processor, or one of them waited
 * for a disk, is not counted, but at least a tenth of all time is: waiting ends
 * ten times as long after the last progress at the latest. Progress is what
 * was read from them: whoever reads it begins to wait anew. Where the kernel
 * does not tell (proc(5), schedstat and stat), all counts.
 */
#ifndef SANDOQ_DESK_EMULATOR_PATIENCE_H
#define SANDOQ_DESK_EMULATOR_PATIENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { PATIENCE_PROCESSES = 2 };

struct patience {
	pid_t process[PATIENCE_PROCESSES]; /* 0 where there is none */
	uint64_t left_ms;
	uint64_t looked_ms; /* when the rest was looked at */
	uint64_t queued_ms; /* by all threads until then */
	uint64_t whole_ms;  /* what it was at first */
};

/* So many milliseconds from now on. */
struct patience patience_of(
	const pid_t process[PATIENCE_PROCESSES], uint64_t milliseconds);
bool patience_is_over(struct patience *);
/* Again as much: there was progress. */
void patience_renew(struct patience *);
/* Waits until `descriptor` can be read; false once patience is over. */
bool patience_readable(struct patience *, int descriptor);

#endif
