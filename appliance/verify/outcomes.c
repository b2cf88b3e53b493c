/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/verify/outcomes.h"

#include <stdlib.h>

refusal outcomes_of(const struct result *result, struct outcomes *out)
{
	const struct plan *plan = result->plan;
	refusal why = NULL;
	*out = (struct outcomes){ 0 };
	out->standing = calloc(plan->candidates, sizeof(*out->standing));
	if (!out->standing ||
		!tally_init(&out->total, plan, plan_all_contests(plan)))
		return "there is not enough memory";
	result_total(result, &out->total);
	for (uint16_t c = 0; c < plan->contests && why == NULL; c++)
		why = result_standings(result, &out->total, c,
			out->standing + plan->contest[c].first);
	return why;
}

void outcomes_free(struct outcomes *outcomes)
{
	tally_free(&outcomes->total);
	free(outcomes->standing);
	*outcomes = (struct outcomes){ 0 };
}

const char *outcome_told(enum outcome outcome, bool incomplete)
{
	if (!incomplete)
		return outcome_text(outcome);
	switch (outcome) {
	case ELECTED:
		return "elected by an incomplete count";
	case ALTERNATE:
		return "alternate by an incomplete count";
	default:
		return outcome_text(outcome);
	}
}
