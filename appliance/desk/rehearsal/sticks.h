/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sticks on the trainee's table: files in sticks/, good ones and wrong
 * ones. A stick lies there when its file does.
 */
#ifndef SANDOQ_DESK_REHEARSAL_STICKS_H
#define SANDOQ_DESK_REHEARSAL_STICKS_H

#include "appliance/desk/common/words.h"

enum stick_id {
	STICK_OUTBOX,
	STICK_ENROL,
	STICK_ELECTION,
	STICK_BOXES_1,
	STICK_BOXES_2,
	STICK_BOXES_LATE,
	STICK_OPEN,
	STICK_RELEASE,
	STICK_GARBAGE,
	STICK_OTHER,
	STICK_SMALL,
	STICKS,
};

struct rehearsal_stick {
	const char *name; /* of the file, and what a trainee can type */
	enum word label;  /* what is written on it */
	bool writable;
	/* Why the machine does not take it, for a wrong one; else none. */
	enum word wrong;
};

extern const struct rehearsal_stick rehearsal_sticks[STICKS];

bool stick_lies_there(enum stick_id);
/* "sticks/NAME"; the buffer is the caller's. */
enum { STICK_PATH_MOST = 64 };
void stick_path(enum stick_id, char path[STICK_PATH_MOST]);
/* By number (from 1) or name; STICKS when there is none. */
enum stick_id stick_of(const char *word);
/* Numbers and labels of all that lie there. */
void sticks_tell(void);

#endif
