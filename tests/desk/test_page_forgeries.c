/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whatever evidence tests/verify/test_verify.c has refused is refused by a
 * result page in Chromium for the same reason as by sandoq.
 */
#include "tests/desk/verdicts.h"
#include "tests/desk/workplace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FORGERIES_LEAST = 50 };

static int make(void **state)
{
	(void)state;
	workplace_make();
	return 0;
}

static int drop(void **state)
{
	(void)state;
	workplace_drop();
	return 0;
}

/* Names of bundles, no two of which are alike, or like the true one. */
static char *forged(void)
{
	assert_status(
		shell("cd %s && sha256sum sent.tar refused-*.tar | "
		      "sort -u -k 1,1 | sed -n 's/.*  \\(refused\\)/\\1/p'",
			folder),
		0);
	return strdup(said);
}

static void browsers_refuse_the_same(void **state)
{
	unsigned count = 0;
	char *rest = NULL;
	(void)state;
	if (!browser_is_wanted())
		skip();
	assert_status(shell("SANDOQ_REFUSED=%s "
			    "\"$(dirname '%s')/tests/verify/test_verify\"",
			      folder, program),
		0);
	browser_begin(TRUSTED);
	char *names = forged();
	for (char *name = strtok_r(names, "\n", &rest); name != NULL;
		name = strtok_r(NULL, "\n", &rest)) {
		struct verdict ours;
		char command[512];
		snprintf(command, sizeof(command),
			"bundle verify --sent %s " TRUSTED, name);
		verdict_of(&ours, command);
		browser_ask(name, &ours);
		count++;
	}
	free(names);
	assert_in_range(count, FORGERIES_LEAST, 9999);
	browser_agrees();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(browsers_refuse_the_same),
	};
	return cmocka_run_group_tests(tests, make, drop);
}
