/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/reports/result_print.h"
#include "appliance/desk/common/files.h"
#include "appliance/desk/common/told_report.h"
#include "appliance/desk/reports/result_formats.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

bool format_given(const struct arguments *arguments)
{
	return argument_given(arguments, "--format");
}

static int print_nist(
	const struct arguments *arguments, const struct told *told)
{
	char generated[sizeof("2026-05-01T20:00:00Z")];
	const time_t now = time(NULL);
	struct tm moment;
	gmtime_r(&now, &moment);
	strftime(generated, sizeof(generated), "%Y-%m-%dT%H:%M:%SZ", &moment);
	json_t *report = result_nist(told->definition, told->result,
		told->outcomes, told->delivery, argument(arguments, "--day"),
		generated);
	if (report == NULL)
		return fail(EX_OSERR, NULL, 0, "no memory is left");
	bool worked = json_dumpf(report, stdout,
			      JSON_INDENT(1) | JSON_PRESERVE_ORDER) == 0 &&
		      putchar('\n') != EOF && fflush(stdout) == 0;
	json_decref(report);
	return worked ? 0 : fail(EX_IOERR, "stdout", 0, "takes no more");
}

int format_print(const struct arguments *arguments, const struct told *given)
{
	struct outcomes outcomes;
	struct told told = *given;
	int status;
	refusal refused = outcomes_of(told.result, &outcomes);
	told.outcomes = &outcomes;
	if (refused != NULL)
		status = fail(EX_DATAERR, NULL, 0, "%s", refused);
	else if (strcmp(argument(arguments, "--format"), "nist") == 0)
		status = print_nist(arguments, &told);
	else
		status = print_told(told_csv, &told);
	outcomes_free(&outcomes);
	return status;
}

int format_check(const struct arguments *arguments)
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
