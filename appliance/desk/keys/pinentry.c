/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/keys/pinentry.h"

#include "appliance/desk/common/files.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum { LINE_MOST = 3 * 1024 };

static int hex_value(char digit)
{
	static const char digits[] = "0123456789ABCDEF0123456789abcdef";
	const char *at = digit == '\0' ? NULL : strchr(digits, digit);
	return at == NULL ? -1 : (int)(at - digits) % 16;
}

/* The two digits behind a '%'; -1 when they are not. */
static int take_escaped(struct cursor *cursor)
{
	const int high = hex_value((char)cursor_u8(cursor));
	const int low = hex_value((char)cursor_u8(cursor));
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

refusal pinentry_decode(struct bytes line, char *out, size_t most, size_t *size)
{
	static const char start[] = "D ";
	struct cursor cursor = cursor_of(line);
	*size = 0;
	if (!bytes_equal(
		    cursor_take(&cursor, strlen(start)), bytes_of_text(start)))
		return "the answer has no data";
	while (cursor.rest.size > 0) {
		int c = cursor_u8(&cursor);
		if (c == '%')
			c = take_escaped(&cursor);
		if (c < 0 || cursor.broken)
			return "the answer is not encoded as Assuan has it";
		if (*size == most)
			return "the answer is too long";
		out[(*size)++] = (char)c;
	}
	out[*size] = '\0';
	return NULL;
}

/* A conversation with the program: a socket is its input and output. */
struct talk {
	const char *program;
	int socket;
	pid_t child;
};

static int start(const char *program, struct talk *out)
{
	posix_spawn_file_actions_t actions;
	char *const words[] = { (char *)(uintptr_t)program, NULL };
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return fail(EX_OSERR, program, 0, "cannot be talked to");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, pair[1], STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, pair[1], STDOUT_FILENO);
	const int error = posix_spawnp(
		&out->child, program, &actions, NULL, words, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(pair[1]);
	out->program = program;
	out->socket = pair[0];
	if (error == 0)
		return 0;
	close(pair[0]);
	return fail(EX_UNAVAILABLE, program, 0,
		"does not start: %s; correct the environment's program for "
		"PINs",
		strerror(error));
}

static void end(const struct talk *talk)
{
	close(talk->socket);
	waitpid(talk->child, NULL, 0);
}

/* Byte by byte: nothing of a secret is left in a buffer of stdio. */
static bool take_line(const struct talk *talk, char line[LINE_MOST + 1])
{
	size_t size = 0;
	while (size < LINE_MOST && read(talk->socket, line + size, 1) == 1)
		if (line[size++] == '\n') {
			line[size - 1] = '\0';
			return true;
		}
	wipe(line, LINE_MOST);
	return false;
}

static bool begins(const char *line, const char *word)
{
	return strncmp(line, word, strlen(word)) == 0;
}

/* A data line before the last one is kept in `data`. */
static bool take_answer(const struct talk *talk, char data[LINE_MOST + 1],
	char last[LINE_MOST + 1])
{
	data[0] = '\0';
	while (take_line(talk, last)) {
		if (begins(last, "OK") || begins(last, "ERR "))
			return true;
		if (begins(last, "D "))
			memcpy(data, last, strlen(last) + 1);
		wipe(last, LINE_MOST);
	}
	return false;
}

static bool say(const struct talk *talk, const char *line)
{
	const size_t size = strlen(line);
	return send(talk->socket, line, size, MSG_NOSIGNAL) == (ssize_t)size;
}

/* What is in the text cannot end the line: '%' and what is below a space. */
static void encode(const char *text, char *out, size_t most)
{
	size_t at = 0;
	for (; *text != '\0' && at + 4 < most; text++) {
		const uint8_t c = (uint8_t)*text;
		at += (size_t)(c < ' ' || c == '%'
				       ? snprintf(out + at, most - at, "%%%02X",
						 c)
				       : snprintf(
						 out + at, most - at, "%c", c));
	}
	out[at] = '\0';
}

static bool ask_program(const struct talk *talk, const char *question,
	char data[LINE_MOST + 1], char last[LINE_MOST + 1])
{
	char encoded[LINE_MOST / 2], line[LINE_MOST];
	const char *terminal = ttyname(STDIN_FILENO);
	encode(question, encoded, sizeof(encoded));
	bool is_right = take_answer(talk, data, last);
	if (terminal != NULL) {
		snprintf(line, sizeof(line), "OPTION ttyname=%s\n", terminal);
		is_right = is_right && say(talk, line) &&
			   take_answer(talk, data, last);
	}
	snprintf(line, sizeof(line), "SETDESC %s\n", encoded);
	return is_right && say(talk, line) && take_answer(talk, data, last) &&
	       say(talk, "GETPIN\n") && take_answer(talk, data, last);
}

static int answered(const struct talk *talk, const char *data, const char *last,
	char *out, size_t most, size_t *size)
{
	if (!begins(last, "OK"))
		return fail(EX_TEMPFAIL, talk->program, 0,
			"gave no PIN (%s); nothing was signed", last);
	*size = 0;
	out[0] = '\0';
	if (data[0] == '\0')
		return 0;
	const refusal why =
		pinentry_decode(bytes_of_text(data), out, most, size);
	return why == NULL ? 0
			   : fail(EX_PROTOCOL, talk->program, 0,
				     "%s; use another program for PINs", why);
}

int pinentry_ask(const char *program, const char *question, char *out,
	size_t most, size_t *size)
{
	static char data[LINE_MOST + 1], last[LINE_MOST + 1];
	struct talk talk;
	int status = start(program, &talk);
	if (status != 0)
		return status;
	if (ask_program(&talk, question, data, last))
		status = answered(&talk, data, last, out, most, size);
	else
		status = fail(EX_PROTOCOL, program, 0,
			"does not answer as a pinentry does; use another "
			"program for PINs");
	wipe(data, sizeof(data));
	wipe(last, sizeof(last));
	end(&talk);
	return status;
}
