/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A medium of kind abandonment: the authority calls the sealed election off.
 * First it stands in the journal, then P is raised to where the election's keys
 * work no more, and on its way passes values at which they would: behind the
 * airlock alone, where they do not.
 */
#include "appliance/machine/courier.h"

#include <unistd.h>

static bool read_abandonment(
	struct session *session, int brought, struct wire_text *reason)
{
	const struct define_abandon body = {
		.election = session->election,
		.closed = session->folded.closed != UINT64_MAX,
	};
	struct journal_entry entry;
	struct wire_message answer;
	int list[] = { brought, -1 };
	bool read;
	if (!session_entry(session, session->folded.sealed, &entry, &list[1]))
		return false;
	read = session_define(session, SAY(DEFINE_ABANDON, &body), list, 2,
		DEFINE_ABANDONED, &answer);
	close(list[1]);
	if (read)
		*reason = *HEARD(&answer, DEFINE_ABANDONED);
	return read;
}

/* One step after the other, from wherever the power was cut. */
static bool raise_phase(struct session *session)
{
	const uint64_t last =
		session->election.phase + state_phases(STATE_ABANDONED);
	struct keys_phase wanted = { session->election.phase };
	while (session->machine.phase != last && wanted.phase++ != last) {
		struct wire_message answer;
		if (!session_ask(session, &session->keys,
			    SAY(KEYS_PHASE, &wanted), NULL, 0, KEYS_PHASED,
			    &answer))
			return false;
		session->machine.phase = HEARD(&answer, KEYS_PHASED)->phase;
	}
	return session->machine.phase == last ||
	       session_refuse(session, "the TPM's phase counter is not where "
				       "the journal is");
}

/* A machine that has failed keeps that state; its journal says another. */
static bool has_an_election(const struct session *session)
{
	const unsigned state = session->folded.state;
	return session->has_election && session->folded.entries > 0 &&
	       (entry_row_of(ENTRY_ABANDONED)->states & 1U << state) != 0;
}

bool take_abandonment(struct session *session, struct medium *medium)
{
	struct wire_text reason;
	struct notice notice;
	int brought;
	bool worked;
	if (!has_an_election(session))
		return session_refuse(
			session, "there is no election to call off");
	if (!courier_read(session, medium, &brought))
		return false;
	worked = read_abandonment(session, brought, &reason) &&
		 session_append_pair(session, ENTRY_ABANDONED, brought, -1);
	close(brought);
	if (!worked)
		return false;
	session->restarts = true;
	notice = notice_of(
		notice_text(NOTICE_ABANDONED, session->election.id.line));
	notice_add(&notice, notice_text(NOTICE_TEXT, reason.line));
	session_say_all(session, &notice);
	return raise_phase(session);
}

/* What the entry says is read again: its raising cannot be taken back. */
static bool finish(struct session *session)
{
	struct journal_entry entry;
	struct wire_text reason;
	int brought;
	bool worked;
	if (!session_entry(
		    session, session->folded.abandoned, &entry, &brought))
		return false;
	worked = read_abandonment(session, brought, &reason) &&
		 raise_phase(session);
	close(brought);
	return worked;
}

bool finish_abandonment(struct session *session)
{
	return session->state != STATE_ABANDONED ||
	       session->machine.phase ==
		       session->election.phase +
			       state_phases(STATE_ABANDONED) ||
	       finish(session);
}
