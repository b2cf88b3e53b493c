/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Enrolment: indices are defined and A is written, before owner.c locks the
 * owner. Every step may be repeated after a loss of power; none may
 * touch an index of another name without removing it first.
 */
#include "tpm/nv.h"
#include "tpm/nv_session.h"
#include "tpm/policy_session.h"

#include "appliance/formats/crypto.h"

#include <string.h>
#include <tss2/tss2_mu.h>

static TPM2B_NV_PUBLIC nv_public_of(
	const struct machine *machine, enum nv_index index)
{
	struct digest policy = nv_policy(machine, index);
	uint8_t bytes[NV_PUBLIC_SIZE];
	TPM2B_NV_PUBLIC out = { 0 };
	size_t at = 0;
	nv_encode(index, &policy, false, bytes);
	Tss2_MU_TPMS_NV_PUBLIC_Unmarshal(
		bytes, sizeof(bytes), &at, &out.nvPublic);
	return out;
}

static bool undefine(
	struct tpm *tpm, const struct tpm_name *name, enum nv_index index)
{
	ESYS_TR handle;
	if (!nv_open_named(tpm, index, name, &handle) ||
		!asked(tpm, "TPM2_NV_UndefineSpace",
			Esys_NV_UndefineSpace(tpm->esys, ESYS_TR_RH_OWNER,
				handle, ESYS_TR_PASSWORD, ESYS_TR_NONE,
				ESYS_TR_NONE)))
		return false;
	forget_reference(tpm, handle);
	return true;
}

static bool define(
	struct tpm *tpm, const struct machine *machine, enum nv_index index)
{
	TPM2B_NV_PUBLIC area = nv_public_of(machine, index);
	const TPM2B_AUTH empty = { 0 };
	ESYS_TR session;
	ESYS_TR handle;
	if (!hmac_session(tpm, 0, &session) ||
		!asked(tpm, "TPM2_NV_DefineSpace",
			Esys_NV_DefineSpace(tpm->esys, ESYS_TR_RH_OWNER,
				session, ESYS_TR_NONE, ESYS_TR_NONE, &empty,
				&area, &handle)))
		return false;
	hold_reference(tpm, handle);
	return true;
}

static bool define_unless_there(struct tpm *tpm, const struct machine *machine,
	enum nv_index index, const struct tpm_name *wanted)
{
	struct nv_found found;
	if (!nv_find(tpm, index, &found))
		return false;
	if (found.present && tpm_name_equal(&found.name_written, wanted))
		return true;
	return (!found.present || undefine(tpm, &found.name, index)) &&
	       define(tpm, machine, index);
}

bool tpm_define_indices(struct tpm *tpm, const struct machine *machine)
{
	struct nv_names names = machine_nv_names(machine);
	refusal why = quorum_check(&machine->operators);
	bool worked;
	begin(tpm);
	worked = why ? refused(tpm, "TPM2_NV_DefineSpace", why) : true;
	for (enum nv_index i = NV_A; worked && i < NV_COUNT; i++)
		worked = finish(tpm,
			define_unless_there(tpm, machine, i, &names.name[i]));
	return finish(tpm, worked);
}

/* Increments a counter that never was, then reads it. */
static bool first_count(struct tpm *tpm, enum nv_index index,
	const struct nv_names *names, const struct policy *policy,
	uint64_t *out)
{
	struct nv_found found;
	return nv_find(tpm, index, &found) &&
	       (found.written ||
		       nv_increment(tpm, index, names, policy, NULL)) &&
	       nv_read_counter(tpm, index, names, out);
}

bool tpm_first_revocation(
	struct tpm *tpm, const struct machine *machine, uint64_t *out)
{
	struct nv_names names = machine_nv_names(machine);
	struct policy policy = { 0 };
	begin(tpm);
	steps_first_count(machine, &policy);
	return finish(tpm, first_count(tpm, NV_R, &names, &policy, out));
}

