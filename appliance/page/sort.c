/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/page/sort.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct order {
	size_t size; /* of an element */
	int (*compare)(const void *, const void *, void *);
	void *context;
};

/* Two sorted stretches beside each other, from `from` up to `end`, into `to`.
 */
static void merge(const struct order *order, const uint8_t *from,
	const uint8_t *middle, const uint8_t *end, uint8_t *to)
{
	const uint8_t *left = from, *right = middle;
	while (left < middle || right < end) {
		const bool is_left =
			right == end ||
			(left < middle && order->compare(left, right,
						  order->context) <= 0);
		const uint8_t **next = is_left ? &left : &right;
		memcpy(to, *next, order->size);
		to += order->size;
		*next += order->size;
	}
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* All stretches of this many elements, by twos. */
static void merge_all(const struct order *order, const uint8_t *from,
	uint8_t *to, size_t count, size_t stretch)
{
	for (size_t at = 0; at < count; at += 2 * stretch) {
		const size_t middle = least(at + stretch, count);
		const size_t end = least(middle + stretch, count);
		merge(order, from + at * order->size,
			from + middle * order->size, from + end * order->size,
			to + at * order->size);
	}
}

void qsort_r(void *base, size_t count, size_t size,
	int (*compare)(const void *, const void *, void *), void *context)
{
	const struct order order = { size, compare, context };
	uint8_t *here = base, *other = NULL, *there;
	if (count < 2 || size == 0)
		return;
	other = reallocarray(NULL, count, size);
	if (other == NULL)
		abort();
	there = other;
	for (size_t stretch = 1; stretch < count; stretch *= 2) {
		uint8_t *sorted = there;
		merge_all(&order, here, there, count, stretch);
		there = here;
		here = sorted;
	}
	if (here != base)
		memcpy(base, here, count * size);
	free(other);
}
