/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/formats/json_write.h"

/* What lies deeper stands in one line: rows of numbers. */
enum { LINES_DEPTH = 4 };

struct json_writer json_writer_of(struct writer *out)
{
	return (struct json_writer){ .out = out };
}

static void begin_line(struct json_writer *json)
{
	write_u8(json->out, '\n');
	for (unsigned i = 0; i < json->depth; i++)
		write_u8(json->out, ' ');
}

/* Quotation marks, backslashes and controls have to be escaped. */
void write_json_bytes(struct writer *out, struct bytes text)
{
	write_u8(out, '"');
	for (size_t i = 0; i < text.size; i++) {
		const uint8_t c = text.data[i];
		if (c == '"' || c == '\\') {
			write_u8(out, '\\');
			write_u8(out, c);
		} else if (c < 0x20 || c == '<') {
			write_text(out, "\\u00");
			write_hex(out, bytes_of(&c, 1));
		} else {
			write_u8(out, c);
		}
	}
	write_u8(out, '"');
}

void write_json_text(struct writer *out, const char *text)
{
	write_json_bytes(out, bytes_of_text(text));
}

void write_json_hex(struct writer *out, struct bytes value)
{
	write_u8(out, '"');
	write_hex(out, value);
	write_u8(out, '"');
}

/* All that stands before a value. */
static void begin_value(struct json_writer *json, const char *key)
{
	if (json->depth > 0 && json->begun[json->depth])
		write_text(json->out, json->depth > LINES_DEPTH ? ", " : ",");
	if (json->depth > 0 && json->depth <= LINES_DEPTH)
		begin_line(json);
	json->begun[json->depth] = true;
	if (key == NULL)
		return;
	write_json_text(json->out, key);
	write_text(json->out, ": ");
}

static void open_with(
	struct json_writer *json, const char *key, const char *ends)
{
	begin_value(json, key);
	write_u8(json->out, (uint8_t)ends[0]);
	if (json->depth + 1 == JSON_WRITE_DEPTH_MOST) {
		json->out->broken = true;
		return;
	}
	json->depth++;
	json->end[json->depth] = ends[1];
	json->begun[json->depth] = false;
}

void json_open_object(struct json_writer *json, const char *key)
{
	open_with(json, key, "{}");
}

void json_open_array(struct json_writer *json, const char *key)
{
	open_with(json, key, "[]");
}

void json_close(struct json_writer *json)
{
	const unsigned depth = json->depth--;
	if (json->begun[depth] && depth <= LINES_DEPTH)
		begin_line(json);
	write_u8(json->out, (uint8_t)json->end[depth]);
}

void json_put_text(struct json_writer *json, const char *key, const char *value)
{
	json_put_bytes(json, key, bytes_of_text(value));
}

void json_put_bytes(
	struct json_writer *json, const char *key, struct bytes text)
{
	begin_value(json, key);
	write_json_bytes(json->out, text);
}

void json_put_hex(struct json_writer *json, const char *key, struct bytes value)
{
	begin_value(json, key);
	write_json_hex(json->out, value);
}

void json_put_number(struct json_writer *json, const char *key, uint64_t value)
{
	begin_value(json, key);
	write_decimal(json->out, value);
}

void json_put_bool(struct json_writer *json, const char *key, bool value)
{
	begin_value(json, key);
	write_text(json->out, value ? "true" : "false");
}

void json_put_null(struct json_writer *json, const char *key)
{
	begin_value(json, key);
	write_text(json->out, "null");
}
