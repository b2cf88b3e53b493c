/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stations' parts of a result as a count gave them, in memfds, of which one
 * at a time is in the memory of this process: all are up to 120 MB.
 */
#ifndef SANDOQ_DESK_COMMON_PIECES_H
#define SANDOQ_DESK_COMMON_PIECES_H

#include "appliance/formats/bytes.h"

/* All zeros at first. */
struct pieces {
	int *memfd;
	size_t count;
	size_t next;
	struct bytes mapped;
};

/* Keeps a memfd, which stays the caller's too. */
refusal pieces_keep(struct pieces *, int memfd);
/* The first one is the next again. */
void pieces_rewind(struct pieces *);
/*
 * The next piece, until the one behind it is asked for; empty behind the last.
 * `context` is a struct pieces: a struct result_source has this.
 */
refusal pieces_next(void *context, struct bytes *piece);
void pieces_free(struct pieces *);

#endif
