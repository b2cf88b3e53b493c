/*
 * A hostile peer on every socket: each type, in each state, at each length,
 * with each number of descriptors, from each sender. The matrix follows from
 * the table of the wire; only what the table allows is accepted.
 */
#include "appliance/machine/wire.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	PATIENCE = 300,
	ANSWER_PATIENCE = 60000,
	DATAGRAM_MOST = 1 << 15,
	LENGTHS = 6,
	STATES_MOST = 64,
	HIGHEST = 64,
};

/* One end that listens, the question that it has open, and what comes. */
struct attempt {
	enum role self;
	enum role peer;
	enum wire_type asked;
	const struct wire_row *row;
	size_t length;
	size_t descriptors;
};

static size_t longest(void)
{
	size_t most = 0;
	for (size_t i = 0; i < wire_table_size; i++)
		if (wire_size(&wire_table[i]) > most)
			most = wire_size(&wire_table[i]);
	return most;
}

static bool answers(const struct wire_row *row, enum wire_type asked)
{
	if (asked == 0)
		return false;
	for (size_t i = 0; i < WIRE_ANSWERS_MOST; i++)
		if (row->answers[i] == asked)
			return true;
	return row->from == ROLES;
}

/* What the table says of an attempt, in one expression. */
static bool is_allowed(const struct attempt *attempt)
{
	const struct wire_row *row = attempt->row;
	const bool question = row->from != ROLES && row->answers[0] == 0;
	const bool sender = row->to == attempt->self &&
			    (row->from == attempt->peer || row->from == ROLES);
	return sender && (question || answers(row, attempt->asked)) &&
	       attempt->length == wire_size(row) &&
	       attempt->descriptors >= row->descriptors_least &&
	       attempt->descriptors <= row->descriptors_most;
}

static void send_attempt(int socket, const struct attempt *attempt)
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
	datagram[0] = (uint8_t)(attempt->row->type >> 8);
	datagram[1] = (uint8_t)attempt->row->type;
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
	assert_int_equal(
		sendmsg(socket, &header, MSG_NOSIGNAL), attempt->length);
}

static bool has_descriptors(const struct wire_message *message, size_t count)
{
	for (size_t i = 0; i < WIRE_DESCRIPTORS_MOST; i++)
		if ((message->descriptor[i] >= 0) != (i < count))
			return false;
	return true;
}

struct matrix {
	int pair[2];
	size_t tried;
	size_t accepted;
};

static void try(struct matrix *matrix, const struct attempt *attempt)
{
	struct wire_end end = { matrix->pair[1], attempt->self, attempt->peer,
		attempt->asked };
	struct wire_message message;
	send_attempt(matrix->pair[0], attempt);
	const refusal why = wire_receive(&end, ANSWER_PATIENCE, &message);
	const bool accepted = why == NULL;
	const bool sound = accepted ? message.type == attempt->row->type &&
					      has_descriptors(&message,
						      attempt->descriptors)
				    : has_descriptors(&message, 0) &&
					      end.asked == attempt->asked;
	wire_close(&message);
	matrix->tried++;
	matrix->accepted += accepted;
	if (accepted != is_allowed(attempt) || !sound)
		fail_msg("%s to %s: %s, %zu bytes, %zu descriptors, "
			 "question %d: %s",
			role_name(attempt->peer), role_name(attempt->self),
			attempt->row->name, attempt->length,
			attempt->descriptors, (int)attempt->asked,
			accepted ? "accepted" : why);
}

static void try_lengths(struct matrix *matrix, struct attempt attempt)
{
	const size_t exact = wire_size(attempt.row);
	const size_t lengths[LENGTHS] = { 0, 1, exact - 1, exact, exact + 1,
		longest() + 1 };
	for (size_t i = 0; i < LENGTHS; i++)
		for (size_t n = 0; n <= WIRE_DESCRIPTORS_MOST + 1; n++) {
			attempt.length = lengths[i];
			attempt.descriptors = n;
			try(matrix, &attempt);
		}
}

/* The questions that an end may have open: none, or one asked of the role. */
static size_t states_of(enum role role, enum wire_type state[STATES_MOST])
{
	size_t count = 1;
	state[0] = 0;
	for (size_t i = 0; i < wire_table_size; i++)
		if (wire_table[i].to == role) {
			assert_true(count < STATES_MOST);
			state[count++] = wire_table[i].type;
		}
	return count;
}

static void try_end(struct matrix *matrix, enum role self, enum role peer)
{
	const enum role role = self == ROLE_SUPERVISOR ? peer : self;
	enum wire_type state[STATES_MOST];
	const size_t states = states_of(role, state);
	for (size_t i = 0; i < wire_table_size; i++)
		for (size_t j = 0; j < states; j++)
			try_lengths(matrix, (struct attempt){ .self = self,
						    .peer = peer,
						    .asked = state[j],
						    .row = &wire_table[i] });
}

static size_t open_descriptors(void)
{
	size_t count = 0;
	for (int n = 0; n < HIGHEST; n++)
		count += fcntl(n, F_GETFD) >= 0;
	return count;
}

static void test_only_what_the_table_allows_is_accepted(void **state)
{
	struct matrix matrix = { .tried = 0 };
	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
				 matrix.pair),
		0);
	const size_t before = open_descriptors();
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++) {
		try_end(&matrix, ROLE_SUPERVISOR, role);
		try_end(&matrix, role, ROLE_SUPERVISOR);
		assert_int_equal(open_descriptors(), before);
	}
	close(matrix.pair[0]);
	close(matrix.pair[1]);
	assert_true(matrix.accepted > 2 * wire_table_size);
	print_message(
		"%zu messages, %zu accepted\n", matrix.tried, matrix.accepted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_what_the_table_allows_is_accepted),
	};
	alarm(PATIENCE);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
