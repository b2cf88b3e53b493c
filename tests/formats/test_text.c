/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts of fields, the form of all that is signed: the writer makes what the
 * decoder takes, and refuses what it refuses.
 */
#include "tests/formats/vector.h"

#include <stdio.h>

#include "appliance/formats/text.h"

enum { ELECTION, CODE, RESULT, KEY, PCR, POLICY, SIGNATURE, COUNT_OF };

static const struct text_field fields[] = {
	[ELECTION] = { "election", TEXT_LINE, TEXT_ONCE, 20 },
	[CODE] = { "code", TEXT_WORD, TEXT_MANY, 4 },
	[RESULT] = { "result", TEXT_DIGEST, TEXT_ONCE, 0 },
	[KEY] = { "key", TEXT_NAME, TEXT_ONCE, 0 },
	[PCR] = { "pcr", TEXT_NUMBER, TEXT_MANY, 0 },
	[POLICY] = { "policy", TEXT_HEX, TEXT_ONCE, 4 },
	[SIGNATURE] = { "signature", TEXT_BASE64, TEXT_MANY, 5 },
	[COUNT_OF] = { "count", TEXT_NUMBER, TEXT_ONCE, 0 },
};
static const struct text_form form = { "example", 1, COUNT(fields), fields };

#define HEX32 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define FIRST "sandoq/example/v1 live\n"
#define START FIRST "election: شورای شهر\n"
#define MIDDLE "result: " HEX32 "\nkey: 000b" HEX32 "\n"
#define END "policy: 00ff\ncount: 18446744073709551615\n"

static refusal decode(const char *whole, struct text *out)
{
	return text_decode(&form, bytes_of_text(whole), out);
}

static void values_are_read(void **state)
{
	static const char whole[] =
		START "code: a1\ncode: b-2\n" MIDDLE "pcr: 0\npcr: 14\npcr: 7\n"
		      "policy: 00ff\nsignature: aGVsbG8=\ncount: 9\n";
	struct text text;
	struct text_values values;
	uint8_t buffer[TPM_NAME_SIZE];
	struct writer writer = writer_of(buffer, sizeof(buffer));
	struct digest digest;
	struct tpm_name name;
	(void)state;
	assert_refusal(decode(whole, &text), NULL);
	assert_false(text.rehearsal);
	assert_text(text_value(&text, ELECTION), "شورای شهر");
	digest = text_digest(&text, RESULT);
	assert_hex(bytes_of(digest.byte, SHA256_SIZE), HEX32);
	name = text_name(&text, KEY);
	assert_hex(tpm_name_bytes(&name), "000b" HEX32);
	text_bytes(&text, POLICY, &writer);
	assert_hex(written(&writer), "00ff");
	assert_int_equal(text_number(&text, COUNT_OF), 9);

	assert_int_equal(text_count(&text, CODE), 2);
	values = text_values(&text, CODE);
	assert_true(text_next(&values));
	assert_text(values.value, "a1");
	assert_true(text_next(&values));
	assert_text(values.value, "b-2");
	assert_false(text_next(&values));

	values = text_values(&text, PCR);
	assert_true(text_next(&values) && text_value_number(&values) == 0);
	assert_true(text_next(&values) && text_value_number(&values) == 14);
	assert_true(text_next(&values) && text_value_number(&values) == 7);
	assert_false(text_next(&values));

	writer = writer_of(buffer, sizeof(buffer));
	values = text_values(&text, SIGNATURE);
	assert_true(text_next(&values));
	text_value_bytes(&values, &writer);
	assert_text(written(&writer), "hello");
}

static void repeated_fields_may_be_absent(void **state)
{
	struct text text;
	struct text_values values;
	(void)state;
	assert_refusal(decode(START MIDDLE END, &text), NULL);
	assert_int_equal(text_count(&text, CODE), 0);
	values = text_values(&text, CODE);
	assert_false(text_next(&values));
}

static void the_mode_is_in_the_first_line(void **state)
{
	static const char rehearsal[] =
		"sandoq/example/v1 rehearsal\nelection: e\n" MIDDLE END;
	struct text text;
	(void)state;
	assert_refusal(decode(rehearsal, &text), NULL);
	assert_true(text.rehearsal);
	assert_true(text_is_kind(&form, bytes_of_text(rehearsal)));
	assert_true(text_is_kind(&form, bytes_of_text(FIRST)));
	assert_false(text_is_kind(&form, bytes_of_text("")));
	assert_false(
		text_is_kind(&form, bytes_of_text("sandoq/other/v1 live\n")));
}

static const char first[] = "the first line is not that of this kind of text";
static const char value[] = "the value of a field is not what its type demands";
static const char missing[] = "a field is missing, unknown or out of order";
static const char repeated[] = "a field is repeated, unknown or out of order";

