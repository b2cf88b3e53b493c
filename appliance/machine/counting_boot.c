/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The counting boot: no medium is bound. Open: count twice, close with a
 * quote. Approved: count again, sign. Either way the machine then restarts.
 */
#include "appliance/machine/headers.h"
#include "appliance/machine/stations.h"

#include "appliance/formats/crypto.h"
#include "appliance/formats/note.h"
#include "appliance/machine/memfd.h"
#include "appliance/record/items.h"
#include "appliance/record/members.h"

#include <string.h>
#include <unistd.h>

enum {
	PASSES = 2,
	/* While the TPM opens one, others are checked, counted and read. */
	BOXES_AT_ONCE = 4,
};

/* The boxes of the journal, in the order of the count. */
struct walk {
	struct session *session;
	const struct count_order *order;
	size_t next;
	/* NULL when none are made in this boot. */
	struct headers *headers;
	struct stations *stations;
	const struct count_outcome *outcome;
	bool last;
};

/* The journal's boxes lie there as they came. False: the session says why. */
static bool order_boxes(struct session *session, struct count_order *order)
{
	for (uint64_t i = session->folded.sealed; i < session->folded.opened;
		i++) {
		struct journal_entry entry;
		int list;
		if (!session_entry(session, i, &entry, &list))
			return false;
		close(list);
		const struct count_order_box box = { i, entry.station,
			entry.sequence };
		if (entry.type == ENTRY_BOX && !count_order_add(order, &box))
			return session_refuse(session,
				"there is no memory for the order of the "
				"boxes");
	}
	count_order_sort(order);
	return true;
}

static enum next_box next_box(
	void *context, struct count_place *place, int *box, struct notice *why)
{
	struct walk *walk = context;
	if (walk->next == walk->order->count)
		return BOX_NONE_LEFT;
	const struct count_order_box *wanted = &walk->order->box[walk->next++];
	struct journal_entry entry;
	if (!session_entry(walk->session, wanted->entry, &entry, box)) {
		*why = walk->session->why;
		return BOX_TROUBLE;
	}
	*place = (struct count_place){ .leaf = entry.leaf,
		.station = entry.station,
		.sequence = entry.sequence,
		.text = entry.text };
	if (entry.type == ENTRY_BOX && entry.station == wanted->station &&
		entry.sequence == wanted->sequence)
		return BOX_IS_NEXT;
	close(*box);
	*why = notice_of(notice_refusal(
		"the journal role gave another box than before"));
	return BOX_TROUBLE;
}

/* The file key, and the new header that came with it if one was wanted. */
static enum opened take_opened(struct walk *walk, uint64_t leaf,
	struct keys_opened *opened, bool wanted, struct count_key *key,
	struct notice *why)
{
	const bool taken =
		!wanted || headers_take(walk->headers, leaf,
				   bytes_of(opened->header, opened->size));
	key->has_station = 1;
	key->station = opened->key;
	wipe(opened, sizeof(*opened));
	if (!taken)
		*why = walk->session->why;
	return taken ? STANZA_OPENED : STANZA_TROUBLE;
}

static enum opened open_stanza(void *context, const struct count_place *place,
	const struct count_stanza *asked, struct count_key *key,
	struct notice *why)
{
	struct walk *walk = context;
	struct session *session = walk->session;
	const bool wanted = walk->last && walk->headers != NULL &&
			    headers_wanted(walk->headers, place->leaf);
	const struct keys_box body = { asked->stanza, wanted };
	struct wire_message answer;
	const enum answer got = peer_ask(
		&session->keys, SAY(KEYS_BOX, &body), NULL, 0, &answer, why);
	if (got == ANSWERED && answer.type == KEYS_VOID)
		return STANZA_VOID;
	if (got != ANSWERED || answer.type != KEYS_OPENED) {
		session->broken |= got == ANSWER_BROKEN;
		return STANZA_TROUBLE;
	}
	return take_opened(walk, place->leaf, HEARD(&answer, KEYS_OPENED),
		wanted, key, why);
}

static void tell(void *context, const struct count_told *told)
{
	struct walk *walk = context;
	if (walk->headers != NULL && !walk->last)
		headers_told(walk->headers, told);
	session_say_progress(
		walk->session, NOTICE_PART(COUNTING, .first = told->boxes,
				       .second = walk->order->count,
				       .third = walk->last ? PASSES : 1));
}

/* Both passes read them, and so have to agree; the last one keeps them. */
static bool take_piece(void *context, int piece, struct notice *why)
{
	struct walk *walk = context;
	const bool taken =
		!walk->last ||
		stations_take(walk->stations, &walk->outcome->digest, piece);
	if (!taken)
		*why = walk->session->why;
	return taken;
}

