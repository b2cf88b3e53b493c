/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `machine run`: boots an emulated machine and is its launcher, which owns it
 * until it ends: starts QEMU and swtpm, keeps the console's log, and does what
 * requests on the control socket ask. Leaves no process behind.
 */
#include "appliance/desk/emulator/console.h"
#include "appliance/desk/emulator/folder.h"
#include "appliance/desk/emulator/launch.h"
#include "appliance/desk/emulator/qmp.h"
#include "appliance/desk/emulator/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	START_MS = 60000,
	QMP_MS = 30000,
	STOP_MS = 30000,
	REQUEST_MS = 30000,
	PID_MOST = 4194304,
};

const struct option machine_run_options[] = {
	{ "DIR", NULL, "the machine", REQUIRED },
	{ "--daemon", NULL, "return once it runs, and go on in the background",
		OPTIONAL },
	{ "--until", "PID", "stop the machine when this process ends",
		OPTIONAL },
	{ "--vars", "FILE", "first replace the firmware's variables",
		OPTIONAL },
	{ "--device", "ARG", "one more device, as QEMU's -device takes it",
		REPEATED },
	{ "--faults", "FILE",
		"faults of the disk, as QEMU's blkdebug reads them", OPTIONAL },
	{ "--display", "NAME",
		"show its screen in a window, as QEMU's -display takes it",
		OPTIONAL },
	{ "--no-tpm", NULL, "without its TPM", OPTIONAL },
	{ "--kvm", NULL, "use hardware virtualization", OPTIONAL },
	OPTION_END,
};

/* Where media go: the name of drive and device in QEMU. */
static const char *const ports[] = { "medium", "second" };
enum { PORTS = sizeof(ports) / sizeof(ports[0]) };

/* What "plug" says of a medium before its path, with a space behind each. */
struct plugging {
	size_t port;
	bool writable;
	bool behind_hub;
	bool in_reader;
	const char *sector; /* bytes */
	int pace;	    /* KiB a second; 0: as fast as it goes */
	const char *path;
};

/* A hub's place, and that of a medium behind it. */
static const char hub_port[] = "4";
static const char port_of_hub[] = "4.1";

enum outcome { RUNNING, POWERED_OFF, STOPPED, CUT, BROKEN };

static const char *const outcome_notes[] = {
	[POWERED_OFF] = "powered off",
	[STOPPED] = "stopped",
	[CUT] = "power cut",
	[BROKEN] = "QEMU or swtpm ended by itself; see qemu.log, swtpm.log",
};

struct launcher {
	struct profile profile;
	struct processes processes;
	struct console console;
	struct qmp qmp;
	int control;
	int signals;
	int owner;  /* pidfd of --until, -1 without it */
	int client; /* told when all has ended, -1 when nobody asked */
	char reason[QMP_ERROR_SIZE];
	bool medium_in[PORTS];
	bool hub_in;
	bool reader_in;
	bool in_reader[PORTS];
	bool medium_gone[PORTS];
	enum outcome outcome;
};

static void on_event(void *owner, const char *name, const json_t *data)
{
	struct launcher *launcher = owner;
	const char *device = json_string_value(json_object_get(data, "device"));
	if (strcmp(name, "RESET") == 0)
		console_note(&launcher->console, "reset");
	if (strcmp(name, "DEVICE_DELETED") != 0 || device == NULL)
		return;
	for (size_t i = 0; i < PORTS; i++)
		if (strcmp(device, ports[i]) == 0)
			launcher->medium_gone[i] = true;
}

