/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which names look alike, and which texts of a definition are not in NFC.
 */
#include "appliance/desk/common/spelling.h"
#include "tests/support/election.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include <cmocka.h>

/* A definition as JSON, to be changed and read again. */
static json_t *document(size_t candidates)
{
	static const uint16_t code[] = { 1, 2, 3, 4, 5 };
	char *text = city_json_of(1, code, candidates);
	json_t *json = json_loads(text, 0, NULL);
	assert_non_null(json);
	free(text);
	return json;
}

static json_t *candidate(json_t *json, size_t contest, size_t i)
{
	return json_array_get(
		json_object_get(
			json_array_get(
				json_object_get(json, "contests"), contest),
			"candidates"),
		i);
}

static void set_name(json_t *owner, const char *fa, const char *en)
{
	assert_int_equal(json_object_set_new(owner, "name",
				 json_pack("{s:s, s:s}", "fa", fa, "en", en)),
		0);
}

static void define(json_t *json, struct definition *out)
{
	char error[DEFINITION_ERROR_MOST];
	char *text = json_dumps(json, 0);
	if (!definition_parse(out, bytes_of_text(text), error))
		fail_msg("%s", error);
	free(text);
	json_decref(json);
}

static bool look_alike(const char *one, const char *other)
{
	char *a = spelling_folded(one), *b = spelling_folded(other);
	assert_non_null(a);
	assert_non_null(b);
	const bool same = strcmp(a, b) == 0;
	free(a);
	free(b);
	return same;
}

