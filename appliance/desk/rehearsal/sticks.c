/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/rehearsal/sticks.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct rehearsal_stick rehearsal_sticks[STICKS] = {
	[STICK_OUTBOX] = { "outbox", WORD_STICK_OUTBOX, true, WORD_NOTHING },
	[STICK_ENROL] = { "enrol", WORD_STICK_ENROL, false, WORD_NOTHING },
	[STICK_ELECTION] = { "election", WORD_STICK_ELECTION, false,
		WORD_NOTHING },
	[STICK_BOXES_1] = { "boxes-1", WORD_STICK_BOXES_1, false,
		WORD_NOTHING },
	[STICK_BOXES_2] = { "boxes-2", WORD_STICK_BOXES_2, false,
		WORD_NOTHING },
	[STICK_BOXES_LATE] = { "boxes-late", WORD_STICK_BOXES_LATE, false,
		WORD_NOTHING },
	[STICK_OPEN] = { "open", WORD_STICK_OPEN, false, WORD_NOTHING },
	[STICK_RELEASE] = { "release", WORD_STICK_RELEASE, false,
		WORD_NOTHING },
	[STICK_GARBAGE] = { "garbage", WORD_STICK_GARBAGE, false,
		WORD_WRONG_GARBAGE },
	[STICK_OTHER] = { "other", WORD_STICK_OTHER, false, WORD_WRONG_OTHER },
	[STICK_SMALL] = { "small", WORD_STICK_SMALL, true, WORD_WRONG_SMALL },
};

void stick_path(enum stick_id id, char path[STICK_PATH_MOST])
{
	snprintf(path, STICK_PATH_MOST, "sticks/%s", rehearsal_sticks[id].name);
}

bool stick_lies_there(enum stick_id id)
{
	char path[STICK_PATH_MOST];
	stick_path(id, path);
	return access(path, F_OK) == 0;
}

enum stick_id stick_of(const char *word)
{
	uint64_t number = 0;
	enum stick_id id = 0;
	if (decimal_decode(bytes_of_text(word), STICKS, &number) && number > 0)
		id = (enum stick_id)(number - 1);
	else
		while (id < STICKS &&
			strcmp(word, rehearsal_sticks[id].name) != 0)
			id++;
	return id < STICKS && stick_lies_there(id) ? id : STICKS;
}

void sticks_tell(void)
{
	tell(stdout, WORD_STICKS_ARE, NULL);
	for (enum stick_id id = 0; id < STICKS; id++)
		if (stick_lies_there(id))
			tell(stdout, WORD_STICK_LINE,
				&(struct filling){ .number = { id + 1 },
					.text = { words_of(rehearsal_sticks[id]
								   .label) } });
}
