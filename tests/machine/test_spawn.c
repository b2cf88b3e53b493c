/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts of roles: this program executes itself as each of the small ones
 * below, which look at what they were given.
 */
#include "appliance/machine/spawn.h"
#include "tests/support/patience.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { WELL = 0, UNEXPECTED = 1, HIGHEST = 64 };

static bool is_open(int number)
{
	return fcntl(number, F_GETFD) >= 0;
}

/* The socket and two memfds that say which is which. */
static int look(void)
{
	struct stat st;
	char first;
	char second;
	if (environ[0] != NULL || fstat(SPAWN_SOCKET, &st) != 0 ||
		!S_ISSOCK(st.st_mode) ||
		pread(SPAWN_GRANTED, &first, 1, 0) != 1 || first != 'a' ||
		pread(SPAWN_GRANTED + 1, &second, 1, 0) != 1 || second != 'b')
		return UNEXPECTED;
	for (int n = SPAWN_GRANTED + 2; n < HIGHEST; n++)
		if (is_open(n))
			return UNEXPECTED;
	return WELL;
}

static int echo(void)
{
	char byte;
	while (recv(SPAWN_SOCKET, &byte, 1, 0) == 1)
		if (send(SPAWN_SOCKET, &byte, 1, MSG_NOSIGNAL) != 1)
			return UNEXPECTED;
	return WELL;
}

/* Starts a role of its own, hands its pidfd back and dies. */
static int orphan(void)
{
	struct spawned child;
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec part = { .iov_base = control, .iov_len = 1 };
	struct msghdr message = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };
	if (spawn_role("echo", SANDBOX_DESK, NULL, 0, &child) != NULL)
		return UNEXPECTED;
	struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
	rights->cmsg_level = SOL_SOCKET;
	rights->cmsg_type = SCM_RIGHTS;
	rights->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(rights), &child.pidfd, sizeof(int));
	return sendmsg(SPAWN_SOCKET, &message, 0) == 1 ? WELL : UNEXPECTED;
}

static int run_role(const char *name)
{
	static const struct {
		const char *name;
		int (*main)(void);
	} roles[] = {
		{ "look", look },
		{ "echo", echo },
		{ "orphan", orphan },
	};
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (strcmp(name, roles[i].name) == 0)
			return roles[i].main();
	return UNEXPECTED;
}

static int memfd_with(char byte)
{
	int memfd = memfd_create("test", MFD_CLOEXEC);
	assert_true(memfd >= 0);
	assert_int_equal(write(memfd, &byte, 1), 1);
	return memfd;
}

static void expect_end(struct spawned *role)
{
	siginfo_t end = { 0 };
	assert_true(spawn_reap(role, LONG_MS, &end));
	assert_string_equal(spawn_end_text(&end), "it ended as it should");
	assert_true(spawn_ended_well(&end));
	close(role->pidfd);
	close(role->socket);
}

static void look_with(int first, int second)
{
	const int granted[] = { first, second };
	struct spawned role;
	assert_null(spawn_role("look", SANDBOX_DESK, granted, 2, &role));
	expect_end(&role);
}

static void test_descriptors_are_placed(void **state)
{
	(void)state;
	int first = memfd_with('a');
	int second = memfd_with('b');
	look_with(first, second);
	close(first);
	close(second);
}

/* Granted crosswise, from where the others have to go. */
static void test_descriptors_may_stand_in_the_way(void **state)
{
	(void)state;
	int a = fcntl(memfd_with('a'), F_DUPFD_CLOEXEC, HIGHEST);
	int b = fcntl(memfd_with('b'), F_DUPFD_CLOEXEC, HIGHEST);
	assert_int_equal(
		dup3(a, SPAWN_GRANTED + 1, O_CLOEXEC), SPAWN_GRANTED + 1);
	assert_int_equal(dup3(b, SPAWN_GRANTED, O_CLOEXEC), SPAWN_GRANTED);
	look_with(SPAWN_GRANTED + 1, SPAWN_GRANTED);
	closefrom(SPAWN_SOCKET);
}

