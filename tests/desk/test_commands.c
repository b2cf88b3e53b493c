/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sandoq command on the files of a machine on paper: what people type,
 * and what they are told.
 */
#include "tests/desk/paper_files.h"
#include "tests/desk/workplace.h"
#include "tests/verify/paper.h"

#include "appliance/desk/common/words.h"
#include "appliance/formats/base64.h"
#include "appliance/formats/checkpoint.h"
#include "appliance/formats/crypto.h"
#include "appliance/formats/merkle.h"

#include <fcntl.h>
#include <jansson.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include <cmocka.h>

/* A machine that cannot read its journal tells who it is, and of now. */
static bool failed_member(const char *name)
{
	static const char *const identity[] = { "ek.crt", "ek.pub", "ak.pub",
		"srk.pub" };
	for (size_t i = 0; i < sizeof(identity) / sizeof(identity[0]); i++)
		if (strcmp(name, identity[i]) == 0)
			return true;
	return strncmp(name, "now/", 4) == 0;
}

static struct paper *paper;

static int make(void **state)
{
	(void)state;
	/* Columns are those of a terminal that shows Persian. */
	assert_int_equal(setenv("LC_ALL", "C.UTF-8", 1), 0);
	paper = paper_make();
	workplace_make();
	paper_write_desk(paper);
	return 0;
}

static int drop(void **state)
{
	(void)state;
	paper_free(paper);
	workplace_drop();
	return 0;
}

/* As a line has a name, so that no terminal lets it move the line's numbers. */
#define ISOLATED(name) "\u200e\u2068" name "\u2069\u200e"

static void help_is_given(void **state)
{
	static const char *const command[] = { "election sample",
		"election check", "election sign", "election keys",
		"election abandon", "box seal", "box check", "approve open",
		"approve release", "approve ruling", "audit nonce",
		"audit verify", "bundle verify", "bundle report",
		"bundle public", "bundle page", "recount", "machine enrolment",
		"machine enrol", "machine notices", "machine operators",
		"machine authority", "courier pack", "courier unpack",
		"courier list" };
	(void)state;
	for (size_t i = 0; i < sizeof(command) / sizeof(command[0]); i++) {
		assert_status(run("%s --help", command[i]), 0);
		assert_said("usage: sandoq");
	}
}

static void definition_is_checked(void **state)
{
	(void)state;
	assert_status(run("election check definition.json"), 0);
	assert_said("sabzdasht-1405");
	write_file("bad.json", bytes_of_text("{\"format\": 1}"));
	assert_status(run("election check bad.json"), EX_DATAERR);
	assert_said("bad.json");
}

static void a_definition_that_shows_votes_is_warned_of(void **state)
{
	(void)state;
	assert_status(shell("jq '.recipients = [] | "
			    ".stations[2].ballots_issued = 29 | "
			    ".stations[3].ballots_issued = 30' "
			    "%s/definition.json >%s/few.json",
			      folder, folder),
		0);
	assert_status(run("election check few.json"), 0);
	assert_said("warning: no recipient is listed");
	assert_said("warning: station station-03 has 29 ballots");
	assert_null(strstr(said, "station-04"));
	assert_status(run("election check definition.json"), 0);
	assert_null(strstr(said, "warning"));
}

static void definition_is_signed(void **state)
{
	(void)state;
	assert_status(run("election sign definition.json --yes "
			  "--key authority-1.pem --output one.note"),
		0);
	assert_status(run("election sign definition.json --yes "
			  "--key authority-3.pem --note one.note "
			  "--output two.note"),
		0);
	assert_status(run("election sign definition.json --yes "
			  "--key authority-3.pem --note two.note"),
		EX_DATAERR);
	struct file note;
	char *path = path_join(folder, "two.note");
	assert_int_equal(file_read(path, STATEMENT_MOST, &note), 0);
	free(path);
	struct paper *copy = paper_copy(paper);
	paper_put(copy, "definition.note", file_bytes(&note));
	paper_accepts(copy, VERIFY_SEALED);
	paper_free(copy);
	file_free(&note);
}

/* What the machine would read, and no member of the authority may sign. */
static void names_not_in_nfc_are_not_signed(void **state)
{
	(void)state;
	assert_status(shell("jq '.contests[0].candidates[1].name.en = "
			    "\"Rene\\u0301e\"' %s/definition.json "
			    ">%s/apart.json",
			      folder, folder),
		0);
	assert_status(run("election check apart.json"), EX_DATAERR);
	assert_said("apart.json: contests[0].candidates[1].name.en: ");
	assert_said("NFC");
	assert_status(run("election sign apart.json --yes "
			  "--key authority-1.pem --output apart.note"),
		EX_DATAERR);
	assert_said("apart.json: contests[0].candidates[1].name.en: ");
	assert_status(shell("test ! -e %s/apart.note", folder), 0);
}

/* Each alone is legal; before anything is sealed, somebody says it. */
static void what_no_machine_can_count_is_not_signed(void **state)
{
	(void)state;
	assert_status(shell("jq '.stations[].boxes = 65535' "
			    "%s/definition.json >%s/large.json",
			      folder, folder),
		0);
	assert_status(run("election check large.json"), EX_DATAERR);
	assert_said("large.json: stations: have more than 262144 boxes in all");
	assert_said("hold the election on more machines");
	assert_status(run("election sign large.json --yes "
			  "--key authority-1.pem --output large.note"),
		EX_DATAERR);
	assert_said("large.json: stations: have more than 262144 boxes in all");
	assert_status(shell("test ! -e %s/large.note", folder), 0);
}

static int check_contests(unsigned number)
{
	assert_status(
		shell("jq '.contests = [range(%u) as $c | .contests[0] | "
		      ".id = \"village-\\($c)\"] | .stations[].contests = "
		      "[.contests[].id]' %s/definition.json >%s/villages.json",
			number, folder, folder),
		0);
	return run("election check villages.json --json");
}

/* Of 60 candidates each, with every station voting on all. */
static void villages_share_a_definition(void **state)
{
	(void)state;
	assert_status(check_contests(CONTESTS_MOST), 0);
	assert_said("\"contests\": 256");
	assert_said("\"candidates\": 15360");
	assert_status(check_contests(CONTESTS_MOST + 1), EX_DATAERR);
	assert_said("villages.json: contests: must have 1 to 256 items");
}

/* Three of one name, the third in Arabic letters; then nobody. */
static void write_alike(void)
{
	assert_status(shell("jq '.contests[0].candidates[0, 1].name = "
			    "{fa: \"علی رضایی\", en: \"Ali Rezaei\"} | "
			    ".contests[0].candidates[2].name = "
			    "{fa: \"علي رضايي\", en: \"A. Rezaei\"}' "
			    "%s/definition.json >%s/alike.json",
			      folder, folder),
		0);
}

static void assert_alike_said(void)
{
	assert_said("alike.json: warning: candidates 101 (");
	assert_said(ISOLATED("علی رضایی") ", " ISOLATED(
		"Ali Rezaei") ") and 102 (" ISOLATED("علی رضایی") ", ");
	assert_said(") of contest council have one name;");
	assert_said(") and 103 (" ISOLATED("علي رضايي") ", ");
	assert_said("of contest council have names that look alike in "
		    "Persian;");
}

static void names_that_look_alike_are_told(void **state)
{
	(void)state;
	assert_status(run("election check definition.json"), 0);
	assert_null(strstr(said, "warning"));
	write_alike();
	assert_status(run("election check alike.json"), 0);
	assert_alike_said();
	assert_status(run("election check --json alike.json >alike"), 0);
	assert_alike_said();
	assert_status(shell("jq -e '[.alike[].candidates | map(.code)] == "
			    "[[101, 102], [101, 103]]' %s/alike",
			      folder),
		0);
}

/* Who is asked has read it; who gives --yes signs in knowledge of it. */
static void names_that_look_alike_are_told_before_one_signs(void **state)
{
	(void)state;
	write_alike();
	assert_status(run_asked("no", "election sign alike.json "
				      "--key authority-1.pem"),
		EX_TEMPFAIL);
	assert_alike_said();
	const char *last = strstr(said, "look alike in Persian");
	const char *question = strstr(said, "Write yes");
	assert_non_null(question);
	assert_true(last < question);
	assert_status(run("election sign alike.json --yes "
			  "--key authority-1.pem --output alike.note"),
		0);
	assert_alike_said();
	assert_status(shell("test -e %s/alike.note", folder), 0);
}

