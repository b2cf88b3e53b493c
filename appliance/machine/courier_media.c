/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the media role is asked for, and what it says unasked.
 */
#include "appliance/machine/courier.h"

/* Of what the media role says unasked: one that goes is no news. */
void courier_media_news(struct session *session, struct wire_message *message)
{
	if (message->type == MEDIA_WAITS)
		session_say(session,
			"another medium waits (%.60s): it is taken when the "
			"first one is removed",
			HEARD(message, MEDIA_WAITS)->line);
	wire_close(message);
}

/* Media may also come and go while one is asked for. */
bool courier_make_writable(struct session *session, int *device)
{
	struct wire_message answer;
	enum answer got = peer_ask(&session->media, SAY(MEDIA_WRITE, &nothing),
		NULL, 0, &answer, &session->why);
	while (got == ANSWERED && answer.type != MEDIA_WRITABLE) {
		courier_media_news(session, &answer);
		got = peer_next(&session->media, &answer, &session->why);
	}
	session->broken |= got == ANSWER_BROKEN;
	*device = answer.descriptor[0];
	return got == ANSWERED;
}
