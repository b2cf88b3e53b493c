/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which boxes have come, on the screen: an official sees there that one is
 * missing while somebody can still bring it. A fresh define process reads what
 * the journal has; the supervisor passes on the line that it gives.
 */
#include "appliance/machine/session.h"

#include <unistd.h>

/* The define role may say nothing else there. */
static bool is_delivery(const struct notice *told)
{
	return notice_check(told) == NULL &&
	       notice_row_of(told->part[0].id)->place == PLACE_BOXES;
}

static bool ask(struct session *session, int result, struct notice *told)
{
	struct wire_message answer;
	int list[] = { session->plan, session->names, -1, result };
	bool read;
	if (!session_ask(session, &session->journal,
		    SAY(JOURNAL_DELIVERIES, &nothing), NULL, 0, JOURNAL_CAME,
		    &answer))
		return false;
	list[2] = answer.descriptor[0];
	read = session_define(session, SAY(DEFINE_DELIVERY, &nothing), list,
		result < 0 ? 3 : 4, DEFINE_DELIVERED, &answer);
	close(list[2]);
	if (!read)
		return false;
	*told = *HEARD(&answer, DEFINE_DELIVERED);
	return is_delivery(told) ||
	       session_refuse(session,
		       "a role gave another answer than was asked for");
}

/* Of a line of BOXES: so many of so many. */
static uint64_t missing(const struct notice_part *told)
{
	return told->id == NOTICE_BOXES && told->first < told->second
		       ? told->second - told->first
		       : 0;
}

bool session_say_delivery(struct session *session, int result)
{
	const struct notice before = session->why;
	struct notice told;
	if (!session->has_election || session->state == STATE_FAILED)
		return true;
	session->boxes_missing = 0;
	if (ask(session, result, &told)) {
		session->boxes_missing = missing(&told.part[0]);
		session_say_all(session, &told);
	} else if (!session->broken)
		session_say_why(session, NOTICE_PART(BOXES_UNTOLD));
	if (session->broken)
		return false;
	session->why = before;
	return true;
}
