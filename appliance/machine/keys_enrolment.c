/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys role, enrolment: the machine's identity, the indices of its
 * operators, the lock of its journal; then the owner is locked out.
 */
#include "appliance/machine/keys.h"

#include "appliance/formats/crypto.h"
#include "appliance/record/members.h"

static bool write_identity(struct keys *keys, struct writer *out)
{
	uint8_t certificate[EK_CERTIFICATE_MOST];
	size_t size;
	struct tpm_public ek;
	struct root_keys root;
	if (!tpm_make_root_keys(keys->tpm, &root) ||
		!tpm_ek_public(keys->tpm, &ek) ||
		!tpm_ek_certificate(keys->tpm, certificate, &size))
		return false;
	write_item(out, ITEM_PUBLIC, MEMBER_EK_CERTIFICATE,
		bytes_of(certificate, size));
	write_item(out, ITEM_PUBLIC, MEMBER_EK, tpm_public_bytes(&ek));
	write_item(out, ITEM_PUBLIC, MEMBER_AK, tpm_public_bytes(&root.ak));
	write_item(out, ITEM_PUBLIC, MEMBER_SRK, tpm_public_bytes(&root.srk));
	return true;
}

refusal keys_identity(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct keys *keys = state;
	uint8_t space[KEYS_ANSWER_MOST];
	struct writer out = writer_of(space, sizeof(space));
	(void)message;
	if (!write_identity(keys, &out))
		return keys_refuse(end, "the machine's identity", keys->tpm);
	return role_send_written(end, SAY(KEYS_MEMBERS, &nothing), &out);
}

static void write_nv(struct keys *keys, struct writer *out)
{
	for (unsigned i = 0; i < NV_COUNT; i++) {
		uint8_t area[NV_PUBLIC_SIZE];
		const enum nv_index index = (enum nv_index)i;
		const struct digest policy = nv_policy(&keys->machine, index);
		nv_encode(index, &policy, true, area);
		write_item(out, ITEM_PUBLIC, nv_members[i],
			bytes_of(area, sizeof(area)));
	}
}

static void write_lock(const struct keys *keys, const struct keys_enrol *asked,
	const struct root_keys *root, const struct sealed_key *mac,
	struct writer *out)
{
	uint8_t space[4096];
	struct writer encoded = writer_of(space, sizeof(space));
	struct journal_lock lock = {
		.srk = public_name(tpm_public_bytes(&root->srk)),
		.ak = keys->machine.ak,
		.operators = asked->operators,
		.boot = asked->software.boot,
	};
	blob_set(&lock.mac_public, tpm_public_bytes(&mac->public_area));
	blob_set(&lock.mac_private,
		bytes_of(mac->private_area.byte, mac->private_area.size));
	journal_lock_encode(&encoded, &lock);
	write_item(out, ITEM_PRIVATE, MEMBER_LOCK, written(&encoded));
}

/*
 * Each operator's credential: what only this TPM can find in it becomes public,
 * when it is what the operator's approval says.
 */
static refusal activate(
	struct keys *keys, const struct keys_enrol *asked, struct writer *out)
{
	if (asked->credentials > QUORUM_MOST)
		return "there are too many credentials";
	for (size_t n = 0; n < asked->credentials; n++) {
		const struct operators_credential *one = &asked->credential[n];
		uint8_t secret[SHA256_SIZE];
		char name[MEMBER_NAME_SIZE];
		if (!tpm_activate(keys->tpm, &one->credential, secret))
			return "this TPM does not open an operator's "
			       "credential";
		const struct digest digest =
			sha256(bytes_of(secret, sizeof(secret)));
		if (!digest_equal(&digest, &one->secret))
			return "an operator's credential holds another secret "
			       "than the approval says";
		member_numbered(MEMBER_ACTIVATION, n + 1, name);
		write_item(out, ITEM_PUBLIC, name,
			bytes_of(secret, sizeof(secret)));
	}
	return NULL;
}

/* The steps of an enrolment; each finds what an earlier try has done. */
static bool enrol(struct keys *keys, const struct keys_enrol *asked,
	struct writer *out, struct journal_key *mac_key)
{
	struct root_keys root;
	struct sealed_key mac;
	uint64_t revocation;
	uint64_t phase;
	if (!tpm_make_root_keys(keys->tpm, &root) ||
		!tpm_define_indices(keys->tpm, &keys->machine) ||
		!tpm_first_revocation(keys->tpm, &keys->machine, &revocation) ||
		!tpm_write_boot_policy(keys->tpm, &keys->machine, &keys->boot,
			&asked->software.approvals) ||
		!tpm_first_phase(keys->tpm, &keys->boot, &keys->nv, &phase) ||
		!tpm_make_journal_key(keys->tpm, &keys->nv, &mac) ||
		!tpm_unseal_journal_key(keys->tpm, &mac, &keys->boot, &keys->nv,
			mac_key->mac_key.byte))
		return false;
	write_nv(keys, out);
	write_lock(keys, asked, &root, &mac, out);
	return true;
}

static refusal begin_enrolment(
	struct keys *keys, const struct keys_enrol *asked, struct writer *out)
{
	struct root_keys root;
	struct tpm_state is;
	refusal why = quorum_check(&asked->operators);
	if (why != NULL)
		return why;
	if (!tpm_state(keys->tpm, &is))
		return "the TPM does not tell its state";
	if (!is.certifies_nv)
		return "the TPM does not know TPM2_NV_Certify, by which it is "
		       "to vouch for the journal";
	if (!tpm_make_root_keys(keys->tpm, &root))
		return "the TPM makes no root keys";
	why = activate(keys, asked, out);
	if (why != NULL)
		return why;
	keys->machine = (struct machine){
		.operators = asked->operators,
		.ak = public_name(tpm_public_bytes(&root.ak)),
	};
	keys->nv = machine_nv_names(&keys->machine);
	keys->boot = asked->software.boot;
	return NULL;
}

refusal keys_enrol(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct keys *keys = state;
	uint8_t space[KEYS_ANSWER_MOST];
	struct writer out = writer_of(space, sizeof(space));
	struct journal_key answer = { 0 };
	refusal why = begin_enrolment(keys, HEARD(message, KEYS_ENROL), &out);
	const struct tpm_error error = tpm_error(keys->tpm);
	if (why != NULL && !tpm_is_gone(&error))
		return role_refuse(end, "enrolment", why);
	if (why != NULL || !write_identity(keys, &out) ||
		!enrol(keys, HEARD(message, KEYS_ENROL), &out, &answer))
		return keys_refuse(end, "enrolment", keys->tpm);
	why = role_send_written(end, SAY(KEYS_ENROLLED, &answer), &out);
	wipe(&answer, sizeof(answer));
	return why;
}

refusal keys_lock(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct keys *keys = state;
	(void)message;
	return keys_done(
		end, tpm_lock_owner(keys->tpm), "the owner's lock", keys->tpm);
}
