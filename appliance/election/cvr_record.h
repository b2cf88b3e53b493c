/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One record while it is read, whatever the format: what the readers of single
 * formats put into it, and the ballots that come out of it.
 */
#ifndef SANDOQ_ELECTION_CVR_RECORD_H
#define SANDOQ_ELECTION_CVR_RECORD_H

#include "appliance/election/cvr.h"

void cvr_record_begin(struct cvr_reader *);

/* Each refuses when the record is too large. */
struct cvr_id cvr_keep(struct cvr_reader *, struct bytes id);
struct cvr_snapshot *cvr_add_snapshot(struct cvr_reader *);
struct cvr_sheet *cvr_add_sheet(struct cvr_reader *);
struct cvr_mark *cvr_add_mark(struct cvr_reader *);

bool cvr_id_equal(const struct cvr_record *, struct cvr_id a, struct cvr_id b);

/* Gives the ballots of one snapshot to the sink. */
void cvr_give(struct cvr_reader *, const struct cvr_snapshot *);

#endif
