/* SPDX-License-Identifier: Apache-2.0 */
#include "tpm/policy/quorum.h"

#include <string.h>

enum { NO_BOARD = 0, BOTH_BOARDS = 3, BOARD_SETS = 4, WAYS_MOST = 3 };

/* D(i, j, boards) for one i. */
struct row {
	struct {
		bool reached;
		struct digest digest;
	} node[QUORUM_MOST + 1][BOARD_SETS];
};

static unsigned board_bit(const struct approvers *quorum, size_t i)
{
	return 1u << quorum->member[i].board;
}

static unsigned boards_of(const struct approvers *quorum)
{
	unsigned boards = NO_BOARD;
	for (size_t i = 0; i < quorum->count; i++)
		boards |= board_bit(quorum, i);
	return boards;
}

static bool holds_key(const struct approvers *quorum, size_t count,
	const struct p256_public *key)
{
	for (size_t i = 0; i < count; i++)
		if (p256_equal(&quorum->member[i].key, key))
			return true;
	return false;
}

refusal quorum_check(const struct approvers *quorum)
{
	if (quorum->count > QUORUM_MOST)
		return "the quorum has more members than 16";
	for (size_t i = 0; i < quorum->count; i++) {
		if (quorum->member[i].board > 1)
			return "a member is of neither board";
		if (holds_key(quorum, i, &quorum->member[i].key))
			return "two members have the same key";
	}
	if (quorum->need < 2)
		return "the quorum needs fewer than two approvals";
	if (quorum->need > quorum->count)
		return "the quorum needs more approvals than it has members";
	if (boards_of(quorum) != BOTH_BOARDS)
		return "all members of the quorum are of one board";
	return NULL;
}

refusal quorums_check(const struct approvers *a, const struct approvers *b)
{
	refusal why = quorum_check(a);
	if (why == NULL)
		why = quorum_check(b);
	for (size_t i = 0; why == NULL && i < a->count; i++)
		if (holds_key(b, b->count, &a->member[i].key))
			why = "one key is in two quorums";
	return why;
}

static struct policy_step signed_step(const struct approvers *quorum, size_t i,
	const struct digest *ref, const struct approval *approval)
{
	struct policy_step step = { .kind = POLICY_SIGNED };
	step.sign.key = quorum->member[i].key;
	step.sign.ref = *ref;
	if (approval != NULL) {
		step.sign.signature = approval->signature;
		step.sign.bound = approval->bound;
	}
	return step;
}

/* The ways into D(i + 1, j, boards) from the row of i, as branches. */
static struct policy_step ways_in(const struct approvers *quorum,
	const struct digest *ref, size_t i, const struct row *row, size_t j,
	unsigned boards)
{
	struct policy_step ways = { .kind = POLICY_OR };
	struct policy_step sign = signed_step(quorum, i, ref, NULL);
	const unsigned board = board_bit(quorum, i);
	const unsigned before[] = { boards, boards & ~board };
	if (row->node[j][boards].reached)
		ways.either.branch[ways.either.count++] =
			row->node[j][boards].digest;
	for (size_t b = 0; j > 0 && (boards & board) && b < 2; b++)
		if (row->node[j - 1][before[b]].reached)
			ways.either.branch[ways.either.count++] = policy_extend(
				&row->node[j - 1][before[b]].digest, &sign);
	return ways;
}

static struct row first_row(const struct digest *base)
{
	struct row row = { 0 };
	row.node[0][NO_BOARD].reached = true;
	row.node[0][NO_BOARD].digest = *base;
	return row;
}

static struct row next_row(const struct approvers *quorum,
	const struct digest *ref, size_t i, const struct row *row)
{
	static const struct digest nothing;
	struct row next = { 0 };
	for (size_t j = 0; j <= quorum->need; j++) {
		for (unsigned b = 0; b < BOARD_SETS; b++) {
			struct policy_step ways =
				ways_in(quorum, ref, i, row, j, b);

			next.node[j][b].reached = ways.either.count > 0;
			next.node[j][b].digest =
				ways.either.count > 1
					? policy_extend(&nothing, &ways)
					: ways.either.branch[0];
		}
	}
	return next;
}

struct digest quorum_digest(const struct approvers *quorum,
	const struct digest *ref, const struct digest *base)
{
	struct row row = first_row(base);
	for (size_t i = 0; i < quorum->count; i++)
		row = next_row(quorum, ref, i, &row);
	return row.node[quorum->need][BOTH_BOARDS].digest;
}

static bool signature_fits(const struct p256_public *key,
	const struct approval_scope *scope, const struct digest *cp_hash,
	const struct approval *approval)
{
	struct digest digest = approval_digest(scope, cp_hash);
	return p256_verify(key, &digest, &approval->signature);
}

