/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the texts of a definition are spelled, by Unicode's rules: is each of
 * them in the normal form and of letters that can be shown, and which
 * candidates have names that look alike. Prints nothing. Of the desk alone: who
 * verifies a result needs no library of Unicode, and comes to the same verdict
 * whichever version of it there is.
 */
#ifndef SANDOQ_DESK_COMMON_SPELLING_H
#define SANDOQ_DESK_COMMON_SPELLING_H

#include "appliance/election/definition.h"
#include "appliance/election/plan_check.h"

/*
 * Is every text in NFC (UAX 15), and can the machine's screen show it? If not,
 * `place` is where the first other one stands, as
 * contests[0].candidates[12].name.fa, and behind it the letter, as ": U+4E00".
 */
refusal spelling_check(const struct definition *, char place[PLAN_PLACE_MOST]);

/*
 * The text as it is compared: NFKD and case folded, Arabic yeh and kaf as the
 * Persian ones, decimal digits as 0 to 9, without spaces, ZWNJ, ZWJ and
 * tatweel. Decomposed, so that a yeh with a hamza is the same however it was
 * put together. Freed by the caller; NULL when no memory is left.
 */
char *spelling_folded(const char *text);

/* Two candidates of one contest; numbers into definition.candidate_name. */
struct alike {
	uint16_t contest;
	size_t former;
	size_t latter;
	bool one_name; /* byte for byte, in both languages */
	bool fa;
	bool en;
};

/*
 * Each candidate with the first one before it whose Persian name is the same
 * when folded, and the first one whose English name is: pairs enough to name
 * everybody, and at most two for each. `*out` is freed by the caller.
 */
refusal spelling_alike(
	const struct definition *, struct alike **out, size_t *count);

#endif
