/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The village's election (election.h) with its boxes sealed, in memory, to be
 * counted as a machine and an auditor count them. Needs cmocka; every function
 * fails the test when it fails.
 */
#ifndef SANDOQ_TESTS_SUPPORT_SEALED_VILLAGE_H
#define SANDOQ_TESTS_SUPPORT_SEALED_VILLAGE_H

#include "appliance/machine/counting.h"
#include "tests/support/election.h"

enum { SEALED_BOXES_MOST = 256 };

/* `task` and `source` may be changed before a count. */
struct sealed_village {
	struct village village;
	struct p256_private *bk;
	size_t boxes;
	struct count_place place[SEALED_BOXES_MOST];
	int box[SEALED_BOXES_MOST]; /* memfds of items */
	size_t next;
	/* The stations' parts of the last count. */
	struct writer parts;
	struct count_task task;
	struct count_source source;
	/* Ballots that the next notes tell beyond what is in the box. */
	uint32_t told_more;
};

/* `issued` ballots at each station, so many boxes; not to be moved. */
void sealed_village_init(struct sealed_village *, enum sandbox_setting,
	uint32_t issued, uint16_t boxes);
void sealed_village_free(struct sealed_village *);

/* The start of the box key's scalar, which is no small number. */
void sealed_village_secret(
	const struct sealed_village *, uint8_t *out, size_t size);

/* Signed by the station, sealed to the box key. */
void sealed_village_add(struct sealed_village *, uint16_t station,
	uint16_t sequence, struct bytes payload);
/* The same of made-up ballots for the council, four marks each, all unlike. */
void sealed_village_add_ballots(struct sealed_village *, uint16_t station,
	uint16_t sequence, size_t ballots);

/* All boxes from the first; true when there is a result. */
bool sealed_village_count(
	struct sealed_village *, struct count_outcome *, struct notice *why);

/*
 * The text of a result, its head and all parts, which free() frees; closes the
 * memfd.
 */
char *outcome_text_of(const struct sealed_village *, struct count_outcome *);

#endif
