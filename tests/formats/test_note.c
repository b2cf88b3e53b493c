/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed notes and verifier keys, against the example of the specification and
 * openssl's digest; a changed byte does not verify.
 */
#include "tests/formats/vector.h"

#include "appliance/formats/crypto.h"
#include "appliance/formats/note.h"

static const char text[] = "sandoq/example/v1 live\n"
			   "election: شورای شهر\n";

struct signer {
	struct p256_private *private;
	struct note_key key;
};

static struct signer signer_of(const char *name)
{
	struct signer signer = { .private = p256_generate() };
	struct p256_public public = p256_public_of(signer.private);
	assert_refusal(note_key_of(name, &public, &signer.key), NULL);
	return signer;
}

/* The key ID is that of openssl pkey -pubout -outform DER | sha256sum. */
static void verifier_keys_come_back(void **state)
{
	struct signer signer = signer_of("station-1");
	struct note_key decoded;
	uint8_t buffer[NOTE_VKEY_MOST];
	struct writer writer = writer_of(buffer, sizeof(buffer));
	uint8_t spki[P256_SPKI_SIZE];
	struct digest digest;
	struct cursor id;
	(void)state;
	write_note_key(&writer, &signer.key);
	assert_refusal(note_key_decode(written(&writer), &decoded), NULL);
	assert_true(note_key_equal(&signer.key, &decoded));
	assert_int_equal(signer.key.id, decoded.id);
	assert_string_equal(decoded.name, "station-1");
	p256_to_spki(&signer.key.key, spki);
	digest = sha256(bytes_of(spki, sizeof(spki)));
	id = cursor_of(bytes_of(digest.byte, SHA256_SIZE));
	assert_int_equal(decoded.id, cursor_u32(&id));
	p256_free(signer.private);
}

static void damaged_verifier_keys_are_refused(void **state)
{
	struct signer signer = signer_of("a");
	struct note_key out;
	uint8_t buffer[NOTE_VKEY_MOST + 1];
	struct writer writer = writer_of(buffer, sizeof(buffer));
	struct bytes vkey;
	(void)state;
	write_note_key(&writer, &signer.key);
	vkey = written(&writer);
	for (size_t i = 1; i < vkey.size; i++) {
		buffer[i] ^= 1;
		assert_non_null(note_key_decode(vkey, &out));
		buffer[i] ^= 1;
		assert_non_null(note_key_decode(bytes_of(buffer, i), &out));
	}
	/* Ed25519, of the specification. */
	assert_non_null(note_key_decode(
		bytes_of_text("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZC"
			      "bV54Id2LKaANYcrnKv3U2k"),
		&out));
	p256_free(signer.private);
}

static void names_are_of_the_subset(void **state)
{
	static const char *const refused[] = { "", "a b", "a+b", "\xd8\xb4",
		"a\n", "\x7f" };
	struct signer signer = signer_of("x");
	struct note_key out;
	char name[NOTE_NAME_MOST + 2];
	(void)state;
	for (size_t i = 0; i < COUNT(refused); i++)
		assert_non_null(note_key_of(refused[i], &signer.key.key, &out));
	memset(name, 'n', sizeof(name));
	name[NOTE_NAME_MOST] = 0;
	assert_refusal(note_key_of(name, &signer.key.key, &out), NULL);
	name[NOTE_NAME_MOST] = 'n';
	name[NOTE_NAME_MOST + 1] = 0;
	assert_non_null(note_key_of(name, &signer.key.key, &out));
	p256_free(signer.private);
}

static void signed_notes_verify(void **state)
{
	struct signer first = signer_of("first");
	struct signer second = signer_of("second");
	struct signer stranger = signer_of("first");
	struct digest digest = sha256(bytes_of_text(text));
	struct p256_signature signature = p256_sign(second.private, &digest);
	uint8_t buffer[1024];
	struct writer writer = writer_of(buffer, sizeof(buffer));
	struct note note;
	(void)state;
	write_note(&writer, bytes_of_text(text), &first.key, first.private);
	write_note_signature(&writer, &second.key, &signature);
	assert_refusal(note_parse(written(&writer), &note), NULL);
	assert_text(note.text, text);
	assert_int_equal(note.signature_count, 2);
	assert_refusal(note_verify(&note, &first.key), NULL);
	assert_refusal(note_verify(&note, &second.key), NULL);
	assert_refusal(note_verify(&note, &stranger.key),
		"the note is not signed by this key");
	p256_free(first.private);
	p256_free(second.private);
	p256_free(stranger.private);
}

static void a_changed_byte_does_not_verify(void **state)
{
	struct signer signer = signer_of("signer");
	uint8_t buffer[1024];
	struct writer writer = writer_of(buffer, sizeof(buffer));
	struct note note;
	(void)state;
	write_note(&writer, bytes_of_text(text), &signer.key, signer.private);
	for (size_t i = 0; i < writer.size; i++) {
		buffer[i] ^= 1;
		assert_true(note_parse(written(&writer), &note) ||
			    note_verify(&note, &signer.key));
		buffer[i] ^= 1;
	}
	p256_free(signer.private);
}

