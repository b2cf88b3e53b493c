/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A result page: one HTML file that holds the evidence and verifies it when it
 * is opened. Its parts are files of the tree that this program lies in:
 * appliance/page/ (template, style, font, scripts) and build/page/verify.wasm.
 *
 * In the template stands for
 *
 *	{{csp}}      the content security policy
 *	{{style}}    result.css; in it {{font}} for result.woff2 in base64
 *	{{data}}     a data block for each input
 *	{{script}}   one script: the worker's text, the verifier and the seal as
 *	             constants, engine.js, words.js, result.js
 *
 * The policy names the script and the style by their SHA-256, so a browser runs
 * them as they were written, or not at all; and it lets nothing be fetched.
 */
#ifndef SANDOQ_DESK_COMMON_PAGE_FILE_H
#define SANDOQ_DESK_COMMON_PAGE_FILE_H

#include "appliance/page/page.h"

/* Digests of the page, and of the verifier in it. */
struct page_digests {
	struct digest page;
	struct digest verifier;
};

/*
 * An input that is not given is empty. 0, or a status of sysexits.h after
 * printing what is wrong.
 */
int page_file_write(const char *path, const struct bytes given[PAGE_INPUTS],
	struct page_digests *out);

#endif
