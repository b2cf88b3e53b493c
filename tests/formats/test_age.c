/* SPDX-License-Identifier: Apache-2.0 */
/*
 * age files with P-256 recipients, against the examples of the specification, a
 * file by another client and vectors of its test kit; every changed or missing
 * byte is refused.
 */
#include "tests/formats/vector.h"

#include <stdio.h>

#include "appliance/formats/age.h"

/* The keys of RFC 6979, A.2.5 and RFC 5903, 8.1, and their recipients. */
static const char first_key[] = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89"
				"b127b8a622b120f6721";
static const char second_key[] = "c88f01f510d9ac3f70a292daa2316de544e9aab8afe8"
				 "4049c62a9c57862d1433";
static const char first_recipient[] = "age1tag1qds0a496y4df6vwfv84hf334d45vqjd"
				      "cjgakr7nvue5kytnq720mvyn2rel";
static const char second_recipient[] = "age1tag1q0ddpdjnjs3pe7ds28slajjhslgf3h"
				       "lxxl7fpw00j3wscdmjtqgcqjwjscr";

/* "Sandoq" to both, made by the npm package age-encryption 0.3.1. */
#define VERSION "age-encryption.org/v1\n"
#define FIRST                                                                  \
	"-> p256tag OzbTLQ BFoTKWCPOSmT5DO2prNal+75Pp4XJ/stQBzoEJSY08lQ6G5mM0" \
	"DRVccy8DBiiOkd0OvuhY1rH7O8VubPVf0FGAg\n"                              \
	"qsjTRSw1g2TyFITY3nv2r0pX1IZM5a0koG4594imcwk\n"
#define SECOND                                                                 \
	"-> p256tag AwqBUg BMLfR02m2+pUoFVHoFYsV2EoV1X4iSkQ9QN2u2a/5D9fr0Rr3G" \
	"220X5zBKoNsDuaZNK+9u4fjZoy84ZPVfrUyik\n"                              \
	"E+RU3i/4K/CeAZsFjLhIeJ+/5pUDPhQ7zJjYS8+/a/g\n"
#define MAC "--- bfER+kp1vcATZ57KkFKns1tRdGii3KpFU9ky8r/EEhQ\n"
static const char foreign_header[] = VERSION FIRST SECOND MAC;
static const char foreign_payload[] = "4b99c9ed85f99109a4d1f000833ffcf607dc58d7"
				      "031db259c538f1a3b775d016ae7449835818";

static struct p256_private *private_of(const char *digits)
{
	uint8_t scalar[P256_SIZE];
	struct p256_private *private;
	unhex(digits, scalar);
	assert_refusal(p256_from_scalar(scalar, &private), NULL);
	return private;
}

static struct p256_public recipient_of(const char *text)
{
	struct p256_public recipient;
	assert_refusal(
		age_recipient_decode(bytes_of_text(text), &recipient), NULL);
	return recipient;
}

static refusal open_file(
	struct bytes file, const char *digits, struct writer *plain)
{
	struct p256_private *private = private_of(digits);
	struct p256_public recipient = p256_public_of(private);
	const struct age_stanza *stanza = NULL;
	struct age_header header;
	struct age_file_key key;
	refusal refused = age_header_parse(file, &header);
	if (refused == NULL)
		stanza = age_find(&header, &recipient);
	if (refused == NULL && stanza == NULL)
		refused = "no stanza";
	if (refused == NULL)
		refused = age_unwrap(stanza, private, &key);
	if (refused == NULL)
		refused = age_header_verify(&header, &key);
	if (refused == NULL)
		refused = age_payload_open(header.payload, &key, plain);
	p256_free(private);
	return refused;
}

static struct bytes foreign_file(uint8_t buffer[1024])
{
	struct writer writer = writer_of(buffer, 1024);
	uint8_t payload[64];
	write_text(&writer, foreign_header);
	write_bytes(&writer, unhex(foreign_payload, payload));
	return written(&writer);
}

