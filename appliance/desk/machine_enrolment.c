/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `machine enrolment`: signs that a machine was enrolled, as one of its
 * operators. Signs nothing that was not verified.
 */
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/common/signing.h"
#include "appliance/desk/desk.h"
#include "appliance/formats/date.h"

#include <sysexits.h>

const struct option machine_enrolment_options[] = {
	OPTION_SENT,
	OPTION_OPERATORS(REQUIRED),
	OPTION_AUTHORITIES,
	{ "--date", "YYYY-MM-DD",
		"the day of the enrolment, on which the TPM's certificate "
		"has to be valid",
		REQUIRED },
	OPTION_KEY("an operator's"),
	OPTION_NOTE,
	OPTION_YES,
	OPTION_OUTPUT("enrolment note"),
	OPTION_END,
};

/* Only who had this TPM open a credential may sign that it was this one. */
static int check_signer(const struct arguments *arguments,
	const struct chain *chain, const struct signer *signer)
{
	return (chain->enrolled_by >> signer->member & 1) != 0
		       ? 0
		       : fail(EX_NOPERM, argument(arguments, "--key"), 0,
				 "this machine's TPM has opened no credential "
				 "of yours, so you do not know which one "
				 "answered; let those sign whose credentials "
				 "it opened");
}

static int sign_enrolment(
	const struct arguments *arguments, const struct chain *chain)
{
	struct statement_value value[ENROLMENT_VALUES];
	struct signer signer;
	int status = signer_read(arguments, &chain->operator_roster, &signer);
	if (status != 0)
		return status;
	status = check_signer(arguments, chain, &signer);
	enrolment_values(chain, value);
	if (status == 0)
		status = sign_values_as(arguments, STATEMENT_ENROLMENT, false,
			&signer, value, ENROLMENT_VALUES);
	signer_free(&signer);
	return status;
}

int machine_enrolment_command(const struct arguments *arguments)
{
	static struct evidence_files files;
	static struct chain chain;
	struct checks checks;
	const char *date = argument(arguments, "--date");
	int status = evidence_read(arguments, &files);
	if (status == 0 &&
		!date_decode(bytes_of_text(date), &files.evidence.now))
		status = fail(EX_USAGE, NULL, 0,
			"--date %s: give the day as YYYY-MM-DD", date);
	if (status == 0 &&
		!verify(VERIFY_ENROLMENT, &files.evidence, &chain, &checks))
		status = refused_checks(arguments, &checks, UNDONE_SIGNATURE);
	else if (status == 0) {
		/* What the approved boot demands of R at most. */
		chain.revocation_base = chain.in_force->boot.epoch;
		chain.date = bytes_of_text(date);
		status = sign_enrolment(arguments, &chain);
	}
	verify_free(&chain);
	evidence_free(&files);
	return status;
}
