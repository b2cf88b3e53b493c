/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of what the machine says to people: that each row can be said in
 * both languages, that English leads back to its row, and what of somebody
 * else's notice is refused.
 */
#include "appliance/record/courier.h"
#include "appliance/record/notices.h"
#include "appliance/record/state.h"
#include "tests/support/told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *in(const struct notice *notice, enum language language)
{
	static char line[NOTICE_LINE_MOST];
	struct writer out = writer_of(line, sizeof(line) - 1);
	write_notice(&out, notice, language);
	assert_false(out.broken);
	line[out.size] = '\0';
	return line;
}

static const char *in_persian(const struct notice *notice)
{
	return in(notice, PERSIAN);
}

static const char *next_of(const struct notice *notice, enum language language)
{
	static char line[NOTICE_LINE_MOST];
	struct writer out = writer_of(line, sizeof(line) - 1);
	write_notice_next(&out, notice, language);
	line[out.size] = '\0';
	return line;
}

/* The values of a sentence, each once, in the order of their names. */
static void values_of(const char *sentence, char out[16])
{
	static const char *const values[] = { "{1}", "{2}", "{3}", "{w1}",
		"{w2}", "{w3}", "{t}" };
	size_t braces = 0;
	size_t known = 0;
	size_t size = 0;
	for (const char *at = sentence; *at != '\0'; at++)
		braces += *at == '{' || *at == '}';
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		for (const char *at = sentence;
			(at = strstr(at, values[i])) != NULL; at++) {
			out[size++] = (char)('0' + i);
			known += 2;
		}
	out[size] = '\0';
	assert_int_equal(braces, known);
}

static void same_values(
	const struct notice_row *row, const char *en, const char *fa)
{
	char english[16];
	char persian[16];
	values_of(en, english);
	values_of(fa, persian);
	if (strcmp(english, persian) != 0)
		fail_msg("%u: other values: %s", row->id, en);
}

/* U+0600 to U+06FF: a letter of Persian, whatever else is there. */
static bool has_persian(const char *text)
{
	for (; *text != '\0'; text++)
		if ((uint8_t)*text >= 0xd8 && (uint8_t)*text <= 0xdb)
			return true;
	return false;
}

/* Not Arabic letters and digits, which look the same and are others. */
static bool is_arabic(const char *text)
{
	static const char *const foreign[] = { "ي", "ك", "ة", "٠", "١", "٢",
		"٣", "٤", "٥", "٦", "٧", "٨", "٩" };
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (strstr(text, foreign[i]) != NULL)
			return true;
	return false;
}

static bool is_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

static void check_pair(
	const struct notice_row *row, const char *en, const char *fa)
{
	if (!is_ascii(en) || !text_is_clean(bytes_of_text(fa)) || is_arabic(fa))
		fail_msg("%u: not a clean sentence: %s", row->id, en);
	/* Only what is a name or a code alone has none. */
	if (!has_persian(fa) && strchr(fa, '{') == NULL &&
		strcmp(fa, "TPM") != 0)
		fail_msg("%u: no Persian: %s", row->id, en);
	same_values(row, en, fa);
}

/* Its values are those of the sentences. */
static void check_line(const struct notice_row *row)
{
	const char *line = notice_line(row);
	if (!is_ascii(line))
		fail_msg("%u: not ASCII: %s", row->id, line);
	/* Each state has a line of its own, which has its name. */
	if (strchr(line, '{') != NULL ||
		strchr(row->says[ENGLISH], '{') != NULL)
		same_values(row, line, row->says[ENGLISH]);
}

static void rows_are_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < notice_table_size; i++) {
		const struct notice_row *row = &notice_table[i];
		assert_int_equal(row->id, i + 1);
		assert_ptr_equal(notice_row_of(row->id), row);
		check_pair(row, row->says[ENGLISH], row->says[PERSIAN]);
		if ((row->next[ENGLISH] == NULL) !=
			(row->next[PERSIAN] == NULL))
			fail_msg("%u: a next step in one language", row->id);
		if (row->next[ENGLISH] != NULL && row->next[PERSIAN] != NULL)
			check_pair(row, row->next[ENGLISH], row->next[PERSIAN]);
		if (row->place == PLACE_STATE &&
			(row->mood == MOOD_NONE || row->next[ENGLISH] == NULL))
			fail_msg("%u: a state without a next step", row->id);
	}
	assert_null(notice_row_of(NOTICE_NONE));
	assert_null(notice_row_of((unsigned)notice_table_size + 1));
}

