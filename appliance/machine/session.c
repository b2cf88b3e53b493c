/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/machine/session.h"

#include "appliance/election/statement.h"
#include "appliance/formats/crypto.h"
#include "appliance/machine/init.h"
#include "appliance/machine/memfd.h"
#include "appliance/record/items.h"
#include "appliance/record/members.h"

#include <string.h>
#include <unistd.h>

enum { CHALLENGE_SPACE = 8192 };

bool session_refuse_as(struct session *session, struct notice_part why)
{
	session->why = notice_of(why);
	return false;
}

bool session_refuse(struct session *session, refusal why)
{
	return session_refuse_as(session, notice_refusal(why));
}

bool session_ask(struct session *session, struct peer *peer,
	struct wire_said said, const int *descriptor, size_t count,
	enum wire_type expected, struct wire_message *answer)
{
	const enum answer got =
		peer_ask(peer, said, descriptor, count, answer, &session->why);
	if (got == ANSWERED && answer->type == expected)
		return true;
	if (got == ANSWERED) {
		wire_close(answer);
		session_refuse(session,
			"a role gave another answer than was asked for");
	}
	session->broken |= got != ANSWER_REFUSED;
	return false;
}

bool session_tell(
	struct session *session, struct peer *peer, struct wire_said said)
{
	struct wire_message answer;
	return session_ask(session, peer, said, NULL, 0, DONE, &answer);
}

void session_say_all(struct session *session, const struct notice *notice)
{
	const struct notice before = session->why;
	if (session_tell(
		    session, &session->console, SAY(CONSOLE_NOTICE, notice)))
		session->why = before;
}

void session_say(struct session *session, struct notice_part part)
{
	const struct notice notice = notice_of(part);
	session_say_all(session, &notice);
}

void session_say_progress(struct session *session, struct notice_part part)
{
	enum { STEPS = 100 };
	const uint64_t step = part.second / STEPS + 1;
	if (part.first % step == 0 || part.first == part.second)
		session_say(session, part);
}

void session_say_why(struct session *session, struct notice_part part)
{
	struct notice notice = notice_of(part);
	notice_add_all(&notice, &session->why);
	session_say_all(session, &notice);
}

unsigned session_state_word(const struct session *session)
{
	return NOTICE_STATE_BLANK + session->state;
}

bool session_start_role(struct session *session, struct peer *peer,
	enum role role, const int *granted, size_t count)
{
	const refusal why =
		peer_start(peer, role, session->setting, granted, count);
	if (why == NULL)
		return true;
	peer->process.pid = 0;
	session->broken = true;
	return session_refuse(session, why);
}

bool session_anchor(struct session *session, const struct digest *chain)
{
	const struct keys_anchor body = { *chain };
	struct wire_message answer;
	const bool anchored = session_ask(session, &session->keys,
		SAY(KEYS_ANCHOR, &body), NULL, 0, KEYS_ANCHORED, &answer);
	/* Another entry would leave the journal two anchors ahead of the TPM.
	 */
	session->broken |= !anchored;
	return anchored;
}

/* A machine that has failed stays so, whatever its journal says. */
bool session_folded(
	struct session *session, const struct journal_folded *folded)
{
	if (folded->state > STATE_ABANDONED) {
		session->broken = true;
		return session_refuse(session,
			"the journal role's answers do not follow from each "
			"other");
	}
	session->folded = *folded;
	if (session->state != STATE_FAILED)
		session->state = (enum machine_state)folded->state;
	return !folded->anchor_due ||
	       session_anchor(session, &folded->anchor_chain);
}

bool session_appended(struct session *session, unsigned type,
	const struct journal_folded *folded)
{
	const struct entry_row *row = entry_row_of(type);
	const unsigned state =
		row != NULL && row->moves ? row->next : session->folded.state;
	if (folded->state != state ||
		folded->entries != session->folded.entries + 1) {
		session->broken = true;
		return session_refuse(session,
			"the journal role's answers do not follow from each "
			"other");
	}
	return session_folded(session, folded);
}

