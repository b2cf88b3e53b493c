/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every command of the table, tried as people try it: with nothing, with too
 * little, with a typing mistake, into a closed pipe, ended by ^C, and onto a
 * file that is there.
 */
#include "appliance/desk/commands.h"
#include "appliance/desk/common/files.h"
#include "appliance/desk/common/nearest.h"
#include "tests/desk/paper_files.h"
#include "tests/desk/workplace.h"

#include <jansson.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>
#include <wordexp.h>

#include <cmocka.h>

enum { WORDS_MOST = 1024 };

static struct paper *paper;

static int make(void **state)
{
	(void)state;
	workplace_make();
	paper = paper_make();
	paper_write_desk(paper);
	paper_write_closed(paper);
	return 0;
}

static int drop(void **state)
{
	(void)state;
	paper_free(paper);
	workplace_drop();
	return 0;
}

/* For each command, with its name as it is typed. */
static void each(void (*look)(const struct command *, const char *title))
{
	for (size_t i = 0; i < SECTIONS; i++)
		for (size_t k = 0; k < sections[i].commands; k++) {
			const struct command *c = &sections[i].command[k];
			char title[64];
			snprintf(title, sizeof(title), "%s%s%s", c->group,
				c->name != NULL ? " " : "",
				c->name != NULL ? c->name : "");
			look(c, title);
		}
}

/* All that is missing is named at once. */
static void try_nothing(const struct command *c, const char *title)
{
	bool is_missing = false;
	for (const struct option *o = c->options; o->name != NULL; o++)
		is_missing |= option_is_required(o);
	if (!is_missing)
		return;
	assert_status(run("%s", title), EX_USAGE);
	for (const struct option *o = c->options; o->name != NULL; o++)
		if (option_is_required(o))
			assert_said(o->name);
	assert_said("--help'");
}

static void with_nothing(void **state)
{
	(void)state;
	each(try_nothing);
	assert_status(run("%s", ""), EX_USAGE);
	assert_said("usage: sandoq");
}

/* Of an option that wants a value, without one. */
static void try_too_little(const struct command *c, const char *title)
{
	for (const struct option *o = c->options; o->name != NULL; o++) {
		if (strncmp(o->name, "--", 2) != 0 || o->argument == NULL)
			continue;
		assert_status(run("%s %s", title, o->name), EX_USAGE);
		assert_said("a value is missing after");
	}
}

static void with_too_little(void **state)
{
	(void)state;
	each(try_too_little);
}

/* The last two letters of the longest option turned. */
static void try_typo(const struct command *c, const char *title)
{
	const char *longest = "";
	char typo[64], meant[128];
	for (const struct option *o = c->options; o->name != NULL; o++)
		if (strncmp(o->name, "--", 2) == 0 &&
			strlen(o->name) > strlen(longest))
			longest = o->name;
	const size_t size = strlen(longest);
	if (size < 5 || longest[size - 1] == longest[size - 2])
		return;
	snprintf(typo, sizeof(typo), "%.*s%c%c", (int)size - 2, longest,
		longest[size - 1], longest[size - 2]);
	snprintf(meant, sizeof(meant), "did you mean %s?", longest);
	assert_status(run("%s %s", title, typo), EX_USAGE);
	assert_said(meant);
}

static void with_a_typo(void **state)
{
	(void)state;
	each(try_typo);
	assert_status(run("aprove open"), EX_USAGE);
	assert_said("did you mean 'approve'?");
	assert_status(run("approve relaese"), EX_USAGE);
	assert_said("did you mean 'approve release'?");
	assert_status(run("approve zzzzzz"), EX_USAGE);
	assert_null(strstr(said, "did you mean"));
}

static void try_help(const struct command *c, const char *title)
{
	assert_status(run("%s --help", title), 0);
	assert_said(c->help);
	assert_said("\nExample:\n");
	assert_status(run("%s -h", title), 0);
	assert_said(c->help);
	assert_status(run("help %s", title), 0);
	assert_said(c->help);
}

static void help_is_asked_for_in_three_ways(void **state)
{
	(void)state;
	each(try_help);
	assert_status(run("help"), 0);
	assert_status(run("-h"), 0);
	assert_status(run("help approve"), 0);
	assert_said("sandoq approve open");
}

