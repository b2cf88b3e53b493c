/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold of a box before anybody opens it: note, place, recipients. */
#include "appliance/election/box.h"
#include "appliance/election/statement.h"
#include "appliance/formats/crypto.h"
#include "tests/support/scalar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { BK = 1, ESCROW, OTHER_ESCROW, STATION, STRANGER, NOTE_SPACE = 4096 };

static struct station stations[] = {
	{ .id = "station-01",
		.boxes = 2,
		.contests = { { 3 } },
		.ballots_issued = 100 },
	{ .id = "station-02", .boxes = 1, .sorted = 1 },
};
static struct plan plan = {
	.id = "council",
	.definition = { { 7 } },
	.recipients = 2,
	.recipient = { { .id = "escrow" }, { .id = "court" } },
	.stations = 2,
	.station = stations,
};
static struct box_terms terms = { .plan = &plan };

/* A box in the making; what a test changes makes it wrong. */
struct making {
	unsigned recipient[AGE_STANZAS_MOST];
	size_t recipients;
	bool turned; /* the note's tags the other way round */
	const char *election;
	const char *station;
	uint64_t sequence;
	struct digest definition;
	bool rehearsal;
	unsigned signer;
	struct tpm_name bk;
	size_t payload;
	uint64_t ballots;
	uint64_t more; /* bytes of the file that the note says it has */
};

static struct making good_making(void)
{
	return (struct making){
		.recipient = { BK, ESCROW, OTHER_ESCROW },
		.recipients = 3,
		.election = plan.id,
		.station = "station-01",
		.sequence = 2,
		.definition = plan.definition,
		.signer = STATION,
		.bk = terms.bk_name,
		.payload = 4096,
		.ballots = 200,
	};
}

static uint8_t file_space[BOX_MOST], note_space[NOTE_SPACE];
static const uint8_t payload_space[BALLOTS_PAYLOAD_MOST + 1];

static struct bytes seal(const struct making *making)
{
	struct p256_public recipient[AGE_STANZAS_MOST];
	struct writer out = writer_of(file_space, sizeof(file_space));
	for (size_t i = 0; i < making->recipients; i++)
		recipient[i] = scalar_public(making->recipient[i]);
	write_age_file(&out, recipient, making->recipients,
		bytes_of(payload_space, making->payload));
	return written(&out);
}

static void put_tags(
	struct text_writer *text, const struct age_header *header, bool turned)
{
	for (size_t i = 0; i < header->stanza_count; i++) {
		const size_t at = turned ? header->stanza_count - 1 - i : i;
		text_put(text, BOX_TAG,
			bytes_of(header->stanza[at].tag, AGE_TAG_SIZE));
	}
}

static void sign(struct writer *note, const char *station, unsigned signer)
{
	struct p256_private *key = scalar_key(signer);
	const struct p256_public public = p256_public_of(key);
	const struct digest digest = sha256(written(note));
	const struct p256_signature signature = p256_sign(key, &digest);
	struct note_key who;
	struct writer whole = writer_of(note_space, sizeof(note_space));
	assert_null(note_key_of(station, &public, &who));
	write_note_text(&whole, written(note));
	write_note_signature(&whole, &who, &signature);
	*note = whole;
	p256_free(key);
}

static struct bytes note_over(const struct making *making, struct bytes file)
{
	uint8_t space[NOTE_SPACE];
	struct writer out = writer_of(space, sizeof(space));
	struct text_writer text = text_begin(
		&statement_form[STATEMENT_BOX], making->rehearsal, &out);
	const struct digest digest = sha256(file);
	struct age_header header;
	assert_null(age_header_parse(file, &header));
	text_put(&text, BOX_ELECTION, bytes_of_text(making->election));
	text_put(&text, BOX_DEFINITION,
		bytes_of(making->definition.byte, SHA256_SIZE));
	text_put(&text, BOX_STATION, bytes_of_text(making->station));
	text_put_number(&text, BOX_SEQUENCE, making->sequence);
	text_put(&text, BOX_CIPHERTEXT, bytes_of(digest.byte, SHA256_SIZE));
	text_put_number(&text, BOX_SIZE, file.size + making->more);
	text_put_number(&text, BOX_BALLOTS, making->ballots);
	text_put(&text, BOX_BK, tpm_name_bytes(&making->bk));
	put_tags(&text, &header, making->turned);
	assert_null(text_end(&text));
	sign(&out, making->station, making->signer);
	return written(&out);
}

