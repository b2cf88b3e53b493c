/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A medium of kind boxes: each box that holds becomes an entry, and so does
 * each that its station signed and that does not hold, with the reason; all
 * others have one entry together. The medium's own entry comes last; it anchors
 * them, and no receipt is given before it. A medium that brought nothing new
 * costs nothing.
 */
#include "appliance/machine/courier.h"

#include "appliance/formats/crypto.h"
#include "appliance/machine/memfd.h"
#include "appliance/record/items.h"
#include "appliance/record/refused.h"
#include "appliance/record/room.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct boxes {
	uint64_t taken;
	uint64_t known;
	uint64_t refused;
	uint64_t before;	 /* entries of the journal, before the medium */
	struct refused_sum rest; /* refused without an entry of their own */
};

/*
 * What a medium brings leaves free what is kept for entries that must always
 * be written, and for its own end.
 */
static uint64_t left_free(const struct session *session)
{
	return session->election.kept_room + room_of_medium();
}

/* A list whose one item is a text: what became of a medium, or of a box. */
static int list_of_text(enum entry_type type, enum item_visibility visibility,
	struct bytes text)
{
	uint8_t space[ITEM_OVERHEAD + ITEM_NAME_MOST + REFUSED_TEXT_MOST];
	struct writer items = writer_of(space, sizeof(space));
	write_item(&items, visibility, entry_row_of(type)->name, text);
	return memfd_written(&items);
}

/* One that is there already is no news. False when it cannot be written. */
static bool append_refused(struct session *session,
	const struct journal_append *what, struct bytes text, bool *enough)
{
	struct wire_message answer;
	const int list = list_of_text(ENTRY_REFUSED, ITEM_PUBLIC, text);
	enum answer got;
	if (list < 0)
		return session_refuse(session, "there is no memory");
	got = peer_ask(&session->journal, SAY(JOURNAL_APPEND, what), &list, 1,
		&answer, &session->why);
	close(list);
	session->broken |= got == ANSWER_BROKEN;
	*enough = got == ANSWERED && answer.type == JOURNAL_ENOUGH;
	if (got != ANSWERED || answer.type != JOURNAL_APPENDED)
		return got == ANSWERED;
	return session_appended(
		session, ENTRY_REFUSED, HEARD(&answer, JOURNAL_APPENDED));
}

/* A refusal is journalled: it is part of what the checkpoint vouches for. */
static bool refuse_signed(struct session *session,
	const struct intake_delivery *told, const struct refused *refused,
	bool *enough)
{
	uint8_t space[REFUSED_LINE_MOST];
	struct writer line = writer_of(space, sizeof(space));
	write_refused(&line, refused);
	const struct journal_append what = {
		.type = ENTRY_REFUSED,
		.station = told->box.station,
		.sequence = told->box.sequence,
		.text = sha256(written(&line)),
		.most = REFUSED_PER_BOX * (uint32_t)told->due,
		.leave = left_free(session),
	};
	return append_refused(session, &what, written(&line), enough);
}

/* What nobody signed anybody can make any number of: it is told together. */
static bool refuse_box(struct session *session, struct boxes *boxes,
	const struct intake_delivery *told, refusal why)
{
	char line[REFUSED_TOLD_SIZE];
	struct notice notice = notice_of(NOTICE_PART(BOX_REFUSED));
	bool enough = true;
	if (why[0] == '\0')
		why = "no reason was given";
	snprintf(line, sizeof(line), "%.50s: %s", told->name.line, why);
	const struct refused refused = { told->box.digest,
		bytes_of_text(line) };
	boxes->refused++;
	session->boxes_refused = boxes->refused;
	notice_add(&notice, notice_text(NOTICE_TEXT, told->name.line));
	notice_add(&notice, notice_refusal(why));
	if (boxes->rest.count < REFUSED_TOLD_MOST)
		session_say_all(session, &notice);
	if (told->box.station != JOURNAL_NO_STATION &&
		!refuse_signed(session, told, &refused, &enough))
		return false;
	if (enough)
		refused_add(&boxes->rest, &refused);
	return true;
}

/* One entry for all that have none of their own. */
static bool refuse_rest(struct session *session, const struct boxes *boxes)
{
	uint8_t space[REFUSED_TEXT_MOST];
	struct writer text = writer_of(space, sizeof(space));
	bool enough;
	if (boxes->rest.count == 0)
		return true;
	write_refused_sum(&text, &boxes->rest);
	const struct journal_append what = {
		.type = ENTRY_REFUSED,
		.station = JOURNAL_NO_STATION,
		.sequence = refused_sequence(&boxes->rest),
		.text = sha256(written(&text)),
		.leave = left_free(session),
	};
	if (boxes->rest.count > REFUSED_TOLD_MOST)
		session_say(session,
			NOTICE_PART(BOXES_TOGETHER, .first = boxes->rest.count,
				.second = REFUSED_TOLD_MOST));
	return append_refused(session, &what, written(&text), &enough);
}

