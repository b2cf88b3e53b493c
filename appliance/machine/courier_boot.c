/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The courier boot: PCR 14 is extended, then media may bind. Each medium is
 * taken by a fresh process; what it asks for must fit the machine's state.
 */
#include "appliance/machine/courier.h"

#include "appliance/record/courier.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

/* What each kind does in a state that it is for. */
static courier_take *const takes[] = {
	[COURIER_ENROL] = take_enrolment,
	[COURIER_ELECTION] = take_election,
	[COURIER_BOXES] = take_boxes,
	[COURIER_APPROVALS] = take_approvals,
	[COURIER_OUTBOX] = give_outbox,
	[COURIER_SOFTWARE] = take_operators,
	[COURIER_REVOCATION] = take_operators,
	[COURIER_ABANDONMENT] = take_abandonment,
};

static bool read_kind(struct session *session, struct medium *medium)
{
	struct wire_message answer;
	if (!session_ask(session, &medium->intake, SAY(INTAKE_START, &nothing),
		    NULL, 0, INTAKE_KIND, &answer))
		return false;
	medium->told = *HEARD(&answer, INTAKE_KIND);
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
		"a medium of kind %s is not for a machine in state %s: bring "
		"what this state waits for",
		row->word, state_name(session->state));
	return session_refuse(session, line);
}

static void say_refusal(struct session *session)
{
	session_say(session, "refused: %.240s", session->why.line);
	session_say(session, "remove the medium");
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
		say_refusal(session);
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
	static const char *const ended[] = { "the media role has ended",
		"the media role has ended", "the journal role has ended",
		"the keys role has ended", "the console role has ended" };
	size_t which = 1;
	if (poll(wait, sizeof(wait) / sizeof(wait[0]), -1) > 0 &&
		(wait[0].revents & POLLIN) != 0)
		return true;
	while (which + 1 < sizeof(wait) / sizeof(wait[0]) &&
		wait[which].revents == 0)
		which++;
	session->broken = true;
	return session_refuse(session, ended[which]);
}

/* The next medium that is plugged in. */
static bool next_medium(struct session *session, int *device)
{
	struct wire_message message;
	for (;;) {
		if (!await_media(session))
			return false;
		if (peer_next(&session->media, &message, &session->why) !=
			ANSWERED) {
			session->broken = true;
			return false;
		}
		if (message.type == MEDIA_HERE)
			break;
		courier_media_news(session, &message);
	}
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
	return session->restarts || session->state == STATE_ENROLLING ||
	       session->state == STATE_OPEN || session->state == STATE_APPROVED;
}

/* The last line of this boot. */
static void say_why_it_restarts(struct session *session)
{
	if (session->state == STATE_ENROLLING)
		session_say(session,
			"the enrolment is not finished: restarting to do it");
	else if (session->restarts)
		session_say(session, "the election is over: restarting");
	else
		session_say(session,
			"%s: restarting into a counting boot: media are not "
			"bound there, and the keys work there only",
			state_name(session->state));
}

static bool close_airlock(struct session *session)
{
	const struct wire_text failure = session->why;
	struct wire_message answer;
	if (!session_ask(session, &session->keys, SAY(KEYS_AIRLOCK, &nothing),
		    NULL, 0, KEYS_AIRLOCKED, &answer))
		return false;
	session_say(session,
		"airlock: PCR 14 is extended; the TPM refuses the "
		"box key and the result key in this boot (%.120s)",
		HEARD(&answer, KEYS_AIRLOCKED)->line);
	if (!session_tell(session, &session->media, SAY(MEDIA_BIND, &nothing)))
		return false;
	session->why = failure;
	return true;
}

/* What a person can do next. */
static void say_what_it_waits_for(struct session *session)
{
	if (session->state == STATE_FAILED)
		session_say(session,
			"waiting: state failed: insert an outbox, and give it "
			"to an operator: it tells why");
	else
		session_say(session, "ready: state %s: insert a medium",
			state_name(session->state));
}

/* While boxes come in: of the size for which the election was sealed. */
static void say_room(struct session *session)
{
	const struct journal_folded *folded = &session->folded;
	const struct election *election = &session->election;
	const unsigned long all = (unsigned long)(folded->partition >> 20);
	const unsigned long unused = (unsigned long)(folded->free >> 20);
	uint64_t rest = 0;
	if (!session_has_journal(session))
		return;
	if (folded->free > election->kept_room)
		rest = folded->free - election->kept_room;
	if (election->boxes_due == 0 || session->state > STATE_INTAKE)
		session_say(session, "journal: %lu of %lu MiB are free", unused,
			all);
	else
		session_say(session,
			"journal: %lu of %lu MiB are free; room for about "
			"%" PRIu64 " boxes",
			unused, all,
			rest / (election->boxes_room / election->boxes_due +
				       1));
}

bool courier_boot(struct session *session)
{
	session_say(
		session, "courier boot: state %s", state_name(session->state));
	if (!close_airlock(session) || !finish_abandonment(session))
		return false;
	while (!session->superseded && !must_restart(session)) {
		say_room(session);
		if (!session_say_delivery(session, -1))
			return false;
		say_what_it_waits_for(session);
		if (!serve_medium(session))
			return false;
	}
	if (session->superseded)
		return true;
	if (!session_say_delivery(session, -1))
		return false;
	say_why_it_restarts(session);
	return true;
}
