/* SPDX-License-Identifier: Apache-2.0 */
/* Everything in this room that is both written and read. */
#include "tests/formats/vector.h"

#include "appliance/formats/age.h"
#include "appliance/formats/base64.h"
#include "appliance/formats/checkpoint.h"
#include "appliance/formats/note.h"
#include "appliance/formats/text.h"
#include "appliance/formats/ustar.h"
#include "tests/support/round_trip.h"

enum { ROUNDS = 60, OCTETS_MOST = 120, TEXT_MOST = 600 };

/*
 * Bytes: base64, fields
 */

struct octets {
	size_t size;
	uint8_t data[OCTETS_MOST];
};

static void make_octets(
	struct sample_random *random, unsigned round, void *value)
{
	struct octets *octets = value;
	octets->size = 1 + round % OCTETS_MOST;
	random_fill(random, octets->data, octets->size);
}

static struct bytes octets_of(const void *value)
{
	const struct octets *octets = value;
	return bytes_of(octets->data, octets->size);
}

static refusal take_octets(struct bytes in, void *value)
{
	struct octets *octets = value;
	if (in.size > OCTETS_MOST)
		return "too many";
	memcpy(octets->data, in.data, in.size);
	octets->size = in.size;
	return NULL;
}

static refusal decode_base64(
	enum base64_form form, struct bytes in, void *value)
{
	uint8_t plain[OCTETS_MOST];
	struct writer out = writer_of(plain, sizeof(plain));
	return base64_decode(form, in, &out) ? take_octets(written(&out), value)
					     : "no base64";
}

static void encode_padded(struct writer *out, const void *value)
{
	write_base64(out, BASE64_PADDED, octets_of(value));
}

static refusal decode_padded(struct bytes in, void *value)
{
	return decode_base64(BASE64_PADDED, in, value);
}

static void encode_unpadded(struct writer *out, const void *value)
{
	write_base64(out, BASE64_UNPADDED, octets_of(value));
}

static refusal decode_unpadded(struct bytes in, void *value)
{
	return decode_base64(BASE64_UNPADDED, in, value);
}

static void encode_field(struct writer *out, const void *value)
{
	write_field(out, octets_of(value));
}

static refusal decode_field(struct bytes in, void *value)
{
	struct cursor cursor = cursor_of(in);
	struct bytes field = cursor_field(&cursor, OCTETS_MOST);
	return cursor_done(&cursor) ? take_octets(field, value) : "no field";
}

/*
 * Numbers
 */

static void make_number(
	struct sample_random *random, unsigned round, void *value)
{
	*(uint64_t *)value = sample_next(random) >> round % 64;
}

static void encode_decimal(struct writer *out, const void *value)
{
	write_decimal(out, *(const uint64_t *)value);
}

static refusal decode_decimal(struct bytes in, void *value)
{
	return decimal_decode(in, UINT64_MAX, value) ? NULL : "no number";
}

static void make_digest(
	struct sample_random *random, unsigned round, void *value)
{
	(void)round;
	random_fill(random, value, sizeof(struct digest));
}

static void encode_hex(struct writer *out, const void *value)
{
	write_hex(out, bytes_of(value, sizeof(struct digest)));
}

static refusal decode_hex(struct bytes in, void *value)
{
	return hex_decode(in, value, sizeof(struct digest)) ? NULL : "no hex";
}

/*
 * Keys and signatures
 */

static void make_key(struct sample_random *random, unsigned round, void *value)
{
	const struct p256_public key = random_key(random);
	(void)round;
	memcpy(value, &key, sizeof(key));
}

static void encode_point(struct writer *out, const void *value)
{
	uint8_t point[P256_POINT_SIZE];
	p256_to_point(value, point);
	write_bytes(out, bytes_of(point, sizeof(point)));
}

static refusal decode_point(struct bytes in, void *value)
{
	return p256_from_point(in, value);
}

static void encode_compressed(struct writer *out, const void *value)
{
	uint8_t point[P256_COMPRESSED_SIZE];
	p256_to_compressed(value, point);
	write_bytes(out, bytes_of(point, sizeof(point)));
}