static void what_looks_alike_is_folded_to_one(void **state)
{
	static const char *const same[][2] = {
		/* Arabic yeh, alef maksura and kaf */
		{ "علی رضایی", "علي رضايي" },
		{ "مصطفی", "مصطفى" },
		{ "اکبری", "اكبري" },
		/* the forms of their own that letters once had */
		{ "علی", "\ufecb\ufee0\ufef2" },
		/* spaces, ZWNJ, ZWJ, tatweel */
		{ "علی پور", "علی\u200cپور" },
		{ "علی پور", "علیپور" },
		{ "علی پور", "علی  پور" },
		{ "علی پور", "علی\u00a0پور" },
		{ "علی", "علی\u200d" },
		{ "محمد", "محـــمد" },
		/* digits: Persian, Arabic, of full width, mathematical */
		{ "شعبه ۱۲", "شعبه 12" },
		{ "شعبه ۱۲", "شعبه ١٢" },
		{ "شعبه ۱۲", "شعبه \uff11\uff12" },
		{ "9 0", "\U0001d7d7\U0001d7d8" },
		/* a yeh with a hamza, of one character and of two */
		{ "رئیسی", "ری\u0654یسی" },
		{ "Ali Rezaei", "ALI REZAEI" },
		{ "Renée", "Rene\u0301e" },
	};
	static const char *const other[][2] = {
		{ "علی رضایی", "علی رضائی" },
		{ "ناهید اکبری", "ناهید شریفی" },
		{ "شعبه ۱۲", "شعبه ۲۱" },
		{ "شعبه ۱", "شعبه ۱۱" },
		{ "Renée", "Renee" },
		{ "Ali Rezaei", "Ali Rezai" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (!look_alike(same[i][0], same[i][1]))
			fail_msg("%s and %s differ", same[i][0], same[i][1]);
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		if (look_alike(other[i][0], other[i][1]))
			fail_msg("%s is %s", other[i][0], other[i][1]);
}

/* Of each script: what follows a 0 as the seventh is a 7. */
static void every_decimal_digit_is_one_of_ours(void **state)
{
	enum { LAST = 0x10ffff, LEAST = 600 };
	size_t digits = 0;
	(void)state;
	for (utf8proc_int32_t code = 0; code <= LAST; code++) {
		char text[8] = "";
		if (utf8proc_category(code) != UTF8PROC_CATEGORY_ND)
			continue;
		utf8proc_encode_char(code, (utf8proc_uint8_t *)text);
		char *folded = spelling_folded(text);
		assert_non_null(folded);
		if (folded[0] != (char)('0' + digits % 10) || folded[1] != '\0')
			fail_msg("U+%04x is %s", (unsigned)code, folded);
		free(folded);
		digits++;
	}
	assert_in_range(digits, LEAST, LAST);
}

static void assert_pair(const struct alike *pair, size_t former, size_t latter,
	bool one_name, bool fa, bool en)
{
	assert_int_equal(pair->former, former);
	assert_int_equal(pair->latter, latter);
	assert_int_equal(pair->one_name, one_name);
	assert_int_equal(pair->fa, fa);
	assert_int_equal(pair->en, en);
}

/* Three people of one name, the third written with Arabic letters. */
static void two_of_one_name_are_found(void **state)
{
	struct definition definition;
	struct alike *pair;
	size_t count;
	json_t *json = document(3);
	(void)state;
	set_name(candidate(json, 0, 0), "علی رضایی", "Ali Rezaei");
	set_name(candidate(json, 0, 1), "علی رضایی", "Ali Rezaei");
	set_name(candidate(json, 0, 2), "علي رضايي", "Ali Rezaei");
	define(json, &definition);
	assert_null(spelling_alike(&definition, &pair, &count));
	assert_int_equal(count, 2);
	assert_pair(&pair[0], 0, 1, true, true, true);
	assert_pair(&pair[1], 0, 2, false, true, true);
	free(pair);
	definition_free(&definition);
}

/* Who is like one in Persian and like another in English is in two pairs. */
static void each_language_has_its_own_pairs(void **state)
{
	struct definition definition;
	struct alike *pair;
	size_t count;
	json_t *json = document(5);
	(void)state;
	set_name(candidate(json, 0, 0), "ناهید اکبری", "Nahid Akbari");
	set_name(candidate(json, 0, 1), "ناهید شریفی", "Nahid Sharifi");
	set_name(candidate(json, 0, 2), "مریم کریمی", "Maryam Karimi");
	set_name(candidate(json, 0, 3), "ناهيد اكبري", "NAHID SHARIFI");
	set_name(candidate(json, 0, 4), "ناهید اکبری", "N. Akbari");
	define(json, &definition);
	assert_null(spelling_alike(&definition, &pair, &count));
	assert_int_equal(count, 3);
	assert_pair(&pair[0], 0, 3, false, true, false);
	assert_pair(&pair[1], 1, 3, false, false, true);
	assert_pair(&pair[2], 0, 4, false, true, false);
	free(pair);
	definition_free(&definition);
}

static void contests_are_apart(void **state)
{
	struct definition definition;
	struct alike *pair;
	size_t count;
	json_t *json = document(1);
	json_t *contests = json_object_get(json, "contests");
	json_t *second = json_deep_copy(json_array_get(contests, 0));
	json_t *station = json_array_get(json_object_get(json, "stations"), 0);
	(void)state;
	json_object_set_new(second, "id", json_string("c2"));
	json_array_append_new(contests, second);
	json_array_append_new(
		json_object_get(station, "contests"), json_string("c2"));
	define(json, &definition);
	assert_null(spelling_alike(&definition, &pair, &count));
	assert_int_equal(count, 0);
	free(pair);
	definition_free(&definition);
}

#define COMPOSED "Ren\u00e9e"
#define DECOMPOSED "Rene\u0301e"

static json_t *owner_of(json_t *json, const char *what)
{
	if (strcmp(what, "title") == 0)
		return json_object_get(json, "title");
	if (strcmp(what, "contest") == 0)
		return json_object_get(
			json_array_get(json_object_get(json, "contests"), 0),
			"title");
	if (strcmp(what, "station") == 0)
		return json_object_get(
			json_array_get(json_object_get(json, "stations"), 0),
			"name");
	if (strcmp(what, "list") == 0)
		return candidate(json, 0, 1);
	return json_object_get(candidate(json, 0, 1), "name");
}

/* All is in NFC but for one text, which may be in it too. */
static refusal checked(const char *what, const char *member, const char *text,
	char place[PLAN_PLACE_MOST])
{
	struct definition definition;
	json_t *json = document(2);
	assert_int_equal(json_object_set_new(owner_of(json, what), member,
				 json_string(text)),
		0);
	define(json, &definition);
	refusal refused = spelling_check(&definition, place);
	definition_free(&definition);
	return refused;
}

static void what_is_not_in_nfc_has_its_place(void **state)
{
	static const struct {
		const char *what, *member, *place;
	} row[] = {
		{ "title", "fa", "title.fa" },
		{ "title", "en", "title.en" },
		{ "contest", "fa", "contests[0].title.fa" },
		{ "candidate", "fa", "contests[0].candidates[1].name.fa" },
		{ "candidate", "en", "contests[0].candidates[1].name.en" },
		{ "list", "list", "contests[0].candidates[1].list" },
		{ "station", "en", "stations[0].name.en" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		char place[PLAN_PLACE_MOST];
		refusal refused =
			checked(row[i].what, row[i].member, DECOMPOSED, place);
		assert_non_null(refused);
		assert_non_null(strstr(refused, "NFC"));
		assert_string_equal(place, row[i].place);
		assert_null(
			checked(row[i].what, row[i].member, COMPOSED, place));
	}
}

/* An alef with its madda apart; a singleton; ZWNJ is as it should be. */
static void persian_is_looked_at_too(void **state)
{
	char place[PLAN_PLACE_MOST];
	(void)state;
	assert_non_null(checked("candidate", "fa", "ا\u0653ذر", place));
	assert_null(checked("candidate", "fa", "آذر", place));
	assert_non_null(checked("candidate", "en", "\u212bngstr", place));
	assert_null(checked("candidate", "fa", "علی\u200cپور", place));
}

/* Kurdish, Azeri and Arabic names are shown; what is not is named. */
static void what_the_screen_lacks_has_its_place(void **state)
{
	char place[PLAN_PLACE_MOST];
	refusal refused;
	(void)state;
	assert_null(checked("station", "fa", "گەڕەکی ڕاپەڕین", place));
	assert_null(checked("station", "fa", "ساڵی نوێ، ۆ", place));
	assert_null(checked("station", "en", "Ağrı Çaldıran Île", place));
	refused = checked("station", "fa", "شعبه 好", place);
	assert_non_null(refused);
	assert_non_null(strstr(refused, "screen cannot show"));
	assert_string_equal(place, "stations[0].name.fa: U+597D");
	assert_non_null(checked("candidate", "en", "AЖ", place));
	assert_string_equal(place, "contests[0].candidates[1].name.en: U+0416");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_screen_lacks_has_its_place),
		cmocka_unit_test(what_looks_alike_is_folded_to_one),
		cmocka_unit_test(every_decimal_digit_is_one_of_ours),
		cmocka_unit_test(two_of_one_name_are_found),
		cmocka_unit_test(each_language_has_its_own_pairs),
		cmocka_unit_test(contests_are_apart),
		cmocka_unit_test(what_is_not_in_nfc_has_its_place),
		cmocka_unit_test(persian_is_looked_at_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