static void nobody_signs_unread(void **state)
{
	(void)state;
	assert_status(
		run("election sign definition.json --key authority-1.pem"),
		EX_USAGE);
	assert_said("sandoq/definition/v1 live");
	assert_said("--yes");
}

/* A P-256 signature, DER, as the authorization of a text has it. */
static bool is_signature(struct bytes word)
{
	uint8_t space[128];
	struct writer out = writer_of(space, sizeof(space));
	enum { SEQUENCE = 0x30, LEAST = 66, MOST = 72 };
	return base64_decode(BASE64_PADDED, word, &out) && out.size >= LEAST &&
	       out.size <= MOST && out.data[0] == SEQUENCE &&
	       out.data[1] == out.size - 2;
}

/* Neither for the TPM nor of a note. */
static void assert_no_signature_said(void)
{
	char *rest = NULL;
	if (strstr(said, "\u2014 ") != NULL)
		fail_msg("a signature of a note was said: %s", said);
	for (char *word = strtok_r(said, " \r\n", &rest); word != NULL;
		word = strtok_r(NULL, " \r\n", &rest))
		if (is_signature(bytes_of_text(word)))
			fail_msg("a signature was said: %s", word);
}

/* The whole command, but for --yes and --output. */
static const char *signing(size_t number)
{
	static char command[512];
	snprintf(command, sizeof(command), "%s--key %s.pem",
		paper_signing[number].command, paper_signing[number].key);
	return command;
}

static void what_was_declined_is_not_signed(void **state)
{
	(void)state;
	paper_write_closed(paper);
	for (size_t i = 0; i < PAPER_SIGNINGS; i++) {
		assert_status(
			run("%s --output declined", signing(i)), EX_USAGE);
		assert_said("nobody was there to agree");
		assert_no_signature_said();
		assert_status(
			run_asked("no", "%s --output declined", signing(i)),
			EX_TEMPFAIL);
		assert_said("nothing was signed");
		assert_no_signature_said();
		assert_status(shell("test -e %s/declined", folder), 1);
	}
}

static void what_was_agreed_to_is_signed(void **state)
{
	(void)state;
	paper_write_closed(paper);
	for (size_t i = 0; i < PAPER_SIGNINGS; i++) {
		assert_status(run_asked("yes", "%s --force --output agreed",
				      signing(i)),
			0);
		assert_said("Do you sign this?");
		assert_status(shell("grep -q '^\u2014 ' %s/agreed", folder), 0);
	}
}

/* A letter that Persian is written in. */
static bool has_persian(const char *line)
{
	for (; *line != '\0'; line++)
		if ((unsigned char)line[0] >= 0xd8 &&
			(unsigned char)line[0] <= 0xdb)
			return true;
	return false;
}

/*
 * All that is said to a person beside the text itself: whatever a command asks
 * with, or tells before, is in the table of words.
 */
static void assert_said_in_persian(const char *command)
{
	char *rest;
	bool signed_text = false;
	for (char *line = strtok_r(said, "\r\n", &rest); line != NULL;
		line = strtok_r(NULL, "\r\n", &rest)) {
		if (strstr(line, words_in(WORD_SIGN_QUESTION, PERSIAN)) != NULL)
			signed_text = false;
		if (!signed_text && !has_persian(line))
			fail_msg(
				"%s: said in English alone: %s", command, line);
		signed_text |= strstr(words_in(WORD_SIGNED_BELOW, PERSIAN),
				       line) != NULL;
		signed_text &= strstr(words_in(WORD_SIGN_AUTHORIZES, PERSIAN),
				       line) == NULL;
	}
	assert_false(signed_text);
}

static void all_before_a_signature_is_said_in_persian(void **state)
{
	(void)state;
	paper_write_closed(paper);
	for (size_t i = 0; i < PAPER_SIGNINGS; i++) {
		assert_status(run_asked("بله",
				      "--lang fa %s --force --output persian",
				      signing(i)),
			0);
		assert_said(words_in(WORD_SIGN_QUESTION, PERSIAN));
		assert_said_in_persian(signing(i));
		assert_status(run("--lang fa %s", signing(i)), EX_USAGE);
		assert_said(words_in(WORD_SIGN_NOBODY, PERSIAN));
	}
}

static void strangers_sign_nothing(void **state)
{
	(void)state;
	assert_status(run("election sign definition.json --yes "
			  "--key stranger.pem"),
		EX_NOPERM);
	assert_said("may not sign");
	assert_status(run("approve release " CHAIN
			  "--profile profile.json --nonce nonce --yes "
			  "--key officer-1.pem"),
		EX_NOPERM);
}

static void enrolment_is_signed(void **state)
{
	(void)state;
	assert_status(run(ENROLMENT "--yes --key operator-1.pem "
				    "--output enrolment.note"),
		0);
	assert_status(
		shell("grep -qx \"date: $(date -u -I)\" %s/enrolment.note",
			folder),
		0);
}

/* Each signer knows by a credential of his own which TPM it is. */
static void enrolment_is_signed_by_whose_credential_was_opened(void **state)
{
	struct paper *copy = paper_copy(paper);
	(void)state;
	assert_status(run(ENROLMENT "--yes --key operator-2.pem"), EX_NOPERM);
	assert_said("has opened no credential of yours");
	paper_flip(copy, "activation-2", 0);
	paper_write_sent_as(copy, "unopened.tar");
	paper_free(copy);
	assert_status(run("machine enrolment --sent unopened.tar --yes "
			  "--operators operators --date $(date -u -I) "
			  "--authorities authorities.pem "
			  "--key operator-1.pem"),
		EX_DATAERR);
	assert_said("did not open the credential that operator-3 made");
}

static void enrolment_has_a_date(void **state)
{
	(void)state;
	assert_status(run("machine enrolment --sent sent.tar --yes "
			  "--operators operators --date 2026-02-30 "
			  "--authorities authorities.pem "
			  "--key operator-1.pem"),
		EX_USAGE);
	assert_said("YYYY-MM-DD");
	assert_status(run("machine enrolment --sent sent.tar --yes "
			  "--operators operators --date 1999-12-31 "
			  "--authorities authorities.pem "
			  "--key operator-1.pem"),
		EX_DATAERR);
	assert_said("not yet valid");
}

static void election_keys_are_signed(void **state)
{
	(void)state;
	assert_status(run("election keys " CHAIN "--yes "
			  "--key authority-2.pem --output keys.note"),
		0);
}

/* Which software counted, and what came and went while the boxes came. */
static void software_is_told(void **state)
{
	static const char first[] =
		"approved at the enrolment by operator-1, operator-3";
	struct paper *copy = paper_copy(paper);
	(void)state;
	assert_status(run("bundle verify " CHAIN), 0);
	assert_said(first);
	assert_said("operator-3; it counted; it signed the result");
	assert_null(strstr(said, "DURING THIS ELECTION"));

	paper_another_image(copy);
	paper_write_sent_as(copy, "other.tar");
	paper_free(copy);
	assert_status(run("approve release --sent other.tar "
			  "--definition definition.json "
			  "--authorities authorities.pem "
			  "--profile profile.json --nonce nonce --yes "
			  "--without 10 --key auditor-2.pem "
			  "--output told.note"),
		0);
	assert_said(first);
	assert_said("image 2200000000000000000000000000000000000000000000000000"
		    "000000000000, APPROVED DURING THIS ELECTION (journal "
		    "entry 8) by operator-1, operator-3\n");
	assert_said("(journal entry 9) by operator-1, operator-3; it counted");
}

static void approvals_are_made(void **state)
{
	struct file note;
	(void)state;
	assert_status(run("approve release " CHAIN
			  "--profile profile.json --nonce nonce --yes "
			  "--without 10 --key auditor-2.pem "
			  "--output release.note"),
		0);
	char *path = path_join(folder, "release.note");
	assert_int_equal(file_read(path, STATEMENT_MOST, &note), 0);
	free(path);
	struct paper *copy = paper_copy(paper);
	paper_put(copy, "release-approval-1", file_bytes(&note));
	paper_journal(copy);
	paper_certify_journal(copy);
	paper_accepts(copy, VERIFY_RELEASED);
	assert_int_equal(copy->chain.released_by, MEMBER_2 | MEMBER_3);
	paper_free(copy);
	file_free(&note);
}

