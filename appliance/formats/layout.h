/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Structs of fixed size as bytes, from one list of their members.
 *
 * A list names each member once, in the order of its bytes:
 *
 *	#define journal_key_members(X)                                  \
 *		X(PART, digest, mac_key)                                \
 *		X(NUMBER, uint64_t, entry)
 *
 *	NUMBER, type, name          2, 4 or 8 bytes, big-endian
 *	OCTETS, size, name          bytes as they are
 *	LINE, size, name            clean UTF-8, a zero byte, zeros behind it
 *	REST, size, name            bytes, behind a 16-bit number that says how
 *	                            many of them are in use; zeros behind those
 *	PART, tag, name             a struct that has a layout of its own
 *	PARTS, tag, name, count     an array of such structs
 *
 * The list of struct TAG is called TAG_members. LAYOUT_STRUCT(TAG) makes the
 * struct of it, so that a member that is not in the list is not in the struct.
 * LAYOUT_DEFINE(TAG), in one source file, makes its layout; it does not compile
 * when somebody wrote the struct by hand and left a member out of the list. A
 * layout has one size, and one encoding of a value.
 */
#ifndef SANDOQ_FORMATS_LAYOUT_H
#define SANDOQ_FORMATS_LAYOUT_H

#include "appliance/formats/bytes.h"

enum layout_kind {
	LAYOUT_NUMBER,
	LAYOUT_OCTETS,
	LAYOUT_LINE,
	LAYOUT_REST,
	LAYOUT_PART,
};

struct layout_member {
	enum layout_kind kind;
	size_t offset;
	size_t size;  /* of one of them */
	size_t count; /* 1, unless it is an array of parts */
	const struct layout *(*part)(void);
};

struct layout {
	const struct layout_member *member;
	size_t count;
	size_t struct_size;
};

#define LAYOUT_STRUCT(tag)                                                     \
	struct tag {                                                           \
		tag##_members(LAYOUT_DECLARE)                                  \
	};                                                                     \
	const struct layout *tag##_layout(void)

#define LAYOUT_DEFINE(tag)                                                     \
	const struct layout *tag##_layout(void)                                \
	{                                                                      \
		typedef struct tag body;                                       \
		static const struct layout_member member[] = { tag##_members(  \
			LAYOUT_MEMBER) };                                      \
		static const struct layout layout = { member,                  \
			sizeof(member) / sizeof(member[0]), sizeof(body) };    \
		struct listed {                                                \
			tag##_members(LAYOUT_DECLARE)                          \
		};                                                             \
		_Static_assert(sizeof(struct listed) == sizeof(body),          \
			"a member of struct " #tag " is not in its list");     \
		return &layout;                                                \
	}

/*
 * For a struct that is written by hand, in a room that knows of no layouts: it
 * has no padding, in which a member that is not in the list could hide.
 */
#define LAYOUT_DEFINE_WHOLE(tag)                                               \
	_Static_assert(sizeof(struct tag) == 0 tag##_members(LAYOUT_SIZE),     \
		"a member of struct " #tag " is not in its list");             \
	LAYOUT_DEFINE(tag)

#define LAYOUT_DECLARE(kind, ...) LAYOUT_DECLARE_##kind(__VA_ARGS__);
#define LAYOUT_DECLARE_NUMBER(type, name) type name
#define LAYOUT_DECLARE_OCTETS(size, name) uint8_t name[size]
#define LAYOUT_DECLARE_LINE(size, name) char name[size]
#define LAYOUT_DECLARE_REST(size, name) uint8_t name[size]
#define LAYOUT_DECLARE_PART(tag, name) struct tag name
#define LAYOUT_DECLARE_PARTS(tag, name, count) struct tag name[count]

#define LAYOUT_SIZE(kind, ...) +LAYOUT_SIZE_##kind(__VA_ARGS__)
#define LAYOUT_SIZE_NUMBER(type, name) sizeof(type)
#define LAYOUT_SIZE_OCTETS(size, name) (size)
#define LAYOUT_SIZE_LINE(size, name) (size)
#define LAYOUT_SIZE_REST(size, name) (size)
#define LAYOUT_SIZE_PART(tag, name) sizeof(struct tag)
#define LAYOUT_SIZE_PARTS(tag, name, count) (sizeof(struct tag) * (count))

#define LAYOUT_MEMBER(kind, ...) LAYOUT_MEMBER_##kind(__VA_ARGS__),
#define LAYOUT_OWN(kind, size, name)                                           \
	{                                                                      \
		LAYOUT_##kind, offsetof(body, name), (size), 1, NULL           \
	}
#define LAYOUT_MEMBER_NUMBER(type, name) LAYOUT_OWN(NUMBER, sizeof(type), name)
#define LAYOUT_MEMBER_OCTETS(size, name) LAYOUT_OWN(OCTETS, size, name)
#define LAYOUT_MEMBER_LINE(size, name) LAYOUT_OWN(LINE, size, name)
#define LAYOUT_MEMBER_REST(size, name) LAYOUT_OWN(REST, size, name)
#define LAYOUT_MEMBER_PART(tag, name) LAYOUT_MEMBER_PARTS(tag, name, 1)
#define LAYOUT_MEMBER_PARTS(tag, name, count)                                  \
	{                                                                      \
		LAYOUT_PART, offsetof(body, name), sizeof(struct tag),         \
			(count), tag##_layout                                  \
	}

/* Bytes that every value of this layout takes. */
size_t layout_size(const struct layout *);
void layout_encode(struct writer *, const struct layout *, const void *body);
/*
 * Takes its size from the front of the cursor. NULL, or why it is not accepted;
 * a cursor that ran out is left broken for the caller to ask.
 */
refusal layout_decode(struct cursor *, const struct layout *, void *body);
/* Exactly one value: bytes that are missing or left over are refused. */
refusal layout_decode_whole(struct bytes, const struct layout *, void *body);

/*
 * Calls for every member that is no part, in the order of the bytes, with the
 * place of it in `body`. Ends at the first refusal, which it gives.
 */
typedef refusal layout_visit(
	void *context, const struct layout_member *, uint8_t *at);
refusal layout_walk(
	const struct layout *, void *body, layout_visit *, void *context);

/* Of structs that many have as parts. */
const struct layout *digest_layout(void);
const struct layout *tpm_name_layout(void);
const struct layout *p256_public_layout(void);
const struct layout *p256_signature_layout(void);
const struct layout *age_stanza_layout(void);
const struct layout *age_file_key_layout(void);
const struct layout *quorum_member_layout(void);
const struct layout *quorum_layout(void);

enum { BLOB_MOST = 512 };

#define blob_members(X)                                                        \
	X(NUMBER, uint16_t, size)                                              \
	X(REST, BLOB_MOST, data)
LAYOUT_STRUCT(blob);

struct bytes blob_bytes(const struct blob *);
/* False when it does not fit; then the blob is empty. */
bool blob_set(struct blob *, struct bytes);

#endif
