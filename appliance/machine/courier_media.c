/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the media role is asked for, and what it says unasked.
 */
#include "appliance/machine/courier.h"

#include <poll.h>
#include <unistd.h>

/* The kernel asks a card reader every two seconds: block.events_dfl_poll_msecs.
 */
enum { CARD_MILLISECONDS = 3 * 2000 };

/* What a person can do next, once no medium is plugged in. */
void courier_say_ready(struct session *session)
{
	static const uint16_t waits[] = {
		[STATE_BLANK] = NOTICE_READY_BLANK,
		[STATE_ENROLLED] = NOTICE_READY_ENROLLED,
		[STATE_SEALED] = NOTICE_READY_SEALED,
		[STATE_INTAKE] = NOTICE_READY_INTAKE,
		[STATE_CLOSED] = NOTICE_READY_CLOSED,
		[STATE_RELEASED] = NOTICE_READY_RELEASED,
		[STATE_ABANDONED] = NOTICE_READY_ABANDONED,
	};
	if (session->state == STATE_INTAKE && session->boxes_missing > 0)
		session_say(session, NOTICE_PART(READY_INTAKE_MISSING,
					     .first = session->boxes_missing));
	else if (session->state == STATE_FAILED)
		session_say_why(session, NOTICE_PART(WAITING_FAILED));
	else
		session_say(session,
			(struct notice_part){ .id = waits[session->state] });
}

/* Whoever is swapped for another may be swapped once more. */
static void keep_next(struct session *session, struct wire_message *message)
{
	if (session->has_next)
		close(session->next);
	session->has_next = message->type == MEDIA_HERE;
	session->next = session->has_next ? message->descriptor[0] : -1;
}

/* One that waits may come next; when one goes, the machine waits for one. */
void courier_media_news(struct session *session, struct wire_message *message)
{
	if (message->type == MEDIA_HERE || message->type == MEDIA_GONE)
		keep_next(session, message);
	if (message->type == MEDIA_HERE)
		return;
	if (message->type == MEDIA_WAITS)
		session_say(
			session, notice_text(NOTICE_ANOTHER_MEDIUM,
					 HEARD(message, MEDIA_WAITS)->line));
	if (message->type == MEDIA_GONE && !session->keeps_refusal)
		courier_say_ready(session);
	wire_close(message);
}

bool courier_medium_goes(struct session *session)
{
	struct pollfd wait = { .fd = session->media.process.socket,
		.events = POLLIN };
	struct wire_message message;
	while (poll(&wait, 1, CARD_MILLISECONDS) > 0) {
		if (peer_next(&session->media, &message, &session->why) !=
			ANSWERED) {
			session->broken = true;
			return false;
		}
		if (message.type == MEDIA_GONE)
			return true;
		courier_media_news(session, &message);
	}
	return false;
}

/*
 * Media may also come and go while one is asked for. What can be written then
 * is not the medium that was read, and may be anybody's.
 */
bool courier_make_writable(struct session *session, int *device)
{
	struct wire_message answer;
	bool gone = false;
	enum answer got = peer_ask(&session->media, SAY(MEDIA_WRITE, &nothing),
		NULL, 0, &answer, &session->why);
	while (got == ANSWERED && answer.type != MEDIA_WRITABLE) {
		gone |= answer.type == MEDIA_GONE;
		courier_media_news(session, &answer);
		got = peer_next(&session->media, &answer, &session->why);
	}
	session->broken |= got == ANSWER_BROKEN;
	*device = answer.descriptor[0];
	if (got != ANSWERED || !gone)
		return got == ANSWERED;
	close(*device);
	return session_refuse_as(session, NOTICE_PART(OUTBOX_PULLED));
}
