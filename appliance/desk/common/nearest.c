/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/nearest.h"

#include <stdbool.h>
#include <string.h>

enum { WORD_MOST = 63 };

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool are_turned(const char *a, size_t i, const char *b, size_t k)
{
	return i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1];
}

/* Optimal string alignment: row i has the distances of a's first i letters. */
size_t nearest_distance(const char *a, const char *b)
{
	size_t row[WORD_MOST + 1][WORD_MOST + 1];
	const size_t m = strlen(a), n = strlen(b);
	if (m > WORD_MOST || n > WORD_MOST)
		return WORD_MOST;
	for (size_t i = 0; i <= m; i++)
		row[i][0] = i;
	for (size_t k = 0; k <= n; k++)
		row[0][k] = k;
	for (size_t i = 1; i <= m; i++)
		for (size_t k = 1; k <= n; k++) {
			const size_t exchanged =
				row[i - 1][k - 1] + (a[i - 1] != b[k - 1]);
			row[i][k] = least(exchanged,
				1 + least(row[i - 1][k], row[i][k - 1]));
			if (are_turned(a, i, b, k))
				row[i][k] =
					least(row[i][k], 1 + row[i - 2][k - 2]);
		}
	return row[m][n];
}

struct nearest nearest_begin(const char *word)
{
	/* A third of the word, and one letter of a short one. */
	return (struct nearest){ word, NULL, 2 + strlen(word) / 3 };
}

void nearest_try(struct nearest *nearest, const char *candidate)
{
	const size_t distance = nearest_distance(nearest->word, candidate);
	if (distance >= nearest->distance)
		return;
	nearest->is = candidate;
	nearest->distance = distance;
}
