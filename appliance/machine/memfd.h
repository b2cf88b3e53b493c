/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bulk between roles: anonymous files that nobody can change any more.
 */
#ifndef SANDOQ_MACHINE_MEMFD_H
#define SANDOQ_MACHINE_MEMFD_H

#include "appliance/formats/bytes.h"

/* A new sealed memfd with this content, or -1. The caller closes it. */
int memfd_of(struct bytes content);
/* The same of a start and then exactly `size` bytes of an open file. */
int memfd_of_file(struct bytes start, int file, size_t size);

/* A sealed memfd of a writer's content: -1 when the writer is broken. */
int memfd_written(const struct writer *);

/*
 * Maps a memfd read-only after checking that it is fully sealed and at most
 * `most` bytes. The mapping is the caller's to unmap, the descriptor stays
 * the caller's.
 */
refusal memfd_map(int memfd, size_t most, struct bytes *out);
void memfd_unmap(struct bytes *);
/* The same check alone. */
refusal memfd_check(int memfd, size_t most);

#endif
