/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A medium of kind boxes: each box that holds becomes an entry, each that does
 * not an entry with the reason. The medium's own entry comes last; it anchors
 * them, and no receipt is given before it.
 */
#include "appliance/machine/courier.h"

#include "appliance/formats/crypto.h"
#include "appliance/machine/memfd.h"
#include "appliance/record/items.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct boxes {
	uint64_t taken;
	uint64_t known;
	uint64_t refused;
};

/* An entry whose one item is a line: what became of a medium, or of a box. */
static bool append_line(struct session *session,
	const struct journal_append *what, enum item_visibility visibility,
	struct bytes line)
{
	uint8_t space[ITEM_OVERHEAD + ITEM_NAME_MOST + 2 * WIRE_TEXT_MOST];
	struct writer items = writer_of(space, sizeof(space));
	int list;
	bool appended;
	write_item(&items, visibility, entry_row_of(what->type)->name, line);
	list = memfd_written(&items);
	if (list < 0)
		return session_refuse(session, "there is no memory");
	appended = session_append(session, what, &list, 1);
	close(list);
	return appended;
}

/* The text of the leaf: what came, whose it is, why it was not taken. */
static struct bytes refusal_line(const struct intake_delivery *told,
	const char *why, struct writer *line)
{
	write_hex(line, bytes_of(told->box.digest.byte, SHA256_SIZE));
	write_u8(line, ' ');
	write_text(line, told->name.line);
	write_text(line, ": ");
	write_text(line, why);
	write_u8(line, '\n');
	return written(line);
}

/* A refusal is journalled: it is part of what the checkpoint vouches for. */
static bool refuse_box(struct session *session, struct boxes *boxes,
	const struct intake_delivery *told, const char *why)
{
	char space[2 * SHA256_SIZE + 2 * WIRE_TEXT_MOST + 4];
	struct writer line = writer_of(space, sizeof(space));
	const struct bytes text = refusal_line(told, why, &line);
	const struct journal_append what = {
		.type = ENTRY_REFUSED,
		.station = told->box.station,
		.sequence = told->box.sequence,
		.text = sha256(text),
	};
	boxes->refused++;
	session_say(
		session, "box refused: %.50s: %.180s", told->name.line, why);
	return append_line(session, &what, ITEM_PUBLIC, text);
}

static bool take_box(struct session *session, struct boxes *boxes,
	const struct wire_message *box)
{
	const struct intake_delivery *told = HEARD(box, INTAKE_BOX);
	const struct journal_append what = {
		.type = ENTRY_BOX,
		.station = told->box.station,
		.sequence = told->box.sequence,
		.text = told->box.text,
	};
	struct wire_message answer;
	const enum answer got =
		peer_ask(&session->journal, SAY(JOURNAL_APPEND, &what),
			box->descriptor, 1, &answer, &session->why);
	if (got == ANSWER_BROKEN) {
		session->broken = true;
		return false;
	}
	if (got == ANSWER_REFUSED)
		return refuse_box(session, boxes, told, session->why.line);
	if (answer.type == JOURNAL_KNOWN) {
		boxes->known++;
		session_say(session,
			"%.50s: already in the journal, nothing is taken twice",
			told->name.line);
		return true;
	}
	boxes->taken++;
	return session_appended(
		session, ENTRY_BOX, HEARD(&answer, JOURNAL_APPENDED));
}

static bool take_keys_note(
	struct session *session, const struct intake_keys *told, int list)
{
	const struct journal_append what = { .type = ENTRY_INTAKE,
		.text = told->text };
	return session->state != STATE_SEALED ||
	       session_append(session, &what, &list, 1);
}

/* One message of the intake process; `*end` when it was the last. */
static bool take_message(struct session *session, struct boxes *boxes,
	struct wire_message *message, bool *end)
{
	const struct intake_delivery *told;
	switch (message->type) {
	case INTAKE_KEYS:
		return take_keys_note(session, HEARD(message, INTAKE_KEYS),
			message->descriptor[0]);
	case INTAKE_BOX:
		return take_box(session, boxes, message);
	case INTAKE_VOID:
		told = HEARD(message, INTAKE_VOID);
		return refuse_box(session, boxes, told, told->box.why.line);
	default:
		*end = true;
		return true;
	}
}

/* Boxes up to the archive's end, or to where it stops making sense. */
static bool take_archive(
	struct session *session, struct medium *medium, struct boxes *boxes)
{
	struct wire_message message;
	bool end = false;
	enum answer got = peer_ask(&medium->intake,
		SAY(INTAKE_TAKE_BOXES, &session->election), &session->plan, 1,
		&message, &session->why);
	while (got == ANSWERED) {
		const bool taken = take_message(session, boxes, &message, &end);
		wire_close(&message);
		if (!taken || end)
			return taken;
		got = peer_next(&medium->intake, &message, &session->why);
	}
	session->broken |= got == ANSWER_BROKEN;
	return false;
}

bool take_boxes(struct session *session, struct medium *medium)
{
	struct boxes boxes = { 0 };
	const bool whole = take_archive(session, medium, &boxes);
	const struct wire_text why = session->why;
	const struct journal_append what = { .type = ENTRY_MEDIUM };
	char line[WIRE_TEXT_MOST];
	if (session->broken || session->state != STATE_INTAKE)
		return false;
	snprintf(line, sizeof(line),
		"%" PRIu64 " boxes taken, %" PRIu64 " known, %" PRIu64
		" refused",
		boxes.taken, boxes.known, boxes.refused);
	if (!append_line(session, &what, ITEM_PRIVATE, bytes_of_text(line)))
		return false;
	session_say(session,
		"%s; the journal holds %" PRIu64
		" leaves; bring an outbox for the receipt",
		line, session->folded.size);
	session->why = why;
	return whole;
}
