/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/machine/verify-with-stock-tools has no code in common with the
 * verifier, and names the same check first in whatever is wrong. So does the
 * result page in a browser, in the verifier's words.
 */
#include "tests/desk/paper_files.h"
#include "tests/desk/verdicts.h"
#include "tests/desk/workplace.h"

#include "appliance/formats/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <cmocka.h>

static struct paper *original;

static bool tools_are_here(void)
{
	return shell("command -v tpm2_checkquote tpm2_eventlog openssl jq "
		     "basenc") == 0;
}

static int make(void **state)
{
	(void)state;
	if (!tools_are_here())
		return 0;
	original = paper_make();
	workplace_make();
	paper_write_trusted(original);
	paper_write_sent(original);
	if (browser_is_wanted())
		browser_begin(TRUSTED);
	return 0;
}

static int drop(void **state)
{
	(void)state;
	if (original == NULL)
		return 0;
	paper_free(original);
	workplace_drop();
	return 0;
}

/* What is verified: by our command, and by the goal of the stock tools. */
struct claim {
	const char *ours;
	const char *theirs;
};
static const struct claim is_released = { "bundle", "released" };
static const struct claim is_abandoned = { "audit", "abandoned" };

static void our_verdict(const struct claim *claim, struct verdict *out)
{
	char command[256];
	snprintf(command, sizeof(command), "%s verify --sent sent.tar " TRUSTED,
		claim->ours);
	verdict_of(out, command);
}

static void their_verdict(const struct claim *claim, char out[64])
{
	static const char refused[] = "refused  ";
	int status = shell("tools=$PWD/tests/machine/verify-with-stock-tools; "
			   "cd %s && \"$tools\" %s sent.tar "
			   "definition.json authorities.pem profile.json",
		folder, claim->theirs);
	const char *line = strstr(said, refused);
	out[0] = '\0';
	if (line != NULL) {
		line += sizeof(refused) - 1;
		snprintf(out, 64, "%.*s", (int)strcspn(line, ":"), line);
	}
	assert_status(status, line == NULL ? 0 : EX_DATAERR);
}

/*
 * The stock tools start thousands of programs for a verdict. By day they are
 * asked once for each check that refuses, by `make nightly` each time.
 */
static bool is_their_turn(const char *check)
{
	static char asked[CHECKS_MOST][64];
	size_t at = 0;
	if (getenv("SANDOQ_NIGHTLY") != NULL)
		return true;
	while (asked[at][0] != '\0' && strcmp(asked[at], check) != 0)
		at++;
	const bool is_new = asked[at][0] == '\0';
	snprintf(asked[at], sizeof(asked[at]), "%s", check);
	return is_new;
}

static void agree_on(
	const struct claim *claim, const struct paper *paper, const char *check)
{
	struct verdict ours;
	char theirs[64];
	paper_write_sent(paper);
	our_verdict(claim, &ours);
	assert_string_equal(ours.check, check);
	if (is_their_turn(check)) {
		their_verdict(claim, theirs);
		assert_string_equal(theirs, check);
	}
	if (claim == &is_released && browser_is_wanted())
		browser_ask("sent.tar", &ours);
}

/* Verdicts on what the change makes of the machine on paper. */
static void agree_when(const struct claim *claim,
	void (*change)(struct paper *), const char *check)
{
	if (original == NULL)
		skip();
	struct paper *paper = paper_copy(original);
	if (change != NULL)
		change(paper);
	agree_on(claim, paper, check);
	paper_free(paper);
}

static void agree(void (*change)(struct paper *), const char *check)
{
	agree_when(&is_released, change, check);
}

static void unchanged(void **state)
{
	(void)state;
	agree(NULL, "");
}

/* A published bundle stays what it was when the EK's certificate expires. */
static void expired_since(void **state)
{
	struct paper_certificate year_ago = paper_certificate;
	(void)state;
	if (original == NULL)
		skip();
	year_ago.from = -370;
	year_ago.to = -360;
	struct paper *paper = paper_make_enrolled(&year_ago, -365);
	paper_write_trusted(paper);
	agree_on(&is_released, paper, "");
	paper_free(paper);
	paper_write_trusted(original);
}

