/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roles taken over: this program executes itself as each of them, in its true
 * sandbox, and lets one process run hostile code. What it can do to a count,
 * and what it cannot, is the table of tests/support/taken_over.c.
 */
#include "appliance/election/result.h"
#include "appliance/formats/crypto.h"
#include "appliance/machine/memfd.h"
#include "appliance/machine/roles.h"
#include "appliance/machine/session.h"
#include "appliance/record/items.h"
#include "tests/support/confined.h"
#include "tests/support/patience.h"
#include "tests/support/sealed_village.h"
#include "tests/support/taken_over.h"
#include "tests/support/told.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE = 600, BALLOTS = 40, ISSUED = 100, SHORT_WAIT = 3000 };

/* What execve gives to the roles; NULL: nothing. */
static char *const *told;

#define ROLE_MAIN(role, number)                                                \
	int __real_role_##role(void);                                          \
	int __wrap_role_##role(void);                                          \
	int __wrap_role_##role(void)                                           \
	{                                                                      \
		return taken_over(number, __real_role_##role);                 \
	}
ROLE_MAIN(journal, ROLE_JOURNAL)
ROLE_MAIN(keys, ROLE_KEYS)
ROLE_MAIN(media, ROLE_MEDIA)
ROLE_MAIN(console, ROLE_CONSOLE)
ROLE_MAIN(intake, ROLE_INTAKE)
ROLE_MAIN(define, ROLE_DEFINE)
ROLE_MAIN(count, ROLE_COUNT)
ROLE_MAIN(tally, ROLE_TALLY)
ROLE_MAIN(publish, ROLE_PUBLISH)
ROLE_MAIN(starter, ROLE_STARTER)

/* What the starter forks. */
static const struct counter *prepared;
int __real_role_count_with(const struct counter *);
int __wrap_role_count_with(const struct counter *);

static int count_with_it(void)
{
	return __real_role_count_with(prepared);
}

int __wrap_role_count_with(const struct counter *counter)
{
	prepared = counter;
	return taken_over(ROLE_COUNT, count_with_it);
}

int __real_execve(const char *, char *const *, char *const *);
int __wrap_execve(const char *, char *const *, char *const *);
int __real_poll(struct pollfd *, nfds_t, int);
int __wrap_poll(struct pollfd *, nfds_t, int);

int __wrap_execve(
	const char *path, char *const *arguments, char *const *environment)
{
	return __real_execve(path, arguments, told ? told : environment);
}

/* For a role that stalls the supervisor waits three seconds, not minutes. */
static bool impatient;

int __wrap_poll(struct pollfd *wait, nfds_t count, int milliseconds)
{
	return __real_poll(wait, count,
		impatient && milliseconds > SHORT_WAIT ? SHORT_WAIT
						       : milliseconds);
}

/*
 * An election of two boxes, of which one takes its process over
 */

static struct sealed_village sealed;
static char *honest_text;
static struct result honest;
static uint8_t secret[SECRETS][SECRET_SIZE];

static void read_result(struct result *out, const char *text)
{
	size_t line;
	assert_null(result_parse_whole(
		out, &sealed.village.plan, bytes_of_text(text), &line));
}

/* The file key of a box, as only the keys role can know it. */
static void learn_file_key(size_t box, uint8_t out[SECRET_SIZE])
{
	struct age_header header;
	struct age_file_key key;
	struct bytes items;
	struct bytes file;
	assert_null(memfd_map(sealed.box[box], ITEMS_MOST, &items));
	assert_true(items_find(items, "age", &file));
	assert_null(age_header_parse(file, &header));
	assert_null(age_unwrap(&header.stanza[0], sealed.bk, &key));
	memcpy(out, key.byte, SECRET_SIZE);
	memfd_unmap(&items);
}

static int make_election(void **state)
{
	struct count_outcome outcome;
	struct notice why;
	(void)state;
	sealed_village_init(&sealed, confined_setting(), ISSUED, 2);
	sealed.task.at_once = 2;
	sealed_village_add_ballots(&sealed, SOUTH, 1, BALLOTS);
	sealed_village_add_ballots(&sealed, NORTH, 1, BALLOTS);
	learn_file_key(0, secret[SECRET_OWN_KEY]);
	learn_file_key(1, secret[SECRET_OTHER_KEY]);
	sealed_village_secret(&sealed, secret[SECRET_BOX_KEY], SECRET_SIZE);
	assert_true(sealed_village_count(&sealed, &outcome, &why));
	assert_int_equal(outcome.counted, 2);
	honest_text = outcome_text_of(&sealed, &outcome);
	read_result(&honest, honest_text);
	return 0;
}

static int drop_election(void **state)
{
	(void)state;
	result_free(&honest);
	free(honest_text);
	sealed_village_free(&sealed);
	return 0;
}

static bool same_station(const struct result *result, uint16_t station)
{
	struct tally one, other;
	assert_true(result_tally(&honest, station, &one));
	assert_true(result_tally(result, station, &other));
	const bool same =
		memcmp(one.cell, other.cell, one.size * sizeof(*one.cell)) == 0;
	tally_free(&one);
	tally_free(&other);
	return same;
}

/* Totals follow from the stations': result_parse has checked every sum. */
static void others_are_the_same(const struct result *result)
{
	for (unsigned s = 0; s < VILLAGE_STATIONS; s++)
		assert_true(s == SOUTH || same_station(result, (uint16_t)s));
	for (size_t i = 0; i < result->boxes; i++)
		if (result->box[i].station != SOUTH)
			assert_memory_equal(&result->box[i], &honest.box[0],
				sizeof(honest.box[0]));
}

static void expect_own_vector(const struct result *result)
{
	others_are_the_same(result);
	assert_int_equal(result->boxes, 2);
	assert_int_equal(result->voids, 0);
	assert_false(same_station(result, SOUTH));
}

static void expect_own_void(const struct result *result, const char *why)
{
	others_are_the_same(result);
	assert_int_equal(result->boxes, 1);
	assert_int_equal(result->voids, 1);
	assert_int_equal(result->voided[0].entry, 0);
	assert_int_equal(result->voided[0].station, SOUTH);
	assert_string_equal(result->voided[0].reason, why);
}

static void expect_result(const struct attack *attack, const char *text)
{
	struct result result;
	if (attack->effect == SAME_RESULT) {
		assert_string_equal(text, honest_text);
		return;
	}
	if (attack->effect == OTHER_RESULT) {
		assert_string_not_equal(text, honest_text);
		return;
	}
	read_result(&result, text);
	if (attack->effect == OWN_VECTOR)
		expect_own_vector(&result);
	else
		expect_own_void(&result, attack->why);
	result_free(&result);
}

static bool is_late(const char *why)
{
	return why != NULL && strcmp(why, taken_over_late) == 0;
}

static void try_attack(size_t number)
{
	const struct attack *attack = &attacks[number];
	struct count_outcome outcome;
	struct notice why = { .part[0].id = NOTICE_NONE };
	print_message("# a %s process that %s\n", role_name(attack->role),
		attack->name);
	told = attack_environment(
		number, (const uint8_t(*)[SECRET_SIZE])secret);
	impatient = is_late(attack->why);
	const bool counted = sealed_village_count(&sealed, &outcome, &why);
	impatient = false;
	told = NULL;
	if (counted) {
		char *text = outcome_text_of(&sealed, &outcome);
		if (attack->effect == NO_RESULT)
			fail_msg("%s: there is a result", attack->name);
		expect_result(attack, text);
		free(text);
	} else if (attack->effect != NO_RESULT ||
		   strstr(notice_told(&why), attack->why) == NULL)
		fail_msg("%s: %s", attack->name, notice_told(&why));
}

static void a_count_or_tally_process_can_do_what_the_table_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < attack_count; i++)
		try_attack(i);
}

