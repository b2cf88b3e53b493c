/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which boxes have come, on the screen: an official sees there that one is
 * missing while somebody can still bring it. A fresh define process reads what
 * the journal has; the supervisor passes on the line that it gives.
 */
#include "appliance/machine/session.h"

#include <unistd.h>

static bool ask(struct session *session, int result, struct wire_text *line)
{
	struct wire_message answer;
	int list[] = { session->plan, -1, result };
	bool told;
	if (!session_ask(session, &session->journal,
		    SAY(JOURNAL_DELIVERIES, &nothing), NULL, 0, JOURNAL_CAME,
		    &answer))
		return false;
	list[1] = answer.descriptor[0];
	told = session_define(session, SAY(DEFINE_DELIVERY, &nothing), list,
		result < 0 ? 2 : 3, DEFINE_DELIVERED, &answer);
	close(list[1]);
	if (told)
		*line = *HEARD(&answer, DEFINE_DELIVERED);
	return told;
}

bool session_say_delivery(struct session *session, int result)
{
	const struct wire_text before = session->why;
	struct wire_text line;
	if (!session->has_election || session->state == STATE_FAILED)
		return true;
	if (ask(session, result, &line))
		session_say(session, "%s", line.line);
	else if (!session->broken)
		session_say(session,
			"nobody can tell which boxes have come: %s",
			session->why.line);
	if (session->broken)
		return false;
	session->why = before;
	return true;
}