/* "driver,key=value,..." as the arguments of device_add. */
static json_t *medium_device(
	const struct profile *profile, const struct plugging *plugging)
{
	const char *name = ports[plugging->port];
	char text[PROFILE_VALUE_SIZE], *rest;
	json_t *device = json_pack("{s:s, s:s, s:s, s:s}", "id", name, "drive",
		name, "logical_block_size", plugging->sector,
		"physical_block_size", plugging->sector);
	if (plugging->behind_hub)
		json_object_set_new(device, "port", json_string(port_of_hub));
	memcpy(text, profile->value[PROFILE_MEDIUM], sizeof(text));
	char *word = strtok_r(text, ",", &rest);
	json_object_set_new(device, "driver", json_string(word));
	while ((word = strtok_r(NULL, ",", &rest)) != NULL) {
		char *equals = strchr(word, '=');
		if (equals == NULL)
			continue;
		*equals = '\0';
		bool on = strcmp(equals + 1, "on") == 0;
		json_object_set_new(device, word,
			on || strcmp(equals + 1, "off") == 0
				? json_boolean(on)
				: json_string(equals + 1));
	}
	return device;
}

/* The file, through a gate of its own where it is to be slow. */
static json_t *file_of(const struct plugging *plugging)
{
	json_t *file = json_pack(
		"{s:s, s:s}", "driver", "file", "filename", plugging->path);
	return plugging->pace == 0
		       ? file
		       : json_pack("{s:s, s:s, s:o}", "driver", "throttle",
				 "throttle-group", ports[plugging->port],
				 "file", file);
}

static bool add_gate(struct qmp *qmp, const struct plugging *plugging)
{
	return plugging->pace == 0 ||
	       qmp_call(qmp, "object-add",
		       json_pack("{s:s, s:s, s:{s:I}}", "qom-type",
			       "throttle-group", "id", ports[plugging->port],
			       "limits", "bps-total",
			       (json_int_t)plugging->pace * 1024),
		       QMP_MS);
}

static bool add_drive(struct qmp *qmp, const struct plugging *plugging)
{
	json_t *drive = json_pack("{s:s, s:s, s:b, s:o}", "driver", "raw",
		"node-name", ports[plugging->port], "read-only",
		!plugging->writable && !plugging->in_reader, "file",
		file_of(plugging));
	return add_gate(qmp, plugging) &&
	       qmp_call(qmp, "blockdev-add", drive, QMP_MS);
}

/* There may be none: then there is nothing to be removed. */
static void remove_gate(struct qmp *qmp, size_t port)
{
	qmp_call(qmp, "object-del", json_pack("{s:s}", "id", ports[port]),
		QMP_MS);
}

static bool remove_drive(struct qmp *qmp, size_t port)
{
	const bool removed = qmp_call(qmp, "blockdev-del",
		json_pack("{s:s}", "node-name", ports[port]), QMP_MS);
	if (removed)
		remove_gate(qmp, port);
	return removed;
}

/* It stays, once it is there. */
static bool add_hub(struct launcher *launcher)
{
	if (!launcher->hub_in)
		launcher->hub_in = qmp_call(&launcher->qmp, "device_add",
			json_pack("{s:s, s:s, s:s}", "driver", "usb-hub", "id",
				"hub", "port", hub_port),
			QMP_MS);
	return launcher->hub_in;
}

/* So does a card reader, which is empty at first. */
static bool add_reader(struct launcher *launcher)
{
	if (!launcher->reader_in)
		launcher->reader_in = reader_add(&launcher->qmp, QMP_MS);
	return launcher->reader_in;
}

/* The drive is there: as a stick, or as the reader's card. */
static bool add_medium(
	struct launcher *launcher, const struct plugging *plugging)
{
	if (plugging->in_reader)
		return reader_insert(
			&launcher->qmp, ports[plugging->port], QMP_MS);
	return qmp_call(&launcher->qmp, "device_add",
		medium_device(&launcher->profile, plugging), QMP_MS);
}

static bool remove_medium(struct launcher *launcher, size_t port)
{
	struct qmp *qmp = &launcher->qmp;
	if (launcher->in_reader[port])
		return reader_eject(qmp, QMP_MS);
	launcher->medium_gone[port] = false;
	return qmp_call(qmp, "device_del",
		       json_pack("{s:s}", "id", ports[port]), QMP_MS) &&
	       qmp_events(qmp, &launcher->medium_gone[port], QMP_MS);
}

