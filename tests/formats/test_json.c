/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON reader, in chunks of any size: what it reads, what it refuses, and
 * how deep and how long a document may be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "appliance/formats/json.h"
#include "tests/support/pieces.h"

static struct json_reader reader_of(struct pieces *pieces)
{
	return json_reader_of((struct json_source){ pieces, next_piece });
}

static void a_document_is_read(struct json_reader *json)
{
	json_enter_object(json);
	assert_true(json_member(json));
	assert_true(json_is(json, "id"));
	assert_false(json_is(json, "i"));
	assert_int_equal(json_number(json, UINT64_MAX), UINT64_MAX);
	assert_true(json_member(json));
	assert_true(json_is(json, "list\n"));
	json_enter_array(json);
	assert_true(json_item(json));
	assert_int_equal(json_peek(json), JSON_KIND_TEXT);
	assert_true(bytes_equal(json_text(json),
		bytes_of_text("a\"\\/\b\f\n\r\t\xc3\xa9\xe2\x82\xac"
			      "\xf0\x9d\x84\x9e")));
	assert_true(json_item(json));
	assert_true(json_bool(json));
	assert_true(json_item(json));
	assert_true(bytes_equal(
		json_text_or_number(json), bytes_of_text("-1.50e+3")));
	assert_false(json_item(json));
	assert_true(json_member(json));
	assert_true(json_is(json, "left out"));
	json_skip(json);
	assert_true(json_member(json));
	assert_true(json_is(json, "empty"));
	json_enter_object(json);
	assert_false(json_member(json));
	assert_int_equal(json->line, 5);
	assert_false(json_member(json));
	json_end(json);
	assert_null(json->refused);
}

static void chunks_of_any_size_are_read(void **state)
{
	static const char document[] =
		"\xef\xbb\xbf{ \"id\": 18446744073709551615,\n"
		"\"list\\n\":[\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20AC"
		"\\ud834\\udd1e\",true ,-1.50e+3],\r\n\n"
		"\"left out\":[{},[],[[{\"a\":[1,\"}]\"],\"b\":null}]],false,"
		"0,1e9],\n\t\"empty\":{ } }\n";

	(void)state;
	for (size_t size = 1; size <= sizeof(document); size++) {
		struct pieces pieces = { bytes_of_text(document), size };
		struct json_reader json = reader_of(&pieces);
		a_document_is_read(&json);
	}
}

static const char not_json[] = "this is not JSON";
static const char early[] = "the JSON document ends too early";
static const char escape[] = "a text has a wrong escape";
static const char surrogate[] = "a text has half a surrogate pair";

static const struct {
	const char *document;
	const char *why;
} wrong[] = {
	{ "", early },
	{ " ", early },
	{ "\xef\xbb", early },
	{ "\xef\xbb{}", not_json },
	{ "x", not_json },
	{ "[", early },
	{ "[1", early },
	{ "[1,", early },
	{ "[1,]", not_json },
	{ "[,1]", not_json },
	{ "[1 2]", not_json },
	{ "[1}", not_json },
	{ "{]", not_json },
	{ "{1:2}", not_json },
	{ "{\"a\"", early },
	{ "{\"a\" 1}", not_json },
	{ "{\"a\":}", not_json },
	{ "{\"a\":1,}", not_json },
	{ "{,\"a\":1}", not_json },
	{ "\"a", early },
	{ "\"a\nb\"", "a text has a control character" },
	{ "\"\\x\"", escape },
	{ "\"\\", early },
	{ "\"\\u12g4\"", escape },
	{ "\"\\ud800\"", not_json },
	{ "\"\\ud800\\u0041\"", surrogate },
	{ "\"\\udc00\"", surrogate },
	{ "01", "something follows the JSON document" },
	{ "+1", not_json },
	{ ".5", not_json },
	{ "1.", early },
	{ "1e", early },
	{ "-", early },
	{ "-a", not_json },
	{ "tru", early },
	{ "trUe", not_json },
	{ "nul", early },
	{ "1 1", "something follows the JSON document" },
	{ "{} x", "something follows the JSON document" },
};

static void what_is_no_json_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct pieces pieces = { bytes_of_text(wrong[i].document), 1 };
		struct json_reader json = reader_of(&pieces);
		json_skip(&json);
		json_end(&json);
		if (json.refused == NULL)
			fail_msg("accepted: %s", wrong[i].document);
		else if (strcmp(json.refused, wrong[i].why) != 0)
			fail_msg("%s: %s", wrong[i].document, json.refused);
	}
}

static struct json_reader reader_at(struct pieces *pieces, const char *document)
{
	*pieces = (struct pieces){ bytes_of_text(document), SIZE_MAX };
	return reader_of(pieces);
}