static void expect(const struct making *making, const char *why)
{
	const struct bytes file = seal(making);
	const struct bytes note = note_over(making, file);
	struct box box;
	const refusal got = box_check(&terms, note, file, &box);
	if (got == NULL || why == NULL)
		assert_true(got == why);
	else
		assert_string_equal(got, why);
}

static void a_whole_box_is_taken(void **state)
{
	struct making making = good_making();
	const struct bytes file = seal(&making);
	const struct bytes note = note_over(&making, file);
	const struct digest digest = sha256(file);
	struct box box;
	(void)state;
	assert_null(box_check(&terms, note, file, &box));
	assert_int_equal(box.station, 0);
	assert_int_equal(box.sequence, 2);
	assert_true(digest_equal(&box.digest, &digest));
	assert_int_equal(box.ballots, 200);
	assert_int_equal(box.header.stanza_count, 3);
	making.recipient[0] = OTHER_ESCROW;
	making.recipient[2] = BK;
	expect(&making, NULL);
}

static void every_recipient_is_there_once(void **state)
{
	struct making making = good_making();
	(void)state;
	making.recipients = 2;
	expect(&making, "the box lacks a recipient that the definition lists");
	making.recipient[0] = ESCROW;
	making.recipient[1] = OTHER_ESCROW;
	expect(&making, "the box is not sealed to the box key");
	making = good_making();
	making.recipient[2] = ESCROW;
	expect(&making, "the box has a recipient twice");
	making = good_making();
	making.recipient[1] = STRANGER;
	expect(&making,
		"the box has a recipient that the definition does not list");
	making = good_making();
	making.recipient[making.recipients++] = STRANGER;
	expect(&making,
		"the box has a recipient that the definition does not list");
}

static void the_note_lists_them_in_their_order(void **state)
{
	struct making making = good_making();
	(void)state;
	making.turned = true;
	expect(&making, "the note lists other recipients than the box");
}

static void the_note_is_of_this_place(void **state)
{
	struct making making = good_making();
	(void)state;
	making.sequence = 3;
	expect(&making, "the station delivers no box with this number");
	making.sequence = 0;
	expect(&making, "the station delivers no box with this number");
	making = good_making();
	making.station = "station-03";
	expect(&making, "the station is unknown");
	making = good_making();
	making.definition.byte[0] ^= 1;
	expect(&making, "the box is of another election");
	making = good_making();
	making.election = "other";
	expect(&making, "the box is of another election");
	making = good_making();
	making.rehearsal = true;
	expect(&making, "the box is of a rehearsal, or the election is");
	making = good_making();
	plan.rehearsal = true;
	expect(&making, "the box is of a rehearsal, or the election is");
	plan.rehearsal = false;
	making.bk.byte[5] ^= 1;
	expect(&making, "the box is sealed to another box key");
}

static void its_station_signed_it(void **state)
{
	struct making making = good_making();
	const struct bytes file = seal(&making);
	struct box box;
	(void)state;
	making.signer = STRANGER;
	assert_non_null(
		box_check(&terms, note_over(&making, file), file, &box));
	assert_int_equal(box.station, -1);
	making = good_making();
	const struct bytes note = note_over(&making, file);
	file_space[file.size - 1] ^= 1;
	assert_string_equal(box_check(&terms, note, file, &box),
		"the box is not the one that the station signed for");
}

static void it_has_the_size_of_padded_ballots(void **state)
{
	static const char why[] =
		"the box does not have the size of padded ballots";
	static const size_t none[] = { 0, 1, 62, 4095, 4097, 65535, 65537,
		BALLOTS_PAYLOAD_MOST - 1 };
	static const size_t some[] = { 4096, 4352, 65536, 67584,
		BALLOTS_PAYLOAD_MOST };
	struct making making = good_making();
	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
		making.payload = none[i];
		expect(&making, why);
	}
	for (size_t i = 0; i < sizeof(some) / sizeof(*some); i++) {
		making.payload = some[i];
		expect(&making, NULL);
	}
}