static refusal plug_in(
	struct launcher *launcher, const struct plugging *plugging)
{
	struct qmp *qmp = &launcher->qmp;
	if (launcher->medium_in[plugging->port])
		return "a medium is plugged in already; unplug it first";
	if ((plugging->behind_hub && !add_hub(launcher)) ||
		(plugging->in_reader && !add_reader(launcher)) ||
		!add_drive(qmp, plugging)) {
		memcpy(launcher->reason, qmp->error, sizeof(launcher->reason));
		remove_gate(qmp, plugging->port);
		return launcher->reason;
	}
	if (add_medium(launcher, plugging)) {
		launcher->medium_in[plugging->port] = true;
		launcher->in_reader[plugging->port] = plugging->in_reader;
		return NULL;
	}
	memcpy(launcher->reason, qmp->error, sizeof(launcher->reason));
	remove_drive(qmp, plugging->port);
	return launcher->reason;
}

/* In the order of folder.h. */
static refusal plug(struct launcher *launcher, char *words)
{
	enum { MODE, SECTOR, PORT, PLACE, PACE, WORDS };
	const char *word[WORDS];
	char *rest = words;
	uint64_t pace = 0;
	for (size_t i = 0; i < WORDS; i++)
		word[i] = strtok_r(rest, " ", &rest);
	if (word[PACE] == NULL ||
		!decimal_decode(bytes_of_text(word[PACE]), INT32_MAX, &pace))
		return "the request is not known";
	const struct plugging plugging = {
		.path = strtok_r(rest, "", &rest),
		.sector = word[SECTOR],
		.writable = word[MODE] != NULL && strcmp(word[MODE], "rw") == 0,
		.port = word[PORT] != NULL && strcmp(word[PORT], ports[1]) == 0,
		.behind_hub =
			word[PLACE] != NULL && strcmp(word[PLACE], "hub") == 0,
		.in_reader = word[PLACE] != NULL &&
			     strcmp(word[PLACE], "reader") == 0,
		.pace = (int)pace,
	};
	return plugging.path == NULL ? "the request is not known"
				     : plug_in(launcher, &plugging);
}

static refusal unplug(struct launcher *launcher, const char *name)
{
	const size_t port = strcmp(name, ports[1]) == 0;
	if (!launcher->medium_in[port])
		return "no medium is plugged in";
	if (!remove_medium(launcher, port) ||
		!remove_drive(&launcher->qmp, port))
		return launcher->qmp.error;
	launcher->medium_in[port] = false;
	return NULL;
}

static refusal press(struct launcher *launcher, char *chord)
{
	json_t *keys = json_array();
	char *rest = chord;
	for (char *name; (name = strtok_r(rest, "-", &rest)) != NULL;)
		json_array_append_new(keys,
			json_pack("{s:s, s:s}", "type", "qcode", "data", name));
	return qmp_call(&launcher->qmp, "send-key",
		       json_pack("{s:o}", "keys", keys), QMP_MS)
		       ? NULL
		       : launcher->qmp.error;
}

static refusal take_picture(struct launcher *launcher, const char *path)
{
	const char *end = strrchr(path, '.');
	const bool png = end != NULL && strcmp(end, ".png") == 0;
	return qmp_call(&launcher->qmp, "screendump",
		       json_pack("{s:s, s:s}", "filename", path, "format",
			       png ? "png" : "ppm"),
		       QMP_MS)
		       ? NULL
		       : launcher->qmp.error;
}

static refusal cut(struct launcher *launcher)
{
	kill(launcher->processes.qemu.pid, SIGKILL);
	launcher->outcome = CUT;
	return NULL;
}

static refusal stop(struct launcher *launcher)
{
	qmp_call(&launcher->qmp, "quit", NULL, QMP_MS);
	launcher->outcome = STOPPED;
	return NULL;
}

