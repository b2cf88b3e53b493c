/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Elections of the largest sizes that are legal, whose boxes are made when the
 * count asks for them: no disk holds them. Every candidate gets votes in every
 * box, of numbers that look random and come back for the same box, so that who
 * counts can be compared. Needs cmocka; every function fails the test when it
 * fails.
 */
#ifndef SANDOQ_TESTS_LIMITS_LARGEST_H
#define SANDOQ_TESTS_LIMITS_LARGEST_H

#include "appliance/machine/counting.h"
#include "tests/support/election.h"

struct largest_size {
	const char *name;
	size_t stations;
	uint16_t boxes; /* of each station */
	uint16_t contests;
	uint16_t candidates; /* of each contest */
	uint16_t voted_on;   /* contests of each station */
	/* Ballots that are all unlike fill the box. */
	bool full;
};

struct largest {
	const struct largest_size *size;
	struct village village; /* whose people hold it */
	struct plan *plan;
	struct p256_private *bk;
	struct count_task task;
	struct count_source source;
	uint64_t next;	/* box of the source */
	double made_in; /* seconds */
	/* Votes for each candidate of the plan, of the boxes that were made. */
	uint64_t *votes;
};

void largest_init(
	struct largest *, const struct largest_size *, enum sandbox_setting);
void largest_free(struct largest *);
uint64_t largest_boxes(const struct largest *);

#endif
