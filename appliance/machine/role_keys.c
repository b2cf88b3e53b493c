/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys role: the only process that holds the TPM. It takes fixed-size
 * messages and nothing else.
 */
#include "appliance/machine/roles.h"

#include "appliance/formats/crypto.h"
#include "appliance/machine/role.h"
#include "appliance/machine/spawn.h"
#include "appliance/machine/terms.h"
#include "appliance/record/items.h"
#include "appliance/record/members.h"
#include "tpm/tpm.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	TPM = SPAWN_GRANTED,
	ANSWER_MOST = 32 * 1024,
	/* Firmware and loader, and what the airlock extends. */
	QUOTED_PCRS = 0x7fff,
};

struct keys {
	struct tpm *tpm;
	struct machine machine;
	struct nv_names nv;
	struct boot_policy boot;
	struct election_terms terms;
	struct sealed_key bk;
	struct p256_public bk_public;
	struct sealed_key rk;
	struct approvals open;
	struct approvals release;
};

static void error_text(struct tpm *tpm, char line[WIRE_TEXT_MOST])
{
	const struct tpm_error error = tpm_error(tpm);
	struct writer out = writer_of(line, WIRE_TEXT_MOST - 1);
	write_tpm_error(&out, &error);
	line[out.broken ? 0 : out.size] = '\0';
}

static refusal refuse_tpm(
	struct wire_end *end, const char *what, struct tpm *tpm)
{
	char line[WIRE_TEXT_MOST];
	error_text(tpm, line);
	return role_refuse(end, what, line, NULL);
}

static refusal done(
	struct wire_end *end, bool worked, const char *what, struct tpm *tpm)
{
	return worked ? wire_send(end, DONE, NULL, NULL, 0)
		      : refuse_tpm(end, what, tpm);
}

static bool blob_to_public(const struct wire_blob *blob, struct tpm_public *out)
{
	out->size = blob->size;
	if (blob->size > sizeof(out->byte))
		return false;
	memcpy(out->byte, blob->data, blob->size);
	return true;
}

static bool blobs_to_key(const struct wire_blob *public_area,
	const struct wire_blob *private_area, struct sealed_key *out)
{
	out->private_area.size = private_area->size;
	if (private_area->size > sizeof(out->private_area.byte))
		return false;
	memcpy(out->private_area.byte, private_area->data, private_area->size);
	return blob_to_public(public_area, &out->public_area);
}

/* --- start --- */

static refusal started_well(struct keys *keys, const struct journal_lock *lock,
	struct sealed_key *mac)
{
	refusal why = machine_of(&lock->operators, lock->ak, &keys->machine);
	if (why != NULL)
		return why;
	keys->nv = machine_nv_names(&keys->machine);
	return blobs_to_key(&lock->mac_public, &lock->mac_private, mac)
		       ? NULL
		       : "the journal's lock is not sound";
}

/* All software that the journal says was approved, the enrolment's first. */
struct approved {
	uint64_t entry[1 + WIRE_SOFTWARE_MOST];
	struct boot_policy boot[1 + WIRE_SOFTWARE_MOST];
	size_t count;
};

static struct approved approved_of(const struct journal_scanned *scanned)
{
	struct approved out = { .count = 1 };
	out.boot[0] = boot_policy_of(&scanned->lock.boot);
	for (size_t i = 0;
		i < scanned->software_count && i < WIRE_SOFTWARE_MOST; i++) {
		const struct later_software *later = &scanned->software[i];
		out.entry[out.count] = later->entry;
		out.boot[out.count++] = boot_policy_of(&later->boot);
	}
	return out;
}

/* The last one that index A approves; `count` when there is none. */
static bool find_in_force(
	struct keys *keys, const struct approved *approved, size_t *out)
{
	uint8_t worked[TPM_NAME_SIZE];
	uint8_t value[TPM_NAME_SIZE];
	if (!tpm_boot_policy_value(keys->tpm, &keys->nv, worked))
		return false;
	*out = approved->count;
	for (size_t i = 0; i < approved->count; i++) {
		boot_policy_value(&approved->boot[i], &keys->nv, value);
		if (memcmp(value, worked, sizeof(value)) == 0)
			*out = i;
	}
	return true;
}

