/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/election/contests.h"

#include <string.h>

void contests_add(struct contests *set, size_t contest)
{
	set->word[contest / CONTESTS_WORD] |= UINT64_C(1)
					      << contest % CONTESTS_WORD;
}

struct contests contests_first(size_t count)
{
	struct contests set = { { 0 } };
	for (size_t c = 0; c < count; c++)
		contests_add(&set, c);
	return set;
}

struct contests contests_of(size_t contest)
{
	struct contests set = { { 0 } };
	contests_add(&set, contest);
	return set;
}

size_t contests_count(const struct contests *set)
{
	size_t count = 0;
	for (size_t w = 0; w < CONTESTS_WORDS; w++)
		count += (size_t)__builtin_popcountll(set->word[w]);
	return count;
}

bool contests_equal(const struct contests *a, const struct contests *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

bool contests_within(const struct contests *part, const struct contests *whole)
{
	uint64_t outside = 0;
	for (size_t w = 0; w < CONTESTS_WORDS; w++)
		outside |= part->word[w] & ~whole->word[w];
	return outside == 0;
}

size_t contests_next(const struct contests *set, size_t from)
{
	for (size_t w = from / CONTESTS_WORD; w < CONTESTS_WORDS; w++) {
		uint64_t word = set->word[w];
		if (w == from / CONTESTS_WORD)
			word &= ~UINT64_C(0) << from % CONTESTS_WORD;
		if (word != 0)
			return w * CONTESTS_WORD +
			       (size_t)__builtin_ctzll(word);
	}
	return CONTESTS_MOST;
}
