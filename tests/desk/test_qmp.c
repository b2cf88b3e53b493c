/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client of QMP with somebody in QEMU's place: one who goes on saying
 * something is waited for, one who says nothing any more is given up.
 */
#include "appliance/desk/emulator/folder.h"
#include "appliance/desk/emulator/qmp.h"
#include "tests/support/patience.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* The pause is longer than a look at the process, and shorter than patience. */
enum { SHORT_MS = 1000, EVENTS = 12, EVERY_MS = 100, PAUSE_MS = 700 };

static void say(int socket, const char *line)
{
	if (send(socket, line, strlen(line), MSG_NOSIGNAL) < 0)
		_exit(1);
}

/* So many events, each a while after the one before, and later the answer. */
_Noreturn static void be_slow(int socket, unsigned events, bool answers)
{
	char command[256];
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (recv(socket, command, sizeof(command), 0) <= 0)
		_exit(1);
	for (unsigned i = 0; i < events; i++) {
		usleep(EVERY_MS * 1000);
		say(socket, "{\"event\": \"RTC_CHANGE\"}\n");
	}
	usleep(PAUSE_MS * 1000);
	if (answers)
		say(socket, "{\"return\": {}}\n");
	for (;;)
		pause();
}

static unsigned heard;

static void hear(void *owner, const char *name, const json_t *data)
{
	(void)owner;
	(void)data;
	heard += strcmp(name, "RTC_CHANGE") == 0;
}

static bool call(unsigned events, bool answers, uint64_t *waited)
{
	static struct qmp qmp;
	int pair[2];
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	const pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		be_slow(pair[1], events, answers);
	close(pair[1]);
	qmp = (struct qmp){
		.socket = pair[0], .event = hear, .process = { pid, 0 }
	};
	heard = 0;
	const uint64_t begin = now_ms();
	const bool called = qmp_call(&qmp, "device_del", NULL, SHORT_MS);
	*waited = now_ms() - begin;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(pair[0]);
	if (!called)
		assert_string_equal(qmp.error, "QEMU did not answer in time");
	return called;
}

static void who_says_something_is_waited_for(void **state)
{
	uint64_t waited;
	(void)state;
	assert_true(call(EVENTS, true, &waited));
	assert_int_equal(heard, EVENTS);
	assert_true(waited >= EVENTS * EVERY_MS + PAUSE_MS);
}

static void who_says_nothing_is_given_up(void **state)
{
	uint64_t waited;
	(void)state;
	assert_false(call(1, false, &waited));
	assert_int_equal(heard, 1);
	assert_true(waited >= SHORT_MS + EVERY_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_says_something_is_waited_for),
		cmocka_unit_test(who_says_nothing_is_given_up),
	};
	patience(20);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