/* Its English is the key: two reasons with the same could not be told apart. */
static void reasons_are_found_by_their_english(void **state)
{
	(void)state;
	for (size_t i = 0; i < notice_table_size; i++) {
		const struct notice_row *row = &notice_table[i];
		if (!notice_is_part(row) || row->says[ENGLISH][0] == '{' ||
			row->says[ENGLISH][0] == '(' ||
			strstr(row->says[ENGLISH], "{w") != NULL)
			continue;
		const struct notice said =
			notice_of((struct notice_part){ .id = row->id,
				.first = 1,
				.second = 20,
				.third = 300,
				.text = "a-name" });
		char line[NOTICE_LINE_MOST];
		snprintf(line, sizeof(line), "%s", notice_told(&said));
		const struct notice found = notice_of(notice_refusal(line));
		assert_int_equal(found.part[0].id, row->id);
		assert_string_equal(notice_told(&found), line);
	}
}

static void the_unknown_is_said_to_be_so(void **state)
{
	(void)state;
	assert_int_equal(notice_refusal("no row has this").id, NOTICE_UNKNOWN);
	assert_int_equal(
		notice_refusal("must have 1 to x items").id, NOTICE_UNKNOWN);
	assert_int_equal(
		notice_refusal("must be 1 to 9 or so").id, NOTICE_UNKNOWN);
	assert_int_equal(notice_refusal("PCR 4 differs").id, NOTICE_UNKNOWN);
	assert_int_equal(notice_refusal("").id, NOTICE_UNKNOWN);
	/* A row that is not filled in. */
	assert_int_equal(
		notice_refusal(
			notice_row_of(NOTICE_NOT_IN_THIS_STATE)->says[ENGLISH])
			.id,
		NOTICE_UNKNOWN);
	assert_int_equal(notice_refusal(NULL).id, NOTICE_NONE);
	const struct notice_part name = notice_name("approval-1");
	assert_int_equal(name.id, NOTICE_TEXT);
	assert_string_equal(name.text, "approval-1");
	assert_int_not_equal(notice_name("the medium").id, NOTICE_TEXT);
}

/* States and kinds of media are words that stand in a row. */
static void words_are_those_of_their_tables(void **state)
{
	(void)state;
	for (unsigned s = STATE_BLANK; s <= STATE_FAILED; s++)
		assert_string_equal(
			notice_row_of(NOTICE_STATE_BLANK + s)->says[ENGLISH],
			state_name(s));
	for (unsigned k = COURIER_ENROL; k <= COURIER_SENT; k++)
		assert_string_equal(
			notice_row_of(NOTICE_KIND_ENROL + k - COURIER_ENROL)
				->says[ENGLISH],
			courier_of_kind(k)->word);
}

static void values_are_filled_in(void **state)
{
	struct notice notice =
		notice_of(NOTICE_PART(BOXES, .first = 11, .second = 12));
	(void)state;
	notice_add(&notice, notice_text(NOTICE_BOXES_MISSING, "station-03"));
	assert_string_equal(notice_told(&notice),
		"11 of 12 boxes were delivered; missing: station-03");
	assert_string_equal(in_persian(&notice),
		"۱۱ از ۱۲ صندوق رسیده است؛ نرسیده: \u2068station-03\u2069");
	snprintf(notice.part[1].persian, NOTICE_TEXT_MOST, "%s", "شعبهٔ ۳");
	assert_string_equal(in_persian(&notice),
		"۱۱ از ۱۲ صندوق رسیده است؛ نرسیده: \u2068شعبهٔ ۳\u2069");
	assert_string_equal(in(&notice, ENGLISH),
		"11 of 12 boxes were delivered; missing: station-03");
	snprintf(notice.part[1].english, NOTICE_TEXT_MOST, "%s", "School 3");
	assert_string_equal(in(&notice, ENGLISH),
		"11 of 12 boxes were delivered; missing: School 3");
	assert_string_equal(notice_told(&notice),
		"11 of 12 boxes were delivered; missing: station-03");
}

