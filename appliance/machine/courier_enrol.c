/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A medium of kind enrol: the TPM is made this machine's, and its operators'
 * stand in entry 0 of the journal. Only a blank machine takes it.
 */
#include "appliance/machine/courier.h"

#include <unistd.h>

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
	return worked &&
	       session_tell(session, &session->keys, SAY(KEYS_LOCK, &nothing));
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
		session_say(session, "enrolled: bring an outbox");
	return worked;
}
