/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `rehearse`: the whole evening on an emulated machine, at the pace of the
 * trainee, who is the official at the machine: mistakes included. It makes the
 * keys of everybody for this, and an election that is marked as a rehearsal.
 */
#include "appliance/desk/common/profiles.h"
#include "appliance/desk/desk.h"
#include "appliance/desk/rehearsal/choices.h"
#include "appliance/desk/rehearsal/elsewhere.h"
#include "appliance/desk/rehearsal/room.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Written last: a folder that has it is a whole rehearsal. */
#define COMPLETE "rehearsal"
static const char complete[] = "a rehearsal of sandoq\n";

const struct option rehearse_options[] = {
	{ "FOLDER", NULL,
		"of the rehearsal: made when it is not there, else it goes on",
		REQUIRED },
	{ "--image", "FILE",
		"what the machine boots; build/image/sandoq.efi if not given",
		OPTIONAL },
	{ "--profile", "NAME",
		"how the machine is emulated; qemu-ovmf-screen if not given",
		OPTIONAL },
	OPTION_END,
};

/* What has to be done in a state, by whether a stick lies on the table. */
static const struct advice {
	enum machine_state state;
	enum stick_id stick;
	enum word without, with;
} advices[] = {
	{ STATE_BLANK, STICK_ENROL, WORD_DO_FIRST_OUTBOX, WORD_DO_ENROL },
	{ STATE_ENROLLED, STICK_ELECTION, WORD_DO_ENROLLED_OUTBOX,
		WORD_DO_ELECTION },
	{ STATE_SEALED, STICK_BOXES_LATE, WORD_DO_SEALED_OUTBOX,
		WORD_DO_BOXES },
	{ STATE_INTAKE, STICK_OPEN, WORD_DO_MORE_BOXES, WORD_DO_OPEN },
	{ STATE_CLOSED, STICK_RELEASE, WORD_DO_CLOSED_OUTBOX, WORD_DO_RELEASE },
	{ STATE_RELEASED, STICKS, WORD_DO_LAST_OUTBOX, WORD_DO_LAST_OUTBOX },
};

struct rehearsal {
	struct room room;
	bool taken; /* the stick that is plugged in was taken */
	bool over;  /* the last outbox was verified */
	bool left;  /* by the trainee, or at the end of the input */
	enum machine_state asked_in; /* the state when it was plugged in */
};

static void say(enum word word)
{
	tell(stdout, word, NULL);
}

/* The screen's own words: nobody is told two things. */
static void advise_as_screen(const struct room *room)
{
	tell(stdout, WORD_DO_AS_SCREEN,
		&(struct filling){ .text = { room->next } });
}

static bool cannot_go_on(const struct room *room)
{
	return room->on && (room->stopped || room->state == STATE_FAILED);
}

static void advise(const struct rehearsal *rehearsal)
{
	const struct room *room = &rehearsal->room;
	if (!room->on) {
		say(WORD_DO_SWITCH_ON);
		return;
	}
	if (cannot_go_on(room) && (room->stopped || room->plugged == STICKS)) {
		advise_as_screen(room);
		return;
	}
	if (room->plugged < STICKS) {
		say(WORD_DO_TAKE_OUT);
		return;
	}
	for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++) {
		const struct advice *advice = &advices[i];
		if (advice->state == room->state)
			say(advice->stick < STICKS &&
						stick_lies_there(advice->stick)
					? advice->with
					: advice->without);
	}
}

/* --- what the machine made of it --- */

static enum word why_refused(enum stick_id id)
{
	return rehearsal_sticks[id].wrong != WORD_NOTHING
		       ? rehearsal_sticks[id].wrong
		       : WORD_WRONG_TIME;
}

static void judge(struct rehearsal *rehearsal, enum outcome outcome)
{
	const enum stick_id id = rehearsal->room.plugged;
	rehearsal->taken = id < STICKS && outcome == OUTCOME_READY;
	if (outcome == OUTCOME_LOST)
		say(WORD_WRONG_SILENT);
	else if (outcome == OUTCOME_REFUSED && id < STICKS)
		say(why_refused(id));
	else if (rehearsal->taken)
		say(WORD_RIGHT_TAKEN);
}

