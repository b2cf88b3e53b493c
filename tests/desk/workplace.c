/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/desk/workplace.h"

#include "tests/support/scalar.h"
#include "tests/verify/paper.h"

#include <jansson.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { SAID_MOST = 1 << 18, COMMAND_MOST = 4096, NOTE_MOST = 4096 };

char folder[] = "/tmp/sandoq-workplace.XXXXXX";
char said[SAID_MOST];
char program[4096];

/* The program lies where the folder of the tests does. */
static void find_program(void)
{
	char test[sizeof(program)];
	ssize_t size = readlink("/proc/self/exe", test, sizeof(test) - 1);
	assert_true(size > 0);
	test[size] = '\0';
	size_t end = 0;
	char *next = test;
	while ((next = strstr(next, "/tests/")) != NULL)
		end = (size_t)(next++ - test);
	assert_int_not_equal(end, 0);
	test[end] = '\0';
	assert_in_range(snprintf(program, sizeof(program), "%s/sandoq", test),
		1, sizeof(program) - 1);
	assert_int_equal(access(program, X_OK), 0);
}

void workplace_make(void)
{
	find_program();
	assert_non_null(mkdtemp(folder));
}

void workplace_drop(void)
{
	assert_int_equal(shell("rm -rf %s", folder), 0);
}

void workplace_share(const char *path)
{
	const size_t size = strlen(folder);
	assert_int_equal(strlen(path), size);
	memcpy(folder, path, size);
}

static void listen(int pipe)
{
	size_t size = 0;
	ssize_t got;
	while ((got = read(pipe, said + size, SAID_MOST - 1 - size)) > 0)
		size += (size_t)got;
	said[size] = '\0';
	close(pipe);
}

static int run_shell(char *command)
{
	char name[] = "sh", option[] = "-c";
	char *arguments[] = { name, option, command, NULL };
	int ends[2], status = 0;
	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		dup2(ends[1], STDERR_FILENO);
		close(ends[0]);
		close(ends[1]);
		execvp(name, arguments);
		_exit(127);
	}
	close(ends[1]);
	listen(ends[0]);
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

int shell(const char *format, ...)
{
	char command[COMMAND_MOST];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(command, sizeof(command), format, arguments);
	va_end(arguments);
	return run_shell(command);
}

int run(const char *format, ...)
{
	char words[COMMAND_MOST], command[3 * COMMAND_MOST];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	snprintf(command, sizeof(command), "cd %s && '%s' %s </dev/null",
		folder, program, words);
	return run_shell(command);
}

int run_asked(const char *answer, const char *format, ...)
{
	char words[COMMAND_MOST], command[3 * COMMAND_MOST];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	snprintf(command, sizeof(command),
		"cd %s && echo '%s' | script -qec \"'%s' %s\" /dev/null",
		folder, answer, program, words);
	return run_shell(command);
}

/* Types what is due; how far in `said` its question ends, else `from`. */
static size_t type_answer(int terminal, const struct typed **typed, size_t from)
{
	const char *question = (*typed)->question;
	const char *at =
		question == NULL ? NULL : strstr(said + from, question);
	if (at == NULL)
		return from;
	dprintf(terminal, "%s\n", (*typed)->answer);
	(*typed)++;
	return (size_t)(at - said) + strlen(question);
}

static void talk(int terminal, const struct typed *typed)
{
	size_t size = 0, from = 0;
	ssize_t got;
	/* A terminal ends with EIO when nobody is at its other end. */
	while ((got = read(terminal, said + size, SAID_MOST - 1 - size)) > 0) {
		size += (size_t)got;
		said[size] = '\0';
		from = type_answer(terminal, &typed, from);
	}
	said[size] = '\0';
	close(terminal);
	assert_null(typed->question);
}