static void a_signature_by_another_key_of_that_name_fails(void **state)
{
	struct signer signer = signer_of("signer");
	struct signer forger = signer_of("signer");
	uint8_t buffer[1024];
	struct writer writer = writer_of(buffer, sizeof(buffer));
	struct note note;
	(void)state;
	forger.key.id = signer.key.id;
	write_note(&writer, bytes_of_text(text), &forger.key, forger.private);
	assert_refusal(note_parse(written(&writer), &note), NULL);
	assert_refusal(note_verify(&note, &signer.key),
		"the signature of the note does not verify");
	p256_free(signer.private);
	p256_free(forger.private);
}

static void texts_are_clean(void **state)
{
	(void)state;
	assert_refusal(note_text_check(bytes_of_text("a\n\nb\n")), NULL);
	assert_refusal(
		note_text_check((struct bytes){ 0 }), "the note has no text");
	assert_refusal(note_text_check(bytes_of_text("a")),
		"the text of the note does not end in a newline");
	assert_refusal(note_text_check(bytes_of_text("a\r\n")),
		"the text of the note is not clean UTF-8");
	assert_refusal(note_text_check(bytes_of("a\0\n", 3)),
		"the text of the note is not clean UTF-8");
	assert_refusal(note_text_check(bytes_of_text("\xff\n")),
		"the text of the note is not clean UTF-8");
}

static void a_bad_text_breaks_the_writer(void **state)
{
	uint8_t buffer[64];
	struct writer writer = writer_of(buffer, sizeof(buffer));
	(void)state;
	write_note_text(&writer, bytes_of_text("no newline"));
	assert_true(writer.broken);
}

/* The example of the specification has an empty line in its text. */
static void example_of_the_specification(void **state)
{
	static const char example[] =
		"Ognuno sta solo sul cuor della terra\n"
		"trafitto da un raggio di sole:\n"
		"\n"
		"ed è subito sera.\n"
		"\n"
		"— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ"
		"2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc="
		"\n";
	struct note note;
	(void)state;
	assert_refusal(note_parse(bytes_of_text(example), &note), NULL);
	assert_true(memchr(note.text.data, ':', note.text.size));
	assert_int_equal(note.text.data[note.text.size - 2], '.');
	assert_text(note.signature[0].name, "quasimodo.example/salvatore");
	assert_int_equal(note.signature[0].id, 0x367ba04b);
}

static void other_notes_are_refused(void **state)
{
	static const char line[] = "the note has a malformed signature line";
	static const struct {
		const char *note, *why;
	} cases[] = {
		{ "", "not a signed note" },
		{ "text\n", "not a signed note" },
		{ "text\n\n", "the note is not signed" },
		{ "text\n— n AAAAAAA=\n", "not a signed note" },
		{ "text\n\n— n AAAAAAA=\n", NULL },
		{ "text\n\n— n AAAAAAA=", line },
		{ "text\n\n- n AAAAAAA=\n", line },
		{ "text\n\n—  n AAAAAAA=\n", line },
		{ "text\n\n— n  AAAAAAA=\n", line },
		{ "text\n\n— n AAAAAAA= \n", line },
		{ "text\n\n— n AAAAAAA\n", line },
		{ "text\n\n— n AAAAAA==\n", line },
		{ "text\n\n— n+ AAAAAAA=\n", line },
		{ "text\n\n— AAAAAAA=\n", line },
		{ "text\n\n— n AAAAAAA=\ntext\n", line },
		{ "text\n\n— n AAAAAAA=\n— n AAAAAAE=\n",
			"the note has two signatures by one key" },
		{ "text\n\n— n AAAAAAA=\n— m AAAAAAA=\n— n AAAAAQA=\n", NULL },
		{ "te\txt\n\n— n AAAAAAA=\n",
			"the text of the note is not clean UTF-8" },
	};
	struct note note;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_refusal(note_parse(bytes_of_text(cases[i].note), &note),
			cases[i].why);
}

static void at_most_16_signatures(void **state)
{
	static const char names[] = "abcdefghijklmnopq";
	uint8_t buffer[1024];
	struct writer writer = writer_of(buffer, sizeof(buffer));
	struct note note;
	(void)state;
	write_note_text(&writer, bytes_of_text("text\n"));
	for (size_t i = 0; i <= NOTE_SIGNATURES_MOST; i++) {
		if (i == NOTE_SIGNATURES_MOST)
			assert_refusal(
				note_parse(written(&writer), &note), NULL);
		write_text(&writer, "— ");
		write_u8(&writer, (uint8_t)names[i]);
		write_text(&writer, " AAAAAAA=\n");
	}
	assert_refusal(note_parse(written(&writer), &note),
		"the note has more than 16 signatures");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verifier_keys_come_back),
		cmocka_unit_test(damaged_verifier_keys_are_refused),
		cmocka_unit_test(names_are_of_the_subset),
		cmocka_unit_test(signed_notes_verify),
		cmocka_unit_test(a_changed_byte_does_not_verify),
		cmocka_unit_test(a_signature_by_another_key_of_that_name_fails),
		cmocka_unit_test(texts_are_clean),
		cmocka_unit_test(a_bad_text_breaks_the_writer),
		cmocka_unit_test(example_of_the_specification),
		cmocka_unit_test(other_notes_are_refused),
		cmocka_unit_test(at_most_16_signatures),
	};
	crypto_start();
	return cmocka_run_group_tests_name("note", tests, NULL, NULL);
}
