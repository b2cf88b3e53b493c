/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/report.h"
#include "appliance/desk/common/files.h"
#include "appliance/desk/common/shown.h"
#include "appliance/desk/common/words.h"
#include "appliance/election/plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>
#include <wchar.h>

#define BOLD "\033[1m"
#define GREEN "\033[32m"
#define RED "\033[31m"
#define PLAIN "\033[0m"

/* Of 20 digits, which have two bytes in Persian. */
enum { NUMBER_MOST = 48 };

static bool colour_wanted(void)
{
	const char *no = getenv("NO_COLOR");
	return (no == NULL || no[0] == '\0') && isatty(STDOUT_FILENO) == 1;
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
	};
}

void report_value(struct report *report, const char *key, json_t *value)
{
	json_object_set_new(report->facts, key, checked(value));
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

/* Columns on a terminal; foreign bytes were checked to be UTF-8. */
static int width_of(const char *text)
{
	wchar_t wide[512];
	size_t length = mbstowcs(wide, text, 511);
	if (length == (size_t)-1)
		return (int)strlen(text);
	int width = wcswidth(wide, length);
	return width < 0 ? (int)length : width;
}

static bool is_ascii(const char *text)
{
	while (*text != '\0' && ((unsigned char)*text & 0x80) == 0)
		text++;
	return *text == '\0';
}

static void print_padded(const char *text, int width)
{
	printf(is_ascii(text) ? "%s" : SHOWN, text);
	printf("%*s", width - width_of(text), "");
}

static void print_number(json_int_t number, char *buffer, size_t size)
{
	struct writer out = writer_of(buffer, size - 1);
	if (words_language() == ENGLISH || number < 0) {
		snprintf(buffer, size, "%" JSON_INTEGER_FORMAT, number);
		return;
	}
	write_words(&out, WORD_NUMBER, PERSIAN,
		&(struct filling){ .number = { (uint64_t)number } });
	buffer[out.size] = '\0';
}

static bool is_one_of(const char *key, const char *const *keys)
{
	while (*keys != NULL && strcmp(key, *keys) != 0)
		keys++;
	return *keys != NULL;
}

/* Facts whose values are words of ours, and never anybody's name. */
static bool is_worded(const char *key)
{
	static const char *const keys[] = { "mode", "outcome", "table",
		"volumes", "file", "what", "flaws", NULL };
	return is_one_of(key, keys);
}

/* Facts whose values the table of notices has: reasons, kinds of media. */
static bool is_notice(const char *key)
{
	static const char *const keys[] = { "reason", "kind", NULL };
	return is_one_of(key, keys);
}

static const char *text_in_words(const char *key, const char *text)
{
	static char line[NOTICE_LINE_MOST];
	if (is_worded(key))
		return in_words(text);
	return is_notice(key) ? reason_in_words(text, line) : text;
}

/* The value of that key, as text is printed. */
static const char *plain(
	const char *key, const json_t *value, char *buffer, size_t size)
{
	if (json_is_string(value))
		return text_in_words(key, json_string_value(value));
	if (json_is_integer(value)) {
		print_number(json_integer_value(value), buffer, size);
		return buffer;
	}
	if (json_is_real(value)) {
		snprintf(buffer, size, "%.2f", json_real_value(value));
		return buffer;
	}
	return json_is_true(value)    ? words_of(WORD_LABEL_YES)
	       : json_is_false(value) ? words_of(WORD_LABEL_NO)
				      : "-";
}

static int column_width(const json_t *table, const char *key)
{
	int widest = width_of(in_words(key));
	size_t index;
	json_t *row;
	json_array_foreach(table, index, row)
	{
		char buffer[NUMBER_MOST];
		int width = width_of(plain(key, json_object_get(row, key),
			buffer, sizeof(buffer)));
		if (width > widest)
			widest = width;
	}
	return widest;
}

/* A row that has none, as the headings, is left as it is. */
static bool has_foreign_text(const json_t *row)
{
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)row, key, value)
	{
		if (json_is_string(value) &&
			!is_ascii(json_string_value(value)))
			return true;
	}
	return false;
}

enum { COLUMNS_MOST = 16 };

/*
 * `row` NULL prints the headings. The LRM at the front keeps a row from being
 * turned whole, which is for numbers that come before the first name.
 */
static void print_row(
	json_t *table, const json_t *row, const int width[COLUMNS_MOST])
{
	const char *key;
	json_t *ignored;
	size_t column = 0;
	printf("%s ", has_foreign_text(row) ? LRM : "");
	json_object_foreach(json_array_get(table, 0), key, ignored)
	{
		char buffer[NUMBER_MOST];
		if (column == COLUMNS_MOST)
			break;
		printf(" ");
		print_padded(row == NULL ? in_words(key)
					 : plain(key, json_object_get(row, key),
						   buffer, sizeof(buffer)),
			width[column++]);
		printf(" ");
	}
	printf("\n");
}

static void print_table(json_t *table)
{
	int width[COLUMNS_MOST] = { 0 };
	const char *key;
	json_t *item;
	size_t i = 0;
	json_object_foreach(json_array_get(table, 0), key, item)
	{
		if (i < COLUMNS_MOST)
			width[i++] = column_width(table, key);
	}
	print_row(table, NULL, width);
	json_array_foreach(table, i, item)
	{
		print_row(table, item, width);
	}
}

static void print_list(const char *key, json_t *list)
{
	size_t index;
	json_t *item;
	char buffer[NUMBER_MOST];
	json_array_foreach(list, index, item)
	{
		printf("  %s\n", plain(key, item, buffer, sizeof(buffer)));
	}
}

/* As in_words(); a contest's own key has its name in front. */
static const char *key_in_words(const char *key)
{
	static const char behind[] = "_candidates";
	static char line[WORDS_LINE_MOST];
	char contest[ID_MOST + 1];
	const size_t size = strlen(key), tail = strlen(behind);
	if (size <= tail || strcmp(key + size - tail, behind) != 0)
		return in_words(key);
	snprintf(contest, sizeof(contest), "%.*s", (int)(size - tail), key);
	fill_words(line, sizeof(line), WORD_CANDIDATES_OF,
		&(struct filling){ .text = { contest } });
	return line;
}

static void print_array(const char *key, json_t *array)
{
	printf("%s:\n", key_in_words(key));
	if (json_is_object(json_array_get(array, 0)))
		print_table(array);
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
				plain(key, value, buffer, sizeof(buffer)));
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
	return status;
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
