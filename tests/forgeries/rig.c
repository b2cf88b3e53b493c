/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/forgeries/rig.h"

#include "appliance/desk/common/profiles.h"
#include "appliance/formats/crypto.h"
#include "appliance/machine/init.h"
#include "appliance/machine/memfd.h"
#include "appliance/machine/spawn.h"
#include "appliance/machine/supervisor.h"
#include "appliance/machine/wire.h"
#include "appliance/record/items.h"
#include "tests/support/confined.h"
#include "tests/support/patience.h"
#include "tests/support/swtpm.h"
#include "tests/verify/paper.h"
#include "tpm/policy/authenticode.h"
#include "tpm/tpm.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	PATIENCE = 240,
	FILE_MOST = 256 << 20,
	JOURNAL_KIBIBYTES = 64 << 10,
	LINE_MOST = 512,
	FOLDER = 2,
	PROFILE,
	IMAGE,
	FIRST_MEDIUM,
	MEDIA_MOST = 4,
	/* Above all numbers that the supervisor starts with. */
	ASIDE = 64,
	MEDIA_SOCKET = ASIDE - 1,
};

struct medium {
	const char *path;
	int writable;
};

struct rig {
	const char *folder;
	struct boot_profile profile;
	struct swtpm *swtpm;
	int event_log;
	int journal;
	FILE *console;
	struct medium medium[MEDIA_MOST];
	size_t media;
	size_t next;
	/* While it is on. */
	pid_t supervisor;
	int screen;
	struct wire_end end; /* the media role's */
};

/*
 * In the supervisor's place and its roles'
 */

int __real_execve(const char *, char *const *, char *const *);
int __wrap_execve(const char *, char *const *, char *const *);
unsigned __real_sandbox_enter(
	const struct sandbox_spec *, enum sandbox_setting);
unsigned __wrap_sandbox_enter(
	const struct sandbox_spec *, enum sandbox_setting);
const char *__real_spawn_role(const char *, enum sandbox_setting, const int *,
	size_t, struct spawned *);
const char *__wrap_spawn_role(const char *, enum sandbox_setting, const int *,
	size_t, struct spawned *);

int __wrap_execve(
	const char *path, char *const *arguments, char *const *environment)
{
	(void)environment;
	return __real_execve(path, arguments, environ);
}

/* What stands in for a device is listed as what it is. */
unsigned __wrap_sandbox_enter(
	const struct sandbox_spec *spec, enum sandbox_setting setting)
{
	struct confined confined;
	confined_prepare_as_open(&confined, spec);
	return __real_sandbox_enter(&confined.spec, setting);
}

void rig_cut(const struct wire_end *end, struct wire_said said)
{
	const char *type = getenv("CUT");
	const struct journal_append *what = said.body;
	if (type != NULL && end->self == ROLE_SUPERVISOR &&
		said.type == JOURNAL_APPEND &&
		what->type == strtoul(type, NULL, 10))
		raise(SIGKILL);
}

/* The process that has started the supervisor plugs media in. */
const char *__wrap_spawn_role(const char *role, enum sandbox_setting setting,
	const int *granted, size_t count, struct spawned *out)
{
	if (strcmp(role, role_name(ROLE_MEDIA)) != 0)
		return __real_spawn_role(role, setting, granted, count, out);
	*out = (struct spawned){ .pid = getppid(),
		.pidfd = pidfd_open(getppid(), 0),
		.socket = MEDIA_SOCKET };
	return NULL;
}

/* All are moved aside first: one may stand where another has to go. */
static void place(const int *held, const int *number, size_t count)
{
	int aside[FIRST_MEDIUM + MEDIA_MOST];
	for (size_t i = 0; i < count; i++)
		aside[i] = fcntl(held[i], F_DUPFD_CLOEXEC, ASIDE);
	for (size_t i = 0; i < count; i++)
		if (dup2(aside[i], number[i]) != number[i])
			_exit(1);
}

_Noreturn static void be_supervisor(
	const struct rig *rig, int serial, int media, int tpm)
{
	const int none = open("/dev/null", O_RDWR | O_CLOEXEC);
	const int held[] = { none, serial, rig->journal, tpm, rig->event_log,
		media };
	static const int number[] = { INIT_CONSOLE, INIT_CONSOLE + 1,
		INIT_JOURNAL, INIT_TPM, INIT_EVENT_LOG, MEDIA_SOCKET };
	place(held, number, sizeof(held) / sizeof(held[0]));
	_exit(supervisor_main(confined_setting()));
}

