/* SPDX-License-Identifier: Apache-2.0 */
/* The signed texts, and who signed them. */
#include "appliance/election/statement.h"
#include "appliance/formats/crypto.h"
#include "tests/support/scalar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HEX "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define NAME "000b" HEX

enum { NOTE_MOST = 4096, SIGNERS = 5 };

/* Two of the executive board, one of the supervisory; two needed. */
static struct roster three(void)
{
	struct roster roster = { .quorum = { .need = 2, .of = 3, .each = 1 } };
	for (unsigned m = 0; m < 3; m++) {
		struct quorum_member *member = &roster.quorum.member[m];
		snprintf(
			roster.id[m], sizeof(roster.id[m]), "member-%u", m + 1);
		member->board = m == 2 ? SUPERVISORY : EXECUTIVE;
		member->key = scalar_public(m + 1);
	}
	return roster;
}

static void sign(
	struct writer *out, const char *text, const char *name, unsigned scalar)
{
	struct p256_private *key = scalar_key(scalar);
	struct p256_public public = p256_public_of(key);
	struct digest digest = sha256(bytes_of_text(text));
	struct p256_signature signature = p256_sign(key, &digest);
	struct note_key who;
	assert_null(note_key_of(name, &public, &who));
	write_note_signature(out, &who, &signature);
	p256_free(key);
}

static const char definition_text[] = "sandoq/definition/v1 live\n"
				      "election: village\n"
				      "definition: " HEX "\n";

/* A definition note by the members whose bits are set. */
static struct bytes note_by(uint8_t space[NOTE_MOST], unsigned members)
{
	struct writer out = writer_of(space, NOTE_MOST);
	write_note_text(&out, bytes_of_text(definition_text));
	for (unsigned m = 0; m < SIGNERS; m++) {
		char name[16];
		snprintf(name, sizeof(name), "member-%u", m + 1);
		if ((members >> m & 1) != 0)
			sign(&out, definition_text, name, m + 1);
	}
	return written(&out);
}

static refusal quorum_in_note(
	struct bytes note, const struct roster *roster, uint16_t *signed_by)
{
	struct statement statement;
	refusal refused =
		statement_open(STATEMENT_DEFINITION, note, &statement);
	assert_null(refused);
	return statement_signed_by_quorum(&statement, roster, signed_by);
}

static refusal quorum_of_note(struct bytes note, uint16_t *signed_by)
{
	const struct roster roster = three();
	return quorum_in_note(note, &roster, signed_by);
}

static void every_form_is_named(void **state)
{
	(void)state;
	for (enum statement_kind kind = 0; kind < STATEMENT_KINDS; kind++) {
		const struct text_form *form = &statement_form[kind];
		assert_non_null(form->kind);
		for (size_t i = 0; i < form->field_count; i++)
			assert_non_null(form->field[i].name);
	}
}

static void quorum_of_both_boards(void **state)
{
	uint8_t space[NOTE_MOST];
	uint16_t signed_by = 0;
	(void)state;
	assert_null(quorum_of_note(note_by(space, 5), &signed_by));
	assert_int_equal(signed_by, 5);
	assert_null(quorum_of_note(note_by(space, 6), NULL));
	assert_null(quorum_of_note(note_by(space, 7), &signed_by));
	assert_int_equal(signed_by, 7);
}

static void one_is_too_few(void **state)
{
	uint8_t space[NOTE_MOST];
	(void)state;
	assert_string_equal(quorum_of_note(note_by(space, 4), NULL),
		"fewer have signed than the quorum needs");
}

static void one_board_is_too_few(void **state)
{
	uint8_t space[NOTE_MOST];
	(void)state;
	assert_string_equal(quorum_of_note(note_by(space, 3), NULL),
		"too few of the supervisory board have signed");
}

