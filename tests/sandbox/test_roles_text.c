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

static void test_document_is_the_table(void **state)
{
	static char kept[DOCUMENT_MOST];
	char *printed = NULL;
	size_t size = 0;
	(void)state;
	FILE *file = fopen("docs/roles.md", "r");
	assert_non_null(file);
	kept[fread(kept, 1, sizeof(kept) - 1, file)] = '\0';
	fclose(file);
	FILE *out = open_memstream(&printed, &size);
	assert_non_null(out);
	roles_text(out);
	assert_int_equal(fclose(out), 0);
	const size_t line = differs_at(kept, printed);
	free(printed);
	if (line != 0)
		fail_msg("docs/roles.md:%zu is not what roles.c says: "
			 "run `make roles`",
			line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_document_is_the_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
