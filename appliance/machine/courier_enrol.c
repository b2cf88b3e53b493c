/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A medium of kind enrol: the TPM is made this machine's, and its operators'
 * stand in entry 0 of the journal. Only a blank machine takes it. Then the
 * TPM's owner is locked, and only then is the machine enrolled.
 */
#include "appliance/machine/courier.h"

#include "appliance/machine/memfd.h"
#include "appliance/record/items.h"

#include <unistd.h>

static bool append_locked(struct session *session)
{
	uint8_t space[ITEM_OVERHEAD + ITEM_NAME_MOST];
	struct writer items = writer_of(space, sizeof(space));
	int list;
	bool appended;
	write_item(&items, ITEM_PRIVATE, entry_row_of(ENTRY_LOCKED)->name,
		bytes_of(NULL, 0));
	list = memfd_written(&items);
	if (list < 0)
		return session_refuse(session, "there is no memory");
	appended = session_append_pair(session, ENTRY_LOCKED, list, -1);
	close(list);
	return appended;
}

bool finish_enrolment(struct session *session)
{
	struct notice why = notice_of(NOTICE_PART(ENROLMENT_UNFINISHED));
	if (session_tell(session, &session->keys, SAY(KEYS_LOCK, &nothing)))
		return append_locked(session);
	if (session->broken)
		return false;
	notice_add_all(&why, &session->why);
	session->why = why;
	return false;
}

/* The TPM's part of the enrolment, then entry 0, then the owner is locked. */
static bool enrol(struct session *session, int brought,
	const struct keys_enrol *enrolment)
{
	struct wire_message answer;
	bool worked;
	if (!session_ask(session, &session->keys, SAY(KEYS_ENROL, enrolment),
		    NULL, 0, KEYS_ENROLLED, &answer))
		return false;
	worked = session_tell(session, &session->journal,
		SAY(JOURNAL_BEGIN, HEARD(&answer, KEYS_ENROLLED)));
	wipe(&answer.body, sizeof(answer.body));
	worked = worked && session_append_pair(session, ENTRY_ENROLLED, brought,
				   answer.descriptor[0]);
	wire_close(&answer);
	return worked && finish_enrolment(session);
}

bool take_enrolment(struct session *session, struct medium *medium)
{
	const struct define_facts facts = session_facts(session);
	struct wire_message answer;
	int brought;
	bool worked;
	if (!courier_read(session, medium, &brought))
		return false;
	worked = session_define(session, SAY(DEFINE_ENROL, &facts), &brought, 1,
			 DEFINE_ENROLMENT, &answer) &&
		 enrol(session, brought, HEARD(&answer, DEFINE_ENROLMENT));
	close(brought);
	if (worked)
		session_say(session, NOTICE_PART(ENROLLED));
	return worked;
}
