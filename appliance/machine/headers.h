/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The new age headers of the boxes that a count has opened, for those who
 * recount: no station can keep its box from them. Once, in the last pass of the
 * count that is closed, the keys role seals a box's file key to the recipients
 * that the definition lists, if the pass before found the MAC of the station's
 * header good under it, which commits to it.
 *
 * Many stand in one entry of the journal. Their root is that of a tree (RFC
 * 6962) with a leaf for each box of the journal, in its order: the header, or
 * nothing where there is none.
 */
#ifndef SANDOQ_MACHINE_HEADERS_H
#define SANDOQ_MACHINE_HEADERS_H

#include "appliance/machine/counting.h"
#include "appliance/machine/session.h"

struct header_of {
	bool box;
	bool opened; /* by the pass before */
	struct digest leaf;
};

struct headers {
	struct session *session;
	struct header_of *of; /* each leaf of the election's tree */
	uint64_t leaves;
	uint8_t *space;
	struct writer items; /* of the entry that is not full yet */
	size_t count;
};

/* headers_free() is due in either case. */
bool headers_begin(struct session *, struct headers *out);
void headers_free(struct headers *);
/* What the first pass found. */
void headers_told(struct headers *, const struct count_told *);
/* In the last pass: whether this box gets one, and then it. */
bool headers_wanted(const struct headers *, uint64_t leaf);
bool headers_take(struct headers *, uint64_t leaf, struct bytes header);
/* All are in the journal; their root. */
bool headers_end(struct headers *, struct digest *root);

#endif
