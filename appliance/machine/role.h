/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all roles share: they answer the supervisor, one question at a time.
 */
#ifndef SANDOQ_MACHINE_ROLE_H
#define SANDOQ_MACHINE_ROLE_H

#include "appliance/machine/wire.h"

/*
 * Answers one message. A refusal ends the process: something was said that
 * the table allows and this role cannot make sense of, or the peer is gone.
 */
typedef refusal role_handler(
	void *state, struct wire_end *, struct wire_message *);

struct role_duty {
	enum wire_type type;
	role_handler *handle;
};

struct wire_end role_end(enum role self);

/* Serves until the supervisor goes or says what makes no sense: always 1. */
int role_serve(
	struct wire_end *, const struct role_duty *, size_t count, void *state);

/* Same for one message: false when the service is over. */
bool role_serve_one(
	struct wire_end *, const struct role_duty *, size_t count, void *state);

/* Answers REFUSED: of what, and why; NULL is skipped. */
refusal role_refuse(struct wire_end *, const char *what, refusal why);
refusal role_refuse_all(struct wire_end *, const struct notice *);
/* Sends a message with one memfd of what was written, and closes that. */
refusal role_send_written(
	struct wire_end *, struct wire_said, const struct writer *);

#endif
