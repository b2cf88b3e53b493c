/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Merkle trees against the examples of the Certificate Transparency reference
 * tests; proofs hold for their leaf alone.
 */
#include "tests/formats/vector.h"

#include "appliance/formats/crypto.h"
#include "appliance/formats/merkle.h"

/* Leaves and roots of the Certificate Transparency reference tests. */
static const char *const leaf_digits[] = { "", "00", "10", "2021", "3031",
	"40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f" };
static const char *const root_digits[] = {
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

static void leaves_of_examples(struct digest out[8])
{
	uint8_t buffer[16];
	for (size_t i = 0; i < COUNT(leaf_digits); i++)
		out[i] = merkle_leaf(unhex(leaf_digits[i], buffer));
}

static void roots_of_examples(void **state)
{
	struct digest leaf[8];
	struct merkle_tree tree = { 0 };
	struct digest root;
	(void)state;
	leaves_of_examples(leaf);
	for (size_t i = 0;; i++) {
		root = merkle_root(&tree);
		assert_hex(bytes_of(root.byte, SHA256_SIZE), root_digits[i]);
		if (i == COUNT(leaf))
			break;
		merkle_append(&tree, &leaf[i]);
	}
}

static void proof_of_example(void **state)
{
	static const char *const path[] = {
		"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d8859"
		"9e6b",
		"ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a"
		"0ae0",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd952096"
		"14b7",
	};
	struct digest leaf[8];
	struct merkle_proof proof;
	(void)state;
	leaves_of_examples(leaf);
	merkle_prove(leaf, 8, 5, &proof);
	assert_int_equal(proof.count, COUNT(path));
	for (size_t i = 0; i < COUNT(path); i++)
		assert_hex(
			bytes_of(proof.sibling[i].byte, SHA256_SIZE), path[i]);
}

enum { MANY = 70 };

static struct digest grow(struct digest *leaf, size_t size)
{
	struct merkle_tree tree = { 0 };
	for (size_t i = 0; i < size; i++) {
		leaf[i] = merkle_leaf(bytes_of(&i, sizeof(i)));
		merkle_append(&tree, &leaf[i]);
	}
	return merkle_root(&tree);
}

static void every_proof_of_every_size_holds(void **state)
{
	struct digest leaf[MANY];
	struct merkle_proof proof;
	(void)state;
	for (size_t size = 1; size <= MANY; size++) {
		struct digest root = grow(leaf, size);

		for (size_t i = 0; i < size; i++) {
			merkle_prove(leaf, size, i, &proof);
			assert_refusal(
				merkle_verify(&proof, &leaf[i], i, size, &root),
				NULL);
		}
		/* Places begin with 0: there is none of this number. */
		assert_non_null(merkle_verify(
			&proof, &leaf[size - 1], size, size, &root));
	}
}

static void proofs_hold_for_nothing_else(void **state)
{
	struct digest leaf[MANY];
	struct digest root = grow(leaf, 13);
	struct merkle_proof proof;
	struct merkle_proof changed;
	(void)state;
	merkle_prove(leaf, 13, 6, &proof);
	assert_non_null(merkle_verify(&proof, &leaf[7], 6, 13, &root));
	assert_non_null(merkle_verify(&proof, &leaf[6], 7, 13, &root));
	assert_non_null(merkle_verify(&proof, &leaf[6], 6, 12345, &root));
	assert_non_null(merkle_verify(&proof, &leaf[6], 13, 13, &root));
	assert_non_null(merkle_verify(&proof, &leaf[6], 0, 0, &root));
	for (size_t i = 0; i < proof.count; i++) {
		changed = proof;
		changed.sibling[i].byte[31] ^= 1;
		assert_non_null(
			merkle_verify(&changed, &leaf[6], 6, 13, &root));
	}
	changed = proof;
	changed.count--;
	assert_non_null(merkle_verify(&changed, &leaf[6], 6, 13, &root));
	changed = proof;
	changed.sibling[changed.count++] = root;
	assert_non_null(merkle_verify(&changed, &leaf[6], 6, 13, &root));
	changed.count = MERKLE_DEPTH_MOST + 1;
	assert_non_null(merkle_verify(&changed, &leaf[6], 6, 13, &root));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roots_of_examples),
		cmocka_unit_test(proof_of_example),
		cmocka_unit_test(every_proof_of_every_size_holds),
		cmocka_unit_test(proofs_hold_for_nothing_else),
	};
	crypto_start();
	return cmocka_run_group_tests_name("merkle", tests, NULL, NULL);
}
