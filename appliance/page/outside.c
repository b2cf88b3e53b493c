/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What wasi-libc and jansson would ask the world outside for: random numbers, a
 * seed, and a stream for errors. A module of a page has no world outside, so
 * that it imports nothing; here is what stands in their places.
 */
#include "appliance/page/outside.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

struct pool {
	uint8_t byte[PAGE_RANDOM_MOST];
	size_t size;
	size_t given;
};

static struct pool *pool(void)
{
	static struct pool pool;
	return &pool;
}

void page_random(const void *data, size_t size)
{
	if (size > PAGE_RANDOM_MOST)
		abort();
	memcpy(pool()->byte, data, size);
	pool()->size = size;
	pool()->given = 0;
}

/* Each byte of the pool goes out once, in order. */
int getentropy(void *out, size_t size)
{
	struct pool *from = pool();
	if (size > from->size - from->given)
		abort();
	memcpy(out, from->byte + from->given, size);
	explicit_bzero(from->byte + from->given, size);
	from->given += size;
	return 0;
}

/*
 * Of jansson's hashtable_seed.c. Who makes a file whose names all fall into one
 * slot makes the page slow in the browser of whoever opens it, and no more.
 */
extern const volatile uint32_t hashtable_seed;
const volatile uint32_t hashtable_seed = 1;

void json_object_seed(size_t seed)
{
	(void)seed;
}

/* wasi-libc complains there of a long double, which nothing here formats. */
extern const char __stderr_FILE[];
const char __stderr_FILE[] = "";

int fputs(const char *restrict text, FILE *restrict stream)
{
	(void)text;
	(void)stream;
	abort();
}

/* jansson's assert(). */
_Noreturn void __assert_fail(
	const char *what, const char *file, int line, const char *function)
{
	(void)what;
	(void)file;
	(void)line;
	(void)function;
	abort();
}