/* Of the first, second and fourth, and of the third and fifth. */
static void one_beside_three_is_too_few(void **state)
{
	uint8_t space[NOTE_MOST];
	struct roster roster = three();
	(void)state;
	for (unsigned m = 3; m < SIGNERS; m++) {
		snprintf(
			roster.id[m], sizeof(roster.id[m]), "member-%u", m + 1);
		roster.quorum.member[m].key = scalar_public(m + 1);
	}
	roster.quorum.member[4].board = SUPERVISORY;
	roster.quorum.of = SIGNERS;
	roster.quorum.need = 4;
	assert_null(quorum_in_note(note_by(space, 0x0F), &roster, NULL));
	roster.quorum.each = 2;
	assert_string_equal(quorum_in_note(note_by(space, 0x0F), &roster, NULL),
		"too few of the supervisory board have signed");
	assert_null(quorum_in_note(note_by(space, 0x17), &roster, NULL));
	assert_null(quorum_in_note(note_by(space, 0x1F), &roster, NULL));
	roster.quorum.member[1].board = SUPERVISORY;
	roster.quorum.member[3].board = SUPERVISORY;
	assert_string_equal(quorum_in_note(note_by(space, 0x1F), &roster, NULL),
		"too few of the executive board have signed");
}

static void strangers_do_not_count(void **state)
{
	uint8_t space[NOTE_MOST];
	struct writer out = writer_of(space, sizeof(space));
	(void)state;
	write_note_text(&out, bytes_of_text(definition_text));
	sign(&out, definition_text, "member-1", 1);
	sign(&out, definition_text, "stranger", 9);
	sign(&out, definition_text, "member-3", 9);
	assert_string_equal(quorum_of_note(written(&out), NULL),
		"fewer have signed than the quorum needs");
}

static void bad_signature_of_a_member(void **state)
{
	uint8_t space[NOTE_MOST];
	struct writer out = writer_of(space, sizeof(space));
	(void)state;
	write_note_text(&out, bytes_of_text(definition_text));
	sign(&out, definition_text, "member-1", 1);
	sign(&out, definition_text, "member-2", 2);
	sign(&out, "another text\n", "member-3", 3);
	assert_non_null(quorum_of_note(written(&out), NULL));
}

static refusal approval_of(struct bytes note, size_t *member)
{
	struct statement statement;
	struct roster roster = three();
	assert_null(statement_open(STATEMENT_DEFINITION, note, &statement));
	return statement_signed_by_one(&statement, &roster, member);
}

static void approval_by_one_member(void **state)
{
	uint8_t space[NOTE_MOST];
	size_t member;
	(void)state;
	assert_null(approval_of(note_by(space, 4), &member));
	assert_int_equal(member, 2);
}

static void approval_by_two(void **state)
{
	uint8_t space[NOTE_MOST];
	size_t member;
	(void)state;
	assert_string_equal(approval_of(note_by(space, 5), &member),
		"an approval must carry exactly one signature");
}

static void approval_by_a_stranger(void **state)
{
	uint8_t space[NOTE_MOST];
	struct writer out = writer_of(space, sizeof(space));
	size_t member;
	(void)state;
	write_note_text(&out, bytes_of_text(definition_text));
	sign(&out, definition_text, "member-1", 9);
	assert_string_equal(approval_of(written(&out), &member),
		"it is signed with a key that may not approve this");
}

static void approval_of_another_text(void **state)
{
	uint8_t space[NOTE_MOST];
	struct writer out = writer_of(space, sizeof(space));
	size_t member;
	(void)state;
	write_note_text(&out, bytes_of_text(definition_text));
	sign(&out, "another text\n", "member-3", 3);
	assert_non_null(approval_of(written(&out), &member));
}

static void text_of_another_kind(void **state)
{
	uint8_t space[NOTE_MOST];
	struct statement statement;
	(void)state;
	for (enum statement_kind kind = 0; kind < STATEMENT_KINDS; kind++)
		if (kind != STATEMENT_DEFINITION)
			assert_non_null(statement_open(
				kind, note_by(space, 7), &statement));
}