/* `revocation`: R when the count was closed, whatever it is now. */
static struct count_task task_of(
	const struct session *session, uint64_t revocation)
{
	const struct election *election = &session->election;
	struct count_task task = {
		.at_once = BOXES_AT_ONCE,
		.setting = session->setting,
		.plan = session->plan,
		.terms = { .definition = election->definition,
			.bk = election->bk,
			.recipients = election->recipients,
			.id = election->id },
		.close = { .ak = election->ak,
			.bk = election->bk,
			.rk = election->rk,
			.size = session->folded.frozen_size,
			.root = session->folded.frozen_root,
			.phase = election->phase + state_phases(STATE_CLOSED),
			.revocation = revocation },
	};
	memcpy(task.terms.bk_point, election->bk_point, P256_POINT_SIZE);
	memcpy(task.terms.key_point, election->bk_point, P256_POINT_SIZE);
	return task;
}

static bool agree(
	const struct count_outcome *one, const struct count_outcome *other)
{
	return digest_equal(&one->digest, &other->digest) &&
	       digest_equal(&one->pieces, &other->pieces);
}

/*
 * Counts in fresh processes each time; both passes must agree. The last one
 * makes headers and keeps the stations' parts, unless that is NULL.
 */
static bool count_in_order(struct session *session, uint64_t revocation,
	const struct count_order *order, struct headers *headers,
	struct stations *stations, struct count_outcome *last)
{
	const struct count_task task = task_of(session, revocation);
	struct count_outcome first;
	for (unsigned pass = 0; pass < PASSES; pass++) {
		struct walk walk = { .session = session,
			.order = order,
			.headers = headers,
			.stations = stations,
			.outcome = last,
			.last = pass + 1 == PASSES };
		const struct count_source source = { .context = &walk,
			.next = next_box,
			.open = open_stanza,
			.told = tell,
			.piece = stations != NULL ? take_piece : NULL };
		if (!count_boxes(&task, &source, last, &session->why))
			return false;
		session_say(session, NOTICE_PART(COUNTED, .first = pass + 1,
					     .second = last->counted,
					     .third = last->voided));
		if (pass == 0)
			first = *last;
		if (!agree(&first, last))
			return session_refuse(
				session, "the two counts do not agree");
		if (pass + 1 < PASSES)
			close(last->result);
	}
	return session_say_delivery(session, last->result);
}

static bool count_twice(struct session *session, uint64_t revocation,
	struct headers *headers, struct stations *stations,
	struct count_outcome *last)
{
	struct count_order order = { 0 };
	const bool counted = order_boxes(session, &order) &&
			     count_in_order(session, revocation, &order,
				     headers, stations, last);
	count_order_free(&order);
	return counted;
}

/* Approvals as the journal has them, read again by a fresh process. */
static bool read_approvals(struct session *session, struct wire_said said,
	const uint64_t *entries, size_t count, struct define_approvals *out)
{
	int list[WIRE_DESCRIPTORS_MOST] = { -1, -1, -1, -1 };
	struct journal_entry entry;
	struct wire_message answer;
	struct peer define = { .process = { .pid = 0 } };
	bool read = true;
	for (size_t i = 0; read && i < count; i++)
		read = session_entry(session, entries[i], &entry, &list[i]);
	read = read &&
	       session_start_role(session, &define, ROLE_DEFINE, NULL, 0) &&
	       session_ask(session, &define, said, list, count,
		       DEFINE_APPROVALS, &answer);
	peer_stop(&define);
	for (size_t i = 0; i < count; i++)
		if (list[i] >= 0)
			close(list[i]);
	if (read)
		*out = *HEARD(&answer, DEFINE_APPROVALS);
	return read;
}

static bool load_open(struct session *session, struct define_approvals *out)
{
	const struct journal_folded *folded = &session->folded;
	const uint64_t entries[] = { folded->opened, folded->sealed };
	const struct define_open body = {
		.election = session->election,
		.size = folded->frozen_size,
		.root = folded->frozen_root,
	};
	return read_approvals(
		       session, SAY(DEFINE_OPEN, &body), entries, 2, out) &&
	       session_tell(session, &session->keys,
		       SAY(KEYS_APPROVALS, &out->given));
}

static bool load_release(struct session *session, struct define_approvals *out)
{
	const struct journal_folded *folded = &session->folded;
	const uint64_t entries[] = { folded->approved, folded->sealed,
		folded->closed };
	const struct define_release body = {
		.election = session->election,
		.size = folded->frozen_size,
		.root = folded->frozen_root,
	};
	return read_approvals(
		       session, SAY(DEFINE_RELEASE, &body), entries, 3, out) &&
	       session_tell(session, &session->keys,
		       SAY(KEYS_APPROVALS, &out->given));
}

