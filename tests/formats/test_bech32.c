/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bech32 against the test vectors of BIP 173; every changed character is seen.
 */
#include "tests/formats/vector.h"

#include "appliance/formats/bech32.h"

/* BIP 173, test vectors: valid strings, and how many bytes they hold. */
static const struct {
	const char *text, *prefix;
	size_t size;
} valid[] = {
	{ "A12UEL5L", "a", 0 },
	{ "a12uel5l", "a", 0 },
	{ "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexclu"
	  "dedcharactersbio1tt5tgs",
		"an83characterlonghumanreadablepartthatcontainsthenumber1andth"
		"eexcludedcharactersbio",
		0 },
	{ "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", "abcdef", 20 },
	{ "11qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
	  "qqqqqqqqqqqqqqqqqc8247j",
		"1", 51 },
	{ "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
		"split", 30 },
	{ "?1ezyfcl", "?", 0 },
};

static void valid_strings_of_bip_173(void **state)
{
	uint8_t out[64];
	uint8_t text[128];
	(void)state;
	for (size_t i = 0; i < COUNT(valid); i++) {
		struct writer writer = writer_of(text, sizeof(text));

		assert_refusal(bech32_decode(bytes_of_text(valid[i].text),
				       valid[i].prefix, out, valid[i].size),
			NULL);
		if (i == 0)
			continue;
		write_bech32(
			&writer, valid[i].prefix, bytes_of(out, valid[i].size));
		assert_text(written(&writer), valid[i].text);
	}
}

static void invalid_strings_of_bip_173(void **state)
{
	static const struct {
		const char *text, *prefix;
	} invalid[] = {
		{ "pzry9x0s0muk", "" },	  /* no separator */
		{ "1pzry9x0s0muk", "p" }, /* empty prefix */
		{ "x1b4n0q5v", "x" },	  /* not in the alphabet */
		{ "li1dgmt3", "li" },	  /* checksum too short */
		{ "de1lg7wt\xff", "de" }, /* not ASCII */
		{ "A1G7SGD8", "a" },	  /* checksum of upper case */
		{ "10a06t8", "1" },	  /* empty prefix */
		{ "A12uel5l", "a" },	  /* mixed case */
		{ "", "" },
		{ "a1", "a" },
	};
	uint8_t out[64];

	(void)state;
	for (size_t i = 0; i < COUNT(invalid); i++)
		assert_non_null(bech32_decode(bytes_of_text(invalid[i].text),
			invalid[i].prefix, out, 0));
}

static void prefix_and_size_are_exact(void **state)
{
	static const char text[] =
		"abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw";
	uint8_t out[64];
	(void)state;
	assert_refusal(bech32_decode(bytes_of_text(text), "abcdef", out, 19),
		"it has not the right size");
	assert_refusal(bech32_decode(bytes_of_text(text), "abcdef", out, 21),
		"it has not the right size");
	assert_refusal(bech32_decode(bytes_of_text(text), "abcde", out, 20),
		"it does not start as it must");
}

/* One byte takes two characters, and leaves two bits over. */
static void left_over_bits_are_zero(void **state)
{
	uint8_t out[64];
	(void)state;
	assert_refusal(
		bech32_decode(bytes_of_text("a1lu9cgf6y"), "a", out, 1), NULL);
	assert_int_equal(out[0], 0xff);
	assert_non_null(
		bech32_decode(bytes_of_text("a1lacwuu8k"), "a", out, 1));
	assert_non_null(
		bech32_decode(bytes_of_text("a1luq25lfhf"), "a", out, 1));
}

/* One character changed is always seen. */
static void changed_characters_are_seen(void **state)
{
	char text[] = "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw";
	uint8_t out[64];
	(void)state;
	for (size_t i = strlen("abcdef1"); text[i]; i++) {
		char kept = text[i];

		text[i] = kept == 'q' ? 'p' : 'q';
		assert_refusal(
			bech32_decode(bytes_of_text(text), "abcdef", out, 20),
			"the checksum does not hold");
		text[i] = kept;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_strings_of_bip_173),
		cmocka_unit_test(invalid_strings_of_bip_173),
		cmocka_unit_test(prefix_and_size_are_exact),
		cmocka_unit_test(left_over_bits_are_zero),
		cmocka_unit_test(changed_characters_are_seen),
	};
	return cmocka_run_group_tests_name("bech32", tests, NULL, NULL);
}
