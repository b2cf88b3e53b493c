/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `election sign`: signs a definition, as a member of its authority. Signs no
 * definition that the machine would not read, nor one whose names are not in
 * NFC, and warns of names that look alike before it asks.
 */
#include "appliance/desk/common/signable.h"
#include "appliance/desk/common/signing.h"
#include "appliance/desk/desk.h"

const struct option election_sign_options[] = {
	{ "DEFINITION", NULL, "the election's definition, JSON", REQUIRED },
	OPTION_KEY("an authority member's"),
	OPTION_NOTE,
	OPTION_YES,
	OPTION_OUTPUT("definition note"),
	OPTION_END,
};

static int sign(const struct arguments *arguments, const struct plan *plan)
{
	const struct statement_value value[] = {
		{ DEFINITION_ELECTION, bytes_of_text(plan->id), 0, NULL },
		{ DEFINITION_DIGEST,
			bytes_of(plan->definition.byte, SHA256_SIZE), 0, NULL },
	};
	return sign_values(arguments, STATEMENT_DEFINITION, plan->rehearsal,
		&plan->roster[AUTHORITY], value,
		sizeof(value) / sizeof(value[0]));
}

int election_sign_command(const struct arguments *arguments)
{
	struct file file;
	struct definition definition;
	const char *path = argument(arguments, "DEFINITION");
	int status = signable_read(path, &file, &definition);
	if (status != 0)
		return status;
	status = signable_warn(path, &definition, NULL);
	if (status == 0)
		status = sign(arguments, &definition.plan);
	definition_free(&definition);
	file_free(&file);
	return status;
}
