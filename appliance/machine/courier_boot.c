/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The courier boot: PCR 14 is extended, then media may bind. Each medium is
 * taken by a fresh process; what it asks for must fit the machine's state.
 */
#include "appliance/machine/session.h"

#include "appliance/machine/memfd.h"
#include "appliance/record/courier.h"
#include "appliance/record/items.h"
#include "appliance/record/members.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The medium that is plugged in, and the process that reads it. */
struct medium {
	int device;
	struct peer intake;
	struct intake_kind told;
};

/* Gives false when the medium was refused. */
typedef bool take(struct session *, struct medium *);

static take take_enrolment, take_election, take_boxes, take_approvals,
	take_operators, give_outbox;

/* What each kind does in a state that it is for. */
static take *const takes[] = {
	[COURIER_ENROL] = take_enrolment,
	[COURIER_ELECTION] = take_election,
	[COURIER_BOXES] = take_boxes,
	[COURIER_APPROVALS] = take_approvals,
	[COURIER_OUTBOX] = give_outbox,
	[COURIER_SOFTWARE] = take_operators,
	[COURIER_REVOCATION] = take_operators,
};

/* --- what a medium brings --- */

/* A letter's members as public items: a memfd. */
static bool read_letter(
	struct session *session, struct medium *medium, int *list)
{
	struct wire_message answer;
	if (!session_ask(session, &medium->intake, INTAKE_TAKE, NULL, NULL, 0,
		    INTAKE_MEMBERS, &answer))
		return false;
	*list = answer.descriptor[0];
	return true;
}

/* The TPM's part of the enrolment, then entry 0, then the owner is locked. */
static bool enrol(
	struct session *session, int letter, const struct keys_enrol *enrolment)
{
	struct wire_message answer;
	bool worked;
	if (!session_ask(session, &session->keys, KEYS_ENROL, enrolment, NULL,
		    0, KEYS_ENROLLED, &answer))
		return false;
	worked = session_tell(
		session, &session->journal, JOURNAL_BEGIN, &answer.body.key);
	wipe(&answer.body.key, sizeof(answer.body.key));
	worked = worked && session_append_pair(session, ENTRY_ENROLLED, letter,
				   answer.descriptor[0]);
	wire_close(&answer);
	return worked && session_tell(session, &session->keys, KEYS_LOCK, NULL);
}

static bool take_enrolment(struct session *session, struct medium *medium)
{
	const struct define_facts facts = session_facts(session);
	struct wire_message answer;
	int letter;
	bool worked;
	if (!read_letter(session, medium, &letter))
		return false;
	worked = session_define(session, DEFINE_ENROL, &facts, &letter, 1,
			 DEFINE_ENROLMENT, &answer) &&
		 enrol(session, letter, &answer.body.enrol);
	close(letter);
	if (worked)
		session_say(session, "enrolled: bring an outbox");
	return worked;
}

static bool seal(struct session *session, int letter, int enrolled)
{
	const struct define_facts facts = session_facts(session);
	const bool later = session->folded.software != UINT64_MAX;
	struct journal_entry entry;
	int list[] = { letter, enrolled, -1 };
	struct wire_message defined;
	struct wire_message made;
	bool worked;
	if (later && !session_entry(session, session->folded.software, &entry,
			     &list[2]))
		return false;
	worked = session_define(session, DEFINE_SEAL, &facts, list,
		later ? 3 : 2, DEFINE_ELECTION, &defined);
	if (later)
		close(list[2]);
	if (!worked)
		return false;
	wire_close(&defined);
	if (!session_ask(session, &session->keys, KEYS_SEAL,
		    &defined.body.election, NULL, 0, KEYS_MEMBERS, &made))
		return false;
	worked = session_append_pair(
		session, ENTRY_SEALED, letter, made.descriptor[0]);
	wire_close(&made);
	return worked && session_load_election(session);
}

static bool take_election(struct session *session, struct medium *medium)
{
	struct journal_entry entry;
	int letter;
	int enrolled = -1;
	bool worked;
	if (!read_letter(session, medium, &letter))
		return false;
	worked = session_entry(session, session->folded.enrolled, &entry,
			 &enrolled) &&
		 seal(session, letter, enrolled);
	close(letter);
	if (enrolled >= 0)
		close(enrolled);
	if (worked)
		session_say(session, "sealed: election %s; bring an outbox",
			session->election.id.line);
	return worked;
}

