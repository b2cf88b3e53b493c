/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/rehearsal/room.h"

#include "appliance/desk/common/notice_read.h"
#include "appliance/desk/emulator/folder.h"
#include "appliance/desk/rehearsal/elsewhere.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define MACHINE "machine"
#define CONSOLE MACHINE "/" MACHINE_CONSOLE
#define OURS "sandoq: "

enum {
	/* Without a new line, before nobody waits any more. */
	SILENCE_MS = 300000,
	LOOK_AGAIN_MS = 200,
	SCREEN_LINES = 12,
};

static bool begins(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

/* What of a line of the console our programs said; NULL: the firmware's. */
static const char *ours(const char *line)
{
	return begins(line, OURS) ? line + strlen(OURS) : NULL;
}

/* What the screen shows of it. Codes for engineers are left out. */
static void tell_notice(const struct notice *notice, enum language language)
{
	uint8_t space[NOTICE_LINE_MOST];
	struct writer out = writer_of(space, sizeof(space));
	const struct notice_row *row = notice_row_of(notice->part[0].id);
	if (row->place == PLACE_DETAIL && language == PERSIAN)
		return;
	write_notice(&out, notice, language);
	printf("  | %.*s\n", (int)out.size, (const char *)space);
}

static void tell_next(const struct notice *notice, enum language language)
{
	uint8_t space[NOTICE_LINE_MOST];
	struct writer out = writer_of(space, sizeof(space));
	const struct notice_row *row = notice_row_of(notice->part[0].id);
	if (row->place != PLACE_STATE)
		return;
	write_notice_next(&out, notice, language);
	if (out.size > 0)
		printf("  |   %.*s\n", (int)out.size, (const char *)space);
}

static void tell_line(const char *line)
{
	struct notice notice;
	if (!notice_read(line, &notice)) {
		printf("  | %s\n", line);
		return;
	}
	tell_notice(&notice, words_language());
	tell_next(&notice, words_language());
}

static bool read_state(const char *said, enum machine_state *out)
{
	static const char *const before[] = { "ready: state ",
		"waiting: state " };
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		if (!begins(said, before[i]))
			continue;
		said += strlen(before[i]);
		for (*out = STATE_BLANK; *out <= STATE_FAILED; (*out)++)
			if (strlen(state_name(*out)) == strcspn(said, ":") &&
				begins(said, state_name(*out)))
				return true;
	}
	return false;
}

/* What one line changes; `*seen` is left when it ends no waiting. */
static void take_line(struct room *room, const char *said, enum until until,
	bool *refused, enum outcome *seen)
{
	const bool ready = read_state(said, &room->state);
	*refused |= begins(said, "refused: ");
	if (until == UNTIL_READY && ready)
		*seen = room->state == STATE_FAILED ? OUTCOME_FAILED
						    : OUTCOME_READY;
	if (until == UNTIL_READING && begins(said, "medium: "))
		*seen = OUTCOME_READING;
	if (until != UNTIL_READY && (begins(said, "remove the medium") ||
					    begins(said, "done: remove")))
		*seen = *refused ? OUTCOME_REFUSED : OUTCOME_READY;
	if (begins(said, "stopped: ") ||
		(until != UNTIL_READY && begins(said, "failed: ")))
		*seen = OUTCOME_FAILED;
}

/* The lines that were not told yet, up to one that ends the waiting. */
static bool tell_new(
	struct room *room, enum until until, bool *refused, enum outcome *seen)
{
	struct file log;
	uint64_t number = 0;
	const uint64_t before = room->line;
	char *end, *line;
	*seen = OUTCOME_LOST;
	if (file_read(CONSOLE, CONSOLE_FILE_MOST, &log) != 0)
		return false;
	for (line = (char *)log.data;
		*seen == OUTCOME_LOST && (end = strchr(line, '\n')) != NULL;
		line = end + 1) {
		*end = '\0';
		if (number++ < room->line)
			continue;
		room->line = number;
		if (ours(line) == NULL)
			continue;
		tell_line(ours(line));
		take_line(room, ours(line), until, refused, seen);
	}
	file_free(&log);
	return room->line != before;
}

static struct patience new_patience(void)
{
	pid_t process[PATIENCE_PROCESSES];
	machine_processes_read(MACHINE, process);
	return patience_of(process, SILENCE_MS);
}

static void await_change(int changes)
{
	char events[4096];
	if (readable_until(changes, now_ms() + LOOK_AGAIN_MS) &&
		read(changes, events, sizeof(events)) < 0)
		return;
}

enum { PICTURE_PATH_MOST = 32, PICTURE_MOST = 64 << 20 };

static void picture_path(unsigned number, char path[PICTURE_PATH_MOST])
{
	snprintf(path, PICTURE_PATH_MOST, "screens/%04u.png", number);
}