static void opening_is_approved(void **state)
{
	(void)state;
	assert_status(run("approve open " CHAIN "--nonce nonce "
			  "--yes --without 10 --key officer-3.pem"),
		0);
	assert_said("sandoq/open/v1 live");
	assert_said("The boxes in this checkpoint may be opened");
	assert_said("\nnonce: auditor-1 0900");
}

/* Whoever brings the approvals could otherwise choose them. */
static void an_opening_says_whose_nonces_are_quoted(void **state)
{
	static const char open[] =
		"approve open " CHAIN "--yes --without 10 --key officer-3.pem ";
	(void)state;
	assert_status(run("%s", open), EX_USAGE);
	assert_said("missing: --nonce");
	assert_status(
		run("audit nonce --auditor auditor-3 --output nonce-3"), 0);
	assert_status(run("%s--nonce nonce-3 --nonce nonce", open), 0);
	assert_said("\nnonce: auditor-1 0900");
	assert_true(strstr(said, "nonce: auditor-3") >
		    strstr(said, "nonce: auditor-1"));
	assert_status(run("%s--nonce nonce --nonce nonce", open), EX_USAGE);
	assert_said("two nonces are of one auditor");
	assert_status(
		run("audit nonce --auditor officer-1 --output stranger"), 0);
	assert_status(run("%s--nonce stranger", open), EX_DATAERR);
	assert_said("the definition has no such auditor");
}

/* Numbers of the CSV in a column, by what its rows begin with. */
/*
 * Of the row that begins with this behind election and place, and has the item
 * with what stands before its count.
 */
static unsigned long csv_number(const char *begins, const char *item)
{
	char machine[128];
	snprintf(machine, sizeof(machine), ",\"SQ-7\",%s,", begins);
	for (const char *row = said; (row = strstr(row, machine)) != NULL;
		row++) {
		const char *at = strstr(row, item);
		if (at != NULL && at < row + strcspn(row, "\r"))
			return strtoul(at + strlen(item), NULL, 10);
	}
	fail_msg("no row %s %s", begins, item);
	return 0;
}

/* Ten of twelve are missing: asked about by itself, and --yes is no answer. */
static void missing_boxes_are_agreed_to(void **state)
{
	static const char *const command[] = {
		"approve open " CHAIN
		"--nonce nonce --key officer-3.pem --output all "
		"--yes",
		"approve release " CHAIN "--profile profile.json "
		"--nonce nonce --key auditor-2.pem --output all --yes",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(command) / sizeof(command[0]); i++) {
		assert_status(run("%s", command[i]), EX_USAGE);
		assert_said(
			"2 of 12 boxes were delivered; missing: station-03, "
			"station-04");
		assert_said("; refused: 1");
		assert_said("  refused: station-04, box 1: " PAPER_REASON);
		assert_said("give --without 10");
		assert_status(run("%s --without 9", command[i]), EX_DATAERR);
		assert_said("the votes of 10 boxes would be left out, and not "
			    "of 9");
		assert_status(run("%s --without 11", command[i]), EX_DATAERR);
		assert_status(run_asked("yes", "%s", command[i]), EX_TEMPFAIL);
		assert_said("Write their number");
		assert_no_signature_said();
		assert_status(shell("test -e %s/all", folder), 1);
		assert_status(run_asked("10", "%s", command[i]), 0);
		assert_status(shell("rm %s/all", folder), 0);
	}
}

/* Above the text that is signed, which stays as it is. */
static void signed_texts_stand_in_both_languages(void **state)
{
	(void)state;
	assert_status(run_asked("بله", "--lang fa approve release " CHAIN
				       "--profile profile.json --nonce nonce "
				       "--without 10 --key auditor-2.pem "
				       "--force --output persian"),
		0);
	assert_said("این متن را امضا می‌کنید");
	assert_said("نوع متن: \u2068انتشار نتیجه\u2069 (\u2068واقعی\u2069)");
	assert_said("نتیجه‌ای با این چکیده را امضا "
		    "کند");
	assert_said("بازشماری");
	assert_said("sandoq/release/v1 live");
	assert_said("meaning: The machine may sign the result with this "
		    "digest and no other.");
	assert_said("این را امضا می‌کنید؟ بنویسید "
		    "بله:");
	assert_status(run("approve release " CHAIN "--profile profile.json "
			  "--nonce nonce --without 10 --yes "
			  "--key auditor-2.pem --force --output english"),
		0);
	assert_status(shell("cd %s && grep -v '^\u2014' english | "
			    "grep -v ^authorization >one && "
			    "grep -v '^\u2014' persian | "
			    "grep -v ^authorization | cmp - one",
			      folder),
		0);
	assert_status(run_asked("نه", "--lang fa approve release " CHAIN
				      "--profile profile.json --nonce nonce "
				      "--without 10 --key auditor-2.pem"),
		EX_TEMPFAIL);
	assert_said("چیزی امضا نشد");
}

static void missing_boxes_are_asked_about_in_persian(void **state)
{
	static const char command[] =
		"--lang fa approve open " CHAIN
		"--nonce nonce --key officer-3.pem --output all --yes";
	(void)state;
	assert_status(run("%s", command), EX_USAGE);
	assert_said("۲ از ۱۲ صندوق رسیده است؛ نرسیده: ۱۰؛ "
		    "پذیرفته‌نشده: "
		    "۱");
	assert_said("نرسیده: \u2068station-12\u2069، ۱ از ۱");
	assert_status(run_asked("۹", "%s", command), EX_TEMPFAIL);
	assert_said(
		"آرای ۱۰ صندوق کنار گذاشته می‌شود");
	assert_status(run_asked("۱۰", "%s", command), 0);
	assert_status(shell("rm %s/all", folder), 0);
}

/* Words of the table; what programs read stays as it is. */
static void reports_are_told_in_persian(void **state)
{
	(void)state;
	assert_status(run("--lang fa bundle report " CHAIN), 0);
	assert_said("ناقص: ۲ از ۱۲ صندوق شمرده شد؛ نرسیده: ۱۰");
	assert_said("تأیید شد امضای نتیجه\n");
	assert_said("برگزیده با شمارش ناقص");
	assert_said("نوع: واقعی\n");
	assert_said("صندوق‌هایی که باید برسد: ۱۲");
	assert_status(run("--lang fa bundle report --json " CHAIN), 0);
	assert_said("\"boxes_missing\": 10");
	assert_said("2 of 12 boxes were counted; missing: station-03");
	assert_status(run("--lang en bundle report " CHAIN), 0);
	assert_int_equal(strncmp(said, "INCOMPLETE", 10), 0);
}

/* Each line of a report begins with a word of the table, or is indented. */
static void reports_have_persian_labels(void **state)
{
	static const char *const report[] = {
		"election check definition.json",
		"audit verify " CHAIN,
		"audit verify --sent closed.tar --definition definition.json "
		"--authorities authorities.pem",
		"bundle verify " CHAIN,
		"bundle report " CHAIN,
		"bundle station station-02 " CHAIN,
	};
	(void)state;
	paper_write_closed(paper);
	for (size_t i = 0; i < sizeof(report) / sizeof(report[0]); i++) {
		char *rest;
		assert_status(run("--lang fa %s", report[i]), 0);
		for (char *line = strtok_r(said, "\n", &rest); line != NULL;
			line = strtok_r(NULL, "\n", &rest)) {
			char *value = strchr(line, ':');
			if (value != NULL)
				*value = '\0';
			/* A contest's own id is nobody's word. */
			if (line[0] != ' ' && !has_persian(line) &&
				strcmp(line, "council") != 0)
				fail_msg("%s: in English: %s", report[i], line);
		}
	}
}

