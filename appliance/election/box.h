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
	BOX_HEADER_MOST = AGE_HEADER_SIZE(RECIPIENTS_MOST),
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
	uint32_t ballots;	  /* that the note says are in it */
	uint64_t size;		  /* of the age file */
	struct digest digest;	  /* of the age file */
	struct digest text;	  /* that the station signed; else zeros */
	struct age_header header; /* borrows from the age file */
};

/* The text that a station signs over an age file. */
refusal write_box_text(struct writer *, const struct box_terms *,
	uint16_t station, uint16_t sequence, uint32_t ballots,
	struct bytes file);

/*
 * The note over an age file of this payload, signed with the station's key.
 * Refuses a payload that is not a box of this station and sequence.
 */
refusal write_box_note(struct writer *, const struct box_terms *,
	uint16_t station, uint16_t sequence, struct bytes payload,
	struct bytes file, const struct p256_private *key);

/*
 * The note: a station of this election signed it for this definition and this
 * box key, with no more ballots than it was issued. The file: exactly the bytes
 * that the note names, for the box key and recipients that the definition
 * lists, each once and in the note's order of tags, and of a size that a padded
 * payload has. `out` holds what was found up to a refusal. Whether the note's
 * number of ballots is right is seen when the box is opened.
 *
 * Of the note alone, digest and size are what it says of the file, and there
 * is no header.
 */
refusal box_note_check(
	const struct box_terms *, struct bytes note, struct box *out);
refusal box_check(const struct box_terms *, struct bytes note,
	struct bytes file, struct box *out);

/*
 * The age header that the machine makes for a box that it has opened: the same
 * file key, for the recipients that the definition lists, in its order. Before
 * the payload of the box it is an age file. What can be seen without a key of
 * theirs: the form and the tags. `out` borrows.
 */
refusal box_header_check(
	const struct plan *, struct bytes header, struct age_header *out);

#endif
