/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A quorum: of whose keys how many must approve, and how many of each board at
 * least. The one struct for it: a definition's plan keeps ids beside it,
 * messages and the journal carry it, policies are made of it. Whoever takes one
 * from elsewhere asks quorum_check() of tpm/policy/quorum.h about it.
 */
#ifndef SANDOQ_FORMATS_QUORUM_H
#define SANDOQ_FORMATS_QUORUM_H

#include "appliance/formats/p256.h"

enum { QUORUM_MOST = 9, QUORUM_EACH_MOST = QUORUM_MOST / 2 };

enum board { EXECUTIVE, SUPERVISORY, BOARDS };

struct quorum_member {
	struct p256_public key;
	uint16_t board; /* enum board */
};

/* The members in the definition's order; those behind `of` are zeros. */
struct quorum {
	uint16_t need;
	uint16_t of;
	uint16_t each; /* of either board; 1 or more */
	struct quorum_member member[QUORUM_MOST];
};

bool quorum_equal(const struct quorum *, const struct quorum *);
/* How many of a board are in a set of members: bit m is member m. */
unsigned quorum_of_board(
	const struct quorum *, uint16_t members, enum board board);
/* Whether these members are enough, and of each board enough. */
bool quorum_is_met(const struct quorum *, uint16_t members);

#endif
