/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/formats/note.h"

#include <string.h>

#include "appliance/formats/base64.h"
#include "appliance/formats/crypto.h"

enum {
	TYPE_ECDSA = 0x02,
	KEY_ID_SIZE = 4,
};

/* U+2014 and a space. */
static const char dash[] = "\xe2\x80\x94 ";

static bool name_is_valid(struct bytes name)
{
	if (name.size == 0 || name.size > NOTE_NAME_MOST)
		return false;
	for (size_t i = 0; i < name.size; i++)
		if (name.data[i] <= ' ' || name.data[i] > '~' ||
			name.data[i] == '+')
			return false;
	return true;
}

static uint32_t key_id(const struct p256_public *key)
{
	uint8_t spki[P256_SPKI_SIZE];
	struct digest digest;
	struct cursor cursor;
	p256_to_spki(key, spki);
	digest = sha256(bytes_of(spki, sizeof(spki)));
	cursor = cursor_of(bytes_of(digest.byte, KEY_ID_SIZE));
	return cursor_u32(&cursor);
}

static refusal set_key(
	struct bytes name, const struct p256_public *key, struct note_key *out)
{
	struct writer writer = writer_of(out->name, NOTE_NAME_MOST);
	memset(out, 0, sizeof(*out));
	if (!name_is_valid(name))
		return "the name of a key is not 1 to 128 printable ASCII "
		       "characters without space and '+'";
	write_bytes(&writer, name);
	out->key = *key;
	out->id = key_id(key);
	return NULL;
}

refusal note_key_of(
	const char *name, const struct p256_public *key, struct note_key *out)
{
	return set_key(bytes_of_text(name), key, out);
}

/* Up to the next '+', which is dropped. */
static struct bytes take_part(struct cursor *cursor)
{
	const uint8_t *plus = NULL;
	struct bytes part;
	if (cursor->rest.size > 0)
		plus = memchr(cursor->rest.data, '+', cursor->rest.size);
	if (plus == NULL) {
		cursor->broken = true;
		return (struct bytes){ 0 };
	}
	part = cursor_take(cursor, (size_t)(plus - cursor->rest.data));
	cursor_take(cursor, 1);
	return part;
}

refusal note_key_decode(struct bytes vkey, struct note_key *out)
{
	struct cursor cursor = cursor_of(vkey);
	struct bytes name = take_part(&cursor);
	struct bytes id_text = take_part(&cursor);
	uint8_t octets[1 + P256_SPKI_SIZE];
	uint8_t id[KEY_ID_SIZE];
	struct p256_public key;
	struct cursor id_cursor = cursor_of(bytes_of(id, sizeof(id)));
	refusal refused;
	if (cursor.broken || !hex_decode(id_text, id, sizeof(id)) ||
		!base64_decode_exact(
			BASE64_PADDED, cursor.rest, octets, sizeof(octets)) ||
		octets[0] != TYPE_ECDSA)
		return "not a verifier key of type ECDSA P-256";
	refused = p256_from_spki(bytes_of(octets + 1, P256_SPKI_SIZE), &key);
	if (refused == NULL)
		refused = set_key(name, &key, out);
	if (refused == NULL && out->id != cursor_u32(&id_cursor))
		refused = "the key ID of a verifier key is not that of its "
			  "key";
	return refused;
}

void write_note_key(struct writer *writer, const struct note_key *key)
{
	uint8_t octets[1 + P256_SPKI_SIZE] = { TYPE_ECDSA };
	uint8_t id[KEY_ID_SIZE];
	struct writer id_writer = writer_of(id, sizeof(id));
	p256_to_spki(&key->key, octets + 1);
	write_u32(&id_writer, key->id);
	write_text(writer, key->name);
	write_u8(writer, '+');
	write_hex(writer, written(&id_writer));
	write_u8(writer, '+');
	write_base64(writer, BASE64_PADDED, bytes_of(octets, sizeof(octets)));
}

bool note_key_equal(const struct note_key *a, const struct note_key *b)
{
	return strcmp(a->name, b->name) == 0 && p256_equal(&a->key, &b->key);
}

refusal note_text_check(struct bytes text)
{
	struct cursor cursor = cursor_of(text);
	if (text.size == 0)
		return "the note has no text";
	while (cursor.rest.size > 0) {
		struct bytes line = cursor_line(&cursor);

		if (cursor.broken)
			return "the text of the note does not end in a "
			       "newline";
		if (!text_is_clean(line))
			return "the text of the note is not clean UTF-8";
	}
	return NULL;
}

