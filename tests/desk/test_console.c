/* SPDX-License-Identifier: Apache-2.0 */
/* What a machine's serial port says, as the launcher keeps and shows it. */
#include "appliance/desk/emulator/console.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static void assert_kept(const char *raw, const char *wanted)
{
	struct console console = { .log = memfd_create("log", MFD_CLOEXEC) };
	char kept[2 * CONSOLE_LINE_MOST] = "";
	assert_true(console.log >= 0);
	assert_true(console_feed(&console, bytes_of_text(raw)));
	assert_true(pread(console.log, kept, sizeof(kept) - 1, 0) >= 0);
	close(console.log);
	assert_string_equal(kept, wanted);
}

static void controls_are_dropped(void **state)
{
	(void)state;
	assert_kept("sandoq: \033[1mready\033[0m\r\nhalf", "sandoq: ready\n");
	assert_kept("a\tb\x7f\a\n", "ab\n");
}

static void lines_are_clean_text(void **state)
{
	(void)state;
	assert_kept("آماده\n", "آماده\n");
	assert_kept("sandoq: \u202e2803\n", "sandoq: ???2803\n");
	assert_kept("a\xc2\x9b"
		    "1mb\xff\n",
		"a??1mb?\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(controls_are_dropped),
		cmocka_unit_test(lines_are_clean_text),
	};
	return cmocka_run_group_tests_name("console", tests, NULL, NULL);
}
