/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of a plan's contests, by their numbers: those that a station votes on,
 * those that a tally has rows of.
 */
#ifndef SANDOQ_ELECTION_CONTESTS_H
#define SANDOQ_ELECTION_CONTESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CONTESTS_MOST = 256,
	CONTESTS_WORD = 64,
	CONTESTS_WORDS = CONTESTS_MOST / CONTESTS_WORD
};

/* Bit c % 64 of word c / 64 is contest c. All zeros is the empty set. */
struct contests {
	uint64_t word[CONTESTS_WORDS];
};

/* Asked of each ballot. A number that no contest can have is in no set. */
static inline bool contests_has(const struct contests *set, size_t contest)
{
	return contest < CONTESTS_MOST &&
	       (set->word[contest / CONTESTS_WORD] >> contest % CONTESTS_WORD &
		       1) != 0;
}

/* `contest` is below CONTESTS_MOST. */
void contests_add(struct contests *, size_t contest);
/* The first `count` contests, at most CONTESTS_MOST. */
struct contests contests_first(size_t count);
struct contests contests_of(size_t contest);
size_t contests_count(const struct contests *);
bool contests_equal(const struct contests *, const struct contests *);
/* Whether all of `part` are in `whole`. */
bool contests_within(const struct contests *part, const struct contests *whole);
/*
 * The least contest of the set that is not below `from`; CONTESTS_MOST when
 * there is none.
 */
size_t contests_next(const struct contests *, size_t from);

#endif