/* What --help shows can be typed. */
static void try_example(const struct command *c, const char *title)
{
	struct arguments arguments;
	wordexp_t words;
	bool help;
	assert_int_equal(wordexp(c->example, &words, 0), 0);
	if (arguments_read(&arguments, title, c->options, (int)words.we_wordc,
		    words.we_wordv, &help) != 0)
		fail_msg("%s: its example cannot be read: %s", title,
			c->example);
	arguments_free(&arguments);
	wordfree(&words);
}

static void examples_can_be_read(void **state)
{
	(void)state;
	each(try_example);
}

static void the_version_is_told(void **state)
{
	(void)state;
	assert_status(run("--version"), 0);
	assert_int_equal(shell("%s --version | grep -qE '^sandoq [0-9]+\\.[0-9]"
			       "+\\.[0-9]+ \\([0-9a-f]{12}\\)$' || test ! -e "
			       ".git",
				 program),
		0);
}

/* What went wrong, for a program: where, what, and the same status. */
static void try_json(const struct command *c, const char *title)
{
	for (const struct option *o = c->options; o->name != NULL; o++) {
		if (strcmp(o->name, "--json") != 0)
			continue;
		assert_status(run("%s --json --no-such-option 2>errors", title),
			EX_USAGE);
		json_t *json = json_loads(said, 0, NULL);
		json_t *error = json_object_get(json, "error");
		assert_int_equal(
			json_integer_value(json_object_get(error, "status")),
			EX_USAGE);
		assert_non_null(strstr(
			json_string_value(json_object_get(error, "message")),
			"--no-such-option"));
		json_decref(json);
	}
}

static void errors_are_json_where_it_is_wanted(void **state)
{
	(void)state;
	each(try_json);
	assert_status(
		run("election check no-such.json --json 2>errors"), EX_NOINPUT);
	assert_said("\"file\": \"no-such.json\"");
	/* Nothing more where a report was printed. */
	assert_status(run("bundle verify --json --sent closed.tar --definition "
			  "definition.json --authorities authorities.pem "
			  "2>errors"),
		EX_DATAERR);
	assert_null(strstr(said, "\"error\""));
}

static void a_closed_pipe_is_no_error(void **state)
{
	static const char *const command[] = {
		"--help",
		"approve open --help",
		"machine notices",
		"bundle report --sent sent.tar --definition definition.json "
		"--authorities authorities.pem",
		"bundle report --json --sent sent.tar --definition "
		"definition.json --authorities authorities.pem",
	};
	(void)state;
	assert_int_equal(shell("mkfifo %s/pipe", folder), 0);
	for (size_t i = 0; i < sizeof(command) / sizeof(command[0]); i++) {
		/* A pipe without a reader. */
		shell("cd %s && exec 4<>pipe 5>pipe 4>&- && '%s' %s >&5 5>&- "
		      "2>errors",
			folder, program, command[i]);
		assert_int_equal(shell("test -s %s/errors", folder), 1);
	}
}

static void no_colour_for_a_dumb_terminal(void **state)
{
	static const struct typed nobody[] = { { NULL, NULL } };
	(void)state;
	setenv("TERM", "xterm", 1);
	assert_status(run_typed(nobody, "bundle verify " CHAIN), 0);
	assert_said("\033[");
	setenv("TERM", "dumb", 1);
	assert_status(run_typed(nobody, "bundle verify " CHAIN), 0);
	assert_null(strstr(said, "\033["));
}

/* Each of them writes a file that is there already. */
static void what_is_there_is_kept(void **state)
{
	static const char *const command[] = {
		"audit nonce --auditor auditor-1 --output there",
		"bundle public --sent sent.tar --output there",
		"bundle page " CHAIN "--output there",
		"machine authority executive=x --need 1 --output there",
		"election sign definition.json --key authority-1.pem --yes "
		"--output there",
		"approve open " CHAIN "--nonce nonce --without 10 --yes --key "
		"officer-3.pem --output there",
	};
	(void)state;
	write_file("there", bytes_of_text("kept\n"));
	for (size_t i = 0; i < sizeof(command) / sizeof(command[0]); i++) {
		assert_status(run("%s", command[i]), EX_CANTCREAT);
		assert_said("exists already; give another name, or --force");
	}
	write_file("there.note", bytes_of_text("kept\n"));
	assert_status(run("box seal no.csv --definition definition.json "
			  "--election-keys election-keys.note --box-key bk.pub "
			  "--key station-01.pem --output there"),
		EX_CANTCREAT);
	assert_said("there.note: exists already");
	assert_int_equal(shell("grep -qx kept %s/there", folder), 0);
	assert_status(run("%s --force", command[0]), 0);
	assert_int_equal(shell("grep -q nonce: %s/there", folder), 0);
}

