/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/report.h"
#include "appliance/desk/common/files.h"
#include "appliance/desk/common/table.h"
#include "appliance/desk/common/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sysexits.h>
#include <unistd.h>

#define BOLD "\033[1m"
#define GREEN "\033[32m"
#define RED "\033[31m"
#define PLAIN "\033[0m"

static bool colour_wanted(void)
{
	const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");
	return (no == NULL || no[0] == '\0') &&
	       (terminal == NULL || strcmp(terminal, "dumb") != 0) &&
	       isatty(STDOUT_FILENO) == 1;
}

static json_t *checked(json_t *value)
{
	if (value != NULL)
		return value;
	fail(EX_OSERR, NULL, 0, "no memory is left, or a text is not UTF-8");
	exit(EX_OSERR);
}

struct report report_begin(const struct arguments *arguments)
{
	return (struct report){
		.json = argument_given(arguments, "--json"),
		.facts = checked(json_object()),
		.checks = checked(json_array()),
		.tables = checked(json_array()),
	};
}

void report_value(struct report *report, const char *key, json_t *value)
{
	json_object_set_new(report->facts, key, checked(value));
}

void report_members(struct report *report, struct bytes json)
{
	json_t *members = checked(json_loadb(
		(const char *)json.data, json.size, JSON_DECODE_ANY, NULL));
	json_object_update(report->facts, members);
	json_decref(members);
}

void report_table(struct report *report, const char *heading, json_t *table)
{
	json_array_append_new(
		report->tables, checked(json_pack("{s:s, s:o}", "heading",
					heading, "table", table)));
}

void report_text(struct report *report, const char *key, const char *value)
{
	report_value(report, key, json_string(value));
}

void report_title(struct report *report, const char *key, const char *value)
{
	report->title = key;
	report_text(report, key, value);
}

void report_number(struct report *report, const char *key, uint64_t value)
{
	report_value(report, key, json_integer((json_int_t)value));
}

void report_hex(struct report *report, const char *key, struct bytes value)
{
	size_t size = value.size * 2;
	char *text = malloc(size + 1);
	if (text == NULL)
		checked(NULL);
	struct writer writer = writer_of(text, size);
	write_hex(&writer, value);
	report_value(report, key, json_stringn(text, size));
	free(text);
}

void report_check(struct report *report, const char *name, refusal refused)
{
	json_t *check = checked(json_pack("{s:s, s:b, s:s*}", "check", name,
		"passed", refused == NULL, "reason", refused));
	json_array_append_new(report->checks, check);
	if (refused != NULL)
		report->refused = true;
}

void report_unchecked(struct report *report, const char *name, const char *why)
{
	json_array_append_new(
		report->checks, checked(json_pack("{s:s, s:n, s:s}", "check",
					name, "passed", "reason", why)));
}

/*
 * Of the terminal, or what COLUMNS says of it; 0 where neither is there, as in
 * a file.
 */
static size_t terminal_columns(void)
{
	struct winsize size;
	const char *given = getenv("COLUMNS");
	uint64_t columns = 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		return size.ws_col;
	if (given != NULL)
		decimal_decode(bytes_of_text(given), SIZE_MAX, &columns);
	return columns;
}

static void print_list(const char *key, json_t *list)
{
	size_t index;
	json_t *item;
	char buffer[NUMBER_MOST];
	json_array_foreach(list, index, item)
	{
		printf("  %s\n", value_in_words(key, item, buffer));
	}
}

static void print_array(const char *key, json_t *array)
{
	printf("%s:\n", in_words(key));
	if (json_is_object(json_array_get(array, 0)))
		print_table(stdout, array, terminal_columns());
	else
		print_list(key, array);
}

static void print_title(const struct report *report)
{
	const bool colour = colour_wanted();
	if (report->title == NULL)
		return;
	printf("%s%s: %s%s\n", colour ? BOLD : "", in_words(report->title),
		json_string_value(
			json_object_get(report->facts, report->title)),
		colour ? PLAIN : "");
	json_object_del(report->facts, report->title);
}

