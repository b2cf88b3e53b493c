/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roles taken over: this program executes itself as each of them, which sends
 * what it was told to instead of its answer. Whoever asked says which message
 * of which role it was.
 */
#include "appliance/machine/peer.h"
#include "tests/support/hostile.h"
#include "tests/support/patience.h"
#include "tests/support/told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE = 300, QUESTION_MOST = 1 << 15 };

/* Nobody answers, as if the time were up. */
static bool nobody;
/* What every role refuses with, if it is set. */
static const struct notice *refusing;

refusal __real_wire_receive(
	struct wire_end *, int milliseconds, struct wire_message *out);
refusal __wrap_wire_receive(
	struct wire_end *, int milliseconds, struct wire_message *out);

refusal __wrap_wire_receive(
	struct wire_end *end, int milliseconds, struct wire_message *out)
{
	if (refusing != NULL) {
		*out = (struct wire_message){ .type = REFUSED,
			.body.REFUSED = *refusing,
			.descriptor = { -1, -1, -1, -1 } };
		return NULL;
	}
	return nobody ? wire_no_answer
		      : __real_wire_receive(end, milliseconds, out);
}

/* What to send lies in the first granted descriptor. */
static int be_hostile(void)
{
	static uint8_t question[QUESTION_MOST];
	struct hostile hostile;
	if (pread(SPAWN_GRANTED, &hostile, sizeof(hostile), 0) !=
			sizeof(hostile) ||
		recv(SPAWN_SOCKET, question, sizeof(question), 0) <= 0)
		return 1;
	return hostile_send(SPAWN_SOCKET, &hostile) ? 0 : 1;
}

static const struct wire_row *first_question(enum role role)
{
	for (size_t i = 0; i < wire_table_size; i++)
		if (wire_table[i].to == role)
			return &wire_table[i];
	fail_msg("nobody asks the %s role", role_name(role));
	return NULL;
}

/* The question travels with as many descriptors as its row says. */
static enum answer ask(struct peer *peer, const struct wire_row *question,
	struct wire_message *out, struct notice *why)
{
	static const union wire_body body;
	const int held[WIRE_DESCRIPTORS_MOST] = { 0, 1, 2 };
	return peer_ask(peer, (struct wire_said){ question->type, &body }, held,
		question->descriptors_least, out, why);
}

static void expect_named(const struct hostile *hostile, const char *line)
{
	const struct wire_row *row = wire_row_of(hostile->type);
	char start[WIRE_TEXT_MOST];
	snprintf(start, sizeof(start), "the %s role: %s: a ",
		role_name(hostile->peer), row->name);
	if (strncmp(line, start, strlen(start)) != 0)
		fail_msg("%s, %zu bytes, %zu descriptors: %s", start,
			hostile->length, hostile->descriptors, line);
}

static void try(const struct hostile *hostile)
{
	const int told = memfd_create("told", MFD_CLOEXEC);
	struct peer peer;
	struct wire_message message;
	struct notice why;
	assert_int_equal(
		write(told, hostile, sizeof(*hostile)), sizeof(*hostile));
	assert_null(peer_start(&peer, hostile->peer, SANDBOX_DESK, &told, 1));
	const enum answer got =
		ask(&peer, wire_row_of(hostile->asked), &message, &why);
	/* What travels is a socket, and no memfd that is sealed. */
	const bool bulk =
		hostile->descriptors > 0 && !wire_row_of(hostile->type)->device;
	/* All zeros, as what is sent here is: a reason that says nothing. */
	const bool empty = hostile->type == REFUSED || hostile->type == UNABLE;
	assert_int_equal(got != ANSWER_BROKEN,
		hostile_is_allowed(hostile) && !empty && !bulk);
	if (got == ANSWER_BROKEN)
		expect_named(hostile, notice_told(&why));
	wire_close(&message);
	peer_stop(&peer);
	close(told);
}