static refusal decode(enum statement_kind kind, const char *whole)
{
	struct text text;
	return statement_decode(kind, bytes_of_text(whole), &text);
}

#define BOOT_TEXT(mode, meaning, pcrs)                                         \
	"sandoq/boot-approval/v1 " mode "\nmachine: SQ-7\nmeaning: " meaning   \
	"\nak: " NAME "\nauthority: " HEX "\nimage: " HEX "\n" pcrs            \
	"revocation: 1\npolicy: " HEX "\nindex: " NAME "\ncphash: " HEX        \
	"\ncredential: " HEX "\nauthorization: aGVsbG8=\n"
#define BOOT_MEANS "The machine may run this software and no other."

static void boot_approval(void **state)
{
	(void)state;
	assert_null(decode(STATEMENT_BOOT_APPROVAL,
		BOOT_TEXT("live", BOOT_MEANS,
			"pcr: 0 " HEX "\npcr: 9 " HEX "\n")));
	assert_string_equal(
		statement_meaning(STATEMENT_BOOT_APPROVAL), BOOT_MEANS);
}

static void boot_approval_of_a_rehearsal(void **state)
{
	(void)state;
	assert_string_equal(
		decode(STATEMENT_BOOT_APPROVAL,
			BOOT_TEXT("rehearsal", BOOT_MEANS, "pcr: 0 " HEX "\n")),
		"a text about a machine alone must be live");
}

static void boot_approval_with_another_meaning(void **state)
{
	(void)state;
	assert_string_equal(decode(STATEMENT_BOOT_APPROVAL,
				    BOOT_TEXT("live", "It is raining.",
					    "pcr: 0 " HEX "\n")),
		"the meaning is not the sentence of this kind of text");
}

static void pcrs_must_ascend(void **state)
{
	(void)state;
	assert_string_equal(
		decode(STATEMENT_BOOT_APPROVAL,
			BOOT_TEXT("live", BOOT_MEANS,
				"pcr: 9 " HEX "\npcr: 0 " HEX "\n")),
		"the PCRs are not in ascending order");
	assert_string_equal(
		decode(STATEMENT_BOOT_APPROVAL,
			BOOT_TEXT("live", BOOT_MEANS,
				"pcr: 9 " HEX "\npcr: 9 " HEX "\n")),
		"the PCRs are not in ascending order");
	assert_string_equal(decode(STATEMENT_BOOT_APPROVAL,
				    BOOT_TEXT("live", BOOT_MEANS, "")),
		"there is no PCR");
}

static void pcr_lines(void **state)
{
	static const char *const bad[] = { "pcr: 24 " HEX "\n",
		"pcr: 01 " HEX "\n", "pcr: 1  " HEX "\n", "pcr: 1\n",
		"pcr: 1 " HEX "0\n" };
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char whole[2048];
		snprintf(whole, sizeof(whole),
			BOOT_TEXT("live", BOOT_MEANS, "%s"), bad[i]);
		assert_non_null(decode(STATEMENT_BOOT_APPROVAL, whole));
	}
}

/* `operator: BOARD VKEY` lines from a format of boards and scalars. */
struct operator_line {
	const char *board;
	const char *name;
	unsigned scalar;
};

static refusal operators_of_each(unsigned need, unsigned each,
	const struct operator_line *line, size_t count, struct roster *out)
{
	uint8_t whole[NOTE_MOST];
	struct writer writer = writer_of(whole, sizeof(whole));
	struct text text;
	write_text(&writer, "sandoq/operators/v1 live\nmachine: SQ-7\nneed: ");
	write_decimal(&writer, need);
	write_text(&writer, "\neach: ");
	write_decimal(&writer, each);
	for (size_t i = 0; i < count; i++) {
		struct p256_public key = scalar_public(line[i].scalar);
		struct note_key who;
		assert_null(note_key_of(line[i].name, &key, &who));
		write_text(&writer, "\noperator: ");
		write_text(&writer, line[i].board);
		write_u8(&writer, ' ');
		write_note_key(&writer, &who);
	}
	write_u8(&writer, '\n');
	refusal refused =
		statement_decode(STATEMENT_OPERATORS, written(&writer), &text);
	return refused != NULL ? refused : statement_operators(&text, out);
}