static void a_key_or_a_device_is_never_replaced(void **state)
{
	(void)state;
	assert_status(run("audit nonce --auditor auditor-1 --force --output "
			  "officer-3.pem"),
		EX_CANTCREAT);
	assert_said("keys are never overwritten");
	/* Nobody is asked to sign what cannot be written. */
	assert_status(run("election sign definition.json --key "
			  "authority-1.pem --force --output officer-3.pem"),
		EX_CANTCREAT);
	assert_said("keys are never overwritten");
	assert_int_equal(
		shell("grep -q 'PRIVATE KEY' %s/officer-3.pem", folder), 0);
	assert_status(run("courier pack officer-3.pem --kind outbox "
			  "nonce=nonce"),
		EX_CANTCREAT);
	assert_said("keys are never overwritten");
	assert_status(run("audit nonce --auditor auditor-1 --force --output "
			  "/dev/null"),
		EX_CANTCREAT);
	assert_said("is a device");
	assert_int_equal(shell("test -c /dev/null"), 0);
	assert_status(run("audit nonce --auditor auditor-1 --force --output ."),
		EX_CANTCREAT);
	assert_said("is a folder");
	assert_status(run("audit nonce --auditor auditor-1 --output -"), 0);
	assert_said("nonce: ");
}

/* In a process of its own, which the signal ends. */
static void end_with(int number)
{
	char path[512];
	struct new_file file;
	int status;
	snprintf(path, sizeof(path), "%s/ended/out", folder);
	const pid_t child = fork();
	if (child == 0) {
		/* A shell in the background lets its children ignore SIGINT. */
		signal(number, SIG_DFL);
		if (new_file_begin(&file, path) == 0)
			raise(number);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), number);
	assert_int_equal(shell("ls %s/ended | grep -q .", folder), 1);
}

static void an_ended_command_leaves_nothing_beside(void **state)
{
	(void)state;
	assert_int_equal(shell("mkdir %s/ended", folder), 0);
	end_with(SIGINT);
	end_with(SIGTERM);
	end_with(SIGHUP);
}

static void letters_are_counted(void **state)
{
	(void)state;
	assert_int_equal(nearest_distance("", ""), 0);
	assert_int_equal(nearest_distance("", "abc"), 3);
	assert_int_equal(nearest_distance("seal", "seal"), 0);
	assert_int_equal(nearest_distance("seel", "seal"), 1);
	assert_int_equal(nearest_distance("sael", "seal"), 1);
	assert_int_equal(nearest_distance("sal", "seal"), 1);
	assert_int_equal(nearest_distance("seaal", "seal"), 1);
	assert_int_equal(nearest_distance("kitten", "sitting"), 3);
	assert_int_equal(
		nearest_distance("0123456789012345678901234567890123456789"
				 "012345678901234567890123456789",
			"0"),
		63);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_nothing),
		cmocka_unit_test(with_too_little),
		cmocka_unit_test(with_a_typo),
		cmocka_unit_test(help_is_asked_for_in_three_ways),
		cmocka_unit_test(examples_can_be_read),
		cmocka_unit_test(the_version_is_told),
		cmocka_unit_test(errors_are_json_where_it_is_wanted),
		cmocka_unit_test(a_closed_pipe_is_no_error),
		cmocka_unit_test(no_colour_for_a_dumb_terminal),
		cmocka_unit_test(what_is_there_is_kept),
		cmocka_unit_test(a_key_or_a_device_is_never_replaced),
		cmocka_unit_test(an_ended_command_leaves_nothing_beside),
		cmocka_unit_test(letters_are_counted),
	};
	return cmocka_run_group_tests(tests, make, drop);
}
