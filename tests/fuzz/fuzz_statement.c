/* SPDX-License-Identifier: Apache-2.0 */
/* What a statement says is what writing it again says. */
#include "appliance/election/statement.h"
#include "tests/fuzz/property.h"

#define HEX "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define NAME "000b" HEX

static const char *const valid[] = {
	"sandoq/operators/v1 live\nmachine: SQ-7\nneed: 2\neach: 1\n"
	"operator: executive a+95a34c65+AjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABG"
	"sX0fLhLEJH+Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT+NC4v4af5uO5+tKfA+eFivOM1"
	"drMV7Oy7ZAaDe/UfU=\n",
	"sandoq/boot-approval/v1 live\nmachine: SQ-7\n"
	"meaning: The machine may run this software and no other.\nak: " NAME
	"\nauthority: " HEX "\nimage: " HEX "\npcr: 0 " HEX "\npcr: 9 " HEX
	"\nrevocation: 1\npolicy: " HEX "\nindex: " NAME "\ncphash: " HEX
	"\ncredential: " HEX "\nauthorization: aGVsbG8=\n",
	"sandoq/enrolment/v1 live\nmachine: SQ-7\nmeaning: Each signer has "
	"compared the EK certificate's digest and the serial number at the "
	"machine.\ndate: 2026-11-29\nek: " HEX "\nak: " NAME "\nsrk: " NAME
	"\napproved: " NAME "\nrevocation: " NAME "\nphase: " NAME
	"\njournal: " NAME "\nrevocation-base: 1\noperators: " HEX
	"\nauthority: " HEX "\n",
	"sandoq/box/v1 live\nelection: village\ndefinition: " HEX
	"\nstation: north\nsequence: 1\nciphertext: " HEX
	"\nsize: 4500\nballots: 7\nbk: " NAME "\ntag: 01020304\n",
	"sandoq/challenge/v1 rehearsal\nelection: -\nnonce: a " HEX
	"\ndefinition: " HEX "\nak: " NAME "\nrk: " NAME
	"\ncheckpoint-size: 0\ncheckpoint-root: " HEX
	"\njournal-size: 0\njournal-anchor: " HEX
	"\nrevocation: 1\nresult: " HEX "\nheaders: " HEX "\n",
	"sandoq/revocation/v1 live\nmachine: SQ-7\nmeaning: Software that is "
	"approved up to the old value may never run on the machine again.\n"
	"ak: " NAME "\nindex: " NAME "\nfrom: 1\nto: 2\ncphash: " HEX
	"\nauthorization: aGVsbG8=\n",
};

static uint8_t edit_buffer[EDITED_MOST];

static void pcrs(const struct text *text)
{
	struct text_values lines = text_values(text, BOOT_PCR);
	while (text_next(&lines)) {
		uint8_t again[128];
		struct writer out = writer_of(again, sizeof(again));
		struct statement_pcr pcr;
		property(!statement_pcr_decode(lines.value, &pcr));
		write_statement_pcr(&out, &pcr);
		property(bytes_equal(written(&out), lines.value));
	}
}

static void nonces(const struct text *text)
{
	struct text_values lines = text_values(text, CHALLENGE_NONCE);
	while (text_next(&lines)) {
		uint8_t again[512];
		struct writer out = writer_of(again, sizeof(again));
		struct statement_nonce nonce;
		property(!statement_nonce_decode(lines.value, &nonce));
		write_statement_nonce(&out, &nonce);
		property(bytes_equal(written(&out), lines.value));
	}
}

static void operators(const struct text *text)
{
	struct roster roster;
	property(!statement_operators(text, &roster));
	property(quorum_is_met(
		&roster.quorum, (uint16_t)((1u << roster.quorum.of) - 1)));
}

/* Written again, the text is the one that was read. */
static void authority(const struct text *text, struct bytes whole)
{
	uint8_t again[STATEMENT_ROSTER_MOST];
	struct writer out = writer_of(again, sizeof(again));
	struct roster roster;
	property(!statement_authority(text, &roster));
	property(!write_statement_authority(&out, &roster));
	property(bytes_equal(written(&out), whole));
}

static void one_statement(struct bytes in)
{
	for (enum statement_kind kind = 0; kind < STATEMENT_KINDS; kind++) {
		struct text text;
		struct statement statement;
		if (!statement_open(kind, in, &statement))
			property(!statement_decode(
				kind, statement.note.text, &text));
		if (statement_decode(kind, in, &text))
			continue;
		if (kind == STATEMENT_BOOT_APPROVAL)
			pcrs(&text);
		if (kind == STATEMENT_CHALLENGE)
			nonces(&text);
		if (kind == STATEMENT_OPERATORS)
			operators(&text);
		if (kind == STATEMENT_AUTHORITY)
			authority(&text, in);
		if (kind == STATEMENT_ENROLMENT)
			property(statement_date(&text) > 0);
		if (kind == STATEMENT_REVOCATION)
			property(text_number(&text, REVOCATION_TO) ==
				 text_number(&text, REVOCATION_FROM) + 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);
	one_statement(in);
	for (size_t i = 0; i < sizeof(valid) / sizeof(valid[0]); i++)
		one_statement(edited(bytes_of_text(valid[i]), in, edit_buffer));
	return 0;
}
