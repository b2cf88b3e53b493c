/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sandboxes of the roles: for each row, what its system call filter can
 * never let through, and that nothing is granted without a reason.
 */
#include "appliance/machine/roles.h"
#include "appliance/machine/spawn.h"
#include "tests/support/confined.h"
#include "tests/support/filter.h"
#include "tests/support/patience.h"

#include <linux/audit.h>
#include <linux/fb.h>
#include <linux/netlink.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { ARGUMENTS = 6 };

/* What a bound could be about, and what could slip past one. */
static const uint64_t values[] = { 0, 1, 2, SPAWN_SOCKET, SPAWN_GRANTED,
	PROT_EXEC, PROT_READ | PROT_EXEC, AF_NETLINK, NETLINK_KOBJECT_UEVENT,
	1ULL << 32, (1ULL << 32) | SPAWN_SOCKET, UINT64_MAX };
enum { VALUES = sizeof(values) / sizeof(values[0]) };

static bool allows(const struct filter *filter, long number,
	const uint64_t argument[ARGUMENTS])
{
	struct seccomp_data data = { .nr = (int)number,
		.arch = AUDIT_ARCH_X86_64 };
	memcpy(data.args, argument, sizeof(data.args));
	return filter_verdict(filter, &data) == SECCOMP_RET_ALLOW;
}

/* With every choice of values for the first three arguments. */
static bool ever_allows(const struct filter *filter, long number)
{
	for (size_t i = 0; i < (size_t)VALUES * VALUES * VALUES; i++) {
		const uint64_t argument[ARGUMENTS] = { values[i % VALUES],
			values[i / VALUES % VALUES],
			values[i / VALUES / VALUES] };
		if (allows(filter, number, argument))
			return true;
	}
	return false;
}

static struct filter filter_of_role(enum role role)
{
	struct filter filter;
	filter_of_spec(role_row_of(role)->sandbox, &filter);
	return filter;
}

static void test_every_role_has_its_row(void **state)
{
	(void)state;
	assert_null(role_row_of(ROLE_SUPERVISOR));
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++) {
		const struct role_row *row = role_row_of(role);
		assert_non_null(row);
		assert_int_equal(row->role, role);
		assert_non_null(row->main);
		assert_string_equal(row->sandbox->name, role_name(role));
	}
}

static void test_users_are_their_own(void **state)
{
	(void)state;
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++) {
		const struct sandbox_spec *spec = role_row_of(role)->sandbox;
		assert_int_not_equal(spec->uid, 0);
		assert_int_equal(spec->gid, spec->uid);
		/* A count process is a forked starter. */
		for (enum role other = ROLE_JOURNAL; other < role; other++)
			assert_int_equal(
				role_row_of(other)->sandbox->uid == spec->uid,
				role == ROLE_STARTER && other == ROLE_COUNT);
	}
}

/* What the starter forks with, and narrows the sandbox of what it forked. */
static bool is_to_fork(enum role role, long number)
{
	static const long calls[] = { SYS_clone, SYS_dup2, SYS_prctl };
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (role == ROLE_STARTER && calls[i] == number)
			return true;
	return false;
}

static void test_no_role_has_these(void **state)
{
	static const long never[] = { SYS_execve, SYS_execveat, SYS_fork,
		SYS_vfork, SYS_clone, SYS_clone3, SYS_ptrace,
		SYS_process_vm_readv, SYS_process_vm_writev, SYS_kill, SYS_open,
		SYS_openat2, SYS_creat, SYS_mprotect, SYS_pkey_mprotect,
		SYS_connect, SYS_accept, SYS_accept4, SYS_listen, SYS_sendto,
		SYS_socketpair, SYS_mount, SYS_umount2, SYS_unshare, SYS_setns,
		SYS_setuid, SYS_capset, SYS_prctl, SYS_bpf, SYS_io_uring_setup,
		SYS_userfaultfd, SYS_keyctl, SYS_init_module, SYS_finit_module,
		SYS_kexec_load, SYS_reboot, SYS_pidfd_getfd, SYS_dup, SYS_dup2,
		SYS_dup3, SYS_unlink, SYS_rename, SYS_chmod,
		SYS_perf_event_open };
	(void)state;
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++) {
		const struct filter filter = filter_of_role(role);
		for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
			if (!is_to_fork(role, never[i]) &&
				ever_allows(&filter, never[i]))
				fail_msg("%s may make call %ld",
					role_name(role), never[i]);
	}
}

