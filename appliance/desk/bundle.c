/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/common/ruling.h"
#include "appliance/desk/desk.h"
#include "appliance/desk/reports/result_print.h"
#include "appliance/desk/reports/result_table.h"

const struct option bundle_verify_options[] = {
	OPTION_SENT,
	OPTION_DEFINITION,
	OPTION_AUTHORITIES,
	OPTION_COMPARED_PROFILE,
	OPTION_NONCE,
	OPTION_JSON,
	OPTION_END,
};

const struct option bundle_report_options[] = {
	OPTION_SENT,
	OPTION_DEFINITION,
	OPTION_AUTHORITIES,
	OPTION_COMPARED_PROFILE,
	OPTION_RULING,
	OPTION_FORMAT,
	OPTION_DAY,
	OPTION_JSON,
	OPTION_END,
};

static void report_election(
	struct report *report, const struct definition *definition)
{
	report_text(report, "election", definition->plan.id);
	report_text(report, "title_fa", definition->title.fa);
	report_text(report, "title_en", definition->title.en);
	report_text(report, "mode",
		definition->plan.rehearsal ? "rehearsal" : "live");
}

/* Numbers are told only when every check has passed. */
static int tell(const struct arguments *arguments,
	const struct evidence *evidence, bool numbers)
{
	static struct chain chain;
	struct checks checks;
	int status = 0;
	bool worked = verify(VERIFY_RELEASED, evidence, &chain, &checks);
	bool format = numbers && format_given(arguments);
	if (worked && numbers)
		status = ruling_read(arguments, &chain.result);
	if (status == 0 && format) {
		status = worked ? format_print(arguments, evidence->definition,
					  &chain.result)
				: refused_checks(argument(arguments, "--sent"),
					  &checks);
		verify_free(&chain);
		return status;
	}
	struct report report = report_begin(arguments);
	report_election(&report, evidence->definition);
	report_hex(&report, "result",
		bytes_of(chain.result_digest.byte, SHA256_SIZE));
	if (worked && numbers && status == 0)
		status = report_result(
			&report, evidence->definition, &chain.result);
	report_checks(&report, &checks);
	verify_free(&chain);
	return report_end(&report, status);
}

static int bundle(const struct arguments *arguments, bool numbers)
{
	static struct evidence_files files;
	int status = evidence_read(arguments, &files);
	if (status == 0)
		status = tell(arguments, &files.evidence, numbers);
	evidence_free(&files);
	return status;
}

int bundle_verify_command(const struct arguments *arguments)
{
	return bundle(arguments, false);
}

int bundle_report_command(const struct arguments *arguments)
{
	int status = format_check(arguments);
	return status != 0 ? status : bundle(arguments, true);
}