static void other_texts_are_refused(void **state)
{
	static const struct {
		const char *whole, *why;
		size_t line;
	} cases[] = {
		{ "", first, 1 },
		{ "sandoq/example/v1 live", first, 1 },
		{ "sandoq/example/v2 live\n", first, 1 },
		{ "sandoq/example/v1 Live\n", first, 1 },
		{ "sandoq/example/v1 live \n", first, 1 },
		{ "sandoq/other/v1 live\n", first, 1 },
		{ FIRST, missing, 2 },
		{ FIRST MIDDLE END, missing, 2 },
		{ FIRST "election: \n" MIDDLE END, value, 2 },
		{ FIRST "election:x\n" MIDDLE END, missing, 2 },
		{ FIRST "Election: x\n" MIDDLE END, missing, 2 },
		{ FIRST " election: x\n" MIDDLE END, missing, 2 },
		{ FIRST "\nelection: x\n" MIDDLE END, missing, 2 },
		{ FIRST "election: x\r\n" MIDDLE END, value, 2 },
		{ FIRST "election: \xff\n" MIDDLE END, value, 2 },
		{ FIRST "election: 123456789012345678901\n" MIDDLE END, value,
			2 },
		{ START START, missing, 3 },
		{ START "election: again\n" MIDDLE END, missing, 3 },
		{ START "unknown: x\n" MIDDLE END, missing, 3 },
		{ START "code: a b\n" MIDDLE END, value, 3 },
		{ START "code: abcde\n" MIDDLE END, value, 3 },
		{ START "code: a\ncode: é\n" MIDDLE END, value, 4 },
		{ START MIDDLE "code: a\n" END, missing, 5 },
		{ START "result: " HEX32 "0\n", value, 3 },
		{ START "result: " HEX32 "\nkey: " HEX32 "\n", value, 4 },
		{ START "result: " HEX32 "\nkey: 000c" HEX32 "\n", value, 4 },
		{ START MIDDLE "pcr: 01\n" END, value, 5 },
		{ START MIDDLE "pcr: 18446744073709551616\n" END, value, 5 },
		{ START MIDDLE "policy: 0\n", value, 5 },
		{ START MIDDLE "policy: 00FF\n", value, 5 },
		{ START MIDDLE "policy: 0011223344\n", value, 5 },
		{ START MIDDLE "policy: 00\nsignature: \n", value, 6 },
		{ START MIDDLE "policy: 00\nsignature: aGVsbG8\n", value, 6 },
		{ START MIDDLE "policy: 00\nsignature: aGVsbG9v\n", value, 6 },
		{ START MIDDLE "policy: 00\nsignature: aA==aA==\n", value, 6 },
		{ START MIDDLE END "count: 1\n", repeated, 7 },
		{ START MIDDLE END "\n", repeated, 7 },
		{ START MIDDLE END "x", repeated, 7 },
		{ START MIDDLE "policy: 00ff\ncount: 1", missing, 6 },
	};
	struct text text;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_refusal(decode(cases[i].whole, &text), cases[i].why);
		assert_int_equal(text.line, cases[i].line);
	}
}

static void put_all(struct text_writer *text)
{
	uint8_t name[TPM_NAME_SIZE];
	struct bytes octets = unhex("000b" HEX32, name);
	text_put(text, ELECTION, bytes_of_text("شورای شهر"));
	text_put(text, CODE, bytes_of_text("a1"));
	text_put(text, RESULT, bytes_of(name + 2, SHA256_SIZE));
	text_put(text, KEY, octets);
	text_put_number(text, PCR, 14);
	text_put(text, POLICY, bytes_of("\x00\xff", 2));
	text_put(text, SIGNATURE, bytes_of_text("hello"));
	text_put_number(text, COUNT_OF, UINT64_MAX);
}

static void writing_mirrors_decoding(void **state)
{
	uint8_t buffer[1024];
	struct writer writer = writer_of(buffer, sizeof(buffer));
	struct text_writer text;
	(void)state;
	write_text(&writer, "before");
	text = text_begin(&form, false, &writer);
	put_all(&text);
	assert_refusal(text_end(&text), NULL);
	assert_text(written(&writer),
		"before" START "code: a1\n" MIDDLE "pcr: 14\npolicy: 00ff\n"
		"signature: aGVsbG8=\ncount: 18446744073709551615\n");
}

static void writing_refuses_what_decoding_refuses(void **state)
{
	uint8_t buffer[1024];
	struct writer writer = writer_of(buffer, sizeof(buffer));
	struct writer small = writer_of(buffer, 100);
	struct text_writer text = text_begin(&form, true, &writer);
	(void)state;
	assert_refusal(text_end(&text), missing);
	text_put(&text, ELECTION, bytes_of_text("two\nlines: x"));
	assert_non_null(text_end(&text));
	text = text_begin(&form, true, &small);
	put_all(&text);
	assert_refusal(text_end(&text), "the text is too long");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_read),
		cmocka_unit_test(repeated_fields_may_be_absent),
		cmocka_unit_test(the_mode_is_in_the_first_line),
		cmocka_unit_test(other_texts_are_refused),
		cmocka_unit_test(writing_mirrors_decoding),
		cmocka_unit_test(writing_refuses_what_decoding_refuses),
	};
	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
