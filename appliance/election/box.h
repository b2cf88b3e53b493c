/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A delivered box: the station's note and the age file. What must hold before
 * anybody opens it, checked at intake and again before the count.
 */
#ifndef SANDOQ_ELECTION_BOX_H
#define SANDOQ_ELECTION_BOX_H

#include "appliance/election/ballots.h"
#include "appliance/formats/age.h"

enum {
	BOX_NOTE_MOST = 32 * 1024,
	/* The largest payload, sealed to the box key and to all recipients. */
	BOX_MOST = AGE_FILE_SIZE(1 + RECIPIENTS_MOST, BALLOTS_PAYLOAD_MOST),
};

/* Whom a box must be sealed to: the election's box key. */
struct box_terms {
	const struct plan *plan;
	struct tpm_name bk_name;
	struct p256_public bk;
};

struct box {
	int station; /* -1 until a station of the plan signed for it */
	uint16_t sequence;
	struct digest digest;	  /* of the age file */
	struct age_header header; /* borrows from the age file */
};

/*
 * The note: a station of this election signed it for this definition and this
 * box key. The file: exactly the bytes that the note names, for the box key
 * and recipients that the definition lists, each once and in the note's order
 * of tags. `out` holds what was found up to a refusal.
 */
refusal box_check(const struct box_terms *, struct bytes note,
	struct bytes file, struct box *out);

#endif
