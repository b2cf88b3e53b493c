/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/formats/age.h"

#include <string.h>

#include "appliance/formats/base64.h"
#include "appliance/formats/bech32.h"
#include "appliance/formats/hpke.h"

enum { MAC_TEXT_SIZE = 43 };

static const char recipient_prefix[] = "age1tag";
static const char version_line[] = "age-encryption.org/v1";
static const char stanza_start[] = "-> p256tag ";
static const char mac_start[] = "---";
static const char p256tag[] = "age-encryption.org/p256tag";
static const struct bytes nothing = { 0 };

refusal age_recipient_decode(struct bytes text, struct p256_public *out)
{
	uint8_t point[P256_COMPRESSED_SIZE];
	if (bech32_decode(text, recipient_prefix, point, sizeof(point)))
		return "not an age1tag recipient";
	return p256_from_compressed(bytes_of(point, sizeof(point)), out);
}

void write_age_recipient(
	struct writer *writer, const struct p256_public *recipient)
{
	uint8_t point[P256_COMPRESSED_SIZE];
	p256_to_compressed(recipient, point);
	write_bech32(writer, recipient_prefix, bytes_of(point, sizeof(point)));
}

static bool starts_with(struct bytes whole, const char *start)
{
	size_t size = strlen(start);
	return whole.size >= size && memcmp(whole.data, start, size) == 0;
}

/* The next word, up to a space or the end. */
static struct bytes take_word(struct cursor *cursor)
{
	const uint8_t *space = NULL;
	struct bytes word;
	if (cursor->rest.size > 0)
		space = memchr(cursor->rest.data, ' ', cursor->rest.size);
	if (space == NULL)
		return cursor_take(cursor, cursor->rest.size);
	word = cursor_take(cursor, (size_t)(space - cursor->rest.data));
	cursor_take(cursor, 1);
	return word;
}

/* "-> p256tag <tag> <enc>", then one line of body. */
static refusal parse_stanza(
	struct bytes line, struct bytes body, struct age_stanza *out)
{
	struct cursor words = cursor_of(line);
	uint8_t point[P256_POINT_SIZE];
	struct bytes tag;
	struct bytes enc;
	if (!starts_with(line, stanza_start))
		return "the age header has a recipient of another type "
		       "than p256tag";
	cursor_take(&words, strlen(stanza_start));
	tag = take_word(&words);
	enc = words.rest;
	if (!base64_decode_exact(
		    BASE64_UNPADDED, tag, out->tag, sizeof(out->tag)) ||
		!base64_decode_exact(
			BASE64_UNPADDED, enc, point, sizeof(point)) ||
		!base64_decode_exact(
			BASE64_UNPADDED, body, out->body, sizeof(out->body)))
		return "the age header has a malformed p256tag stanza";
	return p256_from_point(bytes_of(point, sizeof(point)), &out->enc);
}

static refusal parse_stanzas(struct cursor *cursor, struct age_header *out)
{
	refusal refused;
	while (starts_with(cursor->rest, "->")) {
		struct bytes line = cursor_line(cursor);
		struct bytes body = cursor_line(cursor);

		if (out->stanza_count == AGE_STANZAS_MOST)
			return "the age header has more than 16 recipients";
		refused = parse_stanza(
			line, body, &out->stanza[out->stanza_count++]);
		if (refused != NULL)
			return refused;
	}
	return out->stanza_count > 0 ? NULL : "the age header has no recipient";
}

refusal age_header_parse(struct bytes file, struct age_header *out)
{
	struct cursor cursor = cursor_of(file);
	struct bytes version = cursor_line(&cursor);
	struct bytes mac;
	refusal refused;
	memset(out, 0, sizeof(*out));
	if (!bytes_equal(version, bytes_of_text(version_line)))
		return "not an age file of version 1";
	refused = parse_stanzas(&cursor, out);
	if (refused != NULL)
		return refused;
	mac = cursor_line(&cursor);
	if (!starts_with(mac, "--- "))
		return "the age header has no MAC";
	out->covered = bytes_of(
		file.data, (size_t)(mac.data - file.data) + strlen(mac_start));
	mac.data += strlen("--- ");
	mac.size -= strlen("--- ");
	if (!base64_decode_exact(
		    BASE64_UNPADDED, mac, out->mac.byte, SHA256_SIZE))
		return "the age header has a malformed MAC";
	out->payload = cursor.rest;
	return NULL;
}

/* HKDF-SHA-256 as the specification means it. */
static struct digest derive(
	const struct age_file_key *key, struct bytes salt, const char *info)
{
	struct digest prk =
		hkdf_extract(salt, bytes_of(key->byte, sizeof(key->byte)));
	struct digest derived;
	hkdf_expand(&prk, bytes_of_text(info), derived.byte, SHA256_SIZE);
	wipe(&prk, sizeof(prk));
	return derived;
}

static struct digest header_mac(
	const struct age_file_key *key, struct bytes covered)
{
	struct digest mac_key = derive(key, nothing, "header");
	struct digest mac =
		hmac_sha256(bytes_of(mac_key.byte, SHA256_SIZE), covered);
	wipe(&mac_key, sizeof(mac_key));
	return mac;
}