/* A child of the supervisor's with a pidfd: no thread, no namespace. */
static void test_the_starter_forks_in_one_way(void **state)
{
	const struct filter filter = filter_of_role(ROLE_STARTER);
	(void)state;
	for (unsigned bit = 0; bit < 64; bit++) {
		const uint64_t flags =
			(CLONE_PARENT | CLONE_PIDFD) ^ (1ULL << bit);
		const uint64_t argument[ARGUMENTS] = { flags };
		assert_false(allows(&filter, SYS_clone, argument));
	}
	const uint64_t argument[ARGUMENTS] = { CLONE_PARENT | CLONE_PIDFD };
	assert_true(allows(&filter, SYS_clone, argument));
}

static void test_the_starter_s_memory_stays_its_own(void **state)
{
	const struct filter filter = filter_of_role(ROLE_STARTER);
	(void)state;
	for (uint64_t option = 0; option < 128; option++)
		for (uint64_t value = 0; value < 64; value++) {
			const uint64_t argument[ARGUMENTS] = { option, value };
			assert_int_equal(allows(&filter, SYS_prctl, argument),
				(option == PR_SET_DUMPABLE && value == 0) ||
					(option == PR_SET_PDEATHSIG &&
						value == SIGKILL));
		}
}

/* What a fork hands on must be what the count role's row says. */
static void test_count_lies_within_the_starter(void **state)
{
	const struct sandbox_spec *outer = role_row_of(ROLE_STARTER)->sandbox;
	const struct sandbox_spec *inner = role_row_of(ROLE_COUNT)->sandbox;
	const struct filter filter = filter_of_role(ROLE_STARTER);
	(void)state;
	assert_int_equal(outer->uid, inner->uid);
	assert_int_equal(outer->gid, inner->gid);
	assert_int_equal(outer->namespaces, inner->namespaces);
	assert_int_equal(outer->path_count, 0);
	assert_int_equal(inner->path_count, 0);
	assert_true(outer->memory >= inner->memory);
	assert_true(outer->cpu_seconds >= inner->cpu_seconds);
	assert_true(outer->file_size >= inner->file_size);
	assert_true(outer->open_files >= inner->open_files);
	for (size_t i = 0; i < inner->call_count; i++) {
		const struct confined_call call =
			confined_call_of(&inner->calls[i]);
		assert_true(allows(&filter, call.number, call.argument));
	}
}

static void test_only_the_media_role_opens(void **state)
{
	static const long calls[] = { SYS_openat, SYS_socket, SYS_bind,
		SYS_getdents64 };
	(void)state;
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++) {
		const struct filter filter = filter_of_role(role);
		for (size_t i = 0; i < 3; i++)
			assert_int_equal(ever_allows(&filter, calls[i]),
				role == ROLE_MEDIA);
		for (size_t i = 3; i < sizeof(calls) / sizeof(calls[0]); i++)
			assert_false(role != ROLE_MEDIA &&
				     ever_allows(&filter, calls[i]));
		assert_int_equal(role_row_of(role)->sandbox->path_count > 0,
			role == ROLE_MEDIA);
	}
}

static void test_media_has_the_kernel_s_events_alone(void **state)
{
	const struct filter filter = filter_of_role(ROLE_MEDIA);
	(void)state;
	for (uint64_t family = 0; family < 64; family++) {
		for (uint64_t protocol = 0; protocol < 64; protocol++) {
			const uint64_t argument[ARGUMENTS] = { family,
				SOCK_DGRAM, protocol };
			assert_int_equal(allows(&filter, SYS_socket, argument),
				family == AF_NETLINK &&
					protocol == NETLINK_KOBJECT_UEVENT);
		}
	}
}

