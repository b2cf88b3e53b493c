/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pass over boxes whose source or keys fail somewhere: all boxes are in the
 * result, or there is none. This program executes itself as the roles.
 */
#include "appliance/formats/crypto.h"
#include "appliance/machine/memfd.h"
#include "appliance/machine/roles.h"
#include "tests/support/patience.h"
#include "tests/support/scalar.h"
#include "tests/support/sealed_village.h"
#include "tests/support/told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	PATIENCE = 300,
	BOXES = 4,
	BALLOTS = 10,
	AT_ONCE_MOST = 5,
	/* Of keys that nobody else has. */
	ESCROW_SCALAR = 200,
	OTHER_SCALAR,
};

static struct sealed_village sealed;
static struct count_source whole;
/* The call that fails, from 0; BOXES or above: none. */
static size_t failing;
static size_t calls;

static int make_election(void **state)
{
	(void)state;
	sealed_village_init(&sealed, SANDBOX_DESK, 100, BOXES / 2);
	for (unsigned i = 0; i < BOXES; i++)
		sealed_village_add_ballots(&sealed, i % 2 ? SOUTH : NORTH,
			(uint16_t)(1 + i / 2), BALLOTS);
	whole = sealed.source;
	return 0;
}

static int drop_election(void **state)
{
	(void)state;
	sealed_village_free(&sealed);
	return 0;
}

static enum next_box next_or_fail(
	void *context, struct count_place *place, int *box, struct notice *why)
{
	if (calls++ != failing)
		return whole.next(context, place, box, why);
	*why = notice_saying("the disk is broken");
	return BOX_TROUBLE;
}

static enum opened open_or_fail(void *context, const struct count_place *place,
	const struct count_stanza *asked, struct count_key *out,
	struct notice *why)
{
	if (calls++ != failing)
		return whole.open(context, place, asked, out, why);
	*why = notice_saying("the TPM is broken");
	return STANZA_TROUBLE;
}

static enum opened open_or_void(void *context, const struct count_place *place,
	const struct count_stanza *asked, struct count_key *out,
	struct notice *why)
{
	if (calls++ != failing)
		return whole.open(context, place, asked, out, why);
	*why = notice_saying("the stanza is not for this key");
	return STANZA_VOID;
}

/* With a process at a time, and with more than there are boxes. */
static void each_failure(void (*expect)(size_t failed))
{
	for (unsigned at_once = 1; at_once <= AT_ONCE_MOST; at_once++)
		for (failing = 0; failing <= BOXES + 1; failing++) {
			sealed.task.at_once = at_once;
			calls = 0;
			expect(failing);
		}
	sealed.source = whole;
}

static void expect_boxes(size_t counted, size_t voided)
{
	struct count_outcome outcome;
	struct notice why;
	if (!sealed_village_count(&sealed, &outcome, &why))
		fail_msg("%s", notice_told(&why));
	assert_int_equal(outcome.counted, counted);
	assert_int_equal(outcome.voided, voided);
	close(outcome.result);
}

static void expect_none(const char *expected)
{
	struct count_outcome outcome;
	struct notice why;
	assert_false(sealed_village_count(&sealed, &outcome, &why));
	assert_string_equal(notice_told(&why), expected);
}

/* The source is asked once more than it has boxes. */
static void expect_no_part(size_t failed)
{
	if (failed <= BOXES)
		expect_none("the disk is broken");
	else
		expect_boxes(BOXES, 0);
}

static void a_source_in_trouble_gives_no_result(void **state)
{
	(void)state;
	sealed.source.next = next_or_fail;
	each_failure(expect_no_part);
}

static void expect_no_key(size_t failed)
{
	if (failed < BOXES)
		expect_none("the TPM is broken");
	else
		expect_boxes(BOXES, 0);
}

static void keys_in_trouble_give_no_result(void **state)
{
	(void)state;
	sealed.source.open = open_or_fail;
	each_failure(expect_no_key);
}

static void expect_void(size_t failed)
{
	expect_boxes(failed < BOXES ? BOXES - 1 : BOXES, failed < BOXES);
}

static void a_stanza_that_does_not_open_voids_its_box(void **state)
{
	(void)state;
	sealed.source.open = open_or_void;
	each_failure(expect_void);
}

/* The first box comes as the journal's entry of another place, or of another
 * note: it is void. */
static void expect_out_of_place(const struct count_place *said)
{
	const struct count_place own = sealed.place[0];
	struct count_outcome outcome;
	struct notice why;
	sealed.place[0] = *said;
	assert_true(sealed_village_count(&sealed, &outcome, &why));
	sealed.place[0] = own;
	char *text = outcome_text_of(&sealed, &outcome);
	assert_int_equal(outcome.counted, BOXES - 1);
	assert_int_equal(outcome.voided, 1);
	assert_non_null(strstr(text, " the box is not the one that has its "
				     "place in the journal\n"));
	free(text);
}

