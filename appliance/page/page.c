/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/page.h"

#include "appliance/election/ruling.h"
#include "appliance/formats/claims.h"
#include "appliance/formats/crypto.h"
#include "appliance/formats/packed.h"
#include "appliance/page/module.h"
#include "appliance/record/members.h"
#include "appliance/verify/told.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All checks with their reasons in two languages. */
enum { MESSAGE_MOST = 1 << 17 };
/* A piece, unless one line of the table alone is larger. */
enum { CSV_PIECE = 1 << 20 };

struct page {
	struct bytes given[PAGE_INPUTS];
	bool is_sealed;
	struct digest seal;
	struct archive sent;
	struct definition definition;
	struct boot_profile profile;
	struct evidence evidence;
	struct chain chain;
	struct checks checks;
	struct verification verification;
	/* A signature that the browser may see to hold, and its member. */
	struct claim claim;
	size_t asked;
	struct page_question question;
	/* What was refused outside of the table of checks. */
	const char *refused_part;
	char refused_words[CHECK_REASON_MOST];
	bool ended;
	bool passed;
	struct bytes message;
	/* Of a result that passed. */
	struct delivery delivery;
	struct outcomes outcomes;
	struct told told;
	struct told_place csv_at;
	struct bytes csv;
	uint8_t space[MESSAGE_MOST];
};

/* An instance of verify.wasm is one page. */
static struct page *this_page(void)
{
	static struct page page;
	return &page;
}

/* --- messages --- */

static const char *outcome_word(enum check_outcome outcome)
{
	static const char *const word[] = {
		[CHECK_REFUSED] = "refused",
		[CHECK_PASSED] = "passed",
		[CHECK_NOT_MADE] = "not-made",
	};
	return word[outcome];
}

static void put_checks(struct json_writer *json, const struct checks *checks)
{
	json_open_array(json, "checks");
	for (size_t i = 0; i < checks->count; i++) {
		const struct check *check = &checks->check[i];
		json_open_object(json, NULL);
		json_put_text(json, "name", check->name);
		json_put_text(json, "outcome", outcome_word(check->outcome));
		if (check->outcome == CHECK_PASSED)
			json_put_null(json, "reason");
		else
			put_words(json, "reason", check->reason);
		json_close(json);
	}
	json_close(json);
}

static struct json_writer begin_message(struct writer *out, const char *kind)
{
	struct json_writer json = json_writer_of(out);
	json_open_object(&json, NULL);
	json_put_text(&json, "kind", kind);
	return json;
}

static void tell_progress(struct page *page)
{
	const struct checks *checks = &page->checks;
	struct writer out = writer_of(page->space, sizeof(page->space));
	struct json_writer json = begin_message(&out, "progress");
	json_put_number(&json, "done", checks->count);
	json_put_number(&json, "of", verify_steps(VERIFY_RELEASED));
	json_put_text(&json, "check", checks->check[checks->count - 1].name);
	json_close(&json);
	page->message = written(&out);
}

static void tell_refused(struct page *page, const char *part, const char *words)
{
	struct writer out = writer_of(page->space, sizeof(page->space));
	struct json_writer json = begin_message(&out, "refused");
	json_put_text(&json, "check", part);
	put_words(&json, "words", words);
	put_checks(&json, &page->checks);
	json_close(&json);
	page->message = written(&out);
	page->ended = true;
}

/* Head and result in one, with room for both. */
static bool join(struct page *page, struct bytes head, struct bytes result)
{
	const size_t most = head.size + result.size + 1;
	uint8_t *space = malloc(most);
	struct writer out = writer_of(space, most);
	if (space == NULL)
		return false;
	write_bytes(&out, head);
	write_bytes(&out, result);
	write_u8(&out, '}');
	page->message = written(&out);
	return true;
}

static bool tell_passed(struct page *page)
{
	struct writer out = writer_of(page->space, sizeof(page->space));
	struct json_writer json = begin_message(&out, "passed");
	struct bytes result = { 0 };
	put_checks(&json, &page->checks);
	write_text(&out, ",\"result\":");
	const bool worked = !out.broken &&
			    told_written(told_json, &page->told, &result) &&
			    join(page, written(&out), result);
	free((void *)result.data);
	page->passed = worked;
	page->ended = true;
	return worked;
}

