/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The courier boot: PCR 14 is extended, then media may bind. Each medium is
 * taken by a fresh process; what it asks for must fit the machine's state.
 */
#include "appliance/machine/courier.h"

#include "appliance/record/courier.h"

#include <poll.h>
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
	if (row == NULL || row->states == 0)
		return session_refuse(session, "a medium of unknown kind");
	const unsigned word = NOTICE_KIND_ENROL + row->kind - COURIER_ENROL;
	session_say(session, row->kind == COURIER_OUTBOX
				     ? NOTICE_PART(MEDIUM_OUTBOX)
				     : NOTICE_PART(MEDIUM, .first = word));
	if ((row->states & 1U << session->state) != 0)
		return takes[row->kind](session, medium);
	return session_refuse_as(
		session, NOTICE_PART(NOT_IN_THIS_STATE, .first = word,
				 .second = session_state_word(session)));
}

/* The removal of a stick that is gone is no news (courier_media_news). */
static void say_refusal(struct session *session)
{
	session->keeps_refusal = notice_is_of_one_gone(&session->why);
	session_say_why(session, session->keeps_refusal
					 ? NOTICE_PART(REFUSED_AND_GONE)
					 : NOTICE_PART(REFUSED));
	session_say_why(session, NOTICE_PART(WAS_REFUSED));
	session_say(session, NOTICE_PART(REMOVE));
}

/* Not in green where somebody has to be told of a box that was not taken. */
static void say_done(struct session *session)
{
	session_say(session, NOTICE_PART(DONE));
	if (session->boxes_refused > 0)
		session_say(session, NOTICE_PART(DONE_BUT_REFUSED,
					     .first = session->boxes_refused));
}

static bool take_medium(struct session *session, int device)
{
	const struct notice failure = session->why;
	struct medium medium = { .device = device };
	bool taken;
	session->keeps_refusal = false;
	session->boxes_refused = 0;
	if (!session_start_role(
		    session, &medium.intake, ROLE_INTAKE, &device, 1))
		return false;
	taken = read_kind(session, &medium);
	if (taken && session->state == STATE_FAILED)
		session->why = failure;
	taken = taken && take_kind(session, &medium);
	peer_stop(&medium.intake);
	if (taken)
		say_done(session);
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
	if (session->has_next) {
		session->has_next = false;
		*device = session->next;
		return true;
	}
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
		session_say(session, NOTICE_PART(RESTARTING_ENROLMENT));
	else if (session->restarts)
		session_say(session, NOTICE_PART(RESTARTING_OVER));
	else
		session_say(
			session, NOTICE_PART(RESTARTING_TO_COUNT,
					 .first = session_state_word(session)));
}

static bool close_airlock(struct session *session)
{
	const struct notice failure = session->why;
	struct wire_message answer;
	if (!session_ask(session, &session->keys, SAY(KEYS_AIRLOCK, &nothing),
		    NULL, 0, KEYS_AIRLOCKED, &answer))
		return false;
	if (notice_check_parts(HEARD(&answer, KEYS_AIRLOCKED), true) != NULL) {
		session->broken = true;
		return session_refuse(session,
			"a role gave another answer than was asked for");
	}
	session->why = *HEARD(&answer, KEYS_AIRLOCKED);
	session_say_why(session, NOTICE_PART(AIRLOCK));
	if (!session_tell(session, &session->media, SAY(MEDIA_BIND, &nothing)))
		return false;
	session->why = failure;
	return true;
}

/*
 * Behind a medium, or why the machine has failed, that stays the large line
 * until the medium is removed.
 */
static void say_what_it_waits_for(struct session *session, bool first)
{
	if (first && session->state != STATE_FAILED)
		courier_say_ready(session);
	else if (session->state == STATE_FAILED)
		session_say(session, NOTICE_PART(WAITING));
	else
		session_say(
			session, NOTICE_PART(READY,
					 .first = session_state_word(session)));
}

/* While boxes come in: of the size for which the election was sealed. */
static void say_room(struct session *session)
{
	const struct journal_folded *folded = &session->folded;
	const struct election *election = &session->election;
	struct notice room =
		notice_of(NOTICE_PART(ROOM, .first = folded->free >> 20,
			.second = folded->partition >> 20));
	uint64_t rest = 0;
	if (!session_has_journal(session))
		return;
	if (folded->free > election->kept_room)
		rest = folded->free - election->kept_room;
	if (election->boxes_due > 0 && session->state <= STATE_INTAKE)
		notice_add(&room,
			NOTICE_PART(ROOM_BOXES,
				.first = rest /
					 (election->boxes_room /
							 election->boxes_due +
						 1)));
	session_say_all(session, &room);
}

bool courier_boot(struct session *session)
{
	bool first = true;
	session_say(session, NOTICE_PART(COURIER_BOOT,
				     .first = session_state_word(session)));
	if (!close_airlock(session) || !finish_abandonment(session))
		return false;
	while (!session->superseded && !must_restart(session)) {
		say_room(session);
		if (!session_say_delivery(session, -1) ||
			!session_say_digest(session))
			return false;
		say_what_it_waits_for(session, first);
		first = false;
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
