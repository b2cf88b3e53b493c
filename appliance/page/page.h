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
 * has no Persian. Only the last one has a number of votes in it, and the bytes
 * of the same result as CSV are beside it.
 */
#ifndef SANDOQ_PAGE_PAGE_H
#define SANDOQ_PAGE_PAGE_H

#include "appliance/formats/bytes.h"

/* In the order of engine.js, which has the names of the page's data blocks. */
enum page_input {
	PAGE_SENT,
	PAGE_DEFINITION,
	PAGE_AUTHORITIES,
	PAGE_PROFILE,
	PAGE_RULING,
	PAGE_INPUTS,
};

void page_give(uint32_t input, const void *data, size_t size);
/*
 * SHA-256 of the SHA-256 of each input, in order: no byte of them may differ,
 * not even one that says nothing.
 */
void page_seal(const uint8_t digest[SHA256_SIZE]);
void page_begin(int64_t now);
/* 0 when none is left: then the message says what came of it. */
uint32_t page_step(void);
const void *page_message(void);
size_t page_message_size(void);
/* Empty but for a result that passed. */
const void *page_csv(void);
size_t page_csv_size(void);

#endif
