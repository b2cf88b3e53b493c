/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody meant who mistyped a word: of some candidates, the one that
 * takes the fewest changes.
 */
#ifndef SANDOQ_DESK_COMMON_NEAREST_H
#define SANDOQ_DESK_COMMON_NEAREST_H

#include <stddef.h>

/* `is` borrows a candidate; NULL while none is near enough to be meant. */
struct nearest {
	const char *word;
	const char *is;
	size_t distance;
};

struct nearest nearest_begin(const char *word);
void nearest_try(struct nearest *, const char *candidate);

/*
 * Letters inserted, left out, or exchanged, or two neighbours turned, to make
 * the one of the other; words above 63 bytes are as far as that.
 */
size_t nearest_distance(const char *a, const char *b);

#endif
