/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/forked_role.h"

#include "appliance/machine/spawn.h"
#include "tests/support/patience.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { FREE = 16 /* descriptors below are the role's */ };

bool forked_in_role;

_Noreturn static void be(int (*role)(void), int socket, int granted)
{
	const int high[] = { fcntl(socket, F_DUPFD, FREE),
		fcntl(granted, F_DUPFD, FREE) };
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (dup2(high[0], SPAWN_SOCKET) != SPAWN_SOCKET ||
		dup2(high[1], SPAWN_GRANTED) != SPAWN_GRANTED)
		_exit(2);
	closefrom(SPAWN_GRANTED + 1);
	forked_in_role = true;
	_exit(role());
}

struct forked_role forked_start(enum role self, int (*role)(void), int granted)
{
	struct forked_role out = { .answer.descriptor = { -1, -1, -1, -1 } };
	int pair[2];
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	out.child = fork();
	assert_true(out.child >= 0);
	if (out.child == 0)
		be(role, pair[1], granted);
	close(pair[1]);
	out.end = (struct wire_end){ pair[0], ROLE_SUPERVISOR, self, 0 };
	return out;
}

enum wire_type forked_ask(
	struct forked_role *role, struct wire_said said, int list)
{
	assert_null(wire_send(&role->end, said, &list, list < 0 ? 0 : 1));
	wire_close(&role->answer);
	assert_null(wire_receive(&role->end, LONG_MS, &role->answer));
	return role->answer.type;
}

void forked_stop(struct forked_role *role)
{
	int status;
	close(role->end.socket);
	assert_int_equal(waitpid(role->child, &status, 0), role->child);
	assert_true(WIFEXITED(status));
	wire_close(&role->answer);
}
