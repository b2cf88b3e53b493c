/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/hostile.h"

#include <string.h>
#include <sys/socket.h>

enum { DATAGRAM_MOST = 1 << 15 };

static bool answers(const struct wire_row *row, enum wire_type asked)
{
	if (asked == 0)
		return false;
	for (size_t i = 0; i < WIRE_ANSWERS_MOST; i++)
		if (row->answers[i] == asked)
			return true;
	return row->from == ROLES;
}

bool hostile_is_allowed(const struct hostile *attempt)
{
	const struct wire_row *row = wire_row_of(attempt->type);
	const bool question = row->from != ROLES && row->answers[0] == 0;
	const bool sender = row->to == attempt->self &&
			    (row->from == attempt->peer || row->from == ROLES);
	return sender && (question || answers(row, attempt->asked)) &&
	       attempt->length == wire_size(row) &&
	       attempt->descriptors >= row->descriptors_least &&
	       attempt->descriptors <= row->descriptors_most;
}

bool hostile_send(int socket, const struct hostile *attempt)
{
	static uint8_t datagram[DATAGRAM_MOST];
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(
			sizeof(int) * (WIRE_DESCRIPTORS_MOST + 1))];
	} control = { 0 };
	struct iovec part = { datagram, attempt->length };
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1 };
	const size_t size = sizeof(int) * attempt->descriptors;
	datagram[0] = (uint8_t)(attempt->type >> 8);
	datagram[1] = (uint8_t)attempt->type;
	datagram[2] = (uint8_t)(attempt->first >> 8);
	datagram[3] = (uint8_t)attempt->first;
	if (attempt->descriptors > 0) {
		header.msg_control = control.space;
		header.msg_controllen = CMSG_SPACE(size);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(size);
		for (size_t i = 0; i < attempt->descriptors; i++)
			memcpy(CMSG_DATA(&control.header) + i * sizeof(int),
				&socket, sizeof(int));
	}
	return sendmsg(socket, &header, MSG_NOSIGNAL) ==
	       (ssize_t)attempt->length;
}