static void print_facts(json_t *facts)
{
	const char *key;
	json_t *value;
	char buffer[NUMBER_MOST];
	json_object_foreach(facts, key, value)
	{
		if (json_is_array(value))
			print_array(key, value);
		else if (json_is_object(value))
			print_facts(value);
		else
			printf("%s: %s\n", in_words(key),
				value_in_words(key, value, buffer));
	}
}

static void print_check(const json_t *check)
{
	const json_t *passed = json_object_get(check, "passed");
	char line[NOTICE_LINE_MOST];
	const char *reason = reason_in_words(
		json_string_value(json_object_get(check, "reason")), line);
	const bool colour = colour_wanted();
	const char *word = words_of(WORD_LABEL_REFUSED);
	const char *paint = BOLD RED;
	if (json_is_true(passed)) {
		word = words_of(WORD_LABEL_PASSED);
		paint = GREEN;
	} else if (json_is_null(passed)) {
		word = words_of(WORD_LABEL_NOT_CHECKED);
		paint = BOLD;
	}
	printf("%s%s%s %s%s%s\n", colour ? paint : "", word,
		colour ? PLAIN : "",
		in_words(json_string_value(json_object_get(check, "check"))),
		reason == NULL ? "" : ": ", reason == NULL ? "" : reason);
}

static void print_checks(const json_t *checks)
{
	size_t index;
	json_t *check;
	json_array_foreach(checks, index, check)
	{
		print_check(check);
	}
}

static void print_tables(const json_t *tables)
{
	size_t index;
	json_t *one;
	json_array_foreach(tables, index, one)
	{
		printf("\n%s\n",
			json_string_value(json_object_get(one, "heading")));
		print_table(stdout, json_object_get(one, "table"),
			terminal_columns());
	}
}

static bool print_json(const struct report *report)
{
	if (json_array_size(report->checks) > 0)
		json_object_set(report->facts, "checks", report->checks);
	return json_dumpf(report->facts, stdout,
		       JSON_INDENT(2) | JSON_PRESERVE_ORDER) == 0 &&
	       putchar('\n') != EOF;
}

static bool print(const struct report *report)
{
	if (report->json)
		return print_json(report) && fflush(stdout) == 0;
	print_title(report);
	print_checks(report->checks);
	print_facts(report->facts);
	print_tables(report->tables);
	return fflush(stdout) == 0;
}

int report_end(struct report *report, int status)
{
	if (status == 0 && !print(report))
		status = fail(EX_IOERR, "stdout", 0, "takes no more");
	else if (status == 0 && report->refused)
		status = EX_DATAERR;
	json_decref(report->facts);
	json_decref(report->checks);
	json_decref(report->tables);
	return status;
}

void report_failure(void)
{
	const struct failure *failure = failure_last();
	if (failure == NULL)
		return;
	json_t *error = checked(json_pack("{s:i, s:s, s:s*}", "status",
		failure->status, "message", failure->text, "file",
		failure->file[0] != '\0' ? failure->file : NULL));
	if (failure->line != 0)
		json_object_set_new(error, "line",
			checked(json_integer((json_int_t)failure->line)));
	json_t *whole = checked(json_pack("{s:o}", "error", error));
	json_dumpf(whole, stdout, JSON_INDENT(2));
	printf("\n");
	json_decref(whole);
}

struct progress progress_begin(const char *what, uint64_t total)
{
	return (struct progress){
		.what = what,
		.total = total,
		.shown = isatty(STDERR_FILENO) == 1,
	};
}

void progress_show(struct progress *progress, uint64_t done)
{
	if (!progress->shown)
		return;
	fprintf(stderr, "\r%s: %" PRIu64, progress->what, done);
	if (progress->total != 0)
		fprintf(stderr, " of %" PRIu64, progress->total);
	fflush(stderr);
}

void progress_end(struct progress *progress)
{
	if (progress->shown)
		fprintf(stderr, "\r\033[K");
	progress->shown = false;
}
