/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `bundle report`: verifies a signed result and prints it, as a table or in
 * another format. Numbers are told only when every check has passed.
 */
#include "appliance/desk/common/completeness.h"
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/common/ruling.h"
#include "appliance/desk/common/told_report.h"
#include "appliance/desk/common/words.h"
#include "appliance/desk/desk.h"
#include "appliance/desk/reports/released.h"
#include "appliance/desk/reports/result_print.h"
#include "appliance/desk/reports/result_table.h"

#include <sysexits.h>

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
static int tell_people(
	const struct arguments *arguments, const struct told *told)
{
	struct report report = report_begin(arguments);
	int status = 0;
	if (told->delivery != NULL)
		report_delivery(&report, told->chain, told->delivery);
	report_released(&report, told->chain);
	if (told->delivery != NULL) {
		status = report_result(&report, told);
		report_text(&report, "flaws", words_in(WORD_FLAWS, ENGLISH));
	}
	report_checks(&report, told->checks);
	return report_end(&report, status);
}

static int tell_programs(const struct told *given)
{
	struct outcomes outcomes = { 0 };
	struct told told = *given;
	refusal refused = told.result == NULL
				  ? NULL
				  : outcomes_of(told.result, &outcomes);
	told.outcomes = &outcomes;
	int status = refused == NULL ? print_told(told_json, &told)
				     : fail(EX_DATAERR, NULL, 0, "%s", refused);
	outcomes_free(&outcomes);
	return status == 0 && told.result == NULL ? EX_DATAERR : status;
}

static int tell_format(
	const struct arguments *arguments, const struct told *told)
{
	return told->delivery != NULL ? format_print(arguments, told)
				      : refused_checks(arguments, told->checks,
						UNDONE_NUMBERS);
}

static int tell_told(const struct arguments *arguments, const struct told *told)
{
	if (format_given(arguments))
		return tell_format(arguments, told);
	return argument_given(arguments, "--json")
		       ? tell_programs(told)
		       : tell_people(arguments, told);
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
	const struct told told = {
		.definition = evidence->definition,
		.chain = &chain,
		.checks = &checks,
		.result = worked ? &chain.result : NULL,
		.delivery = worked ? &delivery : NULL,
	};
	if (status == 0)
		status = tell_told(arguments, &told);
	delivery_free(&delivery);
	verify_free(&chain);
	return status;
}

int bundle_report_command(const struct arguments *arguments)
{
	const int status = format_check(arguments);
	return status != 0 ? status : with_evidence(arguments, tell_verified);
}
