/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the screen has beside the large line: which election and which machine,
 * and the digest that people compare in this state, for their telephones. No
 * digest of it is believed anywhere.
 */
#include "appliance/machine/session.h"

#include <stdio.h>
#include <unistd.h>

static void say_election(struct session *session)
{
	const struct election *election = &session->election;
	struct notice title = notice_of(election->title);
	notice_add(&title, notice_text(NOTICE_ELECTION_ID, election->id.line));
	if (title.part[0].id == NOTICE_ELECTION)
		session_say_all(session, &title);
	session_say(
		session, notice_text(NOTICE_MACHINE, election->machine.line));
	if (election->rehearsal != 0)
		session_say(session, NOTICE_PART(REHEARSAL));
}

bool session_load_election(struct session *session)
{
	if (!session_read_election(session))
		return false;
	say_election(session);
	return session_tell(session, &session->keys,
		SAY(KEYS_ELECTION, &session->election));
}

/* "sandoq/WHAT ELECTION HEX64", as the desk's reports have the digest. */
static void say(struct session *session, enum notice_id id, const char *what,
	uint64_t size, const struct digest *digest)
{
	char line[NOTICE_TEXT_MOST] = { 0 };
	struct writer out = writer_of(line, sizeof(line) - 1);
	write_text(&out, "sandoq/");
	write_text(&out, what);
	write_u8(&out, ' ');
	write_text(&out, session->election.id.line);
	write_u8(&out, ' ');
	if (size > 0) {
		write_decimal(&out, size);
		write_u8(&out, ' ');
	}
	write_hex(&out, bytes_of(digest->byte, SHA256_SIZE));
	session_say(session, notice_text(id, line));
}

/* What the entry has: of its result, or of the challenge that closed it. */
static bool say_of_entry(struct session *session, uint64_t number)
{
	struct journal_entry entry;
	struct wire_message answer;
	int list;
	bool read;
	if (!session_entry(session, number, &entry, &list))
		return false;
	read = session_define(session, SAY(DEFINE_DIGEST, &nothing), &list, 1,
		DEFINE_DIGESTED, &answer);
	close(list);
	if (!read)
		return !session->broken;
	const struct define_digest *told = HEARD(&answer, DEFINE_DIGESTED);
	if (told->result != 0)
		say(session, NOTICE_QR_RESULT, "result", 0, &told->digest);
	else
		say(session, NOTICE_QR_CHALLENGE, "challenge", 0,
			&told->digest);
	return !session->broken;
}

bool session_say_digest(struct session *session)
{
	const struct notice before = session->why;
	const struct journal_folded *folded = &session->folded;
	bool said = true;
	if (!session->has_election)
		return true;
	if (session->state == STATE_INTAKE)
		say(session, NOTICE_QR_CHECKPOINT, "checkpoint", folded->size,
			&folded->root);
	if (session->state == STATE_CLOSED)
		said = say_of_entry(session, folded->closed);
	if (session->state == STATE_RELEASED)
		said = say_of_entry(session, folded->released);
	session->why = before;
	return said;
}