static void recipients_come_back(void **state)
{
	struct p256_private *private = private_of(first_key);
	struct p256_public expected = p256_public_of(private);
	struct p256_public recipient = recipient_of(first_recipient);
	uint8_t buffer[AGE_RECIPIENT_SIZE];
	struct writer writer = writer_of(buffer, sizeof(buffer));
	(void)state;
	assert_true(p256_equal(&recipient, &expected));
	write_age_recipient(&writer, &recipient);
	assert_text(written(&writer), first_recipient);
	assert_int_equal(writer.size, AGE_RECIPIENT_SIZE);
	p256_free(private);
}

static void other_recipients_are_refused(void **state)
{
	struct p256_public out;
	(void)state;
	/* X25519, of the specification. */
	assert_non_null(age_recipient_decode(
		bytes_of_text("age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869x"
			      "eexvn73equnujwj"),
		&out));
	assert_non_null(age_recipient_decode(bytes_of_text(""), &out));
}

/* They do not belong together. */
static void examples_of_the_specification(void **state)
{
	struct p256_public recipient =
		recipient_of("age1tag1qt8lw0ual6avlwmwatk888yqnmdamm7xfd0wak53"
			     "ut6elz5c4swx2yqdj4e");
	struct age_header header;
	(void)state;
	assert_refusal(
		age_header_parse(
			bytes_of_text(VERSION
				"-> p256tag CXBuUw BOqTylUtZFwkMTxd6UENg8kopiM"
				"hRJBOUXMv5w2xVOmJu7eezoALGXiNtq5Vka+UQvaYbQvA"
				"dwjIJEDaoBaq7So\n"
				"bZQpLsV8uGqGPs70J6dVodiHejsZ5BODjaRsB0RcBqI"
				"\n" MAC),
			&header),
		NULL);
	assert_hex(bytes_of(header.stanza[0].tag, AGE_TAG_SIZE), "09706e53");
	assert_null(age_find(&header, &recipient));
}

static void foreign_file_opens(void **state)
{
	uint8_t buffer[1024];
	uint8_t plain[64];
	struct bytes file = foreign_file(buffer);
	struct writer first = writer_of(plain, sizeof(plain));
	struct writer second = writer_of(plain, sizeof(plain));
	(void)state;
	assert_refusal(open_file(file, first_key, &first), NULL);
	assert_text(written(&first), "Sandoq");
	assert_refusal(open_file(file, second_key, &second), NULL);
	assert_text(written(&second), "Sandoq");
}

/* The MAC and the payload do not depend on the type of the recipient. */
static void mac_and_payload_of_the_testkit(void **state)
{
	static const char covered[] =
		"age-encryption.org/v1\n"
		"-> X25519 TEiF0ypqr+bpvcqXNyCVJpL7OuwPdVwPL7KQEbFDOCc\n"
		"hjabGXwSLQ9c3S6Lw2i+S2Tu2fiwQHHslbBN6B41FLE\n"
		"---";
	struct age_header header = { .covered = bytes_of_text(covered) };
	struct age_file_key key;
	uint8_t payload[64];
	uint8_t plain[64];
	struct writer writer = writer_of(plain, sizeof(plain));
	struct digest digest;
	(void)state;
	memcpy(key.byte, "YELLOW SUBMARINE", sizeof(key.byte));
	unhex("5b2269f45ffd14e661ee025d85eab658825cc078"
	      "1873c348561ddd77086b70d8",
		header.mac.byte);
	assert_refusal(age_header_verify(&header, &key), NULL);
	assert_refusal(age_payload_open(
			       unhex("eecf62c7ce91b433274e68d4f2f9134cb74c5bfe"
				     "f7beaa52c8f0bc0e992c1e8331fb66",
				       payload),
			       &key, &writer),
		NULL);
	digest = sha256(written(&writer));
	assert_hex(bytes_of(digest.byte, SHA256_SIZE),
		"013f54400c82da08037759ada907a8b864e97de81c088a182062c4b5622f"
		"d2ab");
}