bool session_append(struct session *session, const struct journal_append *what,
	const int *list, size_t count)
{
	struct wire_message answer;
	return session_ask(session, &session->journal,
		       SAY(JOURNAL_APPEND, what), list, count, JOURNAL_APPENDED,
		       &answer) &&
	       session_appended(
		       session, what->type, HEARD(&answer, JOURNAL_APPENDED));
}

bool session_append_pair(
	struct session *session, enum entry_type type, int first, int second)
{
	const struct journal_append what = { .type = (uint16_t)type };
	const int list[] = { first, second };
	return session_append(session, &what, list, second < 0 ? 1 : 2);
}

bool session_define(struct session *session, struct wire_said said,
	const int *list, size_t count, enum wire_type expected,
	struct wire_message *answer)
{
	struct peer define;
	bool read;
	if (!session_start_role(session, &define, ROLE_DEFINE, NULL, 0))
		return false;
	read = session_ask(
		session, &define, said, list, count, expected, answer);
	peer_stop(&define);
	return read;
}

struct define_facts session_facts(const struct session *session)
{
	return (struct define_facts){
		.ak = session->machine.ak,
		.srk = session->machine.srk,
		.phase = session->machine.phase,
	};
}

bool session_entry(struct session *session, uint64_t entry,
	struct journal_entry *out, int *list)
{
	const struct journal_get body = { entry };
	struct wire_message answer;
	*list = -1;
	if (!session_ask(session, &session->journal, SAY(JOURNAL_GET, &body),
		    NULL, 0, JOURNAL_ENTRY, &answer))
		return false;
	*out = *HEARD(&answer, JOURNAL_ENTRY);
	*list = answer.descriptor[0];
	return true;
}

/* --- the election --- */

bool session_read_election(struct session *session)
{
	const struct define_facts facts = session_facts(session);
	const struct journal_folded *folded = &session->folded;
	struct journal_entry entry;
	struct wire_message answer;
	int list[3] = { -1, -1, -1 };
	const bool later = folded->sealed_software != UINT64_MAX;
	const bool read =
		session_entry(session, folded->sealed, &entry, &list[0]) &&
		session_entry(session, folded->enrolled, &entry, &list[1]) &&
		(!later || session_entry(session, folded->sealed_software,
				   &entry, &list[2])) &&
		session_define(session, SAY(DEFINE_LOAD, &facts), list,
			later ? 3 : 2, DEFINE_ELECTION, &answer);
	for (size_t i = 0; i < 3; i++)
		if (list[i] >= 0)
			close(list[i]);
	if (!read)
		return false;
	if (session->has_election) {
		close(session->plan);
		close(session->names);
	}
	session->election = *HEARD(&answer, DEFINE_ELECTION);
	session->plan = answer.descriptor[0];
	session->names = answer.descriptor[1];
	session->has_election = true;
	return true;
}

bool session_phase(struct session *session)
{
	const struct keys_phase wanted = {
		session->election.phase + state_phases(session->state),
	};
	struct wire_message answer;
	if (!session_ask(session, &session->keys, SAY(KEYS_PHASE, &wanted),
		    NULL, 0, KEYS_PHASED, &answer))
		return false;
	if (HEARD(&answer, KEYS_PHASED)->phase == wanted.phase)
		return true;
	return session_refuse(
		session, "the TPM's phase counter is not where the journal is");
}

bool session_has_journal(const struct session *session)
{
	return session->state != STATE_BLANK && session->state != STATE_FAILED;
}

bool session_certify(struct session *session, const struct digest *qualifying,
	bool released, int *list)
{
	const struct keys_certify body = { *qualifying, released };
	struct wire_message answer;
	if (!session_ask(session, &session->keys, SAY(KEYS_CERTIFY, &body),
		    NULL, 0, KEYS_MEMBERS, &answer))
		return false;
	*list = answer.descriptor[0];
	return true;
}