/* --- choices --- */

static int switch_on(struct rehearsal *rehearsal)
{
	enum outcome outcome;
	if (rehearsal->room.on) {
		say(WORD_WRONG_IS_ON);
		return 0;
	}
	int status = room_switch_on(&rehearsal->room, &outcome);
	if (status == 0)
		judge(rehearsal, outcome);
	return status;
}

/* Whether it can be plugged in at all; says why not. */
static bool may_plug(const struct rehearsal *rehearsal, enum stick_id id)
{
	const struct room *room = &rehearsal->room;
	if (!room->on)
		say(WORD_WRONG_IS_OFF);
	else if (room->stopped)
		say(WORD_WRONG_STOPPED);
	else if (room->plugged < STICKS)
		say(WORD_WRONG_IS_IN);
	else if (id == STICKS)
		say(WORD_WRONG_NO_STICK);
	else
		return true;
	return false;
}

static int plug(struct rehearsal *rehearsal, enum stick_id id)
{
	enum outcome outcome;
	if (!may_plug(rehearsal, id))
		return 0;
	rehearsal->asked_in = rehearsal->room.state;
	int status = room_plug(&rehearsal->room, id, UNTIL_REMOVE, &outcome);
	if (status == 0)
		judge(rehearsal, outcome);
	return status;
}

/* An outbox that the machine has written is brought to who waits for it. */
static int bring_away(struct rehearsal *rehearsal)
{
	say(WORD_WORK_GOES);
	fflush(stdout);
	int status = elsewhere_take(rehearsal->asked_in);
	if (status == EX_TEMPFAIL) {
		say(WORD_WORK_MISSING);
		return 0;
	}
	if (status != 0)
		return status;
	rehearsal->over |= rehearsal->asked_in == STATE_RELEASED;
	sticks_tell();
	return 0;
}

static int take_out(struct rehearsal *rehearsal)
{
	struct room *room = &rehearsal->room;
	const enum stick_id id = room->plugged;
	const bool brings = id == STICK_OUTBOX && rehearsal->taken;
	/* The power was cut in between: what is on it nobody waits for. */
	const bool stale = id == STICK_OUTBOX && !brings;
	if (id == STICKS) {
		say(WORD_WRONG_NONE_IN);
		return 0;
	}
	int status = room_unplug(room);
	if (status == 0 && !room->stopped)
		judge(rehearsal, room_follow(room, UNTIL_READY));
	if (status == 0 && brings)
		status = bring_away(rehearsal);
	if (status == 0 && stale)
		status = elsewhere_outbox();
	return status;
}

/* It was read when it was pulled out: what became of that. */
static int judge_pulled(
	struct rehearsal *rehearsal, enum stick_id id, enum outcome outcome)
{
	if (outcome == OUTCOME_READY) {
		say(WORD_WRONG_TOO_LATE);
		return id == STICK_OUTBOX ? bring_away(rehearsal) : 0;
	}
	if (outcome != OUTCOME_REFUSED) {
		judge(rehearsal, outcome);
		return 0;
	}
	if (id != STICK_OUTBOX) {
		say(WORD_WRONG_PULLED);
		return 0;
	}
	say(WORD_WRONG_PULLED_OUTBOX);
	return elsewhere_outbox();
}

static int pull(struct rehearsal *rehearsal, enum stick_id id)
{
	struct room *room = &rehearsal->room;
	enum outcome outcome, then = OUTCOME_REFUSED;
	if (!may_plug(rehearsal, id))
		return 0;
	rehearsal->asked_in = room->state;
	int status = room_plug(room, id, UNTIL_READING, &outcome);
	if (status == 0)
		status = room_unplug(room);
	if (status != 0)
		return status;
	if (outcome == OUTCOME_READING)
		then = room_follow(room, UNTIL_REMOVE);
	room_follow(room, UNTIL_READY);
	if (outcome == OUTCOME_READING)
		return judge_pulled(rehearsal, id, then);
	say(why_refused(id));
	return 0;
}

