/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Completeness: what became of the boxes that stations were to deliver. Told
 * wherever a person decides or reads, so that a missing box is never silence.
 *
 * It begins with no box at all. Then come the deliveries, as the journal has
 * them, and at last the result, if there is one.
 */
#ifndef SANDOQ_ELECTION_DELIVERY_H
#define SANDOQ_ELECTION_DELIVERY_H

#include "appliance/election/result.h"

struct delivery {
	const struct plan *plan; /* borrowed */
	bool has_result;
	size_t due;
	/* In the journal; of those that are due, each once. */
	size_t delivered;
	uint64_t refusals; /* deliveries that the machine did not take */
	/* Of a result. */
	size_t counted;
	size_t voids;
	size_t unopened; /* of the voids: by the word of who has the key */
	/* Neither delivered nor, in a result, counted or void. */
	size_t missing;
	size_t *missing_of; /* the same of each station of the plan */
	/* Each station's first place in `there`: which boxes were delivered. */
	size_t *first;
	bool *there;
};

/* Of boxes none is there. delivery_free() is due in either case. */
refusal delivery_begin(struct delivery *, const struct plan *);
void delivery_free(struct delivery *);
/* One that is not due, or is there already, adds nothing. */
void delivery_add_box(struct delivery *, uint16_t station, uint16_t sequence);
void delivery_add_refusals(struct delivery *, uint64_t count);
/* What is missing is now what this result, of the same plan, leaves out. */
void delivery_set_result(struct delivery *, const struct result *);
/* The same by what a result's head says, which is believed. */
refusal delivery_set_head(struct delivery *, struct bytes head);

/* Boxes whose votes are in no sum: missing ones, and void ones. */
size_t delivery_without(const struct delivery *);
/*
 * In one line: "11 of 12 boxes were delivered; missing: station-03; refused:
 * 2". What has no room in the writer is told as a number. It is ASCII.
 */
void delivery_line(const struct delivery *, struct writer *out);
/* The stations of it alone: "north (1 of 2), east, and 3 more". */
void delivery_write_missing(const struct delivery *, struct writer *out);

/*
 * How a box is called wherever a person reads of it: "station-03, box 1";
 * "station-03" when it has none of the station's numbers (0); "-" when no
 * station of the plan signed for it.
 */
enum { DELIVERY_BOX_MOST = ID_MOST + sizeof(", box 65535") };
void delivery_write_box(struct writer *, const struct plan *, uint16_t station,
	uint16_t sequence);

#endif
