/* SPDX-License-Identifier: Apache-2.0 */
/* Days, compared with the calendar of the C library. */
#include "appliance/formats/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

enum { DAY = 24 * 60 * 60 };

/* Into the first leap year that is not one of every fourth. */
static void every_day_until_2101(void **state)
{
	(void)state;
	for (time_t day = 0; day < (time_t)131 * 366 * DAY; day += DAY) {
		char text[DATE_SIZE + 1];
		struct tm broken;
		int64_t end = 0;
		strftime(text, sizeof(text), "%Y-%m-%d",
			gmtime_r(&day, &broken));
		assert_true(date_decode(bytes_of_text(text), &end));
		assert_int_equal(end, day + DAY - 1);
	}
}

static void what_is_no_day(void **state)
{
	static const char *const bad[] = { "", "2026", "2026-11", "2026-11-2",
		"2026-11-299", "2026-11-29 ", " 2026-11-29", "26-11-29",
		"2026-1-29", "2026/11/29", "2026-11-00", "2026-00-11",
		"2026-13-01", "2026-11-31", "2026-02-29", "2100-02-29",
		"1969-12-31", "2026-+1-01", "2026-11-2a", "20261-11-2" };
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int64_t end;
		assert_false(date_decode(bytes_of_text(bad[i]), &end));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_day_until_2101),
		cmocka_unit_test(what_is_no_day),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
