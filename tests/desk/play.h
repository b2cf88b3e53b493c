/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One process of a role, and a supervisor that only the test has: what
 * scenarios are made of. False as soon as an answer is not the one wanted.
 */
#ifndef SANDOQ_TESTS_DESK_PLAY_H
#define SANDOQ_TESTS_DESK_PLAY_H

#include "appliance/machine/peer.h"
#include "tests/desk/scenarios.h"

struct play {
	struct peer peer;
	struct wire_message answer; /* the last one; its descriptors too */
	struct notice why;
};

struct play play_start(
	const struct stage *, enum role, const int *granted, size_t count);
bool play_ask(struct play *, struct wire_said, const int *descriptor,
	size_t count, enum wire_type wanted);
/* One more message, without a question. */
bool play_next(struct play *, enum wire_type wanted);
/*
 * `well` is whether all went well until now: then the supervisor goes, and the
 * role has to end by itself with status 1. It is gone in any case.
 */
bool play_ends(struct play *, bool well);

scenario scenario_media;
bool scenario_media_is_possible(const struct stage *);

#endif