static void every_changed_byte_is_refused(void **state)
{
	uint8_t buffer[1024];
	uint8_t plain[64];
	struct bytes file = foreign_file(buffer);
	(void)state;
	for (size_t i = 0; i < file.size; i++) {
		struct writer writer = writer_of(plain, sizeof(plain));

		buffer[i] ^= 1;
		assert_non_null(open_file(file, first_key, &writer));
		buffer[i] ^= 1;
	}
}

static void every_cut_is_refused(void **state)
{
	uint8_t buffer[1024];
	uint8_t plain[64];
	struct bytes file = foreign_file(buffer);
	(void)state;
	for (size_t i = 0; i < file.size; i++) {
		struct writer writer = writer_of(plain, sizeof(plain));

		assert_non_null(
			open_file(bytes_of(buffer, i), first_key, &writer));
	}
}

static void header_parts_are_where_they_are(void **state)
{
	uint8_t buffer[1024];
	struct bytes file = foreign_file(buffer);
	struct age_header header;
	(void)state;
	assert_refusal(age_header_parse(file, &header), NULL);
	assert_int_equal(header.stanza_count, 2);
	assert_text(header.covered, VERSION FIRST SECOND "---");
	assert_hex(header.payload, foreign_payload);
	assert_hex(bytes_of(header.stanza[1].tag, AGE_TAG_SIZE), "030a8152");
}

static void other_headers_are_refused(void **state)
{
	static const char type[] = "the age header has a recipient of another "
				   "type than p256tag";
	static const char stanza[] =
		"the age header has a malformed p256tag stanza";
	static const char mac[] = "the age header has a malformed MAC";
	static const char no_mac[] = "the age header has no MAC";
	static const char enc[] =
		"BFoTKWCPOSmT5DO2prNal+75Pp4XJ/stQBzoEJSY08lQ6G5mM0DRVccy8DBiiO"
		"kd0OvuhY1rH7O8VubPVf0FGAg";
	static const char body[] =
		"qsjTRSw1g2TyFITY3nv2r0pX1IZM5a0koG4594imcwk";
	static const struct {
		const char *start, *enc, *between, *body, *end, *why;
	} cases[] = {
		{ VERSION "-> p256tag OzbTLQ ", enc, "\n", body, "\n" MAC,
			NULL },
		{ "age-encryption.org/v2\n-> p256tag OzbTLQ ", enc, "\n", body,
			"\n" MAC, "not an age file of version 1" },
		{ "age-encryption.org/v1\r\n-> p256tag OzbTLQ ", enc, "\n",
			body, "\n" MAC, "not an age file of version 1" },
		{ VERSION "-> X25519 ", enc, "\n", body, "\n" MAC, type },
		{ VERSION "-> P256TAG OzbTLQ ", enc, "\n", body, "\n" MAC,
			type },
		{ VERSION "->  p256tag OzbTLQ ", enc, "\n", body, "\n" MAC,
			type },
		{ VERSION "-> p256tag OzbTL ", enc, "\n", body, "\n" MAC,
			stanza },
		{ VERSION "-> p256tag OzbTLR ", enc, "\n", body, "\n" MAC,
			stanza },
		{ VERSION "-> p256tag OzbTLQ== ", enc, "\n", body, "\n" MAC,
			stanza },
		{ VERSION "-> p256tag OzbTLQ  ", enc, "\n", body, "\n" MAC,
			stanza },
		{ VERSION "-> p256tag ", enc, "\n", body, "\n" MAC, stanza },
		{ VERSION "-> p256tag OzbTLQ ", enc, " x\n", body, "\n" MAC,
			stanza },
		{ VERSION "-> p256tag OzbTLQ ", enc, "=\n", body, "\n" MAC,
			stanza },
		{ VERSION "-> p256tag OzbTLQ ", enc, "\r\n", body, "\n" MAC,
			stanza },
		{ VERSION "-> p256tag OzbTLQ ", enc, "\n", "", "\n" MAC,
			stanza },
		{ VERSION "-> p256tag OzbTLQ ", enc, "\n", body, "A\n" MAC,
			stanza },
		{ VERSION "-> p256tag OzbTLQ ", enc, "\n", body, "\n\n" MAC,
			no_mac },
		{ VERSION "-> p256tag OzbTLQ ", enc, "\n", body,
			"\n---bfER+kp1vcATZ57KkFKns1tRdGii3KpFU9ky8r/EEhQ\n",
			no_mac },
		{ VERSION "-> p256tag OzbTLQ ", enc, "\n", body,
			"\n--- bfER+kp1vcATZ57KkFKns1tRdGii3KpFU9ky8r/EEhQ=\n",
			mac },
		{ VERSION "-> p256tag OzbTLQ ", enc, "\n", body,
			"\n--- bfER+kp1vcATZ57KkFKns1tRdGii3KpFU9ky8r/EEhR\n",
			mac },
		{ VERSION, "", "", "", MAC, "the age header has no recipient" },
		{ VERSION "-> p256tag OzbTLQ ", "BA", enc + 2, "\n", MAC,
			stanza },
	};
	char header[512];
	struct age_header out;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(header, sizeof(header), "%s%s%s%s%s", cases[i].start,
			cases[i].enc, cases[i].between, cases[i].body,
			cases[i].end);
		assert_refusal(age_header_parse(bytes_of_text(header), &out),
			cases[i].why);
	}
}