refusal age_header_verify(
	const struct age_header *header, const struct age_file_key *key)
{
	struct digest mac = header_mac(key, header->covered);
	if (!bytes_equal_secret(bytes_of(mac.byte, SHA256_SIZE),
		    bytes_of(header->mac.byte, SHA256_SIZE)))
		return "the MAC of the age header does not hold";
	return NULL;
}

static void write_stanza(struct writer *writer, const struct age_stanza *stanza)
{
	uint8_t point[P256_POINT_SIZE];
	p256_to_point(&stanza->enc, point);
	write_text(writer, stanza_start);
	write_base64(writer, BASE64_UNPADDED,
		bytes_of(stanza->tag, sizeof(stanza->tag)));
	write_u8(writer, ' ');
	write_base64(writer, BASE64_UNPADDED, bytes_of(point, sizeof(point)));
	write_u8(writer, '\n');
	write_base64(writer, BASE64_UNPADDED,
		bytes_of(stanza->body, sizeof(stanza->body)));
	write_u8(writer, '\n');
}

void write_age_header(struct writer *writer, const struct age_file_key *key,
	const struct age_stanza *stanza, size_t count)
{
	size_t start = writer->size;
	struct digest mac;
	write_text(writer, version_line);
	write_u8(writer, '\n');
	for (size_t i = 0; i < count; i++)
		write_stanza(writer, &stanza[i]);
	write_text(writer, mac_start);
	if (writer->broken)
		return;
	mac = header_mac(
		key, bytes_of(writer->data + start, writer->size - start));
	write_u8(writer, ' ');
	write_base64(writer, BASE64_UNPADDED, bytes_of(mac.byte, SHA256_SIZE));
	write_u8(writer, '\n');
}

void age_tag(const struct p256_public *recipient, const struct p256_public *enc,
	uint8_t out[AGE_TAG_SIZE])
{
	uint8_t ikm[P256_POINT_SIZE + AGE_TAG_SIZE];
	uint8_t compressed[P256_COMPRESSED_SIZE];
	struct digest hash;
	struct digest tag;
	p256_to_compressed(recipient, compressed);
	hash = sha256(bytes_of(compressed, sizeof(compressed)));
	p256_to_point(enc, ikm);
	memcpy(ikm + P256_POINT_SIZE, hash.byte, AGE_TAG_SIZE);
	tag = hkdf_extract(bytes_of_text(p256tag), bytes_of(ikm, sizeof(ikm)));
	memcpy(out, tag.byte, AGE_TAG_SIZE);
}

const struct age_stanza *age_find(
	const struct age_header *header, const struct p256_public *recipient)
{
	uint8_t tag[AGE_TAG_SIZE];
	for (size_t i = 0; i < header->stanza_count; i++) {
		const struct age_stanza *stanza = &header->stanza[i];

		age_tag(recipient, &stanza->enc, tag);
		if (memcmp(tag, stanza->tag, sizeof(tag)) == 0)
			return stanza;
	}
	return NULL;
}

void age_wrap(const struct age_file_key *key,
	const struct p256_public *recipient, struct age_stanza *out)
{
	hpke_seal(recipient, bytes_of_text(p256tag), nothing,
		bytes_of(key->byte, sizeof(key->byte)), &out->enc, out->body);
	age_tag(recipient, &out->enc, out->tag);
}

refusal age_unwrap_shared(const struct age_stanza *stanza,
	const struct p256_public *recipient, const uint8_t shared_x[P256_SIZE],
	struct age_file_key *out)
{
	return hpke_open_shared(recipient, &stanza->enc, shared_x,
		bytes_of_text(p256tag), nothing,
		bytes_of(stanza->body, sizeof(stanza->body)), out->byte);
}

refusal age_unwrap(const struct age_stanza *stanza,
	const struct p256_private *private, struct age_file_key *out)
{
	struct p256_public recipient = p256_public_of(private);
	uint8_t shared_x[P256_SIZE];
	refusal refused = p256_check(&stanza->enc);
	if (refused != NULL)
		return refused;
	p256_ecdh(private, &stanza->enc, shared_x);
	refused = age_unwrap_shared(stanza, &recipient, shared_x, out);
	wipe(shared_x, sizeof(shared_x));
	return refused;
}

struct age_stream age_stream_of(
	const struct age_file_key *key, const uint8_t nonce[AGE_NONCE_SIZE])
{
	struct digest derived =
		derive(key, bytes_of(nonce, AGE_NONCE_SIZE), "payload");
	struct age_stream stream = { 0 };
	memcpy(stream.key, derived.byte, sizeof(stream.key));
	wipe(&derived, sizeof(derived));
	return stream;
}

