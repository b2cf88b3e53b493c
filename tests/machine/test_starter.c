/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The starter: this program executes itself as it. What it forks is in the
 * count role's sandbox, is a child of who asked, and has no box but its own.
 */
#include "appliance/machine/memfd.h"
#include "appliance/machine/peer.h"
#include "appliance/machine/roles.h"
#include "tests/support/confined.h"
#include "tests/support/election.h"
#include "tests/support/patience.h"
#include "tests/support/told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE = 120, PLAN_MOST = 1 << 16, AT_ONCE = 8, STATIONS = 200 };

static int memfd_of_plan(const struct plan *plan)
{
	static uint8_t space[PLAN_MOST];
	struct writer out = writer_of(space, sizeof(space));
	plan_encode(&out, plan);
	return memfd_written(&out);
}

static int plan_memfd(void)
{
	struct village village;
	village_init(&village);
	return memfd_of_plan(&village.plan);
}

static void init_station(struct station *station, unsigned number)
{
	const uint8_t scalar[P256_SIZE] = { [P256_SIZE - 2] = 1,
		[P256_SIZE - 1] = (uint8_t)number };
	struct p256_private *key;
	assert_null(p256_from_scalar(scalar, &key));
	*station = (struct station){ .key = p256_public_of(key),
		.contests = { { 1 } },
		.ballots_issued = 100,
		.boxes = 1 };
	snprintf(station->id, sizeof(station->id), "station-%u", number);
	p256_free(key);
}

static struct peer start(int plan, enum sandbox_setting setting)
{
	struct peer starter;
	assert_null(peer_start(&starter, ROLE_STARTER, setting, &plan, 1));
	return starter;
}

static struct peer start_count(struct peer *starter, struct bytes box)
{
	struct peer count;
	struct notice why;
	const int memfd = memfd_of(box);
	if (!peer_ask_count(starter, memfd, &count, &why) ||
		!peer_started(starter, &count, &why))
		fail_msg("%s", notice_told(&why));
	close(memfd);
	return count;
}

/* It has entered its sandbox before it answers anything. */
static void expect_refusal(struct peer *count, const char *line)
{
	static const struct count_box any;
	struct wire_message message;
	struct notice why;
	assert_int_equal(
		peer_ask(count, SAY(COUNT_BOX, &any), NULL, 0, &message, &why),
		ANSWER_REFUSED);
	assert_string_equal(notice_told(&why), line);
}

static void test_what_it_forks_is_as_the_count_role_s_row_says(void **state)
{
	const enum sandbox_setting setting = confined_setting();
	const struct sandbox_spec *spec = role_row_of(ROLE_COUNT)->sandbox;
	const int plan = plan_memfd();
	(void)state;
	if (setting != SANDBOX_IMAGE)
		skip();
	struct peer starter = start(plan, setting);
	struct peer count = start_count(&starter, bytes_of_text("no items"));
	expect_refusal(&count, "the box cannot be judged: a list of items is "
			       "cut short");
	const pid_t pid = count.process.pid;
	assert_int_equal(confined_check_state(spec, pid, stderr), 0);
	assert_false(confined_is_readable(spec, pid));
	peer_stop(&count);
	peer_stop(&starter);
	close(plan);
}

static void test_processes_end_one_by_one(void **state)
{
	const int plan = plan_memfd();
	struct peer starter = start(plan, confined_setting());
	struct peer count[AT_ONCE];
	siginfo_t end;
	(void)state;
	for (size_t i = 0; i < AT_ONCE; i++)
		count[i] = start_count(&starter, bytes_of_text("a box"));
	for (size_t i = 0; i < AT_ONCE; i++) {
		assert_false(spawn_reap(&count[i].process, 0, &end));
		peer_stop(&count[i]);
	}
	peer_stop(&starter);
	close(plan);
}

/* A count role that is being started is told this meanwhile. */
static enum answer tell_early(enum wire_type type, struct notice *why)
{
	static const union wire_body any;
	const int plan = plan_memfd();
	const int box = memfd_of(bytes_of_text("no items"));
	struct peer starter = start(plan, confined_setting());
	struct peer count;
	struct wire_message message;
	assert_true(peer_ask_count(&starter, box, &count, why));
	peer_tell(&count, (struct wire_said){ type, &any }, NULL, 0);
	assert_true(peer_started(&starter, &count, why));
	const enum answer answer = peer_next(&count, &message, why);
	peer_stop(&count);
	peer_stop(&starter);
	close(box);
	close(plan);
	return answer;
}

static void test_what_it_is_told_early_waits_for_it(void **state)
{
	struct notice why;
	(void)state;
	assert_int_equal(tell_early(COUNT_BOX, &why), ANSWER_REFUSED);
	assert_string_equal(notice_told(&why),
		"the box cannot be judged: a list of items is cut short");
}

static void test_who_cannot_be_told_is_not_waited_for(void **state)
{
	struct notice why;
	(void)state;
	assert_int_equal(tell_early(TALLY_CLOSE, &why), ANSWER_BROKEN);
	assert_non_null(strstr(notice_told(&why), "the peer has gone"));
}

static void test_a_box_that_is_no_sealed_memfd_is_not_taken(void **state)
{
	const int plan = plan_memfd();
	struct peer starter = start(plan, confined_setting());
	struct peer count;
	struct wire_message message;
	struct notice why;
	(void)state;
	assert_true(peer_ask_count(&starter, STDIN_FILENO, &count, &why));
	assert_true(peer_started(&starter, &count, &why));
	assert_int_equal(peer_next(&count, &message, &why), ANSWER_BROKEN);
	assert_non_null(
		strstr(notice_told(&why), "descriptors are not as listed"));
	peer_stop(&starter);
	close(plan);
}

static void test_an_election_may_have_many_stations(void **state)
{
	static struct station station[STATIONS];
	struct village village;
	(void)state;
	village_init(&village);
	for (unsigned i = 0; i < STATIONS; i++)
		init_station(&station[i], i);
	village.plan.station = station;
	village.plan.stations = STATIONS;
	const int plan = memfd_of_plan(&village.plan);
	struct peer starter = start(plan, confined_setting());
	struct peer count = start_count(&starter, bytes_of_text("a box"));
	peer_stop(&count);
	peer_stop(&starter);
	close(plan);
}

static void test_without_a_plan_nothing_is_started(void **state)
{
	const int plan = memfd_of(bytes_of_text("no plan"));
	struct peer starter = start(plan, confined_setting());
	struct peer count;
	struct notice why;
	(void)state;
	assert_true(peer_ask_count(&starter, plan, &count, &why));
	assert_false(peer_started(&starter, &count, &why));
	assert_non_null(strstr(notice_told(&why), "the starter role: "));
	peer_stop(&starter);
	close(plan);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_what_it_forks_is_as_the_count_role_s_row_says),
		cmocka_unit_test(test_processes_end_one_by_one),
		cmocka_unit_test(test_what_it_is_told_early_waits_for_it),
		cmocka_unit_test(test_who_cannot_be_told_is_not_waited_for),
		cmocka_unit_test(
			test_a_box_that_is_no_sealed_memfd_is_not_taken),
		cmocka_unit_test(test_an_election_may_have_many_stations),
		cmocka_unit_test(test_without_a_plan_nothing_is_started),
	};
	int status;
	if (roles_main(argc, argv, &status))
		_exit(status);
	patience(PATIENCE);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
