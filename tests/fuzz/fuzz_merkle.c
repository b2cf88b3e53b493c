/* SPDX-License-Identifier: Apache-2.0 */
/* Every proof of every leaf holds, and an arbitrary one does not. */
#include <string.h>

#include "appliance/formats/merkle.h"
#include "tests/fuzz/property.h"

enum { LEAVES_MOST = 64 };

static void arbitrary(struct bytes in, const struct digest *leaf,
	uint64_t index, uint64_t size, const struct digest *root)
{
	struct cursor cursor = cursor_of(in);
	struct merkle_proof proof = { .count = 0 };
	while (cursor.rest.size >= SHA256_SIZE &&
		proof.count < MERKLE_DEPTH_MOST)
		cursor_copy(&cursor, proof.sibling[proof.count++].byte,
			SHA256_SIZE);
	if (size > 1)
		property(merkle_verify(&proof, leaf, index, size, root));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct digest leaf[LEAVES_MOST];
	struct merkle_tree tree = { .size = 0 };
	struct merkle_proof proof;
	struct digest root;
	size_t count;
	size_t index;
	if (size < 2)
		return 0;
	count = 1 + data[0] % LEAVES_MOST;
	index = data[1] % count;
	for (size_t i = 0; i < count; i++) {
		leaf[i] = merkle_leaf(bytes_of(data + i % size, 1));
		merkle_append(&tree, &leaf[i]);
	}
	root = merkle_root(&tree);
	merkle_prove(leaf, count, index, &proof);
	property(!merkle_verify(&proof, &leaf[index], index, count, &root));
	arbitrary(bytes_of(data, size), &leaf[index], index, count, &root);
	return 0;
}
