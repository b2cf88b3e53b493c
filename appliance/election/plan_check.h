/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a plan makes sense: for those who make one, and those who read one.
 */
#ifndef SANDOQ_ELECTION_PLAN_CHECK_H
#define SANDOQ_ELECTION_PLAN_CHECK_H

#include "appliance/election/plan.h"

enum { PLAN_PLACE_MOST = 128 };

/*
 * Bounds, and what one field alone cannot show: that no two holders of keys
 * in any roles share an id or a key (nor its negative, which has the same x
 * coordinate and the same secret), that contests have ids and candidates
 * codes of their own, that both boards are in each quorum and can meet it; and
 * that a count of it and its result have room, whatever is voted: BOXES_MOST,
 * CELLS_MOST, PART_MOST.
 * `place`, which may be NULL, gets what is wrong in the definition's own
 * terms, as "contests[0].candidates[12].code".
 */
refusal plan_check(const struct plan *, char place[PLAN_PLACE_MOST]);

#endif