/* --- the result, once every check has passed --- */

static refusal tell_result(struct page *page)
{
	refusal why = delivery_of_chain(&page->chain, &page->delivery);
	page->told = (struct told){
		.definition = &page->definition,
		.chain = &page->chain,
		.result = &page->chain.result,
		.outcomes = &page->outcomes,
		.delivery = &page->delivery,
	};
	if (why == NULL)
		why = outcomes_of(&page->chain.result, &page->outcomes);
	if (why == NULL && !tell_passed(page))
		why = "there is not enough memory";
	return why;
}

/* Whether what is next had room behind what is there. */
static bool csv_add(struct page *page, struct writer *out)
{
	struct told_place at = page->csv_at;
	const size_t before = out->size;
	if (told_csv_next(out, &page->told, &at) && !out->broken) {
		page->csv_at = at;
		return true;
	}
	out->size = before;
	return false;
}

/* As much as has room; false when that is nothing. */
static bool csv_fill(struct page *page, size_t room)
{
	uint8_t *space = realloc((void *)page->csv.data, room);
	struct writer out = writer_of(space, room);
	if (space == NULL)
		abort();
	while (csv_add(page, &out))
		;
	page->csv = written(&out);
	return out.size > 0;
}

static refusal enter_ruling(struct page *page)
{
	const struct bytes ruling = page->given[PAGE_RULING];
	return ruling.size == 0 ? NULL
				: ruling_enter(&page->chain.result, ruling);
}

/* Some bytes of the evidence say nothing that a check looks at. */
static refusal check_seal(struct page *page)
{
	struct digest part[PAGE_INPUTS], whole;
	if (!page->is_sealed)
		return NULL;
	for (size_t i = 0; i < PAGE_INPUTS; i++)
		part[i] = sha256(page->given[i]);
	whole = sha256(bytes_of(part, sizeof(part)));
	return digest_equal(&whole, &page->seal)
		       ? NULL
		       : "the evidence is not what the page was made with";
}

/* What is left once every check of the table has passed. */
static void tell_end(struct page *page)
{
	static const struct {
		const char *name;
		refusal (*check)(struct page *);
	} rest[] = {
		{ "ruling", enter_ruling },
		{ "page", check_seal },
		{ "result", tell_result },
	};
	const struct check *refused = checks_refused(&page->checks);
	if (refused != NULL) {
		tell_refused(page, refused->name, refused->reason);
		return;
	}
	for (size_t i = 0; i < sizeof(rest) / sizeof(*rest); i++) {
		const refusal why = rest[i].check(page);
		if (why != NULL) {
			tell_refused(page, rest[i].name, why);
			return;
		}
	}
}

/* --- what was given --- */

static void keep_refusal(struct page *page, const char *part, refusal why)
{
	page->refused_part = part;
	snprintf(page->refused_words, sizeof(page->refused_words), "%s", why);
}

/* What was packed, and the archive as whoever makes one has it. */
static struct bytes unpacked(struct page *page, struct bytes given)
{
	const size_t size = packed_size(given);
	uint8_t *plain = size < SIZE_MAX ? malloc(size + 1) : NULL;
	if (plain == NULL)
		keep_refusal(page, "archive", "there is not enough memory");
	else if (!packed_open(given, plain))
		keep_refusal(page, "archive", "what was packed is damaged");
	return bytes_of(plain, size);
}

static bool read_definition(struct page *page)
{
	char error[DEFINITION_ERROR_MOST];
	if (definition_parse(
		    &page->definition, page->given[PAGE_DEFINITION], error))
		return true;
	keep_refusal(page, "definition", error);
	return false;
}

static bool read_profile(struct page *page)
{
	const struct bytes given = page->given[PAGE_PROFILE];
	refusal why = NULL;
	if (given.size == 0)
		return true;
	why = boot_profile_decode(given, &page->profile);
	if (why == NULL && boot_profile_is_open(&page->profile))
		why = "leaves the Secure Boot keys open";
	if (why != NULL)
		keep_refusal(page, "profile", why);
	page->evidence.profile = &page->profile;
	return why == NULL;
}

