/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/machine/peer.h"

#include "appliance/machine/memfd.h"
#include "appliance/record/items.h"

#include <sys/socket.h>
#include <unistd.h>

/* Long enough for a slow TPM and a full medium; nothing waits for ever. */
enum { ANSWER_MILLISECONDS = 120000, END_MILLISECONDS = 2000 };

refusal peer_start(struct peer *peer, enum role role,
	enum sandbox_setting setting, const int *granted, size_t count)
{
	const refusal why = spawn_role(
		role_name(role), setting, granted, count, &peer->process);
	peer->end = (struct wire_end){ .socket = peer->process.socket,
		.self = ROLE_SUPERVISOR,
		.peer = role };
	return why;
}

static void refuse(struct notice *out, refusal why)
{
	*out = notice_of(notice_refusal(why));
}

bool peer_ask_count(
	struct peer *starter, int box, struct peer *peer, struct notice *why)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
		refuse(why, "a socket for a role could not be made");
		return false;
	}
	*peer = (struct peer){
		.process = { .pid = -1, .pidfd = -1, .socket = pair[0] },
		.end = { .socket = pair[0],
			.self = ROLE_SUPERVISOR,
			.peer = ROLE_COUNT },
	};
	const int descriptor[] = { pair[1], box };
	peer_tell(starter, SAY(STARTER_COUNT, &nothing), descriptor, 2);
	close(pair[1]);
	return true;
}

static bool hear_starter(
	struct peer *starter, struct spawned *out, struct notice *why)
{
	struct wire_message answer;
	if (peer_next(starter, &answer, why) != ANSWERED)
		return false;
	if (answer.type != STARTER_STARTED) {
		wire_close(&answer);
		refuse(why, "the starter gave another answer");
		return false;
	}
	out->pid = (pid_t)HEARD(&answer, STARTER_STARTED)->pid;
	out->pidfd = answer.descriptor[0];
	return true;
}

bool peer_started(struct peer *starter, struct peer *peer, struct notice *why)
{
	const bool started = hear_starter(starter, &peer->process, why);
	if (!started)
		close(peer->process.socket);
	return started;
}

void peer_stop(struct peer *peer)
{
	siginfo_t end;
	if (peer->process.pid <= 0)
		return;
	spawn_end(&peer->process, &end);
	peer->process.pid = 0;
}

void peer_tell(struct peer *peer, struct wire_said said, const int *descriptor,
	size_t count)
{
	if (wire_send(&peer->end, said, descriptor, count) != NULL)
		shutdown(peer->end.socket, SHUT_RDWR);
}

/*
 * Which message was refused, as far as it said what it is; a role that is gone
 * says more by how it ended.
 */
static void explain(
	struct peer *peer, enum wire_type type, refusal why, struct notice *out)
{
	const struct wire_row *row = wire_row_of(type);
	siginfo_t end;
	*out = notice_of(
		notice_text(NOTICE_THE_ROLE, role_name(peer->end.peer)));
	if (row != NULL)
		notice_add(out, notice_text(NOTICE_TEXT, row->name));
	notice_add(out, notice_refusal(why));
	if (!spawn_reap(&peer->process, END_MILLISECONDS, &end))
		return;
	notice_add(out, notice_refusal(spawn_end_text(&end)));
	close(peer->process.pidfd);
	close(peer->process.socket);
	peer->process.pid = 0;
}

/*
 * A role says why in parts of a notice, and may not say where they stand. Only
 * those that have the disk and the TPM speak of these.
 */
static refusal check_reason(
	const struct peer *peer, const struct wire_message *message)
{
	const bool trusted =
		peer->end.peer == ROLE_JOURNAL || peer->end.peer == ROLE_KEYS;
	if (message->type == REFUSED)
		return notice_check_parts(HEARD(message, REFUSED), trusted);
	if (message->type == UNABLE)
		return notice_check_parts(HEARD(message, UNABLE), trusted);
	return NULL;
}

/*
 * Before anything is relayed: nobody else has to trust what a role hands out,
 * and what is larger than a list takes no memory for longer than this.
 */
static refusal check_bulk(const struct wire_message *message)
{
	for (size_t i = 0; i < WIRE_DESCRIPTORS_MOST; i++)
		if (message->descriptor[i] >= 0 &&
			!wire_row_of(message->type)->device &&
			memfd_check(message->descriptor[i], ITEMS_MOST) != NULL)
			return "a message with a memfd that is not sealed, or "
			       "too large";
	return NULL;
}

/*
 * These wait for a stick, and a stick can keep them waiting: it is slow, it
 * breaks, or it was made for that. It is refused then, as any that cannot be
 * read, and the process is killed with what it was asked.
 */
static bool waits_for_a_stick(enum role role)
{
	return role == ROLE_INTAKE || role == ROLE_PUBLISH;
}

enum answer peer_next(
	struct peer *peer, struct wire_message *out, struct notice *why)
{
	refusal refused = wire_receive(&peer->end, ANSWER_MILLISECONDS, out);
	if (refused == wire_no_answer && waits_for_a_stick(peer->end.peer)) {
		refuse(why, "the medium is too slow, or broken: insert it "
			    "again, or bring another");
		return ANSWER_REFUSED;
	}
	if (refused == NULL) {
		refused = check_bulk(out);
		if (refused == NULL)
			refused = check_reason(peer, out);
		if (refused != NULL)
			wire_close(out);
	}
	if (refused != NULL) {
		explain(peer, out->type, refused, why);
		return ANSWER_BROKEN;
	}
	if (out->type == UNABLE) {
		*why = *HEARD(out, UNABLE);
		return ANSWER_BROKEN;
	}
	if (out->type != REFUSED)
		return ANSWERED;
	*why = *HEARD(out, REFUSED);
	return ANSWER_REFUSED;
}

enum answer peer_ask(struct peer *peer, struct wire_said said,
	const int *descriptor, size_t count, struct wire_message *out,
	struct notice *why)
{
	const refusal refused = wire_send(&peer->end, said, descriptor, count);
	if (refused == NULL)
		return peer_next(peer, out, why);
	explain(peer, said.type, refused, why);
	return ANSWER_BROKEN;
}