static refusal decode_compressed(struct bytes in, void *value)
{
	return p256_from_compressed(in, value);
}

static void encode_spki(struct writer *out, const void *value)
{
	uint8_t spki[P256_SPKI_SIZE];
	p256_to_spki(value, spki);
	write_bytes(out, bytes_of(spki, sizeof(spki)));
}

static refusal decode_spki(struct bytes in, void *value)
{
	return p256_from_spki(in, value);
}

static void encode_recipient(struct writer *out, const void *value)
{
	write_age_recipient(out, value);
}

static refusal decode_recipient(struct bytes in, void *value)
{
	return age_recipient_decode(in, value);
}

static void make_signature(
	struct sample_random *random, unsigned round, void *value)
{
	struct p256_signature *signature = value;
	/* Short ones, too: DER leaves leading zeros out. */
	random_fill(random, signature->r + round % P256_SIZE,
		P256_SIZE - round % P256_SIZE);
	random_fill(random, signature->s, sizeof(signature->s));
}

static void encode_signature(struct writer *out, const void *value)
{
	write_p256_signature(out, value);
}

static refusal decode_signature(struct bytes in, void *value)
{
	return p256_signature_from_der(in, value);
}

static void make_note_key(
	struct sample_random *random, unsigned round, void *value)
{
	const struct p256_public key = random_key(random);
	char name[NOTE_NAME_MOST + 1] = "";
	(void)round;
	do
		random_text_in(random, name, 1, 20);
	while (note_key_of(name, &key, value) != NULL);
}

static void encode_note_key(struct writer *out, const void *value)
{
	write_note_key(out, value);
}

static refusal decode_note_key(struct bytes in, void *value)
{
	return note_key_decode(in, value);
}

/*
 * Age headers, under one file key
 */

static const struct age_file_key file_key = { "sixteen octets." };

struct stanzas {
	size_t count;
	struct age_stanza stanza[AGE_STANZAS_MOST];
};

static void make_stanzas(
	struct sample_random *random, unsigned round, void *value)
{
	struct stanzas *stanzas = value;
	stanzas->count = 1 + round % AGE_STANZAS_MOST;
	for (size_t i = 0; i < stanzas->count; i++) {
		struct age_stanza *stanza = &stanzas->stanza[i];
		random_fill(random, stanza->tag, sizeof(stanza->tag));
		random_fill(random, stanza->body, sizeof(stanza->body));
		stanza->enc = random_key(random);
	}
}

static void encode_stanzas(struct writer *out, const void *value)
{
	const struct stanzas *stanzas = value;
	write_age_header(out, &file_key, stanzas->stanza, stanzas->count);
}

static refusal decode_stanzas(struct bytes in, void *value)
{
	struct stanzas *stanzas = value;
	struct age_header header;
	refusal refused = age_header_parse(in, &header);
	if (refused == NULL)
		refused = age_header_verify(&header, &file_key);
	if (refused != NULL)
		return refused;
	stanzas->count = header.stanza_count;
	memcpy(stanzas->stanza, header.stanza,
		stanzas->count * sizeof(*stanzas->stanza));
	return NULL;
}

/* The payload of one chunk, under a nonce of zeros. */
static void encode_payload(struct writer *out, const void *value)
{
	static const uint8_t nonce[AGE_NONCE_SIZE];
	struct age_stream stream = age_stream_of(&file_key, nonce);
	uint8_t sealed[OCTETS_MOST + AEAD_TAG_SIZE];
	assert_null(age_chunk_seal(&stream, octets_of(value), true, sealed));
	write_bytes(out, bytes_of(nonce, sizeof(nonce)));
	write_bytes(
		out, bytes_of(sealed, octets_of(value).size + AEAD_TAG_SIZE));
}

static refusal decode_payload(struct bytes in, void *value)
{
	uint8_t plain[2 * OCTETS_MOST];
	struct writer out = writer_of(plain, sizeof(plain));
	refusal refused = age_payload_open(in, &file_key, &out);
	return refused ? refused : take_octets(written(&out), value);
}

