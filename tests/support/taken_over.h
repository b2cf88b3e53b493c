/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roles that run hostile code: each attack is what a role that was taken over
 * does instead of its work, inside its true sandbox, and what comes of it.
 */
#ifndef SANDOQ_TESTS_SUPPORT_TAKEN_OVER_H
#define SANDOQ_TESTS_SUPPORT_TAKEN_OVER_H

#include "appliance/machine/wire.h"

/* What becomes of a count with one process of the role taken over. */
enum effect {
	NO_RESULT,   /* `why` is in what the count says */
	SAME_RESULT, /* as if nothing had happened */
	OWN_VECTOR,  /* another result, in the numbers of its own box alone */
	OWN_VOID,    /* its own box is void, for the reason `why` */
	OTHER_RESULT,
};

struct attack {
	const char *name;
	enum role role;
	/* Questions that it answers as it should before. */
	unsigned point;
	void (*act)(void);
	enum effect effect;
	const char *why;
};

extern const struct attack attacks[];
extern const size_t attack_count;

/* What any role may do when it has been asked its first question. */
struct misdeed {
	const char *name;
	void (*act)(void);
	const char *why; /* the supervisor's; NULL: the role is only refused */
	/* What it begins with, if that is forbidden to some roles alone. */
	long call;
};

extern const struct misdeed misdeeds[];
extern const size_t misdeed_count;

/* The box whose process is taken over says this in its note. */
extern const char taken_over_mark[];

/* Why the supervisor gives a role up that stalls. */
extern const char taken_over_late[];
/* Why a role ends that makes a system call that it may not make. */
extern const char taken_over_forbidden[];

/* Secrets to look for: every byte is kept inverted, not to be found itself. */
enum { SECRET_OWN_KEY, SECRET_OTHER_KEY, SECRET_BOX_KEY, SECRETS };
enum { SECRET_SIZE = 16 };

/*
 * In the place of a role's main. The environment says which attack and which
 * secrets; a count process of another box, or a role that no attack is on,
 * works as it should.
 */
int taken_over(enum role, int (*honest)(void));

/* What to put into the environment: borrowed until the next call. */
char *const *attack_environment(
	size_t attack, const uint8_t secret[SECRETS][SECRET_SIZE]);
char *const *misdeed_environment(size_t misdeed);

#endif