static void a_box_out_of_its_place_is_void(void **state)
{
	const struct count_place own = sealed.place[0];
	struct count_place said = own;
	(void)state;
	said.station = SOUTH;
	expect_out_of_place(&said);
	said = own;
	said.sequence = BOXES / 2;
	expect_out_of_place(&said);
	said = own;
	said.text.byte[31] ^= 1;
	expect_out_of_place(&said);
}

static void a_note_that_tells_another_number_voids_its_box(void **state)
{
	struct count_outcome outcome;
	struct notice why;
	(void)state;
	sealed_village_free(&sealed);
	sealed_village_init(&sealed, SANDBOX_DESK, 100, BOXES / 2);
	sealed_village_add_ballots(&sealed, NORTH, 1, BALLOTS);
	sealed.told_more = 1;
	sealed_village_add_ballots(&sealed, NORTH, 2, BALLOTS);
	assert_true(sealed_village_count(&sealed, &outcome, &why));
	char *text = outcome_text_of(&sealed, &outcome);
	assert_int_equal(outcome.counted, 1);
	assert_non_null(strstr(text, " the box holds another number of ballots "
				     "than its note says\n"));
	free(text);
}

static int memfd_of_plan(const struct plan *plan)
{
	static uint8_t space[1 << 16];
	struct writer out = writer_of(space, sizeof(space));
	plan_encode(&out, plan);
	const int memfd = memfd_written(&out);
	assert_true(memfd >= 0);
	return memfd;
}

/* The keys role seals file keys to whom the supervisor names. */
static void a_plan_of_other_recipients_is_not_counted(void **state)
{
	static const char refused[] =
		"the box cannot be judged: the plan has other recipients";
	const struct count_task task = sealed.task;
	struct recipients *named = &sealed.task.terms.recipients;
	struct plan *plan = &sealed.village.plan;
	(void)state;
	named->count = 1;
	named->key[0] = scalar_public(OTHER_SCALAR);
	expect_none(refused);
	plan->recipients = 1;
	plan->recipient[0] = (struct escrow){ .id = "escrow",
		.key = scalar_public(ESCROW_SCALAR) };
	sealed.task.plan = memfd_of_plan(plan);
	expect_none(refused);
	named->count = 0;
	expect_none(refused);
	close(sealed.task.plan);
	plan->recipients = 0;
	sealed.task = task;
}

static void boxes_are_counted_by_station_and_sequence(void **state)
{
	static const struct count_order_box came[] = { { 9, 2, 1 },
		{ 10, JOURNAL_NO_STATION, 0 }, { 11, 0, 2 }, { 12, 0, 300 },
		{ 13, 0, 1 }, { 14, 2, 1 }, { 15, 1, 1 } };
	static const uint64_t wanted[] = { 13, 11, 12, 15, 9, 14, 10 };
	enum { MANY = 1000 };
	struct count_order order = { 0 };
	(void)state;
	count_order_sort(&order);
	for (size_t i = 0; i < sizeof(came) / sizeof(came[0]); i++)
		assert_true(count_order_add(&order, &came[i]));
	count_order_sort(&order);
	assert_int_equal(order.count, sizeof(wanted) / sizeof(wanted[0]));
	for (size_t i = 0; i < order.count; i++)
		assert_int_equal(order.box[i].entry, wanted[i]);
	for (uint64_t i = 0; i < MANY; i++) {
		const struct count_order_box box = { MANY - i, 0, 7 };
		assert_true(count_order_add(&order, &box));
	}
	count_order_sort(&order);
	assert_int_equal(order.box[2].entry, 1);
	order.count = BOXES_MOST;
	assert_false(count_order_add(&order, &came[0]));
	count_order_free(&order);
	assert_int_equal(order.count, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_source_in_trouble_gives_no_result),
		cmocka_unit_test(keys_in_trouble_give_no_result),
		cmocka_unit_test(a_stanza_that_does_not_open_voids_its_box),
		cmocka_unit_test(a_box_out_of_its_place_is_void),
		cmocka_unit_test(
			a_note_that_tells_another_number_voids_its_box),
		cmocka_unit_test(a_plan_of_other_recipients_is_not_counted),
		cmocka_unit_test(boxes_are_counted_by_station_and_sequence),
	};
	int status;
	if (roles_main(argc, argv, &status))
		_exit(status);
	crypto_start();
	patience(PATIENCE);
	return cmocka_run_group_tests_name(
		"counting", tests, make_election, drop_election);
}
