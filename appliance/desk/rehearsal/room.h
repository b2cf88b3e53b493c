/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The room with the machine: its switch, its port, its screen. What the
 * machine says is told as it comes, in Persian where the table of notices has
 * the line. The machine is the folder "machine" in the working directory, and
 * runs no longer than this process.
 */
#ifndef SANDOQ_DESK_REHEARSAL_ROOM_H
#define SANDOQ_DESK_REHEARSAL_ROOM_H

#include "appliance/desk/rehearsal/sticks.h"
#include "appliance/record/state.h"

struct room {
	bool on;
	enum machine_state state; /* what it waits in, when it is on */
	enum stick_id plugged;	  /* STICKS: none */
	uint64_t line;		  /* lines of the console that were told */
	bool has_screen;	  /* its profile gives it a display */
	unsigned pictures;	  /* in screens/ */
	const char *window;	  /* QEMU's display that shows it, or NULL */
	bool stopped;		  /* it says that it does nothing more */
	struct notice failure;	  /* that was not told yet */
	/* What the screen says that people do, when it cannot go on. */
	char next[NOTICE_LINE_MOST];
};

/* What is waited for. */
enum until {
	UNTIL_READING, /* a stick is read, or refused before that */
	UNTIL_REMOVE,  /* the stick may go, taken or refused */
	UNTIL_READY,   /* the next stick may come */
};

enum outcome {
	/* What was waited for, and nothing was refused. */
	OUTCOME_READY,
	/* The stick was refused. */
	OUTCOME_REFUSED,
	/* It is read. */
	OUTCOME_READING,
	/* The machine says that it failed. */
	OUTCOME_FAILED,
	/* It says nothing more, or has ended. */
	OUTCOME_LOST,
};

/*
 * What its console has shown before was told before. Says where the trainee
 * sees the screen.
 */
int room_begin(struct room *);

/* Each returns 0, or a status of sysexits.h after saying what is wrong. */
int room_switch_on(struct room *, enum outcome *);
int room_cut(struct room *);
int room_plug(struct room *, enum stick_id, enum until, enum outcome *);
int room_unplug(struct room *);
/* With the machine off: its disk goes out, or in; and which it was. */
int room_move_disk(bool *out);
/* The same of its TPM, which dies, or is repaired. */
int room_change_tpm(bool *dead);
/*
 * Tells what the machine says until then. Where it has a screen that has
 * changed, that becomes the next picture in screens/.
 */
enum outcome room_follow(struct room *, enum until);
/* The last lines once more. */
int room_tell_screen(const struct room *);

#endif
