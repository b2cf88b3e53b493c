/* SPDX-License-Identifier: Apache-2.0 */
#include "tpm/policy/quorum.h"

#include "appliance/formats/layout.h"

#include <string.h>

#define approval_members(X)                                                    \
	X(NUMBER, uint16_t, member)                                            \
	X(NUMBER, uint16_t, bound)                                             \
	X(PART, p256_signature, signature)
LAYOUT_DEFINE_WHOLE(approval)

#define approvals_members(X)                                                   \
	X(NUMBER, uint16_t, count)                                             \
	X(PARTS, approval, list, QUORUM_MOST)
LAYOUT_DEFINE_WHOLE(approvals)

enum { NO_BOARD = 0, BOTH_BOARDS = 3, BOARD_SETS = 4, WAYS_MOST = 3 };

/* D(i, j, boards) for one i. */
struct row {
	struct {
		bool reached;
		struct digest digest;
	} node[QUORUM_MOST + 1][BOARD_SETS];
};

static unsigned board_bit(const struct quorum *quorum, size_t i)
{
	return 1u << quorum->member[i].board;
}

static unsigned boards_of(const struct quorum *quorum)
{
	unsigned boards = NO_BOARD;
	for (size_t i = 0; i < quorum->of; i++)
		boards |= board_bit(quorum, i);
	return boards;
}

static bool holds_key(const struct quorum *quorum, size_t count,
	const struct p256_public *key)
{
	for (size_t i = 0; i < count; i++)
		if (p256_equal(&quorum->member[i].key, key))
			return true;
	return false;
}

refusal quorum_check(const struct quorum *quorum)
{
	refusal why;
	if (quorum->of > QUORUM_MOST)
		return "the quorum has more members than 9";
	for (size_t i = 0; i < quorum->of; i++) {
		if (quorum->member[i].board >= BOARDS)
			return "a member is of neither board";
		if (holds_key(quorum, i, &quorum->member[i].key))
			return "two members have the same key";
		why = p256_check(&quorum->member[i].key);
		if (why != NULL)
			return why;
	}
	if (quorum->need < 2)
		return "the quorum needs fewer than two approvals";
	if (quorum->need > quorum->of)
		return "the quorum needs more approvals than it has members";
	if (boards_of(quorum) != BOTH_BOARDS)
		return "all members of the quorum are of one board";
	return NULL;
}

refusal quorums_check(const struct quorum *a, const struct quorum *b)
{
	refusal why = quorum_check(a);
	if (why == NULL)
		why = quorum_check(b);
	for (size_t i = 0; why == NULL && i < a->of; i++)
		if (holds_key(b, b->of, &a->member[i].key))
			why = "one key is in two quorums";
	return why;
}

static struct policy_step signed_step(const struct quorum *quorum, size_t i,
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
static struct policy_step ways_in(const struct quorum *quorum,
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

static struct row next_row(const struct quorum *quorum,
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

struct digest quorum_digest(const struct quorum *quorum,
	const struct digest *ref, const struct digest *base)
{
	struct row row = first_row(base);
	for (size_t i = 0; i < quorum->of; i++)
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
static refusal diagnose(const struct quorum *quorum,
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
	for (size_t i = 0; i < quorum->of; i++)
		if (signature_fits(
			    &quorum->member[i].key, scope, cp_hash, approval))
			return "the signature is another member's";
	return "the signature is not this member's over this purpose, "
	       "election, machine and command";
}

refusal approval_check(const struct quorum *quorum,
	const struct approval_scope *scope, const struct digest *cp_hash,
	const struct approval *approval)
{
	if (approval->member >= quorum->of)
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
struct by_member {
	const struct approval *by[QUORUM_MOST];
};

static refusal sort_by_member(const struct quorum *quorum,
	const struct approvals *approvals, struct by_member *out)
{
	unsigned boards = NO_BOARD;
	*out = (struct by_member){ 0 };
	if (approvals->count > QUORUM_MOST)
		return "more approvals than a quorum can have members";
	for (size_t i = 0; i < approvals->count; i++) {
		const struct approval *approval = &approvals->list[i];

		if (approval->member >= quorum->of)
			return "the approver is not a member of the quorum";
		if (out->by[approval->member] != NULL)
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
static void take_exactly(const struct quorum *quorum, size_t surplus,
	struct by_member *by_member)
{
	size_t left[BOARDS] = { 0 };
	for (size_t i = 0; i < quorum->of; i++)
		left[quorum->member[i].board] += by_member->by[i] != NULL;
	for (size_t i = quorum->of; surplus > 0 && i-- > 0;) {
		const unsigned board = quorum->member[i].board;
		if (by_member->by[i] == NULL || left[board] < 2)
			continue;
		by_member->by[i] = NULL;
		left[board]--;
		surplus--;
	}
}

refusal approvals_check(const struct quorum *quorum,
	const struct approval_scope *scope, const struct digest *cp_hash,
	const struct approvals *approvals)
{
	struct by_member by_member;
	refusal why = quorum_check(quorum);
	if (why == NULL)
		why = sort_by_member(quorum, approvals, &by_member);
	for (size_t i = 0; why == NULL && i < approvals->count; i++)
		why = approval_check(
			quorum, scope, cp_hash, &approvals->list[i]);
	return why;
}

refusal quorum_path(const struct quorum *quorum,
	const struct approval_scope *scope, const struct approvals *approvals,
	struct policy *policy)
{
	const struct digest ref = policy_ref(scope);
	struct digest base = policy_digest(policy);
	struct row row = first_row(&base);
	struct by_member by_member;
	unsigned boards = NO_BOARD;
	size_t j = 0;
	refusal why = quorum_check(quorum);
	if (why == NULL)
		why = sort_by_member(quorum, approvals, &by_member);
	if (why != NULL)
		return why;
	take_exactly(quorum, approvals->count - quorum->need, &by_member);
	for (size_t i = 0; i < quorum->of; i++) {
		struct policy_step step;

		if (by_member.by[i] != NULL) {
			step = signed_step(quorum, i, &ref, by_member.by[i]);
			step.sign.expiration =
				approval_expiration(scope->purpose);
			policy_append(policy, &step);
			boards |= board_bit(quorum, i);
			j++;
		}
		step = ways_in(quorum, &ref, i, &row, j, boards);
		if (step.either.count > 1)
			policy_append(policy, &step);
		row = next_row(quorum, &ref, i, &row);
	}
	return NULL;
}
