/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/rehearsal/room.h"

#include "appliance/desk/common/notice_read.h"
#include "appliance/desk/emulator/folder.h"
#include "appliance/desk/rehearsal/elsewhere.h"

#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/wait.h>
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

static void keep_next(struct room *room, const struct notice *notice)
{
	struct writer out = writer_of(room->next, sizeof(room->next) - 1);
	write_notice_next(&out, notice, words_language());
	room->next[out.size] = '\0';
}

/* What it could not go on for, once, and what people do then. */
static void tell_failure(struct room *room, enum notice_id as)
{
	struct notice *failure = &room->failure;
	if (failure->part[0].id == NOTICE_NONE)
		return;
	failure->part[0].id = (uint16_t)as;
	tell_notice(failure, words_language());
	keep_next(room, failure);
	*failure = notice_of(NOTICE_PART(NONE));
}

/*
 * On the serial port a machine that waits for an outbox and one that stops say
 * "failed" alike. Which it is, and so what its screen says, is in the line
 * behind it. True when the notice is about that, and was told or is kept.
 */
static bool take_failure(struct room *room, const struct notice *notice)
{
	switch (notice->part[0].id) {
	case NOTICE_FAILED:
		if (room->failure.part[0].id == NOTICE_NONE)
			room->failure = *notice;
		return true;
	case NOTICE_WAITING_FAILED:
		if (room->failure.part[0].id == NOTICE_NONE)
			room->failure = *notice;
		tell_failure(room, room->failure.part[0].id);
		return true;
	case NOTICE_STOPPED:
		room->stopped = true;
		tell_failure(room, NOTICE_FAILED_AND_STOPS);
		return true;
	default:
		return false;
	}
}

static void tell_line(struct room *room, const char *line)
{
	struct notice notice;
	if (!notice_read(line, &notice)) {
		printf("  | %s\n", line);
		return;
	}
	if (take_failure(room, &notice))
		return;
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
		*seen = OUTCOME_READY;
	if (until == UNTIL_READING && begins(said, "medium: "))
		*seen = OUTCOME_READING;
	if (until != UNTIL_READY && (begins(said, "remove the medium") ||
					    begins(said, "done: remove")))
		*seen = *refused ? OUTCOME_REFUSED : OUTCOME_READY;
	if (begins(said, "stopped: ") || begins(said, "waiting: state failed"))
		*seen = OUTCOME_FAILED;
}

