/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/formats/json.h"

#include <string.h>

static const char not_json[] = "this is not JSON";
static const char ends_early[] = "the JSON document ends too early";

struct json_reader json_reader_of(struct json_source source)
{
	return (struct json_reader){ .source = source, .line = 1 };
}

struct json_reader json_reader_of_bytes(struct bytes whole)
{
	return (struct json_reader){ .chunk = whole, .ended = true, .line = 1 };
}

void json_refuse(struct json_reader *json, refusal why)
{
	if (!json->refused)
		json->refused = why;
}

/* The next byte, or -1 at the end and after a refusal. */
static int look(struct json_reader *json)
{
	if (json->refused)
		return -1;
	if (json->chunk.size == 0 && !json->ended) {
		json->chunk = json->source.next(json->source.context);
		json->ended = json->chunk.size == 0;
	}
	return json->chunk.size > 0 ? json->chunk.data[0] : -1;
}

static void pass(struct json_reader *json, size_t size)
{
	json->chunk.data += size;
	json->chunk.size -= size;
}

static int take(struct json_reader *json)
{
	int c = look(json);
	if (c >= 0)
		pass(json, 1);
	return c;
}

static void refuse_here(struct json_reader *json)
{
	json_refuse(json, look(json) < 0 ? ends_early : not_json);
}

static void must_take(struct json_reader *json, int expected)
{
	if (look(json) == expected)
		pass(json, 1);
	else
		refuse_here(json);
}

static int look_past_space(struct json_reader *json)
{
	int c = look(json);
	while (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
		if (c == '\n')
			json->line++;
		pass(json, 1);
		c = look(json);
	}
	return c;
}

/* Programs of some systems start their files with a byte order mark. */
static void pass_byte_order_mark(struct json_reader *json)
{
	if (json->depth > 0 || json->source.next == NULL || look(json) != 0xef)
		return;
	must_take(json, 0xef);
	must_take(json, 0xbb);
	must_take(json, 0xbf);
}

static void keep(struct json_reader *json, const uint8_t *data, size_t size)
{
	size_t room = JSON_TEXT_MOST - json->size;
	json->cut = json->cut || size > room;
	if (size > room)
		size = room;
	memcpy(json->text + json->size, data, size);
	json->size += size;
}

static void keep_byte(struct json_reader *json, uint32_t byte)
{
	uint8_t one = (uint8_t)byte;
	keep(json, &one, 1);
}

static struct bytes kept(struct json_reader *json)
{
	if (json->cut)
		json_refuse(json, "a text is longer than 256 bytes");
	return bytes_of(json->text, json->refused ? 0 : json->size);
}

static void clear_text(struct json_reader *json)
{
	json->size = 0;
	json->cut = false;
}

/*
 * Texts
 */

static uint32_t read_hex4(struct json_reader *json)
{
	uint32_t unit = 0;
	for (int i = 0; i < 4; i++) {
		int c = take(json);
		uint32_t digit = (uint32_t)c - '0';
		if (c >= 'a' && c <= 'f')
			digit = (uint32_t)c - 'a' + 10;
		else if (c >= 'A' && c <= 'F')
			digit = (uint32_t)c - 'A' + 10;
		if (digit > 15)
			json_refuse(json, "a text has a wrong escape");
		unit = unit << 4 | (digit & 15);
	}
	return unit;
}

static void keep_utf8(struct json_reader *json, uint32_t point)
{
	if (point < 0x80) {
		keep_byte(json, point);
		return;
	}
	if (point < 0x800) {
		keep_byte(json, 0xc0 | point >> 6);
	} else {
		if (point < 0x10000) {
			keep_byte(json, 0xe0 | point >> 12);
		} else {
			keep_byte(json, 0xf0 | point >> 18);
			keep_byte(json, 0x80 | (point >> 12 & 0x3f));
		}
		keep_byte(json, 0x80 | (point >> 6 & 0x3f));
	}
	keep_byte(json, 0x80 | (point & 0x3f));
}

