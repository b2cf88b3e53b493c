/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A role, seen from whoever started it: a process and one open question.
 */
#ifndef SANDOQ_MACHINE_PEER_H
#define SANDOQ_MACHINE_PEER_H

#include "appliance/machine/spawn.h"
#include "appliance/machine/wire.h"

struct peer {
	struct spawned process;
	struct wire_end end;
};

enum answer {
	ANSWERED,
	ANSWER_REFUSED, /* the role said why, or its medium kept it waiting */
	ANSWER_BROKEN,	/* the wire table was broken, or the role ended */
};

/* Starts a role with its descriptors, which stay the caller's. */
refusal peer_start(struct peer *, enum role, enum sandbox_setting,
	const int *granted, size_t count);
/*
 * Asks the starter for a count role with this box, whose descriptor stays the
 * caller's. Before anything else is asked of the starter, peer_started waits
 * for its answer; what the role is told meanwhile waits for it. False with
 * `why` when there is none.
 */
bool peer_ask_count(
	struct peer *starter, int box, struct peer *, struct notice *why);
bool peer_started(struct peer *starter, struct peer *, struct notice *why);
/* Kills and reaps it. A peer that never started is left alone. */
void peer_stop(struct peer *);

/*
 * Sends one message. A role that cannot be told is heard no more, and ends, if
 * it has not gone: peer_next then says why, by what it said last or by how it
 * ended.
 */
void peer_tell(
	struct peer *, struct wire_said, const int *descriptor, size_t count);
/*
 * Sends a question and waits for one message, whose descriptors become the
 * caller's. `why` says what was broken, if anything.
 */
enum answer peer_ask(struct peer *, struct wire_said, const int *descriptor,
	size_t count, struct wire_message *out, struct notice *why);
/* A further message of an answer that has several. */
enum answer peer_next(
	struct peer *, struct wire_message *out, struct notice *why);

#endif
