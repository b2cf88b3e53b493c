/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The define role: one process for one task. It reads what people wrote (JSON,
 * notes, texts) and answers with fixed structs, so that nobody who holds a key
 * or a device has to.
 */
#include "appliance/machine/define.h"
#include "appliance/machine/roles.h"

int role_define(void)
{
	static const struct role_duty duties[] = {
		{ DEFINE_ENROL, define_enrolment },
		{ DEFINE_SEAL, define_election },
		{ DEFINE_LOAD, define_election },
		{ DEFINE_OPEN, define_open },
		{ DEFINE_RELEASE, define_release },
		{ DEFINE_SOFTWARE, define_software },
		{ DEFINE_REVOKE, define_revocation },
		{ DEFINE_ABANDON, define_abandonment },
		{ DEFINE_DELIVERY, define_delivery },
		{ DEFINE_DIGEST, define_digest },
	};
	struct task task = { 0 };
	struct wire_end end = role_end(ROLE_DEFINE);
	return role_serve(
		&end, duties, sizeof(duties) / sizeof(duties[0]), &task);
}
