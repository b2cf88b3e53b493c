/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/formats/qr.h"

#include <stdlib.h>
#include <string.h>

enum {
	CODEWORDS_MOST = 466, /* of version 12 */
	CHECKS_MOST = 30,
	BLOCKS_MOST = 8,
	ALIGNMENTS_MOST = 3,
	MASKS = 8,
	LEVEL_M = 0,
	MODE_BYTES = 4,
	LONG_COUNT = 10,  /* from this version on a count has 16 bits */
	WITH_VERSION = 7, /* from this version on it is written down */
};

/* Level M of each version: table 9, and annex E. */
static const struct version {
	uint8_t checks; /* codewords of a block */
	uint8_t blocks; /* short ones */
	uint8_t more;	/* blocks that are one codeword longer */
	uint8_t data;	/* codewords of a short block */
	uint8_t alignment[ALIGNMENTS_MOST];
} versions[QR_VERSIONS + 1] = {
	{ 0 },
	{ 10, 1, 0, 16, { 0 } },
	{ 16, 1, 0, 28, { 6, 18 } },
	{ 26, 1, 0, 44, { 6, 22 } },
	{ 18, 2, 0, 32, { 6, 26 } },
	{ 24, 2, 0, 43, { 6, 30 } },
	{ 16, 4, 0, 27, { 6, 34 } },
	{ 18, 4, 0, 31, { 6, 22, 38 } },
	{ 22, 2, 2, 38, { 6, 24, 42 } },
	{ 22, 3, 2, 36, { 6, 26, 46 } },
	{ 26, 4, 1, 43, { 6, 28, 50 } },
	{ 30, 1, 4, 50, { 6, 30, 54 } },
	{ 22, 6, 2, 36, { 6, 32, 58 } },
};

/* Under construction: which modules no mask and no data touches. */
struct drawing {
	struct qr *qr;
	bool fixed[QR_SIZE_MOST][QR_SIZE_MOST];
};

static size_t data_size(const struct version *version)
{
	return (size_t)version->data * (version->blocks + version->more) +
	       version->more;
}

static size_t header_bits(unsigned version)
{
	return version < LONG_COUNT ? 4 + 8 : 4 + 16;
}

static unsigned version_for(size_t size)
{
	for (unsigned i = 1; i <= QR_VERSIONS; i++)
		if (header_bits(i) + 8 * size <= 8 * data_size(&versions[i]))
			return i;
	return 0;
}

/* --- codewords --- */

static void put_bits(uint8_t *data, size_t *at, unsigned value, int count)
{
	while (count-- > 0) {
		data[*at / 8] |=
			(uint8_t)((value >> count & 1) << (7 - *at % 8));
		++*at;
	}
}

/* The end is four zero bits, or fewer where there is no room. */
static void put_data(unsigned version, struct bytes text, uint8_t *data)
{
	const size_t size = data_size(&versions[version]);
	size_t at = 0;
	unsigned pad = 0xec;
	put_bits(data, &at, MODE_BYTES, 4);
	put_bits(data, &at, (unsigned)text.size, (int)header_bits(version) - 4);
	for (size_t i = 0; i < text.size; i++)
		put_bits(data, &at, text.data[i], 8);
	for (size_t i = (at + 4 + 7) / 8; i < size; i++) {
		data[i] = (uint8_t)pad;
		pad ^= 0xec ^ 0x11;
	}
}

/* In the field of 256 elements with the polynomial 0x11d. */
static uint8_t multiply(uint8_t a, uint8_t b)
{
	unsigned out = 0;
	for (unsigned i = 8; i-- > 0;) {
		out = out << 1 ^ (out >> 7) * 0x11d;
		out ^= ((unsigned)b >> i & 1U) * (unsigned)a;
	}
	return (uint8_t)out;
}

static void make_divisor(uint8_t *divisor, size_t checks)
{
	uint8_t root = 1;
	memset(divisor, 0, checks);
	divisor[checks - 1] = 1;
	for (size_t i = 0; i < checks; i++) {
		for (size_t j = 0; j < checks; j++) {
			divisor[j] = multiply(divisor[j], root);
			if (j + 1 < checks)
				divisor[j] ^= divisor[j + 1];
		}
		root = multiply(root, 2);
	}
}

static void put_checks(const uint8_t *data, size_t size, uint8_t *check,
	const uint8_t *divisor, size_t checks)
{
	memset(check, 0, checks);
	for (size_t i = 0; i < size; i++) {
		const uint8_t factor = data[i] ^ check[0];
		memmove(check, check + 1, checks - 1);
		check[checks - 1] = 0;
		for (size_t j = 0; j < checks; j++)
			check[j] ^= multiply(divisor[j], factor);
	}
}