static void missing_boxes_are_told(void **state)
{
	static const char line[] = "2 of 12 boxes were counted; missing: "
				   "station-03, station-04, station-05";
	(void)state;
	assert_status(run("audit verify " CHAIN), 0);
	assert_said("INCOMPLETE");
	assert_said("2 of 12 boxes were delivered; missing: station-03, ");
	assert_status(run("bundle verify " CHAIN), 0);
	assert_said(line);
	assert_status(run("bundle report " CHAIN), 0);
	assert_int_equal(strncmp(said, "INCOMPLETE", 10), 0);
	assert_said(line);
	assert_said("elected by an incomplete count");
	assert_null(strstr(said, " elected\n"));
	assert_status(run("bundle report --json " CHAIN), 0);
	assert_said("\"boxes_missing\": 10");
	assert_said("\"station-12\"");
	assert_said("station-04, box 1: " PAPER_REASON);
	assert_status(run("bundle report --format csv " CHAIN), 0);
	assert_int_equal(csv_number(",,,", ",no,boxes_due,,,,"), 12);
	assert_int_equal(csv_number(",,,", ",no,boxes_missing,,,,"), 10);
	assert_int_equal(
		csv_number(",\"station-03\"", ",no,boxes_missing,,,,"), 1);
	assert_null(strstr(said, ",elected\r\n"));
	assert_status(
		run("bundle report --format nist --day 2026-05-01 " CHAIN), 0);
	assert_said("INCOMPLETE: 2 of 12 boxes were counted; missing: "
		    "station-03");
	assert_said("unofficial-partial");
	assert_null(strstr(said, "\"winner\""));
	assert_null(strstr(said, "\"defeated\""));
}

static void nothing_is_approved_that_does_not_verify(void **state)
{
	struct paper *copy = paper_copy(paper);
	(void)state;
	paper_flip(copy, "quote.attest", -1);
	paper_write_sent_as(copy, "bad.tar");
	paper_free(copy);
	assert_status(run("approve release --sent bad.tar "
			  "--definition definition.json "
			  "--authorities authorities.pem --yes "
			  "--profile profile.json --nonce nonce "
			  "--key auditor-1.pem"),
		EX_DATAERR);
	assert_said("quote: the attestation key's signature is wrong");
	assert_said("nothing was signed");
}

static void a_release_is_approved_with_all_checks_made(void **state)
{
	(void)state;
	assert_status(run("approve release " CHAIN "--nonce nonce --yes "
			  "--without 10 --key auditor-2.pem"),
		EX_USAGE);
	assert_said("missing: --profile");
	assert_status(run("approve release " CHAIN "--profile profile.json "
			  "--without 10 --yes --key auditor-2.pem"),
		EX_USAGE);
	assert_said("missing: --nonce");
	assert_status(run_asked("no", "approve release " CHAIN "--nonce nonce "
				      "--profile profile.json --without 10 "
				      "--key auditor-2.pem"),
		EX_TEMPFAIL);
	assert_said("You approve this result by its digest alone");
}

static void what_is_not_checked_is_said(void **state)
{
	(void)state;
	assert_status(run("audit verify " CHAIN), 0);
	assert_said("NOT CHECKED nonce: no nonce of yours was given");
	assert_said("NOT CHECKED event log: no boot profile was given");
	assert_status(run("bundle verify --json " CHAIN), 0);
	assert_said("\"passed\": null");
}

static void it_is_said_what_is_verified(void **state)
{
	static const char *const command[] = { "audit verify " CHAIN,
		"bundle verify " CHAIN, "bundle report " CHAIN };
	(void)state;
	for (size_t i = 0; i < sizeof(command) / sizeof(command[0]); i++) {
		assert_status(run("%s", command[i]), 0);
		assert_said("\ndefinition: ");
		assert_said("authority:\n");
		assert_said("authority-1");
		assert_said("\nauthority_text: ");
		assert_said("\nimage: ");
		assert_said("\nmachine: SQ-7\n");
		assert_said("\nak: 000b");
	}
}

static void evidence_is_verified(void **state)
{
	(void)state;
	assert_status(run("audit verify " CHAIN "--profile profile.json "
			  "--nonce nonce"),
		0);
	assert_said("event log");
	assert_status(run("audit verify " CHAIN "--now --json"), 0);
	assert_said("\"boot state\"");
}

static void another_boot_is_named(void **state)
{
	struct paper *copy = paper_copy(paper);
	(void)state;
	struct boot_profile other = copy->profile;
	const struct digest image = { { 6 } };
	boot_profile_set_image(&other, &image);
	struct pcr_set pcrs;
	paper_log(copy, "now/event-log", other.event, other.count);
	assert_null(eventlog_replay(paper_get(copy, "now/event-log"), &pcrs));
	struct digest challenge = sha256(paper_get(copy, "now/challenge"));
	const struct paper_quote quote = { paper_quoted_mask(), PAPER_AK_SCALAR,
		&pcrs, &challenge };
	paper_quote(copy, "now/", &quote);
	paper_put(copy, "now/state", bytes_of_text("failed: PCR 4 differs\n"));
	paper_write_sent_as(copy, "bad.tar");
	paper_free(copy);
	assert_status(run("audit verify --now --sent bad.tar "
			  "--definition definition.json "
			  "--authorities authorities.pem"),
		EX_DATAERR);
	assert_said("PCR 4 differs from the approved boot");
	assert_said("failed: PCR 4 differs");
}

#define FAILED                                                                 \
	"audit verify --now --sent failed.tar --definition definition.json "   \
	"--authorities authorities.pem --profile profile.json "

static void failed_machine_leans_on_what_it_sent_before(void **state)
{
	struct paper *copy = paper_copy(paper);
	(void)state;
	paper_write_members(paper, "failed.tar", failed_member);
	assert_status(run(FAILED), EX_DATAERR);
	assert_said("REFUSED operators");
	assert_status(run(FAILED "--earlier sent.tar"), 0);
	assert_said("passed  boot state");
	assert_said("passed  event log");

	paper_flip(copy, "revocation.nv", -1);
	paper_write_sent_as(copy, "other.tar");
	paper_free(copy);
	assert_status(run(FAILED "--earlier other.tar"), EX_DATAERR);
	assert_said("revocation.nv is not the index");
	assert_status(
		run("audit verify " CHAIN "--earlier sent.tar"), EX_USAGE);
	assert_said("--earlier goes with --now");
}

static void nothing_of_now_is_taken_from_before(void **state)
{
	struct paper *copy = paper_copy(paper);
	(void)state;
	paper_put(copy, "now/quote.attest", bytes_of(NULL, 0));
	paper_write_members(copy, "failed.tar", failed_member);
	paper_free(copy);
	assert_status(run(FAILED "--earlier sent.tar"), EX_DATAERR);
	assert_said("REFUSED quote: it is missing");
}

static void nonces_differ(void **state)
{
	char first[512];
	(void)state;
	assert_status(run("audit nonce --auditor auditor-1"), 0);
	snprintf(first, sizeof(first), "%s", said);
	assert_status(run("audit nonce --auditor auditor-1"), 0);
	assert_string_not_equal(first, said);
	assert_status(run("audit nonce --auditor 'two words'"), EX_USAGE);
}

static void bundle_is_verified_and_told(void **state)
{
	(void)state;
	assert_status(run("bundle verify " CHAIN), 0);
	assert_said("result");
	assert_status(run("bundle report " CHAIN), 0);
	assert_said("elected");
	assert_said("contest council: ");
	assert_said("شورا");
	assert_said("\nstations of council\n");
	assert_said("  station-12  ");
}

/* Of a line that was said and holds this, which is its only mention. */
static void line_with(const char *text, char *out, size_t size)
{
	const char *found = strstr(said, text);
	assert_non_null(found);
	while (found > said && found[-1] != '\n')
		found--;
	snprintf(out, size, "%.*s", (int)strcspn(found, "\n"), found);
}

/* In which column the word begins, on a terminal. */
static size_t column_of(const char *line, const char *word)
{
	static const char *const marks[] = { "\u200c", "\u200e", "\u2068",
		"\u2069" };
	const char *end = strstr(line, word);
	size_t column = 0;
	assert_non_null(end);
	for (const char *c = line; c < end; c++) {
		bool seen = ((unsigned char)*c & 0xc0) != 0x80;
		for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
			seen = seen && strncmp(c, marks[i], 3) != 0;
		column += seen;
	}
	return column;
}