#define DISAGREEMENT(name, check, ...)                                         \
	static void change_##name(struct paper *paper)                         \
	{                                                                      \
		__VA_ARGS__                                                    \
	}                                                                      \
	static void name(void **state)                                         \
	{                                                                      \
		(void)state;                                                   \
		agree(change_##name, check);                                   \
	}

DISAGREEMENT(operators, "operators", paper_flip(paper, "operators", -3);)
DISAGREEMENT(operators_of_each_board, "operators",
	     paper_flip_behind(paper, "operators", "each: ");)
DISAGREEMENT(certificate, "endorsement key", paper_flip(paper, "ek.crt", -1);)
DISAGREEMENT(authority, "authority", paper_flip(paper, "authority", 31);)
DISAGREEMENT(any_certificate, "endorsement key",
	     struct paper_certificate any = paper_certificate;
	     any.usage = NULL; paper_certify(paper, &any);)
DISAGREEMENT(tls_certificate, "endorsement key",
	     struct paper_certificate tls = paper_certificate;
	     tls.usage = "serverAuth"; paper_certify(paper, &tls);)
DISAGREEMENT(enrolled_too_early, "endorsement key", paper_date(paper, -3);)
DISAGREEMENT(enrolled_too_late, "endorsement key", paper_date(paper, 3);)
DISAGREEMENT(
	attestation_key, "attestation key", paper_flip(paper, "ak.pub", 9);)
DISAGREEMENT(nv_index, "TPM indices", paper_flip(paper, "journal.nv", 20);)
DISAGREEMENT(boot_approval, "boot approvals",
	     paper_put(paper, "approval-2", paper_get(paper, "approval-1"));)
DISAGREEMENT(activation, "activation", paper_flip(paper, "activation-2", 7);)
DISAGREEMENT(no_activation, "activation",
	     paper_put(paper, "activation-1", bytes_of(NULL, 0));)
DISAGREEMENT(enrolled_by_another, "enrolment note",
	     paper_sign_again(
		     paper, "enrolment.note", OPERATORS, MEMBER_2 | MEMBER_3);)
DISAGREEMENT(phase, "box key", paper_flip(paper, "phase", -1);)
DISAGREEMENT(result_key, "result key", paper_flip(paper, "rk.creation", -1);)
DISAGREEMENT(entry, "journal", paper_flip(paper, "entries", 500);)
DISAGREEMENT(unlocked, "journal", paper_leave_out(paper, ENTRY_LOCKED);)
DISAGREEMENT(box, "boxes", paper_flip(paper, "boxes/0001.age", -1);)
DISAGREEMENT(reason, "boxes", paper_flip(paper, "refused/0003", 8);)
DISAGREEMENT(header, "box headers", paper_flip(paper, "boxes/0001.header", -9);)
DISAGREEMENT(no_header, "box headers",
	     paper_put(paper, "boxes/0002.header", bytes_of(NULL, 0));)
DISAGREEMENT(header_of_another_box, "box headers",
	     paper_put(paper, "boxes/0001.header",
		     paper_get(paper, "boxes/0002.header"));)
DISAGREEMENT(counted_without_a_header, "result", paper_drop_header(paper, 0);)
DISAGREEMENT(header_for_others, "box headers", {
	struct age_header header;
	const struct bytes box = paper_get(paper, "boxes/0001.age");
	assert_null(age_header_parse(box, &header));
	paper_put(paper, "boxes/0001.header",
		bytes_of(box.data, box.size - header.payload.size));
})
DISAGREEMENT(opened_by_one, "open approvals",
	     const struct paper_approval how = { .members = MEMBER_1 };
	     paper_approve_open(paper, &how);)
DISAGREEMENT(another_nonce, "challenge",
	     paper_flip_behind(paper, "challenge", "nonce: auditor-1 ");)
DISAGREEMENT(quote, "quote", paper_flip(paper, "quote.attest", 120);)
DISAGREEMENT(event_log, "boot state",
	     paper_log(paper, "event-log", paper->profile.event,
		     paper->profile.count - 1);)
DISAGREEMENT(
	order_of_events, "event log", struct boot_profile log = paper->profile;
	struct event_rule second = log.event[2]; log.event[2] = log.event[3];
	log.event[3] = second;
	paper_log(paper, "event-log", log.event, log.count);)
DISAGREEMENT(released_unbound, "release approvals",
	     const struct paper_approval how = { .members = QUORUM,
		     .unbound = true };
	     paper_approve_release(paper, &how);)
DISAGREEMENT(released_by_one_board, "release approvals",
	     const struct paper_approval how = { .members = ONE_BOARD };
	     paper_approve_release(paper, &how);)
DISAGREEMENT(
	listing, "journal", paper_put(paper, "items", bytes_of_text("\0\1"));)
DISAGREEMENT(missing_listing, "journal",
	     const struct bytes items = paper_get(paper, "items");
	     paper_put(paper, "items", bytes_of(items.data, items.size - 2));)
DISAGREEMENT(member, "members", paper_flip(paper, "credential-1", -1);)
DISAGREEMENT(missing_member, "members",
	     paper_put(paper, "credential-1", bytes_of(NULL, 0));)
DISAGREEMENT(invented_reason, "members",
	     paper_put(paper, "failed/0007", bytes_of_text("a fire\n"));)

/* --- the journal written anew, by somebody who has no attestation key --- */

DISAGREEMENT(another_image, "", paper_another_image(paper);)
/* Both approvals, and what is published of them. */
static void cut_software_out(struct paper *paper)
{
	size_t at = paper_find(paper, ENTRY_SOFTWARE);
	for (; at < paper->entries; at = paper_find(paper, ENTRY_SOFTWARE))
		paper_cut(paper, at);
	for (size_t i = paper->sent.count; i-- > 0;) {
		char name[MEMBER_NAME_SIZE];
		memcpy(name, paper->sent.member[i].name, sizeof(name));
		if (strncmp(name, "software/", 9) == 0)
			paper_put(paper, name, bytes_of(NULL, 0));
	}
	paper_journal(paper);
}

DISAGREEMENT(
	another_image_is_cut_out, "closing anchor", paper_another_image(paper);
	cut_software_out(paper);)
DISAGREEMENT(invented_restart, "closing anchor",
	     paper_insert(paper, ENTRY_BOOT, ENTRY_OPEN);
	     paper_journal(paper);)
DISAGREEMENT(restart_is_cut_out, "closing anchor",
	     paper_cut(paper, paper_find(paper, ENTRY_BOOT));
	     paper_journal(paper);)
DISAGREEMENT(invented_restart_after_the_closing, "release anchor",
	     paper_insert(paper, ENTRY_BOOT, ENTRY_APPROVED);
	     paper_journal(paper);)
DISAGREEMENT(invented_restart_after_the_release, "present anchor",
	     paper_insert(paper, ENTRY_BOOT, 0);
	     paper_journal(paper);)
DISAGREEMENT(invented_failure, "closing anchor",
	     paper_invent(paper, ENTRY_FAILED, "failed", ENTRY_OPEN);)
DISAGREEMENT(invented_failure_at_the_end, "present anchor",
	     paper_invent(paper, ENTRY_FAILED, "failed", 0);)
DISAGREEMENT(invented_revocation, "closing anchor",
	     paper_invent(paper, ENTRY_REVOCATION, "approval-1", ENTRY_OPEN);)
DISAGREEMENT(rewritten_reason, "open approvals",
	     paper_flip(paper, "refused/0003", 8);
	     paper_journal(paper);)
DISAGREEMENT(rewritten_failure, "closing anchor", char name[64]; snprintf(name,
	sizeof(name), "failed/%04u", (unsigned)paper_find(paper, ENTRY_OPEN));
	     paper_invent(paper, ENTRY_FAILED, "failed", ENTRY_OPEN);
	     paper_close_again(paper); paper_flip(paper, name, 0);
	     paper_journal(paper);)

/* --- certificates that the attestation key did not make of this --- */

static void certify(struct paper *paper, const char *stem, unsigned scalar,
	const char *over, size_t entries)
{
	const struct digest qualifying = sha256(paper_get(paper, over));
	paper_certify_anchor(paper, stem, scalar, &qualifying, entries);
}

static size_t before_closing(const struct paper *paper)
{
	return paper_find(paper, ENTRY_CLOSED);
}

static size_t before_release(const struct paper *paper)
{
	return paper_find(paper, ENTRY_RELEASED);
}

DISAGREEMENT(anchor_by_another_key, "closing anchor",
	     certify(paper, "journal", PAPER_OTHER_SCALAR, "challenge",
		     before_closing(paper));)
DISAGREEMENT(anchor_of_fewer_entries, "closing anchor",
	     certify(paper, "journal", PAPER_AK_SCALAR, "challenge",
		     before_closing(paper) - 1);)
DISAGREEMENT(anchor_of_another_challenge, "closing anchor",
	     certify(paper, "journal", PAPER_AK_SCALAR, "now/challenge",
		     before_closing(paper));)
DISAGREEMENT(released_by_another_key, "release anchor",
	     certify(paper, "released", PAPER_OTHER_SCALAR, "result.note",
		     before_release(paper));)
DISAGREEMENT(released_before_the_signature, "release anchor",
	     certify(paper, "released", PAPER_AK_SCALAR, "challenge",
		     before_release(paper));)
DISAGREEMENT(released_before_other_entries, "release anchor",
	     certify(paper, "released", PAPER_AK_SCALAR, "result.note",
		     before_release(paper) - 1);)
DISAGREEMENT(no_anchor_at_the_release, "release anchor",
	     paper_put(paper, "released.attest", bytes_of(NULL, 0));)
DISAGREEMENT(present_by_another_key, "present anchor",
	     certify(paper, "now/journal", PAPER_OTHER_SCALAR, "now/challenge",
		     paper->entries);)
DISAGREEMENT(no_present_anchor, "present anchor",
	     paper_put(paper, "now/journal.attest", bytes_of(NULL, 0));)

DISAGREEMENT(result, "result note", paper_flip(paper, "result.note", 300);)
DISAGREEMENT(
	leaf_of_another_text, "boxes", paper->entry[4].of_another_text = true;
	paper_journal(paper);)
DISAGREEMENT(refusal_of_nothing, "boxes",
	     paper_put(paper, "refused/0003", bytes_of_text("no reason\n"));
	     paper_journal(paper);)
/* The refusal becomes one of nine that nobody signed, by this text. */
static void sum_up(struct paper *paper, uint16_t sequence, const char *text)
{
	struct paper_entry *entry =
		&paper->entry[paper_find(paper, ENTRY_REFUSED)];
	entry->station = JOURNAL_NO_STATION;
	entry->sequence = sequence;
	paper_put(paper, "refused/0003", bytes_of_text(text));
	paper_journal(paper);
}

#define OF_NINE "deliveries without an entry of their own: 9\n"
#define LINE                                                                   \
	"0123456789012345678901234567890123456789012345678901234567890123 -: " \
	"a\n"
#define LINES_4 LINE LINE LINE LINE

DISAGREEMENT(sum_of_another_number, "boxes",
	     sum_up(paper, 8, OF_NINE LINES_4 LINES_4);)
DISAGREEMENT(sum_of_too_few, "boxes", sum_up(paper, 9, OF_NINE LINES_4);)
DISAGREEMENT(sum_without_its_number, "boxes", sum_up(paper, 1, LINE);)

/* As `bundle public` leaves it. */
static void withhold(struct paper *paper)
{
	paper_put(paper, "boxes/0001.age", bytes_of(NULL, 0));
	paper_put(paper, "boxes/0002.age", bytes_of(NULL, 0));
}

static void public_bundle(void **state)
{
	char theirs[64];
	(void)state;
	agree(withhold, "");
	their_verdict(&is_released, theirs);
	assert_string_equal(theirs, "");
	assert_said("NOT CHECKED  ciphertext: a public bundle is without");
	assert_status(run("bundle verify --sent sent.tar "
			  "--definition definition.json "
			  "--authorities authorities.pem"),
		0);
	assert_said("NOT CHECKED ciphertext: ciphertext not compared");
}

DISAGREEMENT(one_box_withheld, "boxes",
	     paper_put(paper, "boxes/0001.age", bytes_of(NULL, 0));)
DISAGREEMENT(public_note_of_another, "boxes", withhold(paper); paper_put(
	paper, "boxes/0001.note", paper_get(paper, "boxes/0002.note"));)
DISAGREEMENT(public_reason, "boxes", withhold(paper);
	     paper_flip(paper, "refused/0003", 70);)
DISAGREEMENT(
	public_result, "result", paper_change_result(paper, "cast=", "cast=1");
	withhold(paper);)
DISAGREEMENT(result_with_another_sum, "result",
	     paper_change_result(paper, "cast=", "cast=1");)
DISAGREEMENT(impossible_flaws, "result",
	     paper_change_result(paper, "repeated=", "repeated=99999");)
DISAGREEMENT(flaws_of_a_station, "result",
	     paper_change_result(paper, "\nvotes: ", " extra=0\nvotes: ");)

static void call_off(struct paper *paper)
{
	paper_abandon(paper, ENTRY_MEDIUM, QUORUM, 0);
}

static void call_off_by_one(struct paper *paper)
{
	paper_abandon(paper, ENTRY_MEDIUM, MEMBER_1, 0);
}

static void drop_the_result(struct paper *paper)
{
	paper_abandon(paper, ENTRY_CLOSED, QUORUM, 0);
}

static void drop_it_with_the_auditors(struct paper *paper)
{
	paper_abandon(paper, ENTRY_CLOSED, QUORUM, QUORUM);
}

static void called_off(void **state)
{
	(void)state;
	agree_when(&is_abandoned, call_off, "");
	agree_when(&is_abandoned, call_off_by_one, "abandonment");
	agree_when(&is_abandoned, drop_the_result, "abandonment");
	agree_when(&is_abandoned, drop_it_with_the_auditors, "");
	agree(drop_it_with_the_auditors, "going on");
}

/* All that was told released above, in Chromium. */
static void browsers_agree(void **state)
{
	(void)state;
	if (original == NULL || !browser_is_wanted())
		skip();
	browser_agrees();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unchanged),
		cmocka_unit_test(operators),
		cmocka_unit_test(operators_of_each_board),
		cmocka_unit_test(certificate),
		cmocka_unit_test(authority),
		cmocka_unit_test(any_certificate),
		cmocka_unit_test(tls_certificate),
		cmocka_unit_test(enrolled_too_early),
		cmocka_unit_test(enrolled_too_late),
		cmocka_unit_test(expired_since),
		cmocka_unit_test(attestation_key),
		cmocka_unit_test(nv_index),
		cmocka_unit_test(boot_approval),
		cmocka_unit_test(activation),
		cmocka_unit_test(no_activation),
		cmocka_unit_test(enrolled_by_another),
		cmocka_unit_test(phase),
		cmocka_unit_test(result_key),
		cmocka_unit_test(entry),
		cmocka_unit_test(unlocked),
		cmocka_unit_test(called_off),
		cmocka_unit_test(box),
		cmocka_unit_test(reason),
		cmocka_unit_test(header),
		cmocka_unit_test(no_header),
		cmocka_unit_test(header_of_another_box),
		cmocka_unit_test(counted_without_a_header),
		cmocka_unit_test(header_for_others),
		cmocka_unit_test(opened_by_one),
		cmocka_unit_test(another_nonce),
		cmocka_unit_test(quote),
		cmocka_unit_test(event_log),
		cmocka_unit_test(order_of_events),
		cmocka_unit_test(released_unbound),
		cmocka_unit_test(released_by_one_board),
		cmocka_unit_test(listing),
		cmocka_unit_test(missing_listing),
		cmocka_unit_test(member),
		cmocka_unit_test(missing_member),
		cmocka_unit_test(invented_reason),
		cmocka_unit_test(another_image),
		cmocka_unit_test(another_image_is_cut_out),
		cmocka_unit_test(invented_restart),
		cmocka_unit_test(restart_is_cut_out),
		cmocka_unit_test(invented_restart_after_the_closing),
		cmocka_unit_test(invented_restart_after_the_release),
		cmocka_unit_test(invented_failure),
		cmocka_unit_test(invented_failure_at_the_end),
		cmocka_unit_test(invented_revocation),
		cmocka_unit_test(rewritten_reason),
		cmocka_unit_test(rewritten_failure),
		cmocka_unit_test(anchor_by_another_key),
		cmocka_unit_test(anchor_of_fewer_entries),
		cmocka_unit_test(anchor_of_another_challenge),
		cmocka_unit_test(released_by_another_key),
		cmocka_unit_test(released_before_the_signature),
		cmocka_unit_test(released_before_other_entries),
		cmocka_unit_test(no_anchor_at_the_release),
		cmocka_unit_test(present_by_another_key),
		cmocka_unit_test(no_present_anchor),
		cmocka_unit_test(result),
		cmocka_unit_test(public_bundle),
		cmocka_unit_test(one_box_withheld),
		cmocka_unit_test(public_note_of_another),
		cmocka_unit_test(public_reason),
		cmocka_unit_test(public_result),
		cmocka_unit_test(leaf_of_another_text),
		cmocka_unit_test(refusal_of_nothing),
		cmocka_unit_test(sum_of_another_number),
		cmocka_unit_test(sum_of_too_few),
		cmocka_unit_test(sum_without_its_number),
		cmocka_unit_test(result_with_another_sum),
		cmocka_unit_test(impossible_flaws),
		cmocka_unit_test(flaws_of_a_station),
		cmocka_unit_test(browsers_agree),
	};
	crypto_start();
	return cmocka_run_group_tests(tests, make, drop);
}
