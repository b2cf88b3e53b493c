/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys role, what only ever goes forward: the journal's anchor, the phase
 * counter, and the airlock's PCR.
 */
#include "appliance/machine/keys.h"

#include "appliance/formats/crypto.h"

refusal keys_anchor(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct keys *keys = state;
	struct keys_anchored answer;
	if (!tpm_anchor(keys->tpm, &HEARD(message, KEYS_ANCHOR)->chain,
		    &keys->boot, &keys->nv) ||
		!tpm_anchor_read(keys->tpm, &keys->nv, &answer.anchor))
		return keys_refuse(end, "the journal's anchor", keys->tpm);
	return wire_send(end, SAY(KEYS_ANCHORED, &answer), NULL, 0);
}

refusal keys_phase(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct keys *keys = state;
	struct keys_phase phase;
	if (!tpm_phase(keys->tpm, &keys->nv, &phase.phase))
		return keys_refuse(end, "the phase counter", keys->tpm);
	if (phase.phase + 1 == HEARD(message, KEYS_PHASE)->phase &&
		(!tpm_phase_advance(keys->tpm, &keys->boot, &keys->nv) ||
			!tpm_phase(keys->tpm, &keys->nv, &phase.phase)))
		return keys_refuse(end, "the phase counter", keys->tpm);
	return wire_send(end, SAY(KEYS_PHASED, &phase), NULL, 0);
}

refusal keys_airlock(
	void *state, struct wire_end *end, struct wire_message *message)
{
	static const char courier[] = "sandoq courier boot";
	struct keys *keys = state;
	const struct digest value = sha256(bytes_of_text(courier));
	struct notice answer = { .part[0].id = NOTICE_NONE };
	(void)message;
	if (!tpm_pcr_extend(keys->tpm, PCR_AIRLOCK, &value))
		return keys_refuse(end, "the airlock", keys->tpm);
	if (!tpm_airlock_refuses(keys->tpm))
		return role_refuse(end, "the airlock",
			"the TPM would let the election's keys work");
	keys_add_error(keys->tpm, &answer);
	return wire_send(end, SAY(KEYS_AIRLOCKED, &answer), NULL, 0);
}