/* An intake process says where a box belongs; the count process knows better.
 */
static void a_place_that_was_made_up_voids_that_box_alone(void **state)
{
	const struct count_place true_one = sealed.place[0];
	const struct count_place made_up[] = {
		{ 0, NORTH, 2, true_one.text, false },
		{ 0, SOUTH, 2, true_one.text, false },
		{ 0, VILLAGE_STATIONS, 1, true_one.text, false },
		{ 0, JOURNAL_NO_STATION - 1, 0, true_one.text, false },
		{ 0, JOURNAL_NO_STATION, 1, true_one.text, false },
		{ 0, true_one.station, true_one.sequence, { { 1 } }, false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(made_up) / sizeof(made_up[0]); i++) {
		struct count_outcome outcome;
		struct notice why;
		struct result result;
		sealed.place[0] = made_up[i];
		assert_true(sealed_village_count(&sealed, &outcome, &why));
		char *text = outcome_text_of(&sealed, &outcome);
		read_result(&result, text);
		others_are_the_same(&result);
		assert_int_equal(result.boxes, 1);
		assert_int_equal(result.voids, 1);
		assert_int_equal(result.voided[0].station,
			made_up[i].station < VILLAGE_STATIONS
				? made_up[i].station
				: -1);
		result_free(&result);
		free(text);
	}
	sealed.place[0] = true_one;
}

/* Nothing is left of it: the next count is as it should be. */
static void the_next_count_is_as_it_should_be(void **state)
{
	struct count_outcome outcome;
	struct notice why;
	(void)state;
	assert_true(sealed_village_count(&sealed, &outcome, &why));
	char *text = outcome_text_of(&sealed, &outcome);
	assert_string_equal(text, honest_text);
	free(text);
}

/*
 * Any role
 */

static const struct wire_row *first_question(enum role role)
{
	for (size_t i = 0; i < wire_table_size; i++)
		if (wire_table[i].to == role)
			return &wire_table[i];
	fail_msg("nobody asks the %s role", role_name(role));
	return NULL;
}

struct granted {
	int file[SPAWN_GRANTS_MOST];
	size_t count;
};

/* False when this user has no such descriptor to grant. */
static bool grant(enum role role, struct granted *out)
{
	const struct sandbox_spec *spec = role_row_of(role)->sandbox;
	static struct confined confined;
	bool whole = true;
	out->count = 0;
	confined_prepare(&confined, spec, "/dev/loop0");
	for (size_t i = 1; i < spec->descriptor_count; i++) {
		const struct sandbox_descriptor *d = &confined.descriptor[i];
		out->file[out->count++] = confined_open(&confined, d, -1);
		whole = whole && d->kind == spec->descriptors[i].kind;
	}
	return whole;
}

static void take_back(struct granted *granted)
{
	while (granted->count > 0)
		close(granted->file[--granted->count]);
}

static bool may(enum role role, const struct misdeed *misdeed)
{
	const struct sandbox_spec *spec = role_row_of(role)->sandbox;
	/* Whoever may open some paths has Landlock for all others. */
	return spec->path_count > 0 && strncmp(misdeed->name, "opens", 5) == 0;
}

static bool lets_through(enum role role, long call)
{
	const struct sandbox_spec *spec = role_row_of(role)->sandbox;
	for (size_t i = 0; i < spec->call_count; i++)
		if (spec->calls[i].number == call)
			return true;
	return false;
}

static const char *why_it_ends(enum role role, const struct misdeed *misdeed)
{
	return misdeed->call == 0 || lets_through(role, misdeed->call)
		       ? misdeed->why
		       : taken_over_forbidden;
}

/* Who waits for a stick may be kept waiting by it: that ends no boot. */
static bool waits_for_a_stick(enum role role)
{
	return role == ROLE_INTAKE || role == ROLE_PUBLISH;
}

/* As session_ask does it: the boot ends, and the console says which role. */
static void expect_end(enum role role, const struct misdeed *misdeed,
	const struct session *session, bool answered)
{
	char start[64];
	snprintf(start, sizeof(start), "the %s role: ", role_name(role));
	assert_false(answered);
	const char *why = why_it_ends(role, misdeed);
	if (why == NULL) {
		assert_false(session->broken);
		assert_string_equal(notice_told(&session->why), "no");
		return;
	}
	if (waits_for_a_stick(role) && is_late(why)) {
		assert_false(session->broken);
		assert_string_equal(notice_told(&session->why),
			"the medium is too slow, or broken: insert it again, "
			"or bring another");
		return;
	}
	if (!session->broken ||
		strncmp(notice_told(&session->why), start, strlen(start)) !=
			0 ||
		strstr(notice_told(&session->why), why) == NULL)
		fail_msg("%s that %s: %s", role_name(role), misdeed->name,
			notice_told(&session->why));
}

static void try_misdeed(enum role role, const struct misdeed *misdeed,
	const struct granted *granted)
{
	static const union wire_body body;
	static struct session session;
	const struct wire_row *question = first_question(role);
	const int held[WIRE_DESCRIPTORS_MOST] = { 0, 1, 2 };
	struct wire_message answer;
	struct peer peer;
	session = (struct session){ .setting = confined_setting() };
	told = misdeed_environment((size_t)(misdeed - misdeeds));
	assert_true(session_start_role(
		&session, &peer, role, granted->file, granted->count));
	told = NULL;
	impatient = is_late(misdeed->why);
	const bool answered = session_ask(&session, &peer,
		(struct wire_said){ question->type, &body }, held,
		question->descriptors_least, DONE, &answer);
	impatient = false;
	expect_end(role, misdeed, &session, answered);
	peer_stop(&peer);
}

static void any_role_ends_the_boot_by_a_misdeed(void **state)
{
	size_t tried = 0;
	(void)state;
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++) {
		struct granted granted;
		const bool whole = grant(role, &granted);
		for (size_t i = 0; whole && i < misdeed_count; i++)
			if (!may(role, &misdeeds[i])) {
				try_misdeed(role, &misdeeds[i], &granted);
				tried++;
			}
		take_back(&granted);
	}
	print_message("%zu misdeeds\n", tried);
	assert_true(tried > 0);
}

