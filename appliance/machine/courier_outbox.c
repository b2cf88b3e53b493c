/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A medium of kind outbox: it is overwritten with all that is public, and with
 * a challenge and a quote that were made for it. It may ask for an earlier
 * election of the machine: then it gets what it would have got when the next
 * one was about to be sealed.
 */
#include "appliance/machine/courier.h"

#include "appliance/formats/crypto.h"
#include "appliance/record/members.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool publish_list(struct session *session, struct peer *publish,
	const struct publish_members_of *of, int list)
{
	struct wire_message answer;
	const bool given = session_ask(session, publish,
		SAY(PUBLISH_MEMBERS_OF, of), &list, 1, DONE, &answer);
	return given;
}

static bool publish_entry(struct session *session, struct peer *publish,
	uint64_t number, uint64_t *before)
{
	struct journal_entry entry;
	struct publish_members_of of;
	int list;
	bool given;
	if (!session_entry(session, number, &entry, &list))
		return false;
	of.number = member_has_entry_number(entry.type) ? number : entry.leaf;
	of.type = entry.type;
	given = journal_is_stale(entry.type, number, session->folded.headers,
			session->folded.stations) ||
		publish_list(session, publish, &of, list);
	close(list);
	*before = entry.before;
	return given;
}

/* Entries of the type of `last`, from the last one that is before `end`. */
static bool publish_type(struct session *session, struct peer *publish,
	uint64_t last, uint64_t end)
{
	struct journal_entry entry;
	int list;
	while (last != UINT64_MAX && last >= end) {
		if (!session_entry(session, last, &entry, &list))
			return false;
		close(list);
		last = entry.before;
	}
	while (last != UINT64_MAX)
		if (!publish_entry(session, publish, last, &last))
			return false;
	return true;
}

/*
 * Entries that belong to the machine or to its present election: enrolment,
 * all software and revocations, and everything since sealing.
 */
static bool publish_entries(struct session *session, struct peer *publish)
{
	const struct journal_folded *folded = &session->folded;
	const uint64_t from =
		session->has_election ? folded->sealed : folded->entries;
	uint64_t before;
	if (!publish_entry(session, publish, folded->enrolled, &before) ||
		!publish_type(session, publish, folded->software, from) ||
		!publish_type(session, publish, folded->revocation, from))
		return false;
	for (uint64_t i = from; i < folded->entries; i++) {
		session_say_progress(
			session, NOTICE_PART(WRITING, .first = i - from,
					 .second = folded->entries - from));
		if (!publish_entry(session, publish, i, &before))
			return false;
	}
	return true;
}

/* One piece of a head; `*asked` goes on to the next, `*size` is the whole's. */
static bool publish_piece(struct session *session, struct peer *publish,
	struct journal_heads *asked, uint64_t *size)
{
	struct wire_message answer;
	struct wire_message done;
	bool given;
	if (!session_ask(session, &session->journal, SAY(JOURNAL_HEADS, asked),
		    NULL, 0, JOURNAL_PIECE, &answer))
		return false;
	const struct journal_piece *piece = HEARD(&answer, JOURNAL_PIECE);
	const struct publish_piece body = { asked->head, piece->size };
	*size = piece->size;
	given = piece->size == 0 ||
		session_ask(session, publish, SAY(PUBLISH_PIECE, &body),
			answer.descriptor, 1, DONE, &done);
	wire_close(&answer);
	if (given && piece->next <= asked->from && piece->size > 0) {
		session->broken = true;
		return session_refuse(
			session, "the journal role gave an empty piece");
	}
	asked->from = piece->next;
	return given;
}

/* Where there is nothing later there is no such member. */
static bool publish_head(
	struct session *session, struct peer *publish, enum head head)
{
	struct journal_heads asked = { .head = (uint16_t)head,
		.entries = session->folded.entries };
	char line[WIRE_TEXT_MOST];
	uint64_t size;
	snprintf(line, sizeof(line), "sandoq/journal/%.100s",
		session->has_election ? session->election.machine.line
				      : "machine");
	wire_text_set(&asked.origin, line);
	do {
		if (!publish_piece(session, publish, &asked, &size))
			return false;
	} while (asked.from < size);
	return true;
}

static bool publish_heads(struct session *session, struct peer *publish)
{
	for (enum head head = 0; head < HEADS; head++)
		if (!publish_head(session, publish, head))
			return false;
	return true;
}

static bool publish_now_list(
	struct session *session, struct peer *publish, int list)
{
	const struct publish_members_of of = { .type = 0 };
	return publish_list(session, publish, &of, list);
}

static bool publish_quote(struct session *session, struct peer *publish,
	const struct digest *qualifying)
{
	const struct keys_quote body = { *qualifying };
	struct wire_message answer;
	bool given;
	if (!session_ask(session, &session->keys, SAY(KEYS_QUOTE, &body), NULL,
		    0, KEYS_MEMBERS, &answer))
		return false;
	given = publish_now_list(session, publish, answer.descriptor[0]);
	wire_close(&answer);
	return given;
}

