#include "appliance/desk/desk.h"
#include "appliance/desk/evidence.h"
#include "appliance/desk/result_formats.h"
#include "appliance/desk/result_table.h"
#include "appliance/desk/ruling.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

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
	{ "--format", "NAME",
		"for programs: nist (SP 1500-100 version 2, JSON) or csv",
		OPTIONAL },
	{ "--day", "YYYY-MM-DD", "day of the election, which nist demands",
		OPTIONAL },
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

static int print_nist(const struct arguments *arguments,
	const struct definition *definition, const struct result *result,
	const struct outcomes *outcomes)
{
	char generated[sizeof("2026-05-01T20:00:00Z")];
	const time_t now = time(NULL);
	struct tm moment;
	gmtime_r(&now, &moment);
	strftime(generated, sizeof(generated), "%Y-%m-%dT%H:%M:%SZ", &moment);
	json_t *report = result_nist(definition, result, outcomes,
		argument(arguments, "--day"), generated);
	if (report == NULL)
		return fail(EX_OSERR, NULL, 0, "no memory is left");
	bool good = json_dumpf(report, stdout,
			    JSON_INDENT(1) | JSON_PRESERVE_ORDER) == 0 &&
		    putchar('\n') != EOF && fflush(stdout) == 0;
	json_decref(report);
	return good ? 0 : fail(EX_IOERR, "stdout", 0, "takes no more");
}

static int print_format(const struct arguments *arguments,
	const struct definition *definition, const struct result *result)
{
	struct outcomes outcomes;
	int status = 0;
	refusal refused = outcomes_of(result, &outcomes);
	if (refused != NULL)
		status = fail(EX_DATAERR, NULL, 0, "%s", refused);
	else if (strcmp(argument(arguments, "--format"), "nist") == 0)
		status = print_nist(arguments, definition, result, &outcomes);
	else if (!result_csv(stdout, definition, result, &outcomes))
		status = fail(EX_IOERR, "stdout", 0, "takes no more");
	outcomes_free(&outcomes);
	return status;
}

/* What only the report has to check about its options. */
static int check_format(const struct arguments *arguments)
{
	const char *format = argument(arguments, "--format");
	const char *day = argument(arguments, "--day");
	struct tm moment = { 0 };
	const char *end;
	if (format == NULL)
		return 0;
	if (argument_given(arguments, "--json"))
		return fail(EX_USAGE, NULL, 0,
			"--format and --json are two forms; give one");
	if (strcmp(format, "csv") == 0)
		return 0;
	if (strcmp(format, "nist") != 0)
		return fail(EX_USAGE, NULL, 0,
			"there is no format '%s'; give nist or csv", format);
	end = day == NULL ? NULL : strptime(day, "%Y-%m-%d", &moment);
	return end != NULL && *end == '\0' && end == day + 10
		       ? 0
		       : fail(EX_USAGE, NULL, 0,
				 "nist needs the day of the election; give "
				 "--day, as 2026-05-01");
}

/* Numbers are told only when every check has passed. */
static int tell(const struct arguments *arguments,
	const struct evidence *evidence, bool numbers)
{
	static struct chain chain;
	struct checks checks;
	int status = 0;
	bool good = verify(VERIFY_RELEASED, evidence, &chain, &checks);
	bool format = numbers && argument_given(arguments, "--format");
	if (good && numbers)
		status = ruling_read(arguments, &chain.result);
	if (status == 0 && format) {
		status = good ? print_format(arguments, evidence->definition,
					&chain.result)
			      : refused_checks(
					argument(arguments, "--sent"), &checks);
		verify_free(&chain);
		return status;
	}
	struct report report = report_begin(arguments);
	report_election(&report, evidence->definition);
	report_hex(&report, "result",
		bytes_of(chain.result_digest.byte, SHA256_SIZE));
	if (good && numbers && status == 0)
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
	int status = check_format(arguments);
	return status != 0 ? status : bundle(arguments, true);
}