/* Every line of the tables behind this heading; marks have no column. */
static void assert_lines_fit(const char *heading, size_t columns)
{
	char *rest, *tables = strstr(said, heading);
	size_t lines = 0;
	assert_non_null(tables);
	for (char *line = strtok_r(tables, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest)) {
		char ended[1024];
		snprintf(ended, sizeof(ended), "%s\x01", line);
		assert_in_range(column_of(ended, "\x01"), 0, columns);
		lines++;
	}
	assert_true(lines > 12);
}

static void tables_are_as_wide_as_the_terminal(void **state)
{
	(void)state;
	assert_int_equal(setenv("COLUMNS", "80", 1), 0);
	assert_status(run("bundle report " CHAIN), 0);
	assert_said("\u2026");
	assert_lines_fit("\ncandidates of council\n", 80);
	assert_status(run("--lang fa bundle report " CHAIN), 0);
	assert_lines_fit("\nشعبه‌های ", 80);
	assert_int_equal(unsetenv("COLUMNS"), 0);
	assert_status(run("bundle report " CHAIN), 0);
	assert_null(strstr(said, "\u2026"));
}

/* A row with a Persian name, in a report that was said. */
static void assert_row_holds_its_numbers(const char *code, const char *fa)
{
	char row[512], head[512], start[512];
	line_with(fa, row, sizeof(row));
	line_with("name_fa", head, sizeof(head));
	snprintf(start, sizeof(start), "%s  ", code);
	assert_memory_equal(row, "\u200e  ", strlen("\u200e  "));
	assert_non_null(strstr(row, start));
	assert_int_equal(column_of(row, code), column_of(head, "code"));
	assert_int_equal(column_of(row, fa), column_of(head, "name_fa"));
	assert_int_equal(column_of(row, "Maryam"), column_of(head, "name_en"));
	assert_null(strstr(head, "\u200e"));
}

#define RECOUNT_FILES "--definition definition.json --escrow escrow.pem "

/* For people; what programs read has the names alone. */
static void no_name_moves_a_number(void **state)
{
	static const char *const told[] = { "bundle report " CHAIN,
		"recount --may-swap --sent sent.tar " RECOUNT_FILES };
	static const char *const plain[] = { "bundle report --json " CHAIN,
		"bundle report --format csv " CHAIN,
		"bundle report --format nist --day 2026-05-01 " CHAIN,
		"recount --may-swap --json --sent sent.tar " RECOUNT_FILES,
		"recount --may-swap --sent sent.tar --output "
		"text " RECOUNT_FILES ">table && cat text" };
	(void)state;
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		assert_status(run("%s", told[i]), 0);
		assert_said("101   " ISOLATED("مریم کریمی") "  ");
		assert_row_holds_its_numbers("101", "مریم کریمی");
	}
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		assert_status(run("%s", plain[i]), 0);
		assert_null(strstr(said, "\u200e"));
		assert_null(strstr(said, "\u2068"));
	}
}

static void bad_bundle_tells_no_numbers(void **state)
{
	struct paper *copy = paper_copy(paper);
	(void)state;
	paper_put(copy, "release-approval-2", bytes_of(NULL, 0));
	paper_write_sent_as(copy, "bad.tar");
	paper_free(copy);
	assert_status(run("bundle report --sent bad.tar "
			  "--definition definition.json "
			  "--authorities authorities.pem"),
		EX_DATAERR);
	assert_said("fewer approvals than the quorum needs");
	assert_null(strstr(said, "not-elected"));
	assert_status(run("bundle report --json --sent bad.tar "
			  "--definition definition.json "
			  "--authorities authorities.pem"),
		EX_DATAERR);
	assert_said("\"passed\": false");
	assert_null(strstr(said, "votes"));
}

static struct digest digest_in(const json_t *value)
{
	struct digest digest;
	assert_true(hex_decode(bytes_of_text(json_string_value(value)),
		digest.byte, SHA256_SIZE));
	return digest;
}

/* The lines of the part that was told, as they are hashed. */
static struct digest leaf_in(const json_t *told)
{
	static uint8_t space[1 << 16];
	struct writer part = writer_of(space, sizeof(space));
	const json_t *lines = json_object_get(told, "part");
	for (size_t i = 0; i < json_array_size(lines); i++) {
		write_text(&part, json_string_value(json_array_get(lines, i)));
		write_u8(&part, '\n');
	}
	return merkle_leaf(written(&part));
}

static refusal proved(const json_t *told, const struct digest *leaf)
{
	struct merkle_proof proof = { .count = 0 };
	const json_t *path = json_object_get(told, "path");
	const struct digest root =
		digest_in(json_object_get(told, "stations_root"));
	for (size_t i = 0; i < json_array_size(path); i++)
		proof.sibling[proof.count++] =
			digest_in(json_array_get(path, i));
	return merkle_verify(&proof, leaf,
		(uint64_t)json_integer_value(json_object_get(told, "index")),
		(uint64_t)json_integer_value(json_object_get(told, "stations")),
		&root);
}

/* Whoever has the signed head needs nothing else than what is told. */
static void a_part_of_one_station_is_proved(void **state)
{
	const char *head = (const char *)paper_get(paper, "result.note").data;
	(void)state;
	assert_status(run("bundle station --json station-02 " CHAIN), 0);
	json_t *told = json_loads(said, 0, NULL);
	assert_non_null(told);
	const char *root =
		json_string_value(json_object_get(told, "stations_root"));
	const char *signed_root =
		strstr(head, "\nstations-root: ") + strlen("\nstations-root: ");
	assert_memory_equal(root, signed_root, (size_t)2 * SHA256_SIZE);
	struct digest leaf = leaf_in(told);
	assert_null(proved(told, &leaf));
	leaf.byte[0] ^= 1;
	assert_non_null(proved(told, &leaf));
	assert_said("station: station-02 issued=");
	json_decref(told);
	assert_status(run("bundle station station-99 " CHAIN), EX_USAGE);
	assert_said("the definition has no station 'station-99'");
}

static void no_part_of_a_bad_bundle_is_told(void **state)
{
	struct paper *copy = paper_copy(paper);
	(void)state;
	paper_flip(copy, "stations/0001", -10);
	paper_write_sent_as(copy, "bad.tar");
	paper_free(copy);
	assert_status(run("bundle station station-02 --sent bad.tar "
			  "--definition definition.json "
			  "--authorities authorities.pem"),
		EX_DATAERR);
	assert_said(": result: line ");
	assert_said("so no numbers are told");
	assert_null(strstr(said, "votes:"));
	assert_status(run("bundle page --sent bad.tar --definition "
			  "definition.json --authorities authorities.pem "
			  "--output none.html"),
		EX_DATAERR);
	assert_said("so no page was written");
	assert_status(shell("test ! -e %s/none.html", folder), 0);
}

/* The public gets no ciphertext, and verifies and reads the result still. */
static void a_public_bundle_verifies(void **state)
{
	(void)state;
	assert_status(
		run("bundle public --sent sent.tar --output public.tar"), 0);
	assert_status(
		shell("tar -tf %s/public.tar | grep -c 'boxes/.*age'", folder),
		1);
	assert_status(run("bundle verify --json --sent public.tar "
			  "--definition definition.json "
			  "--authorities authorities.pem >public.json"),
		0);
	assert_status(shell("jq -e '.checks[] | select(.check == "
			    "\"ciphertext\") | .passed == null' "
			    "%s/public.json",
			      folder),
		0);
	assert_status(run("bundle report --sent public.tar "
			  "--definition definition.json "
			  "--authorities authorities.pem"),
		0);
	assert_said("NOT CHECKED ciphertext: ciphertext not compared");
	assert_said("boxes_counted: 2");
	assert_status(run("audit verify --sent public.tar "
			  "--definition definition.json "
			  "--authorities authorities.pem"),
		EX_DATAERR);
	assert_said("boxes/0001.age is missing");
	assert_status(
		run("recount --sent public.tar " RECOUNT_FILES), EX_DATAERR);
	assert_said("a box of the journal is missing");
}

static void evidence_before_the_release_is_not_public(void **state)
{
	struct paper *copy = paper_copy(paper);
	(void)state;
	paper_put(copy, "result.note", bytes_of(NULL, 0));
	paper_write_sent_as(copy, "closed.tar");
	paper_free(copy);
	assert_status(run("bundle public --sent closed.tar --force --output "
			  "public.tar"),
		EX_DATAERR);
	assert_said("there is no signed result in it");
}