static void the_largest_box_is_taken(void **state)
{
	struct plan all = plan;
	struct making making = good_making();
	(void)state;
	all.recipients = RECIPIENTS_MOST;
	terms.plan = &all;
	making.recipients = 1 + RECIPIENTS_MOST;
	making.payload = BALLOTS_PAYLOAD_MOST;
	for (unsigned i = 0; i < RECIPIENTS_MOST; i++) {
		all.recipient[i].key = scalar_public(10 + i);
		making.recipient[1 + i] = 10 + i;
	}
	assert_int_equal(seal(&making).size, BOX_MOST);
	expect(&making, NULL);
	terms.plan = &plan;
}

static void the_note_tells_size_and_ballots(void **state)
{
	struct making making = good_making();
	(void)state;
	making.more = 1;
	expect(&making, "the box is not the one that the station signed for");
	making = good_making();
	making.ballots = 0;
	expect(&making, NULL);
	making.ballots = 201;
	expect(&making, "there are more ballots than the station was issued");
	making.ballots = UINT64_MAX;
	expect(&making, "there are more ballots than the station was issued");
}

static const char not_the_recipients[] =
	"it is not for the recipients that the definition lists";

/* What box_header_check() says of a header for these. */
static refusal of_header(const unsigned *recipient, size_t count, size_t more)
{
	const struct age_file_key key = { "sixteen octets." };
	struct age_stanza stanza[AGE_STANZAS_MOST];
	uint8_t space[AGE_HEADER_MOST];
	struct writer out = writer_of(space, sizeof(space));
	struct age_header header;
	for (size_t i = 0; i < count; i++) {
		const struct p256_public who = scalar_public(recipient[i]);
		age_wrap(&key, &who, &stanza[i]);
	}
	write_age_header(&out, &key, stanza, count);
	assert_int_equal(out.size, AGE_HEADER_SIZE(count));
	return box_header_check(
		&plan, bytes_of(space, out.size + more), &header);
}

static void a_new_header_is_for_the_recipients_alone(void **state)
{
	(void)state;
	assert_null(of_header((unsigned[]){ ESCROW, OTHER_ESCROW }, 2, 0));
	assert_string_equal(
		of_header((unsigned[]){ ESCROW }, 1, 0), not_the_recipients);
	assert_string_equal(
		of_header((unsigned[]){ OTHER_ESCROW, ESCROW }, 2, 0),
		not_the_recipients);
	assert_string_equal(of_header((unsigned[]){ ESCROW, STRANGER }, 2, 0),
		not_the_recipients);
	assert_string_equal(
		of_header((unsigned[]){ ESCROW, OTHER_ESCROW, BK }, 3, 0),
		not_the_recipients);
	assert_string_equal(
		of_header((unsigned[]){ ESCROW, OTHER_ESCROW }, 2, 1),
		"something follows the header");
}

static int begin(void **state)
{
	(void)state;
	crypto_start();
	plan.recipient[0].key = scalar_public(ESCROW);
	plan.recipient[1].key = scalar_public(OTHER_ESCROW);
	stations[0].key = scalar_public(STATION);
	stations[1].key = scalar_public(STATION);
	terms.bk = scalar_public(BK);
	terms.bk_name.byte[1] = 0x0b;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_box_is_taken),
		cmocka_unit_test(every_recipient_is_there_once),
		cmocka_unit_test(the_note_lists_them_in_their_order),
		cmocka_unit_test(the_note_is_of_this_place),
		cmocka_unit_test(its_station_signed_it),
		cmocka_unit_test(it_has_the_size_of_padded_ballots),
		cmocka_unit_test(the_largest_box_is_taken),
		cmocka_unit_test(the_note_tells_size_and_ballots),
		cmocka_unit_test(a_new_header_is_for_the_recipients_alone),
	};
	return cmocka_run_group_tests(tests, begin, NULL);
}
