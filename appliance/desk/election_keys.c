/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `election keys`: signs the keys that a machine made for an election, as a
 * member of its authority. Signs nothing that was not verified.
 */
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/common/signing.h"
#include "appliance/desk/desk.h"

const struct option election_keys_options[] = {
	OPTION_DEFINITION,
	OPTION_SENT,
	OPTION_AUTHORITIES,
	OPTION_KEY("an authority member's"),
	OPTION_NOTE,
	OPTION_YES,
	OPTION_OUTPUT("election keys note"),
	OPTION_END,
};

static int sign_keys(const struct arguments *arguments, struct chain *chain)
{
	struct statement_value value[ELECTION_KEYS_VALUES];
	const struct plan *plan = &chain->evidence->definition->plan;
	election_keys_values(chain, value);
	return sign_values(arguments, STATEMENT_ELECTION_KEYS, plan->rehearsal,
		&plan->roster[AUTHORITY], value, ELECTION_KEYS_VALUES);
}

int election_keys_command(const struct arguments *arguments)
{
	return with_verified(
		arguments, VERIFY_SEALED, UNDONE_SIGNATURE, sign_keys);
}