/*
 * Notes and checkpoints
 */

enum { SIGNERS_MOST = 3 };

struct signed_text {
	size_t size;
	uint8_t text[TEXT_MOST];
	size_t signers;
	struct note_key who[SIGNERS_MOST];
	struct p256_signature signature[SIGNERS_MOST];
};

static void make_note(struct sample_random *random, unsigned round, void *value)
{
	struct signed_text *note = value;
	note->size = random_text_in(random, note->text, 1, TEXT_MOST - 1).size;
	note->text[note->size++] = '\n';
	note->signers = 1 + round % SIGNERS_MOST;
	for (size_t i = 0; i < note->signers; i++) {
		make_note_key(random, round, &note->who[i]);
		/* What no signature tells: it has the key's ID alone. */
		memset(&note->who[i].key, 0, sizeof(note->who[i].key));
		make_signature(random, round, &note->signature[i]);
	}
}

static void encode_note(struct writer *out, const void *value)
{
	const struct signed_text *note = value;
	write_note_text(out, bytes_of(note->text, note->size));
	for (size_t i = 0; i < note->signers; i++)
		write_note_signature(out, &note->who[i], &note->signature[i]);
}

/* Other algorithms' signatures are kept, but we write none. */
static refusal take_signature(
	struct signed_text *note, const struct note_signature *signature)
{
	struct note_key *who = &note->who[note->signers];
	struct bytes der = bytes_of(signature->data, signature->size);
	memcpy(who->name, signature->name.data, signature->name.size);
	who->id = signature->id;
	return p256_signature_from_der(der, &note->signature[note->signers++]);
}

static refusal decode_note(struct bytes in, void *value)
{
	struct signed_text *note = value;
	struct note parsed;
	refusal refused = note_parse(in, &parsed);
	if (refused != NULL)
		return refused;
	if (parsed.text.size > TEXT_MOST ||
		parsed.signature_count > SIGNERS_MOST)
		return "larger than any of this test";
	memcpy(note->text, parsed.text.data, parsed.text.size);
	note->size = parsed.text.size;
	for (size_t i = 0; refused == NULL && i < parsed.signature_count; i++)
		refused = take_signature(note, &parsed.signature[i]);
	return refused;
}

struct head {
	struct checkpoint checkpoint;
	uint8_t origin[CHECKPOINT_ORIGIN_MOST];
};

static void make_checkpoint(
	struct sample_random *random, unsigned round, void *value)
{
	struct head *head = value;
	head->checkpoint.origin =
		random_text_in(random, head->origin, 1, CHECKPOINT_ORIGIN_MOST);
	make_number(random, round, &head->checkpoint.size);
	make_digest(random, round, &head->checkpoint.root);
}

static void encode_checkpoint(struct writer *out, const void *value)
{
	const struct head *head = value;
	write_checkpoint(out, &head->checkpoint);
}

static refusal decode_checkpoint(struct bytes in, void *value)
{
	struct head *head = value;
	return checkpoint_parse(in, &head->checkpoint);
}

static bool equal_checkpoints(const void *a, const void *b)
{
	const struct head *one = a;
	const struct head *other = b;
	return bytes_equal(one->checkpoint.origin, other->checkpoint.origin) &&
	       one->checkpoint.size == other->checkpoint.size &&
	       digest_equal(&one->checkpoint.root, &other->checkpoint.root);
}

/*
 * Archives
 */

struct members {
	struct ustar_member member[3];
	uint8_t content[3][OCTETS_MOST];
	size_t count;
};

static void make_archive(
	struct sample_random *random, unsigned round, void *value)
{
	struct members *members = value;
	members->count = round % 4;
	for (size_t i = 0; i < members->count; i++) {
		struct ustar_member *member = &members->member[i];
		struct writer name =
			writer_of(member->name, USTAR_NAME_MOST + 1);
		write_text(&name, i == 1 ? "folder/member-" : "member.");
		write_decimal(&name, sample_next(random));
		member->size = random_bytes_in(
			random, members->content[i], OCTETS_MOST)
				       .size;
	}
}

