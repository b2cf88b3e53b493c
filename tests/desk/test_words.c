/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The desk's sentences in two languages say the same values, and the language
 * is the one that was asked for. What a trainee types is read in both, and a
 * line of the machine is told in Persian.
 */
#include "appliance/desk/common/files.h"
#include "appliance/desk/common/notice_read.h"
#include "appliance/desk/common/words.h"
#include "appliance/desk/rehearsal/choices.h"
#include "appliance/election/statement.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { KEYS_MOST = 16, LINE_MOST = 256 };

static void clear_languages(void)
{
	unsetenv("LANGUAGE");
	unsetenv("LC_ALL");
	unsetenv("LC_MESSAGES");
	unsetenv("LANG");
}

/* The values of a sentence, in the order of the alphabet; fails on others. */
static void read_keys(const char *sentence, char keys[KEYS_MOST])
{
	static const char known[] = "123abcd";
	size_t count = 0;
	for (const char *key = known; *key != '\0'; key++) {
		const char braces[] = { '{', *key, '}', '\0' };
		if (strstr(sentence, braces) != NULL)
			keys[count++] = *key;
	}
	keys[count] = '\0';
	for (const char *at = sentence; (at = strpbrk(at, "{}")) != NULL; at++)
		if (*at == '{') {
			assert_non_null(strchr(known, at[1]));
			assert_int_equal(at[2], '}');
			at += 2;
		} else {
			fail_msg("a lone brace: %s", sentence);
		}
}

static void sentences_agree(void **state)
{
	(void)state;
	for (enum word word = WORD_NOTHING + 1; word < WORD_COUNT; word++) {
		char en[KEYS_MOST], fa[KEYS_MOST];
		const char *persian = words_in(word, PERSIAN);
		read_keys(words_in(word, ENGLISH), en);
		read_keys(persian, fa);
		if (strcmp(en, fa) != 0 || persian[0] == '\0')
			fail_msg("%s", words_in(word, ENGLISH));
		/* The letters that Persian keyboards of old have instead. */
		assert_null(strstr(persian, "\u064a"));
		assert_null(strstr(persian, "\u0643"));
	}
}

/* Not a label twice: in_words() would give the first. */
static void no_english_has_two_persian_ones(void **state)
{
	(void)state;
	for (enum word one = 0; one < WORD_COUNT; one++)
		for (enum word other = one + 1; other < WORD_COUNT; other++)
			if (strcmp(words_in(one, ENGLISH),
				    words_in(other, ENGLISH)) == 0 &&
				strcmp(words_in(one, PERSIAN),
					words_in(other, PERSIAN)) != 0)
				fail_msg("%s", words_in(one, ENGLISH));
}

static void assert_worded(const char *english)
{
	if (in_words(english) == english)
		fail_msg("no Persian: %s", english);
}

/* What somebody signs at the desk: each field, and what the text means. */
static void signed_texts_have_persian_words(void **state)
{
	static const enum statement_kind kinds[] = {
		STATEMENT_BOOT_APPROVAL,
		STATEMENT_ENROLMENT,
		STATEMENT_DEFINITION,
		STATEMENT_ELECTION_KEYS,
		STATEMENT_OPEN,
		STATEMENT_RELEASE,
		STATEMENT_REVOCATION,
		STATEMENT_RULING,
		STATEMENT_ABANDONMENT,
	};
	(void)state;
	assert_true(words_choose("fa"));
	assert_worded("live");
	assert_worded("rehearsal");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct text_form *form = &statement_form[kinds[i]];
		const char *meaning = statement_meaning(kinds[i]);
		for (size_t field = 0; field < form->field_count; field++)
			assert_worded(form->field[field].name);
		if (meaning != NULL)
			assert_worded(meaning);
	}
	clear_languages();
}

/* The table of notices has it, whatever stands before it. */
static void reasons_are_told_in_persian(void **state)
{
	static const char why[] = "the box is of another election";
	char line[NOTICE_LINE_MOST], wanted[LINE_MOST];
	(void)state;
	assert_ptr_equal(reason_in_words(why, line), why);
	assert_true(words_choose("fa"));
	assert_string_equal(
		reason_in_words(why, line), "صندوق از انتخابات دیگری است");
	snprintf(wanted, sizeof(wanted), "station-04, box 1: %s", why);
	assert_string_equal(reason_in_words(wanted, line),
		"\u2068station-04, box 1\u2069: صندوق از انتخابات دیگری است");
	assert_string_equal(reason_in_words("eggs: two", line), "eggs: two");
	/* One that no machine meets. */
	assert_string_equal(reason_in_words("the choices end in a space", line),
		"پس از آخرین کد یک فاصله هست");
	clear_languages();
}

