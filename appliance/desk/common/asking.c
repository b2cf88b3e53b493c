/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/asking.h"

#include "appliance/desk/common/files.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* Either word, whatever the language is: nobody says no with the other. */
static bool is_yes(const char *answer)
{
	return strcmp(answer, "yes\n") == 0 || strcmp(answer, "بله\n") == 0;
}

int ask(const struct asking *asking)
{
	char answer[8];
	if (isatty(STDIN_FILENO) != 1)
		return fail(EX_USAGE, NULL, 0, "%s", words_of(asking->nobody));
	fprintf(stderr, "%s %s ", words_of(asking->question),
		words_of(WORD_WRITE_YES));
	if (fgets(answer, sizeof(answer), stdin) == NULL || !is_yes(answer))
		return fail(
			EX_TEMPFAIL, NULL, 0, "%s", words_of(asking->declined));
	return 0;
}
