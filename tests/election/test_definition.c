/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An election's definition, JSON: the sample city is read as it was made; with
 * one piece put in place of another, the fault is named with its place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "appliance/election/sample.h"
#include "appliance/formats/crypto.h"
#include "tests/support/election.h"

static void the_city_is_read(void **state)
{
	char error[DEFINITION_ERROR_MOST];
	char *json = city_json();
	struct definition city;
	struct digest digest = sha256(bytes_of_text(json));
	(void)state;
	if (!definition_parse(&city, bytes_of_text(json), error))
		fail_msg("%s", error);
	free(json);
	assert_true(digest_equal(&city.plan.definition, &digest));
	assert_string_equal(city.plan.id, "sabzdasht-1405");
	assert_false(city.plan.rehearsal);
	assert_true(city.software_tpm);
	assert_int_equal(city.image.byte[0], 2);
	assert_int_equal(city.ek_cas, 1);
	assert_int_equal(city.ek_ca[0].byte[0], 1);
	assert_int_equal(city.plan.roster[OFFICERS].quorum.need, 2);
	assert_int_equal(city.plan.roster[OFFICERS].quorum.of, 3);
	assert_string_equal(city.plan.roster[AUDITORS].id[2], "auditor-3");
	assert_int_equal(
		city.plan.roster[AUDITORS].quorum.member[2].board, SUPERVISORY);
	assert_string_equal(city.plan.recipient[0].id, "escrow");
	assert_int_equal(city.plan.contest[0].seats, SAMPLE_SEATS);
	assert_int_equal(city.plan.contest[0].alternates, SAMPLE_ALTERNATES);
	assert_int_equal(city.plan.contest[0].candidates, SAMPLE_CANDIDATES);
	assert_int_equal(city.plan.contest[0].tie_breaks, 2);
	assert_int_equal(city.plan.candidate[59].code, 160);
	assert_string_equal(city.candidate_name[0].fa, "مریم کریمی");
	assert_string_equal(city.candidate_name[0].en, "Maryam Karimi");
	assert_null(city.candidate_list[0]);
	assert_string_equal(city.plan.station[11].id, "station-12");
	assert_int_equal(city.plan.station[11].boxes, 1);
	assert_string_equal(city.station_name[1].en, "Danesh High School");
	definition_free(&city);
}

/*
 * One piece of the city's JSON put in place of another, and how the error
 * begins.
 */
