/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands in the place of qsort_r() in pages sorts as the library's does,
 * and moves no element past an equal one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Beside the library's own, which has that name here. */
void page_qsort_r(void *base, size_t count, size_t size,
	int (*compare)(const void *, const void *, void *), void *context);
#define qsort_r page_qsort_r
#include "appliance/page/sort.c" // NOLINT(bugprone-suspicious-include)
#undef qsort_r

enum { COUNT_MOST = 300, KEYS = 7, CONTEXT = 5 };

struct element {
	uint16_t key;
	uint16_t place;
	uint8_t more;
};

/* The context decides which key is the least, and counts comparisons. */
struct context {
	unsigned shift;
	size_t compared;
};

static int by_key(const void *a, const void *b, void *context)
{
	struct context *how = context;
	const unsigned left =
		(((const struct element *)a)->key + how->shift) % KEYS;
	const unsigned right =
		(((const struct element *)b)->key + how->shift) % KEYS;
	how->compared++;
	return (left > right) - (left < right);
}

static int by_key_and_place(const void *a, const void *b, void *context)
{
	const int order = by_key(a, b, context);
	const unsigned left = ((const struct element *)a)->place;
	const unsigned right = ((const struct element *)b)->place;
	return order != 0 ? order : (left > right) - (left < right);
}

/* The same numbers in each run. */
static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 16;
}

static void as_the_library_does(void **state)
{
	static struct element ours[COUNT_MOST + 1], theirs[COUNT_MOST];
	uint32_t random = 1;
	(void)state;
	for (size_t count = 0; count <= COUNT_MOST; count++) {
		struct context how = { .shift = CONTEXT };
		memset(ours, 0, sizeof(ours));
		for (size_t i = 0; i < count; i++) {
			ours[i].key = (uint16_t)(next_random(&random) % KEYS);
			ours[i].place = (uint16_t)i;
			ours[i].more = (uint8_t)next_random(&random);
		}
		memcpy(theirs, ours, sizeof(theirs));
		ours[count].place = UINT16_MAX;
		page_qsort_r(ours, count, sizeof(*ours), by_key, &how);
		assert_true(how.compared <= count * 9);
		qsort_r(theirs, count, sizeof(*theirs), by_key_and_place, &how);
		assert_memory_equal(ours, theirs, count * sizeof(*ours));
		assert_int_equal(ours[count].place, UINT16_MAX);
	}
}

static void nothing_to_sort(void **state)
{
	char text[] = "the quick brown fox jumps over the lazy dog";
	struct context how = { 0 };
	(void)state;
	page_qsort_r(text, 0, 1, by_key, &how);
	page_qsort_r(text, 1, 1, by_key, &how);
	page_qsort_r(text, 9, 0, by_key, &how);
	assert_string_equal(
		text, "the quick brown fox jumps over the lazy dog");
	assert_int_equal(how.compared, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_the_library_does),
		cmocka_unit_test(nothing_to_sort),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