static refusal operators_of(unsigned need, const struct operator_line *line,
	size_t count, struct roster *out)
{
	return operators_of_each(need, 1, line, count, out);
}

static void operators(void **state)
{
	static const struct operator_line line[] = {
		{ "executive", "a", 1 },
		{ "supervisory", "b", 2 },
		{ "executive", "c", 3 },
	};
	struct roster roster = { 0 };
	(void)state;
	assert_null(operators_of(2, line, 3, &roster));
	assert_int_equal(roster.quorum.need, 2);
	assert_int_equal(roster.quorum.of, 3);
	assert_string_equal(roster.id[1], "b");
	assert_int_equal(roster.quorum.member[1].board, SUPERVISORY);
	struct p256_public key = scalar_public(3);
	assert_true(p256_equal(&roster.quorum.member[2].key, &key));
}

static void operators_that_are_refused(void **state)
{
	static const struct operator_line one_board[] = {
		{ "executive", "a", 1 }, { "executive", "b", 2 }
	};
	static const struct operator_line same_name[] = {
		{ "executive", "a", 1 }, { "supervisory", "a", 2 }
	};
	static const struct operator_line same_key[] = {
		{ "executive", "a", 1 }, { "supervisory", "b", 1 }
	};
	static const struct operator_line no_board[] = { { "advisory", "a", 1 },
		{ "supervisory", "b", 2 } };
	static const struct operator_line good[] = { { "executive", "a", 1 },
		{ "supervisory", "b", 2 } };
	struct roster roster;
	(void)state;
	assert_string_equal(operators_of(2, one_board, 2, &roster),
		"the quorum cannot be met");
	assert_string_equal(operators_of(2, same_name, 2, &roster),
		"somebody is listed twice");
	assert_string_equal(operators_of(2, same_key, 2, &roster),
		"somebody is listed twice");
	assert_string_equal(operators_of(2, no_board, 2, &roster),
		"a member's line does not start with a board");
	assert_string_equal(operators_of(1, good, 2, &roster),
		"the quorum must be 2 or more");
	assert_string_equal(
		operators_of(3, good, 2, &roster), "the quorum cannot be met");
	assert_string_equal(operators_of(300, good, 2, &roster),
		"there are too many members");
}

/* What is written of a roster is what is read, and has one digest. */
static void authority(void **state)
{
	uint8_t whole[STATEMENT_ROSTER_MOST];
	struct writer out = writer_of(whole, sizeof(whole));
	const struct roster roster = three();
	struct roster read;
	struct text text;
	struct digest digest;
	(void)state;
	assert_null(write_statement_authority(&out, &roster));
	assert_null(
		statement_decode(STATEMENT_AUTHORITY, written(&out), &text));
	assert_null(statement_authority(&text, &read));
	assert_true(quorum_equal(&read.quorum, &roster.quorum));
	for (size_t m = 0; m < 3; m++)
		assert_string_equal(read.id[m], roster.id[m]);
	assert_null(statement_authority_digest(&roster, &digest));
	struct digest again = sha256(written(&out));
	assert_true(digest_equal(&digest, &again));
	read.quorum.need = 3;
	assert_null(statement_authority_digest(&read, &again));
	assert_false(digest_equal(&digest, &again));
}

static void authority_of_one_board(void **state)
{
	uint8_t whole[STATEMENT_ROSTER_MOST];
	struct writer out = writer_of(whole, sizeof(whole));
	struct roster roster = three();
	struct text text;
	(void)state;
	roster.quorum.member[2].board = EXECUTIVE;
	assert_null(write_statement_authority(&out, &roster));
	assert_string_equal(
		statement_decode(STATEMENT_AUTHORITY, written(&out), &text),
		"the quorum cannot be met");
}

