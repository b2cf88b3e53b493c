/* SPDX-License-Identifier: Apache-2.0 */
/* Messages over a socket: what wire.h says of sending and receiving. */
#include "appliance/machine/wire.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { DATAGRAM_MOST = 16384 };
_Static_assert(2 + sizeof(union wire_body) <= DATAGRAM_MOST,
	"a body is longer than a datagram may be");

union control {
	struct cmsghdr header;
	char space[CMSG_SPACE(sizeof(int) * WIRE_DESCRIPTORS_MOST)];
};

static bool answers(const struct wire_row *row, enum wire_type asked)
{
	if (row->from == ROLES)
		return asked != 0;
	for (size_t i = 0; i < WIRE_ANSWERS_MOST; i++)
		if (row->answers[i] != 0 && row->answers[i] == asked)
			return true;
	return false;
}

static bool is_answer(const struct wire_row *row)
{
	return row->from == ROLES || row->answers[0] != 0;
}

static bool travels(const struct wire_row *row, enum role from, enum role to)
{
	if (row->from == ROLES)
		return to == ROLE_SUPERVISOR;
	return row->from == from && row->to == to;
}

/* What may pass from one end to the other now; moves the open question. */
static refusal permit(struct wire_end *end, const struct wire_row *row,
	enum role from, enum role to, size_t descriptors)
{
	if (!travels(row, from, to))
		return "a message from the wrong sender";
	if (is_answer(row) && !answers(row, end->asked))
		return "a message that answers no open question";
	if (descriptors < row->descriptors_least)
		return "a message without its descriptor";
	if (descriptors > row->descriptors_most)
		return "a message with an unexpected descriptor";
	if (is_answer(row))
		end->asked = 0;
	else if (row->from == ROLE_SUPERVISOR)
		end->asked = row->type;
	return NULL;
}

static void put_descriptors(struct msghdr *header, union control *control,
	const int *descriptor, size_t count)
{
	struct cmsghdr *rights;
	if (count == 0)
		return;
	header->msg_control = control->space;
	header->msg_controllen = CMSG_SPACE(sizeof(int) * count);
	rights = &control->header;
	rights->cmsg_level = SOL_SOCKET;
	rights->cmsg_type = SCM_RIGHTS;
	rights->cmsg_len = CMSG_LEN(sizeof(int) * count);
	memcpy(CMSG_DATA(rights), descriptor, sizeof(int) * count);
}

refusal wire_send(struct wire_end *end, struct wire_said said,
	const int *descriptor, size_t count)
{
	uint8_t datagram[DATAGRAM_MOST];
	struct writer out = writer_of(datagram, sizeof(datagram));
	union control control = { 0 };
	struct iovec part = { .iov_base = datagram };
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1 };
	const struct wire_row *row = wire_row_of(said.type);
	ssize_t sent;
	refusal why = permit(end, row, end->self, end->peer, count);
	if (why != NULL)
		return why;
	wire_encode(&out, said);
	part.iov_len = out.size;
	put_descriptors(&header, &control, descriptor, count);
	do
		sent = sendmsg(end->socket, &header, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	wipe(datagram, out.size);
	return sent == (ssize_t)out.size ? NULL : "the peer has gone";
}

static size_t take_descriptors(
	struct msghdr *header, int descriptor[WIRE_DESCRIPTORS_MOST])
{
	size_t count = 0;
	for (size_t i = 0; i < WIRE_DESCRIPTORS_MOST; i++)
		descriptor[i] = -1;
	for (struct cmsghdr *rights = CMSG_FIRSTHDR(header); rights != NULL;
		rights = CMSG_NXTHDR(header, rights)) {
		if (rights->cmsg_level != SOL_SOCKET ||
			rights->cmsg_type != SCM_RIGHTS)
			continue;
		count = (rights->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		if (count > WIRE_DESCRIPTORS_MOST)
			count = WIRE_DESCRIPTORS_MOST;
		memcpy(descriptor, CMSG_DATA(rights), count * sizeof(int));
	}
	return count;
}

const char wire_no_answer[] = "no answer in time";

static refusal await(int socket, int milliseconds)
{
	struct pollfd ready = { .fd = socket, .events = POLLIN };
	int found;
	do
		found = poll(&ready, 1, milliseconds);
	while (found < 0 && errno == EINTR);
	if (found == 0)
		return wire_no_answer;
	return (ready.revents & POLLIN) != 0 ? NULL : "the peer has gone";
}

static refusal judge(struct wire_end *end, struct bytes datagram, int flags,
	size_t descriptors, struct wire_message *out)
{
	refusal why;
	if ((flags & MSG_CTRUNC) != 0)
		return "a message with too many descriptors";
	if ((flags & MSG_TRUNC) != 0)
		return "a message of the wrong length";
	why = wire_decode(datagram, &out->type, &out->body);
	if (why != NULL)
		return why;
	return permit(
		end, wire_row_of(out->type), end->peer, end->self, descriptors);
}

refusal wire_receive(
	struct wire_end *end, int milliseconds, struct wire_message *out)
{
	uint8_t datagram[DATAGRAM_MOST];
	union control control = { 0 };
	struct iovec part = { datagram, sizeof(datagram) };
	struct msghdr header = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.space,
		/* The space is padded: one descriptor more would fit. */
		.msg_controllen =
			CMSG_LEN(sizeof(int) * WIRE_DESCRIPTORS_MOST) };
	ssize_t got;
	size_t count;
	refusal why = await(end->socket, milliseconds);
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < WIRE_DESCRIPTORS_MOST; i++)
		out->descriptor[i] = -1;
	if (why != NULL)
		return why;
	/* A peer that went without reading all has reset what it said last. */
	do
		got = recvmsg(end->socket, &header, MSG_CMSG_CLOEXEC);
	while (got < 0 && (errno == EINTR || errno == ECONNRESET));
	if (got < 0)
		return "the peer has gone";
	count = take_descriptors(&header, out->descriptor);
	/* An empty datagram looks like the end, and may bring descriptors. */
	why = got == 0 ? "the peer has gone"
		       : judge(end, bytes_of(datagram, (size_t)got),
				 header.msg_flags, count, out);
	wipe(datagram, (size_t)got);
	if (why != NULL)
		wire_close(out);
	return why;
}

void wire_close(struct wire_message *message)
{
	for (size_t i = 0; i < WIRE_DESCRIPTORS_MOST; i++) {
		if (message->descriptor[i] >= 0)
			close(message->descriptor[i]);
		message->descriptor[i] = -1;
	}
}
