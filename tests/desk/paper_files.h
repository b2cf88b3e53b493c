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
void paper_write_sent_as(const struct paper *, const char *name);
/* Those members of it that are wanted. */
void paper_write_members(const struct paper *, const char *name,
	bool (*wanted)(const char *member));
/*
 * The workplace of another program gets all of this one, and refused-NNNN.tar
 * from each paper that is refused from now on.
 */
void paper_leave_refused(const struct paper *, const char *workplace);

/*
 * All that lies on a desk: what is trusted, what was sent, what the machine
 * wrote by itself, and everybody's private key, such as "officer-3.pem".
 */
void paper_write_desk(const struct paper *);
/* "closed.tar": what the machine sent when the count was closed. */
void paper_write_closed(const struct paper *);

#define CHAIN                                                                  \
	"--sent sent.tar --definition definition.json "                        \
	"--authorities authorities.pem "
#define ENROLMENT                                                              \
	"machine enrolment --sent sent.tar --operators operators "             \
	"--authorities authorities.pem --date $(date -u -I) "
#define ABANDON                                                                \
	"election abandon --sent closed.tar --definition definition.json "     \
	"--authorities authorities.pem --reason 'A reason.' "
#define UNANSWERED_RULING "approve ruling " CHAIN "--without 10 "

/*
 * Every command on these files that shows a text, asks, and signs: whole, but
 * for --key, --yes and --output. Some need "closed.tar".
 */
struct paper_signing {
	const char *command;
	const char *key; /* whose */
};

enum { PAPER_SIGNINGS = 8 };
extern const struct paper_signing paper_signing[PAPER_SIGNINGS];

#endif