static void date_of_an_enrolment(void **state)
{
#define ENROLMENT(date)                                                        \
	"sandoq/enrolment/v1 live\nmachine: SQ-7\nmeaning: Each signer has "   \
	"compared the EK certificate's digest and the serial number at the "   \
	"machine.\ndate: " date "\nek: " HEX "\nak: " NAME "\nsrk: " NAME      \
	"\napproved: " NAME "\nrevocation: " NAME "\nphase: " NAME             \
	"\njournal: " NAME "\nrevocation-base: 1\noperators: " HEX             \
	"\nauthority: " HEX "\n"
	struct text text;
	(void)state;
	assert_null(statement_decode(STATEMENT_ENROLMENT,
		bytes_of_text(ENROLMENT("1970-01-02")), &text));
	assert_int_equal(statement_date(&text), 2 * 24 * 60 * 60 - 1);
	assert_string_equal(
		decode(STATEMENT_ENROLMENT, ENROLMENT("2026-02-29")),
		"its date is not a day as YYYY-MM-DD");
}

/* Four, two of either board, all needed or three of them. */
static void operators_of_either_board(void **state)
{
	static const struct operator_line line[] = { { "executive", "a", 1 },
		{ "executive", "b", 2 }, { "supervisory", "c", 3 },
		{ "supervisory", "d", 4 } };
	static const char half[] = "of each board there must be 1 or more, and "
				   "no more than half of the quorum";
	struct roster roster;
	(void)state;
	assert_null(operators_of_each(4, 2, line, 4, &roster));
	assert_int_equal(roster.quorum.each, 2);
	assert_string_equal(operators_of_each(3, 2, line, 4, &roster), half);
	assert_string_equal(operators_of_each(3, 0, line, 4, &roster), half);
	assert_string_equal(operators_of_each(2, 300, line, 4, &roster),
		"there are too many members");
	assert_string_equal(operators_of_each(4, 2, line + 1, 3, &roster),
		"the quorum cannot be met");
}

static void negated_key_is_the_same_person(void **state)
{
	/* The order less one: the negative of the generator. */
	static const char minus_one[] =
		"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2"
		"fc632550";
	uint8_t scalar[P256_SIZE], whole[NOTE_MOST];
	struct writer writer = writer_of(whole, sizeof(whole));
	struct p256_private *key;
	struct text text;
	struct note_key who;
	(void)state;
	assert_true(hex_decode(bytes_of_text(minus_one), scalar, P256_SIZE));
	assert_null(p256_from_scalar(scalar, &key));
	struct p256_public negative = p256_public_of(key);
	struct p256_public generator = scalar_public(1);
	p256_free(key);
	write_text(&writer, "sandoq/operators/v1 live\nmachine: SQ-7\n"
			    "need: 2\neach: 1\noperator: executive ");
	assert_null(note_key_of("a", &generator, &who));
	write_note_key(&writer, &who);
	write_text(&writer, "\noperator: supervisory ");
	assert_null(note_key_of("b", &negative, &who));
	write_note_key(&writer, &who);
	write_u8(&writer, '\n');
	assert_string_equal(
		statement_decode(STATEMENT_OPERATORS, written(&writer), &text),
		"somebody is listed twice");
}

#define AUDITOR(name) "nonce: " name " " HEX "\n"

static refusal open_with(const char *nonces)
{
	uint8_t whole[NOTE_MOST];
	struct writer writer = writer_of(whole, sizeof(whole));
	struct text text;
	write_text(&writer, "sandoq/open/v1 live\nelection: village\n"
			    "machine: SQ-7\nmeaning: ");
	write_text(&writer, statement_meaning(STATEMENT_OPEN));
	write_text(&writer,
		"\ndefinition: " HEX "\nak: " NAME "\nbk: " NAME
		"\ncheckpoint-size: 1\ncheckpoint-root: " HEX "\nphase: 6\n");
	write_text(&writer, nonces);
	write_text(&writer, "authorization: aGVsbG8=\n");
	return statement_decode(STATEMENT_OPEN, written(&writer), &text);
}

