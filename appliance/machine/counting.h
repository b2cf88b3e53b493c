/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pass over the boxes: a fresh count process for each, a tally process for
 * all. The machine and an auditor's desk count with the same engine; they
 * differ in where boxes come from and in who opens a stanza.
 *
 * Boxes are counted in the order of station and sequence, those of no station
 * last. Which of two boxes of a station is void does not depend on which one
 * was delivered first, and what has come of a station is complete when the next
 * one begins.
 */
#ifndef SANDOQ_MACHINE_COUNTING_H
#define SANDOQ_MACHINE_COUNTING_H

#include "appliance/machine/peer.h"

enum next_box { BOX_IS_NEXT, BOX_NONE_LEFT, BOX_TROUBLE };
enum opened { STANZA_OPENED, STANZA_VOID, STANZA_TROUBLE };

/*
 * Which box it is, as its source knows without having read it. A box that is
 * another one is void, and void in its place: the process that is given it
 * can speak of no other.
 */
struct count_place {
	uint64_t leaf;
	/* JOURNAL_NO_STATION: no station signed for it, so it is void. */
	uint16_t station;
	uint16_t sequence;
	struct digest text; /* of its note */
	/* Void, as who has another key says: opened, but in no sum. */
	bool unopened;
};

/* Where a source has a box, and whose it is. */
struct count_order_box {
	uint64_t entry; /* the source's own number of it */
	uint16_t station;
	uint16_t sequence;
};

/* All boxes of a source, in the order in which they are counted. */
struct count_order {
	size_t count;
	struct count_order_box *box;
	size_t capacity;
};

/*
 * Starts as zeros. Boxes are added as the source finds them; of two of one
 * number the one that was added first comes first. False: no memory, or more
 * than BOXES_MOST.
 */
bool count_order_add(struct count_order *, const struct count_order_box *);
/* Once all are there. */
void count_order_sort(struct count_order *);
void count_order_free(struct count_order *);

/* What became of a box. */
struct count_told {
	struct count_place place;
	uint64_t boxes;	  /* as many as were told, this one among them */
	bool asked;	  /* to open it: it was whole */
	unsigned opened;  /* of enum count_opened */
	bool counted;	  /* or void, as the tally role judges it */
	uint64_t ballots; /* when it was counted */
};

struct count_source {
	void *context;
	/*
	 * The next box in the order of the count (above): its place, and a
	 * memfd of items `note`, `age` and, in a recount, `header`, which
	 * becomes the engine's. On trouble `why` is set.
	 */
	enum next_box (*next)(void *context, struct count_place *, int *box,
		struct notice *why);
	/*
	 * The file keys that the stanzas of one box open to; `why` when none
	 * opened.
	 */
	enum opened (*open)(void *context, const struct count_place *,
		const struct count_stanza *, struct count_key *,
		struct notice *why);
	/* Told of each box, in the order of the count; may be NULL. */
	void (*told)(void *context, const struct count_told *);
	/*
	 * Given the stations' parts, piece by piece, once the outcome has the
	 * head; the memfd stays the engine's. NULL: they are not wanted. False
	 * with `why` ends the count.
	 */
	bool (*piece)(void *context, int piece, struct notice *why);
};

enum { COUNT_AT_ONCE_MOST = 64 };

struct count_task {
	enum sandbox_setting setting;
	/* Boxes whose processes run side by side, 1 to COUNT_AT_ONCE_MOST. */
	unsigned at_once;
	int plan; /* memfd */
	struct count_box terms;
	struct tally_close close;
};

struct count_outcome {
	int result; /* memfd of the result's head, the caller's to close */
	struct digest digest;
	struct digest pieces; /* SHA-256 of all parts, if they were wanted */
	uint64_t counted;
	uint64_t voided;
};

/* False with `why` when there is no result. */
bool count_boxes(const struct count_task *, const struct count_source *,
	struct count_outcome *, struct notice *why);

#endif
