/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/desk/play.h"
#include "tests/support/patience.h"

#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

struct play play_start(
	const struct stage *stage, enum role role, const int *granted, size_t n)
{
	struct play play = { .answer.descriptor = { -1, -1, -1, -1 } };
	assert_null(peer_start(&play.peer, role, stage->setting, granted, n));
	return play;
}

static bool takes(struct play *play, enum answer answer, enum wire_type wanted)
{
	return answer == (wanted == REFUSED ? ANSWER_REFUSED : ANSWERED) &&
	       play->answer.type == wanted;
}

bool play_ask(struct play *play, struct wire_said said, const int *descriptor,
	size_t count, enum wire_type wanted)
{
	wire_close(&play->answer);
	return takes(play,
		peer_ask(&play->peer, said, descriptor, count, &play->answer,
			&play->why),
		wanted);
}

bool play_next(struct play *play, enum wire_type wanted)
{
	wire_close(&play->answer);
	return takes(play, peer_next(&play->peer, &play->answer, &play->why),
		wanted);
}

bool play_ends(struct play *play, bool well)
{
	siginfo_t end = { 0 };
	wire_close(&play->answer);
	if (play->peer.process.pid <= 0)
		return false;
	if (!well) {
		peer_stop(&play->peer);
		return false;
	}
	close(play->peer.process.socket);
	well = spawn_reap(&play->peer.process, LONG_MS, &end) &&
	       end.si_code == CLD_EXITED && end.si_status == 1;
	close(play->peer.process.pidfd);
	return well;
}