static bool publish_anchor(struct session *session, struct peer *publish,
	const struct digest *qualifying)
{
	int list;
	bool given;
	if (!session_has_journal(session))
		return true;
	if (!session_certify(session, qualifying, false, &list))
		return false;
	given = publish_now_list(session, publish, list);
	close(list);
	return given;
}

/* A challenge over this boot, its quote, its event log, the anchor. */
static bool publish_now(struct session *session, struct peer *publish,
	const struct wire_text *nonce)
{
	struct digest qualifying;
	int challenge;
	bool given;
	if (!session_challenge(
		    session, nonce, 1, NULL, &challenge, &qualifying))
		return false;
	given = publish_now_list(session, publish, challenge) &&
		publish_quote(session, publish, &qualifying) &&
		publish_anchor(session, publish, &qualifying);
	close(challenge);
	return given;
}

/* The identity of a machine that is blank, or that cannot read its journal. */
static bool publish_identity(struct session *session, struct peer *publish)
{
	const struct publish_members_of of = { .type = ENTRY_ENROLLED };
	struct wire_message answer;
	bool given;
	if (!session_ask(session, &session->keys, SAY(KEYS_IDENTITY, &nothing),
		    NULL, 0, KEYS_MEMBERS, &answer))
		return false;
	given = publish_list(session, publish, &of, answer.descriptor[0]);
	wire_close(&answer);
	return given;
}

/* The machine's state now, whichever election is asked for. */
static struct wire_text state_of(
	const struct session *session, const struct notice *failure)
{
	const bool failed = session->state == STATE_FAILED;
	struct notice notice = notice_of((struct notice_part){
		.id = (uint16_t)session_state_word(session) });
	if (failed)
		notice_add_all(&notice, failure);
	return text_of_notice(&notice);
}

static bool publish_all(struct session *session, struct peer *publish,
	const struct wire_text *nonce, const struct wire_text *state)
{
	struct wire_message answer;
	return (session_has_journal(session)
			       ? publish_entries(session, publish) &&
					 publish_heads(session, publish)
			       : publish_identity(session, publish)) &&
	       publish_now(session, publish, nonce) &&
	       session_ask(session, publish, SAY(PUBLISH_STATE, state), NULL, 0,
		       DONE, &answer) &&
	       session_ask(session, publish, SAY(PUBLISH_END, &nothing), NULL,
		       0, DONE, &answer);
}

/*
 * The session as it was at the end of an election: only to be read, and ended
 * by look_up(). Of none, or of a machine that has no journal: as it is.
 */
static bool look_back(const struct session *session,
	const struct digest *definition, struct session *out)
{
	static const struct digest none;
	const struct journal_find body = { *definition };
	struct wire_message answer;
	*out = *session;
	if (digest_equal(definition, &none) || !session_has_journal(session))
		return true;
	if (!session_ask(out, &out->journal, SAY(JOURNAL_FIND, &body), NULL, 0,
		    JOURNAL_FOUND, &answer))
		return false;
	out->folded = *HEARD(&answer, JOURNAL_FOUND);
	/* What the TPM certifies now is over all that came later, too. */
	out->folded.anchor = session->folded.anchor;
	out->folded.anchored = session->folded.anchored;
	out->state = (enum machine_state)out->folded.state;
	out->has_election = false;
	return session_read_election(out);
}

static void look_up(struct session *session, const struct session *from)
{
	session->why = from->why;
	session->broken = from->broken;
	if (from->has_election && from->plan != session->plan) {
		close(from->plan);
		close(from->names);
	}
}

/* A publish process, once it has seen the outbox where intake found it. */
static bool start_publish(struct session *session, const struct medium *medium,
	int device, struct peer *publish)
{
	struct wire_message answer;
	if (!session_start_role(session, publish, ROLE_PUBLISH, &device, 1))
		return false;
	if (session_ask(session, publish,
		    SAY(PUBLISH_BEGIN, &medium->told.room), NULL, 0, DONE,
		    &answer))
		return true;
	peer_stop(publish);
	return false;
}

/* To the publish role a card that is out is one that cannot be written. */
static void tell_broken_from_gone(struct session *session)
{
	bool broken = false;
	for (size_t i = 0; i < NOTICE_PARTS; i++)
		broken |= session->why.part[i].id == NOTICE_OUTBOX_BROKEN;
	if (!broken || session->broken || !courier_medium_goes(session))
		return;
	session->why = notice_of(notice_name("the outbox"));
	notice_add(&session->why, NOTICE_PART(OUTBOX_PULLED_EARLY));
}

bool give_outbox(struct session *session, struct medium *medium)
{
	const struct notice failure = session->why;
	const struct wire_text state = state_of(session, &failure);
	struct session of;
	struct peer publish;
	int device;
	bool given;
	if (!courier_make_writable(session, &device))
		return false;
	given = look_back(session, &medium->told.definition, &of) &&
		start_publish(&of, medium, device, &publish);
	if (given) {
		given = publish_all(&of, &publish, &medium->told.nonce, &state);
		peer_stop(&publish);
	}
	look_up(session, &of);
	close(device);
	if (given)
		session->why = failure;
	else
		tell_broken_from_gone(session);
	return given;
}
