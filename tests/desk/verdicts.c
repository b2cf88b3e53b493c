/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/desk/verdicts.h"

#include "tests/desk/workplace.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <cmocka.h>

void verdict_of(struct verdict *out, const char *command)
{
	const int status = run("%s --json", command);
	json_t *report = json_loads(said, JSON_DISABLE_EOF_CHECK, NULL);
	size_t index;
	json_t *check;
	assert_non_null(report);
	*out = (struct verdict){ 0 };
	json_array_foreach(json_object_get(report, "checks"), index, check)
	{
		if (out->check[0] != '\0' ||
			!json_is_false(json_object_get(check, "passed")))
			continue;
		snprintf(out->check, sizeof(out->check), "%s",
			json_string_value(json_object_get(check, "check")));
		snprintf(out->reason, sizeof(out->reason), "%s",
			json_string_value(json_object_get(check, "reason")));
	}
	json_decref(report);
	assert_status(status, out->check[0] == '\0' ? 0 : EX_DATAERR);
}

bool browser_is_wanted(void)
{
	static bool is_here;
	const char *left_out = getenv("SANDOQ_NO_BROWSER");
	if (left_out != NULL && left_out[0] != '\0')
		return false;
	if (!is_here && shell("command -v node chromium && "
			      "test -e build/page/verify.wasm && "
			      "test -e build/page/station.wasm && "
			      "test -e build/page-tests/installed") != 0)
		fail_msg("something of a browser is missing: make setup page; "
			 "tests/support/packages tests/page build/page-tests; "
			 "or leave it out by SANDOQ_NO_BROWSER=1");
	is_here = true;
	return true;
}

/* How many bundles wait in the folder "asked", and what is said of them. */
static struct {
	const char *options;
	unsigned count;
} asked;

void browser_begin(const char *options)
{
	asked.options = options;
	asked.count = 0;
	assert_int_equal(shell("mkdir %s/asked", folder), 0);
	assert_status(run("bundle page --sent sent.tar %s "
			  "--output asked/page.html",
			      options),
		0);
}

static void want(const struct verdict *ours)
{
	char path[256];
	snprintf(path, sizeof(path), "%s/asked/wanted", folder);
	FILE *wanted = fopen(path, "a");
	assert_non_null(wanted);
	if (ours->check[0] == '\0')
		fprintf(wanted, "%04u passed\n", asked.count);
	else
		fprintf(wanted, "%04u refused %s: %s\n", asked.count,
			ours->check, ours->reason);
	assert_int_equal(fclose(wanted), 0);
}

void browser_ask(const char *sent, const struct verdict *ours)
{
	if (asked.options == NULL)
		return;
	asked.count++;
	want(ours);
	if (ours->check[0] != '\0')
		assert_int_equal(shell("cp %s/%s %s/asked/%04u.tar", folder,
					 sent, folder, asked.count),
			0);
	else
		assert_status(run("bundle page --sent %s %s --output "
				  "asked/%04u.html",
				      sent, asked.options, asked.count),
			0);
}

void browser_agrees(void)
{
	assert_int_not_equal(asked.count, 0);
	assert_status(
		shell("node build/page-tests/forged.mjs %s/asked "
		      ">%s/asked/got && diff %s/asked/wanted %s/asked/got",
			folder, folder, folder, folder),
		0);
}