static void read_code_point(struct json_reader *json)
{
	uint32_t point = read_hex4(json);
	if (point >= 0xd800 && point < 0xdc00) {
		uint32_t low;
		must_take(json, '\\');
		must_take(json, 'u');
		low = read_hex4(json);
		if (low < 0xdc00 || low > 0xdfff)
			json_refuse(json, "a text has half a surrogate pair");
		point = 0x10000 + ((point & 0x3ff) << 10) + (low & 0x3ff);
	} else if (point >= 0xdc00 && point < 0xe000) {
		json_refuse(json, "a text has half a surrogate pair");
	}
	if (!json->refused)
		keep_utf8(json, point);
}

static void read_escape(struct json_reader *json)
{
	static const char escape[] = "\"\\/bfnrt";
	static const char meant[] = "\"\\/\b\f\n\r\t";
	int c = take(json);
	const char *found = c > 0 ? strchr(escape, c) : NULL;
	if (c == 'u')
		read_code_point(json);
	else if (found != NULL)
		keep_byte(json, (uint8_t)meant[found - escape]);
	else
		json_refuse(
			json, c < 0 ? ends_early : "a text has a wrong escape");
}

static void read_plain(struct json_reader *json)
{
	while (look(json) >= 0) {
		const uint8_t *data = json->chunk.data;
		size_t size = 0;
		while (size < json->chunk.size && data[size] >= ' ' &&
			data[size] != '"' && data[size] != '\\')
			size++;
		keep(json, data, size);
		pass(json, size);
		if (json->chunk.size > 0)
			return;
	}
}

static void read_string(struct json_reader *json)
{
	clear_text(json);
	must_take(json, '"');
	while (!json->refused) {
		read_plain(json);
		int c = take(json);
		if (c == '"')
			return;
		if (c == '\\')
			read_escape(json);
		else
			json_refuse(
				json, c < 0 ? ends_early
					    : "a text has a control character");
	}
}

/*
 * Numbers and words
 */

static bool read_digits(struct json_reader *json)
{
	bool any = false;
	int c = look(json);
	while (c >= '0' && c <= '9') {
		keep_byte(json, (uint32_t)take(json));
		any = true;
		c = look(json);
	}
	if (!any)
		refuse_here(json);
	return any;
}

static bool read_one_of(struct json_reader *json, char a, char b)
{
	int c = look(json);
	bool found = c == a || c == b;
	if (found)
		keep_byte(json, (uint32_t)take(json));
	return found;
}

static void read_number(struct json_reader *json)
{
	clear_text(json);
	read_one_of(json, '-', '-');
	if (!read_one_of(json, '0', '0'))
		read_digits(json);
	if (read_one_of(json, '.', '.'))
		read_digits(json);
	if (read_one_of(json, 'e', 'E')) {
		read_one_of(json, '+', '-');
		read_digits(json);
	}
}

static void read_word(struct json_reader *json, const char *word)
{
	for (; *word; word++)
		must_take(json, *word);
}

/*
 * Values
 */

enum json_kind json_peek(struct json_reader *json)
{
	pass_byte_order_mark(json);
	switch (look_past_space(json)) {
	case '{':
		return JSON_KIND_OBJECT;
	case '[':
		return JSON_KIND_ARRAY;
	case '"':
		return JSON_KIND_TEXT;
	case 't':
	case 'f':
		return JSON_KIND_BOOL;
	case 'n':
		return JSON_KIND_NULL;
	case '-':
	case '0' ... '9':
		return JSON_KIND_NUMBER;
	default:
		return JSON_KIND_NOTHING;
	}
}

static bool must_be(
	struct json_reader *json, enum json_kind kind, refusal otherwise)
{
	enum json_kind found = json_peek(json);
	if (found == JSON_KIND_NOTHING)
		refuse_here(json);
	else if (found != kind)
		json_refuse(json, otherwise);
	return !json->refused;
}

static uint64_t level(const struct json_reader *json)
{
	return UINT64_C(1) << (json->depth - 1);
}

