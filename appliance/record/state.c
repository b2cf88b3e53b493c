/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/record/state.h"

#include "tpm/policy/machine_policy.h"

static const struct {
	const char *name;
	uint64_t phases;
} rows[] = {
	[STATE_BLANK] = { "blank", 0 },
	[STATE_ENROLLING] = { "enrolling", 0 },
	[STATE_ENROLLED] = { "enrolled", 0 },
	[STATE_SEALED] = { "sealed", 0 },
	[STATE_INTAKE] = { "intake", 0 },
	[STATE_OPEN] = { "open", PHASES_TO_OPEN },
	[STATE_CLOSED] = { "closed", PHASES_TO_CLOSED },
	[STATE_APPROVED] = { "approved", PHASES_TO_CLOSED },
	[STATE_RELEASED] = { "released", PHASES_TO_RELEASED },
	[STATE_ABANDONED] = { "abandoned", PHASES_TO_RELEASED },
	[STATE_FAILED] = { "failed", 0 },
};

const char *state_name(enum machine_state state)
{
	return rows[state].name;
}

uint64_t state_phases(enum machine_state state)
{
	return rows[state].phases;
}
