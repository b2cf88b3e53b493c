/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums and places of all contests, for whoever prints a result.
 */
#ifndef SANDOQ_VERIFY_OUTCOMES_H
#define SANDOQ_VERIFY_OUTCOMES_H

#include "appliance/election/result.h"

struct outcomes {
	struct tally total;
	/* Beside plan.candidate. */
	struct standing *standing;
};

/* outcomes_free is due in either case. */
refusal outcomes_of(const struct result *, struct outcomes *);
void outcomes_free(struct outcomes *);

/*
 * outcome_text(), for whoever reads a report: nobody is simply elected by a
 * count that lacks boxes.
 */
const char *outcome_told(enum outcome, bool incomplete);

#endif
