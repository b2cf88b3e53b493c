/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/machine/terms.h"

#include "appliance/election/statement.h"

#include <string.h>

struct wire_quorum wire_quorum_of(const struct quorum *quorum)
{
	struct wire_quorum out = { .need = quorum->need, .of = quorum->of };
	for (size_t i = 0; i < quorum->of; i++) {
		out.board[i] = (uint8_t)quorum->member[i].board;
		p256_to_point(&quorum->member[i].key, out.key[i]);
	}
	return out;
}

refusal approvers_of(const struct wire_quorum *quorum, struct approvers *out)
{
	memset(out, 0, sizeof(*out));
	if (quorum->of > WIRE_MEMBERS_MOST)
		return "a quorum has too many members";
	out->count = quorum->of;
	out->need = quorum->need;
	for (size_t i = 0; i < out->count; i++) {
		const refusal why = p256_from_point(
			bytes_of(quorum->key[i], P256_POINT_SIZE),
			&out->member[i].key);
		if (why != NULL)
			return why;
		out->member[i].board = quorum->board[i];
	}
	return quorum_check(out);
}

struct approvals approvals_of(const struct wire_approvals *wire, bool bound)
{
	struct approvals out = { .count = wire->count };
	if (out.count > WIRE_MEMBERS_MOST)
		out.count = 0;
	for (size_t i = 0; i < out.count; i++) {
		struct approval *approval = &out.list[i];
		approval->member = wire->member[i];
		approval->bound = bound;
		memcpy(approval->signature.r, wire->signature[i], P256_SIZE);
		memcpy(approval->signature.s, wire->signature[i] + P256_SIZE,
			P256_SIZE);
	}
	return out;
}

struct tpm_name tpm_name_of(const uint8_t name[WIRE_NAME_SIZE])
{
	struct tpm_name out;
	memcpy(out.byte, name, sizeof(out.byte));
	return out;
}

refusal machine_of(const struct wire_quorum *operators,
	const uint8_t ak[WIRE_NAME_SIZE], struct machine *out)
{
	out->ak = tpm_name_of(ak);
	return approvers_of(operators, &out->operators);
}

struct boot_policy boot_policy_of(const struct boot_state *state)
{
	struct boot_policy out = { .epoch = state->epoch };
	out.pcrs.mask = state->pcr_mask;
	for (size_t i = 0; i < WIRE_PCRS; i++)
		memcpy(out.pcrs.value[i].byte, state->pcr[i], SHA256_SIZE);
	return out;
}

struct boot_state boot_state_of(const struct boot_policy *policy)
{
	struct boot_state out = {
		.epoch = policy->epoch,
		.pcr_mask = policy->pcrs.mask,
	};
	for (size_t i = 0; i < WIRE_PCRS; i++)
		memcpy(out.pcr[i], policy->pcrs.value[i].byte, SHA256_SIZE);
	return out;
}

refusal election_terms_of(const struct election *election,
	const struct nv_names *nv, struct election_terms *out)
{
	refusal why;
	out->definition = election->definition;
	out->rehearsal = election->rehearsal != 0;
	out->ak = tpm_name_of(election->ak);
	out->nv = *nv;
	out->phase = election->phase;
	why = approvers_of(&election->officers, &out->officers);
	if (why == NULL)
		why = approvers_of(&election->auditors, &out->auditors);
	return why != NULL ? why
			   : quorums_check(&out->officers, &out->auditors);
}

refusal nonce_line(struct bytes content, struct wire_text *out)
{
	struct text text;
	char line[WIRE_TEXT_MOST] = { 0 };
	struct writer to = writer_of(line, sizeof(line) - 1);
	struct statement_nonce nonce;
	const refusal why = statement_decode(STATEMENT_NONCE, content, &text);
	if (why != NULL)
		return why;
	nonce = statement_nonce_of(&text);
	write_statement_nonce(&to, &nonce);
	if (to.broken)
		return "its auditor's name is too long";
	wire_text_set(out, line);
	return NULL;
}