static bool read_sent(struct page *page)
{
	struct bytes *given = &page->given[PAGE_SENT];
	if (is_packed(*given))
		*given = unpacked(page, *given);
	if (page->refused_part != NULL)
		return false;
	refusal why = archive_parse(*given, &page->sent);
	if (why != NULL)
		keep_refusal(page, "archive", why);
	return why == NULL;
}

/* --- what the browser may be asked --- */

static bool is_box_note(const char *name)
{
	const size_t size = strlen(name), tail = strlen("." MEMBER_BOX_NOTE);
	return strncmp(name, MEMBERS_BOXES, strlen(MEMBERS_BOXES)) == 0 &&
	       size > tail &&
	       strcmp(name + size - tail, "." MEMBER_BOX_NOTE) == 0;
}

/*
 * The one signature that the check of a box's note makes of its text. Nothing
 * is judged here: what is asked in vain is only not known.
 */
static bool claim_of(const struct page *page, struct bytes whole,
	struct note *note, struct claim *claim)
{
	const struct box_terms terms = { .plan = &page->definition.plan };
	struct box box;
	if (note_parse(whole, note) != NULL)
		return false;
	claims_listen();
	box_note_check(&terms, whole, &box);
	const size_t count = claims_heard(claim);
	const struct digest digest = sha256(note->text);
	return count == 1 && digest_equal(&digest, &claim->digest);
}

static bool ask(struct page *page, const struct archive_member *member)
{
	struct page_question *question = &page->question;
	struct note note;
	struct claim claim;
	if (!is_box_note(member->name) ||
		!claim_of(page, member->content, &note, &claim))
		return false;
	*question = (struct page_question){
		.claim = &page->claim,
		.text = note.text.data,
		.size = note.text.size,
	};
	page->claim = claim;
	return true;
}

/* --- exports --- */

EXPORT(page_give)
void page_give(uint32_t input, const void *data, size_t size)
{
	if (input < PAGE_INPUTS)
		this_page()->given[input] = bytes_of(data, size);
}

EXPORT(page_seal) void page_seal(const uint8_t digest[SHA256_SIZE])
{
	struct page *page = this_page();
	memcpy(page->seal.byte, digest, SHA256_SIZE);
	page->is_sealed = true;
}

EXPORT(page_begin) void page_begin(int64_t now)
{
	struct page *page = this_page();
	crypto_start();
	page->evidence = (struct evidence){
		.sent = &page->sent,
		.definition = &page->definition,
		.definition_file = page->given[PAGE_DEFINITION],
		.authorities = page->given[PAGE_AUTHORITIES],
		.now = now,
	};
	if (read_sent(page) && read_definition(page) && read_profile(page))
		page->verification = verify_begin(VERIFY_RELEASED,
			&page->evidence, &page->chain, &page->checks);
}

EXPORT(page_ask) const struct page_question *page_ask(void)
{
	struct page *page = this_page();
	while (page->refused_part == NULL && page->asked < page->sent.count)
		if (ask(page, &page->sent.member[page->asked++]))
			return &page->question;
	return NULL;
}

EXPORT(page_holds) void page_holds(const struct claim *claim)
{
	claims_add(claim);
}

EXPORT(page_step) uint32_t page_step(void)
{
	struct page *page = this_page();
	if (page->ended)
		return 0;
	if (page->verification.chain == NULL && page->refused_part == NULL)
		keep_refusal(page, "archive", "nothing was given");
	if (page->refused_part != NULL)
		tell_refused(page, page->refused_part, page->refused_words);
	else if (verify_step(&page->verification))
		tell_progress(page);
	else
		tell_end(page);
	return !page->ended;
}

EXPORT(page_message) const void *page_message(void)
{
	return this_page()->message.data;
}

EXPORT(page_message_size) size_t page_message_size(void)
{
	return this_page()->message.size;
}

EXPORT(page_csv_next) uint32_t page_csv_next(void)
{
	struct page *page = this_page();
	const size_t contests = page->definition.plan.contests;
	if (!page->passed || page->csv_at.part > contests) {
		page->csv_at = (struct told_place){ 0 };
		return 0;
	}
	for (size_t room = CSV_PIECE; !csv_fill(page, room); room *= 2)
		;
	return 1;
}

EXPORT(page_csv) const void *page_csv(void)
{
	return this_page()->csv.data;
}

EXPORT(page_csv_size) size_t page_csv_size(void)
{
	return this_page()->csv.size;
}
