/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people do elsewhere while the trainee stands at the machine: at the
 * offices of operators, authority, officers and auditors, and at the stations.
 * All of it is done by the desk's own commands, started anew for each, with
 * keys that are made for this rehearsal. The working directory is the
 * rehearsal's folder:
 *
 *	machine/      the emulated machine
 *	image.efi     the image that it boots, boot.json what that boots to
 *	desk/         what these people hold: keys, texts, what came back
 *	other/        another city, whose sticks go astray
 *	sticks/       what lies on the trainee's table (sticks.h)
 *	screens/      pictures of the machine's screen
 *	log           every command that was run, and what it said
 */
#ifndef SANDOQ_DESK_REHEARSAL_ELSEWHERE_H
#define SANDOQ_DESK_REHEARSAL_ELSEWHERE_H

#include "appliance/record/state.h"

/* What is needed for a folder: paths, or names of profiles. */
struct setting {
	const char *image;   /* EFI file */
	const char *profile; /* NAME of image/profiles */
};

/*
 * Makes the machine, both cities, and the sticks that need nothing of the
 * machine. 0, or a status of sysexits.h after saying what is wrong.
 */
int elsewhere_begin(const struct setting *);

/*
 * An outbox came back that a machine in this state had written: people read
 * it, sign, and make the sticks that come next. EX_TEMPFAIL when they do not
 * sign, because boxes are missing that will still come.
 */
int elsewhere_take(enum machine_state);
/*
 * Before the machine is switched on: the work that was broken off, from its
 * begin, and an outbox that nothing was written on.
 */
int elsewhere_resume(void);

/* An empty outbox on the table, in the place of one that was there. */
int elsewhere_outbox(void);

/* One command of the desk, its words between single spaces; into the log. */
int elsewhere_run(const char *line);
/* The same of one that may fail without a word here. */
int elsewhere_try(const char *line);

/* Makes a disk that boots the image, and has no journal. */
int elsewhere_bare_disk(const char *path);

#endif
