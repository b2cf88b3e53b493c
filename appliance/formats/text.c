/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/formats/text.h"

#include <string.h>

#include "appliance/formats/base64.h"

static const char separator[] = ": ";

static bool is_word(struct bytes value)
{
	for (size_t i = 0; i < value.size; i++)
		if (value.data[i] <= ' ' || value.data[i] > '~')
			return false;
	return true;
}

static bool is_hex(struct bytes value)
{
	uint8_t octet;
	for (size_t i = 0; i + 1 < value.size; i += 2)
		if (!hex_decode(bytes_of(value.data + i, 2), &octet, 1))
			return false;
	return value.size % 2 == 0;
}

/* The name algorithm is SHA-256. */
static bool is_name(struct bytes value)
{
	return value.size == (size_t)2 * TPM_NAME_SIZE && is_hex(value) &&
	       memcmp(value.data, "000b", 4) == 0;
}

/* Decodes piece by piece, for there is no buffer of unknown size here. */
static bool is_base64(struct bytes value, size_t most)
{
	struct cursor cursor = cursor_of(value);
	uint8_t group[3];
	size_t size = 0;
	while (cursor.rest.size > 0) {
		struct bytes piece = cursor_take(&cursor, 4);
		struct writer writer = writer_of(group, sizeof(group));
		bool middle = cursor.rest.size > 0;

		if (!base64_decode(BASE64_PADDED, piece, &writer) ||
			(middle && writer.size < sizeof(group)))
			return false;
		size += writer.size;
	}
	return !cursor.broken && size <= most;
}

static bool value_is_valid(const struct text_field *field, struct bytes value)
{
	uint64_t number;
	if (value.size == 0)
		return false;
	switch (field->type) {
	case TEXT_LINE:
		return value.size <= field->most && text_is_clean(value);
	case TEXT_WORD:
		return value.size <= field->most && is_word(value);
	case TEXT_DIGEST:
		return value.size == (size_t)2 * SHA256_SIZE && is_hex(value);
	case TEXT_NAME:
		return is_name(value);
	case TEXT_HEX:
		return value.size / 2 <= field->most && is_hex(value);
	case TEXT_BASE64:
		return is_base64(value, field->most);
	case TEXT_NUMBER:
		return decimal_decode(value, UINT64_MAX, &number);
	}
	return false;
}

static void write_first_line(
	struct writer *writer, const struct text_form *form, bool rehearsal)
{
	write_text(writer, "sandoq/");
	write_text(writer, form->kind);
	write_text(writer, "/v");
	write_decimal(writer, form->version);
	write_text(writer, rehearsal ? " rehearsal" : " live");
}

static bool is_first_line(
	const struct text_form *form, struct bytes line, bool rehearsal)
{
	uint8_t buffer[128];
	struct writer writer = writer_of(buffer, sizeof(buffer));
	write_first_line(&writer, form, rehearsal);
	return !writer.broken && bytes_equal(line, written(&writer));
}

bool text_is_kind(const struct text_form *form, struct bytes whole)
{
	struct cursor cursor = cursor_of(whole);
	struct bytes line = cursor_line(&cursor);
	return is_first_line(form, line, false) ||
	       is_first_line(form, line, true);
}

/* "<name>: " off the front, or false and nothing is taken. */
static bool take_name(struct bytes *line, const char *name)
{
	size_t size = strlen(name);
	size_t whole = size + strlen(separator);
	if (line->size < whole || memcmp(line->data, name, size) != 0 ||
		memcmp(line->data + size, separator, strlen(separator)) != 0)
		return false;
	line->data += whole;
	line->size -= whole;
	return true;
}

/* Takes one line of this field, if the next line is one. */
static refusal take_field(
	const struct text_field *field, struct cursor *cursor, bool *taken)
{
	struct cursor ahead = *cursor;
	struct bytes line = cursor_line(&ahead);
	*taken = !ahead.broken && take_name(&line, field->name);
	if (!*taken)
		return NULL;
	*cursor = ahead;
	return value_is_valid(field, line) ? NULL
					   : "the value of a field is not "
					     "what its type demands";
}

static refusal take_run(const struct text_field *field, struct cursor *cursor,
	struct text *text, struct text_run *out)
{
	const uint8_t *start = cursor->rest.data;
	bool taken = true;
	while (taken && (field->repeat == TEXT_MANY || out->count == 0)) {
		refusal refused = take_field(field, cursor, &taken);

		text->line += taken;
		out->count += taken;
		if (refused != NULL)
			return refused;
	}
	out->lines = bytes_of(start, (size_t)(cursor->rest.data - start));
	if (field->repeat == TEXT_ONCE && out->count == 0) {
		text->line++;
		return "a field is missing, unknown or out of order";
	}
	return NULL;
}

