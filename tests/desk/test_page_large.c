/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page of 500 stations with 60 candidates is no larger, and takes no more
 * memory, than is promised. How long it takes is measured by tests/bench/page.
 */
#include "tests/desk/large_page.h"
#include "tests/desk/verdicts.h"
#include "tests/desk/workplace.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { STATIONS = 500, SIZE_MOST = 2000000, MEMORY_MOST = 256 << 20 };

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

static void it_is_small(void **state)
{
	struct large_page page;
	(void)state;
	if (!browser_is_wanted())
		skip();
	large_page_open(STATIONS, &page);
	assert_in_range(page.size, 1, SIZE_MOST);
	assert_in_range(page.file.module, 1, MEMORY_MOST);
	assert_in_range(page.file.renderer, 1, MEMORY_MOST);
	assert_in_range(page.http.renderer, 1, MEMORY_MOST);
	assert_int_equal(page.file.held, STATIONS);
	assert_int_equal(page.http.held, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_small),
	};
	return cmocka_run_group_tests(tests, make, drop);
}
