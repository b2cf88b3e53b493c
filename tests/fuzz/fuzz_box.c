/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A delivered box. The input edits the file, of which the station then signs
 * the note; or the text of the note, which it signs as it is. What is accepted
 * is of a station of the plan, and exactly the file that the note names.
 */
#include "appliance/election/box.h"
#include "appliance/election/statement.h"
#include "tests/fuzz/election.h"

#include <string.h>

enum { STATION_SCALAR = 21, BK_SCALAR = 22, RECIPIENT_SCALAR = 20 };

static uint8_t file_space[EDITED_MOST];
static uint8_t edit_buffer[EDITED_MOST];
static uint8_t note_space[BOX_NOTE_MOST];
static struct plan plan;
static struct station station;
static struct box_terms terms;

static struct bytes valid_file(void)
{
	static const uint8_t payload[BALLOTS_PADDED_LEAST];
	const struct p256_public recipient[] = { terms.bk,
		small_key(RECIPIENT_SCALAR) };
	struct writer out = writer_of(file_space, sizeof(file_space));
	write_age_file(&out, recipient, 2, bytes_of(payload, sizeof(payload)));
	property(!out.broken);
	return written(&out);
}

static struct bytes begin(void)
{
	plan = small_plan;
	station = small_station;
	station.key = small_key(STATION_SCALAR);
	plan.station = &station;
	plan.recipients = 1;
	plan.recipient[0] = (struct escrow){ "r", small_key(RECIPIENT_SCALAR) };
	terms = (struct box_terms){ .plan = &plan,
		.bk_name = { { 0, 0x0b } },
		.bk = small_key(BK_SCALAR) };
	return valid_file();
}

static struct bytes sign(struct bytes text)
{
	struct writer out = writer_of(note_space, sizeof(note_space));
	uint8_t scalar[P256_SIZE] = { [P256_SIZE - 1] = STATION_SCALAR };
	struct p256_private *private = NULL;
	struct note_key key;
	property(!p256_from_scalar(scalar, &private));
	property(!note_key_of(station.id, &station.key, &key));
	write_note(&out, text, &key, private);
	p256_free(private);
	return out.broken ? bytes_of(NULL, 0) : written(&out);
}

static bool check(struct bytes note, struct bytes file)
{
	struct box box;
	struct box of_note;
	const refusal why = box_check(&terms, note, file, &box);
	if (why != NULL)
		return false;
	const struct digest digest = sha256(file);
	property(box.station == 0 && box.sequence >= 1 && box.sequence <= 2);
	property(box.ballots <= 2 * station.ballots_issued);
	property(box.size == file.size && digest_equal(&box.digest, &digest));
	property(box.header.stanza_count == 2);
	property(box_note_check(&terms, note, &of_note) == NULL);
	property(digest_equal(&of_note.text, &box.text));
	return true;
}

static bool one_file(struct bytes file)
{
	uint8_t text_space[4096];
	struct writer text = writer_of(text_space, sizeof(text_space));
	if (write_box_text(&text, &terms, 0, 1, 7, file) != NULL)
		return check(bytes_of(note_space, 0), file);
	return check(sign(written(&text)), file);
}

/* What a note may say otherwise, by the input's first byte. */
enum { AS_IT_IS, OTHER_KEY, OTHER_ELECTION, REHEARSAL, OTHER_STATION, WAYS };

static void one_text(struct bytes in, struct bytes file)
{
	uint8_t text_space[4096];
	struct writer text = writer_of(text_space, sizeof(text_space));
	struct cursor rest = cursor_of(in);
	const unsigned way = cursor_u8(&rest) % WAYS;
	const uint16_t sequence = cursor_u8(&rest) % 4;
	const uint32_t ballots = cursor_u16(&rest);
	struct plan said = plan;
	struct station who = station;
	struct box_terms otherwise = { &said, terms.bk_name, terms.bk };
	said.station = &who;
	otherwise.bk_name.byte[33] = way == OTHER_KEY;
	said.definition.byte[0] = way == OTHER_ELECTION;
	said.rehearsal = way == REHEARSAL;
	if (way == OTHER_STATION)
		who.id[0] = 'x';
	property(write_box_text(&text, &otherwise, 0, sequence, ballots,
			 file) == NULL);
	const bool accepted = check(sign(written(&text)), file);
	property(!accepted || (way == AS_IT_IS && sequence >= 1 &&
				      sequence <= station.boxes &&
				      ballots <= 2 * station.ballots_issued));
	in = rest.rest;
	check(sign(edited(written(&text), in, edit_buffer)), file);
}

static void one_header(struct bytes in)
{
	struct age_header header;
	if (box_header_check(&plan, in, &header) == NULL)
		property(header.stanza_count == plan.recipients);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bytes valid;
	const struct bytes in = bytes_of(data, size);
	if (valid.data == NULL) {
		valid = begin();
		property(one_file(valid));
	}
	check(in, in);
	one_header(in);
	if (size > 1024)
		return 0;
	one_header(edited(valid, in, edit_buffer));
	one_file(edited(valid, in, edit_buffer));
	one_text(in, valid);
	return 0;
}
