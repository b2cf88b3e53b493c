/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/one_answer.h"
#include "tests/support/patience.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

void one_answer(role_handler *handle, void *state, enum role role,
	struct wire_said question, struct wire_message *answer)
{
	struct wire_message heard;
	int pair[2];
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	struct wire_end end = { pair[0], role, ROLE_SUPERVISOR, 0 };
	struct wire_end own = { pair[1], ROLE_SUPERVISOR, role, 0 };
	assert_null(wire_send(&own, question, NULL, 0));
	assert_null(wire_receive(&end, LONG_MS, &heard));
	assert_null(handle(state, &end, &heard));
	assert_null(wire_receive(&own, LONG_MS, answer));
	close(pair[0]);
	close(pair[1]);
}