/* It, or another one in its place, is in the journal. */
static bool take_known(struct session *session, struct boxes *boxes,
	const struct intake_delivery *told, const struct journal_known *known)
{
	char why[WIRE_TEXT_MOST];
	snprintf(why, sizeof(why),
		"this box of the station was delivered before: it is journal "
		"entry %" PRIu64,
		known->entry);
	if (!known->same)
		return refuse_box(session, boxes, told, why);
	boxes->known++;
	session_say(session, notice_text(NOTICE_BOX_KNOWN, told->name.line));
	return true;
}

/*
 * More marks than a ballot may have, or noise: larger than all ballots of the
 * station can make it. Such a box is taken only where all that are due would
 * have room beside it.
 */
static bool is_oversized(const struct intake_delivery *told, int list)
{
	struct stat box;
	return fstat(list, &box) != 0 ||
	       journal_entry_size((uint64_t)box.st_size) > told->room;
}

/*
 * Why the journal does not take such a box, where that is no fault of the disk,
 * which would take no other box either.
 */
static refusal fault_of_box(const struct notice *why)
{
	refusal told = NULL;
	for (size_t i = 0; i < NOTICE_PARTS; i++) {
		const struct notice_row *row = notice_row_of(why->part[i].id);
		if (row == NULL)
			break;
		if (row->id == NOTICE_ROOM_FOR_NO_BOX)
			return "it is larger than its ballots can be, and "
			       "would take other boxes' room: move the journal "
			       "to a larger partition and bring it again";
		if (row->place == PLACE_OWN)
			return NULL;
		told = row->says[ENGLISH];
	}
	return told;
}

static bool take_box(struct session *session, struct boxes *boxes,
	const struct wire_message *box)
{
	const struct intake_delivery *told = HEARD(box, INTAKE_BOX);
	const bool oversized = is_oversized(told, box->descriptor[0]);
	const struct journal_append what = {
		.type = ENTRY_BOX,
		.station = told->box.station,
		.sequence = told->box.sequence,
		.text = told->box.text,
		.leave = left_free(session) +
			 (oversized ? session->election.boxes_room : 0),
	};
	struct wire_message answer;
	const enum answer got =
		peer_ask(&session->journal, SAY(JOURNAL_APPEND, &what),
			box->descriptor, 1, &answer, &session->why);
	session->broken |= got == ANSWER_BROKEN;
	const refusal fault = got == ANSWER_REFUSED && oversized
				      ? fault_of_box(&session->why)
				      : NULL;
	if (fault != NULL)
		return refuse_box(session, boxes, told, fault);
	if (got != ANSWERED)
		return false;
	if (answer.type == JOURNAL_KNOWN)
		return take_known(
			session, boxes, told, HEARD(&answer, JOURNAL_KNOWN));
	if (answer.type != JOURNAL_APPENDED) {
		session->broken = true;
		return session_refuse(session,
			"the journal role gave another answer than was asked "
			"for");
	}
	boxes->taken++;
	return session_appended(
		session, ENTRY_BOX, HEARD(&answer, JOURNAL_APPENDED));
}

static bool take_keys_note(
	struct session *session, const struct intake_keys *told, int list)
{
	const struct journal_append what = { .type = ENTRY_INTAKE,
		.text = told->text,
		.leave = left_free(session) };
	return session->state != STATE_SEALED ||
	       session_append(session, &what, &list, 1);
}

/* One answer of the intake process; `*end` when it was the last. */
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

/* How many more there are nobody knows before the last. */
static void say_taking(struct session *session, const struct boxes *boxes)
{
	enum { EACH = 20 };
	const uint64_t count = boxes->taken + boxes->known + boxes->refused;
	if (count < EACH || count % EACH == 0)
		session_say(session, NOTICE_PART(TAKING, .first = count));
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
		say_taking(session, boxes);
		wire_close(&message);
		if (!taken || end)
			return taken;
		got = peer_ask(&medium->intake, SAY(INTAKE_NEXT, &nothing),
			NULL, 0, &message, &session->why);
	}
	session->broken |= got == ANSWER_BROKEN;
	return false;
}

/* The entries before it are anchored by this one; none, if there are none. */
static bool end_medium(
	struct session *session, const struct boxes *boxes, const char *line)
{
	const struct journal_append what = { .type = ENTRY_MEDIUM };
	int list;
	bool appended;
	if (session->folded.entries == boxes->before)
		return true;
	list = list_of_text(ENTRY_MEDIUM, ITEM_PRIVATE, bytes_of_text(line));
	if (list < 0)
		return session_refuse(session, "there is no memory");
	appended = session_append(session, &what, &list, 1);
	close(list);
	return appended;
}

bool take_boxes(struct session *session, struct medium *medium)
{
	struct boxes boxes = { .before = session->folded.entries };
	const bool taken = take_archive(session, medium, &boxes);
	struct notice why = session->why;
	struct notice notice =
		notice_of(NOTICE_PART(TAKEN, .first = boxes.taken,
			.second = boxes.known, .third = boxes.refused));
	const struct wire_text line = text_of_notice(&notice);
	bool whole;
	if (session->broken || session->state != STATE_INTAKE)
		return false;
	whole = refuse_rest(session, &boxes) && taken;
	if (taken)
		why = session->why;
	if (session->broken || !end_medium(session, &boxes, line.line))
		return false;
	notice_add(&notice, NOTICE_PART(LEAVES, .first = session->folded.size));
	session_say_all(session, &notice);
	session->why = why;
	return whole;
}