static refusal obey(struct launcher *launcher, char *line)
{
	if (strncmp(line, "plug ", 5) == 0)
		return plug(launcher, line + 5);
	if (strcmp(line, "reader") == 0)
		return add_reader(launcher) ? NULL : launcher->qmp.error;
	if (strncmp(line, "unplug ", 7) == 0)
		return unplug(launcher, line + 7);
	if (strncmp(line, "press ", 6) == 0)
		return press(launcher, line + 6);
	if (strncmp(line, "picture ", 8) == 0)
		return take_picture(launcher, line + 8);
	if (strcmp(line, "cut") == 0)
		return cut(launcher);
	if (strcmp(line, "stop") == 0)
		return stop(launcher);
	return "the request is not known";
}

/* With the process at the other end. */
static struct patience patience_with(int client)
{
	struct ucred peer = { .pid = 0 };
	socklen_t size = sizeof(peer);
	getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &size);
	return patience_of((const pid_t[]){ peer.pid, 0 }, REQUEST_MS);
}

/* One line without its newline; false when none came in time. */
static bool take_request(int client, char line[CONTROL_LINE_MOST])
{
	struct patience patience = patience_with(client);
	size_t size = 0;
	while (size < CONTROL_LINE_MOST &&
		patience_readable(&patience, client)) {
		ssize_t n =
			recv(client, line + size, CONTROL_LINE_MOST - size, 0);
		if (n <= 0)
			return false;
		size += (size_t)n;
		patience_renew(&patience);
		char *end = memchr(line, '\n', size);
		if (end != NULL) {
			*end = '\0';
			return true;
		}
	}
	return false;
}

static void answer(int client, refusal refused)
{
	char line[CONTROL_LINE_MOST];
	int size = refused == NULL
			   ? snprintf(line, sizeof(line), "ok\n")
			   : snprintf(line, sizeof(line), "no %s\n", refused);
	send(client, line, (size_t)size, MSG_NOSIGNAL);
	close(client);
}

static void serve(struct launcher *launcher)
{
	char line[CONTROL_LINE_MOST];
	int client = accept4(launcher->control, NULL, NULL, SOCK_CLOEXEC);
	if (client < 0)
		return;
	if (!take_request(client, line)) {
		close(client);
		return;
	}
	refusal refused = obey(launcher, line);
	if (launcher->outcome == RUNNING)
		answer(client, refused);
	else
		launcher->client = client;
}

/* False at the end of the stream. */
static bool drain_serial(struct launcher *launcher)
{
	uint8_t raw[4096];
	ssize_t n = recv(
		launcher->processes.serial, raw, sizeof(raw), MSG_DONTWAIT);
	if (n < 0)
		return false;
	return console_feed(&launcher->console, bytes_of(raw, (size_t)n)) &&
	       n > 0;
}

/* QEMU closes the connection just before it ends. */
static void watch_qmp(struct launcher *launcher)
{
	if (!qmp_events(&launcher->qmp, NULL, 0))
		launcher->outcome = POWERED_OFF;
}

static void watch(struct launcher *launcher)
{
	enum { QEMU, SWTPM, SIGNALS, OWNER, CONTROL, SERIAL, QMP, WATCHED };
	struct pollfd watched[WATCHED] = {
		[QEMU] = { .fd = launcher->processes.qemu.pidfd },
		[SWTPM] = { .fd = launcher->processes.swtpm.pidfd },
		[SIGNALS] = { .fd = launcher->signals },
		[OWNER] = { .fd = launcher->owner },
		[CONTROL] = { .fd = launcher->control },
		[SERIAL] = { .fd = launcher->processes.serial },
		[QMP] = { .fd = launcher->processes.qmp },
	};
	for (size_t i = 0; i < WATCHED; i++)
		watched[i].events = POLLIN;
	if (poll(watched, WATCHED, -1) < 0)
		return;
	if (watched[SERIAL].revents != 0)
		drain_serial(launcher);
	if (watched[QEMU].revents != 0)
		launcher->outcome = POWERED_OFF;
	else if (watched[SWTPM].revents != 0)
		launcher->outcome = BROKEN;
	else if (watched[SIGNALS].revents != 0 || watched[OWNER].revents != 0)
		stop(launcher);
	else if (watched[QMP].revents != 0)
		watch_qmp(launcher);
	else if (watched[CONTROL].revents != 0)
		serve(launcher);
}

