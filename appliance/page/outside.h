/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random numbers for a module of a page, which cannot ask for any: JavaScript
 * fills a pool by crypto.getRandomValues() before it calls what draws from it.
 * A draw from a pool that has too few traps.
 */
#ifndef SANDOQ_PAGE_OUTSIDE_H
#define SANDOQ_PAGE_OUTSIDE_H

#include <stddef.h>

enum { PAGE_RANDOM_MOST = 1 << 16 };

/* Takes the place of what is left in the pool. */
__attribute__((export_name("page_random"))) void page_random(
	const void *data, size_t size);

#endif
