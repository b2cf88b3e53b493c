/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fields of the result text, for the writer and the parser beside it.
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
	RESULT_STATION,
	RESULT_VOTES,
	RESULT_BOX,
	RESULT_VOID,
	RESULT_ANNULLED,
	RESULT_LOT,
	RESULT_FIELDS,
};

enum {
	/* Two ids and " 65535=18446744073709551615" for each candidate. */
	RESULT_LINE_MOST = 2 * (ID_MOST + 1) + CANDIDATES_MOST * 27,
};

extern const struct text_form result_form;
/* "cast", "valid", ... in the order of a tally's row. */
extern const char *const result_row_name[ROW_VOTES];

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
