/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed text: the one line format of every text that somebody signs.
 *
 *	sandoq/<kind>/v<version> live
 *	<name>: <value>
 *	...
 *
 * The first line ends in "live" or "rehearsal". Then come the fields of the
 * form, each in its place, a repeated one on as many lines as it has values.
 * Every line ends in '\n', nothing follows the last one. A text has exactly
 * one encoding, so a decoder accepts nothing but what the writer makes.
 */
#ifndef SANDOQ_FORMATS_TEXT_H
#define SANDOQ_FORMATS_TEXT_H

#include "appliance/formats/bytes.h"

enum { TEXT_FIELDS_MOST = 32 };

enum text_type {
	TEXT_LINE,   /* clean UTF-8, 1 to `most` bytes */
	TEXT_WORD,   /* printable ASCII without spaces, 1 to `most` bytes */
	TEXT_DIGEST, /* hex of 32 bytes */
	TEXT_NAME,   /* hex of a TPM name: 000b, then 32 bytes */
	TEXT_HEX,    /* hex of 1 to `most` bytes */
	TEXT_BASE64, /* padded base64 of 1 to `most` bytes */
	TEXT_NUMBER, /* decimal, up to 2^64 - 1 */
};

enum text_repeat {
	TEXT_ONCE,
	TEXT_MANY, /* zero or more */
};

struct text_field {
	const char *name;
	enum text_type type;
	enum text_repeat repeat;
	size_t most;
};

/* What the lines of one kind of text are: at most TEXT_FIELDS_MOST fields. */
struct text_form {
	const char *kind;
	unsigned version;
	size_t field_count;
	const struct text_field *field;
};

/* The lines of one field, borrowed. */
struct text_run {
	struct bytes lines;
	size_t count;
};

/* A decoded text. Fields are known by their index in the form. */
struct text {
	const struct text_form *form;
	bool rehearsal;
	/* Number of the line last read, from 1: the bad one when refused. */
	size_t line;
	struct text_run run[TEXT_FIELDS_MOST];
};

/* Borrows `whole`. */
refusal text_decode(
	const struct text_form *, struct bytes whole, struct text *out);
/* Is this the first line of a text of this kind, live or rehearsal? */
bool text_is_kind(const struct text_form *, struct bytes whole);

/* Of fields that are there once; the type must be the field's. */
struct bytes text_value(const struct text *, size_t field);
uint64_t text_number(const struct text *, size_t field);
struct digest text_digest(const struct text *, size_t field);
struct tpm_name text_name(const struct text *, size_t field);
/* Hex and base64: appends the decoded bytes. */
void text_bytes(const struct text *, size_t field, struct writer *out);

/*
 * Of any field: the values one after another.
 *
 *	struct text_values boxes = text_values(&text, BOX);
 *	while (text_next(&boxes)) ... boxes.value ...
 */
struct text_values {
	struct cursor rest;
	const struct text_field *field;
	struct bytes value;
};

size_t text_count(const struct text *, size_t field);
struct text_values text_values(const struct text *, size_t field);
bool text_next(struct text_values *);
uint64_t text_value_number(const struct text_values *);
struct digest text_value_digest(const struct text_values *);
void text_value_bytes(const struct text_values *, struct writer *out);

/* Writes a text line by line. */
struct text_writer {
	const struct text_form *form;
	struct writer *out;
	size_t start;
};

struct text_writer text_begin(
	const struct text_form *, bool rehearsal, struct writer *out);
/* Lines and words as they are, all else encoded as the field's type. */
void text_put(struct text_writer *, size_t field, struct bytes value);
void text_put_number(struct text_writer *, size_t field, uint64_t value);
/* NULL when what was written is what text_decode accepts. */
refusal text_end(struct text_writer *);

#endif
