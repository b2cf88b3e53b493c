/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/formats/layout.h"

#include "appliance/formats/age.h"
#include "appliance/formats/quorum.h"

#include <string.h>

refusal layout_walk(const struct layout *layout, void *body,
	layout_visit *visit, void *context)
{
	refusal why = NULL;
	for (size_t i = 0; why == NULL && i < layout->count; i++) {
		const struct layout_member *member = &layout->member[i];
		uint8_t *at = (uint8_t *)body + member->offset;
		if (member->kind != LAYOUT_PART)
			why = visit(context, member, at);
		else
			for (size_t n = 0; why == NULL && n < member->count;
				n++)
				why = layout_walk(member->part(),
					at + n * member->size, visit, context);
	}
	return why;
}

size_t layout_size(const struct layout *layout)
{
	size_t size = 0;
	for (size_t i = 0; i < layout->count; i++) {
		const struct layout_member *member = &layout->member[i];
		size += member->kind != LAYOUT_PART
				? member->size
				: member->count * layout_size(member->part());
	}
	return size;
}

static void encode_number(struct writer *out, const uint8_t *at, size_t size)
{
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;
	switch (size) {
	case sizeof(u16):
		memcpy(&u16, at, size);
		write_u16(out, u16);
		return;
	case sizeof(u32):
		memcpy(&u32, at, size);
		write_u32(out, u32);
		return;
	default:
		memcpy(&u64, at, size);
		write_u64(out, u64);
		return;
	}
}

static void decode_number(struct cursor *in, uint8_t *at, size_t size)
{
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;
	switch (size) {
	case sizeof(u16):
		u16 = cursor_u16(in);
		memcpy(at, &u16, size);
		return;
	case sizeof(u32):
		u32 = cursor_u32(in);
		memcpy(at, &u32, size);
		return;
	default:
		u64 = cursor_u64(in);
		memcpy(at, &u64, size);
		return;
	}
}

static refusal encode_member(
	void *context, const struct layout_member *member, uint8_t *at)
{
	if (member->kind == LAYOUT_NUMBER)
		encode_number(context, at, member->size);
	else
		write_bytes(context, bytes_of(at, member->size));
	return NULL;
}

void layout_encode(
	struct writer *out, const struct layout *layout, const void *body)
{
	/* The visit above changes nothing. */
	layout_walk(layout, (void *)body, encode_member, out);
}

static bool all_zero(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (data[i] != 0)
			return false;
	return true;
}

static bool line_is_sound(const uint8_t *line, size_t size)
{
	const size_t length = strnlen((const char *)line, size);
	return length < size && text_is_clean(bytes_of(line, length)) &&
	       all_zero(line + length, size - length);
}

static bool rest_is_sound(const uint8_t *data, size_t size)
{
	uint16_t used;
	memcpy(&used, data - sizeof(used), sizeof(used));
	return used <= size && all_zero(data + used, size - used);
}

static refusal decode_member(
	void *context, const struct layout_member *member, uint8_t *at)
{
	if (member->kind == LAYOUT_NUMBER)
		decode_number(context, at, member->size);
	else
		cursor_copy(context, at, member->size);
	if (member->kind == LAYOUT_LINE && !line_is_sound(at, member->size))
		return "a message whose text is not clean";
	if (member->kind == LAYOUT_REST && !rest_is_sound(at, member->size))
		return "a message whose blob is not sound";
	return NULL;
}

refusal layout_decode(
	struct cursor *in, const struct layout *layout, void *body)
{
	return layout_walk(layout, body, decode_member, in);
}

refusal layout_decode_whole(
	struct bytes encoded, const struct layout *layout, void *body)
{
	struct cursor in = cursor_of(encoded);
	const refusal why = layout_decode(&in, layout, body);
	if (why != NULL)
		return why;
	return cursor_done(&in) ? NULL : "a message of the wrong length";
}

/* --- structs that many have as parts --- */

#define digest_members(X) X(OCTETS, SHA256_SIZE, byte)
LAYOUT_DEFINE_WHOLE(digest)

#define tpm_name_members(X) X(OCTETS, TPM_NAME_SIZE, byte)
LAYOUT_DEFINE_WHOLE(tpm_name)

#define p256_public_members(X)                                                 \
	X(OCTETS, P256_SIZE, x)                                                \
	X(OCTETS, P256_SIZE, y)
LAYOUT_DEFINE_WHOLE(p256_public)

#define p256_signature_members(X)                                              \
	X(OCTETS, P256_SIZE, r)                                                \
	X(OCTETS, P256_SIZE, s)
LAYOUT_DEFINE_WHOLE(p256_signature)

#define age_stanza_members(X)                                                  \
	X(OCTETS, AGE_TAG_SIZE, tag)                                           \
	X(PART, p256_public, enc)                                              \
	X(OCTETS, AGE_BODY_SIZE, body)
LAYOUT_DEFINE_WHOLE(age_stanza)

#define age_file_key_members(X) X(OCTETS, AGE_FILE_KEY_SIZE, byte)
LAYOUT_DEFINE_WHOLE(age_file_key)

#define quorum_member_members(X)                                               \
	X(PART, p256_public, key)                                              \
	X(NUMBER, uint16_t, board)
LAYOUT_DEFINE_WHOLE(quorum_member)

#define quorum_members(X)                                                      \
	X(NUMBER, uint16_t, need)                                              \
	X(NUMBER, uint16_t, of)                                                \
	X(NUMBER, uint16_t, each)                                              \
	X(PARTS, quorum_member, member, QUORUM_MOST)
LAYOUT_DEFINE_WHOLE(quorum)

LAYOUT_DEFINE(blob)

struct bytes blob_bytes(const struct blob *blob)
{
	return bytes_of(blob->data, blob->size);
}

bool blob_set(struct blob *blob, struct bytes content)
{
	memset(blob, 0, sizeof(*blob));
	if (content.size > sizeof(blob->data))
		return false;
	blob->size = (uint16_t)content.size;
	if (content.size > 0)
		memcpy(blob->data, content.data, content.size);
	return true;
}