bool tpm_first_phase(struct tpm *tpm, const struct boot_policy *boot,
	const struct nv_names *names, uint64_t *out)
{
	struct policy policy = { 0 };
	begin(tpm);
	steps_boot(boot, names, COMMAND_NV_INCREMENT, &policy);
	return finish(tpm, first_count(tpm, NV_P, names, &policy, out));
}

static bool write_a(struct tpm *tpm, const struct machine *machine,
	const struct nv_names *names, const uint8_t value[TPM_NAME_SIZE],
	const struct approvals *approvals)
{
	TPM2B_MAX_NV_BUFFER data = { .size = TPM_NAME_SIZE };
	struct policy policy = { 0 };
	struct tpm_name unwritten = machine_nv_name_unwritten(machine, NV_A);
	struct digest cp_hash;
	ESYS_TR handle;
	ESYS_TR session;
	bool is_written;
	refusal why;
	if (!nv_open(tpm, NV_A, names, &handle, &is_written))
		return false;
	cp_hash = cp_hash_write(
		is_written ? &names->name[NV_A] : &unwritten, value);
	why = steps_write_a(machine, approvals, &cp_hash, &policy);
	if (why != NULL)
		return refused(tpm, "the boot approval", why);
	memcpy(data.buffer, value, TPM_NAME_SIZE);
	return policy_session(tpm, &policy, &cp_hash, 0, &session) &&
	       asked(tpm, "TPM2_NV_Write",
		       Esys_NV_Write(tpm->esys, handle, handle, session,
			       ESYS_TR_NONE, ESYS_TR_NONE, &data, 0));
}

/* An earlier run may have written it before it lost its power. */
static bool holds_value(struct tpm *tpm, const struct nv_names *names,
	const uint8_t value[TPM_NAME_SIZE], bool *out)
{
	uint8_t held[TPM_NAME_SIZE] = { 0 };
	struct nv_found found;
	*out = false;
	if (!nv_find(tpm, NV_A, &found))
		return false;
	if (!found.written)
		return true;
	if (!nv_read(tpm, NV_A, names, held, TPM_NAME_SIZE))
		return false;
	*out = memcmp(held, value, TPM_NAME_SIZE) == 0;
	return true;
}

static bool write_boot_policy(struct tpm *tpm, const struct machine *machine,
	const struct boot_policy *boot, const struct approvals *approvals)
{
	struct nv_names names = machine_nv_names(machine);
	uint8_t value[TPM_NAME_SIZE];
	refusal why = boot_policy_check(boot);
	bool done;
	if (why != NULL)
		return refused(tpm, "the boot approval", why);
	boot_policy_value(boot, &names, value);
	return finish(tpm, holds_value(tpm, &names, value, &done)) &&
	       (done || write_a(tpm, machine, &names, value, approvals));
}

bool tpm_write_boot_policy(struct tpm *tpm, const struct machine *machine,
	const struct boot_policy *boot, const struct approvals *approvals)
{
	begin(tpm);
	return finish(tpm, write_boot_policy(tpm, machine, boot, approvals));
}

bool tpm_boot_policy_value(struct tpm *tpm, const struct nv_names *names,
	uint8_t out[TPM_NAME_SIZE])
{
	begin(tpm);
	return finish(tpm, nv_read(tpm, NV_A, names, out, TPM_NAME_SIZE));
}

bool tpm_revoke(struct tpm *tpm, const struct machine *machine,
	const struct approvals *approvals)
{
	struct nv_names names = machine_nv_names(machine);
	struct digest cp_hash = cp_hash_increment(&names.name[NV_R]);
	struct policy policy = { 0 };
	refusal why = steps_revoke(machine, approvals, &cp_hash, &policy);
	begin(tpm);
	return finish(
		tpm, why ? refused(tpm, "the revocation", why)
			 : nv_increment(tpm, NV_R, &names, &policy, &cp_hash));
}
