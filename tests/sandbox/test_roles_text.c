/* SPDX-License-Identifier: Apache-2.0 */
/* docs/roles.md says what the table of the roles says. */
#include "tests/support/roles_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DOCUMENT_MOST = 1 << 18 };

/* The first line that differs, or 0. */
static size_t differs_at(const char *one, const char *other)
{
	size_t line = 1;
	for (; *one == *other; one++, other++) {
		if (*one == '\0')
			return 0;
		line += *one == '\n';
	}
	return line;
}

static const char *read_document(const char *path)
{
	static char kept[DOCUMENT_MOST];
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	kept[fread(kept, 1, sizeof(kept) - 1, file)] = '\0';
	fclose(file);
	return kept;
}

/* For the caller to free. */
static char *printed_by(void (*print)(FILE *))
{
	char *printed = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&printed, &size);
	assert_non_null(out);
	print(out);
	assert_int_equal(fclose(out), 0);
	return printed;
}

static void test_document_is_the_table(void **state)
{
	char *printed = printed_by(roles_text);
	const size_t line = differs_at(read_document("docs/roles.md"), printed);
	(void)state;
	free(printed);
	if (line != 0)
		fail_msg("docs/roles.md:%zu is not what roles.c says: "
			 "run `make roles`",
			line);
}

static void test_numbers_of_calls_stand_in_the_readme(void **state)
{
	char *printed = printed_by(roles_counts);
	(void)state;
	if (strstr(read_document("README.md"), printed) == NULL)
		fail_msg("README.md has no row that begins with %s", printed);
	free(printed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_document_is_the_table),
		cmocka_unit_test(test_numbers_of_calls_stand_in_the_readme),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
