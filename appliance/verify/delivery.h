/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Completeness: what became of the boxes that stations were to deliver. Told
 * wherever a person decides or reads, so that a missing box is never silence.
 */
#ifndef SANDOQ_VERIFY_DELIVERY_H
#define SANDOQ_VERIFY_DELIVERY_H

#include "appliance/election/result.h"
#include "appliance/verify/chain.h"

struct delivery {
	const struct plan *plan; /* borrowed */
	bool has_result;
	size_t due;
	/* In the journal; of those that are due, each once. */
	size_t delivered;
	size_t refusals; /* deliveries that the machine did not take */
	/* Of a result. */
	size_t counted;
	size_t voids;
	/* Neither delivered nor, in a result, counted or void. */
	size_t missing;
	size_t *missing_of; /* the same of each station of the plan */
};

/*
 * Of a chain whose check "journal" has passed: by its result where it has one,
 * else by its journal. delivery_free() is due in either case.
 */
refusal delivery_of_chain(const struct chain *, struct delivery *out);
/* Of a result alone, which knows of no refusals. */
refusal delivery_of_result(const struct result *, struct delivery *out);
void delivery_free(struct delivery *);

/* Boxes whose votes are in no sum: missing ones, and void ones. */
size_t delivery_without(const struct delivery *);
/*
 * In one line: "11 of 12 boxes were delivered; missing: station-03; refused:
 * 2". What has no room in the writer is told as a number. It is ASCII.
 */
void delivery_line(const struct delivery *, struct writer *out);

#endif