static void points_off_the_curve_are_refused(void **state)
{
	char header[] = VERSION FIRST MAC;
	struct age_header out;
	(void)state;
	header[strlen(VERSION "-> p256tag OzbTLQ ") + 10] ^= 1;
	assert_refusal(age_header_parse(bytes_of_text(header), &out),
		"the point is not on the curve P-256");
}

static void more_than_16_recipients_are_refused(void **state)
{
	uint8_t buffer[4096];
	struct writer writer = writer_of(buffer, sizeof(buffer));
	struct age_header out;
	(void)state;
	write_text(&writer, VERSION);
	for (size_t i = 0; i < AGE_STANZAS_MOST; i++)
		write_text(&writer, FIRST);
	write_text(&writer, MAC);
	assert_int_equal(writer.size, AGE_HEADER_MOST);
	assert_refusal(age_header_parse(written(&writer), &out), NULL);
	writer.size -= strlen(MAC);
	write_text(&writer, FIRST MAC);
	assert_refusal(age_header_parse(written(&writer), &out),
		"the age header has more than 16 recipients");
}

enum { TWO_CHUNKS = 2 * AGE_CHUNK_SIZE };

static uint8_t large[3 * AGE_CHUNK_SIZE];
static uint8_t sealed[sizeof(large) + 4096];
static uint8_t opened[sizeof(large)];

static struct bytes seal(size_t plain_size)
{
	struct p256_public recipient[] = { recipient_of(first_recipient),
		recipient_of(second_recipient) };
	struct writer writer = writer_of(sealed, sizeof(sealed));
	random_bytes(large, plain_size);
	write_age_file(&writer, recipient, COUNT(recipient),
		bytes_of(large, plain_size));
	assert_int_equal(writer.size, AGE_FILE_SIZE(2, plain_size));
	assert_int_equal(
		age_plain_size(AGE_PAYLOAD_SIZE(plain_size)), plain_size);
	return written(&writer);
}

static void every_size_comes_back(void **state)
{
	static const size_t sizes[] = { 0, 1, AGE_CHUNK_SIZE - 1,
		AGE_CHUNK_SIZE, AGE_CHUNK_SIZE + 1, TWO_CHUNKS,
		TWO_CHUNKS + 1 };
	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct bytes file = seal(sizes[i]);
		struct writer writer = writer_of(opened, sizes[i]);

		assert_refusal(open_file(file, second_key, &writer), NULL);
		assert_int_equal(writer.size, sizes[i]);
		assert_memory_equal(opened, large, sizes[i]);
	}
}