static bool same_files(const char *one, const char *other)
{
	struct file a = { 0 }, b = { 0 };
	const bool same = access(one, F_OK) == 0 &&
			  file_read(one, PICTURE_MOST, &a) == 0 &&
			  file_read(other, PICTURE_MOST, &b) == 0 &&
			  bytes_equal(file_bytes(&a), file_bytes(&b));
	file_free(&a);
	file_free(&b);
	return same;
}

/* One that is as the last one was is dropped. */
static void take_picture(struct room *room)
{
	char last[PICTURE_PATH_MOST], path[PICTURE_PATH_MOST], line[96];
	if (!room->has_screen || !room->on)
		return;
	picture_path(room->pictures, last);
	picture_path(room->pictures + 1, path);
	snprintf(line, sizeof(line), "machine screen " MACHINE " --picture %s",
		path);
	if (elsewhere_try(line) != 0 || same_files(last, path)) {
		unlink(path);
		return;
	}
	room->pictures++;
	tell(stdout, WORD_PICTURE, &(struct filling){ .text = { path } });
}

enum outcome room_follow(struct room *room, enum until until)
{
	const int changes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	struct patience patience = new_patience();
	enum outcome seen = OUTCOME_LOST;
	bool refused = false, running = true;
	inotify_add_watch(changes, CONSOLE, IN_MODIFY);
	while (seen == OUTCOME_LOST && running &&
		!patience_is_over(&patience)) {
		running = machine_is_running(MACHINE);
		if (tell_new(room, until, &refused, &seen))
			patience = new_patience();
		if (seen == OUTCOME_LOST && running)
			await_change(changes);
		fflush(stdout);
	}
	room->on = running;
	close(changes);
	take_picture(room);
	return seen;
}

/* What was said while nobody looked. */
static void catch_up(struct room *room)
{
	bool refused = false;
	enum outcome seen = OUTCOME_READY;
	while (seen != OUTCOME_LOST)
		tell_new(room, UNTIL_READY, &refused, &seen);
}

/* Of the launch profile: whether QEMU has a display to draw on. */
static bool profile_has_screen(void)
{
	struct file profile;
	const bool has =
		file_read("profile", CONSOLE_FILE_MOST, &profile) == 0 &&
		strstr((char *)profile.data, "-display,") != NULL;
	file_free(&profile);
	return has;
}

static void count_pictures(struct room *room)
{
	char path[PICTURE_PATH_MOST];
	do
		picture_path(++room->pictures, path);
	while (access(path, F_OK) == 0);
	room->pictures--;
}

int room_begin(struct room *room)
{
	struct file log;
	room->line = 0;
	room->has_screen = profile_has_screen();
	count_pictures(room);
	if (access(CONSOLE, F_OK) != 0)
		return 0;
	int status = file_read(CONSOLE, CONSOLE_FILE_MOST, &log);
	for (size_t i = 0; status == 0 && i < log.size; i++)
		room->line += log.data[i] == '\n';
	file_free(&log);
	return status;
}

int room_switch_on(struct room *room, enum outcome *outcome)
{
	char line[64];
	snprintf(line, sizeof(line),
		"machine run " MACHINE " --daemon --until %d", getpid());
	int status = elsewhere_run(line);
	if (status != 0)
		return status;
	room->on = true;
	room->plugged = STICKS;
	*outcome = room_follow(room, UNTIL_READY);
	return 0;
}

int room_cut(struct room *room)
{
	int status = elsewhere_run("machine power " MACHINE " cut");
	room->on = false;
	room->plugged = STICKS;
	return status;
}

static int plug(struct room *room, enum stick_id id)
{
	char path[STICK_PATH_MOST], line[128];
	catch_up(room);
	stick_path(id, path);
	snprintf(line, sizeof(line), "machine plug " MACHINE " %s%s", path,
		rehearsal_sticks[id].writable ? " --writable" : "");
	int status = elsewhere_run(line);
	if (status == 0)
		room->plugged = id;
	return status;
}

int room_plug(struct room *room, enum stick_id id, enum until until,
	enum outcome *outcome)
{
	int status = plug(room, id);
	if (status == 0)
		*outcome = room_follow(room, until);
	return status;
}

int room_unplug(struct room *room)
{
	int status = elsewhere_run("machine unplug " MACHINE);
	room->plugged = STICKS;
	return status;
}

int room_tell_screen(const struct room *room)
{
	struct file log;
	uint64_t number = 0;
	int status = file_read(CONSOLE, CONSOLE_FILE_MOST, &log);
	char *end, *line = (char *)log.data;
	for (; status == 0 && (end = strchr(line, '\n')) != NULL;
		line = end + 1) {
		*end = '\0';
		if (number++ + SCREEN_LINES >= room->line && ours(line) != NULL)
			tell_line(ours(line));
	}
	file_free(&log);
	return status;
}
