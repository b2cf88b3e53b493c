/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Result pages as readers see them in Chromium: on a phone and on a desk, in
 * both languages, by keyboard and by axe-core. tests/page/look.mjs looks.
 */
#include "tests/desk/paper_files.h"
#include "tests/desk/verdicts.h"
#include "tests/desk/workplace.h"

#include "appliance/desk/common/files.h"
#include "appliance/election/ballots.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BUNDLE "bundle page --sent sent.tar " TRUSTED " "

enum { PAGE_MOST = 16 << 20, BEHIND_LABELS = 20000 };

static int make(void **state)
{
	(void)state;
	workplace_make();
	return 0;
}

static int drop(void **state)
{
	(void)state;
	workplace_drop();
	return 0;
}

/* The same page with another letter in its evidence. */
static void write_changed(void)
{
	static const char behind[] = "id=\"data-sent\">";
	struct file page;
	char *path = path_join(folder, "passed.html");
	assert_int_equal(file_read(path, PAGE_MOST, &page), 0);
	char *at = strstr((char *)page.data, behind);
	assert_non_null(at);
	at += BEHIND_LABELS;
	*at = *at == 'A' ? 'B' : 'A';
	write_file("refused.html", file_bytes(&page));
	file_free(&page);
	free(path);
}

/* The definition with what this makes of it. */
static char *edited(char *text, void (*edit)(json_t *))
{
	json_t *json = json_loads(text, 0, NULL);
	free(text);
	assert_non_null(json);
	edit(json);
	char *other = json_dumps(json, 0);
	assert_non_null(other);
	json_decref(json);
	return other;
}

/* Those alone whose boxes came. */
static void keep_stations(json_t *json)
{
	json_t *stations = json_object_get(json, "stations");
	while (json_array_size(stations) > PAPER_BOXES)
		json_array_remove(stations, PAPER_BOXES);
}

static void rehearse(json_t *json)
{
	keep_stations(json);
	json_object_set_new(json, "rehearsal", json_true());
}

static json_t *council(json_t *json)
{
	return json_array_get(json_object_get(json, "contests"), 0);
}

static void try_lists(json_t *json)
{
	static const char *const list[] = { "Green", "White", "فهرست امید" };
	json_t *contest = council(json);
	size_t i;
	json_t *one;
	keep_stations(json);
	json_object_set_new(
		contest, "rule", json_string("list-proportional/0-pilot"));
	json_object_set_new(contest, "pilot", json_true());
	json_array_foreach(json_object_get(contest, "candidates"), i, one)
		json_object_set_new(one, "list", json_string(list[i % 3]));
}

/* No order that was laid down decides between any two. */
static void leave_to_lots(json_t *json)
{
	json_t *contest = council(json);
	size_t i;
	json_t *one;
	keep_stations(json);
	json_object_set_new(contest, "seats", json_integer(2));
	json_object_set_new(contest, "alternates", json_integer(1));
	json_array_foreach(json_object_get(contest, "candidates"), i, one)
		json_object_set_new(one, "tie_break", json_array());
}

static char *all_stations(char *json)
{
	return edited(json, keep_stations);
}

static char *rehearsal(char *json)
{
	return edited(json, rehearse);
}

static char *pilot(char *json)
{
	return edited(json, try_lists);
}

static char *lots(char *json)
{
	return edited(json, leave_to_lots);
}

/* At each station the second and the third have the same number of votes. */
static struct bytes equal_votes(const struct plan *plan, uint16_t station)
{
	static const unsigned votes[] = { 40, 25, 25, 3 };
	struct ballots_list list;
	uint8_t *payload = NULL;
	size_t size = 0;
	ballots_list_init(&list);
	for (unsigned i = 0; i < sizeof(votes) / sizeof(*votes); i++)
		for (unsigned n = 0; n < votes[i]; n++)
			assert_null(ballots_list_add(
				&list, 0, &plan->candidate[i].code, 1));
	assert_null(
		ballots_list_encode(&list, plan, station, 1, &payload, &size));
	ballots_list_free(&list);
	return bytes_of(payload, size);
}

static void write_paper(const struct paper_how *how)
{
	struct paper *paper = paper_make_as(how);
	paper_write_trusted(paper);
	paper_write_sent(paper);
	paper_free(paper);
}

static void write_page(const char *name, const struct paper_how *how)
{
	write_paper(how);
	assert_status(run(BUNDLE "--output %s.html", name), 0);
}

#define RULING                                                                 \
	"approve ruling --sent sent.tar " TRUSTED                              \
	" --yes --annul 'station-02 The seal was broken.' "                    \
	"--lot 'council 103 102' "

/* Of what was written last: two auditors annul a station, and a lot is drawn.
 */
static void write_ruled(void)
{
	write_key("auditor-1.pem", paper_scalar(AUDITORS, 0));
	write_key("auditor-3.pem", paper_scalar(AUDITORS, 2));
	assert_status(run(RULING "--key auditor-1.pem --output one.note"), 0);
	assert_status(run(RULING "--key auditor-3.pem --note one.note "
				 "--output ruling.note"),
		0);
	assert_status(
		run(BUNDLE "--ruling ruling.note --output ruled.html"), 0);
}

/* PICTURES=FOLDER keeps what was seen. */
static void pages_are_readable(void **state)
{
	const struct paper_how as_always = { 0 };
	const struct paper_how complete = { .election = all_stations };
	const struct paper_how rehearsed = { .election = rehearsal };
	const struct paper_how tried = { .election = pilot };
	const struct paper_how close = { .election = lots,
		.ballots = equal_votes };
	(void)state;
	if (!browser_is_wanted())
		skip();
	write_page("passed", &as_always);
	write_changed();
	write_page("complete", &complete);
	write_page("rehearsal", &rehearsed);
	write_page("pilot", &tried);
	write_page("lot", &close);
	write_ruled();
	assert_status(
		shell("node build/page-tests/look.mjs %s $PICTURES >%s/looked "
		      "2>&1; tail -1 %s/looked; ! grep -A9 '^not ok' %s/looked",
			folder, folder, folder, folder),
		0);
	assert_said("1..");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_readable),
	};
	return cmocka_run_group_tests(tests, make, drop);
}
