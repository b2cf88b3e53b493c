/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys role, start: whether this TPM fits this journal, which software is
 * in force, and the journal's MAC key, which needs an approved boot.
 */
#include "appliance/machine/keys.h"

#include <string.h>

static refusal started_well(struct keys *keys, const struct journal_lock *lock,
	struct sealed_key *mac)
{
	const refusal why = quorum_check(&lock->operators);
	if (why != NULL)
		return why;
	keys->machine = (struct machine){ lock->operators, lock->ak };
	keys->nv = machine_nv_names(&keys->machine);
	return keys_of_blobs(&lock->mac_public, &lock->mac_private, mac)
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
	out.boot[0] = scanned->lock.boot;
	for (size_t i = 0;
		i < scanned->software_count && i < WIRE_SOFTWARE_MOST; i++) {
		const struct later_software *later = &scanned->software[i];
		out.entry[out.count] = later->entry;
		out.boot[out.count++] = later->boot;
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

/*
 * The TPM's words, and what the journal knows of the software that runs. To
 * look for that asks the TPM again, whose last error is another one then.
 */
static void explain_refusal(struct keys *keys, const struct approved *approved,
	size_t in_force, struct notice *out)
{
	const struct tpm_error refused = tpm_error(keys->tpm);
	const size_t running = find_running(keys, approved);
	if (running < in_force)
		*out = notice_of(NOTICE_PART(
			SUPERSEDED, .first = approved->entry[in_force]));
	else if (running > in_force && running < approved->count)
		*out = notice_of(NOTICE_PART(
			NOT_IN_FORCE_YET, .first = approved->entry[running]));
	else
		*out = notice_of(NOTICE_PART(NOT_THE_APPROVED));
	keys_add_earlier_error(&refused, out);
	if (out->part[0].id == NOTICE_NOT_THE_APPROVED)
		notice_add(out, NOTICE_PART(START_THE_APPROVED));
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
	size_t in_force;
	if (!tpm_pin(keys->tpm, &scanned->lock.srk) ||
		!read_counters(keys, out) ||
		!find_in_force(keys, &approved, &in_force)) {
		keys_add_error(keys->tpm, &out->why);
		return false;
	}
	if (in_force == approved.count ||
		boot_policy_check(&approved.boot[in_force]) != NULL) {
		out->why = notice_of(notice_refusal(
			"the TPM holds the approval of software that this "
			"journal does not know: it is an earlier copy"));
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
	out->owned = state.owner_locked;
	out->owner_locked =
		state.owner_locked && tpm_owner_is_locked(keys->tpm);
	out->reset_count = state.clock.reset_count;
	out->restart_count = state.clock.restart_count;
	if (!state.sha256_only)
		out->why = notice_of(notice_refusal("the TPM has another PCR "
						    "bank active than sha256 "
						    "alone"));
	if (!tpm_platform_refuses(keys->tpm)) {
		out->why = (struct notice){ .part[0].id = NOTICE_NONE };
		keys_add_error(keys->tpm, &out->why);
	}
	out->refused = out->why.part[0].id != NOTICE_NONE;
	return true;
}

/*
 * A TPM that nobody owns yet gets its root keys. Whoever had set an
 * authorization or a policy before could undo the enrolment.
 */
static bool make_root_keys(struct keys *keys, struct keys_started *out)
{
	struct root_keys root;
	if (!tpm_nobody_owns(keys->tpm)) {
		out->refused = 1;
		out->why = (struct notice){ .part[0].id = NOTICE_NONE };
		keys_add_error(keys->tpm, &out->why);
		notice_add(&out->why, NOTICE_PART(CLEAR_THE_TPM));
		return true;
	}
	if (!tpm_make_root_keys(keys->tpm, &root))
		return false;
	out->ak = public_name(tpm_public_bytes(&root.ak));
	out->srk = public_name(tpm_public_bytes(&root.srk));
	return true;
}

refusal keys_start(
	void *state, struct wire_end *end, struct wire_message *message)
{
	struct keys *keys = state;
	const struct journal_scanned *asked = HEARD(message, KEYS_START);
	struct keys_started answer = { 0 };
	struct sealed_key mac;
	refusal why;
	if (!read_state(keys, &answer))
		return keys_refuse(end, "the TPM", keys->tpm);
	if (asked->blank && !answer.owned && !make_root_keys(keys, &answer))
		return keys_refuse(end, "the root keys", keys->tpm);
	if (!asked->blank) {
		answer.ak = asked->lock.ak;
		answer.srk = asked->lock.srk;
	}
	if (!asked->blank && !answer.refused) {
		why = started_well(keys, &asked->lock, &mac);
		if (why != NULL)
			return role_refuse(end, "the journal's lock", why);
		answer.refused = !read_machine(keys, asked, &mac, &answer);
	}
	why = wire_send(end, SAY(KEYS_STARTED, &answer), NULL, 0);
	wipe(&answer, sizeof(answer));
	return why;
}
