/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/keys/secret.h"

#include "appliance/desk/common/files.h"
#include "appliance/desk/keys/pinentry.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sysexits.h>
#include <termios.h>
#include <unistd.h>

enum { QUESTION_MOST = 512 };

int secrets_begin(void)
{
	/* Whatever becomes of the process, the kernel writes no core of it. */
	return prctl(PR_SET_DUMPABLE, 0) == 0
		       ? 0
		       : fail(EX_OSERR, NULL, 0,
				 "this system does not keep a key out of core "
				 "dumps");
}

/* A computer that locks no memory still has to be worked with: swap may be. */
static int begin(struct secret *out)
{
	*out = (struct secret){ 0 };
	mlock(out, sizeof(*out));
	return secrets_begin();
}

void secret_free(struct secret *secret)
{
	wipe(secret, sizeof(*secret));
	munlock(secret, sizeof(*secret));
}

struct bytes secret_bytes(const struct secret *secret)
{
	return bytes_of(secret->text, secret->size);
}

/* Its first line, without the line's end. */
static int read_from(const char *path, struct secret *out)
{
	struct file file;
	const int status = file_read(path, SECRET_MOST, &file);
	if (status != 0)
		return status;
	while (out->size < file.size && file.data[out->size] != '\n')
		out->size++;
	if (out->size > 0 && file.data[out->size - 1] == '\r')
		out->size--;
	memcpy(out->text, file.data, out->size);
	file_free(&file);
	return 0;
}

/* Signals that end or stop a program: kept waiting while nothing is shown. */
static sigset_t ending_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT,
		SIGTSTP };
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(&set, signals[i]);
	return set;
}

/* Waits for what is typed; false when a signal comes first. */
static bool is_typed(int terminal, int signals)
{
	struct pollfd either[] = { { .fd = terminal, .events = POLLIN },
		{ .fd = signals, .events = POLLIN } };
	return poll(either, 2, -1) > 0 && (either[1].revents & POLLIN) == 0;
}

/* One line of it; false when a signal came or it ended. */
static bool take_line(int terminal, int signals, struct secret *out)
{
	bool is_whole = false;
	while (!is_whole && is_typed(terminal, signals) &&
		read(terminal, out->text + out->size, 1) == 1)
		if (out->text[out->size] == '\n')
			is_whole = true;
		else if (out->size < SECRET_MOST)
			out->size++;
	out->text[out->size] = '\0';
	return is_whole;
}

/* Asks when what is typed is not shown any more, and shows it again. */
static bool take_hidden(
	int terminal, int signals, const char *question, struct secret *out)
{
	struct termios shown, hidden;
	if (tcgetattr(terminal, &shown) != 0)
		return false;
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	hidden.c_lflag |= ECHONL;
	tcsetattr(terminal, TCSAFLUSH, &hidden);
	dprintf(terminal, "%s ", question);
	const bool is_whole = take_line(terminal, signals, out);
	tcsetattr(terminal, TCSAFLUSH, &shown);
	return is_whole;
}

/* A signal that came meanwhile has its effect when the terminal is as it was.
 */
static bool take_unseen(int terminal, const char *question, struct secret *out)
{
	const sigset_t ending = ending_signals();
	sigset_t before;
	sigprocmask(SIG_BLOCK, &ending, &before);
	const int signals = signalfd(-1, &ending, SFD_CLOEXEC);
	const bool is_whole =
		signals >= 0 && take_hidden(terminal, signals, question, out);
	if (signals >= 0)
		close(signals);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return is_whole;
}

static int ask_terminal(const char *question, struct secret *out)
{
	const int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (terminal < 0)
		return fail(EX_USAGE, NULL, 0,
			"there is no terminal to ask for it: %s; give "
			"--pin-file, or name a program in " PINENTRY_VARIABLE,
			question);
	const bool is_whole = take_unseen(terminal, question, out);
	close(terminal);
	return is_whole ? 0
			: fail(EX_TEMPFAIL, NULL, 0,
				  "nothing was typed; nothing was signed");
}

static int ask(const struct secret_request *request, enum word word,
	struct secret *out)
{
	const struct filling filling = { .text = { request->of } };
	const char *program = getenv(PINENTRY_VARIABLE);
	char question[QUESTION_MOST];
	fill_words(question, sizeof(question), word, &filling);
	return program != NULL && program[0] != '\0'
		       ? pinentry_ask(program, question, out->text, SECRET_MOST,
				 &out->size)
		       : ask_terminal(question, out);
}

int secret_ask(const struct secret_request *request, struct secret *out)
{
	int status = begin(out);
	if (status == 0)
		status = request->file != NULL
				 ? read_from(request->file, out)
				 : ask(request, request->question, out);
	if (status != 0)
		secret_free(out);
	return status;
}

int secret_choose(const struct secret_request *request, struct secret *out)
{
	struct secret again;
	int status = secret_ask(request, out);
	if (status != 0 || request->file != NULL)
		return status;
	status = begin(&again);
	if (status == 0)
		status = ask(request, WORD_ASK_AGAIN, &again);
	if (status == 0 &&
		!bytes_equal_secret(secret_bytes(out), secret_bytes(&again)))
		status = fail(EX_USAGE, NULL, 0,
			"the second one differs from the first; no key was "
			"made: try again");
	secret_free(&again);
	if (status != 0)
		secret_free(out);
	return status;
}
