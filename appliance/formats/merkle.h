/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Merkle trees of RFC 6962, section 2.1, over SHA-256.
 */
#ifndef SANDOQ_FORMATS_MERKLE_H
#define SANDOQ_FORMATS_MERKLE_H

#include "appliance/formats/bytes.h"

enum { MERKLE_DEPTH_MOST = 64 };

struct digest merkle_leaf(struct bytes entry);

/*
 * A tree that only grows, kept as the roots of its perfect subtrees, largest
 * first: one for each bit set in `size`. All zeros is the empty tree.
 */
struct merkle_tree {
	uint64_t size;
	struct digest peak[MERKLE_DEPTH_MOST];
};

void merkle_append(struct merkle_tree *, const struct digest *leaf);
struct digest merkle_root(const struct merkle_tree *);

/* Audit path, from the leaf's sibling up. */
struct merkle_proof {
	size_t count;
	struct digest sibling[MERKLE_DEPTH_MOST];
};

/* `index` < `size`; `leaf` has `size` leaf hashes. */
void merkle_prove(const struct digest *leaf, size_t size, size_t index,
	struct merkle_proof *out);
refusal merkle_verify(const struct merkle_proof *, const struct digest *leaf,
	uint64_t index, uint64_t size, const struct digest *root);

#endif