/* With a stick: while it is read. */
static int cut(struct rehearsal *rehearsal, const struct chosen *chosen)
{
	struct room *room = &rehearsal->room;
	enum outcome outcome;
	int status = 0;
	if (!room->on) {
		say(WORD_WRONG_IS_OFF);
		return 0;
	}
	if (chosen->names_stick && !may_plug(rehearsal, chosen->stick))
		return 0;
	if (chosen->names_stick)
		status =
			room_plug(room, chosen->stick, UNTIL_READING, &outcome);
	const enum stick_id in = room->plugged;
	if (status == 0)
		status = room_cut(room);
	if (status == 0)
		say(WORD_WRONG_CUT);
	return status == 0 && in == STICK_OUTBOX ? elsewhere_outbox() : status;
}

/* --- the machine's own parts --- */

static const struct part {
	int (*change)(bool *gone);
	enum word gone, back;
} its_disk = { room_move_disk, WORD_DISK_IS_OUT, WORD_DISK_IS_IN },
  its_tpm = { room_change_tpm, WORD_TPM_IS_DEAD, WORD_TPM_IS_REPAIRED };

static int change(const struct room *room, const struct part *part)
{
	bool gone;
	if (room->on) {
		say(WORD_WRONG_NOT_OFF);
		return 0;
	}
	int status = part->change(&gone);
	if (status == 0)
		say(gone ? part->gone : part->back);
	return status;
}

static int obey(struct rehearsal *rehearsal, const struct chosen *chosen)
{
	switch (chosen->choice) {
	case CHOICE_ON:
		return switch_on(rehearsal);
	case CHOICE_PLUG:
		return plug(rehearsal, chosen->stick);
	case CHOICE_OUT:
		return take_out(rehearsal);
	case CHOICE_PULL:
		return pull(rehearsal, chosen->stick);
	case CHOICE_CUT:
		return cut(rehearsal, chosen);
	case CHOICE_DISK:
		return change(&rehearsal->room, &its_disk);
	case CHOICE_TPM:
		return change(&rehearsal->room, &its_tpm);
	case CHOICE_SCREEN:
		return room_tell_screen(&rehearsal->room);
	case CHOICE_QUIT:
		rehearsal->left = true;
		return 0;
	default:
		return 0;
	}
}

/* --- the evening --- */

/* How often a line that begins so stands in the machine's console. */
static uint64_t count_lines(const char *begins)
{
	uint64_t count = 0;
	FILE *log = fopen("machine/console.log", "re");
	char *line = NULL;
	size_t size = 0;
	while (log != NULL && getline(&line, &size, log) > 0)
		count += strncmp(line, begins, strlen(begins)) == 0;
	free(line);
	if (log != NULL)
		fclose(log);
	return count;
}

static void tell_end(void)
{
	tell(stdout, WORD_REHEARSAL_OVER,
		&(struct filling){ .number = { count_lines("sandoq: refused: "),
					   count_lines("-- power cut") } });
}

/* False at the end of the input. What is not typed at a terminal is shown. */
static bool ask(char line[CHOICE_LINE_MOST])
{
	printf("\n%s ", words_of(WORD_REHEARSAL_ASKS));
	fflush(stdout);
	if (fgets(line, CHOICE_LINE_MOST, stdin) == NULL)
		return false;
	if (isatty(STDIN_FILENO) != 1)
		printf("%s", line);
	return true;
}

