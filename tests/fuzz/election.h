/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small election for fuzz targets: contest "c" with codes 1 to 3 and two
 * choices, contest "d" with code 1; station "s" has both, with 1000 ballots
 * and 2 boxes. Its keys have the scalars 1, 2, 3 ...
 */
#ifndef SANDOQ_TESTS_FUZZ_ELECTION_H
#define SANDOQ_TESTS_FUZZ_ELECTION_H

#include "appliance/election/plan.h"
#include "tests/fuzz/property.h"

static struct candidate small_candidates[4] = { { .code = 1 }, { .code = 2 },
	{ .code = 3 }, { .code = 1 } };
static struct station small_station = {
	.id = "s", .contests = { { 3 } }, .ballots_issued = 1000, .boxes = 2
};
static const struct plan small_plan = {
	.id = "e",
	.contests = 2,
	.contest = { { "c", RELATIVE_MAJORITY_1, 1, 1, 2, 0, 3, 0 },
		{ "d", RELATIVE_MAJORITY_1, 1, 0, 1, 0, 1, 3 } },
	.candidates = 4,
	.candidate = small_candidates,
	.stations = 1,
	.station = &small_station,
};

static inline struct p256_public small_key(unsigned scalar)
{
	uint8_t bytes[P256_SIZE] = { 0 };
	struct p256_private *private = NULL;
	bytes[P256_SIZE - 1] = (uint8_t)scalar;
	property(!p256_from_scalar(bytes, &private));
	struct p256_public public = p256_public_of(private);
	p256_free(private);
	return public;
}

#endif
