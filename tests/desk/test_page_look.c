/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Result pages as readers see them in Chromium: on a phone and on a desk, in
 * both languages, by keyboard and by axe-core. tests/page/look.mjs looks.
 */
#include "tests/desk/paper_files.h"
#include "tests/desk/verdicts.h"
#include "tests/desk/workplace.h"

#include "appliance/desk/common/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BUNDLE "bundle page --sent sent.tar " TRUSTED " "

enum { PAGE_MOST = 16 << 20, BEHIND_LABELS = 20000 };

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

/* The same page with another letter in its evidence. */
static void write_changed(void)
{
	static const char behind[] = "id=\"data-sent\">";
	struct file page;
	char *path = path_join(folder, "passed.html");
	assert_int_equal(file_read(path, PAGE_MOST, &page), 0);
	char *at = strstr((char *)page.data, behind);
	assert_non_null(at);
	at += BEHIND_LABELS;
	*at = *at == 'A' ? 'B' : 'A';
	write_file("refused.html", file_bytes(&page));
	file_free(&page);
	free(path);
}

/* PICTURES=FOLDER keeps what was seen. */
static void pages_are_readable(void **state)
{
	(void)state;
	if (!browser_is_wanted())
		skip();
	struct paper *paper = paper_make();
	paper_write_trusted(paper);
	paper_write_sent(paper);
	paper_free(paper);
	assert_status(run(BUNDLE "--output passed.html"), 0);
	write_changed();
	assert_status(
		shell("node build/page-tests/look.mjs %s $PICTURES >%s/looked "
		      "2>&1; tail -1 %s/looked; ! grep -A9 '^not ok' %s/looked",
			folder, folder, folder, folder),
		0);
	assert_said("1..");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_readable),
	};
	return cmocka_run_group_tests(tests, make, drop);
}
