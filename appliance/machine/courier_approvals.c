/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Media of approvals: the officers', to open the boxes; the auditors', to
 * release the result; the operators', of software and revocations (software.c).
 * Each quorum is checked here first, and then once more by the TPM.
 */
#include "appliance/machine/courier.h"

#include <unistd.h>

static bool append_approvals(
	struct session *session, enum entry_type type, int brought)
{
	return session_append_pair(session, type, brought, -1) &&
	       session_phase(session);
}

static bool open_intake(struct session *session, int brought)
{
	const struct define_open body = {
		.election = session->election,
		.size = session->folded.size,
		.root = session->folded.root,
	};
	struct journal_entry entry;
	struct wire_message answer;
	int list[] = { brought, -1 };
	const bool worked = session_entry(session, session->folded.sealed,
				    &entry, &list[1]) &&
			    session_define(session, SAY(DEFINE_OPEN, &body),
				    list, 2, DEFINE_APPROVALS, &answer);
	if (list[1] >= 0)
		close(list[1]);
	return worked && append_approvals(session, ENTRY_OPEN, brought);
}

static bool approve_release(struct session *session, int brought)
{
	const struct define_release body = {
		.election = session->election,
		.size = session->folded.frozen_size,
		.root = session->folded.frozen_root,
	};
	struct journal_entry entry;
	struct wire_message answer;
	int list[] = { brought, -1, -1 };
	const bool worked = session_entry(session, session->folded.sealed,
				    &entry, &list[1]) &&
			    session_entry(session, session->folded.closed,
				    &entry, &list[2]) &&
			    session_define(session, SAY(DEFINE_RELEASE, &body),
				    list, 3, DEFINE_APPROVALS, &answer);
	for (size_t i = 1; i < 3; i++)
		if (list[i] >= 0)
			close(list[i]);
	return worked && append_approvals(session, ENTRY_APPROVED, brought);
}

bool take_approvals(struct session *session, struct medium *medium)
{
	int brought;
	bool worked;
	if (!courier_read(session, medium, &brought))
		return false;
	worked = session->state == STATE_INTAKE
			 ? open_intake(session, brought)
			 : approve_release(session, brought);
	close(brought);
	return worked;
}

/* Approvals by the operators. */
bool take_operators(struct session *session, struct medium *medium)
{
	int brought;
	bool worked;
	if (!courier_read(session, medium, &brought))
		return false;
	worked = medium->told.kind == COURIER_SOFTWARE
			 ? take_software(session, brought)
			 : take_revocation(session, brought);
	close(brought);
	return worked;
}