static void parts_are_joined(void **state)
{
	struct notice notice = notice_of(NOTICE_PART(REFUSED));
	(void)state;
	notice_add(&notice, notice_name("the outbox"));
	notice_add(
		&notice, notice_refusal("it is too small: pack a larger one"));
	assert_string_equal(notice_told(&notice),
		"refused: the outbox: it is too small: pack a larger one");
	assert_string_equal(next_of(&notice, ENGLISH),
		"Nothing is lost: the machine has all of it. Bring an outbox "
		"that was packed larger.");
	notice = notice_of(NOTICE_PART(FAILED));
	notice_add(&notice, notice_text(NOTICE_PCR_DIFFERS, "PCR 14"));
	notice_add(
		&notice, notice_text(NOTICE_TPM_CODE, "TPM2_PolicyPCR, 0x1C4"));
	assert_string_equal(notice_told(&notice),
		"failed: PCR 14 differs (TPM2_PolicyPCR, 0x1C4)");
	notice = notice_of(NOTICE_PART(NOT_IN_THIS_STATE,
		.first = NOTICE_KIND_BOXES, .second = NOTICE_STATE_CLOSED));
	assert_string_equal(notice_told(&notice),
		"a medium of kind boxes is not for a machine in state closed: "
		"bring what this state waits for");
}

/* A chain is cut at its end, a text at the end of a character. */
static void what_is_too_much_is_left_out(void **state)
{
	struct notice notice = notice_of(NOTICE_PART(FAILED));
	char text[2 * NOTICE_TEXT_MOST];
	(void)state;
	for (size_t i = 0; i < (size_t)2 * NOTICE_PARTS; i++)
		notice_add(&notice, notice_text(NOTICE_TEXT, "a"));
	assert_string_equal(notice_told(&notice), "failed: a: a: a: a: a");
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memcpy(&text[NOTICE_TEXT_MOST - 2], "\u0639", 2);
	const struct notice_part part = notice_text(NOTICE_TEXT, text);
	assert_int_equal(strlen(part.text), NOTICE_TEXT_MOST - 2);
	assert_true(text_is_clean(bytes_of_text(part.text)));
}

static void the_longest_fits_a_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < notice_table_size; i++) {
		struct notice notice = { .part[0].id = NOTICE_NONE };
		for (size_t p = 0; p < NOTICE_PARTS; p++) {
			struct notice_part part =
				notice_text(notice_table[i].id, "");
			memset(part.text, 'a', NOTICE_TEXT_MOST - 1);
			part.first = part.second = part.third = UINT64_MAX;
			notice_add(&notice, part);
		}
		in_persian(&notice);
	}
}

static void refused(const struct notice *notice, const char *why)
{
	const refusal said = notice_check(notice);
	assert_non_null(said);
	assert_string_equal(said, why);
}

static void what_is_not_of_the_table_is_refused(void **state)
{
	struct notice notice = { .part[0].id = NOTICE_NONE };
	(void)state;
	refused(&notice, "a notice that says nothing");
	notice = notice_of(NOTICE_PART(READY_BLANK));
	assert_null(notice_check(&notice));
	notice.part[1].id = (uint16_t)(notice_table_size + 1);
	refused(&notice, "a notice that is not in the table");
	notice.part[1] = NOTICE_PART(READY_CLOSED);
	refused(&notice, "a notice with a part that is none");
	notice.part[1] = notice_text(NOTICE_TEXT, "a");
	assert_null(notice_check(&notice));
	notice.part[3] = notice_text(NOTICE_TEXT, "a");
	refused(&notice, "a notice with a part behind its end");
	notice.part[3] = (struct notice_part){ .text = "hidden" };
	refused(&notice, "a notice with a part behind its end");
	notice.part[3] = (struct notice_part){ .english = "hidden" };
	refused(&notice, "a notice with a part behind its end");
	notice.part[3] = (struct notice_part){ .persian = "hidden" };
	refused(&notice, "a notice with a part behind its end");
}

/* Who says why it refuses may not have the large line. */
static void a_reason_has_no_place(void **state)
{
	struct notice notice = notice_of(NOTICE_PART(READY_BLANK));
	(void)state;
	assert_string_equal(notice_check_parts(&notice, true),
		"a notice with a part that is none");
	notice = notice_saying("a name");
	assert_null(notice_check_parts(&notice, false));
	assert_null(notice_check(&notice));
}

/* Nobody else sends people to the firmware's menu. */
static void the_machine_speaks_of_itself(void **state)
{
	struct notice notice = notice_saying("a name");
	(void)state;
	notice_add(&notice, NOTICE_PART(ENROLMENT_UNFINISHED));
	assert_string_equal(notice_check_parts(&notice, false),
		"a notice that is not this role's to say");
	assert_null(notice_check_parts(&notice, true));
}

