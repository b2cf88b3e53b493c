/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/emulator/launch.h"
#include "appliance/desk/emulator/folder.h"
#include "appliance/desk/emulator/patience.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	WORDS_MOST = 128,
	WORD_SIZE = 512,
	AFTER_QEMU_MS = 60000,
};

/* A command line under construction. */
struct words {
	size_t count;
	bool broken;
	char word[WORDS_MOST][WORD_SIZE];
	char *list[WORDS_MOST + 1];
};

__attribute__((format(printf, 2, 3))) static void add(
	struct words *words, const char *format, ...)
{
	va_list list;
	if (words->count == WORDS_MOST) {
		words->broken = true;
		return;
	}
	char *word = words->word[words->count];
	va_start(list, format);
	int length = vsnprintf(word, WORD_SIZE, format, list);
	va_end(list);
	if (length < 0 || length >= WORD_SIZE)
		words->broken = true;
	words->list[words->count++] = word;
	words->list[words->count] = NULL;
}

static void add_pair(struct words *words, const char *option, const char *value)
{
	add(words, "%s", option);
	add(words, "%s", value);
}

/* Each word of a text. */
static void add_separate(struct words *words, const char *text)
{
	for (text += strspn(text, " "); *text != '\0';) {
		int length = (int)strcspn(text, " ");
		add(words, "%.*s", length, text);
		text += length;
		text += strspn(text, " ");
	}
}

static void add_socket(struct words *words, const char *name, int descriptor)
{
	add(words, "-chardev");
	add(words, "socket,id=%s,fd=%d", name, descriptor);
}

static void add_base(
	struct words *words, const struct profile *profile, bool kvm)
{
	add(words, "qemu-system-x86_64");
	add(words, "-no-user-config");
	add_separate(words, profile->value[PROFILE_DEFAULTS]);
	add_pair(words, "-machine", profile->value[PROFILE_MACHINE]);
	add_pair(words, "-accel", kvm ? "kvm" : "tcg");
	add_pair(words, "-cpu", profile->value[PROFILE_CPU]);
	add_pair(words, "-m", profile->value[PROFILE_MEMORY]);
	/* All at once, as in a computer: the kernel clears all of it anyway. */
	add(words, "-mem-prealloc");
	add_pair(words, "-smp", profile->value[PROFILE_PROCESSORS]);
}

static void add_storage(
	struct words *words, const struct profile *profile, bool faulty)
{
	add(words, "-drive");
	add(words, "if=pflash,format=raw,unit=0,readonly=on,file=%s",
		profile->value[PROFILE_FIRMWARE_CODE]);
	add_pair(words, "-drive",
		"if=pflash,format=raw,unit=1,file=" MACHINE_VARS);
	add(words, "-drive");
	add(words, "if=none,id=disk,format=raw,file=%s" MACHINE_DISK,
		faulty ? "blkdebug:" MACHINE_FAULTS ":" : "");
	add(words, "-device");
	add(words, "%s,drive=disk", profile->value[PROFILE_DISK]);
	add_pair(words, "-device", profile->value[PROFILE_USB]);
	add_pair(words, "-device", profile->value[PROFILE_RANDOM]);
}

/* `descriptors` are QEMU's ends for the TPM, the serial port and QMP. */
static void add_sockets(struct words *words, const struct profile *profile,
	const int *descriptors, bool tpm)
{
	if (tpm) {
		add_socket(words, "tpm", descriptors[0]);
		add_pair(words, "-tpmdev", "emulator,id=tpm0,chardev=tpm");
		add(words, "-device");
		add(words, "%s,tpmdev=tpm0", profile->value[PROFILE_TPM]);
	}
	add_socket(words, "serial", descriptors[1]);
	add_pair(words, "-serial", "chardev:serial");
	add_socket(words, "qmp", descriptors[2]);
	add_pair(words, "-mon", "chardev=qmp,mode=control");
}

static void add_extra(struct words *words, const struct arguments *arguments)
{
	size_t count = argument_count(arguments, "--device");
	for (size_t i = 0; i < count; i++)
		add_pair(words, "-device",
			argument_at(arguments, "--device", i));
}

static int open_log(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

/* In the child: what must hold before exec, or the reason on stderr. */
static void become(
	char *const argv[], const char *log, const int *keep, pid_t parent)
{
	sigset_t none;
	int empty = open("/dev/null", O_RDONLY);
	int output = open_log(log);
	sigemptyset(&none);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent ||
		setpgid(0, 0) != 0 || dup2(empty, STDIN_FILENO) < 0 ||
		dup2(output, STDOUT_FILENO) < 0)
		return;
	for (; *keep >= 0; keep++)
		if (fcntl(*keep, F_SETFD, 0) != 0)
			return;
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	int complain = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (complain < 0 || dup2(output, STDERR_FILENO) < 0)
		return;
	execvp(argv[0], argv);
	dup2(complain, STDERR_FILENO);
}

