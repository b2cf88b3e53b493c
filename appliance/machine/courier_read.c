/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a medium brought, as the intake process read it. Looks at none of it.
 */
#include "appliance/machine/courier.h"

bool courier_read(struct session *session, struct medium *medium, int *brought)
{
	struct wire_message answer;
	if (!session_ask(session, &medium->intake, SAY(INTAKE_TAKE, &nothing),
		    NULL, 0, INTAKE_MEMBERS, &answer))
		return false;
	*brought = answer.descriptor[0];
	return true;
}
