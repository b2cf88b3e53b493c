/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a station page does is what `sandoq box seal` does: from the same
 * ballots and the same random bytes come the same bytes, and each takes what
 * the other has made.
 */
#include "tests/desk/verdicts.h"
#include "tests/desk/workplace.h"
#include "tests/support/election.h"

#include "appliance/formats/note.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <cmocka.h>

/* Of the sample city, by tests/verify/paper.h. */
enum { FIRST_STATION = 1 + 3 * BODIES + 1 };

#define PASSPHRASE "a few words"
#define BEGIN "{\"call\": \"begin\"}\n"
#define UNLOCK                                                                 \
	"{\"call\": \"unlock\", \"file\": \"locked.pem\", "                    \
	"\"passphrase\": \"" PASSPHRASE "\"}\n"
#define READ "{\"call\": \"read\", \"csv\": \"ballots.csv\", \"sequence\": 1}\n"
#define SEAL "{\"call\": \"seal\"}\n"

/* A thousand ballots, some blank, some with codes that nobody has. */
static void write_ballots(void)
{
	char text[1 << 16];
	struct writer out = writer_of(text, sizeof(text));
	write_text(&out, "\xef\xbb\xbf"
			 "contest,choices\r\n");
	for (unsigned i = 0; i < 1000; i++) {
		write_text(&out, "council,");
		if (i % 10 == 1)
			write_text(&out, "999");
		if (i % 10 > 1) {
			write_decimal(&out, 101 + i % 7);
			write_text(&out, i % 10 == 2 ? " 998" : " 120");
		}
		write_text(&out, "\r\n");
	}
	write_file("ballots.csv", written(&out));
}

/* What stands in a definition for this key; all are of one size. */
static void public_line(
	const struct p256_private *key, char line[NOTE_VKEY_MOST + 1])
{
	const struct p256_public public = p256_public_of(key);
	struct writer out = writer_of(line, NOTE_VKEY_MOST);
	struct note_key who;
	assert_null(note_key_of("station-01", &public, &who));
	write_note_key(&out, &who);
	line[out.size] = '\0';
}

/* A key in the place of the sample's, whose number is no number of others. */
static void write_station_key(char *json)
{
	char old[NOTE_VKEY_MOST + 1], new[NOTE_VKEY_MOST + 1];
	uint8_t pem[P256_PEM_MOST];
	struct writer out = writer_of(pem, sizeof(pem));
	struct p256_private *sample = scalar_key(FIRST_STATION);
	struct p256_private *key = p256_generate();
	public_line(sample, old);
	public_line(key, new);
	char *at = strstr(json, old);
	assert_non_null(at);
	memcpy(at, new, strlen(new));
	write_p256_pem(&out, key);
	write_file("station.pem", written(&out));
	p256_free(sample);
	p256_free(key);
}

static int make(void **state)
{
	char *json = city_json();
	(void)state;
	workplace_make();
	write_station_key(json);
	write_election(bytes_of_text(json));
	free(json);
	write_ballots();
	assert_status(
		shell("cd %s && echo '" PASSPHRASE
		      "' >pass && openssl pkcs8 -topk8 -in station.pem -v2 "
		      "aes-256-cbc -v2prf hmacWithSHA256 -iter 20000 -passout "
		      "file:pass -out locked.pem",
			folder),
		0);
	return 0;
}

static int drop(void **state)
{
	(void)state;
	workplace_drop();
	return 0;
}

/* What the page answers to these calls, a line each, is what was said. */
static void page(const char *calls)
{
	write_file("calls", bytes_of_text(calls));
	assert_status(shell("KNOWN_RANDOM=1 node build/page-tests/station.mjs "
			    "build/page/station.wasm %s <%s/calls",
			      folder, folder),
		0);
}