/* Ends both processes, keeping the console's last words. */
static void finish(struct launcher *launcher)
{
	int status = child_end(&launcher->processes.qemu,
		launcher->outcome == BROKEN ? 0 : STOP_MS);
	while (drain_serial(launcher))
		;
	processes_end(&launcher->processes, 0);
	if (launcher->outcome == POWERED_OFF && status != 0)
		launcher->outcome = BROKEN;
	console_note(&launcher->console, outcome_notes[launcher->outcome]);
}

static int listen_control(void)
{
	struct sockaddr_un address = {
		.sun_family = AF_UNIX,
		.sun_path = MACHINE_CONTROL,
	};
	int control = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	unlink(MACHINE_CONTROL);
	mode_t mask = umask(0077);
	bool bound = bind(control, (struct sockaddr *)&address,
			     sizeof(address)) == 0;
	umask(mask);
	if (bound && listen(control, 8) == 0)
		return control;
	close(control);
	return -1;
}

static int catch_signals(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static int open_sockets(struct launcher *launcher, uint64_t owner)
{
	launcher->signals = catch_signals();
	launcher->control = listen_control();
	launcher->owner = owner == 0 ? -1 : pidfd_open((pid_t)owner, 0);
	if (launcher->signals < 0 || launcher->control < 0)
		return fail(EX_CANTCREAT, MACHINE_CONTROL, 0,
			"cannot listen: %s", strerror(errno));
	if (owner != 0 && launcher->owner < 0)
		return fail(EX_USAGE, NULL, 0,
			"--until: there is no process %llu",
			(unsigned long long)owner);
	return 0;
}

static uint64_t count_lines(int log)
{
	char chunk[4096];
	uint64_t lines = 0;
	off_t offset = 0;
	ssize_t n;
	while ((n = pread(log, chunk, sizeof(chunk), offset)) > 0) {
		for (ssize_t i = 0; i < n; i++)
			lines += chunk[i] == '\n';
		offset += n;
	}
	return lines;
}

/* Later waits are for what this run says, not for what an earlier one did. */
static int open_console(struct console *console, bool echo)
{
	console->echo = echo;
	console->log = open(
		MACHINE_CONSOLE, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (console->log < 0 || !console_note(console, "power on"))
		return fail(EX_CANTCREAT, MACHINE_CONSOLE, 0,
			"cannot write it: %s", strerror(errno));
	return machine_mark_write(".", count_lines(console->log));
}

static int start(struct launcher *launcher, const struct arguments *arguments)
{
	int status = profile_read(MACHINE_PROFILE, &launcher->profile);
	if (status == 0)
		status = profile_check_firmware(
			MACHINE_PROFILE, &launcher->profile);
	if (status == 0)
		status = processes_start(
			&launcher->processes, &launcher->profile, arguments);
	if (status != 0)
		return status;
	launcher->qmp.socket = launcher->processes.qmp;
	launcher->qmp.event = on_event;
	launcher->qmp.owner = launcher;
	launcher->qmp.process[0] = launcher->processes.qemu.pid;
	launcher->qmp.process[1] = launcher->processes.swtpm.pid;
	status = machine_processes_write(launcher->qmp.process);
	if (status == 0 && qmp_begin(&launcher->qmp, START_MS))
		return 0;
	processes_end(&launcher->processes, 0);
	if (status != 0)
		return status;
	return fail(EX_UNAVAILABLE, NULL, 0,
		"QEMU did not start: %s; see qemu.log and swtpm.log",
		launcher->qmp.error);
}

/* Tells whoever waits for the start, by closing the pipe with a status. */
static void tell_started(int *started, int status)
{
	uint8_t byte = (uint8_t)status;
	if (*started < 0)
		return;
	if (write(*started, &byte, 1) == 1 && status == 0) {
		int log = open("launcher.log",
			O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
		dup2(log, STDERR_FILENO);
		dup2(log, STDOUT_FILENO);
	}
	close(*started);
	*started = -1;
}

/* `started` is a pipe's end, or -1 in the foreground; `lock` is let go. */
static int run(const struct arguments *arguments, uint64_t owner, int lock,
	int started)
{
	static struct launcher launcher = {
		.control = -1,
		.signals = -1,
		.owner = -1,
		.client = -1,
	};
	int status = open_sockets(&launcher, owner);
	if (status == 0)
		status = open_console(&launcher.console, started < 0);
	if (status == 0)
		status = start(&launcher, arguments);
	tell_started(&started, status);
	if (status != 0) {
		if (launcher.control >= 0)
			unlink(MACHINE_CONTROL);
		return status;
	}
	while (launcher.outcome == RUNNING)
		watch(&launcher);
	finish(&launcher);
	unlink(MACHINE_CONTROL);
	unlink(MACHINE_PROCESSES);
	close(lock);
	if (launcher.client >= 0)
		answer(launcher.client, NULL);
	return launcher.outcome == BROKEN
		       ? fail(EX_SOFTWARE, NULL, 0, "%s", outcome_notes[BROKEN])
		       : 0;
}

/* The parent's part: waits for the child's status or its silent end. */
static int await_start(int pipe, pid_t child)
{
	uint8_t status;
	if (readable_until(pipe, now_ms() + LAUNCHER_MS) &&
		read(pipe, &status, 1) == 1)
		return status;
	kill(child, SIGKILL);
	return fail(EX_SOFTWARE, NULL, 0, "the launcher ended at its start");
}

static int run_in_background(
	const struct arguments *arguments, uint64_t owner, int lock)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return fail(EX_OSERR, NULL, 0, "cannot make a pipe: %s",
			strerror(errno));
	fflush(NULL);
	pid_t child = fork();
	if (child < 0)
		return fail(
			EX_OSERR, NULL, 0, "cannot fork: %s", strerror(errno));
	if (child == 0) {
		close(ends[0]);
		int empty = open("/dev/null", O_RDWR | O_CLOEXEC);
		dup2(empty, STDIN_FILENO);
		setsid();
		_exit(run(arguments, owner, lock, ends[1]));
	}
	close(ends[1]);
	int status = await_start(ends[0], child);
	close(ends[0]);
	return status;
}

/* Nothing to do for an option that was not given. */
static int take_file(const char *folder, const char *name, const char *from)
{
	if (from == NULL)
		return 0;
	char *path = path_join(folder, name);
	int status = file_copy(from, path);
	free(path);
	return status;
}

int machine_run_command(const struct arguments *arguments)
{
	const char *folder = argument(arguments, "DIR");
	uint64_t owner = 0;
	int lock = -1;
	int status = argument_number(arguments, "--until", 1, PID_MOST, &owner);
	if (status == 0)
		status = machine_check(folder);
	if (status == 0)
		status = machine_lock(folder, &lock);
	if (status == 0)
		status = take_file(
			folder, MACHINE_VARS, argument(arguments, "--vars"));
	if (status == 0)
		status = take_file(folder, MACHINE_FAULTS,
			argument(arguments, "--faults"));
	if (status != 0)
		return status;
	if (chdir(folder) != 0)
		return fail(EX_NOINPUT, folder, 0, "cannot enter it: %s",
			strerror(errno));
	return argument_given(arguments, "--daemon")
		       ? run_in_background(arguments, owner, lock)
		       : run(arguments, owner, lock, -1);
}
