/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a trainee types, in English or Persian: a line becomes a choice.
 */
#ifndef SANDOQ_DESK_REHEARSAL_CHOICES_H
#define SANDOQ_DESK_REHEARSAL_CHOICES_H

#include "appliance/desk/rehearsal/sticks.h"

enum choice {
	CHOICE_NOTHING, /* an empty line */
	CHOICE_ON,
	CHOICE_PLUG,
	CHOICE_OUT,
	CHOICE_PULL,
	CHOICE_CUT,
	CHOICE_DISK,
	CHOICE_TPM,
	CHOICE_SCREEN,
	CHOICE_STICKS,
	CHOICE_HELP,
	CHOICE_QUIT,
	CHOICE_UNKNOWN,
};

struct chosen {
	enum choice choice;
	/* Which stick is meant: STICKS when none is, or it does not lie there.
	 */
	enum stick_id stick;
	bool names_stick;
};

enum { CHOICE_LINE_MOST = 256 };

/* The line is taken apart. Digits may be Persian ones. */
struct chosen choice_of(char line[CHOICE_LINE_MOST]);

#endif
