/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Result pages of large elections: of a city on paper, with a box from each
 * station, opened in Chromium.
 */
#ifndef SANDOQ_TESTS_DESK_LARGE_PAGE_H
#define SANDOQ_TESTS_DESK_LARGE_PAGE_H

#include <stddef.h>

/* From its opening to a verdict that it has passed; bytes. */
struct opened {
	unsigned long ms;
	unsigned long module;
	unsigned long renderer;
	unsigned long held; /* signatures, as the browser saw */
};

struct large_page {
	size_t size;
	struct opened file; /* with WebCrypto */
	struct opened http; /* without */
};

/* In the workplace. */
void large_page_open(size_t stations, struct large_page *out);

#endif