static void put_challenge(struct session *session, struct text_writer *text,
	const struct wire_text *nonce, size_t nonces,
	const struct counted_boxes *counted)
{
	static const struct tpm_name no_name = { { 0x00, 0x0b } };
	static const struct counted_boxes nothing_counted;
	static const struct digest none;
	const struct journal_folded *folded = &session->folded;
	const bool journal = session_has_journal(session);
	const bool known = session->has_election;
	const bool frozen = session->state >= STATE_OPEN &&
			    session->state <= STATE_RELEASED;
	const struct digest *definition =
		known ? &session->election.definition : &none;
	const struct digest *root =
		frozen ? &folded->frozen_root : &folded->root;
	text_put(text, CHALLENGE_ELECTION,
		bytes_of_text(known ? session->election.id.line : "-"));
	for (size_t i = 0; i < nonces; i++)
		if (nonce[i].line[0] != '\0')
			text_put(text, CHALLENGE_NONCE,
				bytes_of_text(nonce[i].line));
	text_put(text, CHALLENGE_DEFINITION,
		bytes_of(definition->byte, SHA256_SIZE));
	text_put(text, CHALLENGE_AK, tpm_name_bytes(&session->machine.ak));
	text_put(text, CHALLENGE_RK,
		tpm_name_bytes(known ? &session->election.rk : &no_name));
	text_put_number(text, CHALLENGE_CHECKPOINT_SIZE,
		frozen ? folded->frozen_size : folded->size);
	text_put(text, CHALLENGE_CHECKPOINT_ROOT,
		bytes_of(root->byte, SHA256_SIZE));
	text_put_number(
		text, CHALLENGE_JOURNAL_SIZE, journal ? folded->anchored : 0);
	text_put(text, CHALLENGE_JOURNAL_ANCHOR,
		bytes_of((journal ? &folded->anchor : &none)->byte,
			SHA256_SIZE));
	text_put_number(
		text, CHALLENGE_REVOCATION, session->machine.revocation);
	if (counted == NULL)
		counted = &nothing_counted;
	text_put(text, CHALLENGE_RESULT,
		bytes_of(counted->result.byte, SHA256_SIZE));
	text_put(text, CHALLENGE_HEADERS,
		bytes_of(counted->headers.byte, SHA256_SIZE));
}

/* The firmware's log lies in a memfd as it was; it becomes an item. */
static bool put_event_log(const struct session *session, struct writer *items)
{
	struct bytes log;
	if (memfd_map(session->event_log, ITEMS_MOST, &log) != NULL)
		return false;
	write_item(items, ITEM_PUBLIC, MEMBER_EVENT_LOG, log);
	memfd_unmap(&log);
	return true;
}

bool session_challenge(struct session *session, const struct wire_text *nonce,
	size_t nonces, const struct counted_boxes *counted, int *list,
	struct digest *qualifying)
{
	static uint8_t challenge_space[CHALLENGE_SPACE];
	static uint8_t items_space[256 * 1024];
	struct writer challenge =
		writer_of(challenge_space, sizeof(challenge_space));
	struct writer items = writer_of(items_space, sizeof(items_space));
	struct text_writer text =
		text_begin(&statement_form[STATEMENT_CHALLENGE],
			session->election.rehearsal != 0, &challenge);
	refusal why;
	put_challenge(session, &text, nonce, nonces, counted);
	why = text_end(&text);
	if (why != NULL)
		return session_refuse(session, why);
	*qualifying = sha256(written(&challenge));
	write_item(&items, ITEM_PUBLIC, MEMBER_CHALLENGE, written(&challenge));
	if (!put_event_log(session, &items))
		return session_refuse(session, "the event log is unreadable");
	*list = memfd_written(&items);
	return *list >= 0 ||
	       session_refuse(session, "the event log is too large");
}
