/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables on terminals of any width: names give way, numbers and ids never.
 */
#include "appliance/desk/common/table.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <cmocka.h>

#define LONG_FA                                                                \
	"\u0634\u0639\u0628\u0647\u0654 \u062f\u0628\u0633\u062a\u0627\u0646 " \
	"\u0628\u0632\u0631\u06af\u0645\u0647\u0631"

static int speak(void **state)
{
	(void)state;
	/* Names have the widths that a terminal gives them. */
	return setlocale(LC_CTYPE, "C.UTF-8") == NULL ||
	       setenv("LANGUAGE", "en", 1) != 0;
}

static json_t *sample(void)
{
	return json_pack("[{s:s, s:s, s:s, s:i}, {s:s, s:s, s:s, s:i}]",
		"station", "station-01", "name_fa", LONG_FA, "name_en",
		"Bozorgmehr primary school, hall", "votes", 4321, "station",
		"station-02", "name_fa", "-", "name_en", "-", "votes", 7);
}

static char *printed(size_t columns)
{
	char *text = NULL;
	size_t size;
	json_t *table = sample();
	FILE *out = open_memstream(&text, &size);
	assert_non_null(out);
	print_table(out, table, columns);
	assert_int_equal(fclose(out), 0);
	json_decref(table);
	return text;
}

/* As a terminal counts them: marks of direction have no width. */
static size_t widest_line(const char *text)
{
	size_t widest = 0, width = 0;
	wchar_t wide[4096];
	const size_t length = mbstowcs(wide, text, 4096);
	assert_in_range(length, 1, 4095);
	for (size_t i = 0; i < length; i++) {
		const bool mark = wide[i] == 0x200e || wide[i] == 0x2068 ||
				  wide[i] == 0x2069;
		width = wide[i] == L'\n' ? 0
			: mark		 ? width
					 : width + (size_t)wcwidth(wide[i]);
		widest = width > widest ? width : widest;
	}
	return widest;
}

static void a_file_has_whole_names(void **state)
{
	char *text = printed(0);
	(void)state;
	assert_non_null(strstr(text, LONG_FA));
	assert_non_null(strstr(text, "Bozorgmehr primary school, hall"));
	assert_null(strstr(text, "\u2026"));
	free(text);
}

static void names_give_way(void **state)
{
	(void)state;
	for (size_t columns = 60; columns <= 90; columns += 10) {
		char *text = printed(columns);
		assert_in_range(widest_line(text), 1, columns);
		assert_non_null(strstr(text, "station-01"));
		assert_non_null(strstr(text, " 4321 "));
		assert_non_null(strstr(text, "name_fa"));
		free(text);
	}
	char *text = printed(60);
	assert_non_null(strstr(text, "\u2026"));
	/* What is left of a name is isolated as the whole would be. */
	assert_non_null(strstr(text, "\u2026\u2069"));
	free(text);
}

/* One column less than the shortest names would need, and far less. */
static void a_row_without_room_is_a_group_of_lines(void **state)
{
	static const size_t columns[] = { 39, 30 };
	(void)state;
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		char *text = printed(columns[i]);
		assert_non_null(strstr(text, "  station: station-01\n"));
		assert_non_null(strstr(text, LONG_FA));
		assert_non_null(strstr(text, "  votes: 4321\n"));
		assert_non_null(strstr(text, "\n\n  station: station-02\n"));
		free(text);
	}
	char *text = printed(40);
	assert_non_null(strstr(text, "  station-01  "));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_has_whole_names),
		cmocka_unit_test(names_give_way),
		cmocka_unit_test(a_row_without_room_is_a_group_of_lines),
	};
	return cmocka_run_group_tests(tests, speak, NULL);
}