/* Blocks are written side by side: first of each, second of each, ... */
static size_t interleave(
	const struct version *version, const uint8_t *data, uint8_t *out)
{
	const size_t blocks = (size_t)version->blocks + version->more;
	uint8_t divisor[CHECKS_MOST], check[BLOCKS_MOST][CHECKS_MOST];
	const uint8_t *start[BLOCKS_MOST];
	size_t size[BLOCKS_MOST], count = 0;
	make_divisor(divisor, version->checks);
	for (size_t i = 0; i < blocks; i++) {
		size[i] = version->data + (i < version->blocks ? 0U : 1U);
		start[i] = data;
		put_checks(data, size[i], check[i], divisor, version->checks);
		data += size[i];
	}
	for (size_t i = 0; i <= version->data; i++)
		for (size_t block = 0; block < blocks; block++)
			if (i < size[block])
				out[count++] = start[block][i];
	for (size_t i = 0; i < version->checks; i++)
		for (size_t block = 0; block < blocks; block++)
			out[count++] = check[block][i];
	return count;
}

/* --- patterns --- */

static void fix(struct drawing *drawing, int row, int column, bool dark)
{
	const int size = drawing->qr->size;
	if (row < 0 || column < 0 || row >= size || column >= size)
		return;
	drawing->qr->dark[row][column] = dark;
	drawing->fixed[row][column] = true;
}

static int larger(int a, int b)
{
	return a > b ? a : b;
}

/* With the light line around it. */
static void fix_finder(struct drawing *drawing, int row, int column)
{
	for (int y = -4; y <= 4; y++)
		for (int x = -4; x <= 4; x++) {
			const int ring = larger(abs(x), abs(y));
			fix(drawing, row + y, column + x,
				ring != 2 && ring != 4);
		}
}

static void fix_alignments(
	struct drawing *drawing, const struct version *version)
{
	const uint8_t *at = version->alignment;
	const int last = drawing->qr->size - 7;
	for (int i = 0; i < ALIGNMENTS_MOST * ALIGNMENTS_MOST; i++) {
		const int row = at[i / ALIGNMENTS_MOST];
		const int column = at[i % ALIGNMENTS_MOST];
		if (row == 0 || column == 0 || (row == 6 && column == 6) ||
			(row == 6 && column == last) ||
			(row == last && column == 6))
			continue;
		for (int y = -2; y <= 2; y++)
			for (int x = -2; x <= 2; x++)
				fix(drawing, row + y, column + x,
					larger(abs(x), abs(y)) != 1);
	}
}

static unsigned with_checks(unsigned value, int checks, unsigned polynomial)
{
	unsigned rest = value;
	for (int i = 0; i < checks; i++)
		rest = rest << 1 ^ (rest >> (checks - 1) & 1) * polynomial;
	return value << checks | (rest & ((1U << checks) - 1));
}

/* Level and mask, twice; the bit 0 is the last of the standard's figures. */
static void fix_format(struct drawing *drawing, unsigned mask)
{
	const unsigned bits =
		with_checks(LEVEL_M << 3 | mask, 10, 0x537) ^ 0x5412;
	const int size = drawing->qr->size;
	for (int i = 0; i < 15; i++) {
		const bool dark = bits >> i & 1;
		const int near = i < 6 ? i : i < 8 ? i + 1 : 14 - i + (i == 8);
		if (i < 8)
			fix(drawing, near, 8, dark);
		else
			fix(drawing, 8, near, dark);
		if (i < 8)
			fix(drawing, 8, size - 1 - i, dark);
		else
			fix(drawing, size - 15 + i, 8, dark);
	}
	fix(drawing, size - 8, 8, true);
}

static void fix_version(struct drawing *drawing, unsigned version)
{
	const unsigned bits = with_checks(version, 12, 0x1f25);
	for (int i = 0; i < 18 && version >= WITH_VERSION; i++) {
		const bool dark = bits >> i & 1;
		const int far = drawing->qr->size - 11 + i % 3;
		fix(drawing, i / 3, far, dark);
		fix(drawing, far, i / 3, dark);
	}
}

static void fix_all(struct drawing *drawing, unsigned version)
{
	const int size = drawing->qr->size;
	for (int i = 0; i < size; i++) {
		fix(drawing, 6, i, i % 2 == 0);
		fix(drawing, i, 6, i % 2 == 0);
	}
	fix_finder(drawing, 3, 3);
	fix_finder(drawing, 3, size - 4);
	fix_finder(drawing, size - 4, 3);
	fix_alignments(drawing, &versions[version]);
	fix_version(drawing, version);
	fix_format(drawing, 0);
}

