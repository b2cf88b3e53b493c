/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/qr_reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { READ_MOST = 1024 };

void expect_qr(const char *path, const char *text)
{
	char command[128], got[READ_MOST] = "";
	snprintf(command, sizeof(command),
		"zbarimg --quiet --raw -Sdisable -Sqrcode.enable %s "
		"2>/dev/null",
		path);
	FILE *reader = popen(command, "r"); // NOLINT(cert-env33-c)
	assert_non_null(reader);
	assert_non_null(fgets(got, sizeof(got), reader));
	assert_int_equal(pclose(reader), 0);
	unlink(path);
	got[strcspn(got, "\n")] = '\0';
	assert_string_equal(got, text);
}