/* --- boxes --- */

struct boxes {
	uint64_t taken;
	uint64_t known;
	uint64_t refused;
};

static bool append_text(
	struct session *session, enum entry_type type, const char *line)
{
	uint8_t space[ITEM_OVERHEAD + ITEM_NAME_MOST + 2 * WIRE_TEXT_MOST];
	struct writer items = writer_of(space, sizeof(space));
	char text[WIRE_TEXT_MOST + 1];
	int list;
	bool appended;
	snprintf(text, sizeof(text), "%s\n", line);
	write_item(&items, type == ENTRY_MEDIUM ? ITEM_PRIVATE : ITEM_PUBLIC,
		entry_row_of(type)->name, bytes_of_text(text));
	list = memfd_written(&items);
	if (list < 0)
		return session_refuse(session, "there is no memory");
	appended = session_append_pair(session, type, list, -1);
	close(list);
	return appended;
}

/* A refusal is journalled: it is part of what the checkpoint vouches for. */
static bool refuse_box(struct session *session, struct boxes *boxes,
	const struct intake_box *box, const char *why)
{
	char line[WIRE_TEXT_MOST];
	if (box->station == WIRE_NO_STATION)
		snprintf(line, sizeof(line), "a box: %.200s", why);
	else
		snprintf(line, sizeof(line), "station %u, box %u: %.200s",
			box->station, box->sequence, why);
	boxes->refused++;
	session_say(session, "box refused: %s", line);
	return append_text(session, ENTRY_REFUSED, line);
}

static bool take_box(struct session *session, struct boxes *boxes,
	const struct wire_message *box)
{
	const struct intake_box *told = &box->body.intake_box;
	const struct journal_append what = {
		.type = ENTRY_BOX,
		.station = told->station,
		.sequence = told->sequence,
	};
	struct wire_message answer;
	const enum answer got = peer_ask(&session->journal, JOURNAL_APPEND,
		&what, box->descriptor, 1, &answer, &session->why);
	if (got == ANSWER_BROKEN) {
		session->broken = true;
		return false;
	}
	if (got == ANSWER_REFUSED)
		return refuse_box(session, boxes, told, session->why.line);
	if (answer.type == JOURNAL_KNOWN) {
		boxes->known++;
		session_say(session,
			"station %u, box %u: already in the "
			"journal, nothing is taken twice",
			told->station, told->sequence);
		return true;
	}
	boxes->taken++;
	return session_folded(session, &answer.body.folded);
}

static bool take_keys_note(struct session *session, int list)
{
	return session->state != STATE_SEALED ||
	       session_append_pair(session, ENTRY_INTAKE, list, -1);
}

