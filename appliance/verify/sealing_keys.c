/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/verify/sealing_keys.h"

#include "appliance/election/statement.h"

refusal sealing_keys_trust(const struct plan *plan, struct bytes note,
	struct bytes area, struct sealing_keys *out)
{
	struct statement statement;
	struct digest policy;
	const struct tpm_name bk = public_name(area);
	const struct statement_value value[] = {
		{ ELECTION_KEYS_DEFINITION,
			bytes_of(plan->definition.byte, SHA256_SIZE), 0,
			"the keys are of another definition" },
		{ ELECTION_KEYS_BK, tpm_name_bytes(&bk), 0,
			"the note names another box key" },
	};
	refusal refused =
		statement_open(STATEMENT_ELECTION_KEYS, note, &statement);
	if (refused == NULL)
		refused = statement_signed_by_quorum(
			&statement, &plan->roster[AUTHORITY], NULL);
	if (refused == NULL)
		refused = statement_says(
			&statement.text, plan->rehearsal, value, 2);
	if (refused == NULL)
		refused = key_decode(KEY_BK, area, &policy, &out->terms.bk);
	if (refused != NULL)
		return refused;
	out->terms.plan = plan;
	out->terms.bk_name = bk;
	out->ak = text_name(&statement.text, ELECTION_KEYS_AK);
	out->rk = text_name(&statement.text, ELECTION_KEYS_RK);
	out->phase = text_number(&statement.text, ELECTION_KEYS_PHASE);
	return NULL;
}

size_t sealing_keys_recipients(const struct sealing_keys *keys,
	struct p256_public out[1 + RECIPIENTS_MOST])
{
	const struct plan *plan = keys->terms.plan;
	out[0] = keys->terms.bk;
	for (size_t i = 0; i < plan->recipients; i++)
		out[1 + i] = plan->recipient[i].key;
	return 1 + plan->recipients;
}
