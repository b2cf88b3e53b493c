/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/asking.h"

#include "appliance/desk/common/files.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

int ask(const struct asking *asking)
{
	char answer[8];
	if (isatty(STDIN_FILENO) != 1)
		return fail(EX_USAGE, NULL, 0, "%s", asking->nobody);
	fprintf(stderr, "%s Write yes: ", asking->question);
	if (fgets(answer, sizeof(answer), stdin) == NULL ||
		strcmp(answer, "yes\n") != 0)
		return fail(EX_TEMPFAIL, NULL, 0, "%s", asking->declined);
	return 0;
}
