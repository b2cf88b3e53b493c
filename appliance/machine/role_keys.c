/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys role: the only process that holds the TPM. It takes fixed-size
 * messages and nothing else.
 */
#include "appliance/machine/roles.h"

#include "appliance/machine/keys.h"
#include "appliance/machine/spawn.h"

enum { TPM = SPAWN_GRANTED };

int role_keys(void)
{
	static const struct role_duty duties[] = {
		{ KEYS_START, keys_start },
		{ KEYS_IDENTITY, keys_identity },
		{ KEYS_ENROL, keys_enrol },
		{ KEYS_LOCK, keys_lock },
		{ KEYS_ANCHOR, keys_anchor },
		{ KEYS_PHASE, keys_phase },
		{ KEYS_AIRLOCK, keys_airlock },
		{ KEYS_SEAL, keys_seal },
		{ KEYS_ELECTION, keys_election },
		{ KEYS_APPROVALS, keys_approvals },
		{ KEYS_BOX, keys_box },
		{ KEYS_SIGN, keys_sign },
		{ KEYS_QUOTE, keys_quote },
		{ KEYS_CERTIFY, keys_certify },
		{ KEYS_SOFTWARE, keys_software },
		{ KEYS_APPROVE, keys_approve },
		{ KEYS_REVOKE, keys_revoke },
	};
	static struct keys keys;
	struct wire_end end = role_end(ROLE_KEYS);
	int status;
	keys.tpm = tpm_open(TPM);
	if (keys.tpm == NULL)
		return 1;
	status = role_serve(
		&end, duties, sizeof(duties) / sizeof(duties[0]), &keys);
	tpm_close(keys.tpm);
	return status;
}