/* One message of the intake process; `*end` when it was the last. */
static bool take_message(struct session *session, struct boxes *boxes,
	struct wire_message *message, bool *end)
{
	const struct intake_box *told = &message->body.intake_box;
	switch (message->type) {
	case INTAKE_KEYS:
		return take_keys_note(session, message->descriptor[0]);
	case INTAKE_BOX:
		return take_box(session, boxes, message);
	case INTAKE_VOID:
		return refuse_box(session, boxes, told, told->why.line);
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
	enum answer got = peer_ask(&medium->intake, INTAKE_TAKE_BOXES,
		&session->election, &session->plan, 1, &message, &session->why);
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

static bool take_boxes(struct session *session, struct medium *medium)
{
	struct boxes boxes = { 0 };
	const bool whole = take_archive(session, medium, &boxes);
	const struct wire_text why = session->why;
	char line[WIRE_TEXT_MOST];
	if (session->broken || session->state != STATE_INTAKE)
		return false;
	snprintf(line, sizeof(line),
		"%" PRIu64 " boxes taken, %" PRIu64 " known, %" PRIu64
		" refused",
		boxes.taken, boxes.known, boxes.refused);
	if (!append_text(session, ENTRY_MEDIUM, line))
		return false;
	session_say(session,
		"%s; the journal holds %" PRIu64
		" leaves; bring an outbox for the receipt",
		line, session->folded.size);
	session->why = why;
	return whole;
}

/* --- approvals --- */

static bool append_approvals(
	struct session *session, enum entry_type type, int letter)
{
	return session_append_pair(session, type, letter, -1) &&
	       session_phase(session);
}

static bool open_intake(struct session *session, int letter)
{
	const struct define_open body = {
		.election = session->election,
		.size = session->folded.size,
		.root = session->folded.root,
	};
	struct journal_entry entry;
	struct wire_message answer;
	int list[] = { letter, -1 };
	const bool worked = session_entry(session, session->folded.sealed,
				    &entry, &list[1]) &&
			    session_define(session, DEFINE_OPEN, &body, list, 2,
				    DEFINE_APPROVALS, &answer);
	if (list[1] >= 0)
		close(list[1]);
	return worked && append_approvals(session, ENTRY_OPEN, letter);
}

static bool approve_release(struct session *session, int letter)
{
	const struct define_release body = {
		.election = session->election,
		.size = session->folded.frozen_size,
		.root = session->folded.frozen_root,
	};
	struct journal_entry entry;
	struct wire_message answer;
	int list[] = { letter, -1, -1 };
	const bool worked = session_entry(session, session->folded.sealed,
				    &entry, &list[1]) &&
			    session_entry(session, session->folded.closed,
				    &entry, &list[2]) &&
			    session_define(session, DEFINE_RELEASE, &body, list,
				    3, DEFINE_APPROVALS, &answer);
	for (size_t i = 1; i < 3; i++)
		if (list[i] >= 0)
			close(list[i]);
	return worked && append_approvals(session, ENTRY_APPROVED, letter);
}

static bool take_approvals(struct session *session, struct medium *medium)
{
	int letter;
	bool worked;
	if (!read_letter(session, medium, &letter))
		return false;
	worked = session->state == STATE_INTAKE
			 ? open_intake(session, letter)
			 : approve_release(session, letter);
	close(letter);
	return worked;
}

/* Approvals by the operators. */
static bool take_operators(struct session *session, struct medium *medium)
{
	int letter;
	bool worked;
	if (!read_letter(session, medium, &letter))
		return false;
	worked = medium->told.kind == COURIER_SOFTWARE
			 ? take_software(session, letter)
			 : take_revocation(session, letter);
	close(letter);
	return worked;
}

/* --- what goes out --- */

static bool publish_list(struct session *session, struct peer *publish,
	const struct publish_members_of *of, int list)
{
	struct wire_message answer;
	const bool given = session_ask(session, publish, PUBLISH_MEMBERS_OF, of,
		&list, 1, DONE, &answer);
	return given;
}

static bool publish_entry(struct session *session, struct peer *publish,
	uint64_t number, uint64_t *before)
{
	struct journal_entry entry;
	struct publish_members_of of;
	int list;
	bool given;
	if (!session_entry(session, number, &entry, &list))
		return false;
	of.number = member_has_entry_number(entry.type) ? number : entry.leaf;
	of.type = entry.type;
	given = publish_list(session, publish, &of, list);
	close(list);
	*before = entry.before;
	return given;
}

/* Entries of the type of `last`, from the last one that is before `end`. */
static bool publish_type(struct session *session, struct peer *publish,
	uint64_t last, uint64_t end)
{
	struct journal_entry entry;
	int list;
	while (last != UINT64_MAX && last >= end) {
		if (!session_entry(session, last, &entry, &list))
			return false;
		close(list);
		last = entry.before;
	}
	while (last != UINT64_MAX)
		if (!publish_entry(session, publish, last, &last))
			return false;
	return true;
}

/*
 * Entries that belong to the machine or to its present election: enrolment,
 * all software and revocations, and everything since sealing.
 */
static bool publish_entries(struct session *session, struct peer *publish)
{
	const struct journal_folded *folded = &session->folded;
	const uint64_t from =
		session->has_election ? folded->sealed : folded->entries;
	uint64_t before;
	if (!publish_entry(session, publish, folded->enrolled, &before) ||
		!publish_type(session, publish, folded->software, from) ||
		!publish_type(session, publish, folded->revocation, from))
		return false;
	for (uint64_t i = from; i < folded->entries; i++)
		if (!publish_entry(session, publish, i, &before))
			return false;
	return true;
}

static bool publish_heads(struct session *session, struct peer *publish)
{
	const struct publish_members_of of = { .type = ENTRY_MEDIUM };
	struct wire_text origin;
	struct wire_message answer;
	char line[WIRE_TEXT_MOST];
	bool given;
	snprintf(line, sizeof(line), "sandoq/journal/%.100s",
		session->has_election ? session->election.machine.line
				      : "machine");
	wire_text_set(&origin, line);
	if (!session_ask(session, &session->journal, JOURNAL_HEADS, &origin,
		    NULL, 0, JOURNAL_MEMBERS, &answer))
		return false;
	given = publish_list(session, publish, &of, answer.descriptor[0]);
	wire_close(&answer);
	return given;
}

/* A challenge over this boot, its quote and its event log. */
static bool publish_now(struct session *session, struct peer *publish,
	const struct wire_text *nonce)
{
	const struct publish_members_of of = { .type = 0 };
	struct keys_quote body;
	struct wire_message answer;
	int challenge;
	bool given;
	if (!session_challenge(
		    session, nonce, 1, NULL, &challenge, &body.qualifying))
		return false;
	given = session_ask(session, &session->keys, KEYS_QUOTE, &body, NULL, 0,
		KEYS_MEMBERS, &answer);
	if (given) {
		given = publish_list(session, publish, &of, challenge) &&
			publish_list(
				session, publish, &of, answer.descriptor[0]);
		wire_close(&answer);
	}
	close(challenge);
	return given;
}

/* The identity of a machine that is blank, or that cannot read its journal. */
static bool publish_identity(struct session *session, struct peer *publish)
{
	const struct publish_members_of of = { .type = ENTRY_ENROLLED };
	struct wire_message answer;
	bool given;
	if (!session_ask(session, &session->keys, KEYS_IDENTITY, NULL, NULL, 0,
		    KEYS_MEMBERS, &answer))
		return false;
	given = publish_list(session, publish, &of, answer.descriptor[0]);
	wire_close(&answer);
	return given;
}

static bool publish_all(struct session *session, struct peer *publish,
	const struct wire_text *nonce, const struct wire_text *failure)
{
	struct wire_text state;
	struct wire_message answer;
	char line[WIRE_TEXT_MOST];
	const bool failed = session->state == STATE_FAILED;
	const bool bare = failed || session->state == STATE_BLANK;
	snprintf(line, sizeof(line), "%s%s%.200s", state_name(session->state),
		failed ? ": " : "", failed ? failure->line : "");
	wire_text_set(&state, line);
	return (bare ? publish_identity(session, publish)
		     : publish_entries(session, publish) &&
				       publish_heads(session, publish)) &&
	       publish_now(session, publish, nonce) &&
	       session_ask(session, publish, PUBLISH_STATE, &state, NULL, 0,
		       DONE, &answer) &&
	       session_ask(session, publish, PUBLISH_END, NULL, NULL, 0, DONE,
		       &answer);
}

/* Media may also come and go while one is asked for. */
static bool make_writable(struct session *session, int *device)
{
	struct wire_message answer;
	enum answer got = peer_ask(&session->media, MEDIA_WRITE, NULL, NULL, 0,
		&answer, &session->why);
	while (got == ANSWERED && answer.type != MEDIA_WRITABLE) {
		wire_close(&answer);
		got = peer_next(&session->media, &answer, &session->why);
	}
	session->broken |= got == ANSWER_BROKEN;
	*device = answer.descriptor[0];
	return got == ANSWERED;
}

static bool give_outbox(struct session *session, struct medium *medium)
{
	const struct wire_text failure = session->why;
	struct peer publish;
	int device;
	bool given;
	if (!make_writable(session, &device))
		return false;
	given = session_start_role(session, &publish, ROLE_PUBLISH, &device, 1);
	if (given) {
		given = publish_all(
			session, &publish, &medium->told.nonce, &failure);
		peer_stop(&publish);
	}
	close(device);
	if (given)
		session->why = failure;
	return given;
}

/* --- the loop --- */

static bool read_kind(struct session *session, struct medium *medium)
{
	struct wire_message answer;
	if (!session_ask(session, &medium->intake, INTAKE_START, NULL, NULL, 0,
		    INTAKE_KIND, &answer))
		return false;
	medium->told = answer.body.kind;
	return true;
}

static bool take_kind(struct session *session, struct medium *medium)
{
	const struct courier_row *row = courier_of_kind(medium->told.kind);
	char line[WIRE_TEXT_MOST];
	if (row == NULL || row->states == 0)
		return session_refuse(session, "a medium of unknown kind");
	session_say(session, "medium: %s", row->word);
	if ((row->states & 1U << session->state) != 0)
		return takes[row->kind](session, medium);
	snprintf(line, sizeof(line),
		"a medium of kind %s is not for a machine in state %s",
		row->word, state_name(session->state));
	return session_refuse(session, line);
}

static bool take_medium(struct session *session, int device)
{
	const struct wire_text failure = session->why;
	struct medium medium = { .device = device };
	bool taken;
	if (!session_start_role(
		    session, &medium.intake, ROLE_INTAKE, &device, 1))
		return false;
	taken = read_kind(session, &medium);
	if (taken && session->state == STATE_FAILED)
		session->why = failure;
	taken = taken && take_kind(session, &medium);
	peer_stop(&medium.intake);
	if (taken)
		session_say(session, "done: remove the medium");
	else if (!session->broken)
		session_say(session, "refused: %.200s", session->why.line);
	if (session->state == STATE_FAILED && !session->broken)
		session->why = failure;
	return !session->broken;
}

/* Waits without end for a person; ends when any role does. */
static bool await_media(struct session *session)
{
	struct pollfd wait[] = {
		{ .fd = session->media.process.socket, .events = POLLIN },
		{ .fd = session->media.process.pidfd, .events = POLLIN },
		{ .fd = session->journal.process.pidfd, .events = POLLIN },
		{ .fd = session->keys.process.pidfd, .events = POLLIN },
		{ .fd = session->console.process.pidfd, .events = POLLIN },
	};
	if (poll(wait, sizeof(wait) / sizeof(wait[0]), -1) > 0 &&
		(wait[0].revents & POLLIN) != 0)
		return true;
	session->broken = true;
	return session_refuse(session, "a role has ended");
}

/* The next medium that is plugged in; one that goes is no news. */
static bool next_medium(struct session *session, int *device)
{
	struct wire_message message;
	do {
		if (!await_media(session))
			return false;
		if (peer_next(&session->media, &message, &session->why) !=
			ANSWERED) {
			session->broken = true;
			return false;
		}
	} while (message.type != MEDIA_HERE);
	*device = message.descriptor[0];
	return true;
}

static bool serve_medium(struct session *session)
{
	int device;
	bool worked;
	if (!next_medium(session, &device))
		return false;
	worked = take_medium(session, device);
	close(device);
	return worked;
}

static bool must_restart(const struct session *session)
{
	return session->state == STATE_OPEN || session->state == STATE_APPROVED;
}

static bool close_airlock(struct session *session)
{
	const struct wire_text failure = session->why;
	struct wire_message answer;
	if (!session_ask(session, &session->keys, KEYS_AIRLOCK, NULL, NULL, 0,
		    KEYS_AIRLOCKED, &answer))
		return false;
	session_say(session,
		"airlock: PCR 14 is extended; the TPM refuses the "
		"box key and the result key in this boot (%.120s)",
		answer.body.text.line);
	if (!session_tell(session, &session->media, MEDIA_BIND, NULL))
		return false;
	session->why = failure;
	return true;
}

bool courier_boot(struct session *session)
{
	session_say(
		session, "courier boot: state %s", state_name(session->state));
	if (!close_airlock(session))
		return false;
	while (!session->superseded && !must_restart(session)) {
		session_say(session, "ready: state %s: insert a medium",
			state_name(session->state));
		if (!serve_medium(session))
			return false;
	}
	if (session->superseded)
		return true;
	session_say(session,
		"%s: restarting into a counting boot: media are "
		"not bound there, and the keys work there only",
		state_name(session->state));
	return true;
}