/* So that all officers write one text. */
static void an_opening_has_a_nonce_of_each_auditor(void **state)
{
	static const char order[] =
		"the nonces are not in the order of auditors";
	static const char count[] = "it has no auditor's nonce, or more than 9";
	(void)state;
	assert_null(open_with(AUDITOR("a")));
	assert_null(open_with(AUDITOR("a") AUDITOR("a-1") AUDITOR("b")));
	assert_string_equal(open_with(""), count);
	assert_string_equal(
		open_with(AUDITOR("0") AUDITOR("1") AUDITOR("2") AUDITOR("3")
				AUDITOR("4") AUDITOR("5") AUDITOR("6")
					AUDITOR("7") AUDITOR("8") AUDITOR("9")),
		count);
	assert_string_equal(open_with(AUDITOR("b") AUDITOR("a")), order);
	assert_string_equal(open_with(AUDITOR("a-1") AUDITOR("a")), order);
	assert_string_equal(open_with(AUDITOR("a") AUDITOR("a")), order);
	assert_string_equal(open_with("nonce: " HEX "\n"),
		"a nonce's line is not an auditor and a digest");
}

static void tags_have_eight_digits(void **state)
{
#define BOX(tags)                                                              \
	"sandoq/box/v1 live\nelection: village\ndefinition: " HEX              \
	"\nstation: north\nsequence: 1\nciphertext: " HEX                      \
	"\nsize: 4500\nballots: 7\nbk: " NAME "\n" tags
	(void)state;
	assert_null(
		decode(STATEMENT_BOX, BOX("tag: 01020304\ntag: 0a0b0c0d\n")));
	assert_string_equal(decode(STATEMENT_BOX, BOX("tag: 010203\n")),
		"a tag does not have 8 digits");
}

static void a_revocation_is_one_step(void **state)
{
#define REVOCATION(mode, meaning, step)                                        \
	"sandoq/revocation/v1 " mode "\nmachine: SQ-7\nmeaning: " meaning      \
	"\nak: " NAME "\nindex: " NAME "\n" step "cphash: " HEX                \
	"\nauthorization: aGVsbG8=\n"
#define MEANING                                                                \
	"Software that is approved up to the old value may never run on the "  \
	"machine again."
	(void)state;
	assert_string_equal(statement_meaning(STATEMENT_REVOCATION), MEANING);
	assert_null(decode(STATEMENT_REVOCATION,
		REVOCATION("live", MEANING, "from: 1\nto: 2\n")));
	assert_string_equal(
		decode(STATEMENT_REVOCATION,
			REVOCATION("live", MEANING, "from: 1\nto: 3\n")),
		"a revocation raises the counter by one");
	assert_string_equal(
		decode(STATEMENT_REVOCATION,
			REVOCATION("live", MEANING, "from: 2\nto: 2\n")),
		"a revocation raises the counter by one");
	assert_non_null(decode(STATEMENT_REVOCATION,
		REVOCATION("rehearsal", MEANING, "from: 1\nto: 2\n")));
	assert_non_null(decode(STATEMENT_REVOCATION,
		REVOCATION("live", "It may.", "from: 1\nto: 2\n")));
}

