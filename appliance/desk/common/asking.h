/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Somebody at the terminal agrees to what was shown, or to nothing.
 */
#ifndef SANDOQ_DESK_COMMON_ASKING_H
#define SANDOQ_DESK_COMMON_ASKING_H

#include "appliance/desk/common/words.h"

/* Of the table, so that nobody is asked in one language alone. */
struct asking {
	enum word question; /* "Do you sign this?" */
	/* Said, with what to do, where there is no terminal. */
	enum word nobody;
	enum word declined; /* what was not done */
};

/* 0 when they write yes, else a status of sysexits.h after saying why not. */
int ask(const struct asking *);

#endif
