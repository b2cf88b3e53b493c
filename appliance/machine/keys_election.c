/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys role, an election's keys: they are made at sealing, and known again
 * in later boots, with the approvals that let them work.
 */
#include "appliance/machine/keys.h"

#include "appliance/machine/terms.h"
#include "appliance/record/members.h"

static void write_key(struct writer *out, const struct key_members *names,
	const struct election_key *key)
{
	uint8_t signature[TPM_SIGNATURE_SIZE];
	tpm_signature_encode(&key->certificate.signature, signature);
	write_item(out, ITEM_PUBLIC, names->public_area,
		tpm_public_bytes(&key->key.public_area));
	write_item(out, ITEM_PUBLIC, names->creation,
		bytes_of(key->creation_data, key->creation_size));
	write_item(out, ITEM_PUBLIC, names->attest,
		attestation_bytes(&key->certificate));
	write_item(out, ITEM_PUBLIC, names->signature,
		bytes_of(signature, sizeof(signature)));
	write_item(out, ITEM_PRIVATE, names->private_area,
		bytes_of(key->key.private_area.byte,
			key->key.private_area.size));
}

refusal keys_seal(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct keys *keys = state;
	uint8_t space[KEYS_ANSWER_MOST];
	struct writer out = writer_of(space, sizeof(space));
	struct election_key bk;
	struct election_key rk;
	uint8_t phase[8];
	struct writer number = writer_of(phase, sizeof(phase));
	struct election *election = HEARD(message, KEYS_SEAL);
	refusal why;
	if (!tpm_phase(keys->tpm, &keys->nv, &election->phase))
		return keys_refuse(end, "the phase counter", keys->tpm);
	why = election_terms_of(election, &keys->nv, &keys->terms);
	if (why != NULL)
		return role_refuse(end, "the definition", why);
	if (!tpm_make_bk(keys->tpm, &keys->terms, &bk) ||
		!tpm_make_rk(keys->tpm, &keys->terms, &rk))
		return keys_refuse(end, "the election's keys", keys->tpm);
	write_key(&out, &bk_members, &bk);
	write_key(&out, &rk_members, &rk);
	write_u64(&number, election->phase);
	write_item(&out, ITEM_PUBLIC, MEMBER_PHASE, written(&number));
	return role_send_written(end, SAY(KEYS_MEMBERS, &nothing), &out);
}

static refusal take_recipients(
	const struct recipients *told, struct recipients *out)
{
	refusal why = told->count <= RECIPIENTS_MOST
			      ? NULL
			      : "it has more recipients than can be";
	for (size_t i = 0; why == NULL && i < told->count; i++)
		why = p256_check(&told->key[i]);
	if (why == NULL)
		*out = *told;
	return why;
}

refusal keys_election(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct keys *keys = state;
	const struct election *election = HEARD(message, KEYS_ELECTION);
	refusal why = election_terms_of(election, &keys->nv, &keys->terms);
	if (why == NULL)
		why = p256_from_point(
			bytes_of(election->bk_point, P256_POINT_SIZE),
			&keys->bk_public);
	if (why == NULL && (!keys_of_blobs(&election->bk_public,
				    &election->bk_private, &keys->bk) ||
				   !keys_of_blobs(&election->rk_public,
					   &election->rk_private, &keys->rk)))
		why = "the election's keys are not sound";
	if (why == NULL)
		why = take_recipients(&election->recipients, &keys->recipients);
	if (why != NULL)
		return role_refuse(end, "the election", why);
	return wire_send(end, SAY(DONE, &nothing), NULL, 0);
}

refusal keys_approvals(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct keys *keys = state;
	const struct keys_approvals *given = HEARD(message, KEYS_APPROVALS);
	if (given->release)
		keys->release = given->approvals;
	else
		keys->open = given->approvals;
	return wire_send(end, SAY(DONE, &nothing), NULL, 0);
}