int child_start(struct child *child, char *const argv[], const char *log,
	const int *keep)
{
	pid_t parent = getpid();
	pid_t pid = fork();
	if (pid == 0) {
		become(argv, log, keep, parent);
		_exit(fail(EX_UNAVAILABLE, argv[0], 0,
			"cannot be started: %s; is it installed?",
			strerror(errno)));
	}
	if (pid < 0)
		return fail(EX_OSERR, argv[0], 0, "cannot be started: %s",
			strerror(errno));
	child->pid = pid;
	child->pidfd = pidfd_open(pid, 0);
	if (child->pidfd >= 0)
		return 0;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	child->pid = 0;
	return fail(
		EX_OSERR, argv[0], 0, "cannot be watched: %s", strerror(errno));
}

int child_end(struct child *child, unsigned timeout_ms)
{
	int status = 0;
	if (child->pid == 0)
		return 0;
	struct patience patience =
		patience_of((const pid_t[]){ child->pid, 0 }, timeout_ms);
	if (!patience_readable(&patience, child->pidfd))
		kill(child->pid, SIGKILL);
	while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
		;
	close(child->pidfd);
	*child = (struct child){ .pidfd = -1 };
	return status;
}

/* Ends itself when QEMU closes its socket. */
static int start_swtpm(struct child *child, int control)
{
	struct words words = { 0 };
	const int keep[] = { control, -1 };
	add(&words, "swtpm");
	add(&words, "socket");
	add(&words, "--tpm2");
	add_pair(&words, "--tpmstate", "dir=" MACHINE_TPM);
	add(&words, "--ctrl");
	add(&words, "type=unixio,clientfd=%d", control);
	add(&words, "--terminate");
	return child_start(child, words.list, "swtpm.log", keep);
}

static int start_qemu(struct child *child, const struct profile *profile,
	const struct arguments *arguments, const int *keep)
{
	struct words words = { 0 };
	const char *display = argument(arguments, "--display");
	add_base(&words, profile, argument_given(arguments, "--kvm"));
	/* Behind the profile's, which it replaces. */
	if (display != NULL)
		add_pair(&words, "-display", display);
	add_storage(&words, profile, argument_given(arguments, "--faults"));
	add_sockets(
		&words, profile, keep, !argument_given(arguments, "--no-tpm"));
	add_extra(&words, arguments);
	if (words.broken)
		return fail(EX_USAGE, NULL, 0,
			"the arguments for QEMU are too many or too long");
	return child_start(child, words.list, "qemu.log", keep);
}

static bool make_pair(int pair[2])
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0;
}

static void close_pair(const int pair[2], size_t from)
{
	for (size_t i = from; i < 2; i++)
		if (pair[i] >= 0)
			close(pair[i]);
}

/* Of each pair, [0] is kept here ([0] of tpm is swtpm's), [1] is QEMU's. */
int processes_start(struct processes *processes, const struct profile *profile,
	const struct arguments *arguments)
{
	int tpm[2] = { -1, -1 }, serial[2] = { -1, -1 }, qmp[2] = { -1, -1 };
	int status = 0;
	*processes = (struct processes){
		.swtpm.pidfd = -1,
		.qemu.pidfd = -1,
		.serial = -1,
		.qmp = -1,
	};
	if (!make_pair(tpm) || !make_pair(serial) || !make_pair(qmp))
		status = fail(EX_OSERR, NULL, 0, "cannot make sockets: %s",
			strerror(errno));
	const int qemu_side[] = { tpm[1], serial[1], qmp[1], -1 };
	if (status == 0 && !argument_given(arguments, "--no-tpm"))
		status = start_swtpm(&processes->swtpm, tpm[0]);
	if (status == 0)
		status = start_qemu(
			&processes->qemu, profile, arguments, qemu_side);
	close_pair(tpm, 0);
	close_pair(serial, status == 0 ? 1 : 0);
	close_pair(qmp, status == 0 ? 1 : 0);
	if (status != 0) {
		processes_end(processes, 0);
		return status;
	}
	processes->serial = serial[0];
	processes->qmp = qmp[0];
	return 0;
}

int processes_end(struct processes *processes, unsigned timeout_ms)
{
	int status = child_end(&processes->qemu, timeout_ms);
	child_end(&processes->swtpm, AFTER_QEMU_MS);
	if (processes->serial >= 0)
		close(processes->serial);
	if (processes->qmp >= 0)
		close(processes->qmp);
	processes->serial = processes->qmp = -1;
	return status;
}