static size_t count_said(const char *text)
{
	size_t count = 0;
	for (const char *at = said; (at = strstr(at, text)) != NULL; at++)
		count++;
	return count;
}

static void numbers_are_told_as_csv(void **state)
{
	(void)state;
	assert_status(run("bundle report --format csv " CHAIN), 0);
	assert_memory_equal(said, "\xef\xbb\xbf", 3);
	assert_said("election,place_fa,place_en,machine,contest,station,"
		    "station_fa,station_en,issued,boxes_due,boxes_counted,"
		    "annulled,item,code,name_fa,name_en,count,rank,"
		    "outcome\r\n");
	unsigned long cast = csv_number("\"council\",,,", ",no,cast,,,,");
	assert_true(cast > 0);
	assert_int_equal(
		cast, csv_number("\"council\",\"station-01\"", ",no,cast,,,,") +
			      csv_number("\"council\",\"station-02\"",
				      ",no,cast,,,,"));
	assert_int_equal(cast,
		csv_number("\"council\",,,", ",no,valid,,,,") +
			csv_number("\"council\",,,", ",no,blank,,,,") +
			csv_number("\"council\",,,", ",no,unreadable,,,,"));
	assert_said(",no,votes,101,\"مریم کریمی\",\"Maryam Karimi\",");
	assert_true(csv_number("\"council\",,,", ",no,valid,,,,") > 0);
	assert_int_equal(count_said(",extra,"), 1);
	assert_int_equal(count_said(",unknown,"), 1);
	assert_int_equal(count_said(",repeated,"), 1);
	assert_status(run("bundle report --format html " CHAIN), EX_USAGE);
	assert_said("nist or csv");
	assert_status(
		run("bundle report --format csv --json " CHAIN), EX_USAGE);
}

static void numbers_are_told_as_nist_wants(void **state)
{
	(void)state;
	assert_status(run("bundle report --format nist --day 2026-05-01 " CHAIN
			  ">nist.json"),
		0);
	assert_status(shell("jq -r '.. | select(.Overvotes?) | .GpUnitId' "
			    "%s/nist.json",
			      folder),
		0);
	assert_said("district-");
	assert_null(strstr(said, "station-"));
	assert_status(shell("tests/interop/nist %s/nist.json", folder), 0);
	assert_status(shell("sed 's/\"NumberElected\": 13/\"NumberElected\": "
			    "\"13\"/' %s/nist.json >%s/bad.json && "
			    "tests/interop/nist %s/bad.json",
			      folder, folder, folder),
		1);
	assert_status(shell("sed '/GpUnitId/s/station-02/station-99/' "
			    "%s/nist.json >%s/bad.json && "
			    "tests/interop/nist %s/bad.json",
			      folder, folder, folder),
		1);
	assert_status(run("bundle report --format nist " CHAIN), EX_USAGE);
	assert_said("--day");
	assert_status(run("bundle report --format nist --day 1.5.2026 " CHAIN),
		EX_USAGE);
}

#define RULING UNANSWERED_RULING "--yes "

static void a_ruling_is_signed_and_told(void **state)
{
	(void)state;
	assert_status(
		run(RULING "--annul 'station-02 the seal was broken' "
			   "--key auditor-1.pem --force --output one.note"),
		0);
	assert_status(
		run("bundle report --ruling one.note " CHAIN), EX_DATAERR);
	assert_said("fewer have signed than the quorum needs");
	assert_status(run(RULING "--annul 'station-02 the seal was broken' "
				 "--key auditor-3.pem --note one.note "
				 "--force --output ruling.note"),
		0);
	assert_status(run("bundle report --ruling ruling.note " CHAIN), 0);
	assert_said("the seal was broken");
	assert_status(
		run("bundle report --format csv --ruling ruling.note " CHAIN),
		0);
	assert_int_equal(csv_number("\"council\",,,", ",no,cast,,,,"),
		csv_number("\"council\",\"station-01\"", ",no,cast,,,,"));
	assert_true(
		csv_number("\"council\",\"station-02\"", ",yes,cast,,,,") > 0);
	assert_status(run("bundle report --format nist --day 2026-05-01 "
			  "--ruling ruling.note " CHAIN ">nist.json"),
		0);
	assert_status(shell("tests/interop/nist %s/nist.json", folder), 0);
	assert_status(shell("grep -q 'station-02 is annulled: the seal was "
			    "broken' %s/nist.json",
			      folder),
		0);
}

/* After a_ruling_is_signed_and_told, which left the note. */
static void a_recount_writes_the_ruling(void **state)
{
	(void)state;
	assert_status(run("recount --may-swap --sent sent.tar --definition "
			  "definition.json --escrow escrow.pem "
			  "--ruling ruling.note --output ruled"),
		0);
	assert_said("the machine's result");
	assert_said("the seal was broken");
	assert_status(shell("grep -qx 'annulled: station-02 the seal was "
			    "broken' %s/ruled",
			      folder),
		0);
	assert_status(run("recount --may-swap --sent sent.tar --definition "
			  "definition.json --escrow escrow.pem "
			  "--ruling one.note"),
		EX_DATAERR);
}

static void a_ruling_about_nothing_is_not_signed(void **state)
{
	(void)state;
	assert_status(
		run(RULING "--annul 'station-99 why' --key auditor-1.pem"),
		EX_USAGE);
	assert_said("the definition has no such station");
	assert_status(run(RULING "--lot 'council 101 999' --key auditor-1.pem"),
		EX_USAGE);
	assert_said("a lot names a code that no candidate has");
	assert_status(run(RULING "--lot 'council 101 102' --key "
				 "auditor-1.pem --output lot.note"),
		EX_DATAERR);
	assert_said("a lot is not among exactly");
	assert_status(shell("test ! -e %s/lot.note", folder), 0);
}

/* Or an auditor would sign about numbers that nobody has released. */
static void a_ruling_about_an_unverified_result_is_not_signed(void **state)
{
	struct paper *copy = paper_copy(paper);
	(void)state;
	paper_flip(copy, "result.note", -3);
	paper_write_sent_as(copy, "bad.tar");
	paper_free(copy);
	assert_status(run("approve ruling --sent bad.tar "
			  "--definition definition.json "
			  "--authorities authorities.pem --without 10 --yes "
			  "--annul 'station-02 why' --key auditor-1.pem "
			  "--output unverified.note"),
		EX_DATAERR);
	assert_said("result note: ");
	assert_said("nothing was signed");
	assert_status(shell("test ! -e %s/unverified.note", folder), 0);
}

/* By whom, and while it is not over. */
static void elections_are_called_off(void **state)
{
	(void)state;
	paper_write_closed(paper);
	assert_status(run(ABANDON "--yes --key authority-1.pem"), 0);
	assert_said("reason: A reason.");
	assert_said("with their quorum's signatures, too");
	assert_status(run(ABANDON "--yes --key officer-1.pem"), EX_NOPERM);
	assert_status(run("election abandon " CHAIN "--reason 'A reason.' "
			  "--yes --key authority-1.pem"),
		EX_DATAERR);
	assert_said("the election is released, so it cannot be called off");
}

/* What the machine sends when it has taken in no box yet. */
static void write_before_boxes(void)
{
	enum { ENTRIES_BEFORE = 4 };
	struct paper *copy = paper_copy(paper);
	paper_end_after(copy, ENTRIES_BEFORE);
	paper_write_sent_as(copy, "zero.tar");
	paper_free(copy);
}

#define ZERO                                                                   \
	"audit zero --sent zero.tar --definition definition.json "             \
	"--authorities authorities.pem "

static void zeros_are_reported_before_the_first_box(void **state)
{
	(void)state;
	write_before_boxes();
	assert_status(run(ZERO), 0);
	assert_said("Maryam Karimi");
	assert_row_holds_its_numbers("101", "مریم کریمی");
	assert_null(strstr(said, " elected"));
	assert_status(run(ZERO "--format csv"), 0);
	assert_int_equal(csv_number("\"council\",,,", ",no,cast,,,,"), 0);
	assert_int_equal(count_said("boxes_missing"), 0);
	assert_said("\"Maryam Karimi\",0,10,not-elected\r\n");
	assert_status(run(ZERO "--format nist --day 2026-05-01 >zero.json"), 0);
	assert_status(shell("tests/interop/nist %s/zero.json", folder), 0);
	assert_status(
		shell("grep -q unofficial-partial %s/zero.json", folder), 0);
	assert_status(run("audit zero " CHAIN), EX_DATAERR);
	assert_said("the machine took a box in");
}

