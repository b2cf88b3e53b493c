/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A page: one HTML file that has all it needs. A result page holds the evidence
 * and verifies it when it is opened; on a station page a station seals its box.
 * Their parts are files of the tree that this program lies in: appliance/page/
 * (template, style, font, scripts) and the module in build/page/.
 *
 * In the template stands for
 *
 *	{{csp}}      the content security policy
 *	{{style}}    page.css; in it {{font}} for result.woff2 in base64
 *	{{data}}     a data block for each input
 *	{{script}}   one script: the worker's text (memory.js and the page's
 *	             worker), the module and the seal as constants, blocks.js,
 *	             the engine, the words, view.js, the page's view
 *
 * The policy names the script and the style by their SHA-256, so a browser runs
 * them as they were written, or not at all; and it lets nothing be fetched.
 */
#ifndef SANDOQ_DESK_COMMON_PAGE_FILE_H
#define SANDOQ_DESK_COMMON_PAGE_FILE_H

#include "appliance/page/page.h"
#include "appliance/page/station.h"

enum page_kind { PAGE_OF_RESULT, PAGE_OF_STATION };

/* Digests of the page, and of the module in it. */
struct page_digests {
	struct digest page;
	struct digest module;
};

/*
 * `given` has PAGE_INPUTS of a result (page.h), STATION_INPUTS of a station
 * (station.h); one that is not given is empty. 0, or a status of sysexits.h
 * after printing what is wrong.
 */
int page_file_write(enum page_kind, const char *path, const struct bytes *given,
	struct page_digests *out);

#endif
