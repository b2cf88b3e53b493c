/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Approvals of later software, and revocations: first into the journal, then
 * into the TPM. Between the two the power may go; the next boot then finds
 * that the TPM has not yet what the journal's last entry says, and does it.
 */
#include "appliance/machine/session.h"

#include <unistd.h>

static bool read_operators(struct session *session, struct wire_said said,
	int brought, enum wire_type expected, struct wire_message *answer)
{
	struct journal_entry entry;
	int list[] = { brought, -1 };
	bool read;
	if (!session_entry(session, session->folded.enrolled, &entry, &list[1]))
		return false;
	read = session_define(session, said, list, 2, expected, answer);
	close(list[1]);
	return read;
}

static void say_image(struct session *session, const struct digest *image)
{
	char hex[2 * SHA256_SIZE + 1] = { 0 };
	struct writer out = writer_of(hex, sizeof(hex) - 1);
	write_hex(&out, bytes_of(image->byte, SHA256_SIZE));
	struct notice_part part = notice_text(NOTICE_SOFTWARE, hex);
	part.first = session->folded.software;
	session_say(session, part);
}

/* The software that runs has no keys from here on. */
static bool approve(struct session *session, const struct define_boot *software)
{
	say_image(session, &software->image);
	if (!session_tell(session, &session->keys,
		    SAY(KEYS_APPROVE, &software->given)))
		return false;
	session->superseded = true;
	session_say(session, NOTICE_PART(SOFTWARE_APPROVED));
	return true;
}

bool take_software(struct session *session, int brought)
{
	const struct define_facts facts = session_facts(session);
	struct wire_message answer;
	struct wire_message kept;
	struct define_boot software;
	bool worked;
	if (!read_operators(session, SAY(DEFINE_SOFTWARE, &facts), brought,
		    DEFINE_BOOT, &answer))
		return false;
	software = *HEARD(&answer, DEFINE_BOOT);
	if (!session_ask(session, &session->keys,
		    SAY(KEYS_SOFTWARE, &software.given), NULL, 0, KEYS_MEMBERS,
		    &kept))
		return false;
	worked = session_append_pair(
		session, ENTRY_SOFTWARE, brought, kept.descriptor[0]);
	wire_close(&kept);
	return worked && approve(session, &software);
}

static bool raise_counter(
	struct session *session, const struct keys_revoke *revoke)
{
	if (!session_tell(session, &session->keys, SAY(KEYS_REVOKE, revoke)))
		return false;
	session->machine.revocation = revoke->from + 1;
	session_say(session, NOTICE_PART(REVOKED, .first = revoke->from + 1,
				     .second = revoke->from));
	return true;
}

/* This very software must outlive it: a machine without any is lost. */
static bool check_revocation(
	struct session *session, const struct keys_revoke *revoke)
{
	if (revoke->from != session->machine.revocation)
		return session_refuse(session,
			"the revocation is for another value of the counter");
	return session->machine.epoch > revoke->from ||
	       session_refuse(session,
		       "the revocation would end the software that runs: have "
		       "other software approved and installed first");
}

bool take_revocation(struct session *session, int brought)
{
	const struct define_facts facts = session_facts(session);
	struct wire_message answer;
	return read_operators(session, SAY(DEFINE_REVOKE, &facts), brought,
		       DEFINE_REVOCATION, &answer) &&
	       check_revocation(session, HEARD(&answer, DEFINE_REVOCATION)) &&
	       session_append_pair(session, ENTRY_REVOCATION, brought, -1) &&
	       raise_counter(session, HEARD(&answer, DEFINE_REVOCATION));
}

static bool finish_approval(struct session *session, int brought)
{
	const struct define_facts facts = session_facts(session);
	struct wire_message answer;
	return read_operators(session, SAY(DEFINE_SOFTWARE, &facts), brought,
		       DEFINE_BOOT, &answer) &&
	       approve(session, HEARD(&answer, DEFINE_BOOT));
}

static bool finish_revocation(struct session *session, int brought)
{
	const struct define_facts facts = session_facts(session);
	struct wire_message answer;
	if (!read_operators(session, SAY(DEFINE_REVOKE, &facts), brought,
		    DEFINE_REVOCATION, &answer))
		return false;
	return HEARD(&answer, DEFINE_REVOCATION)->from !=
		       session->machine.revocation ||
	       raise_counter(session, HEARD(&answer, DEFINE_REVOCATION));
}

static bool finish(struct session *session, uint64_t number,
	bool (*step)(struct session *, int brought))
{
	struct journal_entry entry;
	int brought;
	bool worked;
	if (!session_entry(session, number, &entry, &brought))
		return false;
	worked = step(session, brought);
	close(brought);
	return worked;
}

bool finish_software(struct session *session)
{
	const struct journal_folded *folded = &session->folded;
	if (folded->revocation != UINT64_MAX &&
		!finish(session, folded->revocation, finish_revocation))
		return false;
	return folded->software == UINT64_MAX ||
	       folded->software == session->machine.software ||
	       finish(session, folded->software, finish_approval);
}
