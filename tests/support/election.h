/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Elections for tests: the sample city's with keys whose scalars are 1, 2,
 * 3 ..., and small ones that are made by hand.
 */
#ifndef SANDOQ_TESTS_SUPPORT_ELECTION_H
#define SANDOQ_TESTS_SUPPORT_ELECTION_H

#include "appliance/election/ballots.h"
#include "appliance/election/definition.h"
#include "appliance/election/tally.h"

/* The sample definition as JSON, which the caller frees. */
char *city_json(void);
/*
 * The same with one station and one contest "c1", of one seat and candidates
 * of these codes, in which a ballot may have this many marks.
 */
char *city_json_of(unsigned max_choices, const uint16_t *code, size_t codes);
/* The same as city_json(), read; definition_free it. */
void city_definition(struct definition *);

enum {
	VILLAGE_CANDIDATES = 6,
	VILLAGE_STATIONS = 3,
};

/*
 * Contest "council" with codes 1 to 6, 2 seats, 1 alternate, 3 choices and
 * no tie_break ranks; contest "mayor" with codes 1 to 3, 1 seat and 1 choice.
 * Stations "north" (council, 2 boxes), "south" (both) and "east" (mayor) with
 * 100 ballots each.
 */
struct village {
	struct plan plan;
	struct candidate candidate[VILLAGE_CANDIDATES + 3];
	struct station station[VILLAGE_STATIONS];
};

enum { COUNCIL, MAYOR };
enum { NORTH, SOUTH, EAST };

/* The plan borrows from the village. */
void village_init(struct village *);

/* What the sampler gives for one station: its payload, to be freed. */
struct bytes sampled_box(const struct plan *, uint16_t station, uint64_t seed);
/* Counts a payload into a tally that it makes; tally_free it. */
void count_box(const struct plan *, uint16_t station, uint16_t sequence,
	struct bytes payload, struct tally *);

#endif