/* Whether software that is not in force runs: its place, or `count`. */
static size_t find_running(struct keys *keys, const struct approved *approved)
{
	size_t i = approved->count;
	while (i-- > 0) {
		struct pcr_set now;
		const struct pcr_set *wanted = &approved->boot[i].pcrs;
		if (tpm_pcr_read(keys->tpm, wanted->mask, &now) &&
			pcr_set_differences(wanted, &now) == 0)
			return i;
	}
	return approved->count;
}

/* The TPM's words, and what the journal knows of the software that runs. */
static void explain_refusal(struct keys *keys, const struct approved *approved,
	size_t in_force, struct wire_text *out)
{
	char said[WIRE_TEXT_MOST];
	char line[WIRE_TEXT_MOST];
	error_text(keys->tpm, said);
	const size_t running = find_running(keys, approved);
	if (running < in_force)
		snprintf(line, sizeof(line),
			"this software is no longer approved: journal entry "
			"%" PRIu64 " approved other software: exchange the EFI "
			"file (%.80s)",
			approved->entry[in_force], said);
	else if (running > in_force && running < approved->count)
		snprintf(line, sizeof(line),
			"the TPM has not taken the approval of this software "
			"(journal entry %" PRIu64
			"): start the software before it once more (%.80s)",
			approved->entry[running], said);
	else
		snprintf(line, sizeof(line), "%s", said);
	wire_text_set(out, line);
}

static bool read_counters(struct keys *keys, struct keys_started *out)
{
	return tpm_revocations(keys->tpm, &keys->nv, &out->revocation) &&
	       tpm_phase(keys->tpm, &keys->nv, &out->phase) &&
	       tpm_anchor_read(keys->tpm, &keys->nv, &out->anchor);
}

/* Everything that needs no approved boot; then the MAC key, which does. */
static bool read_machine(struct keys *keys,
	const struct journal_scanned *scanned, const struct sealed_key *mac,
	struct keys_started *out)
{
	const struct approved approved = approved_of(scanned);
	const struct tpm_name srk = tpm_name_of(scanned->lock.srk);
	size_t in_force;
	if (!tpm_pin(keys->tpm, &srk) || !read_counters(keys, out) ||
		!find_in_force(keys, &approved, &in_force)) {
		char line[WIRE_TEXT_MOST];
		error_text(keys->tpm, line);
		wire_text_set(&out->why, line);
		return false;
	}
	if (in_force == approved.count ||
		boot_policy_check(&approved.boot[in_force]) != NULL) {
		wire_text_set(&out->why,
			"the TPM holds the approval of software that this "
			"journal does not know: it is an earlier copy");
		return false;
	}
	keys->boot = approved.boot[in_force];
	out->software = approved.entry[in_force];
	out->epoch = keys->boot.epoch;
	if (tpm_unseal_journal_key(
		    keys->tpm, mac, &keys->boot, &keys->nv, out->mac_key.byte))
		return true;
	explain_refusal(keys, &approved, in_force, &out->why);
	return false;
}

static bool read_state(struct keys *keys, struct keys_started *out)
{
	struct tpm_state state;
	if (!tpm_state(keys->tpm, &state))
		return false;
	out->owner_locked = state.owner_locked;
	out->reset_count = state.clock.reset_count;
	out->restart_count = state.clock.restart_count;
	if (!state.sha256_only) {
		out->refused = 1;
		wire_text_set(&out->why, "the TPM has another PCR bank active "
					 "than sha256 alone");
	}
	return true;
}

/* A TPM that nobody owns yet gets its root keys. */
static bool make_root_keys(struct keys *keys, struct keys_started *out)
{
	struct root_keys root;
	struct tpm_name ak;
	struct tpm_name srk;
	if (!tpm_make_root_keys(keys->tpm, &root))
		return false;
	ak = public_name(tpm_public_bytes(&root.ak));
	srk = public_name(tpm_public_bytes(&root.srk));
	memcpy(out->ak, ak.byte, sizeof(out->ak));
	memcpy(out->srk, srk.byte, sizeof(out->srk));
	return true;
}

