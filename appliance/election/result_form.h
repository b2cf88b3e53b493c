/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fields of a result's head and the lines of its parts, for the writers
 * and the parser beside it.
 */
#ifndef SANDOQ_ELECTION_RESULT_FORM_H
#define SANDOQ_ELECTION_RESULT_FORM_H

#include "appliance/election/result.h"

enum result_field {
	RESULT_ELECTION,
	RESULT_DEFINITION,
	RESULT_AK,
	RESULT_BK,
	RESULT_RK,
	RESULT_CHECKPOINT_SIZE,
	RESULT_CHECKPOINT_ROOT,
	RESULT_PHASE,
	RESULT_REVOCATION,
	RESULT_COUNT,
	RESULT_BOXES,
	RESULT_MISSING,
	RESULT_CONTEST,
	RESULT_CANDIDATE,
	RESULT_VOID,
	RESULT_ANNULLED,
	RESULT_LOT,
	RESULT_STATIONS,
	RESULT_STATIONS_ROOT,
	RESULT_FIELDS,
};

enum {
	/* Two ids and " 65535=18446744073709551615" for each candidate. */
	RESULT_LINE_MOST = 2 * (ID_MOST + 1) + CANDIDATES_MOST * 27,
};

extern const struct text_form result_form;

/* How the lines of a station's part begin. */
#define PART_STATION "station: "
#define PART_BALLOTS "ballots: "
#define PART_VOTES "votes: "
#define PART_BOX "box: "
#define PART_VOID "void: "

/* "cast", "valid", ... in the order of a tally's row. */
extern const char *const result_row_name[ROW_VOTES];

/* Whether a contest is voted on in a station. */
bool result_votes_on(const struct plan *, size_t station, uint16_t contest);
/* Cells of a row. */
size_t result_row_size(const struct plan *, uint16_t contest);
/* What result_write_head() refuses. */
refusal result_check(const struct result *);
/* The head with a root that the caller has. */
refusal result_write_head_of(
	struct writer *, const struct result *, const struct digest *root);
/* "ENTRY SHA256 REASON", the value of a void line. */
void result_write_void(struct writer *, const struct result_void *);
/*
 * "NAME=N", the first of `count`, each behind a space.
 */
void result_write_row(struct writer *, const uint32_t *cells, size_t count);

/*
 * Enters a box without its tally: what result_add_box and the parser have in
 * common.
 */
refusal result_enter_box(struct result *, const struct result_box *);
/*
 * The values of annulled and lot lines, in a result or in a ruling: a
 * station's id and the reason; a contest's id and codes in the order drawn.
 */
refusal result_read_annulment(struct result *, struct bytes line);
refusal result_read_lot(struct result *, struct bytes line);

#endif