static void encode_archive(struct writer *out, const void *value)
{
	const struct members *members = value;
	for (size_t i = 0; i < members->count; i++)
		write_ustar_member(out, members->member[i].name,
			bytes_of(members->content[i], members->member[i].size));
	write_ustar_end(out);
}

static refusal decode_archive(struct bytes in, void *value)
{
	struct members *members = value;
	struct ustar_member member;
	struct bytes content;
	for (;;) {
		refusal refused = ustar_next(&in, &member, &content);
		if (refused != NULL || member.end)
			return refused;
		if (members->count == 3 || content.size > OCTETS_MOST)
			return "larger than any of this test";
		members->member[members->count] = member;
		memcpy(members->content[members->count++], content.data,
			content.size);
	}
}

/*
 * Texts: a form with every type of value
 */

enum { LINE, WORD, DIGEST, NAME, HEX, BASE64, NUMBER, FIELDS };

static const struct text_field fields[FIELDS] = {
	[LINE] = { "line", TEXT_LINE, TEXT_ONCE, 40 },
	[WORD] = { "word", TEXT_WORD, TEXT_MANY, 20 },
	[DIGEST] = { "digest", TEXT_DIGEST, TEXT_ONCE, SHA256_SIZE },
	[NAME] = { "name", TEXT_NAME, TEXT_ONCE, TPM_NAME_SIZE },
	[HEX] = { "hex", TEXT_HEX, TEXT_MANY, 12 },
	[BASE64] = { "base64", TEXT_BASE64, TEXT_MANY, 12 },
	[NUMBER] = { "number", TEXT_NUMBER, TEXT_ONCE, 0 },
};
static const struct text_form form = { "example", 1, FIELDS, fields };

struct values {
	bool rehearsal;
	uint64_t number;
	size_t count[FIELDS];
	struct octets value[FIELDS][3];
};

static void make_value(struct sample_random *random,
	const struct text_field *field, struct octets *out)
{
	switch (field->type) {
	case TEXT_LINE:
	case TEXT_WORD:
		out->size =
			random_text_in(random, out->data, 1, field->most).size;
		break;
	case TEXT_HEX:
	case TEXT_BASE64:
		out->size = 1 + sample_below(random, field->most);
		random_fill(random, out->data, out->size);
		break;
	default:
		out->size = field->most;
		random_fill(random, out->data, out->size);
		if (field->type == TEXT_NAME)
			memcpy(out->data, (const uint8_t[]){ 0, 0x0b }, 2);
	}
}

static void make_text(struct sample_random *random, unsigned round, void *value)
{
	struct values *values = value;
	values->rehearsal = round % 2 == 1;
	make_number(random, round, &values->number);
	for (size_t f = 0; f < NUMBER; f++) {
		values->count[f] = fields[f].repeat == TEXT_ONCE
					   ? 1
					   : sample_below(random, 4);
		for (size_t i = 0; i < values->count[f]; i++)
			make_value(random, &fields[f], &values->value[f][i]);
	}
}

static void encode_text(struct writer *out, const void *value)
{
	const struct values *values = value;
	struct text_writer text = text_begin(&form, values->rehearsal, out);
	for (size_t f = 0; f < NUMBER; f++)
		for (size_t i = 0; i < values->count[f]; i++)
			text_put(&text, f, octets_of(&values->value[f][i]));
	text_put_number(&text, NUMBER, values->number);
	assert_null(text_end(&text));
}

static refusal take_field(
	const struct text *text, size_t f, struct values *values)
{
	struct text_values lines = text_values(text, f);
	while (text_next(&lines)) {
		struct octets *out = &values->value[f][values->count[f]++];
		struct writer decoded = writer_of(out->data, OCTETS_MOST);
		if (values->count[f] > 3)
			return "larger than any of this test";
		if (fields[f].type == TEXT_LINE || fields[f].type == TEXT_WORD)
			write_bytes(&decoded, lines.value);
		else
			text_value_bytes(&lines, &decoded);
		out->size = decoded.size;
	}
	return NULL;
}

