/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/formats/base64.h"

#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "abcdefghijklmnopqrstuvwxyz0123456789+/";

/* 1 to 3 bytes as 2 to 4 characters. */
static void write_group(
	struct writer *writer, enum base64_form form, struct bytes group)
{
	uint32_t bits = 0;
	for (size_t i = 0; i < 3; i++)
		bits = bits << 8 | (i < group.size ? group.data[i] : 0);
	for (size_t i = 0; i <= group.size; i++)
		write_u8(writer, (uint8_t)alphabet[bits >> (18 - 6 * i) & 63]);
	for (size_t i = group.size; form == BASE64_PADDED && i < 3; i++)
		write_u8(writer, '=');
}

void write_base64(
	struct writer *writer, enum base64_form form, struct bytes bytes)
{
	struct cursor cursor = cursor_of(bytes);
	while (cursor.rest.size > 0) {
		size_t left = cursor.rest.size;

		write_group(writer, form,
			cursor_take(&cursor, left < 3 ? left : 3));
	}
}

static bool value_of(uint8_t character, uint32_t *out)
{
	const char *place = character ? strchr(alphabet, character) : NULL;
	if (place == NULL)
		return false;
	*out = (uint32_t)(place - alphabet);
	return true;
}

/* 2 to 4 characters without padding as 1 to 3 bytes. */
static bool decode_group(struct bytes group, struct writer *out)
{
	uint32_t bits = 0;
	uint32_t value;
	if (group.size < 2)
		return false;
	for (size_t i = 0; i < group.size; i++) {
		if (!value_of(group.data[i], &value))
			return false;
		bits |= value << (18 - 6 * i);
	}
	for (size_t i = 0; i + 1 < group.size; i++) {
		write_u8(out, (uint8_t)(bits >> 16));
		bits = bits << 8 & 0xffffff;
	}
	return bits == 0 && !out->broken;
}

static bool strip_padding(struct bytes *text)
{
	if (text->size % 4 != 0)
		return false;
	for (int i = 0; i < 2; i++)
		if (text->size > 0 && text->data[text->size - 1] == '=')
			text->size--;
	return true;
}

bool base64_decode(enum base64_form form, struct bytes text, struct writer *out)
{
	struct cursor cursor;
	if (form == BASE64_PADDED && !strip_padding(&text))
		out->broken = true;
	cursor = cursor_of(text);
	while (!out->broken && cursor.rest.size > 0) {
		size_t left = cursor.rest.size;

		if (!decode_group(
			    cursor_take(&cursor, left < 4 ? left : 4), out))
			out->broken = true;
	}
	return !out->broken;
}

bool base64_decode_exact(
	enum base64_form form, struct bytes text, void *out, size_t size)
{
	struct writer writer = writer_of(out, size);
	return base64_decode(form, text, &writer) && writer.size == size;
}