static void enter(struct json_reader *json, bool object)
{
	if (json->depth == JSON_DEPTH_MOST) {
		json_refuse(json, "the JSON document is nested too deeply");
		return;
	}
	pass(json, 1);
	json->depth++;
	json->begun &= ~level(json);
	json->object &= ~level(json);
	if (object)
		json->object |= level(json);
}

void json_enter_object(struct json_reader *json)
{
	if (must_be(json, JSON_KIND_OBJECT, "an object was expected here"))
		enter(json, true);
}

void json_enter_array(struct json_reader *json)
{
	if (must_be(json, JSON_KIND_ARRAY, "a list was expected here"))
		enter(json, false);
}

/* To the next member or item; false, and out of this level, at its end. */
static bool next(struct json_reader *json, char close)
{
	int c = look_past_space(json);
	if (c == close) {
		pass(json, 1);
		json->depth--;
		return false;
	}
	if (json->begun & level(json)) {
		must_take(json, ',');
		look_past_space(json);
	}
	json->begun |= level(json);
	return !json->refused;
}

bool json_member(struct json_reader *json)
{
	if (json->refused || !next(json, '}'))
		return false;
	read_string(json);
	look_past_space(json);
	must_take(json, ':');
	return !json->refused;
}

bool json_item(struct json_reader *json)
{
	return !json->refused && next(json, ']');
}

bool json_is(const struct json_reader *json, const char *name)
{
	return !json->cut && bytes_equal(bytes_of(json->text, json->size),
				     bytes_of_text(name));
}

struct bytes json_text(struct json_reader *json)
{
	if (must_be(json, JSON_KIND_TEXT, "a text was expected here"))
		read_string(json);
	return kept(json);
}

struct bytes json_text_or_number(struct json_reader *json)
{
	if (json_peek(json) != JSON_KIND_NUMBER)
		return json_text(json);
	read_number(json);
	return kept(json);
}

uint64_t json_number(struct json_reader *json, uint64_t most)
{
	uint64_t number = 0;
	if (!must_be(json, JSON_KIND_NUMBER, "a number was expected here"))
		return 0;
	read_number(json);
	if (!decimal_decode(kept(json), most, &number))
		json_refuse(json, "a number is not whole or is too large");
	return number;
}

bool json_bool(struct json_reader *json)
{
	bool value = look_past_space(json) == 't';
	if (!must_be(json, JSON_KIND_BOOL, "true or false was expected here"))
		return false;
	read_word(json, value ? "true" : "false");
	return value && !json->refused;
}

static void skip_scalar(struct json_reader *json, enum json_kind kind)
{
	if (kind == JSON_KIND_TEXT)
		read_string(json);
	else if (kind == JSON_KIND_NUMBER)
		read_number(json);
	else if (kind == JSON_KIND_BOOL)
		json_bool(json);
	else if (kind == JSON_KIND_NULL)
		read_word(json, "null");
	else
		refuse_here(json);
}

static bool next_of_level(struct json_reader *json)
{
	return json->object & level(json) ? json_member(json) : json_item(json);
}

void json_skip(struct json_reader *json)
{
	unsigned depth = json->depth;
	do {
		if (json->depth > depth && !next_of_level(json))
			continue;
		enum json_kind kind = json_peek(json);
		if (kind == JSON_KIND_OBJECT)
			json_enter_object(json);
		else if (kind == JSON_KIND_ARRAY)
			json_enter_array(json);
		else
			skip_scalar(json, kind);
	} while (!json->refused && json->depth > depth);
}

struct bytes json_raw(struct json_reader *json)
{
	json_peek(json);
	const uint8_t *start = json->chunk.data;
	json_skip(json);
	return bytes_of(
		start, json->refused ? 0 : (size_t)(json->chunk.data - start));
}

void json_end(struct json_reader *json)
{
	if (look_past_space(json) >= 0)
		json_refuse(json, "something follows the JSON document");
}
