/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `machine enrolment`: signs that a machine was enrolled, as one of its
 * operators. Signs nothing that was not verified.
 */
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/common/signing.h"
#include "appliance/desk/desk.h"

const struct option machine_enrolment_options[] = {
	OPTION_SENT,
	OPTION_OPERATORS(REQUIRED),
	OPTION_AUTHORITIES,
	{ "--secret", "FILE",
		"the secret of 'sandoq machine enrol', by who made it",
		OPTIONAL },
	OPTION_KEY("an operator's"),
	OPTION_NOTE,
	OPTION_YES,
	OPTION_OUTPUT("enrolment note"),
	OPTION_END,
};

static int sign_enrolment(
	const struct arguments *arguments, const struct chain *chain)
{
	struct statement_value value[ENROLMENT_VALUES];
	enrolment_values(chain, value);
	return sign_values(arguments, STATEMENT_ENROLMENT, false,
		&chain->operator_roster, value, ENROLMENT_VALUES);
}

int machine_enrolment_command(const struct arguments *arguments)
{
	static struct evidence_files files;
	static struct chain chain;
	struct checks checks;
	int status = evidence_read(arguments, &files);
	if (status == 0 &&
		!verify(VERIFY_ENROLMENT, &files.evidence, &chain, &checks))
		status = refused_checks(argument(arguments, "--sent"), &checks);
	else if (status == 0) {
		/* What the approved boot demands of R at most. */
		chain.revocation_base = chain.in_force->boot.epoch;
		status = sign_enrolment(arguments, &chain);
	}
	verify_free(&chain);
	evidence_free(&files);
	return status;
}