/* In the place of the answer to a role's first question. */
static struct hostile instead(enum role role, const struct wire_row *row)
{
	return (struct hostile){ .self = ROLE_SUPERVISOR,
		.peer = role,
		.asked = first_question(role)->type,
		.type = row->type,
		.length = wire_size(row),
		.descriptors = row->descriptors_least };
}

static bool is_its_own(const struct wire_row *row, enum role role)
{
	return row->from == role || row->to == role || row->from == ROLES;
}

/* Its own messages as they should be; all others are another role's. */
static void test_each_type_is_named(void **state)
{
	(void)state;
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++) {
		enum role other = ROLES;
		for (size_t i = 0; i < wire_table_size; i++) {
			const struct wire_row *row = &wire_table[i];
			const struct hostile hostile = instead(role, row);
			if (!is_its_own(row, role) && row->from == other)
				continue;
			other = row->from;
			try(&hostile);
		}
	}
}

static void test_each_form_is_named(void **state)
{
	(void)state;
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++)
		for (size_t i = 0; i < wire_table_size; i++) {
			struct hostile hostile = instead(role, &wire_table[i]);
			if (wire_table[i].from != role)
				continue;
			hostile.length++;
			try(&hostile);
			hostile.length -= 2;
			if (hostile.length >= sizeof(uint16_t))
				try(&hostile);
			hostile.length++;
			hostile.descriptors =
				wire_table[i].descriptors_most + 1U;
			try(&hostile);
		}
}

/* A stick that holds its process is refused; any other silence is a fault. */
static void test_a_slow_stick_ends_nothing(void **state)
{
	static const struct hostile unsaid;
	const int told = memfd_create("told", MFD_CLOEXEC);
	(void)state;
	assert_int_equal(write(told, &unsaid, sizeof(unsaid)), sizeof(unsaid));
	nobody = true;
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++) {
		const bool waits = role == ROLE_INTAKE || role == ROLE_PUBLISH;
		struct wire_message out;
		struct notice why;
		struct peer peer;
		assert_null(peer_start(&peer, role, SANDBOX_DESK, &told, 1));
		assert_int_equal(ask(&peer, first_question(role), &out, &why),
			waits ? ANSWER_REFUSED : ANSWER_BROKEN);
		if (waits)
			assert_string_equal(notice_told(&why),
				"the medium is too slow, or broken: insert it "
				"again, or bring another");
		peer_stop(&peer);
	}
	nobody = false;
	close(told);
}

/* Who has the machine's disk or its TPM speaks of these, and nobody else. */
static void test_two_roles_alone_speak_of_the_machine(void **state)
{
	static const struct hostile unsaid;
	const struct notice own = notice_of(NOTICE_PART(TPM_IS_GONE));
	const int told = memfd_create("told", MFD_CLOEXEC);
	(void)state;
	assert_int_equal(write(told, &unsaid, sizeof(unsaid)), sizeof(unsaid));
	refusing = &own;
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++) {
		const bool may = role == ROLE_JOURNAL || role == ROLE_KEYS;
		struct wire_message out;
		struct notice why;
		struct peer peer;
		assert_null(peer_start(&peer, role, SANDBOX_DESK, &told, 1));
		assert_int_equal(ask(&peer, first_question(role), &out, &why),
			may ? ANSWER_REFUSED : ANSWER_BROKEN);
		assert_true(may || strstr(notice_told(&why),
					   "a notice that is not this role's "
					   "to say") != NULL);
		peer_stop(&peer);
	}
	refusing = NULL;
	close(told);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_type_is_named),
		cmocka_unit_test(test_each_form_is_named),
		cmocka_unit_test(test_a_slow_stick_ends_nothing),
		cmocka_unit_test(test_two_roles_alone_speak_of_the_machine),
	};
	if (argc == 3 && strcmp(argv[0], "sandoqd") == 0)
		return be_hostile();
	patience(PATIENCE);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