static void nonces_of_a_challenge(void **state)
{
#define CHALLENGE(nonces)                                                      \
	"sandoq/challenge/v1 rehearsal\nelection: -\n" nonces                  \
	"definition: " HEX "\nak: " NAME "\nrk: " NAME                         \
	"\ncheckpoint-size: 0\ncheckpoint-root: " HEX                          \
	"\njournal-size: 0\njournal-anchor: " HEX                              \
	"\nrevocation: 1\nresult: " HEX "\nheaders: " HEX "\n"
	struct statement_nonce nonce;
	(void)state;
	assert_null(decode(STATEMENT_CHALLENGE, CHALLENGE("")));
	assert_null(decode(
		STATEMENT_CHALLENGE, CHALLENGE("nonce: auditor-1 " HEX "\n")));
	assert_non_null(
		decode(STATEMENT_CHALLENGE, CHALLENGE("nonce: " HEX "\n")));
	assert_non_null(
		decode(STATEMENT_CHALLENGE, CHALLENGE("nonce: a b " HEX "\n")));
	assert_null(statement_nonce_decode(
		bytes_of_text("auditor-1 " HEX), &nonce));
	assert_true(bytes_equal(nonce.auditor, bytes_of_text("auditor-1")));
	assert_int_equal(nonce.nonce.byte[1], 0x11);
}

static void what_a_text_says(void **state)
{
	const uint8_t raw[SHA256_SIZE] = { 0x00, 0x11, 0x22, 0x33, 0x44, 0x55,
		0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
		0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99,
		0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff };
	struct statement_value value[] = {
		{ DEFINITION_ELECTION, bytes_of_text("village"), 0, "id" },
		{ DEFINITION_DIGEST, bytes_of(raw, sizeof(raw)), 0, "digest" },
	};
	uint8_t whole[512];
	struct writer out = writer_of(whole, sizeof(whole));
	struct text text;
	(void)state;
	struct text_writer writer =
		text_begin(&statement_form[STATEMENT_DEFINITION], false, &out);
	for (size_t i = 0; i < 2; i++)
		statement_put(&writer, &value[i]);
	assert_null(text_end(&writer));
	assert_true(bytes_equal(written(&out), bytes_of_text(definition_text)));

	assert_null(
		statement_decode(STATEMENT_DEFINITION, written(&out), &text));
	assert_null(statement_says(&text, false, value, 2));
	assert_string_equal(statement_says(&text, true, value, 2),
		"it is for a live election");
	value[0].value = bytes_of_text("city");
	assert_string_equal(statement_says(&text, false, value, 2), "id");
	value[0].value = bytes_of_text("village");
	value[1].value.size--;
	assert_string_equal(statement_says(&text, false, value, 2), "digest");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_is_named),
		cmocka_unit_test(quorum_of_both_boards),
		cmocka_unit_test(one_is_too_few),
		cmocka_unit_test(one_board_is_too_few),
		cmocka_unit_test(one_beside_three_is_too_few),
		cmocka_unit_test(strangers_do_not_count),
		cmocka_unit_test(bad_signature_of_a_member),
		cmocka_unit_test(approval_by_one_member),
		cmocka_unit_test(approval_by_two),
		cmocka_unit_test(approval_by_a_stranger),
		cmocka_unit_test(approval_of_another_text),
		cmocka_unit_test(text_of_another_kind),
		cmocka_unit_test(boot_approval),
		cmocka_unit_test(boot_approval_of_a_rehearsal),
		cmocka_unit_test(boot_approval_with_another_meaning),
		cmocka_unit_test(pcrs_must_ascend),
		cmocka_unit_test(pcr_lines),
		cmocka_unit_test(operators),
		cmocka_unit_test(operators_that_are_refused),
		cmocka_unit_test(operators_of_either_board),
		cmocka_unit_test(authority),
		cmocka_unit_test(authority_of_one_board),
		cmocka_unit_test(date_of_an_enrolment),
		cmocka_unit_test(negated_key_is_the_same_person),
		cmocka_unit_test(an_opening_has_a_nonce_of_each_auditor),
		cmocka_unit_test(tags_have_eight_digits),
		cmocka_unit_test(a_revocation_is_one_step),
		cmocka_unit_test(nonces_of_a_challenge),
		cmocka_unit_test(what_a_text_says),
	};
	crypto_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
