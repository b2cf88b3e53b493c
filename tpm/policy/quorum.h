/* SPDX-License-Identifier: Apache-2.0 */
/*
 * k of n approvers, with both boards, as a policy.
 *
 * The members are taken in their order. D(i, j, boards) is the policy digest
 * after the first i members, j of whom approved, from the boards in the set
 * `boards`:
 *
 *   D(0, 0, none) = base
 *   D(i, j, B) = OR of  D(i-1, j, B)                       i did not approve
 *                       Signed_i(D(i-1, j-1, B))           if i's board in B
 *                       Signed_i(D(i-1, j-1, B - i's board))
 *
 * over the ways in that exist, in this order; one way in needs no OR. The
 * quorum is D(n, k, both). It is met by exactly k members, so that the graph
 * stays small: 5 of 9 takes at most 45 nodes a board set, not 126 subsets.
 */
#ifndef SANDOQ_TPM_POLICY_QUORUM_H
#define SANDOQ_TPM_POLICY_QUORUM_H

#include "tpm/policy/approval.h"

enum { QUORUM_MOST = 16 };

struct approver {
	struct p256_public key;
	uint8_t board; /* 0 or 1 */
};

struct approvers {
	struct approver member[QUORUM_MOST];
	size_t count;
	size_t need;
};

/* One member's approval. Bound: it signs a cpHash too. */
struct approval {
	size_t member; /* in the quorum's order, from 0 */
	bool bound;
	struct p256_signature signature;
};

struct approvals {
	struct approval list[QUORUM_MOST];
	size_t count;
};

/* Both boards, need of 2 or more, no key twice. */
refusal quorum_check(const struct approvers *);
/* Also that no key is in both. */
refusal quorums_check(const struct approvers *, const struct approvers *);
/* The digest once the quorum is met; the quorum passes quorum_check. */
struct digest quorum_digest(const struct approvers *, const struct digest *ref,
	const struct digest *base);

/*
 * Whether these approvals meet the quorum: members known and different,
 * enough of them, both boards, every signature over the scope (and the
 * cpHash, unless it is NULL), none left unbound where there is a cpHash.
 */
refusal approvals_check(const struct approvers *, const struct approval_scope *,
	const struct digest *cp_hash, const struct approvals *);
/* One of them; says what the signature is over, where it can tell. */
refusal approval_check(const struct approvers *, const struct approval_scope *,
	const struct digest *cp_hash, const struct approval *);
/*
 * Appends the path of these approvals to a policy whose digest so far is the
 * quorum's base. Uses exactly `need` of them, from both boards.
 */
refusal quorum_path(const struct approvers *, const struct digest *ref,
	const struct approvals *, struct policy *);

#endif
