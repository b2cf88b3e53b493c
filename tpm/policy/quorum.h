/* SPDX-License-Identifier: Apache-2.0 */
/*
 * k of n approvers, m or more of either board, as a policy.
 *
 * The members are taken in their order. D(i, j, a, b) is the policy digest
 * after the first i members, j of whom approved, a of the executive board and b
 * of the supervisory one; both are counted up to m and no further:
 *
 *   D(0, 0, 0, 0) = base
 *   D(i, j, a, b) = OR of  D(i-1, j, a, b)                i did not approve
 *                          Signed_i(D(i-1, j-1, a, b))    where i's is m
 *                          Signed_i(D(i-1, j-1, a', b'))  where i's is 1 less
 *
 * over the ways in that exist, in this order; one way in needs no OR. `i's` is
 * the one of a and b that counts i's board. The quorum is D(n, k, m, m). It is
 * met by exactly k members, so that the graph stays small: no way through it
 * has more steps than k signatures and n ORs, of at most three branches each.
 */
#ifndef SANDOQ_TPM_POLICY_QUORUM_H
#define SANDOQ_TPM_POLICY_QUORUM_H

#include "appliance/formats/quorum.h"
#include "tpm/policy/approval.h"

/* One member's approval. Bound: it signs a cpHash too. */
struct approval {
	uint16_t member; /* in the quorum's order, from 0 */
	uint16_t bound;	 /* 0 or 1 */
	struct p256_signature signature;
};

/* Those behind `count` are zeros. */
struct approvals {
	uint16_t count;
	struct approval list[QUORUM_MOST];
};

const struct layout *approval_layout(void);
const struct layout *approvals_layout(void);

/*
 * Both boards, and each with enough members; need of 2 or more, and of either
 * board no more than half of it; no key twice, every key a point.
 */
refusal quorum_check(const struct quorum *);
/* Also that no key is in both. */
refusal quorums_check(const struct quorum *, const struct quorum *);
/* The digest once the quorum is met; the quorum passes quorum_check. */
struct digest quorum_digest(const struct quorum *, const struct digest *ref,
	const struct digest *base);

/*
 * Whether these approvals meet the quorum: members known and different,
 * enough of them and of either board, every signature over the scope (and the
 * cpHash, unless it is NULL), none left unbound where there is a cpHash.
 */
refusal approvals_check(const struct quorum *, const struct approval_scope *,
	const struct digest *cp_hash, const struct approvals *);
/* One of them; says what the signature is over, where it can tell. */
refusal approval_check(const struct quorum *, const struct approval_scope *,
	const struct digest *cp_hash, const struct approval *);
/*
 * Appends the path of these approvals to a policy whose digest so far is the
 * quorum's base. Uses exactly `need` of them, enough of either board.
 */
refusal quorum_path(const struct quorum *, const struct approval_scope *,
	const struct approvals *, struct policy *);

#endif
