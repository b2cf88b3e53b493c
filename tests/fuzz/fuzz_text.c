/* SPDX-License-Identifier: Apache-2.0 */
/* What is accepted is the one encoding of its values. */
#include "appliance/formats/text.h"
#include "tests/fuzz/property.h"

static const struct text_field fields[] = {
	{ "line", TEXT_LINE, TEXT_ONCE, 16 },
	{ "word", TEXT_WORD, TEXT_MANY, 8 },
	{ "digest", TEXT_DIGEST, TEXT_MANY, 0 },
	{ "name", TEXT_NAME, TEXT_MANY, 0 },
	{ "hex", TEXT_HEX, TEXT_MANY, 8 },
	{ "base64", TEXT_BASE64, TEXT_MANY, 8 },
	{ "number", TEXT_NUMBER, TEXT_ONCE, 0 },
};
static const struct text_form form = { "fuzz", 1,
	sizeof(fields) / sizeof(*fields), fields };

static const char valid[] =
	"sandoq/fuzz/v1 live\nline: a line\nword: one\nword: two\ndigest: "
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
	"\nname: 000b"
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
	"\nhex: 00ff\nbase64: aGVsbG8=\nbase64: aGVsbG9v\nnumber: 18\n";

static uint8_t buffer[1 << 16];
static uint8_t edit_buffer[EDITED_MOST];

static void put(struct text_writer *writer, size_t field,
	const struct text_values *values)
{
	uint8_t octets[TPM_NAME_SIZE];
	struct writer decoded = writer_of(octets, sizeof(octets));
	switch (fields[field].type) {
	case TEXT_LINE:
	case TEXT_WORD:
		text_put(writer, field, values->value);
		break;
	case TEXT_NUMBER:
		text_put_number(writer, field, text_value_number(values));
		break;
	default:
		text_value_bytes(values, &decoded);
		text_put(writer, field, written(&decoded));
	}
}

static void one_text(struct bytes in)
{
	struct writer out = writer_of(buffer, sizeof(buffer));
	struct text_writer writer;
	struct text text;
	if (in.size > sizeof(buffer) || text_decode(&form, in, &text))
		return;
	writer = text_begin(&form, text.rehearsal, &out);
	for (size_t i = 0; i < form.field_count; i++) {
		struct text_values values = text_values(&text, i);
		size_t count = 0;

		for (; text_next(&values); count++)
			put(&writer, i, &values);
		property(count == text_count(&text, i));
	}
	property(!text_end(&writer));
	property(bytes_equal(written(&out), in));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);
	one_text(in);
	one_text(edited(bytes_of_text(valid), in, edit_buffer));
	return 0;
}
