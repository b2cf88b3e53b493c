/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A medium of kind election: its definition and notes are checked, the TPM
 * makes the keys of the boxes and of the result, and both go into the journal.
 */
#include "appliance/machine/courier.h"

#include <sys/stat.h>
#include <unistd.h>

static uint64_t mebibytes(uint64_t bytes)
{
	return (bytes + (1 << 20) - 1) >> 20;
}

/* The whole election has to fit, before anybody relies on this machine. */
static bool has_room(
	struct session *session, const struct election *election, int brought)
{
	struct stat medium;
	uint64_t need = election->boxes_room + election->kept_room;
	if (fstat(brought, &medium) != 0)
		return session_refuse(session, "a memfd is unreadable");
	need += journal_entry_size((uint64_t)medium.st_size);
	if (session->folded.free >= need)
		return true;
	return session_refuse_as(
		session, NOTICE_PART(TOO_LITTLE_ROOM, .first = mebibytes(need),
				 .second = session->folded.free >> 20,
				 .third = session->folded.partition >> 20));
}

static bool seal(struct session *session, int brought, int enrolled)
{
	const struct define_facts facts = session_facts(session);
	const bool later = session->folded.software != UINT64_MAX;
	struct journal_entry entry;
	int list[] = { brought, enrolled, -1 };
	struct wire_message defined;
	struct wire_message made;
	bool worked;
	if (later && !session_entry(session, session->folded.software, &entry,
			     &list[2]))
		return false;
	worked = session_define(session, SAY(DEFINE_SEAL, &facts), list,
		later ? 3 : 2, DEFINE_ELECTION, &defined);
	if (later)
		close(list[2]);
	if (!worked)
		return false;
	wire_close(&defined);
	if (!has_room(session, HEARD(&defined, DEFINE_ELECTION), brought))
		return false;
	if (!session_ask(session, &session->keys,
		    SAY(KEYS_SEAL, HEARD(&defined, DEFINE_ELECTION)), NULL, 0,
		    KEYS_MEMBERS, &made))
		return false;
	worked = session_append_pair(
		session, ENTRY_SEALED, brought, made.descriptor[0]);
	wire_close(&made);
	return worked && session_load_election(session);
}

bool take_election(struct session *session, struct medium *medium)
{
	struct journal_entry entry;
	int brought;
	int enrolled = -1;
	bool worked;
	if (!courier_read(session, medium, &brought))
		return false;
	worked = session_entry(session, session->folded.enrolled, &entry,
			 &enrolled) &&
		 seal(session, brought, enrolled);
	close(brought);
	if (enrolled >= 0)
		close(enrolled);
	if (worked)
		session_say(session,
			notice_text(NOTICE_SEALED, session->election.id.line));
	return worked;
}
