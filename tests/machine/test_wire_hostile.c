/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hostile peer on every socket: each type, in each state, at each length,
 * with each number of descriptors, from each sender. The matrix follows from
 * the table of the wire; only what the table allows is accepted.
 */
#include "tests/support/hostile.h"
#include "tests/support/patience.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	PATIENCE = 300,
	LENGTHS = 6,
	STATES_MOST = 64,
	HIGHEST = 64,
};

static size_t longest(void)
{
	size_t most = 0;
	for (size_t i = 0; i < wire_table_size; i++)
		if (wire_size(&wire_table[i]) > most)
			most = wire_size(&wire_table[i]);
	return most;
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

static void try(struct matrix *matrix, const struct hostile *attempt)
{
	struct wire_end end = { matrix->pair[1], attempt->self, attempt->peer,
		attempt->asked };
	struct wire_message message;
	assert_true(hostile_send(matrix->pair[0], attempt));
	const refusal why = wire_receive(&end, LONG_MS, &message);
	const bool accepted = why == NULL;
	const bool sound = accepted ? message.type == attempt->type &&
					      has_descriptors(&message,
						      attempt->descriptors)
				    : has_descriptors(&message, 0) &&
					      end.asked == attempt->asked;
	wire_close(&message);
	matrix->tried++;
	matrix->accepted += accepted;
	if (accepted != hostile_is_allowed(attempt) || !sound)
		fail_msg("%s to %s: %s, %zu bytes, %zu descriptors, "
			 "question %d: %s",
			role_name(attempt->peer), role_name(attempt->self),
			wire_row_of(attempt->type)->name, attempt->length,
			attempt->descriptors, (int)attempt->asked,
			accepted ? "accepted" : why);
}

static void try_lengths(struct matrix *matrix, struct hostile attempt)
{
	const size_t exact = wire_size(wire_row_of(attempt.type));
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
			try_lengths(
				matrix, (struct hostile){ .self = self,
						.peer = peer,
						.asked = state[j],
						.type = wire_table[i].type });
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
	patience(PATIENCE);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
