/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/formats/ustar.h"

#include <string.h>

enum {
	NAME = 0,
	SIZE = 124,
	SIZE_DIGITS = 11,
	CHECKSUM = 148,
	CHECKSUM_DIGITS = 6,
};

/* What does not change from header to header. */
static const struct constant {
	size_t offset;
	const char *text;
} constants[] = {
	{ 100, "0000644" },	/* mode */
	{ 108, "0000000" },	/* uid */
	{ 116, "0000000" },	/* gid */
	{ 136, "00000000000" }, /* mtime */
	{ 156, "0" },		/* typeflag: regular file */
	{ 257, "ustar" },	/* magic, with its NUL */
	{ 263, "00" },		/* version */
	{ 329, "0000000" },	/* devmajor */
	{ 337, "0000000" },	/* devminor */
};

static bool is_alphanumeric(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9');
}

static bool is_punctuation(char c)
{
	return c == '.' || c == '_' || c == '-';
}

static bool name_is_valid(const char *name)
{
	bool at_start = true;
	bool in_directory = false;
	const char *c = name;
	for (; *c; c++) {
		if (*c == '/') {
			if (at_start || in_directory)
				return false;
			in_directory = true;
			at_start = true;
			continue;
		}
		if (!is_alphanumeric(*c) && (at_start || !is_punctuation(*c)))
			return false;
		at_start = false;
	}
	return !at_start && c - name <= USTAR_NAME_MOST;
}

static void put_octal(uint8_t *place, uint64_t value, size_t digits)
{
	for (size_t i = digits; i-- > 0; value >>= 3)
		place[i] = (uint8_t)('0' + (value & 7));
}

/* Sum of all octets, those of the checksum itself taken as spaces. */
static void put_checksum(uint8_t block[USTAR_BLOCK_SIZE])
{
	uint64_t sum = 0;
	memset(block + CHECKSUM, ' ', 8);
	for (size_t i = 0; i < USTAR_BLOCK_SIZE; i++)
		sum += block[i];
	put_octal(block + CHECKSUM, sum, CHECKSUM_DIGITS);
	block[CHECKSUM + CHECKSUM_DIGITS] = 0;
}

refusal ustar_header_encode(
	const char *name, uint64_t size, uint8_t block[USTAR_BLOCK_SIZE])
{
	struct writer name_field = writer_of(block + NAME, USTAR_NAME_MOST);
	memset(block, 0, USTAR_BLOCK_SIZE);
	if (!name_is_valid(name))
		return "the name of a member is not one that a courier carries";
	if (size >> 3 * SIZE_DIGITS != 0)
		return "a member is larger than ustar can say";
	write_text(&name_field, name);
	put_octal(block + SIZE, size, SIZE_DIGITS);
	for (size_t i = 0; i < sizeof(constants) / sizeof(*constants); i++)
		memcpy(block + constants[i].offset, constants[i].text,
			strlen(constants[i].text));
	put_checksum(block);
	return NULL;
}

static bool take_octal(const uint8_t *place, size_t digits, uint64_t *out)
{
	uint64_t value = 0;
	for (size_t i = 0; i < digits; i++) {
		if (place[i] < '0' || place[i] > '7')
			return false;
		value = value << 3 | (uint64_t)(place[i] - '0');
	}
	*out = value;
	return true;
}

static bool is_zero(struct bytes bytes)
{
	for (size_t i = 0; i < bytes.size; i++)
		if (bytes.data[i] != 0)
			return false;
	return true;
}

/* A name and a size have one block only: make it and compare. */
refusal ustar_header_decode(
	const uint8_t block[USTAR_BLOCK_SIZE], struct ustar_member *out)
{
	uint8_t canonical[USTAR_BLOCK_SIZE];
	refusal refused;
	memset(out, 0, sizeof(*out));
	out->end = is_zero(bytes_of(block, USTAR_BLOCK_SIZE));
	if (out->end)
		return NULL;
	if (memcmp(block + 257, "ustar\00000", 8) != 0)
		return "not a ustar archive";
	memcpy(out->name, block + NAME, USTAR_NAME_MOST);
	if (!take_octal(block + SIZE, SIZE_DIGITS, &out->size))
		return "the size of a member is malformed";
	refused = ustar_header_encode(out->name, out->size, canonical);
	if (refused != NULL)
		return refused;
	if (memcmp(block, canonical, sizeof(canonical)) != 0)
		return "the header of a member is not the canonical one";
	return NULL;
}

size_t ustar_padding(uint64_t size)
{
	return (USTAR_BLOCK_SIZE - size % USTAR_BLOCK_SIZE) % USTAR_BLOCK_SIZE;
}

static refusal check_end(struct bytes rest)
{
	if (rest.size < USTAR_BLOCK_SIZE)
		return "the archive is cut off";
	if (!is_zero(rest))
		return "something follows the end of the archive";
	return NULL;
}

refusal ustar_next(
	struct bytes *rest, struct ustar_member *member, struct bytes *content)
{
	struct cursor cursor = cursor_of(*rest);
	struct bytes block = cursor_take(&cursor, USTAR_BLOCK_SIZE);
	struct bytes padding;
	refusal refused;
	*content = (struct bytes){ 0 };
	if (cursor.broken)
		return "the archive is cut off";
	refused = ustar_header_decode(block.data, member);
	if (refused != NULL)
		return refused;
	if (member->end)
		return check_end(cursor.rest);
	/* Compared before it is a size_t, which may have 32 bits. */
	if (member->size > cursor.rest.size)
		return "the archive is cut off";
	*content = cursor_take(&cursor, (size_t)member->size);
	padding = cursor_take(&cursor, ustar_padding(member->size));
	if (cursor.broken)
		return "the archive is cut off";
	if (!is_zero(padding))
		return "the padding of a member is not zero";
	*rest = cursor.rest;
	return NULL;
}

static void write_zeros(struct writer *writer, size_t size)
{
	static const uint8_t zero[USTAR_BLOCK_SIZE];
	write_bytes(writer, bytes_of(zero, size));
}

void write_ustar_member(
	struct writer *writer, const char *name, struct bytes content)
{
	uint8_t block[USTAR_BLOCK_SIZE];
	if (ustar_header_encode(name, content.size, block))
		writer->broken = true;
	write_bytes(writer, bytes_of(block, sizeof(block)));
	write_bytes(writer, content);
	write_zeros(writer, ustar_padding(content.size));
}

void write_ustar_end(struct writer *writer)
{
	write_zeros(writer, USTAR_BLOCK_SIZE);
	write_zeros(writer, USTAR_BLOCK_SIZE);
}
