/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/formats/quorum.h"

bool quorum_equal(const struct quorum *a, const struct quorum *b)
{
	bool equal = a->need == b->need && a->of == b->of;
	for (size_t i = 0; equal && i < a->of; i++)
		equal = a->member[i].board == b->member[i].board &&
			p256_equal(&a->member[i].key, &b->member[i].key);
	return equal;
}
