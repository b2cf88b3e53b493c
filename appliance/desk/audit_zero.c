/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `audit zero`: reports that a machine starts from zeros. Tells them only when
 * every check has passed and no box was taken in.
 */
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/desk.h"
#include "appliance/desk/reports/result_print.h"
#include "appliance/desk/reports/result_table.h"

const struct option audit_zero_options[] = {
	OPTION_SENT,
	OPTION_DEFINITION,
	OPTION_AUTHORITIES,
	OPTION_FORMAT,
	OPTION_DAY,
	OPTION_JSON,
	OPTION_END,
};

static int report_zeros(const struct arguments *arguments,
	const struct told *told, const struct checks *checks)
{
	struct report report = report_begin(arguments);
	report_hex(&report, "checkpoint",
		bytes_of(told->chain->checkpoint_root.byte, SHA256_SIZE));
	int status = report_result(&report, told);
	report_checks(&report, checks);
	return report_end(&report, status);
}

static int tell_zeros(const struct arguments *arguments,
	const struct chain *chain, const struct checks *checks)
{
	const struct definition *definition = chain->evidence->definition;
	struct result result;
	const struct told told = {
		.definition = definition, .chain = chain, .result = &result
	};
	int status;
	if (!result_init(&result, &definition->plan))
		status = fail(EX_OSERR, NULL, 0, "no memory is left");
	else if (format_given(arguments))
		status = format_print(arguments, &told);
	else
		status = report_zeros(arguments, &told, checks);
	result_free(&result);
	return status;
}

/* Numbers, all zeros, are told only when every check has passed. */
static int audit_zero(
	const struct arguments *arguments, const struct evidence *evidence)
{
	static struct chain chain;
	struct checks checks;
	const char *sent = argument(arguments, "--sent");
	int status;
	if (!verify(VERIFY_INTAKE, evidence, &chain, &checks))
		status = refused_checks(arguments, &checks, UNDONE_NUMBERS);
	else if (chain.fold.last[ENTRY_BOX] != UINT64_MAX)
		status = fail(EX_DATAERR, sent, 0,
			"the machine took a box in; zeros are reported before "
			"the first");
	else
		status = tell_zeros(arguments, &chain, &checks);
	verify_free(&chain);
	return status;
}

int audit_zero_command(const struct arguments *arguments)
{
	const int status = format_check(arguments);
	return status != 0 ? status : with_evidence(arguments, audit_zero);
}