/* Why a signature does not fit, as far as trying can tell. */
static refusal diagnose(const struct approvers *quorum,
	const struct approval_scope *scope, const struct digest *cp_hash,
	const struct approval *approval)
{
	const struct p256_public *key = &quorum->member[approval->member].key;
	struct approval_scope other = *scope;
	other.rehearsal = !scope->rehearsal;
	if (signature_fits(key, &other, cp_hash, approval))
		return scope->rehearsal ? "the approval is for a live election"
					: "the approval is for a rehearsal";
	if (cp_hash != NULL && signature_fits(key, scope, NULL, approval))
		return "the approval is bound to no command: it would "
		       "approve any";
	for (size_t i = 0; i < quorum->count; i++)
		if (signature_fits(
			    &quorum->member[i].key, scope, cp_hash, approval))
			return "the signature is another member's";
	return "the signature is not this member's over this purpose, "
	       "election, machine and command";
}

refusal approval_check(const struct approvers *quorum,
	const struct approval_scope *scope, const struct digest *cp_hash,
	const struct approval *approval)
{
	if (approval->member >= quorum->count)
		return "the approver is not a member of the quorum";
	if (cp_hash != NULL && !approval->bound)
		return "the approval is bound to no command: it would "
		       "approve any";
	if (cp_hash == NULL && approval->bound)
		return "the approval is bound to a command, which this "
		       "purpose does not allow";
	if (!signature_fits(&quorum->member[approval->member].key, scope,
		    cp_hash, approval))
		return diagnose(quorum, scope, cp_hash, approval);
	return NULL;
}

/* The approvals by member, in the quorum's order. */
struct ballot {
	const struct approval *by[QUORUM_MOST];
};

static refusal sort_by_member(const struct approvers *quorum,
	const struct approvals *approvals, struct ballot *out)
{
	unsigned boards = NO_BOARD;
	*out = (struct ballot){ 0 };
	if (approvals->count > QUORUM_MOST)
		return "more approvals than a quorum can have members";
	for (size_t i = 0; i < approvals->count; i++) {
		const struct approval *approval = &approvals->list[i];

		if (approval->member >= quorum->count)
			return "the approver is not a member of the quorum";
		if (out->by[approval->member])
			return "two approvals by the same member";
		out->by[approval->member] = approval;
		boards |= board_bit(quorum, approval->member);
	}
	if (approvals->count < quorum->need)
		return "fewer approvals than the quorum needs";
	if (boards != BOTH_BOARDS)
		return "both boards must approve";
	return NULL;
}

/*
 * Drops what is above `need`, the last ones first, but never the only one of
 * a board: both boards are in it, and need is 2 or more.
 */
static void take_exactly(
	const struct approvers *quorum, size_t surplus, struct ballot *ballot)
{
	size_t left[2] = { 0, 0 };
	for (size_t i = 0; i < quorum->count; i++)
		left[quorum->member[i].board] += ballot->by[i] != NULL;
	for (size_t i = quorum->count; surplus > 0 && i-- > 0;) {
		uint8_t board = quorum->member[i].board;

		if (!ballot->by[i] || left[board] < 2)
			continue;
		ballot->by[i] = NULL;
		left[board]--;
		surplus--;
	}
}

refusal approvals_check(const struct approvers *quorum,
	const struct approval_scope *scope, const struct digest *cp_hash,
	const struct approvals *approvals)
{
	struct ballot ballot;
	refusal why = quorum_check(quorum);
	if (why == NULL)
		why = sort_by_member(quorum, approvals, &ballot);
	for (size_t i = 0; why == NULL && i < approvals->count; i++)
		why = approval_check(
			quorum, scope, cp_hash, &approvals->list[i]);
	return why;
}

refusal quorum_path(const struct approvers *quorum, const struct digest *ref,
	const struct approvals *approvals, struct policy *policy)
{
	struct digest base = policy_digest(policy);
	struct row row = first_row(&base);
	struct ballot ballot;
	unsigned boards = NO_BOARD;
	size_t j = 0;
	refusal why = quorum_check(quorum);
	if (why == NULL)
		why = sort_by_member(quorum, approvals, &ballot);
	if (why != NULL)
		return why;
	take_exactly(quorum, approvals->count - quorum->need, &ballot);
	for (size_t i = 0; i < quorum->count; i++) {
		struct policy_step step;

		if (ballot.by[i]) {
			step = signed_step(quorum, i, ref, ballot.by[i]);
			policy_append(policy, &step);
			boards |= board_bit(quorum, i);
			j++;
		}
		step = ways_in(quorum, ref, i, &row, j, boards);
		if (step.either.count > 1)
			policy_append(policy, &step);
		row = next_row(quorum, ref, i, &row);
	}
	return NULL;
}