/* A sentence that stands where a state is named would lend it its words. */
static void a_word_is_a_state_or_a_kind(void **state)
{
	struct notice notice = notice_of(NOTICE_PART(NOT_IN_THIS_STATE,
		.first = NOTICE_KIND_BOXES, .second = NOTICE_STATE_OPEN));
	(void)state;
	assert_null(notice_check_parts(&notice, false));
	notice.part[0].second = NOTICE_READY_RELEASED;
	assert_string_equal(notice_check_parts(&notice, false),
		"a notice with a word that is none");
	notice.part[0].second = NOTICE_NONE;
	assert_string_equal(notice_check_parts(&notice, true),
		"a notice with a word that is none");
}

/* What happened stands in the sentence, what is safe and to be done behind. */
static void the_faults_of_an_evening_say_what_to_do(void **state)
{
	static const uint16_t faults[] = {
		NOTICE_STICK_UNREADABLE,
		NOTICE_STICK_WITHOUT_FILE,
		NOTICE_NOT_A_COURIER,
		NOTICE_STICK_PULLED,
		NOTICE_STICK_BROKEN,
		NOTICE_OUTBOX_PULLED,
		NOTICE_OUTBOX_PULLED_EARLY,
		NOTICE_OUTBOX_TOO_SMALL,
		NOTICE_NO_MEDIUM,
		NOTICE_NO_DISK,
		NOTICE_NO_TPM,
		NOTICE_TPM_IS_GONE,
		NOTICE_READY_INTAKE_MISSING,
	};
	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		const struct notice notice =
			notice_of((struct notice_part){ .id = faults[i] });
		assert_true(strlen(next_of(&notice, PERSIAN)) > 20);
		assert_true(strlen(next_of(&notice, ENGLISH)) > 20);
	}
}

static void only_a_screen_shows_how_far_it_is(void **state)
{
	(void)state;
	assert_null(notice_line(notice_row_of(NOTICE_COUNTING)));
	assert_null(notice_line(notice_row_of(NOTICE_QR_RESULT)));
	assert_null(notice_line(notice_row_of(NOTICE_REHEARSAL)));
	assert_string_equal(
		notice_line(notice_row_of(NOTICE_REMOVE)), "remove the medium");
	/* Wherever it can. */
	assert_non_null(
		notice_line(notice_row_of(NOTICE_NOT_THE_LOCKED_IMAGE)));
}

/* What the large line says for people is not what programs wait for. */
static void the_serial_port_has_lines_of_its_own(void **state)
{
	struct notice notice = notice_of(NOTICE_PART(READY_INTAKE));
	(void)state;
	assert_string_equal(
		notice_told(&notice), "ready: state intake: insert a medium");
	assert_string_equal(in(&notice, ENGLISH), "Ready for the boxes");
	for (size_t i = 0; i < notice_table_size; i++)
		if (notice_line(&notice_table[i]) != NULL)
			check_line(&notice_table[i]);
}

static void sticks_that_are_gone_are_marked(void **state)
{
	struct notice notice = notice_of(NOTICE_PART(STICK_UNREADABLE));
	(void)state;
	assert_false(notice_is_of_one_gone(&notice));
	notice_add(&notice, NOTICE_PART(OUTBOX_PULLED));
	assert_true(notice_is_of_one_gone(&notice));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_whole),
		cmocka_unit_test(reasons_are_found_by_their_english),
		cmocka_unit_test(the_unknown_is_said_to_be_so),
		cmocka_unit_test(words_are_those_of_their_tables),
		cmocka_unit_test(values_are_filled_in),
		cmocka_unit_test(parts_are_joined),
		cmocka_unit_test(what_is_too_much_is_left_out),
		cmocka_unit_test(the_longest_fits_a_line),
		cmocka_unit_test(what_is_not_of_the_table_is_refused),
		cmocka_unit_test(a_reason_has_no_place),
		cmocka_unit_test(the_machine_speaks_of_itself),
		cmocka_unit_test(a_word_is_a_state_or_a_kind),
		cmocka_unit_test(the_faults_of_an_evening_say_what_to_do),
		cmocka_unit_test(only_a_screen_shows_how_far_it_is),
		cmocka_unit_test(the_serial_port_has_lines_of_its_own),
		cmocka_unit_test(sticks_that_are_gone_are_marked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