/* Where the last empty line starts. */
static bool find_split(struct bytes whole, size_t *out)
{
	for (size_t i = whole.size; i-- > 1;)
		if (whole.data[i] == '\n' && whole.data[i - 1] == '\n') {
			*out = i;
			return true;
		}
	return false;
}

/* Dash, name, space, base64. */
static refusal parse_signature(struct bytes line, struct note_signature *out)
{
	struct cursor cursor = cursor_of(line);
	struct bytes start = cursor_take(&cursor, strlen(dash));
	uint8_t octets[KEY_ID_SIZE + NOTE_SIGNATURE_MOST];
	struct writer writer = writer_of(octets, sizeof(octets));
	const uint8_t *space = NULL;
	if (bytes_equal(start, bytes_of_text(dash)) && cursor.rest.size > 0)
		space = memchr(cursor.rest.data, ' ', cursor.rest.size);
	if (space == NULL)
		return "the note has a malformed signature line";
	out->name = cursor_take(&cursor, (size_t)(space - cursor.rest.data));
	cursor_take(&cursor, 1);
	if (!name_is_valid(out->name) ||
		!base64_decode(BASE64_PADDED, cursor.rest, &writer) ||
		writer.size <= KEY_ID_SIZE)
		return "the note has a malformed signature line";
	cursor = cursor_of(written(&writer));
	out->id = cursor_u32(&cursor);
	out->size = cursor.rest.size;
	memcpy(out->data, cursor.rest.data, out->size);
	return NULL;
}

static bool is_repeated(const struct note *note, size_t last)
{
	for (size_t i = 0; i < last; i++)
		if (note->signature[i].id == note->signature[last].id &&
			bytes_equal(note->signature[i].name,
				note->signature[last].name))
			return true;
	return false;
}

static refusal parse_signatures(struct bytes lines, struct note *out)
{
	struct cursor cursor = cursor_of(lines);
	refusal refused;
	while (cursor.rest.size > 0) {
		size_t last = out->signature_count;
		struct bytes line = cursor_line(&cursor);

		if (last == NOTE_SIGNATURES_MOST)
			return "the note has more than 16 signatures";
		refused = parse_signature(line, &out->signature[last]);
		if (refused != NULL)
			return refused;
		if (is_repeated(out, last))
			return "the note has two signatures by one key";
		out->signature_count++;
	}
	return cursor.broken	      ? "the note does not end in a newline"
	       : out->signature_count ? NULL
				      : "the note is not signed";
}

refusal note_parse(struct bytes whole, struct note *out)
{
	size_t split = 0;
	refusal refused;
	memset(out, 0, sizeof(*out));
	if (!find_split(whole, &split))
		return "not a signed note";
	out->text = bytes_of(whole.data, split);
	refused = note_text_check(out->text);
	if (refused != NULL)
		return refused;
	return parse_signatures(
		bytes_of(whole.data + split + 1, whole.size - split - 1), out);
}

refusal note_verify(const struct note *note, const struct note_key *key)
{
	struct digest digest = sha256(note->text);
	struct p256_signature decoded;
	for (size_t i = 0; i < note->signature_count; i++) {
		const struct note_signature *signature = &note->signature[i];

		if (signature->id != key->id ||
			!bytes_equal(signature->name, bytes_of_text(key->name)))
			continue;
		if (p256_signature_from_der(
			    bytes_of(signature->data, signature->size),
			    &decoded) ||
			!p256_verify(&key->key, &digest, &decoded))
			return "the signature of the note does not verify";
		return NULL;
	}
	return "the note is not signed by this key";
}

void write_note_text(struct writer *writer, struct bytes text)
{
	if (note_text_check(text))
		writer->broken = true;
	write_bytes(writer, text);
	write_u8(writer, '\n');
}

void write_note_signature(struct writer *writer, const struct note_key *key,
	const struct p256_signature *signature)
{
	uint8_t octets[KEY_ID_SIZE + P256_DER_MOST];
	struct writer inner = writer_of(octets, sizeof(octets));
	write_u32(&inner, key->id);
	write_p256_signature(&inner, signature);
	write_text(writer, dash);
	write_text(writer, key->name);
	write_u8(writer, ' ');
	write_base64(writer, BASE64_PADDED, written(&inner));
	write_u8(writer, '\n');
}

void write_note(struct writer *writer, struct bytes text,
	const struct note_key *who, const struct p256_private *private)
{
	struct digest digest = sha256(text);
	struct p256_signature signature = p256_sign(private, &digest);
	write_note_text(writer, text);
	write_note_signature(writer, who, &signature);
}
