/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel shows of a process in each role's sandbox, seen from outside.
 */
#include "appliance/machine/roles.h"
#include "tests/support/confined.h"
#include "tests/support/patience.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/capability.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE = 120 };

static const char block[] = "/dev/loop0";

static int needs_all_of_it(void **state)
{
	static enum sandbox_setting setting;
	setting = confined_setting();
	*state = &setting;
	return 0;
}

static struct confined_waiting start(const struct confined *confined)
{
	struct confined_waiting waiting;
	assert_true(confined_wait(confined, SANDBOX_IMAGE, &waiting));
	assert_int_equal(waiting.missing, 0);
	return waiting;
}

static void test_roles_are_as_listed(void **state)
{
	if (*(enum sandbox_setting *)*state != SANDBOX_IMAGE)
		skip();
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++) {
		struct confined confined;
		confined_prepare(&confined, role_row_of(role)->sandbox, block);
		struct confined_waiting waiting = start(&confined);
		assert_int_equal(confined_check_state(
					 &confined.spec, waiting.pid, stderr),
			0);
		assert_false(confined_is_readable(&confined.spec, waiting.pid));
		assert_true(confined_release(&waiting));
	}
}

/* How much is wrong with a process when it is held against another table. */
static size_t wrong_by(const struct confined_waiting *waiting,
	struct sandbox_spec spec, void (*change)(struct sandbox_spec *))
{
	FILE *nowhere = fopen("/dev/null", "w");
	assert_non_null(nowhere);
	change(&spec);
	const size_t wrong = confined_check_state(&spec, waiting->pid, nowhere);
	fclose(nowhere);
	return wrong;
}

static void no_change(struct sandbox_spec *spec)
{
	(void)spec;
}

static void other_uid(struct sandbox_spec *spec)
{
	spec->uid++;
}

static void other_gid(struct sandbox_spec *spec)
{
	spec->gid++;
}

static void other_memory(struct sandbox_spec *spec)
{
#ifdef __SANITIZE_ADDRESS__
	spec->processes++;
#else
	spec->memory--;
#endif
}

static void other_cpu(struct sandbox_spec *spec)
{
	spec->cpu_seconds++;
}

static void other_files(struct sandbox_spec *spec)
{
	spec->open_files++;
}

static void no_namespace(struct sandbox_spec *spec)
{
	spec->namespaces &= ~CLONE_NEWUTS;
}

static void one_namespace_more(struct sandbox_spec *spec)
{
	spec->namespaces |= CLONE_NEWIPC;
}

static void one_descriptor_less(struct sandbox_spec *spec)
{
	spec->descriptor_count--;
}

static void other_direction(struct sandbox_spec *spec)
{
	static struct sandbox_descriptor other[CONFINED_DESCRIPTORS];
	for (size_t i = 0; i < spec->descriptor_count; i++)
		other[i] = spec->descriptors[i];
	other[0].direction = SANDBOX_READS;
	spec->descriptors = other;
}

static void other_kind(struct sandbox_spec *spec)
{
	static struct sandbox_descriptor other[CONFINED_DESCRIPTORS];
	for (size_t i = 0; i < spec->descriptor_count; i++)
		other[i] = spec->descriptors[i];
	other[1].kind = SANDBOX_PIPE;
	spec->descriptors = other;
}

static void one_capability(struct sandbox_spec *spec)
{
	static const struct sandbox_capability kept[] = {
		{ CAP_KILL, "none has it" },
	};
	spec->capabilities = kept;
	spec->capability_count = 1;
}

static void test_what_is_not_as_listed_is_seen(void **state)
{
	static void (*const changes[])(struct sandbox_spec *) = { other_uid,
		other_gid, other_memory, other_cpu, other_files, no_namespace,
		one_namespace_more, one_descriptor_less, other_direction,
		other_kind, one_capability };
	struct confined confined;
	if (*(enum sandbox_setting *)*state != SANDBOX_IMAGE)
		skip();
	confined_prepare(&confined, role_row_of(ROLE_COUNT)->sandbox, block);
	struct confined_waiting waiting = start(&confined);
	assert_int_equal(wrong_by(&waiting, confined.spec, no_change), 0);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		assert_in_range(
			wrong_by(&waiting, confined.spec, changes[i]), 1, 2);
	assert_true(confined_release(&waiting));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_roles_are_as_listed),
		cmocka_unit_test(test_what_is_not_as_listed_is_seen),
	};
	patience(PATIENCE);
	return cmocka_run_group_tests(tests, needs_all_of_it, NULL);
}