/* How large a screen is: of its own alone, and nothing that changes it. */
static void test_the_console_asks_its_screen_two_things(void **state)
{
	(void)state;
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++) {
		const struct filter filter = filter_of_role(role);
		for (uint64_t file = 0; file < 16; file++)
			for (uint64_t ask = 0x4600; ask < 0x4700; ask++) {
				const uint64_t argument[ARGUMENTS] = { file,
					ask };
				assert_int_equal(
					allows(&filter, SYS_ioctl, argument),
					role == ROLE_CONSOLE &&
						file == SPAWN_GRANTED &&
						(ask == FBIOGET_VSCREENINFO ||
							ask == FBIOGET_FSCREENINFO));
			}
	}
}

/* What is written there is seen by others: a screen, by the console alone. */
static void test_the_console_alone_maps_a_screen(void **state)
{
	(void)state;
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++) {
		const struct filter filter = filter_of_role(role);
		for (uint64_t file = 0; file < 16; file++)
			for (uint64_t rights = 0; rights < 16; rights++)
				for (size_t i = 0; i < VALUES; i++) {
					const uint64_t argument[ARGUMENTS] = {
						0, 4096, rights, MAP_SHARED,
						file, values[i]
					};
					assert_int_equal(
						allows(&filter, SYS_mmap,
							argument),
						role == ROLE_CONSOLE &&
							file == SPAWN_GRANTED &&
							rights == PROT_WRITE &&
							values[i] == 0);
				}
	}
}

/* A memfd's content is mapped to be read, memory of its own to be written. */
static bool may_map(enum role role, uint64_t rights, uint64_t flags)
{
	if (role == ROLE_KEYS || role == ROLE_MEDIA)
		return false;
	return (rights == PROT_READ && flags == MAP_PRIVATE &&
		       role != ROLE_CONSOLE) ||
	       (rights == (PROT_READ | PROT_WRITE) &&
		       flags == (MAP_PRIVATE | MAP_ANONYMOUS) &&
		       role != ROLE_PUBLISH);
}

static void test_no_memory_runs(void **state)
{
	(void)state;
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++) {
		const struct filter filter = filter_of_role(role);
		for (uint64_t rights = 0; rights < 16; rights++)
			for (uint64_t flags = 0; flags < 64; flags++) {
				const uint64_t argument[ARGUMENTS] = { 0, 4096,
					rights, flags };
				assert_int_equal(
					allows(&filter, SYS_mmap, argument),
					may_map(role, rights, flags));
			}
	}
}

static void test_answers_go_to_the_supervisor(void **state)
{
	(void)state;
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++) {
		const struct filter filter = filter_of_role(role);
		for (size_t i = 0; i < VALUES; i++) {
			const uint64_t argument[ARGUMENTS] = { values[i] };
			assert_int_equal(allows(&filter, SYS_sendmsg, argument),
				values[i] == SPAWN_SOCKET);
		}
	}
}

static void test_the_needed_calls_pass(void **state)
{
	static const long needed[] = { SYS_recvmsg, SYS_sendmsg, SYS_poll,
		SYS_exit_group };
	(void)state;
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++) {
		const struct filter filter = filter_of_role(role);
		for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
			assert_true(ever_allows(&filter, needed[i]));
	}
}

static void expect_reason(const char *reason)
{
	assert_non_null(reason);
	assert_true(strlen(reason) >= strlen("heap"));
}

