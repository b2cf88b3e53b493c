/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Somebody at the terminal agrees to what was shown, or to nothing.
 */
#ifndef SANDOQ_DESK_COMMON_ASKING_H
#define SANDOQ_DESK_COMMON_ASKING_H

/* All three in English words. */
struct asking {
	const char *question; /* "Do you sign this?" */
	/* Said, with what to do, where there is no terminal. */
	const char *nobody;
	const char *declined; /* what was not done */
};

/* 0 when they write yes, else a status of sysexits.h after saying why not. */
int ask(const struct asking *);

#endif