static void boxes_are_counted_again(void **state)
{
	(void)state;
	assert_status(run("recount --may-swap --sent sent.tar "
			  "--definition definition.json --escrow escrow.pem"),
		0);
	assert_said("the machine's result");
	assert_said("elected");
}

/* Before the release: what the auditors are asked to approve. */
static void evidence_is_counted_again(void **state)
{
	struct paper *copy = paper_copy(paper);
	struct bytes challenge = paper_get(copy, "challenge");
	char digest[2 * SHA256_SIZE + 1];
	(void)state;
	snprintf(digest, sizeof(digest), "%s",
		strstr((const char *)challenge.data, "result: ") + 8);
	paper_put(copy, "result.note", bytes_of(NULL, 0));
	paper_write_sent_as(copy, "evidence.tar");
	assert_status(
		run("recount --may-swap --sent evidence.tar --output recounted "
		    "--stations parts " RECOUNT_FILES),
		0);
	assert_said("the machine's result");
	assert_said(digest);
	assert_int_equal(shell("cd %s && cat recounted parts", folder), 0);
	char *result = paper_result(paper);
	assert_string_equal(said, result);
	free(result);
	challenge = paper_get(copy, "challenge");
	paper_flip(copy, "challenge",
		strstr((const char *)challenge.data, "revocation: ") + 12 -
			(const char *)challenge.data);
	paper_write_sent_as(copy, "evidence.tar");
	paper_free(copy);
	assert_status(run("recount --may-swap --sent evidence.tar "
			  "--definition definition.json --escrow escrow.pem"),
		EX_DATAERR);
	assert_said("the machine's result is another one");
}

/* Is a core dumped of what is killed while it reads the folder's fifo? */
static bool dumps_core(const char *path, char *const *arguments)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	int status = 0;
	char *fifo = path_join(folder, "fifo");
	const pid_t pid = fork();
	if (pid == 0) {
		/* A shell ignores it for what it starts in the background. */
		signal(SIGQUIT, SIG_DFL);
		if (setrlimit(RLIMIT_CORE, &all) == 0 && chdir(folder) == 0)
			execvp(path, arguments);
		_exit(127);
	}
	assert_true(pid > 0);
	/* Opens when the other side is there. */
	const int writer = open(fifo, O_WRONLY | O_CLOEXEC);
	assert_true(writer >= 0);
	assert_int_equal(kill(pid, SIGQUIT), 0);
	assert_true(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
	close(writer);
	free(fifo);
	return WCOREDUMP(status);
}

static void no_core_is_dumped_with_a_key_in_it(void **state)
{
	char name[] = "cat", fifo[] = "fifo", group[] = "recount";
	char sent[] = "--sent", archive[] = "sent.tar", escrow[] = "--escrow";
	char text[] = "--definition", definition[] = "definition.json";
	char *const reader[] = { name, fifo, NULL };
	char *const recount[] = { program, group, sent, archive, text,
		definition, escrow, fifo, NULL };
	(void)state;
	assert_status(shell("mkfifo %s/fifo", folder), 0);
	const bool system_dumps = dumps_core(name, reader);
	const bool sandoq_dumps = dumps_core(program, recount);
	assert_status(shell("rm -f %s/fifo %s/core*", folder, folder), 0);
	assert_false(sandoq_dumps);
	if (!system_dumps)
		skip();
}

static void another_escrow_key_opens_nothing(void **state)
{
	(void)state;
	assert_status(run("recount --may-swap --sent sent.tar "
			  "--definition definition.json --escrow stranger.pem"),
		EX_NOPERM);
	assert_said("stranger.pem: this key is no recipient that the "
		    "definition lists");
	assert_null(strstr(said, "another one"));
}

#define KEYS                                                                   \
	"--definition definition.json --election-keys election-keys.note "     \
	"--box-key bk.pub "

static void box_is_sealed_checked_and_counted(void **state)
{
	(void)state;
	write_file("ballots.csv",
		bytes_of_text("contest,choices\ncouncil,101 102\ncouncil,\n"));
	assert_status(run("box seal ballots.csv " KEYS
			  "--key station-01.pem --output box"),
		0);
	assert_said("station-01");
	assert_status(run("box check box " KEYS), 0);
	assert_status(run("recount --may-swap box --escrow escrow.pem " KEYS
			  "--output result.txt --json"),
		0);
	assert_said("\"cast\": 2");
	assert_said("\"blank\": 1");
}

/* It is void, and none of the boxes that are still to come. */
static void a_box_that_is_given_twice_is_counted_once(void **state)
{
	(void)state;
	assert_status(run("recount --may-swap box box --json --escrow "
			  "escrow.pem " KEYS),
		0);
	assert_said("\"cast\": 2,");
	assert_said("\"boxes_counted\": 1");
	assert_said("\"boxes_void\": 1");
	assert_said("\"boxes_missing\": 11");
	assert_said("box 1 is void: this box of the station was already "
		    "counted");
}

static bool seal_elsewhere(void)
{
	return shell("seal=$PWD/tests/interop/seal; cd %s && xargs \"$seal\" "
		     "payload other.age <recipients",
		       folder) == 0;
}

static void box_by_another_client(void **state)
{
	(void)state;
	if (shell("test -e build/interop/installed") != 0)
		skip();
	assert_status(run("box encode ballots.csv " KEYS
			  "--key station-01.pem --output payload"),
		0);
	assert_status(run("box recipients " KEYS), 0);
	assert_said("age1tag1");
	write_file("recipients", bytes_of_text(said));
	assert_true(seal_elsewhere());
	assert_status(run("box sign other.age --payload payload " KEYS
			  "--key station-01.pem --output other.note"),
		0);
	assert_status(run("box check other " KEYS), 0);
	assert_status(run("recount --may-swap other --json --escrow "
			  "escrow.pem " KEYS),
		0);
	assert_said("\"cast\": 2");
	assert_said("\"blank\": 1");
	assert_said("\"boxes_void\": 0");
}

static void bad_ballots_have_their_line(void **state)
{
	(void)state;
	write_file("bad.csv",
		bytes_of_text("contest,choices\ncouncil,101\nmayor,1\n"));
	assert_status(run("box seal bad.csv " KEYS
			  "--key station-01.pem --output bad"),
		EX_DATAERR);
	assert_said("bad.csv: 3: record 2: the definition has no such contest");
	assert_status(run("--lang fa box seal bad.csv " KEYS
			  "--key station-01.pem --output bad"),
		EX_DATAERR);
	assert_said(
		"bad.csv: 3: ردیف \u20682\u2069: \u2068تعریف چنین "
		"رقابتی ندارد\u2069؛ فایل رأی‌ها را "
		"دوباره "
		"بسازید");
	assert_status(run("box seal ballots.csv " KEYS
			  "--key stranger.pem --output bad"),
		EX_NOPERM);
	assert_status(run("--lang fa box seal ballots.csv " KEYS
			  "--key stranger.pem --output bad"),
		EX_NOPERM);
	assert_said("هیچ شعبهٔ این انتخابات این کلید را ندارد");
}