static void the_same_bytes_as_box_seal(void **state)
{
	(void)state;
	assert_status(shell("cc -shared -fPIC -o %s/known.so "
			    "tests/page/known_random.c",
			      folder),
		0);
	assert_status(shell("sandoq=%s; cd %s && LD_PRELOAD=$PWD/known.so "
			    "$sandoq box seal ballots.csv " ELECTION_FILES
			    "--key station.pem --output ours",
			      program, folder),
		0);
	page(BEGIN UNLOCK READ SEAL);
	assert_said("\"kind\":\"sealed\",\"station\":\"station-01\"");
	assert_status(shell("cmp %s/ours.age %s/page.age", folder, folder), 0);
	/* Signatures differ; what is signed does not. */
	assert_status(
		shell("cd %s && sed '/^$/,$d' ours.note >ours.text && sed "
		      "'/^$/,$d' page.note >page.text && cmp ours.text "
		      "page.text && test -s page.text",
			folder),
		0);
	assert_status(run("box check ours " ELECTION_FILES), 0);
	assert_status(run("box check page " ELECTION_FILES), 0);
}

static void what_was_read_is_told(void **state)
{
	(void)state;
	page(BEGIN UNLOCK READ);
	assert_said("\"kind\":\"ready\",\"election\":");
	assert_said("\"kind\":\"station\",\"id\":\"station-01\"");
	assert_said("\"ballots\":1000,\"sequence\":1,\"lines\":1001,"
		    "\"first\":\"council,\",\"last\":\"council,");
	assert_said("\"cast\":1000,\"blank\":100,\"unreadable\":100,"
		    "\"unknown\":200");
}

static void a_line_that_does_not_fit_is_named(void **state)
{
	(void)state;
	write_file("bad.csv",
		bytes_of_text("contest,choices\ncouncil,101\nmayor,1\n"));
	page(BEGIN UNLOCK "{\"call\": \"read\", \"csv\": \"bad.csv\", "
			  "\"sequence\": 1}\n" SEAL);
	assert_said("\"kind\":\"refused\",\"line\":3,\"words\":{\"en\":\"the "
		    "definition has no such contest\",\"fa\":\"تعریف چنین "
		    "رقابتی ندارد\"");
	/* And what is not read is not sealed. */
	assert_said("\"en\":\"no ballots have been read\"");
}

static void a_box_is_sealed_once(void **state)
{
	(void)state;
	page(BEGIN UNLOCK READ SEAL SEAL);
	assert_said("\"kind\":\"sealed\"");
	assert_said("\"en\":\"no ballots have been read\"");
}

#define HOLDS "{\"call\": \"holds\", \"key\": \"station.pem\"}\n"

static void the_key_is_wiped_once_it_has_signed(void **state)
{
	(void)state;
	page(BEGIN HOLDS UNLOCK READ HOLDS SEAL HOLDS READ);
	assert_said("\"kind\":\"read\"");
	assert_said("\"holds\",\"count\":1}\n{\"kind\":\"sealed\"");
	assert_said("\"holds\",\"count\":0}\n{\"kind\":\"refused\"");
	assert_said("\"en\":\"the station's key is locked\"");
	page(BEGIN UNLOCK READ SEAL UNLOCK READ SEAL);
	assert_null(strstr(said, "refused"));
}

static void what_is_wrong_with_a_key_is_told(void **state)
{
	(void)state;
	write_key("stranger.pem", 200);
	page(BEGIN "{\"call\": \"unlock\", \"file\": \"locked.pem\", "
		   "\"passphrase\": \"other words\"}\n" READ);
	assert_said("\"en\":\"the passphrase is wrong\"");
	assert_said("\"en\":\"the station's key is locked\"");
	page(BEGIN "{\"call\": \"unlock\", \"file\": \"stranger.pem\", "
		   "\"passphrase\": \"\"}\n");
	assert_said("\"en\":\"no station of this election has this key\"");
	page(BEGIN UNLOCK "{\"call\": \"unlock\", \"file\": \"ballots.csv\", "
			  "\"passphrase\": \"\"}\n" READ);
	assert_said("\"en\":\"the station's key is locked\"");
}

static void a_box_that_is_not_due_is_refused(void **state)
{
	(void)state;
	page(BEGIN UNLOCK "{\"call\": \"read\", \"csv\": \"ballots.csv\", "
			  "\"sequence\": 2}\n");
	assert_said("\"en\":\"the station delivers no box of this number\"");
}

