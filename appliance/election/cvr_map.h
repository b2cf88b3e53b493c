/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the ids of another system mean in the definition, as CSV:
 *
 *	contest,selection,meaning
 *	12,,council
 *	12,305,104
 *	12,306,105
 *	13,,
 *
 * Contest 12 of the file is contest "council" of the definition, its
 * selections 305 and 306 are the codes 104 and 105; contest 13 is left out.
 * Everything that the file holds must be listed: a selection that nobody
 * may have, such as a write-in, gets a code that no candidate has. Fields
 * may stand in double quotes, lines may end in CR LF.
 *
 * Without a map, a contest's id is the definition's own, and a selection's
 * is the code in decimal.
 */
#ifndef SANDOQ_ELECTION_CVR_MAP_H
#define SANDOQ_ELECTION_CVR_MAP_H

#include "appliance/election/plan.h"

enum { CVR_LEFT_OUT = -1 };

/* One line; the ids are borrowed from the text. */
struct cvr_meaning {
	struct bytes contest;
	struct bytes selection; /* empty: the contest itself */
	int meaning;		/* number of the contest, or code */
	uint64_t line;
};

struct cvr_map {
	size_t size;
	size_t capacity;
	struct cvr_meaning *meaning; /* ascending by ids */
};

/* Borrows `text`. When refused, `line` is the line that is wrong. */
refusal cvr_map_read(struct cvr_map *, const struct plan *, struct bytes text,
	uint64_t *line);
void cvr_map_free(struct cvr_map *);

/* A contest's number, or CVR_LEFT_OUT. The map may be NULL. */
refusal cvr_map_contest(const struct cvr_map *, const struct plan *,
	struct bytes contest, int *number);
refusal cvr_map_selection(const struct cvr_map *, struct bytes contest,
	struct bytes selection, uint16_t *code);

#endif
