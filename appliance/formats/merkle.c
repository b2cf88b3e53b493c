/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/formats/merkle.h"

#include <string.h>

#include "appliance/formats/crypto.h"

struct digest merkle_leaf(struct bytes entry)
{
	static const uint8_t prefix = 0x00;
	const struct bytes part[] = { bytes_of(&prefix, 1), entry };
	return sha256_parts(part, 2);
}

static struct digest node(const struct digest *left, const struct digest *right)
{
	static const uint8_t prefix = 0x01;
	const struct bytes part[] = { bytes_of(&prefix, 1),
		bytes_of(left->byte, SHA256_SIZE),
		bytes_of(right->byte, SHA256_SIZE) };
	return sha256_parts(part, 3);
}

static size_t peak_count(uint64_t size)
{
	return (size_t)__builtin_popcountll(size);
}

void merkle_append(struct merkle_tree *tree, const struct digest *leaf)
{
	size_t count = peak_count(tree->size);
	struct digest hash = *leaf;
	for (uint64_t bits = tree->size; bits & 1; bits >>= 1)
		hash = node(&tree->peak[--count], &hash);
	tree->peak[count] = hash;
	tree->size++;
}

struct digest merkle_root(const struct merkle_tree *tree)
{
	size_t count = peak_count(tree->size);
	struct digest hash;
	if (count == 0)
		return sha256((struct bytes){ 0 });
	hash = tree->peak[--count];
	while (count > 0)
		hash = node(&tree->peak[--count], &hash);
	return hash;
}

static struct digest subtree(const struct digest *leaf, size_t size)
{
	struct merkle_tree tree = { 0 };
	for (size_t i = 0; i < size; i++)
		merkle_append(&tree, &leaf[i]);
	return merkle_root(&tree);
}

/* The largest power of two below `size`, which is at least 2. */
static size_t split(size_t size)
{
	size_t left = 1;
	while (left < size - left)
		left *= 2;
	return left;
}

/* From the root down, so the siblings come in reverse. */
static void reverse(struct merkle_proof *proof)
{
	for (size_t i = 0; i < proof->count / 2; i++) {
		struct digest *low = &proof->sibling[i];
		struct digest *high = &proof->sibling[proof->count - 1 - i];
		struct digest kept = *low;

		*low = *high;
		*high = kept;
	}
}

void merkle_prove(const struct digest *leaf, size_t size, size_t index,
	struct merkle_proof *out)
{
	out->count = 0;
	while (size > 1) {
		size_t left = split(size);
		struct digest *sibling = &out->sibling[out->count++];

		if (index < left) {
			*sibling = subtree(leaf + left, size - left);
			size = left;
		} else {
			*sibling = subtree(leaf, left);
			leaf += left;
			index -= left;
			size -= left;
		}
	}
	reverse(out);
}

/*
 * Goes up level by level: `index` is the node's place in its level, `last`
 * that of the level's last node, which is carried up alone when even.
 */
refusal merkle_verify(const struct merkle_proof *proof,
	const struct digest *leaf, uint64_t index, uint64_t size,
	const struct digest *root)
{
	static const char refused[] = "the inclusion proof does not hold";
	struct digest hash = *leaf;
	uint64_t last = size - 1;
	size_t used = 0;
	if (index >= size || proof->count > MERKLE_DEPTH_MOST)
		return refused;
	for (; last > 0; index /= 2, last /= 2) {
		if (index == last && index % 2 == 0)
			continue;
		if (used == proof->count)
			return refused;
		hash = index % 2 ? node(&proof->sibling[used], &hash)
				 : node(&hash, &proof->sibling[used]);
		used++;
	}
	if (used != proof->count || !digest_equal(&hash, root))
		return refused;
	return NULL;
}
