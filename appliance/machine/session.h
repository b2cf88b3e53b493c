/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One boot of the machine, from the supervisor's side: what its parts share.
 *
 *   supervisor.c      start the roles, unlock the journal, choose the boot
 *   courier_boot.c    media in, evidence out (courier.h has its parts)
 *   counting_boot.c   count, close, sign
 *   headers.c         the new headers of the boxes that a count has opened
 *   software.c        approve later software, revoke earlier
 *   completeness.c    say which boxes have come
 *   facts.c           load the election and say which it is, and its digests
 *   session.c         journal and election; what both boots need
 *
 * A step is a function that gives false when it did not happen. Then
 * session->why says why, and session->broken whether a role broke the wire
 * table or died: that ends the boot at once. Otherwise the machine is as it
 * was before the step.
 */
#ifndef SANDOQ_MACHINE_SESSION_H
#define SANDOQ_MACHINE_SESSION_H

#include "appliance/machine/peer.h"
#include "appliance/record/journal.h"

struct session {
	enum sandbox_setting setting;
	struct peer journal;
	struct peer keys;
	struct peer media;
	struct peer console;
	int event_log; /* memfd of the firmware's log */

	enum machine_state state;
	struct notice why; /* parts alone */
	bool broken;

	struct keys_started machine;
	struct journal_folded folded;
	/* Other software than runs was approved in this boot. */
	bool superseded;
	/* An election was abandoned in this boot. */
	bool restarts;
	/* Of the last medium: it went before anybody could read why. */
	bool keeps_refusal;
	/* One that came while the last was asked for; it is taken next. */
	bool has_next;
	int next;
	/* Of the last medium: boxes that were not taken. */
	uint64_t boxes_refused;
	/* Boxes that are due and have not come, as the define role said last.
	 */
	uint64_t boxes_missing;
	/* Whether an election is loaded; then these are memfds of it. */
	bool has_election;
	struct election election;
	int plan;
	int names; /* of its stations: define_names.c */
};

/* What a count came to: SHA-256 of its text, root of the boxes' new headers. */
struct counted_boxes {
	struct digest result;
	struct digest headers;
};

/* The two kinds of boot, once the session is loaded. */
bool courier_boot(struct session *);
bool counting_boot(struct session *);

/* What a medium of kind software or revocation brings: a list of items. */
bool take_software(struct session *, int brought);
bool take_revocation(struct session *, int brought);
/* Does what a power cut kept the TPM from, after the journal had it. */
bool finish_software(struct session *);
/*
 * Locks the TPM's owner and writes that into the journal: the end of an
 * enrolment, or of one whose power was cut. Where that cannot be, the TPM has
 * to be cleared: the reason says so.
 */
bool finish_enrolment(struct session *);

/*
 * Says which boxes of the election have come; with a result, which are counted.
 * `result` is a memfd, or -1. False only when the session is broken: that it
 * cannot be told is said, too.
 */
bool session_say_delivery(struct session *, int result);

/* What a telephone can read of the screen in this state. */
bool session_say_digest(struct session *);

/* Shared steps. */

/* Shown, and written to the serial port. What it is called in the table. */
void session_say(struct session *, struct notice_part);
void session_say_all(struct session *, const struct notice *);
/* Only some hundred times on the way from 0 to `second`. */
void session_say_progress(struct session *, struct notice_part);
/* The notice, and behind it session->why. */
void session_say_why(struct session *, struct notice_part);
/* False, always: a step's answer. */
bool session_refuse(struct session *, refusal why);
bool session_refuse_as(struct session *, struct notice_part);
/* The row that names the machine's state. */
unsigned session_state_word(const struct session *);
/*
 * Asks a role and insists on one type of answer. Descriptors of the answer
 * are the caller's.
 */
bool session_ask(struct session *, struct peer *, struct wire_said,
	const int *descriptor, size_t count, enum wire_type expected,
	struct wire_message *answer);
/* For questions that are answered by DONE. */
bool session_tell(struct session *, struct peer *, struct wire_said);
/* Starts a role for one task; false when it cannot be. */
bool session_start_role(struct session *, struct peer *, enum role,
	const int *granted, size_t count);
/* One question to a fresh define process. */
bool session_define(struct session *, struct wire_said, const int *list,
	size_t count, enum wire_type expected, struct wire_message *answer);
/* What its texts are compared with. */
struct define_facts session_facts(const struct session *);
/*
 * Takes over what the journal's fold says now, and brings the TPM's anchor to
 * it if that is due.
 */
bool session_folded(struct session *, const struct journal_folded *);
/*
 * The same after an entry of this type was written. Refused, and the session
 * is broken, when it is not one entry more in the state that the type's row in
 * the journal's table leads to: the journal role lied now or before.
 */
bool session_appended(
	struct session *, unsigned type, const struct journal_folded *);
/* Writes an entry of up to three lists, anchors it if its type is anchored. */
bool session_append(struct session *, const struct journal_append *,
	const int *list, size_t count);
/* The same of a plain entry; `second` may be -1. */
bool session_append_pair(
	struct session *, enum entry_type, int first, int second);
/* The payload of an entry: a memfd that is the caller's. */
bool session_entry(
	struct session *, uint64_t entry, struct journal_entry *, int *list);
/* Reads the sealed election from the journal. */
bool session_read_election(struct session *);
/*
 * And says beside the large line which it is, on which machine, and that it is
 * a rehearsal; and gives it to the keys role.
 */
bool session_load_election(struct session *);
/* Brings the TPM's anchor to where the journal's chain is. */
bool session_anchor(struct session *, const struct digest *chain);
/* Moves the phase counter to where the journal's state wants it. */
bool session_phase(struct session *);
/* Not when it is blank, or has failed and may not even read it. */
bool session_has_journal(const struct session *);
/*
 * The AK's word for the journal's anchor, over a challenge or over the result
 * that RK has signed: a memfd that is the caller's.
 */
bool session_certify(struct session *, const struct digest *qualifying,
	bool released, int *list);
/*
 * Composes the challenge text: its items are a memfd, its digest what the
 * quote qualifies. `nonce` are lines, empty ones are none. `counted` is NULL,
 * or what the count came to that is being closed.
 */
bool session_challenge(struct session *, const struct wire_text *nonce,
	size_t nonces, const struct counted_boxes *counted, int *list,
	struct digest *qualifying);

#endif
