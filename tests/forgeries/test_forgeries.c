/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole elections in which one role was taken over: what a forged answer comes
 * to, and where it ends. This program is the machine as well.
 */
#include "appliance/machine/roles.h"
#include "tests/desk/verdicts.h"
#include "tests/desk/workplace.h"
#include "tests/forgeries/forgeries.h"
#include "tests/forgeries/rig.h"
#include "tests/forgeries/station.h"
#include "tests/support/patience.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE = 1800 };

/*
 * What this program has in the place of the true calls
 */

refusal __wrap_wire_send(
	struct wire_end *, struct wire_said, const int *, size_t);
refusal __wrap_wire_send(struct wire_end *end, struct wire_said words,
	const int *descriptor, size_t count)
{
	rig_cut(end, words);
	return forgery_send(end, words, descriptor, count);
}

/*
 * Elections
 */

static const char *const work[STEPS] = {
	[ENROL] = "enrol_machine",
	[SEAL] = "seal_election",
	[DELIVER] = "deliver",
	[OPEN] = "open_boxes",
	[EVIDENCE] = "evidence",
	[RELEASE] = "release_result",
	[BUNDLE] = "bundle",
	[RECOUNT] = "recount bundle",
};

static bool does(const char *election, const char *what)
{
	return shell("tests/forgeries/rig.sh %s/%s %s", folder, election,
		       what) == 0;
}

/* Whatever is forged, the whole election's desk trusts the same. */
#define TRUSTED_FILES                                                          \
	"--definition whole/desk/definition.json "                             \
	"--authorities whole/desk/authorities.pem "                            \
	"--profile ./whole/desk/profile.json"

static void begin_browser(void)
{
	if (!browser_is_wanted())
		return;
	assert_int_equal(
		shell("cp %s/whole/desk/bundle %s/sent.tar", folder, folder),
		0);
	browser_begin(TRUSTED_FILES);
}

/* One copy for each step, of the time before it. */
static int hold_election(void **state)
{
	char self[4096] = "";
	char forged[64];
	(void)state;
	workplace_make();
	snprintf(forged, sizeof(forged), "%s/forged", folder);
	assert_int_equal(setenv("FORGED", forged, 1), 0);
	assert_true(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	assert_int_equal(setenv("PROGRAM", self, 1), 0);
	assert_int_equal(shell("mkdir %s/whole", folder), 0);
	if (!does("whole", "begin"))
		fail_msg("%s", said);
	for (enum step step = ENROL; step < STEPS; step++) {
		assert_int_equal(shell("cp -a %s/whole %s/before-%d", folder,
					 folder, step),
			0);
		if (!does("whole", work[step]))
			fail_msg("%s: %s", work[step], said);
	}
	/* Or a recount that finds something would show nothing. */
	if (!does("whole", "recount evidence"))
		fail_msg("recount of the evidence: %s", said);
	begin_browser();
	return 0;
}

static int drop_election(void **state)
{
	(void)state;
	workplace_drop();
	return 0;
}

static bool goes_on(size_t number, enum step step)
{
	const struct forgery *forgery = &forgeries[number];
	char text[24];
	snprintf(text, sizeof(text), "%zu", number);
	if (step <= forgery->last)
		assert_int_equal(setenv("FORGERY", text, 1), 0);
	const bool instead = step == forgery->first && forgery->instead != NULL;
	const bool done =
		does("trial", instead ? forgery->instead : work[step]);
	assert_int_equal(unsetenv("FORGERY"), 0);
	return done;
}

/* What the machine itself has found is in its journal, too. */
static bool is_in_the_journal(const char *text)
{
	return shell("grep -qaF \"%s\" %s/trial/machine/journal", text,
		       folder) == 0;
}

static void expect(const struct forgery *forgery, enum step stopped)
{
	static const char failed[] = "failed: ";
	const size_t start = strlen(failed);
	if (stopped != forgery->stops || strstr(said, forgery->by) == NULL)
		fail_msg("a %s role that %s: %s: %s", role_name(forgery->role),
			forgery->name, stopped < STEPS ? work[stopped] : "done",
			said);
	if (strncmp(forgery->by, failed, start) == 0)
		assert_true(is_in_the_journal(forgery->by + start));
	/* A recount of the evidence would have said so before the release. */
	if (stopped != RECOUNT)
		return;
	assert_false(does("trial", "recount evidence"));
	assert_said(forgery->by);
}

/* What the machine has given out until then: the last of it. */
static void ask_browser(enum step stopped)
{
	static const char *const sent[STEPS] = {
		[EVIDENCE] = "trial/desk/evidence",
		[BUNDLE] = "trial/desk/bundle",
		[RECOUNT] = "trial/desk/bundle",
	};
	char command[512];
	struct verdict ours;
	if (stopped == STEPS || sent[stopped] == NULL || !browser_is_wanted())
		return;
	snprintf(command, sizeof(command), "bundle verify --sent %s %s",
		sent[stopped], TRUSTED_FILES);
	verdict_of(&ours, command);
	browser_ask(sent[stopped], &ours);
}

static void try_forgery(size_t number)
{
	const struct forgery *forgery = &forgeries[number];
	enum step step = forgery->first;
	print_message("# a %s role that %s\n", role_name(forgery->role),
		forgery->name);
	assert_int_equal(shell("rm -rf %s/trial && cp -a %s/before-%d %s/trial",
				 folder, folder, step, folder),
		0);
	write_file("forged", bytes_of("\0", 1));
	while (step < STEPS && goes_on(number, step))
		step++;
	expect(forgery, step);
	assert_int_equal(shell("printf '\\001' | cmp - %s/forged", folder), 0);
	ask_browser(step);
}

static void a_forged_answer_comes_to_what_the_table_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < forgery_count; i++)
		try_forgery(i);
}

/* What came out of it all, in Chromium: the same as of sandoq. */
static void browsers_agree(void **state)
{
	(void)state;
	if (!browser_is_wanted())
		skip();
	browser_agrees();
}

static void every_role_is_taken_over(void **state)
{
	unsigned taken_over = 0;
	(void)state;
	for (size_t i = 0; i < forgery_count; i++)
		taken_over |= 1U << forgeries[i].role;
	for (enum role role = ROLE_JOURNAL; role < ROLES; role++)
		assert_true((taken_over >> role & 1) != 0);
}

static bool has_image(void)
{
	return access("build/image/sandoq.efi", R_OK) == 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_role_is_taken_over),
		cmocka_unit_test(a_forged_answer_comes_to_what_the_table_says),
		cmocka_unit_test(browsers_agree),
	};
	int status;
	forgery_begin();
	if (roles_main(argc, argv, &status) || rig_main(argc, argv, &status) ||
		prepare_main(argc, argv, &status) ||
		station_main(argc, argv, &status))
		_exit(status);
	if (!has_image()) {
		puts("1..0 # SKIP build/image/sandoq.efi is not built");
		return 0;
	}
	patience(PATIENCE);
	return cmocka_run_group_tests_name(
		"forgeries", tests, hold_election, drop_election);
}