static const struct {
	const char *from;
	const char *to;
	const char *error;
#define FOUR "\"\", \"\", \"\", \"\", "
} wrong[] = {
	{ "sandoq/definition/v1", "sandoq/definition/v2",
		"format: must be \"sandoq/definition/v1\"" },
	{ "\"rehearsal\": false", "\"rehearsal\": 0",
		"rehearsal: must be true or false" },
	{ "\"rehearsal\": false", "\"rehearsal\": false, \"rehearsal\": true",
		"rehearsal: is there twice" },
	{ "\"rehearsal\": false", "\"rehearsal\":\n, false", "line 9: this" },
	{ "\"recipients\": [", "\"recipients\": [3, ",
		"recipients[0]: must be an object" },
	{ "\"rehearsal\": false,", "", "rehearsal: is missing" },
	{ "\"rehearsal\": false", "\"rehearsal\": false, \"seats\": 3",
		"seats: is not a member" },
	{ "\"format\"", "\"a\\u202e\\n\": 3, \"format\"",
		"(a strange name): is not a member" },
	{ "\"sabzdasht-1405\"", "\"Sabzdasht\"", "id: must be 1 to 32 of" },
	{ "\"sabzdasht-1405\"", "\"a\\nb\"", "id: must be a text" },
	{ "\"sabzdasht-1405\"", "\"\"", "id: must be a text" },
	/* A right-to-left override: 2803 behind it is read as 3082. */
	{ "\"Maryam Karimi\"", "\"Maryam\u202e Karimi\"",
		"contests[0].candidates[0].name.en: must be a text" },
	{ "\"0200", "\"0g00", "image: must be 64" },
	{ "\"0100", "\"00", "ek_cas[0]: must be 64" },
	{ "\"ek_cas\": [", "\"ek_cas\": [" FOUR FOUR FOUR FOUR,
		"ek_cas: must have 1 to 16 items" },
	{ "\"software_tpm\": true",
		"\"language\": \"ar\", \"software_tpm\": true",
		"language: must be \"fa\" or \"en\"" },
	{ "\"software_tpm\": true", "\"software_tpm\": \"yes\"",
		"software_tpm: must be true or false" },
	{ "\"operators\": [", "\"operators\": {}, \"officials\": [",
		"officials: is not a member" },
	{ "\"supervisory\"", "\"other\"",
		"operators[2].board: must be \"executive\"" },
	{ "\"officer-2\"", "\"officer-22\"",
		"officers[1].key: is a verifier key whose name" },
	{ "auditor-1+", "auditor-1-", "auditors[0].key: " },
	{ "\"need\": 2", "\"need\": 4", "quorum.boot.need: must be at least" },
	{ "\"need\": 2", "\"need\": 1", "quorum.boot.need: must be at least" },
	{ "\"need\": 2", "\"need\": 10", "quorum.boot.need: must be 1 to 9" },
	{ "\"each\": 1", "\"each\": 2", "quorum.boot.each: must be at least" },
	{ "\"each\": 1", "\"each\": 0", "quorum.boot.each: must be 1 to 4" },
	{ "\"each\": 1", "\"each\": 5", "quorum.boot.each: must be 1 to 4" },
	{ "\"of\": 3", "\"of\": 4",
		"quorum.boot.of: must be the number of members" },
	{ "\"age1tag1", "\"age1tagg", "recipients[0].key: " },
	{ "relative-majority/1", "list-proportional/0-pilot",
		"contests[0].rule: is a pilot's: the contest must say "
		"\"pilot\": true" },
	{ "\"relative-majority/1\"",
		"\"list-proportional/0-pilot\", \"pilot\": false",
		"contests[0].rule: is a pilot's" },
	{ "\"relative-majority/1\"", "\"list-proportional/1\", \"pilot\": true",
		"contests[0].rule: must be \"relative-majority/1\"" },
	{ "\"relative-majority/1\"", "\"relative-majority/1\", \"pilot\": true",
		"contests[0].pilot: is for list-proportional/0-pilot alone" },
	{ "\"relative-majority/1\"", "\"relative-majority/1\", \"pilot\": 1",
		"contests[0].pilot: must be true or false" },
	{ "\"code\": 113", "\"code\": 113, \"withdrawn\": \"yes\"",
		"contests[0].candidates[12].withdrawn: must be true or false" },
	{ "\"seats\": 13", "\"seats\": 13.0",
		"contests[0].seats: must be 1 to 65535" },
	{ "\"seats\": 13", "\"seats\": 0",
		"contests[0].seats: must be 1 to 65535" },
	{ "\"seats\": 13", "\"seats\": -1",
		"contests[0].seats: must be 1 to 65535" },
	{ "\"seats\": 13", "\"seats\": 61",
		"contests[0].seats: must be at most the number of candidates" },
	{ "\"alternates\": 8", "\"alternates\": 61",
		"contests[0].alternates: must be at most the number of" },
	{ "\"max_choices\": 13", "\"max_choices\": 1025",
		"contests[0].max_choices: must be 1 to 1024" },
	{ "\"alternates\": 8", "\"alternates\": 65536",
		"contests[0].alternates: must be 0 to 65535" },
	{ "\"code\": 113", "\"code\": 65536",
		"contests[0].candidates[12].code: must be 1 to 65535" },
	{ "\"code\": 113", "\"code\": \"113\"",
		"contests[0].candidates[12].code: must be 1 to 65535" },
	{ "\"code\": 113", "\"code\": 101",
		"contests[0].candidates[12].code: is the code of another" },
	{ "\"code\": 113", "\"code\": 113, \"list\": \"\"",
		"contests[0].candidates[12].list: must be a text" },
	{ "\"en\": \"Maryam Karimi\"", "\"de\": \"Maryam Karimi\"",
		"contests[0].candidates[0].name.de: is not a member" },
	{ ",\n            \"en\": \"Maryam Karimi\"", "",
		"contests[0].candidates[0].name.en: is missing" },
	{ "\"contests\": [\n        \"council\"",
		"\"contests\": [\n        \"mayor\"",
		"stations[0].contests[0]: is no contest of this definition" },
	{ "\"contests\": [\n        \"council\"",
		"\"contests\": [\n        \"council\", \"council\"",
		"stations[0].contests[1]: is named twice" },
	{ "\"ballots_issued\": 2000", "\"ballots_issued\": 4294967296",
		"stations[0].ballots_issued: must be 1 to 4294967295" },
	{ "\"ballots_issued\": 2000", "\"ballots_issued\": 2000, \"boxes\": 0",
		"stations[0].boxes: must be 1 to 65535" },
};

static char *with(const char *json, const char *from, const char *to)
{
	const char *at = strstr(json, from);
	char *changed = NULL;
	if (at == NULL)
		fail_msg("%s is not in the sample", from);
	assert_true(asprintf(&changed, "%.*s%s%s", (int)(at - json), json, to,
			    at + strlen(from)) > 0);
	return changed;
}

static void read_with(const char *from, const char *to, struct definition *city)
{
	char error[DEFINITION_ERROR_MOST] = "";
	char *json = city_json();
	char *changed = with(json, from, to);
	if (!definition_parse(city, bytes_of_text(changed), error))
		fail_msg("%s", error);
	free(changed);
	free(json);
}

