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

enum { WAYS_MOST = 2 };

/* How many have approved: all, and of each board up to `each`. */
struct place {
	size_t all;
	size_t of[BOARDS];
};

/* D(i, ...) for one i. */
struct row {
	struct node {
		bool reached;
		struct digest digest;
	} node[QUORUM_MOST + 1][QUORUM_EACH_MOST + 1][QUORUM_EACH_MOST + 1];
};

static struct node *node_at(struct row *row, const struct place *place)
{
	return &row->node[place->all][place->of[EXECUTIVE]]
			 [place->of[SUPERVISORY]];
}

static struct place last_place(const struct quorum *quorum)
{
	return (struct place){ quorum->need, { quorum->each, quorum->each } };
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
	if (quorum->each < 1 || 2 * quorum->each > quorum->need)
		return "of each board the quorum needs none, or more than half "
		       "of its approvals";
	for (unsigned board = 0; board < BOARDS; board++)
		if (quorum_of_board(quorum, UINT16_MAX, board) < quorum->each)
			return "a board has fewer members than the quorum "
			       "needs of it";
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

/* Where the others were before i approved; gives how many places. */
static size_t places_before(const struct quorum *quorum, size_t i,
	const struct place *place, struct place out[WAYS_MOST])
{
	const unsigned board = quorum->member[i].board;
	struct place before = *place;
	size_t count = 0;
	if (place->all == 0 || place->of[board] == 0)
		return 0;
	before.all--;
	if (before.of[board] == quorum->each)
		out[count++] = before;
	before.of[board]--;
	out[count++] = before;
	return count;
}

static struct place place_after(
	const struct quorum *quorum, size_t i, const struct place *place)
{
	const unsigned board = quorum->member[i].board;
	struct place after = *place;
	after.all++;
	after.of[board] += after.of[board] < quorum->each;
	return after;
}

/* The ways into a place behind member i, from the row before, as branches. */
static struct policy_step ways_in(const struct quorum *quorum,
	const struct digest *ref, size_t i, struct row *row,
	const struct place *place)
{
	struct policy_step ways = { .kind = POLICY_OR };
	struct policy_step sign = signed_step(quorum, i, ref, NULL);
	struct place before[WAYS_MOST];
	const size_t count = places_before(quorum, i, place, before);
	if (node_at(row, place)->reached)
		ways.either.branch[ways.either.count++] =
			node_at(row, place)->digest;
	for (size_t b = 0; b < count; b++)
		if (node_at(row, &before[b])->reached)
			ways.either.branch[ways.either.count++] = policy_extend(
				&node_at(row, &before[b])->digest, &sign);
	return ways;
}

static struct row first_row(const struct digest *base)
{
	static const struct place start;
	struct row row = { 0 };
	*node_at(&row, &start) = (struct node){ true, *base };
	return row;
}

static struct node node_of(const struct policy_step *ways)
{
	static const struct digest nothing;
	return (struct node){
		.reached = ways->either.count > 0,
		.digest = ways->either.count > 1 ? policy_extend(&nothing, ways)
						 : ways->either.branch[0],
	};
}

static struct row next_row(const struct quorum *quorum,
	const struct digest *ref, size_t i, struct row *row)
{
	struct row next = { 0 };
	struct place at;
	for (at.all = 0; at.all <= quorum->need; at.all++)
		for (at.of[0] = 0; at.of[0] <= quorum->each; at.of[0]++)
			for (at.of[1] = 0; at.of[1] <= quorum->each;
				at.of[1]++) {
				const struct policy_step ways =
					ways_in(quorum, ref, i, row, &at);
				*node_at(&next, &at) = node_of(&ways);
			}
	return next;
}

struct digest quorum_digest(const struct quorum *quorum,
	const struct digest *ref, const struct digest *base)
{
	const struct place last = last_place(quorum);
	struct row row = first_row(base);
	for (size_t i = 0; i < quorum->of; i++)
		row = next_row(quorum, ref, i, &row);
	return node_at(&row, &last)->digest;
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
	uint16_t members = 0;
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
		members = (uint16_t)(members | 1u << approval->member);
	}
	if (approvals->count < quorum->need)
		return "fewer approvals than the quorum needs";
	return quorum_is_met(quorum, members)
		       ? NULL
		       : "fewer approvals of one board than the quorum needs";
}

/*
 * Drops what is above `need`, the last ones first, but of no board below
 * `each`: there are enough of either board, and need is twice that or more.
 */
static void take_exactly(const struct quorum *quorum, size_t surplus,
	struct by_member *by_member)
{
	size_t left[BOARDS] = { 0 };
	for (size_t i = 0; i < quorum->of; i++)
		left[quorum->member[i].board] += by_member->by[i] != NULL;
	for (size_t i = quorum->of; surplus > 0 && i-- > 0;) {
		const unsigned board = quorum->member[i].board;
		if (by_member->by[i] == NULL || left[board] <= quorum->each)
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
	struct place place = { 0 };
	struct by_member by_member;
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
			place = place_after(quorum, i, &place);
		}
		step = ways_in(quorum, &ref, i, &row, &place);
		if (step.either.count > 1)
			policy_append(policy, &step);
		row = next_row(quorum, &ref, i, &row);
	}
	return NULL;
}