static void chunks_are_in_order_and_complete(void **state)
{
	struct bytes file = seal(TWO_CHUNKS);
	size_t start = file.size - (size_t)2 * AGE_SEALED_CHUNK_SIZE;
	struct writer writer = writer_of(opened, sizeof(opened));
	(void)state;
	assert_refusal(open_file(bytes_of(file.data,
					 file.size - AGE_SEALED_CHUNK_SIZE),
			       first_key, &writer),
		"a chunk of the age payload is damaged or missing");
	writer.size = 0;
	assert_refusal(
		open_file(bytes_of(file.data, start), first_key, &writer),
		"the age payload is cut off");
	writer.size = 0;
	memmove(sealed + start, sealed + start + AGE_SEALED_CHUNK_SIZE,
		AGE_SEALED_CHUNK_SIZE);
	assert_refusal(open_file(file, first_key, &writer),
		"a chunk of the age payload is damaged or missing");
}

static void small_buffers_are_refused(void **state)
{
	struct bytes file = seal(100);
	struct writer writer = writer_of(opened, 99);
	(void)state;
	assert_refusal(open_file(file, first_key, &writer),
		"the age payload is too large");
}

static void streams_keep_the_rules(void **state)
{
	static const uint8_t nonce[AGE_NONCE_SIZE] = { 0 };
	struct age_file_key key = { { 0 } };
	struct age_stream stream = age_stream_of(&key, nonce);
	(void)state;
	assert_non_null(
		age_chunk_seal(&stream, bytes_of(large, 10), false, sealed));
	assert_refusal(age_chunk_seal(&stream, bytes_of(large, AGE_CHUNK_SIZE),
			       false, sealed),
		NULL);
	assert_refusal(
		age_chunk_seal(&stream, (struct bytes){ 0 }, true, sealed),
		"the last chunk of the age payload is empty");
	assert_refusal(
		age_chunk_seal(&stream, bytes_of(large, 10), true, sealed),
		NULL);
	assert_refusal(
		age_chunk_seal(&stream, bytes_of(large, 10), true, sealed),
		"something follows the last chunk of the age payload");
}

static void a_stranger_finds_no_stanza(void **state)
{
	struct p256_private *stranger = p256_generate();
	struct p256_public recipient = p256_public_of(stranger);
	struct age_header header;
	struct age_file_key key;
	(void)state;
	assert_refusal(
		age_header_parse(bytes_of_text(foreign_header), &header), NULL);
	assert_null(age_find(&header, &recipient));
	assert_non_null(age_unwrap(&header.stanza[0], stranger, &key));
	p256_free(stranger);
}

static void no_recipient_or_too_many_break_the_writer(void **state)
{
	struct p256_public recipient[AGE_STANZAS_MOST + 1];
	struct writer none = writer_of(sealed, sizeof(sealed));
	struct writer many = writer_of(sealed, sizeof(sealed));
	(void)state;
	for (size_t i = 0; i < COUNT(recipient); i++)
		recipient[i] = recipient_of(first_recipient);
	write_age_file(&none, recipient, 0, bytes_of_text("x"));
	assert_true(none.broken);
	write_age_file(&many, recipient, COUNT(recipient), bytes_of_text("x"));
	assert_true(many.broken);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recipients_come_back),
		cmocka_unit_test(other_recipients_are_refused),
		cmocka_unit_test(examples_of_the_specification),
		cmocka_unit_test(foreign_file_opens),
		cmocka_unit_test(mac_and_payload_of_the_testkit),
		cmocka_unit_test(every_changed_byte_is_refused),
		cmocka_unit_test(every_cut_is_refused),
		cmocka_unit_test(header_parts_are_where_they_are),
		cmocka_unit_test(other_headers_are_refused),
		cmocka_unit_test(points_off_the_curve_are_refused),
		cmocka_unit_test(more_than_16_recipients_are_refused),
		cmocka_unit_test(every_size_comes_back),
		cmocka_unit_test(chunks_are_in_order_and_complete),
		cmocka_unit_test(small_buffers_are_refused),
		cmocka_unit_test(streams_keep_the_rules),
		cmocka_unit_test(a_stranger_finds_no_stanza),
		cmocka_unit_test(no_recipient_or_too_many_break_the_writer),
	};
	crypto_start();
	return cmocka_run_group_tests_name("age", tests, NULL, NULL);
}
