/* SPDX-License-Identifier: Apache-2.0 */
/*
 * qsort_r() as glibc has it, for wasi-libc has none. The build of verify.wasm
 * includes this before every file: a call without the prototype would trap.
 */
#ifndef SANDOQ_PAGE_SORT_H
#define SANDOQ_PAGE_SORT_H

#include <stddef.h>

#ifdef __wasi__
/* Of equal elements none passes another. Aborts when there is no memory. */
void qsort_r(void *base, size_t count, size_t size,
	int (*compare)(const void *, const void *, void *), void *context);
#endif

#endif
