/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/desk/large_page.h"

#include "tests/desk/paper_files.h"
#include "tests/desk/verdicts.h"
#include "tests/desk/workplace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static void make_page(size_t stations)
{
	struct paper *paper = paper_make_city(stations);
	paper_write_trusted(paper);
	paper_write_sent(paper);
	shell("rm -f %s/page.html", folder);
	assert_status(run("bundle page --sent sent.tar " TRUSTED
			  " --output page.html"),
		0);
	paper_free(paper);
}

static size_t size_of_page(void)
{
	char path[512];
	struct stat status;
	snprintf(path, sizeof(path), "%s/page.html", folder);
	assert_int_equal(stat(path, &status), 0);
	return (size_t)status.st_size;
}

static void read_line(const char *where, struct opened *out)
{
	char form[64];
	const char *at = strstr(said, where);
	if (at == NULL)
		fail_msg("the page did not pass: %s", said);
	snprintf(form, sizeof(form), "%s %%lu %%lu %%lu %%lu", where);
	assert_int_equal(sscanf(at, form, &out->ms, &out->module,
				 &out->renderer, &out->held), // NOLINT
		4);
}

void large_page_open(size_t stations, struct large_page *out)
{
	make_page(stations);
	out->size = size_of_page();
	assert_status(
		shell("node build/page-tests/large.mjs %s/page.html", folder),
		0);
	read_line("file passed", &out->file);
	read_line("http passed", &out->http);
}