static refusal decode_text(struct bytes in, void *value)
{
	struct values *values = value;
	struct text text;
	refusal refused = text_decode(&form, in, &text);
	if (refused != NULL)
		return refused;
	values->rehearsal = text.rehearsal;
	values->number = text_number(&text, NUMBER);
	for (size_t f = 0; refused == NULL && f < NUMBER; f++)
		refused = take_field(&text, f, values);
	return refused;
}

static const struct round_trip trips[] = {
	{ "base64, padded", sizeof(struct octets), ANY, make_octets,
		encode_padded, decode_padded, NULL, NULL },
	{ "base64, unpadded", sizeof(struct octets), ANY, make_octets,
		encode_unpadded, decode_unpadded, NULL, NULL },
	{ "field", sizeof(struct octets), WHOLE, make_octets, encode_field,
		decode_field, NULL, NULL },
	{ "decimal", sizeof(uint64_t), ANY, make_number, encode_decimal,
		decode_decimal, NULL, NULL },
	{ "hexadecimal", sizeof(struct digest), WHOLE, make_digest, encode_hex,
		decode_hex, NULL, NULL },
	{ "point", sizeof(struct p256_public), WHOLE, make_key, encode_point,
		decode_point, NULL, NULL },
	{ "compressed point", sizeof(struct p256_public), WHOLE, make_key,
		encode_compressed, decode_compressed, NULL, NULL },
	{ "public key", sizeof(struct p256_public), WHOLE, make_key,
		encode_spki, decode_spki, NULL, NULL },
	{ "age recipient", sizeof(struct p256_public), WHOLE, make_key,
		encode_recipient, decode_recipient, NULL, NULL },
	{ "signature", sizeof(struct p256_signature), WHOLE, make_signature,
		encode_signature, decode_signature, NULL, NULL },
	{ "verifier key", sizeof(struct note_key), WHOLE, make_note_key,
		encode_note_key, decode_note_key, NULL, NULL },
	{ "age header", sizeof(struct stanzas), GOES_ON, make_stanzas,
		encode_stanzas, decode_stanzas, NULL, NULL },
	{ "age payload", sizeof(struct octets), WHOLE, make_octets,
		encode_payload, decode_payload, NULL, NULL },
	{ "note", sizeof(struct signed_text), WHOLE, make_note, encode_note,
		decode_note, NULL, NULL },
	{ "checkpoint", sizeof(struct head), WHOLE, make_checkpoint,
		encode_checkpoint, decode_checkpoint, equal_checkpoints, NULL },
	{ "archive", sizeof(struct members), GOES_ON, make_archive,
		encode_archive, decode_archive, NULL, NULL },
	{ "text", sizeof(struct values), WHOLE, make_text, encode_text,
		decode_text, NULL, NULL },
};

static void everything_comes_back(void **state)
{
	(void)state;
	round_trip(trips, COUNT(trips), ROUNDS);
}

/* It has many encodings of one key, so only ours is tried. */
static void a_private_key_comes_back(void **state)
{
	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct sample_random random = sample_random_of(round);
		uint8_t scalar[P256_SIZE];
		char pem[2][P256_PEM_MOST];
		struct writer out[2] = { writer_of(pem[0], P256_PEM_MOST),
			writer_of(pem[1], P256_PEM_MOST) };
		struct p256_private *made;
		struct p256_private *read;
		random_fill(&random, scalar, sizeof(scalar));
		scalar[0] &= 0x7f;
		assert_null(p256_from_scalar(scalar, &made));
		write_p256_pem(&out[0], made);
		assert_null(p256_from_pem(written(&out[0]), &read));
		write_p256_pem(&out[1], read);
		assert_true(bytes_equal(written(&out[0]), written(&out[1])));
		p256_free(made);
		p256_free(read);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_comes_back),
		cmocka_unit_test(a_private_key_comes_back),
	};
	return cmocka_run_group_tests_name("round trip", tests, NULL, NULL);
}
