/* SPDX-License-Identifier: Apache-2.0 */
/* The keys role, later software: its approval, and revocations. */
#include "appliance/machine/keys.h"

#include "appliance/record/members.h"

#include <string.h>

/* All that the TPM would refuse, and what would leave nothing that can run. */
static refusal check_software(struct keys *keys,
	const struct keys_software *asked, uint64_t revocation)
{
	const struct boot_policy *boot = &asked->boot;
	const struct approval_scope scope =
		machine_scope(&keys->machine, APPROVE_BOOT);
	const struct digest cp_hash =
		boot_approval_cp_hash(&keys->machine, boot, true);
	uint8_t now[TPM_NAME_SIZE];
	uint8_t wanted[TPM_NAME_SIZE];
	refusal why = boot_policy_check(boot);
	if (why == NULL)
		why = approvals_check(&keys->machine.operators, &scope,
			&cp_hash, &asked->approvals);
	if (why != NULL)
		return why;
	if (boot->epoch < revocation)
		return "it is revoked: the revocation counter is above what "
		       "it allows";
	boot_policy_value(&keys->boot, &keys->nv, now);
	boot_policy_value(boot, &keys->nv, wanted);
	return memcmp(now, wanted, sizeof(now)) != 0 ? NULL
						     : "it is in force already";
}

/* What the next start finds in the journal's clear. */
refusal keys_software(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct keys *keys = state;
	uint8_t space[1024];
	uint8_t items[1100];
	struct writer encoded = writer_of(space, sizeof(space));
	struct writer out = writer_of(items, sizeof(items));
	uint64_t revocation;
	refusal why;
	if (!tpm_revocations(keys->tpm, &keys->nv, &revocation))
		return keys_refuse(end, "the revocation counter", keys->tpm);
	why = check_software(keys, HEARD(message, KEYS_SOFTWARE), revocation);
	if (why != NULL)
		return role_refuse(end, "the software's approval", why);
	journal_boot_encode(&encoded, &HEARD(message, KEYS_SOFTWARE)->boot);
	write_item(&out, ITEM_PRIVATE, MEMBER_BOOT_STATE, written(&encoded));
	return role_send_written(end, SAY(KEYS_MEMBERS, &nothing), &out);
}

/* From here on the software that runs has no keys, unless it is the same. */
refusal keys_approve(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct keys *keys = state;
	const struct keys_software *asked = HEARD(message, KEYS_APPROVE);
	return keys_done(end,
		tpm_write_boot_policy(keys->tpm, &keys->machine, &asked->boot,
			&asked->approvals),
		"the software's approval", keys->tpm);
}

/* One that was done before its power went is done. */
refusal keys_revoke(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct keys *keys = state;
	const struct keys_revoke *asked = HEARD(message, KEYS_REVOKE);
	uint64_t revocation;
	if (!tpm_revocations(keys->tpm, &keys->nv, &revocation))
		return keys_refuse(end, "the revocation counter", keys->tpm);
	if (revocation == asked->from + 1)
		return wire_send(end, SAY(DONE, &nothing), NULL, 0);
	if (revocation != asked->from)
		return role_refuse(end, "the revocation",
			"it is for another value of the counter");
	return keys_done(end,
		tpm_revoke(keys->tpm, &keys->machine, &asked->approvals),
		"the revocation", keys->tpm);
}
