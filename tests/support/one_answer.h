/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one handler of a role answers to one question, in this process: for
 * tests that play what the role stands on (--wrap).
 */
#ifndef SANDOQ_TESTS_SUPPORT_ONE_ANSWER_H
#define SANDOQ_TESTS_SUPPORT_ONE_ANSWER_H

#include "appliance/machine/role.h"

/* Asked by the supervisor. The caller ends the answer with wire_close(). */
void one_answer(role_handler *, void *state, enum role role,
	struct wire_said question, struct wire_message *answer);

#endif
