/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the election was called off: by its authority's quorum, and by the
 * auditors' as well once the count was closed. An election that was has no
 * further step, whoever approves one.
 */
#include "appliance/record/members.h"
#include "appliance/verify/checks.h"
#include "appliance/verify/values.h"

#include <string.h>

static bool is_abandoned(const struct chain *chain)
{
	return chain->fold.state == STATE_ABANDONED;
}

refusal verify_going_on(struct chain *chain)
{
	return is_abandoned(chain) ? "the election was called off: see the "
				     "abandonment note"
				   : NULL;
}

void abandonment_values(const struct chain *chain,
	struct statement_value value[ABANDONMENT_VALUES])
{
	const struct plan *plan = &chain->evidence->definition->plan;
	const struct digest *definition = &chain->terms.definition;
	const struct statement_value list[ABANDONMENT_VALUES] = {
		{ ABANDONMENT_ELECTION, bytes_of_text(plan->id), 0,
			"it is of another election" },
		{ ABANDONMENT_MEANING,
			bytes_of_text(statement_meaning(STATEMENT_ABANDONMENT)),
			0, "it means something else" },
		{ ABANDONMENT_DEFINITION,
			bytes_of(definition->byte, SHA256_SIZE), 0,
			"it is of another definition" },
		{ ABANDONMENT_AK, tpm_name_bytes(&chain->machine.ak), 0,
			"it names the attestation key of another TPM" },
		{ ABANDONMENT_PHASE, bytes_of(NULL, 0), chain->terms.phase,
			"it names another phase" },
	};
	memcpy(value, list, sizeof(list));
}

static refusal check_signatures(
	const struct chain *chain, const struct statement *statement)
{
	const struct plan *plan = &chain->evidence->definition->plan;
	const refusal refused = statement_signed_by_quorum(
		statement, &plan->roster[AUTHORITY], NULL);
	if (refused != NULL || chain->fold.last[ENTRY_CLOSED] == UINT64_MAX)
		return refused;
	return statement_signed_by_quorum(
		       statement, &plan->roster[AUDITORS], NULL) == NULL
		       ? NULL
		       : "the count was closed, and the auditors' quorum has "
			 "not signed it";
}

refusal verify_abandonment(struct chain *chain)
{
	struct statement statement;
	struct statement_value value[ABANDONMENT_VALUES];
	if (!is_abandoned(chain))
		return "no entry of the journal calls the election off";
	refusal refused = statement_open(STATEMENT_ABANDONMENT,
		archive_find(chain->evidence->sent, MEMBER_ABANDONMENT),
		&statement);
	abandonment_values(chain, value);
	if (refused == NULL)
		refused = statement_says(&statement.text, chain->rehearsal,
			value, ABANDONMENT_VALUES);
	if (refused == NULL)
		refused = check_signatures(chain, &statement);
	if (refused == NULL)
		chain->abandoned =
			text_value(&statement.text, ABANDONMENT_REASON);
	return refused;
}