static void another_kind_is_refused_and_stays_so(void **state)
{
	struct pieces pieces;
	(void)state;
	struct json_reader json = reader_at(&pieces, "[1]");
	json_enter_object(&json);
	assert_string_equal(json.refused, "an object was expected here");
	assert_false(json_member(&json));
	json_enter_array(&json);
	assert_false(json_item(&json));
	json_skip(&json);
	json_end(&json);
	assert_string_equal(json.refused, "an object was expected here");

	json = reader_at(&pieces, "{}");
	json_enter_array(&json);
	assert_string_equal(json.refused, "a list was expected here");
	json = reader_at(&pieces, "1");
	assert_int_equal(json_text(&json).size, 0);
	assert_string_equal(json.refused, "a text was expected here");
	json = reader_at(&pieces, "\"1\"");
	assert_int_equal(json_number(&json, 9), 0);
	assert_string_equal(json.refused, "a number was expected here");
	json = reader_at(&pieces, "null");
	assert_false(json_bool(&json));
	assert_string_equal(json.refused, "true or false was expected here");
}

static void only_whole_numbers_in_range_are_numbers(void **state)
{
	static const char *const bad[] = { "8", "-1", "1.0", "1e0", "-0" };
	struct pieces pieces;
	(void)state;
	struct json_reader json = reader_at(&pieces, "7");
	assert_int_equal(json_number(&json, 7), 7);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		json = reader_at(&pieces, bad[i]);
		assert_int_equal(json_number(&json, 7), 0);
		assert_string_equal(
			json.refused, "a number is not whole or is too large");
	}
}

static void long_texts_can_be_skipped_but_not_read(void **state)
{
	char document[JSON_TEXT_MOST + 16];
	struct pieces pieces;
	(void)state;
	memset(document, 'a', sizeof(document));
	document[0] = '"';
	memcpy(&document[JSON_TEXT_MOST + 1], "\"", sizeof("\""));
	struct json_reader json = reader_at(&pieces, document);
	assert_int_equal(json_text(&json).size, JSON_TEXT_MOST);
	memcpy(&document[JSON_TEXT_MOST + 1], "a\"", sizeof("a\""));
	json = reader_at(&pieces, document);
	json_skip(&json);
	json_end(&json);
	assert_null(json.refused);
	json = reader_at(&pieces, document);
	json_text(&json);
	assert_string_equal(json.refused, "a text is longer than 256 bytes");
}

static void depth_is_bounded(void **state)
{
	char document[2 * JSON_DEPTH_MOST + 3];
	struct pieces pieces;
	(void)state;
	memset(document, '[', JSON_DEPTH_MOST);
	memset(document + JSON_DEPTH_MOST, ']', JSON_DEPTH_MOST);
	document[2 * (size_t)JSON_DEPTH_MOST] = '\0';
	struct json_reader json = reader_at(&pieces, document);
	json_skip(&json);
	json_end(&json);
	assert_null(json.refused);
	memset(document, '[', JSON_DEPTH_MOST + 1);
	memset(document + JSON_DEPTH_MOST + 1, ']', JSON_DEPTH_MOST + 1);
	document[2 * (size_t)JSON_DEPTH_MOST + 2] = '\0';
	json = reader_at(&pieces, document);
	json_skip(&json);
	assert_string_equal(
		json.refused, "the JSON document is nested too deeply");
	memset(document, '[', sizeof(document) - 1);
	document[sizeof(document) - 1] = '\0';
	json = reader_at(&pieces, document);
	json_skip(&json);
	assert_string_equal(
		json.refused, "the JSON document is nested too deeply");
}

/* As it is written, without the spaces around it. */
static void values_are_given_as_they_are_written(void **state)
{
	static const char *const value[] = { "{\"a\": [1, \"]\"]}",
		"\"\\u0041\"", "-1.50e+3", "null" };
	(void)state;
	struct json_reader json = json_reader_of_bytes(
		bytes_of_text(" [ {\"a\": [1, \"]\"]} ,\"\\u0041\", -1.50e+3,\n"
			      "null ] "));
	json_enter_array(&json);
	for (size_t i = 0; i < sizeof(value) / sizeof(*value); i++) {
		assert_true(json_item(&json));
		assert_true(
			bytes_equal(json_raw(&json), bytes_of_text(value[i])));
	}
	assert_false(json_item(&json));
	json_end(&json);
	assert_null(json.refused);
	json = json_reader_of_bytes(bytes_of_text("[1"));
	assert_int_equal(json_raw(&json).size, 0);
	assert_string_equal(json.refused, early);
	json = json_reader_of_bytes(bytes_of_text("\xef\xbb\xbf[]"));
	json_skip(&json);
	assert_string_equal(json.refused, not_json);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(chunks_of_any_size_are_read),
		cmocka_unit_test(what_is_no_json_is_refused),
		cmocka_unit_test(another_kind_is_refused_and_stays_so),
		cmocka_unit_test(only_whole_numbers_in_range_are_numbers),
		cmocka_unit_test(long_texts_can_be_skipped_but_not_read),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(values_are_given_as_they_are_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