static void test_everything_has_its_reason(void **state)
{
	(void)state;
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++) {
		const struct sandbox_spec *spec = role_row_of(role)->sandbox;
		for (size_t i = 0; i < spec->call_count; i++)
			expect_reason(spec->calls[i].reason);
		for (size_t i = 0; i < spec->descriptor_count; i++)
			expect_reason(spec->descriptors[i].reason);
		for (size_t i = 0; i < spec->path_count; i++)
			expect_reason(spec->paths[i].reason);
		assert_int_equal(spec->capability_count, role == ROLE_MEDIA);
		assert_int_equal(spec->processes > 0, role == ROLE_STARTER);
	}
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* What the supervisor gave up no role could have. */
static void test_the_supervisor_leaves_roles_what_they_have(void **state)
{
	const struct sandbox_spec *whole = roles_supervisor();
	struct sandbox_spec most = { .memory = 0 };
	(void)state;
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++) {
		const struct sandbox_spec *spec = role_row_of(role)->sandbox;
		most.memory = larger(most.memory, spec->memory);
		most.file_size = larger(most.file_size, spec->file_size);
		most.processes = larger(most.processes, spec->processes);
		assert_true(whole->cpu_seconds >= spec->cpu_seconds);
		assert_true(whole->open_files >= spec->open_files);
		for (size_t i = 0; i < spec->call_count; i++)
			for (size_t j = 0; j < whole->denied_count; j++)
				assert_int_not_equal(spec->calls[i].number,
					whole->denied[j].number);
	}
	assert_int_equal(whole->memory, most.memory);
	assert_int_equal(whole->file_size, most.file_size);
	assert_int_equal(whole->processes, most.processes);
	assert_int_equal(whole->call_count, 0);
	for (size_t i = 0; i < whole->capability_count; i++)
		expect_reason(whole->capabilities[i].reason);
}

static void test_descriptors_are_in_a_row(void **state)
{
	(void)state;
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++) {
		const struct sandbox_spec *spec = role_row_of(role)->sandbox;
		assert_true(spec->descriptor_count <= 1 + SPAWN_GRANTS_MOST);
		for (size_t i = 0; i < spec->descriptor_count; i++) {
			assert_int_equal(spec->descriptors[i].number,
				SPAWN_SOCKET + (int)i);
			assert_int_equal(
				spec->descriptors[i].kind == SANDBOX_SOCKET,
				i == 0);
		}
		assert_true(spec->memory > 0);
		assert_true(spec->cpu_seconds > 0);
		assert_true(spec->open_files > 0);
	}
}

static void test_other_argument_lists_start_no_role(void **state)
{
	static char *lists[][4] = { { "sandoqd", "journal", NULL },
		{ "sandoqd", "journal", "moon", NULL },
		{ "sandoqd", "supervisor", "desk", NULL },
		{ "sandoqd", "", "desk", NULL },
		{ "sandoq", "journal", "desk", NULL } };
	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		int status = 77;
		int count = 0;
		while (lists[i][count] != NULL)
			count++;
		assert_false(roles_main(count, lists[i], &status));
		assert_int_equal(status, 77);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_role_has_its_row),
		cmocka_unit_test(test_users_are_their_own),
		cmocka_unit_test(test_no_role_has_these),
		cmocka_unit_test(test_the_starter_forks_in_one_way),
		cmocka_unit_test(test_the_starter_s_memory_stays_its_own),
		cmocka_unit_test(test_count_lies_within_the_starter),
		cmocka_unit_test(test_only_the_media_role_opens),
		cmocka_unit_test(test_media_has_the_kernel_s_events_alone),
		cmocka_unit_test(test_the_console_asks_its_screen_two_things),
		cmocka_unit_test(test_the_console_alone_maps_a_screen),
		cmocka_unit_test(test_no_memory_runs),
		cmocka_unit_test(test_answers_go_to_the_supervisor),
		cmocka_unit_test(test_the_needed_calls_pass),
		cmocka_unit_test(test_everything_has_its_reason),
		cmocka_unit_test(test_descriptors_are_in_a_row),
		cmocka_unit_test(
			test_the_supervisor_leaves_roles_what_they_have),
		cmocka_unit_test(test_other_argument_lists_start_no_role),
	};
	patience(120);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
