/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The chain of evidence, from a definition that the verifier trusts to a
 * result that nothing but the approved software, on the enrolled machine,
 * after the quorum's approval, can have signed.
 *
 * verify.c has the table of checks. Every check is a function that looks at
 * the evidence and at what the checks before it established (struct chain),
 * and refuses with a reason. Whoever signs something runs the same table as
 * far as it goes at that moment, so an approver sees what an auditor sees.
 *
 * A library: it opens no file, reads no clock, prints nothing and never ends
 * the process, but that libcrypto's want of memory aborts it (crypto.h).
 * tests/verify/independent.t holds it to that.
 */
#ifndef SANDOQ_VERIFY_VERIFY_H
#define SANDOQ_VERIFY_VERIFY_H

#include "appliance/verify/chain.h"
#include "appliance/verify/values.h"

/* How far the chain is to be verified. */
enum verify_goal {
	VERIFY_IDENTITY,  /* an operator, before a blank machine's software */
	VERIFY_ENROLMENT, /* an operator, before the enrolment is signed */
	VERIFY_SEALED,	  /* the authority, before the keys are signed */
	VERIFY_INTAKE,	  /* an officer, before the boxes are opened */
	VERIFY_CLOSED,	  /* an auditor, before the result is released */
	VERIFY_RELEASED,  /* anyone */
	VERIFY_NOW,	  /* what runs on the machine at this moment */
	VERIFY_ABANDON,	  /* whoever calls the election off */
	VERIFY_ABANDONED, /* that it was called off */
};

enum { CHECKS_MOST = 64, CHECK_REASON_MOST = 256 };

/* What the verifier was not given to check with is told, too. */
enum check_outcome { CHECK_REFUSED, CHECK_PASSED, CHECK_NOT_MADE };

struct check {
	const char *name;
	enum check_outcome outcome;
	char reason[CHECK_REASON_MOST]; /* empty when passed */
};

struct checks {
	size_t count;
	struct check check[CHECKS_MOST];
};

/*
 * Runs every check that the goal needs, in order; one whose ground was
 * refused is refused too, naming that ground. True when none was refused. The
 * chain borrows from the evidence; verify_free() gives back what it owns.
 */
bool verify(enum verify_goal, const struct evidence *, struct chain *,
	struct checks *);
void verify_free(struct chain *);

/* The same one check at a time, for who tells how far it is. */
struct verification {
	enum verify_goal goal;
	struct chain *chain;
	struct checks *checks;
	size_t step;
	uint64_t passed;
};

/* How many checks the goal has. */
size_t verify_steps(enum verify_goal);
struct verification verify_begin(enum verify_goal, const struct evidence *,
	struct chain *, struct checks *);
/* Makes the next check; false when none was left. */
bool verify_step(struct verification *);
/* The first that was refused, NULL when none was. */
const struct check *checks_refused(const struct checks *);

#endif
