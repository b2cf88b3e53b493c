/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the processes talk: one constant table, made of messages.h.
 *
 * Every message is one SOCK_SEQPACKET datagram: a 16-bit type, then its body,
 * each member at its fixed size, so that a type has exactly one length. Bulk
 * travels beside it as fully sealed memfds. All talk is between the supervisor
 * and one role; the supervisor asks, the role answers (the media role may also
 * speak up by itself). The table's rows say for each type who sends it to whom,
 * which open question it answers, its body and its number of descriptors.
 * wire_receive() accepts nothing else: unknown type, wrong sender, no such
 * question, wrong length, a missing or further descriptor, bytes left over, or
 * a text or blob that is not sound. The caller then ends the session.
 */
#ifndef SANDOQ_MACHINE_WIRE_H
#define SANDOQ_MACHINE_WIRE_H

#include "appliance/machine/messages.h"

struct wire_message {
	enum wire_type type;
	union wire_body body;
	int descriptor[WIRE_DESCRIPTORS_MOST]; /* owned; -1 when none */
};

/*
 * The body of a message that was received, by the name that it must have: a
 * pointer to the struct of that name's row. Any other message ends the process,
 * so the type is asked first where there may be several.
 */
#define HEARD(message, name)                                                   \
	(wire_insist((message), name), &(message)->body.name)
void wire_insist(const struct wire_message *, enum wire_type);

struct wire_row {
	enum wire_type type;
	const char *name;
	enum role from; /* one end is always the supervisor */
	enum role to;
	/* The questions that it answers; none: it is a question itself. */
	enum wire_type answers[WIRE_ANSWERS_MOST];
	uint8_t descriptors_least;
	uint8_t descriptors_most;
	/* They are devices or processes; else sealed memfds. */
	bool device;
	const struct layout *(*body)(void);
};

extern const struct wire_row wire_table[];
extern const size_t wire_table_size;

const struct wire_row *wire_row_of(enum wire_type);
const char *role_name(enum role);
/* Bytes of a datagram of this type. */
size_t wire_size(const struct wire_row *);

/* Pure: the datagram's bytes. */
void wire_encode(struct writer *, struct wire_said);
refusal wire_decode(struct bytes datagram, enum wire_type *, void *body);

/* One end of a socket, and the question that is open on it (0: none). */
struct wire_end {
	int socket;
	enum role self;
	enum role peer;
	enum wire_type asked;
};

/*
 * Sends; descriptors stay the caller's. NULL, or why it could not: the type
 * is not this end's to send now, or the peer is gone.
 */
refusal wire_send(struct wire_end *, struct wire_said, const int *descriptor,
	size_t count);

/*
 * Waits at most `milliseconds` (-1: for ever) for one message that the table
 * allows here and now. The body is decoded into `out`; its descriptors are
 * the caller's. On refusal none is left open.
 */
refusal wire_receive(
	struct wire_end *, int milliseconds, struct wire_message *out);
/* What it says when the time is up; the question is still open then. */
extern const char wire_no_answer[];

/* Closes what a message brought and the caller has not taken (set to -1). */
void wire_close(struct wire_message *);

/* What a notice says in English, as documents have it; cut to its size. */
struct wire_text text_of_notice(const struct notice *);
/* Wipes and sets a wire_text, cut to its size. */
void wire_text_set(struct wire_text *, const char *);

#endif
