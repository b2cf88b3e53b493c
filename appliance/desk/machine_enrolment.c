/* SPDX-License-Identifier: Apache-2.0 */
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
	static uint8_t text[STATEMENT_MOST];
	struct writer out = writer_of(text, sizeof(text));
	struct text_writer writer =
		text_begin(&statement_form[STATEMENT_ENROLMENT], false, &out);
	struct statement_value value[ENROLMENT_VALUES];
	struct signer signer;
	enrolment_values(chain, value);
	for (size_t i = 0; i < ENROLMENT_VALUES; i++)
		statement_put(&writer, &value[i]);
	refusal refused = text_end(&writer);
	if (refused != NULL)
		return fail(EX_SOFTWARE, NULL, 0, "%s", refused);
	int status = signer_read(
		argument(arguments, "--key"), &chain->operator_quorum, &signer);
	if (status != 0)
		return status;
	status = sign_text(arguments, written(&out), &signer);
	signer_free(&signer);
	return status;
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
