/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hostile supervisor: this program executes itself as the true roles, in
 * their sandboxes, and sends each what is not for it. The role says nothing and
 * ends.
 */
#include "appliance/machine/memfd.h"
#include "appliance/machine/peer.h"
#include "appliance/machine/roles.h"
#include "tests/support/confined.h"
#include "tests/support/election.h"
#include "tests/support/hostile.h"
#include "tests/support/patience.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE = 300 };

struct target {
	enum role role;
	enum sandbox_setting setting;
	int granted[SPAWN_GRANTS_MOST];
	size_t count;
};

/* Of any election: a role that has one looks at it before it serves. */
static int plan_memfd(void)
{
	struct definition definition;
	city_definition(&definition);
	const size_t size = plan_size_most(&definition.plan);
	uint8_t *space = malloc(size);
	struct writer out = writer_of(space, size);
	assert_non_null(space);
	plan_encode(&out, &definition.plan);
	const int memfd = memfd_written(&out);
	assert_true(memfd >= 0);
	free(space);
	definition_free(&definition);
	return memfd;
}

/*
 * False when this user has no such descriptor to grant. Every memfd is a plan;
 * the null device is in the place of a TPM.
 */
static bool grant(struct target *target)
{
	const struct sandbox_spec *spec = role_row_of(target->role)->sandbox;
	struct confined confined;
	bool whole = true;
	confined_prepare(&confined, spec, "/dev/loop0");
	for (size_t i = 1; i < spec->descriptor_count; i++) {
		const struct sandbox_descriptor *d = &confined.descriptor[i];
		target->granted[target->count++] =
			d->kind == SANDBOX_MEMFD
				? plan_memfd()
				: confined_open(&confined, d, -1);
		whole = whole && d->kind == spec->descriptors[i].kind;
	}
	return whole;
}

static void take_back(struct target *target)
{
	while (target->count > 0)
		close(target->granted[--target->count]);
}

static bool may_close(enum role role)
{
	const struct sandbox_spec *spec = role_row_of(role)->sandbox;
	for (size_t i = 0; i < spec->call_count; i++)
		if (spec->calls[i].number == SYS_close)
			return true;
	return false;
}

/* One that is never sent a descriptor cannot even close it. */
static bool ended_at_it(
	const struct hostile *hostile, enum role role, const siginfo_t *end)
{
	if (end->si_code == CLD_EXITED)
		return end->si_status == 1;
	return hostile->descriptors > 0 && !may_close(role) &&
	       end->si_status == SIGSYS;
}

static void try(const struct target *target, const struct hostile *hostile)
{
	struct spawned role;
	siginfo_t end;
	char byte;
	if (hostile_is_allowed(hostile))
		return;
	assert_null(spawn_role(role_name(target->role), target->setting,
		target->granted, target->count, &role));
	assert_true(hostile_send(role.socket, hostile));
	assert_true(spawn_reap(&role, LONG_MS, &end));
	if (!ended_at_it(hostile, target->role, &end))
		fail_msg("%s after %s, %zu bytes, %zu descriptors: %s",
			role_name(target->role),
			wire_row_of(hostile->type)->name, hostile->length,
			hostile->descriptors, spawn_end_text(&end));
	assert_true(recv(role.socket, &byte, 1, MSG_DONTWAIT) <= 0);
	close(role.pidfd);
	close(role.socket);
}

static struct hostile message_to(enum role role, const struct wire_row *row)
{
	return (struct hostile){ .self = role,
		.peer = ROLE_SUPERVISOR,
		.type = row->type,
		.length = wire_size(row),
		.descriptors = row->descriptors_least };
}

/* One message of, and one to, each other role; its own answers. */
static void try_types(const struct target *target)
{
	enum role from = ROLES;
	enum role to = ROLES;
	for (size_t i = 0; i < wire_table_size; i++) {
		const struct wire_row *row = &wire_table[i];
		const struct hostile hostile = message_to(target->role, row);
		if (row->from == from && row->to == to &&
			row->from != target->role)
			continue;
		from = row->from;
		to = row->to;
		try(target, &hostile);
	}
}

static void try_forms(const struct target *target)
{
	for (size_t i = 0; i < wire_table_size; i++) {
		const struct wire_row *row = &wire_table[i];
		struct hostile hostile = message_to(target->role, row);
		if (row->to != target->role)
			continue;
		hostile.length++;
		try(target, &hostile);
		hostile.length -= 2;
		try(target, &hostile);
		hostile.length++;
		hostile.descriptors = row->descriptors_most + 1U;
		try(target, &hostile);
	}
}

/* Questions that change nothing, and how each is answered with zeros. */
static const struct {
	enum wire_type question;
	enum wire_type answer;
} honest[ROLES] = {
	[ROLE_JOURNAL] = { JOURNAL_SCAN, JOURNAL_SCANNED },
	[ROLE_KEYS] = { KEYS_IDENTITY, UNABLE }, /* no TPM answers */
	[ROLE_MEDIA] = { MEDIA_WRITE, REFUSED },
	[ROLE_CONSOLE] = { CONSOLE_NOTICE, DONE },
	[ROLE_INTAKE] = { INTAKE_START, REFUSED },
	[ROLE_DEFINE] = { DEFINE_ENROL, REFUSED },
	[ROLE_COUNT] = { COUNT_BOX, REFUSED },
	[ROLE_TALLY] = { TALLY_ADD, REFUSED },
	[ROLE_PUBLISH] = { PUBLISH_MEMBERS_OF, REFUSED },
	[ROLE_STARTER] = { STARTER_COUNT, STARTER_STARTED },
};

static void expect_answer(const struct target *target)
{
	const enum wire_type question = honest[target->role].question;
	const struct wire_row *row = wire_row_of(question);
	if (row == NULL || row->to != target->role) {
		fail_msg("the table of honest answers has no question to the "
			 "%s role",
			role_name(target->role));
		return;
	}
	struct hostile asked = message_to(target->role, row);
	struct wire_message answer;
	struct spawned role;
	siginfo_t end;
	/* Nothing else is shown than what is in the table. */
	asked.first = question == CONSOLE_NOTICE ? NOTICE_DONE : 0;
	assert_null(spawn_role(role_name(target->role), target->setting,
		target->granted, target->count, &role));
	struct wire_end own = { role.socket, ROLE_SUPERVISOR, target->role,
		question };
	assert_true(hostile_send(role.socket, &asked));
	const refusal why = wire_receive(&own, LONG_MS, &answer);
	if (why != NULL)
		fail_msg("%s to %s: %s", role_name(target->role), row->name,
			why);
	assert_int_equal(answer.type, honest[target->role].answer);
	wire_close(&answer);
	spawn_end(&role, &end);
}

/* So that it is not for want of anything else that they end below. */
static void test_roles_answer_what_is_for_them(void **state)
{
	const enum sandbox_setting setting = confined_setting();
	(void)state;
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++) {
		struct target target = { .role = role, .setting = setting };
		if (grant(&target))
			expect_answer(&target);
		take_back(&target);
	}
}

static void test_roles_end_at_what_is_not_for_them(void **state)
{
	const enum sandbox_setting setting = confined_setting();
	(void)state;
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++) {
		struct target target = { .role = role, .setting = setting };
		if (grant(&target)) {
			try_types(&target);
			try_forms(&target);
		}
		take_back(&target);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_roles_answer_what_is_for_them),
		cmocka_unit_test(test_roles_end_at_what_is_not_for_them),
	};
	int status;
	if (roles_main(argc, argv, &status))
		_exit(status);
	patience(PATIENCE);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
