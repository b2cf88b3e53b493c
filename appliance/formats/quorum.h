/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A quorum: of whose keys how many must approve, of both boards. The one struct
 * for it: a definition's plan keeps ids beside it, messages and the journal
 * carry it, policies are made of it. Whoever takes one from elsewhere asks
 * quorum_check() of tpm/policy/quorum.h about it.
 */
#ifndef SANDOQ_FORMATS_QUORUM_H
#define SANDOQ_FORMATS_QUORUM_H

#include "appliance/formats/p256.h"

enum { QUORUM_MOST = 9 };

enum board { EXECUTIVE, SUPERVISORY, BOARDS };

struct quorum_member {
	struct p256_public key;
	uint16_t board; /* enum board */
};

/* The members in the definition's order; those behind `of` are zeros. */
struct quorum {
	uint16_t need;
	uint16_t of;
	struct quorum_member member[QUORUM_MOST];
};

bool quorum_equal(const struct quorum *, const struct quorum *);

#endif