/*
 * Files as memfds
 */

static struct file read_whole(const char *path)
{
	struct file file;
	assert_int_equal(file_read(path, FILE_MOST, &file), 0);
	return file;
}

static int sealed_file(const char *path)
{
	struct file file = read_whole(path);
	const int memfd = memfd_of(file_bytes(&file));
	assert_true(memfd >= 0);
	file_free(&file);
	return memfd;
}

static int open_memfd(void)
{
	const int memfd =
		memfd_create("device", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_true(memfd >= 0);
	return memfd;
}

static int writable_file(const char *path)
{
	struct file file = read_whole(path);
	const int memfd = open_memfd();
	assert_int_equal(descriptor_write(memfd, path, file_bytes(&file)), 0);
	file_free(&file);
	return memfd;
}

static void save(int memfd, const char *path)
{
	const off_t size = lseek(memfd, 0, SEEK_HOLE);
	uint8_t *space = malloc((size_t)size + 1);
	assert_non_null(space);
	assert_int_equal(pread(memfd, space, (size_t)size, 0), size);
	assert_int_equal(
		file_write(path, bytes_of(space, (size_t)size), 0644), 0);
	free(space);
}

/*
 * Whoever stands before the machine
 */

static void switch_off(const struct rig *rig)
{
	assert_int_equal(kill(rig->supervisor, SIGKILL), 0);
}

static void plug_in(struct rig *rig)
{
	if (rig->next == rig->media) {
		switch_off(rig);
		return;
	}
	const int memfd = sealed_file(rig->medium[rig->next++].path);
	assert_null(wire_send(&rig->end, SAY(MEDIA_HERE, &nothing), &memfd, 1));
	close(memfd);
}

static bool begins(const char *line, size_t size, const char *with)
{
	return size > strlen(with) && memcmp(line, with, strlen(with)) == 0;
}

/* False when nobody can draw on the screen any more. */
static bool read_screen(struct rig *rig)
{
	char line[LINE_MOST];
	const ssize_t size = recv(rig->screen, line, sizeof(line), 0);
	if (size <= 0)
		return false;
	assert_int_equal(fwrite(line, 1, (size_t)size, rig->console), size);
	if (begins(line, (size_t)size, "sandoq: ready: ") ||
		begins(line, (size_t)size, "sandoq: waiting: "))
		plug_in(rig);
	return true;
}

/* False when the supervisor has gone. */
static bool answer(struct rig *rig)
{
	struct wire_message question;
	if (wire_receive(&rig->end, -1, &question) != NULL)
		return false;
	if (question.type != MEDIA_WRITE)
		return wire_send(&rig->end, SAY(DONE, &nothing), NULL, 0) ==
		       NULL;
	return wire_send(&rig->end, SAY(MEDIA_WRITABLE, &nothing),
		       &rig->medium[rig->next - 1].writable, 1) == NULL;
}

static void attend(struct rig *rig)
{
	struct pollfd wait[] = {
		{ .fd = rig->screen, .events = POLLIN },
		{ .fd = rig->end.socket, .events = POLLIN },
	};
	bool on = true;
	while (on) {
		assert_true(poll(wait, 2, -1) > 0);
		if (wait[1].revents != 0 && !answer(rig))
			wait[1].fd = -1;
		if (wait[0].revents != 0)
			on = read_screen(rig);
	}
}

/*
 * Power
 */

/* The firmware measures what the profile says. */
static int power_on(struct rig *rig)
{
	const char *platform = getenv("PLATFORM");
	if (platform != NULL && strcmp(platform, "open") == 0)
		swtpm_leave_platform_open(rig->swtpm);
	const int descriptor = swtpm_start_records(rig->swtpm);
	struct tpm *tpm = tpm_open(descriptor);
	assert_non_null(tpm);
	for (size_t i = 0; i < rig->profile.count; i++) {
		const struct event_rule *event = &rig->profile.event[i];
		if (event->type != EVENT_NO_ACTION)
			assert_true(tpm_pcr_extend(
				tpm, event->pcr, &event->digest));
	}
	tpm_close(tpm);
	return descriptor;
}

static void make_pair(int pair[2])
{
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
}

/* The wait status of its supervisor. */
static int boot(struct rig *rig)
{
	const int tpm = power_on(rig);
	int screen[2];
	int media[2];
	int status;
	make_pair(screen);
	make_pair(media);
	rig->supervisor = fork();
	assert_true(rig->supervisor >= 0);
	if (rig->supervisor == 0)
		be_supervisor(rig, screen[1], media[1], tpm);
	close(screen[1]);
	close(media[1]);
	rig->screen = screen[0];
	rig->end = (struct wire_end){
		.socket = media[0], .self = ROLE_MEDIA, .peer = ROLE_SUPERVISOR
	};
	attend(rig);
	assert_int_equal(waitpid(rig->supervisor, &status, 0), rig->supervisor);
	close(screen[0]);
	close(media[0]);
	swtpm_stop(rig->swtpm);
	return status;
}

static int run(struct rig *rig)
{
	char number[16];
	int status;
	unsigned boots = 0;
	do {
		snprintf(number, sizeof(number), "%u", boots++);
		assert_int_equal(setenv("BOOT", number, 1), 0);
		status = boot(rig);
	} while (WIFEXITED(status) && WEXITSTATUS(status) == INIT_REBOOT);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? 0 : 1;
}

/*
 * Parts
 */

static void read_profile(struct rig *rig, const char *name, const char *image)
{
	struct file file = read_whole(image);
	struct digest digest;
	assert_int_equal(boot_profile_read(name, false, &rig->profile), 0);
	assert_null(authenticode_digest(file_bytes(&file), &digest));
	boot_profile_set_image(&rig->profile, &digest);
	file_free(&file);
}

static int log_of(const struct boot_profile *profile)
{
	struct paper paper = { .json = NULL };
	paper_log(&paper, "event-log", profile->event, profile->count);
	const int memfd = memfd_of(paper_get(&paper, "event-log"));
	assert_true(memfd >= 0);
	paper_put(&paper, "event-log", bytes_of(NULL, 0));
	free(paper.sent.member);
	return memfd;
}

/* What is behind the last entry is a hole, and takes no memory. */
static void make_partition(struct rig *rig)
{
	const char *size = getenv("JOURNAL");
	const unsigned long kibibytes =
		size != NULL ? strtoul(size, NULL, 10) : JOURNAL_KIBIBYTES;
	assert_int_equal(ftruncate(rig->journal, (off_t)kibibytes << 10), 0);
}

static void set_up(struct rig *rig, char **argv)
{
	char *tpm = path_join(argv[FOLDER], "tpm");
	char *console = path_join(argv[FOLDER], "console.log");
	char *journal = path_join(argv[FOLDER], "journal");
	rig->folder = argv[FOLDER];
	read_profile(rig, argv[PROFILE], argv[IMAGE]);
	rig->event_log = log_of(&rig->profile);
	assert_int_equal(folder_make(tpm), 0);
	rig->swtpm = swtpm_at(tpm);
	rig->journal = access(journal, F_OK) == 0 ? writable_file(journal)
						  : open_memfd();
	make_partition(rig);
	rig->console = fopen(console, "w");
	assert_non_null(rig->console);
	for (char **path = argv + FIRST_MEDIUM; *path != NULL; path++) {
		assert_true(rig->media < MEDIA_MOST);
		rig->medium[rig->media++] =
			(struct medium){ *path, writable_file(*path) };
	}
	free(tpm);
	free(console);
	free(journal);
}

static void put_away(struct rig *rig)
{
	char *journal = path_join(rig->folder, "journal");
	save(rig->journal, journal);
	for (size_t i = 0; i < rig->media; i++) {
		save(rig->medium[i].writable, rig->medium[i].path);
		close(rig->medium[i].writable);
	}
	assert_int_equal(fclose(rig->console), 0);
	close(rig->journal);
	close(rig->event_log);
	swtpm_leave(rig->swtpm);
	free(journal);
}

bool rig_main(int argc, char **argv, int *status)
{
	static struct rig rig;
	if (argc < FIRST_MEDIUM || strcmp(argv[1], "rig") != 0)
		return false;
	patience(PATIENCE);
	crypto_start();
	set_up(&rig, argv);
	*status = run(&rig);
	put_away(&rig);
	return true;
}
