/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Views, a reading cursor and a bounded writer over bytes in memory.
 *
 * Nothing here allocates, and nothing here fails half way: a cursor or a
 * writer that once ran past its end stays `broken`, every later read gives
 * zeros, every later write is dropped, and the caller asks once, at the end.
 * Numbers on every wire and in every file of ours are big-endian.
 */
#ifndef SANDOQ_FORMATS_BYTES_H
#define SANDOQ_FORMATS_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a decoder says of foreign bytes: NULL when it accepts them, else a
 * static English sentence without full stop, fit for a screen, a result and
 * a test ("the ballots are not in ascending order").
 */
typedef const char *refusal;

enum { SHA256_SIZE = 32 };

struct digest {
	uint8_t byte[SHA256_SIZE];
};

/* A TPM's name of an object or index (part 1, clause 16): 000B || SHA-256. */
enum { TPM_NAME_SIZE = 34 };

struct tpm_name {
	uint8_t byte[TPM_NAME_SIZE];
};

/* A borrowed, read-only stretch of memory. */
struct bytes {
	const uint8_t *data;
	size_t size;
};

static inline struct bytes bytes_of(const void *data, size_t size)
{
	return (struct bytes){ data, size };
}

struct bytes bytes_of_text(const char *text);
bool bytes_equal(struct bytes a, struct bytes b);
/* Same, in time that depends on the sizes alone. */
bool bytes_equal_secret(struct bytes a, struct bytes b);
bool digest_equal(const struct digest *a, const struct digest *b);
bool tpm_name_equal(const struct tpm_name *, const struct tpm_name *);
struct bytes tpm_name_bytes(const struct tpm_name *);

/* Reads from the front of `rest`; `broken` once a read went past the end. */
struct cursor {
	struct bytes rest;
	bool broken;
};

struct cursor cursor_of(struct bytes whole);
uint8_t cursor_u8(struct cursor *);
uint16_t cursor_u16(struct cursor *);
uint32_t cursor_u32(struct cursor *);
uint64_t cursor_u64(struct cursor *);
/* Copies exactly `size` bytes out; zeros when broken. */
void cursor_copy(struct cursor *, void *out, size_t size);
/* Borrows exactly `size` bytes; an empty view when broken. */
struct bytes cursor_take(struct cursor *, size_t size);
/* u32 length, then that many bytes, at most `most`; broken otherwise. */
struct bytes cursor_field(struct cursor *, size_t most);
/* One line without its '\n'; broken when there is no '\n' left. */
struct bytes cursor_line(struct cursor *);
/* The same; what has no '\n' is the last line, empty when nothing is left. */
struct bytes cursor_line_or_rest(struct cursor *);
/* Nothing was read past the end and nothing is left over. */
bool cursor_done(const struct cursor *);

/* Writes into a buffer that the caller owns. */
struct writer {
	uint8_t *data;
	size_t capacity;
	size_t size;
	bool broken;
};

struct writer writer_of(void *data, size_t capacity);
/*
 * Where `size` more bytes fit, for a function that writes at an address; who
 * calls it adds to `size` what was written. NULL, and broken, without room.
 */
uint8_t *writer_room(struct writer *, size_t size);
void write_u8(struct writer *, uint8_t);
void write_u16(struct writer *, uint16_t);
void write_u32(struct writer *, uint32_t);
void write_u64(struct writer *, uint64_t);
void write_bytes(struct writer *, struct bytes);
/* u32 length, then the bytes: what cursor_field reads. */
void write_field(struct writer *, struct bytes);
void write_text(struct writer *, const char *);
void write_decimal(struct writer *, uint64_t);
/* Lower-case hexadecimal text. */
void write_hex(struct writer *, struct bytes);
/* What was written so far; an empty view when broken. */
struct bytes written(const struct writer *);

/* Exactly 2 * size lower-case digits, or false. */
bool hex_decode(struct bytes text, void *out, size_t size);
/* Plain decimal without sign or leading zeros, up to `most`, or false. */
bool decimal_decode(struct bytes text, uint64_t most, uint64_t *out);
/*
 * Well-formed UTF-8 of which a reader sees every character: no controls
 * (U+0000-001F, 007F-009F), nothing that turns the order of other characters,
 * that breaks lines, or that shows as nothing or as whatever a font likes.
 * ZWNJ and ZWJ (U+200C, 200D) are part of Persian spelling and stay.
 */
bool text_is_clean(struct bytes text);

/* Overwrites memory in a way that the compiler keeps. */
void wipe(void *data, size_t size);

#endif