/* What stations name of contests is known before, wherever it stands. */
static void members_come_in_any_order(void **state)
{
	struct definition city;
	struct definition turned;
	char *json = city_json();
	char error[DEFINITION_ERROR_MOST] = "";
	char *other = NULL;
	char *const stations = strstr(json, ",\n  \"stations\":");
	(void)state;
	assert_non_null(stations);
	city_definition(&city);
	*strrchr(json, '}') = '\0';
	*stations = '\0';
	assert_true(asprintf(&other, "{%s,%s}", stations + 1, json + 1) > 0);
	if (!definition_parse(&turned, bytes_of_text(other), error))
		fail_msg("%s", error);
	assert_int_equal(turned.plan.stations, city.plan.stations);
	assert_string_equal(turned.plan.station[11].id, "station-12");
	assert_true(contests_equal(&turned.plan.station[11].contests,
		&city.plan.station[11].contests));
	assert_string_equal(
		turned.station_name[11].fa, city.station_name[11].fa);
	assert_string_equal(turned.title.en, city.title.en);
	definition_free(&turned);
	definition_free(&city);
	free(other);
	free(json);
}

static void a_pilot_is_declared(void **state)
{
	struct definition city;
	(void)state;
	read_with("\"relative-majority/1\"",
		"\"list-proportional/0-pilot\", \"pilot\": true", &city);
	assert_int_equal(city.plan.contest[0].rule, LIST_PROPORTIONAL_0_PILOT);
	definition_free(&city);
}

static void lists_and_withdrawals_are_read(void **state)
{
	struct definition city;
	(void)state;
	read_with("\"code\": 113",
		"\"code\": 113, \"list\": \"blue\", \"withdrawn\": true",
		&city);
	assert_string_equal(city.candidate_list[12], "blue");
	assert_int_equal(city.plan.candidate[12].list, 1);
	assert_true(city.plan.candidate[12].withdrawn);
	assert_int_equal(city.plan.candidate[13].list, 0);
	assert_false(city.plan.candidate[13].withdrawn);
	definition_free(&city);
}

static void what_is_wrong_is_named_with_its_place(void **state)
{
	char error[DEFINITION_ERROR_MOST];
	char *json = city_json();
	struct definition city;
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		char *changed = with(json, wrong[i].from, wrong[i].to);
		if (definition_parse(&city, bytes_of_text(changed), error))
			fail_msg("%s is accepted", wrong[i].to);
		if (strncmp(error, wrong[i].error, strlen(wrong[i].error)) != 0)
			fail_msg("%s, not %s", error, wrong[i].error);
		free(changed);
	}
	free(json);
}

static void a_key_in_two_roles_is_refused(void **state)
{
	char error[DEFINITION_ERROR_MOST];
	char *json = city_json();
	struct definition city;
	const char *auditor = strstr(json, "\"id\": \"auditor-1\"");
	const char *key = strstr(auditor, "auditor-1+");
	const char *officer = strstr(json, "\"id\": \"officer-1\"");
	const char *end = strchr(officer, '}');
	char *changed = NULL;

	(void)state;
	/* The officer's whole entry becomes the auditor's. */
	assert_true(asprintf(&changed,
			    "%.*s\"id\": \"auditor-1\", \"board\": "
			    "\"executive\", \"key\": \"%.*s\"%s",
			    (int)(officer - json), json,
			    (int)(strchr(key, '"') - key), key, end) > 0);
	assert_false(definition_parse(&city, bytes_of_text(changed), error));
	assert_non_null(strstr(error, "another holder of a key"));
	free(changed);
	free(json);
}

static void what_is_no_object_is_refused(void **state)
{
	static const char *const text[] = { "", "[]", "3", "{", "{}", "null",
		"{} {}", "\xff", "\xef\xbb\xbf{}",
		"{\"format\": \"\\u0000\"}" };
	char error[DEFINITION_ERROR_MOST];
	struct definition definition;
	(void)state;
	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++) {
		assert_false(definition_parse(
			&definition, bytes_of_text(text[i]), error));
		assert_true(strlen(error) > 0);
		assert_true(text_is_clean(bytes_of_text(error)));
	}
}

static void deep_nesting_is_refused(void **state)
{
	enum { DEPTH = 100000 };
	char error[DEFINITION_ERROR_MOST];
	struct definition definition;
	char *deep = malloc(DEPTH);

	(void)state;
	memset(deep, '[', DEPTH);
	assert_false(
		definition_parse(&definition, bytes_of(deep, DEPTH), error));
	free(deep);
}

static void what_is_too_large_is_refused(void **state)
{
	char error[DEFINITION_ERROR_MOST];
	struct definition definition;
	struct bytes large = bytes_of("{}", DEFINITION_SIZE_MOST + 1);
	(void)state;
	assert_false(definition_parse(&definition, large, error));
	assert_non_null(
		strstr(error, "the definition is larger than 31 MiB: "));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_city_is_read),
		cmocka_unit_test(members_come_in_any_order),
		cmocka_unit_test(a_pilot_is_declared),
		cmocka_unit_test(lists_and_withdrawals_are_read),
		cmocka_unit_test(what_is_wrong_is_named_with_its_place),
		cmocka_unit_test(a_key_in_two_roles_is_refused),
		cmocka_unit_test(what_is_no_object_is_refused),
		cmocka_unit_test(deep_nesting_is_refused),
		cmocka_unit_test(what_is_too_large_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
