/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What verify.wasm gives to the worker of a result page (worker.js). It imports
 * nothing: it has no clock, no file and no network, and can do no more than
 * compute on what it was given and answer in JSON.
 *
 *	address = page_room(size), and the bytes written there
 *	page_give(input, address, size), for each input there is
 *	page_seal(address), when they are those that the page was made with
 *	page_begin(seconds since 1970)
 *	while there is a question = page_ask(), the browser may see for itself,
 *		and what it saw to hold goes to page_holds(), at any time
 *	while (page_step()) a message of how far it is
 *	a message of what came of it
 *
 * A message is `page_message_size()` bytes at `page_message()`, until the next
 * call:
 *
 *	{"kind": "progress", "done": 7, "of": 30, "check": "boot approvals"}
 *	{"kind": "refused", "check": "boxes", "words": {"en": ..., "fa": ...},
 *	 "checks": [...]}
 *	{"kind": "passed", "checks": [...], "result": {...}}
 *
 * where a check is {"name", "outcome": "passed", "refused" or "not-made",
 * "reason": null or {"en", "fa"}}, and "fa" is null where the table of notices
 * has no Persian. Only the last one has a number of votes in it. After that one
 * the same result is there as CSV, too, in pieces:
 *
 *	while (page_csv_next()) page_csv_size() bytes at page_csv()
 */
#ifndef SANDOQ_PAGE_PAGE_H
#define SANDOQ_PAGE_PAGE_H

#include "appliance/formats/claims.h"

/* In the order of engine.js, which has the names of the page's data blocks. */
enum page_input {
	PAGE_SENT,
	PAGE_DEFINITION,
	PAGE_AUTHORITIES,
	PAGE_PROFILE,
	PAGE_RULING,
	PAGE_INPUTS,
};

/* The archive may be packed (packed.h); it is then what was packed. */
void page_give(uint32_t input, const void *data, size_t size);
/*
 * SHA-256 of the SHA-256 of each input, in order: no byte of them may differ,
 * not even one that says nothing.
 */
void page_seal(const uint8_t digest[SHA256_SIZE]);
void page_begin(int64_t now);
/*
 * Browsers verify a signature far faster than a module can: does the claim's
 * signature of this text hold? The module has made the claim's digest of the
 * text itself. Whoever cannot tell, or sees that it does not hold, says
 * nothing: then the module sees for itself, and says why it refuses it.
 */
struct page_question {
	const struct claim *claim;
	const void *text;
	size_t size;
};
/* The next one, until the next call; NULL when there is none left. */
const struct page_question *page_ask(void);
void page_holds(const struct claim *);
/* 0 when none is left: then the message says what came of it. */
uint32_t page_step(void);
const void *page_message(void);
size_t page_message_size(void);
/* 0 when none is left, as before a result has passed; then from the start. */
uint32_t page_csv_next(void);
const void *page_csv(void);
size_t page_csv_size(void);

#endif