static refusal handle_start(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct keys *keys = state;
	const struct journal_scanned *asked = &message->body.scanned;
	struct keys_started answer = { 0 };
	struct sealed_key mac;
	refusal why;
	if (!read_state(keys, &answer))
		return refuse_tpm(end, "the TPM", keys->tpm);
	if (asked->blank && !answer.owner_locked &&
		!make_root_keys(keys, &answer))
		return refuse_tpm(end, "the root keys", keys->tpm);
	if (!asked->blank) {
		memcpy(answer.ak, asked->lock.ak, sizeof(answer.ak));
		memcpy(answer.srk, asked->lock.srk, sizeof(answer.srk));
	}
	if (!asked->blank && !answer.refused) {
		why = started_well(keys, &asked->lock, &mac);
		if (why != NULL)
			return role_refuse(
				end, "the journal's lock", why, NULL);
		answer.refused = !read_machine(keys, asked, &mac, &answer);
	}
	why = wire_send(end, KEYS_STARTED, &answer, NULL, 0);
	wipe(&answer, sizeof(answer));
	return why;
}

/* --- enrolment --- */

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

static refusal handle_identity(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct keys *keys = state;
	uint8_t space[ANSWER_MOST];
	struct writer out = writer_of(space, sizeof(space));
	(void)message;
	if (!write_identity(keys, &out))
		return refuse_tpm(end, "the machine's identity", keys->tpm);
	return role_send_written(end, KEYS_MEMBERS, NULL, &out);
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
	struct journal_lock lock = { .operators = asked->operators,
		.boot = asked->software.boot };
	const struct tpm_name srk = public_name(tpm_public_bytes(&root->srk));
	memcpy(lock.srk, srk.byte, sizeof(lock.srk));
	memcpy(lock.ak, keys->machine.ak.byte, sizeof(lock.ak));
	wire_blob_set(&lock.mac_public, tpm_public_bytes(&mac->public_area));
	wire_blob_set(&lock.mac_private,
		bytes_of(mac->private_area.byte, mac->private_area.size));
	journal_lock_encode(&encoded, &lock);
	write_item(out, ITEM_PRIVATE, MEMBER_LOCK, written(&encoded));
}

static bool activate(
	struct keys *keys, const struct keys_enrol *asked, struct writer *out)
{
	struct credential credential;
	uint8_t secret[SHA256_SIZE];
	if (asked->credential.size != sizeof(credential.blob) ||
		asked->secret.size != sizeof(credential.seed))
		return false;
	memcpy(credential.blob, asked->credential.data,
		sizeof(credential.blob));
	memcpy(credential.seed, asked->secret.data, sizeof(credential.seed));
	if (!tpm_activate(keys->tpm, &credential, secret))
		return false;
	write_item(out, ITEM_PUBLIC, MEMBER_ACTIVATION,
		bytes_of(secret, sizeof(secret)));
	return true;
}

