/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/machine/role.h"

#include "appliance/machine/memfd.h"
#include "appliance/machine/spawn.h"

#include <string.h>
#include <unistd.h>

struct wire_end role_end(enum role self)
{
	return (struct wire_end){
		.socket = SPAWN_SOCKET, .self = self, .peer = ROLE_SUPERVISOR
	};
}

static const struct role_duty *duty_of(
	const struct role_duty *duty, size_t count, enum wire_type type)
{
	for (size_t i = 0; i < count; i++)
		if (duty[i].type == type)
			return &duty[i];
	return NULL;
}

bool role_serve_one(struct wire_end *end, const struct role_duty *duties,
	size_t count, void *state)
{
	struct wire_message message;
	const struct role_duty *duty;
	refusal why;
	if (wire_receive(end, -1, &message) != NULL)
		return false;
	duty = duty_of(duties, count, message.type);
	why = duty == NULL ? "not this role's duty"
			   : duty->handle(state, end, &message);
	wire_close(&message);
	wipe(&message, sizeof(message));
	return why == NULL;
}

int role_serve(struct wire_end *end, const struct role_duty *duties,
	size_t count, void *state)
{
	while (role_serve_one(end, duties, count, state))
		;
	return 1;
}

refusal role_refuse_all(struct wire_end *end, const struct notice *notice)
{
	return wire_send(end, SAY(REFUSED, notice), NULL, 0);
}

refusal role_refuse(struct wire_end *end, const char *what, refusal why)
{
	struct notice notice = { .part[0].id = NOTICE_NONE };
	if (what != NULL && what[0] != '\0')
		notice_add(&notice, notice_name(what));
	if (why != NULL)
		notice_add(&notice, notice_refusal(why));
	return role_refuse_all(end, &notice);
}

refusal role_send_written(struct wire_end *end, struct wire_said said,
	const struct writer *content)
{
	const int memfd = memfd_written(content);
	refusal why;
	if (memfd < 0)
		return "the answer does not fit";
	why = wire_send(end, said, &memfd, 1);
	close(memfd);
	return why;
}
