/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The starter: forks a count process for each box of one pass. To execute one,
 * and to read the plan in it, takes longer than most boxes do. It reads the
 * plan and nothing of a box; what it forks is the supervisor's child.
 */
#include "appliance/machine/roles.h"

#include "appliance/election/rules.h"
#include "appliance/formats/crypto.h"
#include "appliance/machine/role.h"
#include "appliance/machine/spawn.h"

#include <sched.h>
#include <unistd.h>

enum {
	BOX = SPAWN_GRANTED + 1,
	EXIT_NO_DESCRIPTORS = 90,
};

struct starting {
	struct counter counter;
	struct sandbox_inner count;
};

static refusal prepare(struct starting *starting)
{
	refusal why = role_count_prepare(&starting->counter);
	if (why == NULL && !sandbox_prepare(role_row_of(ROLE_COUNT)->sandbox,
				   &starting->count))
		why = "there is no memory";
	crypto_rehearse();
	p256_rehearse();
	return why;
}

_Noreturn static void become_count(
	const struct starting *starting, int socket, int box)
{
	if (dup2(socket, SPAWN_SOCKET) < 0 || dup2(box, BOX) < 0)
		_exit(EXIT_NO_DESCRIPTORS);
	sandbox_enter_inner(&starting->count);
	_exit(role_count_with(&starting->counter));
}

static refusal handle_count(
	void *state, struct wire_end *end, struct wire_message *message)
{
	int pidfd;
	/* No fork(): its child could not be a child of the supervisor's. */
	const long pid = syscall(
		SYS_clone, CLONE_PARENT | CLONE_PIDFD, NULL, &pidfd, NULL, 0);
	refusal why;
	if (pid == 0)
		become_count(
			state, message->descriptor[0], message->descriptor[1]);
	if (pid < 0)
		return "a process for a box could not be made";
	const struct starter_started body = { (uint32_t)pid };
	why = wire_send(end, SAY(STARTER_STARTED, &body), &pidfd, 1);
	close(pidfd);
	return why;
}

int role_starter(void)
{
	static const struct role_duty duties[] = {
		{ STARTER_COUNT, handle_count },
	};
	struct starting starting;
	struct wire_end end = role_end(ROLE_STARTER);
	if (prepare(&starting) != NULL)
		return 1;
	return role_serve(
		&end, duties, sizeof(duties) / sizeof(duties[0]), &starting);
}