int run_typed(const struct typed *typed, const char *format, ...)
{
	char words[COMMAND_MOST], command[3 * COMMAND_MOST];
	int terminal, status = 0;
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	snprintf(command, sizeof(command), "cd %s && '%s' %s", folder, program,
		words);
	const pid_t pid = forkpty(&terminal, NULL, NULL, NULL);
	if (pid == 0) {
		execlp("sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	assert_true(pid > 0);
	talk(terminal, typed);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

void assert_said(const char *text)
{
	if (strstr(said, text) == NULL)
		fail_msg("\"%s\" was not said, but: %s", text, said);
}

void assert_status(int actual, int wanted)
{
	if (actual != wanted)
		fail_msg("status %d, not %d: %s", actual, wanted, said);
}

void write_file(const char *name, struct bytes content)
{
	char *path = path_join(folder, name);
	assert_int_equal(file_write(path, content, 0600), 0);
	free(path);
}

void write_key(const char *name, unsigned scalar)
{
	uint8_t pem[P256_PEM_MOST];
	struct writer out = writer_of(pem, sizeof(pem));
	struct p256_private *key = scalar_key(scalar);
	write_p256_pem(&out, key);
	p256_free(key);
	write_file(name, written(&out));
}

/* A key of the machine that can only be named: nothing is opened with it. */
static void write_keys(const struct definition *definition)
{
	uint8_t text[NOTE_MOST], note[NOTE_MOST];
	struct writer out = writer_of(text, sizeof(text));
	struct writer note_out = writer_of(note, sizeof(note));
	const struct digest any = { { 1 } };
	struct p256_private *key = scalar_key(PAPER_BK_SCALAR);
	struct p256_public public = p256_public_of(key);
	struct tpm_public area = key_encode(KEY_BK, &any, &public);
	struct tpm_name bk = public_name(tpm_public_bytes(&area));
	struct text_writer writer = text_begin(
		&statement_form[STATEMENT_ELECTION_KEYS], false, &out);
	p256_free(key);
	text_put(&writer, ELECTION_KEYS_ELECTION,
		bytes_of_text(definition->plan.id));
	text_put(&writer, ELECTION_KEYS_DEFINITION,
		bytes_of(definition->plan.definition.byte, SHA256_SIZE));
	text_put(&writer, ELECTION_KEYS_ENROLMENT,
		bytes_of(any.byte, SHA256_SIZE));
	for (size_t field = ELECTION_KEYS_AK; field <= ELECTION_KEYS_RK;
		field++)
		text_put(&writer, field, tpm_name_bytes(&bk));
	for (size_t field = ELECTION_KEYS_BK_POLICY;
		field <= ELECTION_KEYS_RK_CREATION; field++)
		text_put(&writer, field, bytes_of(any.byte, SHA256_SIZE));
	text_put_number(&writer, ELECTION_KEYS_PHASE, 1);
	assert_null(text_end(&writer));
	write_note_text(&note_out, written(&out));
	paper_add_signatures(&note_out, written(&out),
		&definition->plan.roster[AUTHORITY], AUTHORITY, QUORUM);
	write_file("keys.note", written(&note_out));
	write_file("bk.pub", tpm_public_bytes(&area));
}

void write_election(struct bytes json)
{
	struct definition definition;
	char error[DEFINITION_ERROR_MOST];
	if (!definition_parse(&definition, json, error))
		fail_msg("%s", error);
	write_file("definition.json", json);
	write_keys(&definition);
	definition_free(&definition);
}

size_t votes_said(uint64_t votes[WORKPLACE_CODES])
{
	json_t *report = json_loads(said, JSON_DISABLE_EOF_CHECK, NULL);
	json_t *contest =
		json_array_get(json_object_get(report, "contests"), 0);
	json_t *candidates = json_object_get(contest, "candidates");
	const size_t size = json_array_size(candidates);
	size_t index;
	json_t *candidate;
	memset(votes, 0, WORKPLACE_CODES * sizeof(*votes));
	json_array_foreach(candidates, index, candidate)
	{
		json_int_t code =
			json_integer_value(json_object_get(candidate, "code"));
		assert_in_range(code, 1, WORKPLACE_CODES - 1);
		votes[code] = (uint64_t)json_integer_value(
			json_object_get(candidate, "votes"));
	}
	json_decref(report);
	return size;
}
