/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The headers that the machine made for boxes it has opened: they are for the
 * recipients that the definition lists, and those of the challenge. What they
 * hold is seen by a recount alone, with a key of one of the recipients.
 */
#include "appliance/verify/checks.h"

#include <inttypes.h>

/* Appends the leaf of one box; without a header it is that of nothing. */
static refusal take_header(
	struct chain *chain, uint64_t leaf, struct merkle_tree *tree)
{
	const struct bytes header = chain_header(chain, leaf);
	const struct digest digest = merkle_leaf(header);
	struct age_header parsed;
	const refusal refused =
		header.size == 0
			? NULL
			: box_header_check(&chain->evidence->definition->plan,
				  header, &parsed);
	merkle_append(tree, &digest);
	return refused == NULL ? NULL
			       : refuse(chain, "that of box %04" PRIu64 ": %s",
					 leaf, refused);
}

refusal verify_headers(struct chain *chain)
{
	struct merkle_tree tree = { .size = 0 };
	struct journal_header entry;
	struct leaves leaves = leaves_of(chain);
	refusal refused = NULL;
	while (refused == NULL && leaves_next(&leaves, &entry))
		if (entry.type == ENTRY_BOX)
			refused = take_header(chain, leaves.leaf, &tree);
	if (refused != NULL)
		return refused;
	const struct digest root = merkle_root(&tree);
	return digest_equal(&root, &chain->headers_root)
		       ? NULL
		       : "they are not those of the challenge";
}
