/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `bundle verify`: verifies a signed result and all behind it, and reports
 * every check. Signs nothing and tells no numbers.
 */
#include "appliance/desk/common/completeness.h"
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/desk.h"
#include "appliance/desk/reports/released.h"

const struct option bundle_verify_options[] = {
	OPTION_SENT,
	OPTION_DEFINITION,
	OPTION_AUTHORITIES,
	OPTION_COMPARED_PROFILE(OPTIONAL),
	OPTION_NONCE(OPTIONAL),
	OPTION_JSON,
	OPTION_END,
};

static int tell(
	const struct arguments *arguments, const struct evidence *evidence)
{
	static struct chain chain;
	struct checks checks;
	int status = 0;
	struct report report = report_begin(arguments);
	if (verify(VERIFY_RELEASED, evidence, &chain, &checks))
		status = report_completeness(&report, &chain);
	report_released(&report, &chain);
	report_checks(&report, &checks);
	verify_free(&chain);
	return report_end(&report, status);
}

int bundle_verify_command(const struct arguments *arguments)
{
	return with_evidence(arguments, tell);
}
