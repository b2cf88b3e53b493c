/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/record/state.h"

const char *state_name(enum machine_state state)
{
	static const char *const name[] = {
		[STATE_BLANK] = "blank",
		[STATE_ENROLLED] = "enrolled",
		[STATE_SEALED] = "sealed",
		[STATE_INTAKE] = "intake",
		[STATE_OPEN] = "open",
		[STATE_CLOSED] = "closed",
		[STATE_APPROVED] = "approved",
		[STATE_RELEASED] = "released",
		[STATE_FAILED] = "failed",
	};
	return name[state];
}