/* The lines that were not told yet, up to one that ends the waiting. */
static bool tell_new(
	struct room *room, enum until until, bool *refused, enum outcome *seen)
{
	struct file log;
	uint64_t number = 0;
	const uint64_t before = room->line;
	const char *said;
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
		said = ours(line);
		if (said == NULL)
			continue;
		tell_line(room, said);
		take_line(room, said, until, refused, seen);
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

#define NEXT_PICTURE "screens/next.png"

enum {
	PICTURE_PATH_MOST = 32,
	PICTURE_MOST = 64 << 20,
	PICTURES_TO_COMPARE = 50,
};

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

static bool dump_screen(const char *path)
{
	char line[96];
	snprintf(line, sizeof(line), "machine screen " MACHINE " --picture %s",
		path);
	return elsewhere_try(line) == 0;
}

/* The line comes before all of it is drawn: until two of them are the same. */
static bool dump_finished_screen(const char *path)
{
	bool dumped = dump_screen(path), same = false;
	for (int i = 0; i < PICTURES_TO_COMPARE && dumped && !same; i++) {
		dumped = dump_screen(NEXT_PICTURE);
		same = dumped && same_files(path, NEXT_PICTURE);
		dumped = dumped && rename(NEXT_PICTURE, path) == 0;
	}
	unlink(NEXT_PICTURE);
	return dumped;
}

/* One that is as the last one was is dropped. */
static void take_picture(struct room *room)
{
	char last[PICTURE_PATH_MOST], path[PICTURE_PATH_MOST];
	if (!room->has_screen || !room->on || room->window != NULL)
		return;
	picture_path(room->pictures, last);
	picture_path(room->pictures + 1, path);
	if (!dump_finished_screen(path) || same_files(last, path)) {
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
	tell_failure(room, NOTICE_FAILED);
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

/* --- its disk and its TPM --- */

#define DISK MACHINE "/" MACHINE_DISK
/* Its own disk, while another is in its place. */
#define DISK_OUT "disk-out"
/* There while the TPM is dead. */
#define TPM_DEAD "tpm-dead"

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static int put_disk_back(void)
{
	return rename(DISK_OUT, DISK) == 0
		       ? 0
		       : fail(EX_IOERR, DISK_OUT, 0, "cannot be put back");
}

/* What a broken-off rehearsal has left half done. */
static int find_disk(void)
{
	return exists(DISK_OUT) && !exists(DISK) ? put_disk_back() : 0;
}

int room_move_disk(bool *out)
{
	int status = find_disk();
	*out = !exists(DISK_OUT);
	if (status != 0 || !*out)
		return status != 0 ? status : put_disk_back();
	if (rename(DISK, DISK_OUT) != 0)
		return fail(EX_IOERR, DISK, 0, "cannot be taken out");
	return elsewhere_bare_disk(DISK);
}

int room_change_tpm(bool *dead)
{
	*dead = !exists(TPM_DEAD);
	if (*dead)
		return file_write(TPM_DEAD, bytes_of_text(""), 0644);
	unlink(TPM_DEAD);
	return 0;
}

/* --- its screen --- */

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

/* What QEMU writes when it is asked for its displays; -1: nothing. */
static int ask_for_displays(pid_t *qemu)
{
	char *const words[] = { "qemu-system-x86_64", "-display", "help",
		NULL };
	posix_spawn_file_actions_t actions;
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addopen(
		&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	if (posix_spawnp(qemu, words[0], &actions, NULL, words, environ) != 0)
		*qemu = -1;
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	return ends[0];
}

/* Whether QEMU was built with such a display, or its package is there. */
static bool qemu_has(const char *display)
{
	char line[64];
	bool has = false;
	pid_t qemu = -1;
	const int answer = ask_for_displays(&qemu);
	FILE *list = answer < 0 ? NULL : fdopen(answer, "r");
	while (list != NULL && fgets(line, sizeof(line), list) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		has |= strcmp(line, display) == 0;
	}
	if (list != NULL)
		fclose(list);
	if (qemu > 0)
		waitpid(qemu, NULL, 0);
	return has;
}

static bool is_set(const char *name)
{
	const char *value = getenv(name);
	return value != NULL && value[0] != '\0';
}

/* The window stays open: closing it would cut the machine's power. */
static const char *window_of(bool *wanted)
{
	*wanted = is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");
	if (*wanted && qemu_has("gtk"))
		return "gtk,window-close=off";
	return *wanted && qemu_has("sdl") ? "sdl,window-close=off" : NULL;
}

static void tell_pictures(void)
{
	tell(stdout, WORD_SCREEN_PICTURES,
		&(struct filling){ .text = { "screens" } });
}

/* Where the screen is seen, in one sentence. */
static void find_screen(struct room *room)
{
	bool wanted = false;
	room->has_screen = profile_has_screen();
	room->window = room->has_screen ? window_of(&wanted) : NULL;
	if (!room->has_screen)
		tell(stdout, WORD_SCREEN_NONE, NULL);
	else if (room->window != NULL)
		tell(stdout, WORD_SCREEN_WINDOW, NULL);
	else
		tell_pictures();
	if (room->has_screen && wanted && room->window == NULL)
		tell(stdout, WORD_SCREEN_PICTURES_TOO, NULL);
}

int room_begin(struct room *room)
{
	struct file log;
	room->line = 0;
	find_screen(room);
	count_pictures(room);
	int status = find_disk();
	if (status != 0 || access(CONSOLE, F_OK) != 0)
		return status;
	status = file_read(CONSOLE, CONSOLE_FILE_MOST, &log);
	for (size_t i = 0; status == 0 && i < log.size; i++)
		room->line += log.data[i] == '\n';
	file_free(&log);
	return status;
}

/* --- its switch --- */

static int run_machine(const struct room *room)
{
	char line[128];
	snprintf(line, sizeof(line),
		"machine run " MACHINE " --daemon --until %d%s%s%s", getpid(),
		exists(TPM_DEAD) ? " --no-tpm" : "",
		room->window != NULL ? " --display " : "",
		room->window != NULL ? room->window : "");
	return room->window != NULL ? elsewhere_try(line) : elsewhere_run(line);
}

int room_switch_on(struct room *room, enum outcome *outcome)
{
	int status = run_machine(room);
	if (status != 0 && room->window != NULL) {
		/* Nobody can draw on that display. */
		room->window = NULL;
		tell_pictures();
		status = run_machine(room);
	}
	if (status != 0)
		return status;
	room->on = true;
	room->stopped = false;
	room->next[0] = '\0';
	room->plugged = STICKS;
	*outcome = room_follow(room, UNTIL_READY);
	return 0;
}

int room_cut(struct room *room)
{
	int status = elsewhere_run("machine power " MACHINE " cut");
	room->on = room->stopped = false;
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
	room->next[0] = '\0';
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
	/* What was said before changes nothing any more. */
	struct room before = *room;
	struct file log;
	uint64_t number = 0;
	int status = file_read(CONSOLE, CONSOLE_FILE_MOST, &log);
	char *end, *line = (char *)log.data;
	for (; status == 0 && (end = strchr(line, '\n')) != NULL;
		line = end + 1) {
		*end = '\0';
		if (number++ + SCREEN_LINES >= room->line && ours(line) != NULL)
			tell_line(&before, ours(line));
	}
	file_free(&log);
	return status;
}