static void assert_error(const char *english, const char *persian)
{
	char line[WORDS_LINE_MOST];
	assert_true(words_choose("en"));
	assert_ptr_equal(error_in_words(english, line), english);
	assert_true(words_choose("fa"));
	assert_string_equal(error_in_words(english, line), persian);
	clear_languages();
}

static void errors_are_said_in_persian(void **state)
{
	(void)state;
	assert_error("takes no more", "دیگر جا ندارد");
	assert_error("cannot open it: No such file or directory",
		"باز نمی‌شود: \u2068No such file or "
		"directory\u2069");
	assert_error("missing: --key; see 'sandoq box seal --help'",
		"\u2068--key\u2069 نوشته نشده است؛ ببینید: "
		"sandoq \u2068box seal\u2069 --help");
	assert_error(
		"the note is not signed by this key; ask the authority for "
		"the right files",
		"\u2068یادداشت با این کلید امضا نشده است\u2069؛ "
		"فایل‌های "
		"درست "
		"را از مرجع برگزاری بخواهید");
	assert_error("result note: the note is not signed by this key",
		"\u2068result note\u2069: یادداشت با این کلید امضا نشده است");
	assert_error("eggs are out", "eggs are out");
}

static void assert_written(enum language language, const char *wanted)
{
	uint8_t line[LINE_MOST];
	struct writer out = writer_of(line, sizeof(line));
	write_words(&out, WORD_STICK_LINE, language,
		&(struct filling){ .number = { 1290 }, .text = { "a-1" } });
	assert_int_equal(out.size, strlen(wanted));
	assert_memory_equal(line, wanted, out.size);
}

static void values_are_filled_in(void **state)
{
	(void)state;
	assert_written(ENGLISH, "  1290  a-1");
	assert_written(PERSIAN, "  ۱۲۹۰  \u2068a-1\u2069");
}

static void language_is_the_locale_s(void **state)
{
	(void)state;
	clear_languages();
	assert_int_equal(words_language(), ENGLISH);
	setenv("LANG", "fa_IR.UTF-8", 1);
	assert_int_equal(words_language(), PERSIAN);
	setenv("LC_MESSAGES", "C", 1);
	assert_int_equal(words_language(), ENGLISH);
	setenv("LC_ALL", "fa_AF", 1);
	assert_int_equal(words_language(), PERSIAN);
	setenv("LC_ALL", "", 1);
	assert_int_equal(words_language(), ENGLISH);
	clear_languages();
}

static void language_can_be_chosen(void **state)
{
	(void)state;
	clear_languages();
	setenv("LC_ALL", "C.UTF-8", 1);
	assert_false(words_choose("de"));
	assert_int_equal(words_language(), ENGLISH);
	assert_true(words_choose("fa"));
	assert_int_equal(words_language(), PERSIAN);
	assert_true(words_choose("en"));
	assert_int_equal(words_language(), ENGLISH);
	clear_languages();
}

/* The working directory becomes one in which these sticks lie. */
static void lay_sticks(void)
{
	char folder[] = "/tmp/sandoq-choices.XXXXXX";
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(folder_make("sticks"), 0);
	assert_int_equal(file_write("sticks/enrol", bytes_of("", 0), 0600), 0);
	assert_int_equal(file_write("sticks/other", bytes_of("", 0), 0600), 0);
}

static void take_sticks_away(void)
{
	char folder[4096];
	assert_non_null(getcwd(folder, sizeof(folder)));
	assert_int_equal(unlink("sticks/enrol"), 0);
	assert_int_equal(unlink("sticks/other"), 0);
	assert_int_equal(rmdir("sticks"), 0);
	assert_int_equal(rmdir(folder), 0);
}

static void assert_chosen(
	const char *typed, enum choice choice, enum stick_id stick)
{
	char line[CHOICE_LINE_MOST];
	snprintf(line, sizeof(line), "%s", typed);
	const struct chosen chosen = choice_of(line);
	if (chosen.choice != choice || chosen.stick != stick)
		fail_msg("'%s' is read as %d of %d", typed, chosen.choice,
			chosen.stick);
}