/* The steps of an enrolment; each finds what an earlier try has done. */
static bool enrol(struct keys *keys, const struct keys_enrol *asked,
	struct writer *out, struct journal_key *mac_key)
{
	const struct approvals approvals =
		approvals_of(&asked->software.approvals, true);
	struct root_keys root;
	struct sealed_key mac;
	uint64_t revocation;
	uint64_t phase;
	if (!activate(keys, asked, out) ||
		!tpm_make_root_keys(keys->tpm, &root) ||
		!tpm_define_indices(keys->tpm, &keys->machine) ||
		!tpm_first_revocation(keys->tpm, &keys->machine, &revocation) ||
		!tpm_write_boot_policy(
			keys->tpm, &keys->machine, &keys->boot, &approvals) ||
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
	struct keys *keys, const struct keys_enrol *asked)
{
	struct root_keys root;
	struct tpm_name ak;
	refusal why;
	if (!tpm_make_root_keys(keys->tpm, &root))
		return "the TPM makes no root keys";
	ak = public_name(tpm_public_bytes(&root.ak));
	why = machine_of(&asked->operators, ak.byte, &keys->machine);
	keys->nv = machine_nv_names(&keys->machine);
	keys->boot = boot_policy_of(&asked->software.boot);
	return why;
}

static refusal handle_enrol(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct keys *keys = state;
	uint8_t space[ANSWER_MOST];
	struct writer out = writer_of(space, sizeof(space));
	struct journal_key answer = { 0 };
	refusal why = begin_enrolment(keys, &message->body.enrol);
	if (why != NULL)
		return role_refuse(end, "enrolment", why, NULL);
	if (!write_identity(keys, &out) ||
		!enrol(keys, &message->body.enrol, &out, &answer))
		return refuse_tpm(end, "enrolment", keys->tpm);
	why = role_send_written(end, KEYS_ENROLLED, &answer, &out);
	wipe(&answer, sizeof(answer));
	return why;
}

static refusal handle_lock(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct keys *keys = state;
	(void)message;
	return done(end, tpm_lock_owner(keys->tpm), "owner authorization",
		keys->tpm);
}

/* --- journal --- */

static refusal handle_anchor(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct keys *keys = state;
	struct digest value;
	if (!tpm_anchor(keys->tpm, &message->body.anchor.chain, &keys->boot,
		    &keys->nv) ||
		!tpm_anchor_read(keys->tpm, &keys->nv, &value))
		return refuse_tpm(end, "the journal's anchor", keys->tpm);
	return wire_send(end, KEYS_ANCHORED, &value, NULL, 0);
}

static refusal handle_phase(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct keys *keys = state;
	struct keys_phase phase;
	if (!tpm_phase(keys->tpm, &keys->nv, &phase.phase))
		return refuse_tpm(end, "the phase counter", keys->tpm);
	if (phase.phase + 1 == message->body.phase.phase &&
		(!tpm_phase_advance(keys->tpm, &keys->boot, &keys->nv) ||
			!tpm_phase(keys->tpm, &keys->nv, &phase.phase)))
		return refuse_tpm(end, "the phase counter", keys->tpm);
	return wire_send(end, KEYS_PHASED, &phase, NULL, 0);
}

static refusal handle_airlock(
	void *state, struct wire_end *end, struct wire_message *message)
{
	static const char courier[] = "sandoq courier boot";
	struct keys *keys = state;
	const struct digest value = sha256(bytes_of_text(courier));
	struct wire_text answer;
	char line[WIRE_TEXT_MOST];
	(void)message;
	if (!tpm_pcr_extend(keys->tpm, PCR_AIRLOCK, &value))
		return refuse_tpm(end, "the airlock", keys->tpm);
	if (!tpm_airlock_refuses(keys->tpm))
		return role_refuse(end, "the airlock",
			"the TPM would let the election's keys work", NULL);
	error_text(keys->tpm, line);
	wire_text_set(&answer, line);
	return wire_send(end, KEYS_AIRLOCKED, &answer, NULL, 0);
}

/* --- later software --- */

/* All that the TPM would refuse, and what would leave nothing that can run. */
static refusal check_software(struct keys *keys,
	const struct keys_software *asked, uint64_t revocation)
{
	const struct boot_policy boot = boot_policy_of(&asked->boot);
	const struct approvals approvals =
		approvals_of(&asked->approvals, true);
	const struct approval_scope scope =
		machine_scope(&keys->machine, APPROVE_BOOT);
	const struct digest cp_hash =
		boot_approval_cp_hash(&keys->machine, &boot, true);
	uint8_t now[TPM_NAME_SIZE];
	uint8_t wanted[TPM_NAME_SIZE];
	refusal why = boot_policy_check(&boot);
	if (why == NULL)
		why = approvals_check(
			&keys->machine.operators, &scope, &cp_hash, &approvals);
	if (why != NULL)
		return why;
	if (boot.epoch < revocation)
		return "it is revoked: the revocation counter is above what "
		       "it allows";
	boot_policy_value(&keys->boot, &keys->nv, now);
	boot_policy_value(&boot, &keys->nv, wanted);
	return memcmp(now, wanted, sizeof(now)) != 0 ? NULL
						     : "it is in force already";
}

/* What the next start finds in the journal's clear. */
static refusal handle_software(
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
		return refuse_tpm(end, "the revocation counter", keys->tpm);
	why = check_software(keys, &message->body.software, revocation);
	if (why != NULL)
		return role_refuse(end, "the software's approval", why, NULL);
	boot_state_encode(&encoded, &message->body.software.boot);
	write_item(&out, ITEM_PRIVATE, MEMBER_BOOT_STATE, written(&encoded));
	return role_send_written(end, KEYS_MEMBERS, NULL, &out);
}

/* From here on the software that runs has no keys, unless it is the same. */
static refusal handle_approve(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct keys *keys = state;
	const struct keys_software *asked = &message->body.software;
	const struct boot_policy boot = boot_policy_of(&asked->boot);
	const struct approvals approvals =
		approvals_of(&asked->approvals, true);
	return done(end,
		tpm_write_boot_policy(
			keys->tpm, &keys->machine, &boot, &approvals),
		"the software's approval", keys->tpm);
}

/* One that was done before its power went is done. */
static refusal handle_revoke(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct keys *keys = state;
	const struct keys_revoke *asked = &message->body.revoke;
	const struct approvals approvals =
		approvals_of(&asked->approvals, true);
	uint64_t revocation;
	if (!tpm_revocations(keys->tpm, &keys->nv, &revocation))
		return refuse_tpm(end, "the revocation counter", keys->tpm);
	if (revocation == asked->from + 1)
		return wire_send(end, DONE, NULL, NULL, 0);
	if (revocation != asked->from)
		return role_refuse(end, "the revocation",
			"it is for another value of the counter", NULL);
	return done(end, tpm_revoke(keys->tpm, &keys->machine, &approvals),
		"the revocation", keys->tpm);
}

/* --- the election's keys --- */

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

static refusal handle_seal(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct keys *keys = state;
	uint8_t space[ANSWER_MOST];
	struct writer out = writer_of(space, sizeof(space));
	struct election_key bk;
	struct election_key rk;
	uint8_t phase[8];
	struct writer number = writer_of(phase, sizeof(phase));
	struct election *election = &message->body.election;
	refusal why;
	if (!tpm_phase(keys->tpm, &keys->nv, &election->phase))
		return refuse_tpm(end, "the phase counter", keys->tpm);
	why = election_terms_of(election, &keys->nv, &keys->terms);
	if (why != NULL)
		return role_refuse(end, "the definition", why, NULL);
	if (!tpm_make_bk(keys->tpm, &keys->terms, &bk) ||
		!tpm_make_rk(keys->tpm, &keys->terms, &rk))
		return refuse_tpm(end, "the election's keys", keys->tpm);
	write_key(&out, &bk_members, &bk);
	write_key(&out, &rk_members, &rk);
	write_u64(&number, election->phase);
	write_item(&out, ITEM_PUBLIC, MEMBER_PHASE, written(&number));
	return role_send_written(end, KEYS_MEMBERS, NULL, &out);
}

static refusal handle_election(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct keys *keys = state;
	const struct election *election = &message->body.election;
	refusal why = election_terms_of(election, &keys->nv, &keys->terms);
	if (why == NULL)
		why = p256_from_point(
			bytes_of(election->bk_point, P256_POINT_SIZE),
			&keys->bk_public);
	if (why == NULL && (!blobs_to_key(&election->bk_public,
				    &election->bk_private, &keys->bk) ||
				   !blobs_to_key(&election->rk_public,
					   &election->rk_private, &keys->rk)))
		why = "the election's keys are not sound";
	if (why != NULL)
		return role_refuse(end, "the election", why, NULL);
	return wire_send(end, DONE, NULL, NULL, 0);
}

static refusal handle_approvals(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct keys *keys = state;
	const struct keys_approvals *given = &message->body.approvals;
	if (given->release)
		keys->release = approvals_of(&given->approvals, true);
	else
		keys->open = approvals_of(&given->approvals, false);
	return wire_send(end, DONE, NULL, NULL, 0);
}

static bool box_secret(struct keys *keys, const struct keys_box *box,
	uint8_t shared_x[P256_SIZE])
{
	return tpm_box_secret(keys->tpm, &keys->bk, &keys->terms, &keys->boot,
		&keys->open, box->enc, shared_x);
}

static refusal handle_box(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct keys *keys = state;
	const struct keys_box *box = &message->body.box;
	struct age_stanza stanza;
	struct age_file_key key;
	struct wire_text text;
	uint8_t shared_x[P256_SIZE];
	refusal why = p256_from_point(
		bytes_of(box->enc, P256_POINT_SIZE), &stanza.enc);
	if (why == NULL && !box_secret(keys, box, shared_x))
		return refuse_tpm(end, "the box key", keys->tpm);
	if (why == NULL) {
		memcpy(stanza.tag, box->tag, sizeof(stanza.tag));
		memcpy(stanza.body, box->body, sizeof(stanza.body));
		why = age_unwrap_shared(
			&stanza, &keys->bk_public, shared_x, &key);
		wipe(shared_x, sizeof(shared_x));
	}
	if (why != NULL) {
		wire_text_set(&text, why);
		return wire_send(end, KEYS_VOID, &text, NULL, 0);
	}
	why = wire_send(end, KEYS_FILE_KEY, &key, NULL, 0);
	wipe(&key, sizeof(key));
	return why;
}

static refusal handle_sign(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct keys *keys = state;
	struct p256_signature signature;
	struct keys_signed answer;
	if (!tpm_sign_result(keys->tpm, &keys->rk, &keys->terms, &keys->boot,
		    &keys->release, &message->body.sign.digest, &signature))
		return refuse_tpm(end, "the result key", keys->tpm);
	memcpy(answer.signature, signature.r, P256_SIZE);
	memcpy(answer.signature + P256_SIZE, signature.s, P256_SIZE);
	return wire_send(end, KEYS_SIGNED, &answer, NULL, 0);
}

static refusal handle_quote(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct keys *keys = state;
	uint8_t space[ANSWER_MOST];
	struct writer out = writer_of(space, sizeof(space));
	uint8_t signature[TPM_SIGNATURE_SIZE];
	struct attestation quote;
	struct pcr_set values;
	if (!tpm_quote(keys->tpm, &message->body.quote.qualifying, QUOTED_PCRS,
		    &quote, &values))
		return refuse_tpm(end, "the quote", keys->tpm);
	tpm_signature_encode(&quote.signature, signature);
	write_item(&out, ITEM_PUBLIC, MEMBER_QUOTE, attestation_bytes(&quote));
	write_item(&out, ITEM_PUBLIC, MEMBER_QUOTE_SIGNATURE,
		bytes_of(signature, sizeof(signature)));
	return role_send_written(end, KEYS_MEMBERS, NULL, &out);
}

int role_keys(void)
{
	static const struct role_duty duties[] = {
		{ KEYS_START, handle_start },
		{ KEYS_IDENTITY, handle_identity },
		{ KEYS_ENROL, handle_enrol },
		{ KEYS_LOCK, handle_lock },
		{ KEYS_ANCHOR, handle_anchor },
		{ KEYS_PHASE, handle_phase },
		{ KEYS_AIRLOCK, handle_airlock },
		{ KEYS_SEAL, handle_seal },
		{ KEYS_ELECTION, handle_election },
		{ KEYS_APPROVALS, handle_approvals },
		{ KEYS_BOX, handle_box },
		{ KEYS_SIGN, handle_sign },
		{ KEYS_QUOTE, handle_quote },
		{ KEYS_SOFTWARE, handle_software },
		{ KEYS_APPROVE, handle_approve },
		{ KEYS_REVOKE, handle_revoke },
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