/* One byte of what the authority signed, or of what it signed for. */
static void nothing_is_sealed_to_what_nobody_signed(void **state)
{
	static const char *const file[] = { "keys.note", "bk.pub",
		"definition.json" };
	(void)state;
	for (size_t i = 0; i < sizeof(file) / sizeof(file[0]); i++) {
		assert_status(shell("cd %s && cp %s kept && tail -c 1 %s | tr "
				    "'\\000-\\377' '\\001-\\377\\000' "
				    ">changed && head -c -1 kept | cat - "
				    "changed >%s",
				      folder, file[i], file[i], file[i]),
			0);
		page(BEGIN UNLOCK);
		assert_status(shell("cd %s && mv kept %s", folder, file[i]), 0);
		page(BEGIN);
		assert_said("\"kind\":\"ready\"");
	}
}

static void a_key_is_made(void **state)
{
	(void)state;
	page("{\"call\": \"make_key\", \"name\": \"north\", \"passphrase\": "
	     "\"" PASSPHRASE "\"}\n"
	     "{\"call\": \"make_key\", \"name\": \"north\", \"passphrase\": "
	     "\"short\"}\n"
	     "{\"call\": \"make_key\", \"name\": \"no id\", \"passphrase\": "
	     "\"" PASSPHRASE "\"}\n");
	assert_said("\"kind\":\"key\",\"name\":\"north\",\"public\":\"north+");
	assert_said("\"en\":\"the passphrase is shorter than 8 bytes\"");
	assert_said("\"en\":\"this is no id of a station\"");
	write_file("answers", bytes_of_text(said));
	/* OpenSSL opens it, and the key in it is the one that was told. */
	assert_status(
		shell("sandoq=%s; cd %s && openssl pkey -in page.pem "
		      "-passin file:pass -out open.pem && $sandoq key "
		      "show open.pem --name north >line && grep -qF \"$(cat "
		      "line)\" answers",
			program, folder),
		0);
}

/* $STATION_PICTURES: a folder that gets pictures of it. */
static void an_evening_in_a_browser(void **state)
{
	const char *pictures = getenv("STATION_PICTURES");
	(void)state;
	if (!browser_is_wanted())
		skip();
	write_file("bad.csv",
		bytes_of_text("contest,choices\ncouncil,101\nmayor,1\n"));
	assert_status(run("election station-page " ELECTION_FILES
			  "--output page.html"),
		0);
	assert_status(
		shell("node build/page-tests/station_look.mjs %s/page.html %s "
		      "%s",
			folder, folder, pictures ? pictures : ""),
		0);
	assert_status(run("box check saved " ELECTION_FILES), 0);
}

static void no_page_for_keys_that_nobody_signed(void **state)
{
	(void)state;
	write_file("other.pub", bytes_of_text("x"));
	assert_status(run("election station-page --definition definition.json "
			  "--election-keys keys.note --box-key other.pub "
			  "--output none.html"),
		EX_DATAERR);
	assert_status(run("election station-page --definition definition.json "
			  "--output none.html"),
		EX_USAGE);
	assert_said("missing: --election-keys");
	assert_status(shell("test ! -e %s/none.html", folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_bytes_as_box_seal),
		cmocka_unit_test(what_was_read_is_told),
		cmocka_unit_test(a_line_that_does_not_fit_is_named),
		cmocka_unit_test(a_box_is_sealed_once),
		cmocka_unit_test(the_key_is_wiped_once_it_has_signed),
		cmocka_unit_test(what_is_wrong_with_a_key_is_told),
		cmocka_unit_test(a_box_that_is_not_due_is_refused),
		cmocka_unit_test(nothing_is_sealed_to_what_nobody_signed),
		cmocka_unit_test(a_key_is_made),
		cmocka_unit_test(no_page_for_keys_that_nobody_signed),
		cmocka_unit_test(an_evening_in_a_browser),
	};
	return cmocka_run_group_tests(tests, make, drop);
}