static void choices_are_read(void **state)
{
	(void)state;
	lay_sticks();
	assert_chosen("", CHOICE_NOTHING, STICKS);
	assert_chosen("  \t", CHOICE_NOTHING, STICKS);
	assert_chosen("on", CHOICE_ON, STICKS);
	assert_chosen("روشن", CHOICE_ON, STICKS);
	assert_chosen("2", CHOICE_PLUG, STICK_ENROL);
	assert_chosen("۲", CHOICE_PLUG, STICK_ENROL);
	assert_chosen("٢", CHOICE_PLUG, STICK_ENROL);
	assert_chosen("enrol", CHOICE_PLUG, STICK_ENROL);
	assert_chosen("plug 10", CHOICE_PLUG, STICK_OTHER);
	assert_chosen("وصل ۱۰", CHOICE_PLUG, STICK_OTHER);
	assert_chosen("pull  2", CHOICE_PULL, STICK_ENROL);
	assert_chosen("بکش ۲", CHOICE_PULL, STICK_ENROL);
	assert_chosen("cut", CHOICE_CUT, STICKS);
	assert_chosen("قطع ۲", CHOICE_CUT, STICK_ENROL);
	/* It does not lie there, or is no stick. */
	assert_chosen("1", CHOICE_PLUG, STICKS);
	assert_chosen("0", CHOICE_PLUG, STICKS);
	assert_chosen("12", CHOICE_PLUG, STICKS);
	assert_chosen("pull 99", CHOICE_PULL, STICKS);
	assert_chosen("outbox", CHOICE_UNKNOWN, STICKS);
	assert_chosen("../sticks/enrol", CHOICE_UNKNOWN, STICKS);
	assert_chosen("cut 2 now", CHOICE_UNKNOWN, STICK_ENROL);
	take_sticks_away();
}

static void assert_line(
	const struct notice *notice, enum language language, const char *wanted)
{
	uint8_t line[NOTICE_LINE_MOST];
	struct writer out = writer_of(line, sizeof(line) - 1);
	if (language == ENGLISH)
		write_notice_line(&out, notice);
	else
		write_notice(&out, notice, language);
	line[out.size] = '\0';
	assert_string_equal((char *)line, wanted);
}

static void assert_read(const char *line, const char *persian)
{
	struct notice notice;
	if (!notice_read(line, &notice))
		fail_msg("not read: %s", line);
	assert_line(&notice, ENGLISH, line);
	assert_line(&notice, PERSIAN, persian);
}

/* Lines as a machine's console has them. */
static void lines_of_the_machine_are_read(void **state)
{
	struct notice notice;
	(void)state;
	assert_read("ready: state intake: insert a medium",
		"آماده برای دریافت صندوق‌ها");
	assert_read("medium: outbox", "در حال نوشتن روی حافظهٔ خروجی");
	assert_read("medium: boxes",
		"در حال خواندن حافظه: صندوق‌ها");
	assert_read("refused: the medium: fewer have signed than the quorum "
		    "needs",
		"پذیرفته نشد: حافظه: شمار امضاها کمتر از حدنصاب است");
	assert_read("11 of 12 boxes were delivered; missing: station-03, "
		    "station-07; refused: 2",
		"۱۱ از ۱۲ صندوق رسیده است؛ نرسیده: \u2068station-03, "
		"station-07\u2069؛ پذیرفته‌نشده: ۲");
	assert_read("count 2 of 2: 11 boxes counted, 0 void",
		"شمارش ۲ از ۲: ۱۱ صندوق شمرده شد، ۰ باطل");
	assert_read("journal: 63 of 64 MiB are free; room for about 541 boxes",
		"دفتر وقایع: ۶۳ از ۶۴ مگابایت آزاد است؛ جا برای حدود ۵۴۱ "
		"صندوق");
	assert_false(notice_read("", &notice));
	assert_false(notice_read("no such line: of any machine", &notice));
	assert_false(notice_read("medium: a box of eggs", &notice));
}

/* Every row that can begin a line, with values in it, gives it back. */
static void every_row_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < notice_table_size; i++) {
		const struct notice_row *row = &notice_table[i];
		char line[NOTICE_LINE_MOST];
		struct writer out = writer_of(line, sizeof(line) - 1);
		struct notice_part part = notice_text(row->id, "s-1");
		struct notice read, notice;
		part.first = strstr(row->says[ENGLISH], "{w") != NULL
				     ? NOTICE_STATE_INTAKE
				     : 7;
		part.second = NOTICE_STATE_OPEN;
		notice = notice_of(part);
		if (notice_is_part(row) || notice_line(row) == NULL)
			continue;
		write_notice_line(&out, &notice);
		line[out.size] = '\0';
		if (!notice_read(line, &read))
			fail_msg("not read: %s", line);
		assert_line(&read, ENGLISH, line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sentences_agree),
		cmocka_unit_test(no_english_has_two_persian_ones),
		cmocka_unit_test(signed_texts_have_persian_words),
		cmocka_unit_test(reasons_are_told_in_persian),
		cmocka_unit_test(errors_are_said_in_persian),
		cmocka_unit_test(values_are_filled_in),
		cmocka_unit_test(language_is_the_locale_s),
		cmocka_unit_test(language_can_be_chosen),
		cmocka_unit_test(choices_are_read),
		cmocka_unit_test(lines_of_the_machine_are_read),
		cmocka_unit_test(every_row_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
