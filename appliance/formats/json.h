/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON (RFC 8259) read as it comes in, in constant memory: the caller asks
 * for what the document must have next, and gets it or a refusal.
 *
 *	json_enter_object(&json);
 *	while (json_member(&json)) {
 *		if (json_is(&json, "Id"))
 *			id = json_number(&json, UINT16_MAX);
 *		else
 *			json_skip(&json);
 *	}
 *
 * After each json_member() or json_item() exactly one value is read. Once
 * refused, every call does nothing and gives empty values, so loops end and
 * the caller asks once. Names and texts are kept up to JSON_TEXT_MOST bytes:
 * a longer one can only be skipped. Repeated names are the caller's matter.
 */
#ifndef SANDOQ_FORMATS_JSON_H
#define SANDOQ_FORMATS_JSON_H

#include "appliance/formats/bytes.h"

enum { JSON_TEXT_MOST = 256, JSON_DEPTH_MOST = 64 };

/* The next stretch of the document, valid until the next call. */
struct json_source {
	void *context;
	struct bytes (*next)(void *context); /* empty at the end */
};

enum json_kind {
	JSON_KIND_OBJECT,
	JSON_KIND_ARRAY,
	JSON_KIND_TEXT,
	JSON_KIND_NUMBER,
	JSON_KIND_BOOL,
	JSON_KIND_NULL,
	JSON_KIND_NOTHING, /* the end, or no JSON */
};

struct json_reader {
	struct json_source source;
	struct bytes chunk;
	bool ended;
	/* Where the reader is, from 1, for error messages. */
	uint64_t line;
	refusal refused;
	unsigned depth;
	/* By depth: an object, not an array; has had a member or item. */
	uint64_t object;
	uint64_t begun;
	/* Name, text or number that was read last. */
	uint8_t text[JSON_TEXT_MOST];
	size_t size;
	bool cut;
};

struct json_reader json_reader_of(struct json_source);
/* Of a document in memory, or of a value of one: no byte order mark. */
struct json_reader json_reader_of_bytes(struct bytes);
/* Of the value that comes next; reads nothing of it. */
enum json_kind json_peek(struct json_reader *);

void json_enter_object(struct json_reader *);
/* Goes to the next member, whose name json_is() tells; false at the end. */
bool json_member(struct json_reader *);
bool json_is(const struct json_reader *, const char *name);
void json_enter_array(struct json_reader *);
/* Goes to the next item; false at the end. */
bool json_item(struct json_reader *);

/* Text without its escapes, borrowed until the next call. */
struct bytes json_text(struct json_reader *);
/* A text, or a number as it is written. */
struct bytes json_text_or_number(struct json_reader *);
/* A whole number from 0 to `most`. */
uint64_t json_number(struct json_reader *, uint64_t most);
bool json_bool(struct json_reader *);
/* Passes over a value of any kind and size. */
void json_skip(struct json_reader *);
/* The same, and gives it as it is written: of a reader of bytes alone. */
struct bytes json_raw(struct json_reader *);

/* After the document's value: nothing may follow. */
void json_end(struct json_reader *);
/* For what the caller finds wrong; the first refusal stays. */
void json_refuse(struct json_reader *, refusal);

#endif