static bool append_closed(
	struct session *session, int challenge, const struct digest *qualifying)
{
	const struct journal_append what = { .type = ENTRY_CLOSED };
	const struct keys_quote body = { *qualifying };
	struct wire_message quote;
	int list[3] = { challenge, -1, -1 };
	bool appended;
	if (!session_ask(session, &session->keys, SAY(KEYS_QUOTE, &body), NULL,
		    0, KEYS_MEMBERS, &quote))
		return false;
	list[1] = quote.descriptor[0];
	appended = session_certify(session, qualifying, false, &list[2]) &&
		   session_append(session, &what, list, 3);
	wire_close(&quote);
	if (list[2] >= 0)
		close(list[2]);
	return appended;
}

/* Counts; the result is a digest here, the headers are in the journal. */
static bool count_to_close(struct session *session, struct counted_boxes *out)
{
	struct headers headers;
	struct count_outcome count;
	bool counted = headers_begin(session, &headers) &&
		       count_twice(session, session->machine.revocation,
			       &headers, NULL, &count);
	if (counted) {
		out->result = count.digest;
		close(count.result);
		counted = headers_end(&headers, &out->headers);
	}
	headers_free(&headers);
	return counted;
}

static bool close_count(
	struct session *session, const struct define_approvals *open)
{
	struct counted_boxes counted;
	struct digest qualifying;
	int challenge;
	bool closed;
	if (!count_to_close(session, &counted) ||
		!session_challenge(session, open->nonce, QUORUM_MOST, &counted,
			&challenge, &qualifying))
		return false;
	closed = append_closed(session, challenge, &qualifying);
	close(challenge);
	return closed && session_phase(session);
}

/* The result's head and RK's signature, as a note; and that note's digest. */
static int result_note(const struct session *session, int result,
	const struct p256_signature *signature, struct digest *digest)
{
	static uint8_t note_space[ITEMS_MOST];
	static uint8_t items_space[ITEMS_MOST];
	struct writer note = writer_of(note_space, sizeof(note_space));
	struct writer items = writer_of(items_space, sizeof(items_space));
	struct p256_public rk;
	struct note_key key;
	struct bytes text;
	if (p256_from_point(
		    bytes_of(session->election.rk_point, P256_POINT_SIZE),
		    &rk) != NULL ||
		note_key_of("result", &rk, &key) != NULL ||
		memfd_map(result, ITEMS_MOST, &text) != NULL)
		return -1;
	write_note_text(&note, text);
	write_note_signature(&note, &key, signature);
	memfd_unmap(&text);
	*digest = sha256(written(&note));
	write_item(&items, ITEM_PUBLIC, MEMBER_RESULT, written(&note));
	return note.broken ? -1 : memfd_written(&items);
}

/*
 * The anchor is certified over the signed note: a certificate that was made
 * before the signature can be of no use, whatever software ran since.
 */
static bool append_note(
	struct session *session, int note, const struct digest *digest)
{
	const struct journal_append what = { .type = ENTRY_RELEASED };
	int list[2] = { note, -1 };
	bool appended;
	if (!session_certify(session, digest, true, &list[1]))
		return false;
	appended = session_append(session, &what, list, 2);
	close(list[1]);
	return appended;
}

static bool append_released(
	struct session *session, int result, const struct digest *digest)
{
	const struct keys_sign body = { *digest };
	struct digest signed_note;
	struct wire_message answer;
	int note;
	bool appended;
	if (!session_ask(session, &session->keys, SAY(KEYS_SIGN, &body), NULL,
		    0, KEYS_SIGNED, &answer))
		return false;
	note = result_note(session, result,
		&HEARD(&answer, KEYS_SIGNED)->signature, &signed_note);
	if (note < 0)
		return session_refuse(session, "the result does not fit");
	appended = append_note(session, note, &signed_note);
	close(note);
	return appended && session_phase(session);
}

static bool release_count(
	struct session *session, const struct define_approvals *release)
{
	struct stations stations = { session, release->given.result, 0 };
	struct count_outcome count;
	bool released = false;
	if (!count_twice(session, release->revocation, NULL, &stations, &count))
		return false;
	if (digest_equal(&count.digest, &release->given.result))
		released =
			append_released(session, count.result, &count.digest);
	else
		session_refuse(session, "the count is not the one that the "
					"auditors approved");
	close(count.result);
	return released;
}

bool counting_boot(struct session *session)
{
	struct define_approvals open;
	struct define_approvals release;
	session_say(session, NOTICE_PART(COUNTING_BOOT,
				     .first = session_state_word(session)));
	if (!session_tell(session, &session->media, SAY(MEDIA_NONE, &nothing)))
		return false;
	session_say(session, NOTICE_PART(NO_MEDIUM));
	if (!session_say_delivery(session, -1) || !load_open(session, &open))
		return false;
	if (session->state == STATE_OPEN) {
		if (!close_count(session, &open))
			return false;
		session_say(session, NOTICE_PART(CLOSED));
		return true;
	}
	if (!load_release(session, &release) ||
		!release_count(session, &release))
		return false;
	session_say(session, NOTICE_PART(RELEASED));
	return true;
}
