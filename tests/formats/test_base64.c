/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Base64 against RFC 4648, 10; every other way to encode the same is refused.
 */
#include "tests/formats/vector.h"

#include "appliance/formats/base64.h"

/* RFC 4648, 10. */
static const struct {
	const char *plain, *padded, *unpadded;
} vectors[] = {
	{ "", "", "" },
	{ "f", "Zg==", "Zg" },
	{ "fo", "Zm8=", "Zm8" },
	{ "foo", "Zm9v", "Zm9v" },
	{ "foob", "Zm9vYg==", "Zm9vYg" },
	{ "fooba", "Zm9vYmE=", "Zm9vYmE" },
	{ "foobar", "Zm9vYmFy", "Zm9vYmFy" },
	{ "\xff\xef\xbe", "/+++", "/+++" },
};

static void check(enum base64_form form, const char *plain, const char *text)
{
	uint8_t buffer[32];
	struct writer writer = writer_of(buffer, sizeof(buffer));
	write_base64(&writer, form, bytes_of_text(plain));
	assert_text(written(&writer), text);
	writer = writer_of(buffer, sizeof(buffer));
	assert_true(base64_decode(form, bytes_of_text(text), &writer));
	assert_text(written(&writer), plain);
}

static void vectors_of_rfc_4648(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(vectors); i++) {
		check(BASE64_PADDED, vectors[i].plain, vectors[i].padded);
		check(BASE64_UNPADDED, vectors[i].plain, vectors[i].unpadded);
	}
}

static void refuse(enum base64_form form, const char *text)
{
	uint8_t buffer[32];
	struct writer writer = writer_of(buffer, sizeof(buffer));
	assert_false(base64_decode(form, bytes_of_text(text), &writer));
	assert_true(writer.broken);
}

static void other_encodings_are_refused(void **state)
{
	static const char *const padded[] = { "Zg",
		"Zg=", "Zg===", "Zh==", "Zm9=", "=",
		"==", "====", "Z===", "Zg==Zg==", "Zm9v\n", " Zm9v", "Zm-_",
		"Zg=a" };
	static const char *const unpadded[] = { "Zg==", "Z", "Zh", "Zm9",
		"Zm9v=", "Zm9vY", "Zm 9", "Zm9v\n" };
	(void)state;
	for (size_t i = 0; i < COUNT(padded); i++)
		refuse(BASE64_PADDED, padded[i]);
	for (size_t i = 0; i < COUNT(unpadded); i++)
		refuse(BASE64_UNPADDED, unpadded[i]);
}

static void sizes_are_exact(void **state)
{
	uint8_t out[3];
	struct writer writer = writer_of(out, 2);
	struct bytes three = bytes_of_text("Zm9v");
	(void)state;
	assert_true(base64_decode_exact(BASE64_PADDED, three, out, 3));
	assert_false(base64_decode_exact(BASE64_PADDED, three, out, 2));
	assert_false(base64_decode_exact(
		BASE64_PADDED, bytes_of_text("Zg=="), out, 3));
	assert_false(base64_decode(BASE64_PADDED, three, &writer));
	assert_false(base64_decode_exact(
		BASE64_PADDED, bytes_of("Zg=\0", 4), out, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_of_rfc_4648),
		cmocka_unit_test(other_encodings_are_refused),
		cmocka_unit_test(sizes_are_exact),
	};
	return cmocka_run_group_tests_name("base64", tests, NULL, NULL);
}
