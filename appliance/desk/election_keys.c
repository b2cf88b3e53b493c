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

static int sign_keys(
	const struct arguments *arguments, const struct evidence *evidence)
{
	static struct chain chain;
	struct checks checks;
	struct statement_value value[ELECTION_KEYS_VALUES];
	const struct plan *plan = &evidence->definition->plan;
	int status;
	if (verify(VERIFY_SEALED, evidence, &chain, &checks)) {
		election_keys_values(&chain, value);
		status = sign_values(arguments, STATEMENT_ELECTION_KEYS,
			plan->rehearsal, &plan->roster[AUTHORITY], value,
			ELECTION_KEYS_VALUES);
	} else {
		status = refused_checks(argument(arguments, "--sent"), &checks);
	}
	verify_free(&chain);
	return status;
}

int election_keys_command(const struct arguments *arguments)
{
	static struct evidence_files files;
	int status = evidence_read(arguments, &files);
	if (status == 0)
		status = sign_keys(arguments, &files.evidence);
	evidence_free(&files);
	return status;
}
