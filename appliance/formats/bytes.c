/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/formats/bytes.h"

#include <string.h>

struct bytes bytes_of_text(const char *text)
{
	return bytes_of(text, strlen(text));
}

bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.size == b.size &&
	       (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

bool bytes_equal_secret(struct bytes a, struct bytes b)
{
	volatile uint8_t difference = 0;
	if (a.size != b.size)
		return false;
	for (size_t i = 0; i < a.size; i++)
		difference |= a.data[i] ^ b.data[i];
	return difference == 0;
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
	return memcmp(a->byte, b->byte, SHA256_SIZE) == 0;
}

bool tpm_name_equal(const struct tpm_name *a, const struct tpm_name *b)
{
	return memcmp(a->byte, b->byte, TPM_NAME_SIZE) == 0;
}

struct bytes tpm_name_bytes(const struct tpm_name *name)
{
	return bytes_of(name->byte, TPM_NAME_SIZE);
}

struct cursor cursor_of(struct bytes whole)
{
	return (struct cursor){ .rest = whole };
}

static void advance(struct cursor *cursor, size_t size)
{
	if (size == 0)
		return;
	cursor->rest.data += size;
	cursor->rest.size -= size;
}

struct bytes cursor_take(struct cursor *cursor, size_t size)
{
	struct bytes taken = { 0 };
	if (cursor->broken || size > cursor->rest.size) {
		cursor->broken = true;
		return taken;
	}
	taken = bytes_of(cursor->rest.data, size);
	advance(cursor, size);
	return taken;
}

void cursor_copy(struct cursor *cursor, void *out, size_t size)
{
	struct bytes taken = cursor_take(cursor, size);
	if (size == 0)
		return;
	if (cursor->broken)
		memset(out, 0, size);
	else
		memcpy(out, taken.data, size);
}

static uint64_t number(struct cursor *cursor, size_t size)
{
	struct bytes taken = cursor_take(cursor, size);
	uint64_t value = 0;
	for (size_t i = 0; i < taken.size; i++)
		value = value << 8 | taken.data[i];
	return value;
}

uint8_t cursor_u8(struct cursor *cursor)
{
	return (uint8_t)number(cursor, 1);
}

uint16_t cursor_u16(struct cursor *cursor)
{
	return (uint16_t)number(cursor, 2);
}

uint32_t cursor_u32(struct cursor *cursor)
{
	return (uint32_t)number(cursor, 4);
}

uint64_t cursor_u64(struct cursor *cursor)
{
	return number(cursor, 8);
}

struct bytes cursor_field(struct cursor *cursor, size_t most)
{
	uint32_t size = cursor_u32(cursor);
	if (size > most)
		cursor->broken = true;
	return cursor_take(cursor, size);
}

/* Where the line ends; NULL when no '\n' is left. */
static const uint8_t *end_of_line(const struct cursor *cursor)
{
	if (cursor->broken || cursor->rest.size == 0)
		return NULL;
	return memchr(cursor->rest.data, '\n', cursor->rest.size);
}

struct bytes cursor_line(struct cursor *cursor)
{
	const uint8_t *end = end_of_line(cursor);
	struct bytes line;
	if (end == NULL) {
		cursor->broken = true;
		return (struct bytes){ 0 };
	}
	line = cursor_take(cursor, (size_t)(end - cursor->rest.data));
	advance(cursor, 1);
	return line;
}

struct bytes cursor_line_or_rest(struct cursor *cursor)
{
	return end_of_line(cursor) != NULL
		       ? cursor_line(cursor)
		       : cursor_take(cursor, cursor->rest.size);
}

bool cursor_done(const struct cursor *cursor)
{
	return !cursor->broken && cursor->rest.size == 0;
}

struct writer writer_of(void *data, size_t capacity)
{
	return (struct writer){ .data = data, .capacity = capacity };
}

uint8_t *writer_room(struct writer *writer, size_t size)
{
	if (writer->broken || size > writer->capacity - writer->size) {
		writer->broken = true;
		return NULL;
	}
	return writer->data + writer->size;
}

void write_bytes(struct writer *writer, struct bytes bytes)
{
	uint8_t *to;
	if (bytes.size == 0)
		return;
	to = writer_room(writer, bytes.size);
	if (to == NULL)
		return;
	memcpy(to, bytes.data, bytes.size);
	writer->size += bytes.size;
}

static void write_number(struct writer *writer, uint64_t value, size_t size)
{
	uint8_t octet[sizeof(value)];

	for (size_t i = size; i-- > 0; value >>= 8)
		octet[i] = (uint8_t)value;
	write_bytes(writer, bytes_of(octet, size));
}

void write_u8(struct writer *writer, uint8_t value)
{
	write_number(writer, value, sizeof(value));
}

void write_u16(struct writer *writer, uint16_t value)
{
	write_number(writer, value, sizeof(value));
}

void write_u32(struct writer *writer, uint32_t value)
{
	write_number(writer, value, sizeof(value));
}

void write_u64(struct writer *writer, uint64_t value)
{
	write_number(writer, value, sizeof(value));
}

void write_field(struct writer *writer, struct bytes bytes)
{
	if (bytes.size > UINT32_MAX)
		writer->broken = true;
	write_u32(writer, (uint32_t)bytes.size);
	write_bytes(writer, bytes);
}

void write_text(struct writer *writer, const char *text)
{
	write_bytes(writer, bytes_of_text(text));
}

void write_decimal(struct writer *writer, uint64_t value)
{
	char digit[20];
	size_t start = sizeof(digit);
	do {
		digit[--start] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	write_bytes(writer, bytes_of(digit + start, sizeof(digit) - start));
}

void write_hex(struct writer *writer, struct bytes bytes)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < bytes.size; i++) {
		write_u8(writer, (uint8_t)digits[bytes.data[i] >> 4]);
		write_u8(writer, (uint8_t)digits[bytes.data[i] & 15]);
	}
}

