/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a token says of a public key, and what a pinentry answers: foreign
 * bytes, decoded strictly.
 */
#include "appliance/desk/keys/pinentry.h"
#include "appliance/desk/keys/token_point.h"
#include "tests/support/scalar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t p256[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03,
	0x01, 0x07 };
static const uint8_t p384[] = { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22 };

enum { HEADER_SIZE = 2, WRAPPED_SIZE = HEADER_SIZE + P256_POINT_SIZE };

static struct p256_public make_point(uint8_t wrapped[WRAPPED_SIZE])
{
	struct p256_private *key = scalar_key(7);
	const struct p256_public public = p256_public_of(key);
	p256_free(key);
	wrapped[0] = 0x04;
	wrapped[1] = P256_POINT_SIZE;
	p256_to_point(&public, wrapped + HEADER_SIZE);
	return public;
}

static void a_point_is_wrapped_or_bare(void **state)
{
	uint8_t wrapped[WRAPPED_SIZE];
	struct p256_public out;
	const struct p256_public public = make_point(wrapped);
	const struct bytes curve = bytes_of(p256, sizeof(p256));
	(void)state;
	assert_null(token_point(curve, bytes_of(wrapped, WRAPPED_SIZE), &out));
	assert_true(p256_equal(&out, &public));
	memset(&out, 0, sizeof(out));
	assert_null(token_point(
		curve, bytes_of(wrapped + HEADER_SIZE, P256_POINT_SIZE), &out));
	assert_true(p256_equal(&out, &public));
}

static void another_curve_is_refused(void **state)
{
	uint8_t wrapped[WRAPPED_SIZE];
	struct p256_public out;
	make_point(wrapped);
	(void)state;
	assert_string_equal(token_point(bytes_of(p384, sizeof(p384)),
				    bytes_of(wrapped, WRAPPED_SIZE), &out),
		TOKEN_OTHER_KEY);
	assert_string_equal(token_point(bytes_of(NULL, 0),
				    bytes_of(wrapped, WRAPPED_SIZE), &out),
		TOKEN_OTHER_KEY);
}

static void a_damaged_point_is_refused(void **state)
{
	uint8_t wrapped[WRAPPED_SIZE + 1];
	struct p256_public out;
	const struct bytes curve = bytes_of(p256, sizeof(p256));
	make_point(wrapped);
	(void)state;
	for (size_t size = 0; size < WRAPPED_SIZE; size++)
		if (size != P256_POINT_SIZE)
			assert_non_null(token_point(
				curve, bytes_of(wrapped, size), &out));
	assert_non_null(
		token_point(curve, bytes_of(wrapped, WRAPPED_SIZE + 1), &out));
	for (size_t i = 0; i < WRAPPED_SIZE; i++) {
		wrapped[i] ^= 1;
		assert_non_null(token_point(
			curve, bytes_of(wrapped, WRAPPED_SIZE), &out));
		wrapped[i] ^= 1;
	}
}

/* What is in the answer, or the reason why nothing is. */
static const char *answer(const char *line, size_t most)
{
	static char out[64];
	size_t size;
	assert_true(most < sizeof(out));
	const refusal why =
		pinentry_decode(bytes_of_text(line), out, most, &size);
	return why != NULL ? why : out;
}

static void an_answer_is_decoded(void **state)
{
	(void)state;
	assert_string_equal(answer("D 123456", 63), "123456");
	assert_string_equal(answer("D ", 63), "");
	assert_string_equal(answer("D a%25b%0A%0dc", 63), "a%b\n\rc");
	assert_string_equal(answer("D 1234", 4), "1234");
}

static void an_answer_of_another_form_is_refused(void **state)
{
	static const char *const form[] = { "D %", "D %2", "D %2g", "D %-1" };
	(void)state;
	for (size_t i = 0; i < sizeof(form) / sizeof(form[0]); i++)
		assert_string_equal(answer(form[i], 63),
			"the answer is not encoded as Assuan has it");
	assert_string_equal(answer("", 63), "the answer has no data");
	assert_string_equal(answer("D", 63), "the answer has no data");
	assert_string_equal(answer("OK 123", 63), "the answer has no data");
	assert_string_equal(answer("D 12345", 4), "the answer is too long");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_point_is_wrapped_or_bare),
		cmocka_unit_test(another_curve_is_refused),
		cmocka_unit_test(a_damaged_point_is_refused),
		cmocka_unit_test(an_answer_is_decoded),
		cmocka_unit_test(an_answer_of_another_form_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