/* Up and down in columns two wide, from the right, around what is fixed. */
static void put_codewords(
	struct drawing *drawing, const uint8_t *codeword, size_t count)
{
	const int size = drawing->qr->size;
	size_t at = 0;
	for (int pair = 0; pair < size / 2; pair++) {
		const int right = size - 1 - 2 * pair;
		const int column = right <= 6 ? right - 1 : right;
		for (int i = 0; i < 2 * size; i++) {
			const int x = column - i % 2;
			const int y = pair % 2 == 0 ? size - 1 - i / 2 : i / 2;
			if (drawing->fixed[y][x] || at == 8 * count)
				continue;
			drawing->qr->dark[y][x] =
				codeword[at / 8] >> (7 - at % 8) & 1;
			at++;
		}
	}
}

/* --- masks --- */

static bool masked(unsigned mask, int y, int x)
{
	const int both = x * y;
	const int rule[MASKS] = { (x + y) % 2, y % 2, x % 3, (x + y) % 3,
		(x / 3 + y / 2) % 2, both % 2 + both % 3,
		(both % 2 + both % 3) % 2, ((x + y) % 2 + both % 3) % 2 };
	return rule[mask] == 0;
}

static void apply(struct drawing *drawing, unsigned mask)
{
	const int size = drawing->qr->size;
	for (int y = 0; y < size; y++)
		for (int x = 0; x < size; x++)
			if (!drawing->fixed[y][x])
				drawing->qr->dark[y][x] ^= masked(mask, y, x);
	fix_format(drawing, mask);
}

static bool module_at(const struct qr *qr, bool down, int line, int at)
{
	return down ? qr->dark[at][line] : qr->dark[line][at];
}

/* Runs of one colour, and what looks like a finder, in one line. */
static int line_penalty(const struct qr *qr, bool down, int line)
{
	unsigned last = 0;
	int run = 0, penalty = 0;
	for (int i = 0; i < qr->size; i++) {
		const bool dark = module_at(qr, down, line, i);
		const bool same =
			i > 0 && dark == module_at(qr, down, line, i - 1);
		run = same ? run + 1 : 1;
		penalty += run == 5 ? 3 : run > 5 ? 1 : 0;
		last = (last << 1 | dark) & 0x7ff;
		if (i >= 10 && (last == 0x05d || last == 0x5d0))
			penalty += 40;
	}
	return penalty;
}

static int block_penalty(const struct qr *qr)
{
	int penalty = 0;
	for (int y = 0; y + 1 < qr->size; y++)
		for (int x = 0; x + 1 < qr->size; x++)
			if (qr->dark[y][x] == qr->dark[y][x + 1] &&
				qr->dark[y][x] == qr->dark[y + 1][x] &&
				qr->dark[y][x] == qr->dark[y + 1][x + 1])
				penalty += 3;
	return penalty;
}

/* Ten for each twentieth that the dark modules are away from a half. */
static int balance_penalty(const struct qr *qr)
{
	const int all = qr->size * qr->size;
	int dark = 0;
	for (int i = 0; i < all; i++)
		dark += qr->dark[i / qr->size][i % qr->size];
	return abs(20 * dark - 10 * all) / all * 10;
}

static int penalty_of(const struct qr *qr)
{
	int penalty = block_penalty(qr) + balance_penalty(qr);
	for (int i = 0; i < qr->size; i++)
		penalty +=
			line_penalty(qr, false, i) + line_penalty(qr, true, i);
	return penalty;
}

/* A mask that is applied twice is gone. */
static void choose_mask(struct drawing *drawing)
{
	unsigned best = 0;
	int least = -1;
	for (unsigned mask = 0; mask < MASKS; mask++) {
		apply(drawing, mask);
		const int penalty = penalty_of(drawing->qr);
		apply(drawing, mask);
		if (least < 0 || penalty < least) {
			least = penalty;
			best = mask;
		}
	}
	apply(drawing, best);
}

bool qr_encode(struct bytes text, struct qr *out)
{
	uint8_t data[CODEWORDS_MOST] = { 0 };
	uint8_t codeword[CODEWORDS_MOST];
	struct drawing drawing = { .qr = out };
	const unsigned version = version_for(text.size);
	*out = (struct qr){ 0 };
	if (version == 0)
		return false;
	out->size = 17 + 4 * (int)version;
	put_data(version, text, data);
	fix_all(&drawing, version);
	put_codewords(&drawing, codeword,
		interleave(&versions[version], data, codeword));
	choose_mask(&drawing);
	return true;
}
