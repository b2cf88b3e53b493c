/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The count beside docs/rules.md and beside the plain model of the rules in
 * tests/election/model.py.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/worked.h"

enum { EXAMPLE_MOST = 16 * 1024, LINE_MOST = 1024 };

#define MODEL "python3 -B tests/election/model.py "
#define FENCE "```example\n"

static FILE *run(const char *command)
{
	FILE *output = popen(command, "r"); // NOLINT(cert-env33-c)

	assert_non_null(output);
	return output;
}

/* Reads lines up to and without `end`; false when there are none. */
static bool read_until(FILE *in, const char *end, char text[EXAMPLE_MOST])
{
	char line[LINE_MOST];
	size_t size = 0;
	while (fgets(line, sizeof(line), in) && strcmp(line, end) != 0) {
		assert_true(size + strlen(line) < EXAMPLE_MOST);
		memcpy(text + size, line, strlen(line) + 1);
		size += strlen(line);
	}
	return size > 0;
}

static bool next_example(FILE *document, char text[EXAMPLE_MOST])
{
	char line[LINE_MOST];
	while (fgets(line, sizeof(line), document))
		if (strcmp(line, FENCE) == 0)
			return read_until(document, "```\n", text);
	return false;
}

static void every_example_of_the_rules_holds(void **state)
{
	FILE *document = fopen("docs/rules.md", "re");
	char text[EXAMPLE_MOST];
	size_t examples = 0;
	(void)state;
	assert_non_null(document);
	for (; next_example(document, text); examples++)
		worked_example(text);
	fclose(document);
	FILE *model = run(MODEL "check docs/rules.md");
	assert_true(read_until(model, "", text));
	assert_int_equal(strtoul(text, NULL, 10), examples);
	assert_int_equal(pclose(model), 0);
	assert_true(examples > 0);
}

static void ten_thousand_elections_come_out_as_in_the_model(void **state)
{
	FILE *model = run(MODEL "random 1405 10000");
	char text[EXAMPLE_MOST];
	size_t elections = 0;
	(void)state;
	for (; read_until(model, "\n", text); elections++)
		worked_example(text);
	assert_int_equal(pclose(model), 0);
	assert_int_equal(elections, 10000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_example_of_the_rules_holds),
		cmocka_unit_test(
			ten_thousand_elections_come_out_as_in_the_model),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
