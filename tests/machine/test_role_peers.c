/*
 * A hostile supervisor: this program executes itself as the true roles, in
 * their sandboxes, and sends each what is not for it. The role says nothing and
 * ends.
 */
#include "appliance/machine/peer.h"
#include "appliance/machine/roles.h"
#include "tests/support/confined.h"
#include "tests/support/hostile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE = 300, END_MILLISECONDS = 60000 };

/* Those that serve before they know a TPM, a plan or the kernel's events. */
static const enum role serving[] = { ROLE_JOURNAL, ROLE_CONSOLE, ROLE_INTAKE,
	ROLE_DEFINE, ROLE_COUNT, ROLE_PUBLISH };
enum { SERVING = sizeof(serving) / sizeof(serving[0]) };

struct target {
	enum role role;
	enum sandbox_setting setting;
	int granted[SPAWN_GRANTS_MOST];
	size_t count;
};

/* False when this user has no such descriptor to grant. */
static bool grant(struct target *target)
{
	const struct sandbox_spec *spec = role_row_of(target->role)->sandbox;
	struct confined confined;
	bool whole = true;
	confined_prepare(&confined, spec, "/dev/loop0");
	for (size_t i = 1; i < spec->descriptor_count; i++) {
		const struct sandbox_descriptor *d = &confined.descriptor[i];
		target->granted[target->count++] =
			confined_open(&confined, d, -1);
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
	assert_true(spawn_reap(&role, END_MILLISECONDS, &end));
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

static void test_roles_end_at_what_is_not_for_them(void **state)
{
	const enum sandbox_setting setting = confined_setting();
	(void)state;
	for (size_t i = 0; i < SERVING; i++) {
		struct target target = { .role = serving[i],
			.setting = setting };
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
		cmocka_unit_test(test_roles_end_at_what_is_not_for_them),
	};
	int status;
	if (roles_main(argc, argv, &status))
		_exit(status);
	alarm(PATIENCE);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
