/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of single CVR formats share. */
#ifndef SANDOQ_ELECTION_CVR_FORM_H
#define SANDOQ_ELECTION_CVR_FORM_H

#include "appliance/election/cvr.h"

/* The list of records, whose opening the reader stands before. */
void cvr_read_nist(struct cvr_reader *);
void cvr_read_dominion(struct cvr_reader *);

/* Each refuses when the record is too large. */
struct cvr_id cvr_keep(struct cvr_reader *, struct bytes id);
struct cvr_snapshot *cvr_add_snapshot(struct cvr_reader *);
struct cvr_sheet *cvr_add_sheet(struct cvr_reader *);
struct cvr_mark *cvr_add_mark(struct cvr_reader *);

bool cvr_id_equal(const struct cvr_record *, struct cvr_id a, struct cvr_id b);

void cvr_record_begin(struct cvr_reader *);
/* Gives the ballots of one snapshot to the sink. */
void cvr_give(struct cvr_reader *, const struct cvr_snapshot *);

#endif
