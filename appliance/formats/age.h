/* SPDX-License-Identifier: Apache-2.0 */
/*
 * age files, version 1 (C2SP age.md), binary form, in our strict subset:
 * between 1 and 16 recipients, every one of them p256tag.
 *
 * A file is a header (text: a stanza for each recipient, then a MAC) and a
 * payload (16-byte nonce, then chunks of 64 KiB, each sealed by itself).
 * Opening: age_header_parse, age_find, age_unwrap or age_unwrap_shared,
 * age_header_verify, then age_payload_open or the stream functions.
 */
#ifndef SANDOQ_FORMATS_AGE_H
#define SANDOQ_FORMATS_AGE_H

#include "appliance/formats/crypto.h"
#include "appliance/formats/p256.h"

#define AGE_HEADER_SIZE(stanzas) (22 + (stanzas)*150 + 48)

enum {
	AGE_STANZAS_MOST = 16,
	AGE_TAG_SIZE = 4,
	AGE_FILE_KEY_SIZE = 16,
	AGE_BODY_SIZE = AGE_FILE_KEY_SIZE + AEAD_TAG_SIZE,
	/* Version line, stanzas of 150 bytes, MAC line. */
	AGE_HEADER_MOST = AGE_HEADER_SIZE(AGE_STANZAS_MOST),
	AGE_NONCE_SIZE = 16,
	AGE_CHUNK_SIZE = 65536,
	AGE_SEALED_CHUNK_SIZE = AGE_CHUNK_SIZE + AEAD_TAG_SIZE,
	/* "age1tag1", 53 characters of point, 6 of checksum. */
	AGE_RECIPIENT_SIZE = 67,
};

/* Of a whole file, and of its payload, by what is sealed in it. */
#define AGE_PAYLOAD_SIZE(plain)                                                \
	(AGE_NONCE_SIZE + (plain) +                                            \
		((plain) == 0 ? 1 : ((plain)-1) / AGE_CHUNK_SIZE + 1) *        \
			AEAD_TAG_SIZE)
#define AGE_FILE_SIZE(recipients, plain)                                       \
	(AGE_HEADER_SIZE(recipients) + AGE_PAYLOAD_SIZE(plain))

/* Secret: wipe it after use. */
struct age_file_key {
	uint8_t byte[AGE_FILE_KEY_SIZE];
};

struct age_stanza {
	uint8_t tag[AGE_TAG_SIZE];
	struct p256_public enc;
	uint8_t body[AGE_BODY_SIZE];
};

struct age_header {
	size_t stanza_count;
	struct age_stanza stanza[AGE_STANZAS_MOST];
	struct digest mac;
	/* Both borrowed from the file: what the MAC covers, what follows. */
	struct bytes covered;
	struct bytes payload;
};

/* "age1tag1..." */
refusal age_recipient_decode(struct bytes text, struct p256_public *out);
void write_age_recipient(struct writer *, const struct p256_public *);

/* `file` may be only the start of a file, AGE_HEADER_MOST bytes do. */
refusal age_header_parse(struct bytes file, struct age_header *out);
/* The header with the MAC under `key`. */
void write_age_header(struct writer *, const struct age_file_key *key,
	const struct age_stanza *stanza, size_t count);
refusal age_header_verify(
	const struct age_header *, const struct age_file_key *key);

/* What the tag of a stanza with `enc` for `recipient` must be. */
void age_tag(const struct p256_public *recipient, const struct p256_public *enc,
	uint8_t out[AGE_TAG_SIZE]);
/* The first stanza for `recipient` by its tag, NULL if there is none. */
const struct age_stanza *age_find(
	const struct age_header *, const struct p256_public *recipient);

void age_wrap(const struct age_file_key *key,
	const struct p256_public *recipient, struct age_stanza *out);
refusal age_unwrap(const struct age_stanza *, const struct p256_private *,
	struct age_file_key *out);
/* With the x coordinate that ECDH of the recipient's key and `enc` gave. */
refusal age_unwrap_shared(const struct age_stanza *,
	const struct p256_public *recipient, const uint8_t shared_x[P256_SIZE],
	struct age_file_key *out);

/*
 * The payload chunk by chunk. Secret: wipe it after use. Every chunk but the
 * last holds AGE_CHUNK_SIZE bytes of plain text; the last holds at least one,
 * or none when it is the first too.
 */
struct age_stream {
	uint8_t key[AEAD_KEY_SIZE];
	uint64_t chunk;
	bool ended;
};

struct age_stream age_stream_of(
	const struct age_file_key *key, const uint8_t nonce[AGE_NONCE_SIZE]);
/* `plain` gets sealed.size - AEAD_TAG_SIZE bytes, may be sealed.data. */
refusal age_chunk_open(
	struct age_stream *, struct bytes sealed, bool last, uint8_t *plain);
/* `sealed` gets plain.size + AEAD_TAG_SIZE bytes, may be plain.data. */
refusal age_chunk_seal(
	struct age_stream *, struct bytes plain, bool last, uint8_t *sealed);

/* How much plain text a payload of this size holds; 0 when none can be so. */
size_t age_plain_size(size_t payload);
/* Appends the plain text, which is shorter than the payload, to `plain`. */
refusal age_payload_open(struct bytes payload, const struct age_file_key *key,
	struct writer *plain);

/* A whole file with a fresh file key: 1 to AGE_STANZAS_MOST recipients. */
void write_age_file(struct writer *, const struct p256_public *recipient,
	size_t count, struct bytes plain);

#endif