static void test_talks_until_the_socket_closes(void **state)
{
	struct spawned role;
	char byte = 'x';
	(void)state;
	assert_null(spawn_role("echo", SANDBOX_DESK, NULL, 0, &role));
	assert_int_equal(send(role.socket, &byte, 1, 0), 1);
	byte = 0;
	assert_int_equal(recv(role.socket, &byte, 1, 0), 1);
	assert_int_equal(byte, 'x');
	shutdown(role.socket, SHUT_RDWR);
	expect_end(&role);
}

static void test_reaping_is_bounded(void **state)
{
	struct spawned role;
	siginfo_t end = { 0 };
	(void)state;
	assert_null(spawn_role("echo", SANDBOX_DESK, NULL, 0, &role));
	assert_false(spawn_reap(&role, 1, &end));
	spawn_end(&role, &end);
	assert_int_equal(role.pidfd, -1);
	assert_int_equal(role.socket, -1);
	assert_int_equal(end.si_code, CLD_KILLED);
	assert_int_equal(end.si_status, SIGKILL);
	assert_false(spawn_ended_well(&end));
}

static int received_descriptor(int socket)
{
	char byte;
	char control[CMSG_SPACE(sizeof(int))];
	int descriptor = -1;
	struct iovec part = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };
	assert_int_equal(recvmsg(socket, &message, MSG_CMSG_CLOEXEC), 1);
	struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
	assert_non_null(rights);
	if (rights != NULL)
		memcpy(&descriptor, CMSG_DATA(rights), sizeof(int));
	return descriptor;
}

static void test_dies_with_its_parent(void **state)
{
	struct spawned role;
	(void)state;
	assert_null(spawn_role("orphan", SANDBOX_DESK, NULL, 0, &role));
	int grandchild = received_descriptor(role.socket);
	expect_end(&role);
	struct pollfd wait = { .fd = grandchild, .events = POLLIN };
	assert_int_equal(poll(&wait, 1, LONG_MS), 1);
	close(grandchild);
}

static void test_too_many_grants_are_refused(void **state)
{
	const int granted[SPAWN_GRANTS_MOST + 1] = { 0 };
	struct spawned role;
	(void)state;
	assert_non_null(spawn_role(
		"look", SANDBOX_DESK, granted, SPAWN_GRANTS_MOST + 1, &role));
	assert_int_equal(role.socket, -1);
}

static void test_setting_names(void **state)
{
	enum sandbox_setting setting;
	(void)state;
	assert_true(setting_of_name("image", &setting));
	assert_int_equal(setting, SANDBOX_IMAGE);
	assert_true(setting_of_name("desk", &setting));
	assert_int_equal(setting, SANDBOX_DESK);
	assert_false(setting_of_name("", &setting));
	assert_false(setting_of_name("imagedesk", &setting));
}

static void test_ends_have_texts(void **state)
{
	static const struct {
		int code;
		int status;
		const char *text;
	} ends[] = {
		{ CLD_EXITED, 1, "it gave up" },
		{ CLD_EXITED, SANDBOX_EXIT + 9,
			"the system call filter could not be loaded" },
		{ CLD_KILLED, SIGSYS,
			"it made a system call that it may not make" },
		{ CLD_DUMPED, SIGSEGV, "it read or wrote where no memory is" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		siginfo_t end = { .si_code = ends[i].code };
		end.si_status = ends[i].status;
		assert_string_equal(spawn_end_text(&end), ends[i].text);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_descriptors_are_placed),
		cmocka_unit_test(test_descriptors_may_stand_in_the_way),
		cmocka_unit_test(test_talks_until_the_socket_closes),
		cmocka_unit_test(test_reaping_is_bounded),
		cmocka_unit_test(test_dies_with_its_parent),
		cmocka_unit_test(test_too_many_grants_are_refused),
		cmocka_unit_test(test_setting_names),
		cmocka_unit_test(test_ends_have_texts),
	};
	if (argc == 3 && strcmp(argv[0], "sandoqd") == 0 &&
		strcmp(argv[2], "desk") == 0)
		return run_role(argv[1]);
	patience(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
