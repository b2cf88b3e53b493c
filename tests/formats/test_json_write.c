/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON writer: what it writes is read again as it was given, and ends no
 * element of a page.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "appliance/formats/json_write.h"

static void texts_are_read_as_they_were_given(void **state)
{
	static const char hostile[] = "\"\\\n\x01</script>\xd9\x86\xe2\x80\x8c";
	char space[256];
	struct writer out = writer_of(space, sizeof(space));
	struct json_writer json = json_writer_of(&out);
	(void)state;
	json_open_array(&json, NULL);
	json_put_text(&json, NULL, hostile);
	json_put_bytes(&json, NULL, bytes_of("ab", 1));
	json_put_hex(&json, NULL, bytes_of("\x0f\xf0", 2));
	json_close(&json);
	assert_false(out.broken);
	assert_null(memchr(space, '<', out.size));
	json_t *read = json_loadb(space, out.size, 0, NULL);
	assert_non_null(read);
	assert_string_equal(
		json_string_value(json_array_get(read, 0)), hostile);
	assert_string_equal(json_string_value(json_array_get(read, 1)), "a");
	assert_string_equal(json_string_value(json_array_get(read, 2)), "0ff0");
	json_decref(read);
}

static void values_stand_where_they_were_put(void **state)
{
	char space[1024];
	struct writer out = writer_of(space, sizeof(space));
	struct json_writer json = json_writer_of(&out);
	(void)state;
	json_open_object(&json, NULL);
	json_put_number(&json, "most", INT64_MAX);
	json_put_bool(&json, "yes", true);
	json_put_bool(&json, "no", false);
	json_put_null(&json, "none");
	json_open_object(&json, "empty");
	json_close(&json);
	json_open_array(&json, "rows");
	for (unsigned deep = 0; deep < 5; deep++) {
		json_open_array(&json, NULL);
		json_put_number(&json, NULL, deep);
	}
	for (unsigned deep = 0; deep < 5; deep++)
		json_close(&json);
	json_close(&json);
	json_close(&json);
	assert_false(out.broken);
	json_t *read = json_loadb(space, out.size, 0, NULL);
	json_t *wanted =
		json_pack("{s:I, s:b, s:b, s:n, s:{}, s:[[i,[i,[i,[i,[i]]]]]]}",
			"most", (json_int_t)INT64_MAX, "yes", 1, "no", 0,
			"none", "empty", "rows", 0, 1, 2, 3, 4);
	assert_non_null(wanted);
	assert_true(json_equal(read, wanted));
	json_decref(read);
	json_decref(wanted);
}

static void what_has_no_room_breaks_the_writer(void **state)
{
	char space[64];
	struct writer out = writer_of(space, 8);
	struct json_writer json = json_writer_of(&out);
	(void)state;
	json_put_text(&json, NULL, "more than this");
	assert_true(out.broken);
	out = writer_of(space, sizeof(space));
	json = json_writer_of(&out);
	for (unsigned deep = 0; deep < JSON_WRITE_DEPTH_MOST; deep++)
		json_open_array(&json, NULL);
	assert_true(out.broken);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_read_as_they_were_given),
		cmocka_unit_test(values_stand_where_they_were_put),
		cmocka_unit_test(what_has_no_room_breaks_the_writer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
