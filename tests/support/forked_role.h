/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A role in a child of this very program, without its sandbox, so that calls
 * which the program wraps are the role's, too. It ends when it is stopped.
 */
#ifndef SANDOQ_TESTS_SUPPORT_FORKED_ROLE_H
#define SANDOQ_TESTS_SUPPORT_FORKED_ROLE_H

#include "appliance/machine/wire.h"

#include <sys/types.h>

struct forked_role {
	pid_t child;
	struct wire_end end;
	struct wire_message answer; /* the last one, with its descriptors */
};

/* Set in the role's process alone. */
extern bool forked_in_role;

/* `granted` stays the caller's. */
struct forked_role forked_start(enum role, int (*role)(void), int granted);
/* `list`: a descriptor that goes along, or -1. The type of the answer. */
enum wire_type forked_ask(struct forked_role *, struct wire_said, int list);
void forked_stop(struct forked_role *);

#endif
