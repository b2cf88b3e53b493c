/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON (RFC 8259) written as it goes, into a writer of the caller's:
 *
 *	struct json_writer json = json_writer_of(&out);
 *	json_open_object(&json, NULL);
 *	json_put_text(&json, "id", "north");
 *	json_open_array(&json, "votes");
 *	json_put_number(&json, NULL, 7);
 *	json_close(&json);
 *	json_close(&json);
 *
 * A key names a member of an object; in an array, and for the document's own
 * value, it is NULL. Texts are well-formed UTF-8, keys need no escapes. The
 * caller asks the writer once, at the end, whether all of it had room.
 */
#ifndef SANDOQ_FORMATS_JSON_WRITE_H
#define SANDOQ_FORMATS_JSON_WRITE_H

#include "appliance/formats/bytes.h"

/*
 * A value alone, with its quotation marks. "<" is escaped, so that no text ends
 * the element of a page that it stands in.
 */
void write_json_text(struct writer *, const char *);
void write_json_bytes(struct writer *, struct bytes text);
void write_json_hex(struct writer *, struct bytes);

enum { JSON_WRITE_DEPTH_MOST = 16 };

struct json_writer {
	struct writer *out;
	unsigned depth;
	/* By depth: what it is closed with, and whether it has anything. */
	char end[JSON_WRITE_DEPTH_MOST];
	bool begun[JSON_WRITE_DEPTH_MOST];
};

struct json_writer json_writer_of(struct writer *);
void json_open_object(struct json_writer *, const char *key);
void json_open_array(struct json_writer *, const char *key);
/* What was opened last. */
void json_close(struct json_writer *);

void json_put_text(struct json_writer *, const char *key, const char *value);
void json_put_bytes(struct json_writer *, const char *key, struct bytes text);
void json_put_hex(struct json_writer *, const char *key, struct bytes value);
void json_put_number(struct json_writer *, const char *key, uint64_t value);
void json_put_bool(struct json_writer *, const char *key, bool value);
void json_put_null(struct json_writer *, const char *key);

#endif
