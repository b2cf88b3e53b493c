/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The readers of single formats, one to a file. Each reads the list of
 * records, whose opening the reader stands before.
 */
#ifndef SANDOQ_ELECTION_CVR_FORM_H
#define SANDOQ_ELECTION_CVR_FORM_H

#include "appliance/election/cvr.h"

/* cvr_nist.c */
void cvr_read_nist(struct cvr_reader *);
/* cvr_dominion.c */
void cvr_read_dominion(struct cvr_reader *);

#endif
