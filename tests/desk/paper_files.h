/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine on paper as files of the workplace: what it sent, and what its
 * verifier trusts.
 */
#ifndef SANDOQ_TESTS_DESK_PAPER_FILES_H
#define SANDOQ_TESTS_DESK_PAPER_FILES_H

#include "tests/verify/paper.h"

/* definition.json, authorities.pem, profile.json */
void paper_write_trusted(const struct paper *);
/* sent.tar */
void paper_write_sent(const struct paper *);
/*
 * The workplace of another program gets all of this one, and refused-NNNN.tar
 * from each paper that is refused from now on.
 */
void paper_leave_refused(const struct paper *, const char *workplace);

#endif
