/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small election for fuzz targets: contest "c" with codes 1 to 3 and two
 * choices, contest "d" with code 1; station "s" has both, with 1000 ballots
 * and 2 boxes. Its keys have the scalars 1, 2, 3 ...
 */
#ifndef SANDOQ_TESTS_FUZZ_ELECTION_H
#define SANDOQ_TESTS_FUZZ_ELECTION_H

#include "appliance/election/plan.h"
#include "appliance/formats/crypto.h"
#include "appliance/formats/note.h"
#include "tests/fuzz/property.h"

static struct candidate small_candidates[4] = { { .code = 1 }, { .code = 2 },
	{ .code = 3 }, { .code = 1 } };
static struct station small_station = {
	.id = "s", .contests = { { 3 } }, .ballots_issued = 1000, .boxes = 2
};
static const struct plan small_plan = {
	.id = "e",
	.contests = 2,
	.contest = { { "c", RELATIVE_MAJORITY_1, 1, 1, 2, 0, 3, 0 },
		{ "d", RELATIVE_MAJORITY_1, 1, 0, 1, 0, 1, 3 } },
	.candidates = 4,
	.candidate = small_candidates,
	.stations = 1,
	.station = &small_station,
};

static inline struct p256_public small_key(unsigned scalar)
{
	uint8_t bytes[P256_SIZE] = { 0 };
	struct p256_private *private = NULL;
	bytes[P256_SIZE - 1] = (uint8_t)scalar;
	property(!p256_from_scalar(bytes, &private));
	struct p256_public public = p256_public_of(private);
	p256_free(private);
	return public;
}

static inline unsigned small_scalar(enum body body, unsigned member)
{
	return 1 + 2 * (unsigned)body + member;
}

/* Two of two, one of each board, as "a" and "b" of the first body. */
static inline void small_roster(struct roster *roster, enum body body)
{
	roster->quorum.need = 2;
	roster->quorum.each = 1;
	roster->quorum.of = 2;
	for (unsigned m = 0; m < 2; m++) {
		struct quorum_member *member = &roster->quorum.member[m];
		roster->id[m][0] = (char)('a' + 2 * (unsigned)body + m);
		member->board = (uint16_t)m;
		member->key = small_key(small_scalar(body, m));
	}
}

/* The text as a note that both members of the body have signed. */
static inline void small_note(struct writer *out, struct bytes text,
	const struct roster *roster, enum body body)
{
	const struct digest digest = sha256(text);
	write_note_text(out, text);
	for (unsigned m = 0; m < 2; m++) {
		uint8_t scalar[P256_SIZE] = { 0 };
		struct p256_private *private = NULL;
		struct note_key key;
		scalar[P256_SIZE - 1] = (uint8_t)small_scalar(body, m);
		property(!p256_from_scalar(scalar, &private));
		property(!note_key_of(
			roster->id[m], &roster->quorum.member[m].key, &key));
		const struct p256_signature signature =
			p256_sign(private, &digest);
		write_note_signature(out, &key, &signature);
		p256_free(private);
	}
}

#endif