/*
 * Secrets on the wire
 */

static bool has_field(const struct wire_row *row, enum wire_type of)
{
	return row->body == wire_row_of(of)->body;
}

/* Key material leaves the keys role for two roles, and no other message. */
static void keys_travel_to_their_users_alone(void **state)
{
	size_t file_keys = 0;
	size_t mac_keys = 0;
	(void)state;
	for (size_t i = 0; i < wire_table_size; i++) {
		const struct wire_row *row = &wire_table[i];
		if (has_field(row, COUNT_KEY) || has_field(row, KEYS_OPENED)) {
			file_keys++;
			assert_true(row->from == ROLE_KEYS ||
				    row->to == ROLE_COUNT);
		}
		if (has_field(row, JOURNAL_UNLOCK) ||
			has_field(row, KEYS_STARTED)) {
			mac_keys++;
			assert_true(row->from == ROLE_KEYS ||
				    row->to == ROLE_JOURNAL);
		}
	}
	assert_int_equal(file_keys, 2);
	assert_true(mac_keys >= 3);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_count_or_tally_process_can_do_what_the_table_says),
		cmocka_unit_test(a_place_that_was_made_up_voids_that_box_alone),
		cmocka_unit_test(the_next_count_is_as_it_should_be),
		cmocka_unit_test(any_role_ends_the_boot_by_a_misdeed),
		cmocka_unit_test(keys_travel_to_their_users_alone),
	};
	int status;
	if (roles_main(argc, argv, &status))
		_exit(status);
	crypto_start();
	patience(PATIENCE);
	return cmocka_run_group_tests_name(
		"taken over", tests, make_election, drop_election);
}
