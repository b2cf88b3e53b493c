/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/told_report.h"
#include "appliance/desk/common/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

void report_told(
	struct report *report, told_teller *tell, const struct told *told)
{
	struct bytes json = { 0 };
	if (!told_written(tell, told, &json))
		exit(fail(EX_OSERR, NULL, 0, "no memory is left"));
	report_members(report, json);
	free((void *)json.data);
}

int print_told(told_teller *tell, const struct told *told)
{
	struct bytes text = { 0 };
	if (!told_written(tell, told, &text))
		return fail(EX_OSERR, NULL, 0, "no memory is left");
	bool worked = fwrite(text.data, 1, text.size, stdout) == text.size &&
		      fflush(stdout) == 0;
	free((void *)text.data);
	return worked ? 0 : fail(EX_IOERR, "stdout", 0, "takes no more");
}