static refusal take_first_line(struct cursor *cursor, struct text *out)
{
	struct bytes line = cursor_line(cursor);
	out->line = 1;
	out->rehearsal = is_first_line(out->form, line, true);
	if (!out->rehearsal && !is_first_line(out->form, line, false))
		return "the first line is not that of this kind of text";
	return NULL;
}

refusal text_decode(
	const struct text_form *form, struct bytes whole, struct text *out)
{
	struct cursor cursor = cursor_of(whole);
	refusal refused;
	memset(out, 0, sizeof(*out));
	out->form = form;
	refused = take_first_line(&cursor, out);
	for (size_t i = 0; refused == NULL && i < form->field_count; i++)
		refused = take_run(&form->field[i], &cursor, out, &out->run[i]);
	if (refused != NULL)
		return refused;
	if (cursor.rest.size > 0) {
		out->line++;
		return "a field is repeated, unknown or out of order";
	}
	return NULL;
}

size_t text_count(const struct text *text, size_t field)
{
	return text->run[field].count;
}

struct text_values text_values(const struct text *text, size_t field)
{
	return (struct text_values){ .rest = cursor_of(text->run[field].lines),
		.field = &text->form->field[field] };
}

bool text_next(struct text_values *values)
{
	values->value = cursor_line(&values->rest);
	return !values->rest.broken &&
	       take_name(&values->value, values->field->name);
}

uint64_t text_value_number(const struct text_values *values)
{
	uint64_t number = 0;
	decimal_decode(values->value, UINT64_MAX, &number);
	return number;
}

struct digest text_value_digest(const struct text_values *values)
{
	struct digest digest = { 0 };
	hex_decode(values->value, digest.byte, SHA256_SIZE);
	return digest;
}

static void write_decoded_hex(struct writer *writer, struct bytes value)
{
	uint8_t octet = 0;
	for (size_t i = 0; i + 1 < value.size; i += 2) {
		hex_decode(bytes_of(value.data + i, 2), &octet, 1);
		write_u8(writer, octet);
	}
}

void text_value_bytes(const struct text_values *values, struct writer *out)
{
	if (values->field->type == TEXT_BASE64)
		base64_decode(BASE64_PADDED, values->value, out);
	else
		write_decoded_hex(out, values->value);
}

static struct text_values first(const struct text *text, size_t field)
{
	struct text_values values = text_values(text, field);
	text_next(&values);
	return values;
}

struct bytes text_value(const struct text *text, size_t field)
{
	return first(text, field).value;
}

uint64_t text_number(const struct text *text, size_t field)
{
	struct text_values values = first(text, field);
	return text_value_number(&values);
}

struct digest text_digest(const struct text *text, size_t field)
{
	struct text_values values = first(text, field);
	return text_value_digest(&values);
}

void text_bytes(const struct text *text, size_t field, struct writer *out)
{
	struct text_values values = first(text, field);
	text_value_bytes(&values, out);
}

struct tpm_name text_name(const struct text *text, size_t field)
{
	struct tpm_name out = { { 0 } };
	struct writer writer = writer_of(out.byte, sizeof(out.byte));
	text_bytes(text, field, &writer);
	return out;
}

struct text_writer text_begin(
	const struct text_form *form, bool rehearsal, struct writer *out)
{
	struct text_writer text = { form, out, out->size };
	write_first_line(out, form, rehearsal);
	write_u8(out, '\n');
	return text;
}

static void put_name(struct text_writer *text, size_t field)
{
	write_text(text->out, text->form->field[field].name);
	write_text(text->out, separator);
}

void text_put(struct text_writer *text, size_t field, struct bytes value)
{
	enum text_type type = text->form->field[field].type;
	put_name(text, field);
	if (type == TEXT_LINE || type == TEXT_WORD)
		write_bytes(text->out, value);
	else if (type == TEXT_BASE64)
		write_base64(text->out, BASE64_PADDED, value);
	else
		write_hex(text->out, value);
	write_u8(text->out, '\n');
}

void text_put_number(struct text_writer *text, size_t field, uint64_t value)
{
	put_name(text, field);
	write_decimal(text->out, value);
	write_u8(text->out, '\n');
}

refusal text_end(struct text_writer *text)
{
	const struct writer *out = text->out;
	struct text decoded;
	if (out->broken)
		return "the text is too long";
	return text_decode(text->form,
		bytes_of(out->data + text->start, out->size - text->start),
		&decoded);
}
