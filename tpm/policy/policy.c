/* SPDX-License-Identifier: Apache-2.0 */
#include "tpm/policy/policy.h"

#include "appliance/formats/crypto.h"
#include "appliance/formats/layout.h"

#include <stdlib.h>
#include <string.h>

#define pcr_set_members(X)                                                     \
	X(NUMBER, uint32_t, mask)                                              \
	X(PARTS, digest, value, PCR_COUNT)
LAYOUT_DEFINE_WHOLE(pcr_set)

/*
 * TPM_CC of the policy commands, part 2, clause 6.5.2: each one extends the
 * digest with its own, as its clause of part 3 says.
 */
enum {
	CC_POLICY_NV = 0x0149,		 /* 23.9 */
	CC_POLICY_SIGNED = 0x0160,	 /* 23.3 */
	CC_POLICY_COMMAND_CODE = 0x016C, /* 23.11 */
	CC_POLICY_OR = 0x0171,		 /* 23.6 */
	CC_POLICY_PCR = 0x017F,		 /* 23.7 */
	CC_POLICY_NV_WRITTEN = 0x018F,	 /* 23.20 */
	CC_POLICY_AUTHORIZE_NV = 0x0192, /* 23.22 */
};

/* TPM_ALG_SHA256, part 2, clause 6.3. */
enum { ALG_SHA256 = 0x000B };

static const struct digest nothing;

static void write_digest(struct writer *out, const struct digest *digest)
{
	write_bytes(out, bytes_of(digest->byte, SHA256_SIZE));
}

static void write_name(struct writer *out, const struct tpm_name *name)
{
	write_bytes(out, tpm_name_bytes(name));
}

static struct digest sha256_written(const struct writer *out)
{
	if (out->broken)
		abort();
	return sha256(written(out));
}

struct digest pcr_set_digest(const struct pcr_set *set)
{
	struct bytes part[PCR_COUNT];
	size_t count = 0;
	for (unsigned i = 0; i < PCR_COUNT; i++)
		if (set->mask >> i & 1)
			part[count++] =
				bytes_of(set->value[i].byte, SHA256_SIZE);
	return sha256_parts(part, count);
}

uint32_t pcr_set_differences(
	const struct pcr_set *expected, const struct pcr_set *actual)
{
	uint32_t differences = expected->mask & ~actual->mask;
	for (unsigned i = 0; i < PCR_COUNT; i++)
		if ((expected->mask & actual->mask) >> i & 1 &&
			!digest_equal(&expected->value[i], &actual->value[i]))
			differences |= UINT32_C(1) << i;
	return differences;
}

/* TPMS_PCR_SELECTION, part 2, clause 10.6.2, in a list of one. */
void pcr_selection_encode(uint32_t mask, uint8_t out[PCR_SELECTION_SIZE])
{
	struct writer selection = writer_of(out, PCR_SELECTION_SIZE);
	write_u32(&selection, 1);
	write_u16(&selection, ALG_SHA256);
	write_u8(&selection, PCR_COUNT / 8);
	for (unsigned i = 0; i < PCR_COUNT; i += 8)
		write_u8(&selection, (uint8_t)(mask >> i));
}

void policy_append(struct policy *policy, const struct policy_step *step)
{
	if (policy->count == POLICY_STEPS_MOST)
		abort();
	policy->step[policy->count++] = *step;
}

static void write_pcr(struct writer *out, const struct pcr_set *pcrs)
{
	uint8_t selection[PCR_SELECTION_SIZE];
	struct digest values = pcr_set_digest(pcrs);
	write_u32(out, CC_POLICY_PCR);
	pcr_selection_encode(pcrs->mask, selection);
	write_bytes(out, bytes_of(selection, sizeof(selection)));
	write_digest(out, &values);
}

static void write_nv(struct writer *out, const struct policy_step *step)
{
	uint8_t buffer[12];
	struct writer argument = writer_of(buffer, sizeof(buffer));
	struct digest digest;
	write_u64(&argument, step->nv.operand);
	write_u16(&argument, 0);
	write_u16(&argument, (uint16_t)step->nv.comparison);
	digest = sha256_written(&argument);
	write_u32(out, CC_POLICY_NV);
	write_digest(out, &digest);
	write_name(out, &step->nv.name);
}

static void write_or(struct writer *out, const struct policy_step *step)
{
	write_u32(out, CC_POLICY_OR);
	for (size_t i = 0; i < step->either.count; i++)
		write_digest(out, &step->either.branch[i]);
}

/* PolicyUpdate() of part 3, clause 23.2.3: two steps, the second for ref. */
static struct digest extend_signed(
	const struct digest *before, const struct policy_step *step)
{
	uint8_t buffer[SHA256_SIZE + 4 + TPM_NAME_SIZE];
	struct writer out = writer_of(buffer, sizeof(buffer));
	struct tpm_name name = approver_name(&step->sign.key);
	struct digest digest;
	write_digest(&out, before);
	write_u32(&out, CC_POLICY_SIGNED);
	write_name(&out, &name);
	digest = sha256_written(&out);
	out = writer_of(buffer, sizeof(buffer));
	write_digest(&out, &digest);
	write_digest(&out, &step->sign.ref);
	return sha256_written(&out);
}

struct digest policy_extend(
	const struct digest *before, const struct policy_step *step)
{
	uint8_t buffer[SHA256_SIZE * (1 + POLICY_BRANCHES_MOST) + 4];
	struct writer out = writer_of(buffer, sizeof(buffer));
	bool restart =
		step->kind == POLICY_OR || step->kind == POLICY_AUTHORIZE_NV;

	write_digest(&out, restart ? &nothing : before);
	switch (step->kind) {
	case POLICY_PCR:
		write_pcr(&out, step->pcr);
		break;
	case POLICY_NV:
		write_nv(&out, step);
		break;
	case POLICY_AUTHORIZE_NV:
		write_u32(&out, CC_POLICY_AUTHORIZE_NV);
		write_name(&out, &step->authorize_nv);
		break;
	case POLICY_COMMAND_CODE:
		write_u32(&out, CC_POLICY_COMMAND_CODE);
		write_u32(&out, step->command);
		break;
	case POLICY_SIGNED:
		return extend_signed(before, step);
	case POLICY_OR:
		write_or(&out, step);
		break;
	case POLICY_NV_WRITTEN:
		write_u32(&out, CC_POLICY_NV_WRITTEN);
		write_u8(&out, step->written);
		break;
	}
	return sha256_written(&out);
}

struct digest policy_digest(const struct policy *policy)
{
	struct digest digest = nothing;
	for (size_t i = 0; i < policy->count; i++)
		digest = policy_extend(&digest, &policy->step[i]);
	return digest;
}