struct bytes written(const struct writer *writer)
{
	if (writer->broken)
		return (struct bytes){ 0 };
	return bytes_of(writer->data, writer->size);
}

static bool hex_digit(uint8_t character, uint8_t *out)
{
	if (character >= '0' && character <= '9')
		*out = (uint8_t)(character - '0');
	else if (character >= 'a' && character <= 'f')
		*out = (uint8_t)(character - 'a' + 10);
	else
		return false;
	return true;
}

bool hex_decode(struct bytes text, void *out, size_t size)
{
	uint8_t *octet = out;
	uint8_t high;
	uint8_t low;
	if (text.size % 2 != 0 || text.size / 2 != size)
		return false;
	for (size_t i = 0; i < size; i++) {
		if (!hex_digit(text.data[2 * i], &high) ||
			!hex_digit(text.data[2 * i + 1], &low))
			return false;
		octet[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

bool decimal_decode(struct bytes text, uint64_t most, uint64_t *out)
{
	uint64_t value = 0;
	if (text.size == 0 || (text.size > 1 && text.data[0] == '0'))
		return false;
	for (size_t i = 0; i < text.size; i++) {
		uint8_t digit = (uint8_t)(text.data[i] - '0');

		if (digit > 9 || digit > most || value > (most - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*out = value;
	return true;
}

/* The well-formed sequences of Unicode, table 3-7, by their first byte. */
static const struct sequence {
	uint8_t first, last;
	uint8_t second_least, second_most;
	size_t size;
} sequences[] = {
	{ 0x20, 0x7e, 0, 0, 1 },
	/* From C2 A0: U+0080 to U+009F are controls. */
	{ 0xc2, 0xc2, 0xa0, 0xbf, 2 },
	{ 0xc3, 0xdf, 0x80, 0xbf, 2 },
	{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
	{ 0xe1, 0xec, 0x80, 0xbf, 3 },
	{ 0xed, 0xed, 0x80, 0x9f, 3 },
	{ 0xee, 0xef, 0x80, 0xbf, 3 },
	{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
	{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
	{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

/* Size of the clean character at the front, 0 if there is none. */
static size_t character_size(struct bytes text)
{
	const struct sequence *row = sequences;
	const struct sequence *end = row + sizeof(sequences) / sizeof(*row);
	while (row < end &&
		(text.data[0] < row->first || text.data[0] > row->last))
		row++;
	if (row == end || row->size > text.size)
		return 0;
	if (row->size > 1 && (text.data[1] < row->second_least ||
				     text.data[1] > row->second_most))
		return 0;
	for (size_t i = 2; i < row->size; i++)
		if ((text.data[i] & 0xc0) != 0x80)
			return 0;
	return row->size;
}

/*
 * What is there and is not seen, or moves what is (Unicode 15): Bidi_Control,
 * Default_Ignorable_Code_Point but ZWNJ and ZWJ, line and paragraph separators,
 * interlinear annotation and object replacement, private use, noncharacters.
 */
static const struct range {
	uint32_t first, last;
} unseen[] = {
	{ 0xad, 0xad },			    /* soft hyphen */
	{ 0x34f, 0x34f }, { 0x61c, 0x61c }, /* Arabic letter mark */
	{ 0x115f, 0x1160 }, { 0x17b4, 0x17b5 }, { 0x180b, 0x180f },
	{ 0x200b, 0x200b }, /* zero width space */
	{ 0x200e, 0x200f }, /* left-to-right and right-to-left mark */
	{ 0x2028, 0x202e }, /* separators, embeddings, overrides */
	{ 0x2060, 0x206f }, /* word joiner, isolates */
	{ 0x3164, 0x3164 }, { 0xe000, 0xf8ff }, /* private use */
	{ 0xfdd0, 0xfdef },			/* noncharacters */
	{ 0xfe00, 0xfe0f },			/* variation selectors */
	{ 0xfeff, 0xfeff },			/* byte order mark */
	{ 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb }, { 0x1bca0, 0x1bca3 },
	{ 0x1d173, 0x1d17a },
	{ 0xe0000, 0xe0fff },  /* tags, more variation selectors */
	{ 0xf0000, 0x10ffff }, /* private use */
};

static uint32_t code_point(struct bytes text, size_t size)
{
	uint32_t code = text.data[0];
	if (size > 1)
		code &= 0xffU >> (size + 1);
	for (size_t i = 1; i < size; i++)
		code = code << 6 | (text.data[i] & 0x3fU);
	return code;
}

static bool is_seen(uint32_t code)
{
	for (size_t i = 0; i < sizeof(unseen) / sizeof(unseen[0]); i++)
		if (code >= unseen[i].first && code <= unseen[i].last)
			return false;
	/* The last two of every plane are noncharacters. */
	return (code & 0xfffe) != 0xfffe;
}

bool text_is_clean(struct bytes text)
{
	while (text.size > 0) {
		size_t size = character_size(text);
		if (size == 0 || !is_seen(code_point(text, size)))
			return false;
		text.data += size;
		text.size -= size;
	}
	return true;
}

void wipe(void *data, size_t size)
{
	explicit_bzero(data, size);
}
