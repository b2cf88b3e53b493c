/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/formats/bech32.h"

#include <string.h>

static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

enum { CHECKSUM_SIZE = 6 };

static uint32_t polymod(uint32_t sum, uint32_t value)
{
	static const uint32_t generator[] = { 0x3b6a57b2, 0x26508e6d,
		0x1ea119fa, 0x3d4233dd, 0x2a1462b3 };
	uint32_t top = sum >> 25;
	sum = (sum & 0x1ffffff) << 5 ^ value;
	for (size_t i = 0; i < 5; i++)
		if (top >> i & 1)
			sum ^= generator[i];
	return sum;
}

static uint32_t polymod_prefix(const char *prefix)
{
	uint32_t sum = 1;
	for (const char *c = prefix; *c; c++)
		sum = polymod(sum, (uint32_t)(uint8_t)*c >> 5);
	sum = polymod(sum, 0);
	for (const char *c = prefix; *c; c++)
		sum = polymod(sum, (uint32_t)(uint8_t)*c & 31);
	return sum;
}

static void write_value(struct writer *writer, uint32_t *sum, uint32_t value)
{
	write_u8(writer, (uint8_t)alphabet[value]);
	*sum = polymod(*sum, value);
}

void write_bech32(struct writer *writer, const char *prefix, struct bytes bytes)
{
	uint32_t sum = polymod_prefix(prefix);
	uint32_t bits = 0;
	unsigned int held = 0;
	write_text(writer, prefix);
	write_u8(writer, '1');
	for (size_t i = 0; i < bytes.size; i++) {
		bits = bits << 8 | bytes.data[i];
		for (held += 8; held >= 5; held -= 5)
			write_value(writer, &sum, bits >> (held - 5) & 31);
	}
	if (held > 0)
		write_value(writer, &sum, bits << (5 - held) & 31);
	for (unsigned int i = 0; i < CHECKSUM_SIZE; i++)
		sum = polymod(sum, 0);
	sum ^= 1;
	for (unsigned int i = CHECKSUM_SIZE; i-- > 0;)
		write_u8(writer, (uint8_t)alphabet[sum >> 5 * i & 31]);
}

static bool is_upper(uint8_t character)
{
	return character >= 'A' && character <= 'Z';
}

static bool is_lower(uint8_t character)
{
	return character >= 'a' && character <= 'z';
}

static uint8_t lower(uint8_t character)
{
	return is_upper(character) ? (uint8_t)(character - 'A' + 'a')
				   : character;
}

static bool is_mixed(struct bytes text)
{
	bool upper_seen = false;
	bool lower_seen = false;
	for (size_t i = 0; i < text.size; i++) {
		upper_seen |= is_upper(text.data[i]);
		lower_seen |= is_lower(text.data[i]);
	}
	return upper_seen && lower_seen;
}

/* Takes "<prefix>1" off the front. */
static bool take_prefix(struct cursor *cursor, const char *prefix)
{
	for (const char *c = prefix; *c; c++)
		if (lower(cursor_u8(cursor)) != (uint8_t)*c)
			return false;
	return cursor_u8(cursor) == '1';
}

static bool value_of(uint8_t character, uint32_t *out)
{
	const char *place =
		character ? strchr(alphabet, lower(character)) : NULL;
	if (place == NULL)
		return false;
	*out = (uint32_t)(place - alphabet);
	return true;
}

static bool checksum_holds(struct bytes data, const char *prefix)
{
	uint32_t sum = polymod_prefix(prefix);
	uint32_t value;
	for (size_t i = 0; i < data.size; i++) {
		if (!value_of(data.data[i], &value))
			return false;
		sum = polymod(sum, value);
	}
	return sum == 1;
}

/* Groups of 5 bits as bytes; the bits left over must be zero. */
static bool regroup(struct bytes data, struct writer *out)
{
	uint32_t bits = 0;
	uint32_t value;
	unsigned int held = 0;
	for (size_t i = 0; i < data.size; i++) {
		if (!value_of(data.data[i], &value))
			return false;
		bits = (bits << 5 | value) & 0xfff;
		held += 5;
		if (held >= 8) {
			held -= 8;
			write_u8(out, (uint8_t)(bits >> held));
		}
	}
	return held < 5 && (bits & ((1U << held) - 1)) == 0;
}

refusal bech32_decode(
	struct bytes text, const char *prefix, void *out, size_t size)
{
	struct cursor cursor = cursor_of(text);
	struct writer writer = writer_of(out, size);
	struct bytes data;
	if (is_mixed(text))
		return "upper and lower case are mixed";
	if (!take_prefix(&cursor, prefix))
		return "it does not start as it must";
	if (cursor.rest.size < CHECKSUM_SIZE ||
		!checksum_holds(cursor.rest, prefix))
		return "the checksum does not hold";
	data = cursor.rest;
	data.size -= CHECKSUM_SIZE;
	if (!regroup(data, &writer) || writer.broken || writer.size != size)
		return "it has not the right size";
	return NULL;
}