static void cast_vote_records_are_sealed(void **state)
{
	(void)state;
	write_file("nist.json",
		bytes_of_text(
			"{\"@type\":\"CVR.CastVoteRecordReport\",\"CVR\":[\n"
			"{\"CurrentSnapshotId\":\"s\",\"CVRSnapshot\":[{\"@"
			"id\":"
			"\"s\",\"CVRContest\":[{\"ContestId\":\"council\","
			"\"CVRContestSelection\":[{\"ContestSelectionId\":"
			"\"101\",\"SelectionPosition\":[{\"HasIndication\":"
			"\"yes\",\"NumberVotes\":1}]}]}]}]}]}\n"));
	write_file("dominion.json",
		bytes_of_text("{\"Version\":\"5.10.50.85\",\"Sessions\":[\n"
			      "{\"Original\":{\"IsCurrent\":true,\"Cards\":["
			      "{\"Contests\":[{\"Id\":7,\"Marks\":[{"
			      "\"CandidateId\":5,"
			      "\"Rank\":1,\"IsAmbiguous\":false}]}]}]}}]}"));
	write_file("map.csv", bytes_of_text("contest,selection,meaning\n"
					    "7,,council\n7,5,101\n"));
	write_file("one.csv", bytes_of_text("contest,choices\ncouncil,101\n"));
	assert_status(run("box encode one.csv " KEYS
			  "--key station-01.pem --output from-csv"),
		0);
	assert_status(run("box encode nist.json " KEYS
			  "--key station-01.pem --output from-nist"),
		0);
	assert_status(run("box encode dominion.json --map map.csv " KEYS
			  "--key station-01.pem --output from-dominion"),
		0);
	assert_int_equal(shell("cd %s && cmp from-csv from-nist && "
			       "cmp from-csv from-dominion",
				 folder),
		0);
	assert_status(run("box encode dominion.json " KEYS
			  "--key station-01.pem --output none"),
		EX_DATAERR);
	assert_said("dominion.json: 2: record 1: the definition has no "
		    "contest with this id");
	assert_status(run("box encode one.csv --map map.csv " KEYS
			  "--key station-01.pem --output none"),
		EX_USAGE);
	write_file("map.csv", bytes_of_text("contest,selection\n"));
	assert_status(run("box encode dominion.json --map map.csv " KEYS
			  "--key station-01.pem --output none"),
		EX_DATAERR);
	assert_said("map.csv: 1");
	write_file("report.xml", bytes_of_text("<CastVoteRecordReport/>"));
	assert_status(run("box encode report.xml " KEYS
			  "--key station-01.pem --output none"),
		EX_DATAERR);
	assert_said("this is XML");
}

static void changed_box_is_void(void **state)
{
	struct file box;
	(void)state;
	char *path = path_join(folder, "box.age");
	assert_int_equal(file_read(path, 1 << 20, &box), 0);
	free(path);
	box.data[box.size - 1] ^= 1;
	write_file("changed.age", file_bytes(&box));
	file_free(&box);
	path = path_join(folder, "box.note");
	assert_int_equal(file_read(path, STATEMENT_MOST, &box), 0);
	free(path);
	write_file("changed.note", file_bytes(&box));
	file_free(&box);
	assert_status(run("box check changed " KEYS), EX_DATAERR);
	assert_status(
		run("recount --may-swap changed box --escrow escrow.pem " KEYS),
		0);
	assert_said("box 0 is void");
	assert_said("boxes_counted");
}

/* More boxes than are counted side by side on most machines. */
static void many_boxes_are_counted_side_by_side(void **state)
{
	enum { BOXES = 12, BAD = 7 };
	char boxes[BOXES * 16] = "";
	(void)state;
	for (unsigned i = 0; i < BOXES; i++) {
		char key[32];
		snprintf(key, sizeof(key), "many-%u.pem", i);
		write_key(key, paper_scalar(BODIES, 1 + i));
		assert_status(run("box seal ballots.csv " KEYS
				  "--key many-%u.pem --output many-%u",
				      i, i),
			0);
		snprintf(boxes + strlen(boxes), sizeof(boxes) - strlen(boxes),
			"many-%u ", i);
	}
	assert_int_equal(
		shell("cd %s && printf x >>many-%u.age", folder, BAD), 0);
	assert_status(
		run("recount --may-swap %s --json --escrow escrow.pem " KEYS,
			boxes),
		0);
	assert_said("\"cast\": 22");
	assert_said("\"boxes_counted\": 11");
	assert_said("box 7 is void: the box is not the one that the station "
		    "signed for");
	assert_status(run("recount --may-swap many-0 %s --json --escrow "
			  "escrow.pem " KEYS,
			      boxes),
		0);
	assert_said("\"boxes_counted\": 11");
	assert_said("box 1 is void: this box of the station was already "
		    "counted");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(help_is_given),
		cmocka_unit_test(definition_is_checked),
		cmocka_unit_test(a_definition_that_shows_votes_is_warned_of),
		cmocka_unit_test(definition_is_signed),
		cmocka_unit_test(names_not_in_nfc_are_not_signed),
		cmocka_unit_test(what_no_machine_can_count_is_not_signed),
		cmocka_unit_test(villages_share_a_definition),
		cmocka_unit_test(names_that_look_alike_are_told),
		cmocka_unit_test(
			names_that_look_alike_are_told_before_one_signs),
		cmocka_unit_test(nobody_signs_unread),
		cmocka_unit_test(what_was_declined_is_not_signed),
		cmocka_unit_test(what_was_agreed_to_is_signed),
		cmocka_unit_test(all_before_a_signature_is_said_in_persian),
		cmocka_unit_test(strangers_sign_nothing),
		cmocka_unit_test(enrolment_is_signed),
		cmocka_unit_test(
			enrolment_is_signed_by_whose_credential_was_opened),
		cmocka_unit_test(enrolment_has_a_date),
		cmocka_unit_test(election_keys_are_signed),
		cmocka_unit_test(software_is_told),
		cmocka_unit_test(approvals_are_made),
		cmocka_unit_test(opening_is_approved),
		cmocka_unit_test(an_opening_says_whose_nonces_are_quoted),
		cmocka_unit_test(missing_boxes_are_agreed_to),
		cmocka_unit_test(signed_texts_stand_in_both_languages),
		cmocka_unit_test(missing_boxes_are_asked_about_in_persian),
		cmocka_unit_test(reports_are_told_in_persian),
		cmocka_unit_test(reports_have_persian_labels),
		cmocka_unit_test(missing_boxes_are_told),
		cmocka_unit_test(nothing_is_approved_that_does_not_verify),
		cmocka_unit_test(a_release_is_approved_with_all_checks_made),
		cmocka_unit_test(what_is_not_checked_is_said),
		cmocka_unit_test(it_is_said_what_is_verified),
		cmocka_unit_test(evidence_is_verified),
		cmocka_unit_test(another_boot_is_named),
		cmocka_unit_test(failed_machine_leans_on_what_it_sent_before),
		cmocka_unit_test(nothing_of_now_is_taken_from_before),
		cmocka_unit_test(nonces_differ),
		cmocka_unit_test(bundle_is_verified_and_told),
		cmocka_unit_test(tables_are_as_wide_as_the_terminal),
		cmocka_unit_test(elections_are_called_off),
		cmocka_unit_test(zeros_are_reported_before_the_first_box),
		cmocka_unit_test(a_public_bundle_verifies),
		cmocka_unit_test(evidence_before_the_release_is_not_public),
		cmocka_unit_test(numbers_are_told_as_csv),
		cmocka_unit_test(numbers_are_told_as_nist_wants),
		cmocka_unit_test(a_ruling_is_signed_and_told),
		cmocka_unit_test(a_recount_writes_the_ruling),
		cmocka_unit_test(a_ruling_about_nothing_is_not_signed),
		cmocka_unit_test(
			a_ruling_about_an_unverified_result_is_not_signed),
		cmocka_unit_test(no_name_moves_a_number),
		cmocka_unit_test(bad_bundle_tells_no_numbers),
		cmocka_unit_test(a_part_of_one_station_is_proved),
		cmocka_unit_test(no_part_of_a_bad_bundle_is_told),
		cmocka_unit_test(boxes_are_counted_again),
		cmocka_unit_test(evidence_is_counted_again),
		cmocka_unit_test(another_escrow_key_opens_nothing),
		cmocka_unit_test(no_core_is_dumped_with_a_key_in_it),
		cmocka_unit_test(box_is_sealed_checked_and_counted),
		cmocka_unit_test(a_box_that_is_given_twice_is_counted_once),
		cmocka_unit_test(box_by_another_client),
		cmocka_unit_test(bad_ballots_have_their_line),
		cmocka_unit_test(cast_vote_records_are_sealed),
		cmocka_unit_test(changed_box_is_void),
		cmocka_unit_test(many_boxes_are_counted_side_by_side),
	};
	crypto_start();
	return cmocka_run_group_tests(tests, make, drop);
}
