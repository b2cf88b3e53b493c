/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A checkpoint's text against the example of the C2SP specification; other
 * texts are refused.
 */
#include "tests/formats/vector.h"

#include "appliance/formats/checkpoint.h"

/* The example of the specification. */
static const char example[] = "example.com/behind-the-sofa\n"
			      "20852163\n"
			      "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

static void example_comes_back(void **state)
{
	struct checkpoint checkpoint;
	uint8_t buffer[256];
	struct writer writer = writer_of(buffer, sizeof(buffer));
	(void)state;
	assert_refusal(
		checkpoint_parse(bytes_of_text(example), &checkpoint), NULL);
	assert_text(checkpoint.origin, "example.com/behind-the-sofa");
	assert_int_equal(checkpoint.size, 20852163);
	assert_hex(bytes_of(checkpoint.root.byte, 4), "0ac5186a");
	write_checkpoint(&writer, &checkpoint);
	assert_text(written(&writer), example);
}

#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="

static void others_are_refused(void **state)
{
	static const char *const refused[] = {
		"",
		"o\n1\n" ROOT,
		"o\n1\n" ROOT "\n\n",
		"o\n1\n" ROOT "\nextension\n",
		"\n1\n" ROOT "\n",
		"o\x7f\n1\n" ROOT "\n",
		"o\n01\n" ROOT "\n",
		"o\n\n" ROOT "\n",
		"o\n18446744073709551616\n" ROOT "\n",
		"o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n",
		"o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n",
		"o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n",
		"o\r\n1\r\n" ROOT "\r\n",
	};
	struct checkpoint checkpoint;
	(void)state;
	for (size_t i = 0; i < COUNT(refused); i++)
		assert_non_null(checkpoint_parse(
			bytes_of_text(refused[i]), &checkpoint));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(example_comes_back),
		cmocka_unit_test(others_are_refused),
	};
	return cmocka_run_group_tests_name("checkpoint", tests, NULL, NULL);
}
