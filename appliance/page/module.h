/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the modules of pages have in common: verify.wasm (page.h) and
 * station.wasm (station.h).
 */
#ifndef SANDOQ_PAGE_MODULE_H
#define SANDOQ_PAGE_MODULE_H

#include "appliance/formats/json_write.h"

#ifdef __wasm__
#define EXPORT(name) __attribute__((export_name(#name)))
#else
#define EXPORT(name)
#endif

/* NULL when there is no memory. It is never given back. */
void *page_room(size_t size);

/*
 * {"en": ..., "fa": ...}; "fa" is null where neither notices.def nor
 * reasons.def has Persian.
 */
void put_words(struct json_writer *, const char *key, refusal reason);

#endif
