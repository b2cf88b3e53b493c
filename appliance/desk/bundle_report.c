/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `bundle report`: verifies a signed result and prints it, as a table or in
 * another format. Numbers are told only when every check has passed.
 */
#include "appliance/desk/common/completeness.h"
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/common/ruling.h"
#include "appliance/desk/common/words.h"
#include "appliance/desk/desk.h"
#include "appliance/desk/reports/released.h"
#include "appliance/desk/reports/result_formats.h"
#include "appliance/desk/reports/result_print.h"
#include "appliance/desk/reports/result_table.h"

const struct option bundle_report_options[] = {
	OPTION_SENT,
	OPTION_DEFINITION,
	OPTION_AUTHORITIES,
	OPTION_COMPARED_PROFILE(OPTIONAL),
	OPTION_RULING,
	OPTION_FORMAT,
	OPTION_DAY,
	OPTION_JSON,
	OPTION_END,
};

/* As `bundle verify` does, and numbers when every check has passed. */
static int tell_checks(const struct arguments *arguments,
	const struct chain *chain, const struct checks *checks,
	const struct delivery *delivery)
{
	struct report report = report_begin(arguments);
	int status = 0;
	if (delivery != NULL)
		report_delivery(&report, chain, delivery);
	report_released(&report, chain);
	if (delivery != NULL) {
		status = report_result(&report, chain->evidence->definition,
			&chain->result, delivery_without(delivery) > 0);
		report_text(&report, "flaws", words_in(WORD_FLAWS, ENGLISH));
	}
	report_checks(&report, checks);
	return report_end(&report, status);
}

static int tell_format(const struct arguments *arguments,
	const struct chain *chain, const struct checks *checks,
	const struct delivery *delivery)
{
	return delivery != NULL
		       ? format_print(arguments, chain->evidence->definition,
				 &chain->result, delivery)
		       : refused_checks(argument(arguments, "--sent"), checks);
}

/* The result with what is ruled about it, and the boxes that are in it. */
static int complete(const struct arguments *arguments, struct chain *chain,
	struct delivery *out)
{
	int status = ruling_read(arguments, &chain->result);
	if (status != 0)
		return status;
	refusal refused = delivery_of_chain(chain, out);
	return refused == NULL ? 0 : fail(EX_OSERR, NULL, 0, "%s", refused);
}

static int tell_verified(
	const struct arguments *arguments, const struct evidence *evidence)
{
	static struct chain chain;
	struct checks checks;
	struct delivery delivery = { 0 };
	bool worked = verify(VERIFY_RELEASED, evidence, &chain, &checks);
	int status = worked ? complete(arguments, &chain, &delivery) : 0;
	if (status == 0)
		status = (format_given(arguments) ? tell_format : tell_checks)(
			arguments, &chain, &checks, worked ? &delivery : NULL);
	delivery_free(&delivery);
	verify_free(&chain);
	return status;
}

int bundle_report_command(const struct arguments *arguments)
{
	static struct evidence_files files;
	int status = format_check(arguments);
	if (status != 0)
		return status;
	status = evidence_read(arguments, &files);
	if (status == 0)
		status = tell_verified(arguments, &files.evidence);
	evidence_free(&files);
	return status;
}