/* Checks a chunk's place and gives its nonce: counter, then 1 if last. */
static refusal next_chunk(struct age_stream *stream, size_t plain_size,
	bool last, uint8_t nonce[AEAD_NONCE_SIZE])
{
	struct writer writer = writer_of(nonce, AEAD_NONCE_SIZE);
	if (stream->ended)
		return "something follows the last chunk of the age payload";
	if (plain_size > AGE_CHUNK_SIZE ||
		(!last && plain_size < AGE_CHUNK_SIZE))
		return "a chunk of the age payload has the wrong size";
	if (plain_size == 0 && stream->chunk > 0)
		return "the last chunk of the age payload is empty";
	write_u8(&writer, 0);
	write_u16(&writer, 0);
	write_u64(&writer, stream->chunk++);
	write_u8(&writer, last);
	stream->ended = last;
	return NULL;
}

refusal age_chunk_open(struct age_stream *stream, struct bytes sealed,
	bool last, uint8_t *plain)
{
	uint8_t nonce[AEAD_NONCE_SIZE];
	refusal refused;
	if (sealed.size < AEAD_TAG_SIZE)
		return "the age payload is cut off";
	refused = next_chunk(stream, sealed.size - AEAD_TAG_SIZE, last, nonce);
	if (refused != NULL)
		return refused;
	if (!chacha20poly1305_open(stream->key, nonce, nothing, sealed, plain))
		return "a chunk of the age payload is damaged or missing";
	return NULL;
}

refusal age_chunk_seal(struct age_stream *stream, struct bytes plain, bool last,
	uint8_t *sealed)
{
	uint8_t nonce[AEAD_NONCE_SIZE];
	refusal refused = next_chunk(stream, plain.size, last, nonce);
	if (refused == NULL)
		chacha20poly1305_seal(
			stream->key, nonce, nothing, plain, sealed);
	return refused;
}

/* A place for `size` bytes at the end of what was written. */
static uint8_t *reserve(struct writer *writer, size_t size)
{
	uint8_t *place;
	if (writer->broken || size > writer->capacity - writer->size) {
		writer->broken = true;
		return NULL;
	}
	place = writer->data + writer->size;
	writer->size += size;
	return place;
}

static refusal open_chunks(
	struct age_stream *stream, struct cursor *cursor, struct writer *plain)
{
	refusal refused = NULL;
	while (refused == NULL && !stream->ended) {
		bool last = cursor->rest.size <= AGE_SEALED_CHUNK_SIZE;
		size_t size = last ? cursor->rest.size : AGE_SEALED_CHUNK_SIZE;
		struct bytes sealed = cursor_take(cursor, size);
		uint8_t *place;

		if (size < AEAD_TAG_SIZE)
			return "the age payload is cut off";
		place = reserve(plain, size - AEAD_TAG_SIZE);
		if (place == NULL)
			return "the age payload is too large";
		refused = age_chunk_open(stream, sealed, last, place);
	}
	return refused;
}

refusal age_payload_open(struct bytes payload, const struct age_file_key *key,
	struct writer *plain)
{
	struct cursor cursor = cursor_of(payload);
	struct bytes nonce = cursor_take(&cursor, AGE_NONCE_SIZE);
	struct age_stream stream;
	refusal refused;
	if (cursor.broken)
		return "the age payload is cut off";
	stream = age_stream_of(key, nonce.data);
	refused = open_chunks(&stream, &cursor, plain);
	wipe(&stream, sizeof(stream));
	return refused;
}

size_t age_plain_size(size_t payload)
{
	size_t chunks;
	if (payload < AGE_NONCE_SIZE + AEAD_TAG_SIZE)
		return 0;
	payload -= AGE_NONCE_SIZE;
	chunks = (payload - 1) / AGE_SEALED_CHUNK_SIZE + 1;
	return payload <= chunks * AEAD_TAG_SIZE
		       ? 0
		       : payload - chunks * AEAD_TAG_SIZE;
}

static void write_payload(struct writer *writer, const struct age_file_key *key,
	struct bytes plain)
{
	struct cursor cursor = cursor_of(plain);
	uint8_t nonce[AGE_NONCE_SIZE];
	struct age_stream stream;
	random_bytes(nonce, sizeof(nonce));
	write_bytes(writer, bytes_of(nonce, sizeof(nonce)));
	stream = age_stream_of(key, nonce);
	while (!stream.ended) {
		bool last = cursor.rest.size <= AGE_CHUNK_SIZE;
		size_t size = last ? cursor.rest.size : AGE_CHUNK_SIZE;
		uint8_t *place = reserve(writer, size + AEAD_TAG_SIZE);

		if (place == NULL)
			break;
		age_chunk_seal(
			&stream, cursor_take(&cursor, size), last, place);
	}
	wipe(&stream, sizeof(stream));
}

void write_age_file(struct writer *writer, const struct p256_public *recipient,
	size_t count, struct bytes plain)
{
	struct age_stanza stanza[AGE_STANZAS_MOST];
	struct age_file_key key;
	if (count == 0 || count > AGE_STANZAS_MOST) {
		writer->broken = true;
		return;
	}
	random_bytes(key.byte, sizeof(key.byte));
	for (size_t i = 0; i < count; i++)
		age_wrap(&key, &recipient[i], &stanza[i]);
	write_age_header(writer, &key, stanza, count);
	write_payload(writer, &key, plain);
	wipe(&key, sizeof(key));
}