/* One line of the trainee; afterwards what is to be done next. */
static int take_turn(struct rehearsal *rehearsal)
{
	char line[CHOICE_LINE_MOST], typed[CHOICE_LINE_MOST];
	if (!ask(line)) {
		rehearsal->left = true;
		return 0;
	}
	line[strcspn(line, "\n")] = '\0';
	memcpy(typed, line, sizeof(typed));
	const struct chosen chosen = choice_of(line);
	if (chosen.choice == CHOICE_UNKNOWN)
		tell(stdout, WORD_REHEARSAL_UNKNOWN,
			&(struct filling){ .text = { typed } });
	if (chosen.choice == CHOICE_HELP)
		say(WORD_REHEARSAL_CHOICES);
	if (chosen.choice == CHOICE_STICKS)
		sticks_tell();
	int status = obey(rehearsal, &chosen);
	if (status != 0 || rehearsal->left)
		return status;
	if (rehearsal->over)
		tell_end();
	else
		advise(rehearsal);
	return 0;
}

static int run_evening(void)
{
	struct rehearsal rehearsal = { .room = { .plugged = STICKS } };
	int status = room_begin(&rehearsal.room);
	if (status == 0)
		status = elsewhere_resume();
	if (status != 0)
		return status;
	say(WORD_REHEARSAL_YOU);
	printf("\n");
	say(WORD_REHEARSAL_CHOICES);
	printf("\n");
	sticks_tell();
	printf("\n");
	advise(&rehearsal);
	while (status == 0 && !rehearsal.left)
		status = take_turn(&rehearsal);
	if (rehearsal.room.on)
		elsewhere_run("machine stop machine");
	printf("\n");
	say(WORD_REHEARSAL_LEFT);
	return status;
}

/* --- the folder --- */

static int enter(const char *folder)
{
	int status = folder_make(folder);
	if (status == 0 && chdir(folder) != 0)
		status = fail(EX_NOINPUT, folder, 0, "cannot enter it: %s",
			strerror(errno));
	return status;
}

/* What somebody else keeps here is not to be written over. */
static bool is_empty(void)
{
	DIR *folder = opendir(".");
	const struct dirent *entry;
	bool empty = folder != NULL;
	while (empty && (entry = readdir(folder)) != NULL)
		empty = strcmp(entry->d_name, ".") == 0 ||
			strcmp(entry->d_name, "..") == 0;
	if (folder != NULL)
		closedir(folder);
	return empty;
}

static bool is_complete(void)
{
	struct file file;
	bool is = false;
	if (access(COMPLETE, F_OK) != 0 || file_read(COMPLETE, 64, &file) != 0)
		return false;
	is = bytes_equal(file_bytes(&file), bytes_of_text(complete));
	file_free(&file);
	return is;
}

/* One that was left half made is not gone on with. */
static int make(const struct arguments *arguments, const char *image)
{
	const char *profile = argument(arguments, "--profile");
	const struct setting setting = {
		.image = image,
		.profile = profile != NULL ? profile : "qemu-ovmf-screen",
	};
	if (!is_empty())
		return fail(EX_CANTCREAT, argument(arguments, "FOLDER"), 0,
			"is not empty, and no whole rehearsal; give another "
			"folder");
	say(WORD_REHEARSAL_MAKES);
	fflush(stdout);
	int status = elsewhere_begin(&setting);
	return status != 0
		       ? status
		       : file_write(COMPLETE, bytes_of_text(complete), 0644);
}

/* Before the folder is entered: afterwards a path means something else. */
static int find_image(const struct arguments *arguments, char path[PATH_MAX])
{
	const char *given = argument(arguments, "--image");
	char *usual = tree_file("build/image/sandoq.efi");
	const char *name = given != NULL ? given : usual;
	const int status =
		realpath(name, path) != NULL
			? 0
			: fail(EX_NOINPUT, name, 0,
				  "cannot open it: %s; 'make image' makes one, "
				  "--image names it",
				  strerror(errno));
	free(usual);
	return status;
}

int rehearse_command(const struct arguments *arguments)
{
	char image[PATH_MAX];
	int status = find_image(arguments, image);
	if (status == 0)
		status = enter(argument(arguments, "FOLDER"));
	if (status != 0)
		return status;
	say(WORD_REHEARSAL_IS);
	if (is_complete())
		say(WORD_REHEARSAL_GOES_ON);
	else
		status = make(arguments, image);
	return status != 0 ? status : run_evening();
}
