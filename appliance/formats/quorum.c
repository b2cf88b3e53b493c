/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/formats/quorum.h"

bool quorum_equal(const struct quorum *a, const struct quorum *b)
{
	bool equal = a->need == b->need && a->of == b->of && a->each == b->each;
	for (size_t i = 0; equal && i < a->of; i++)
		equal = a->member[i].board == b->member[i].board &&
			p256_equal(&a->member[i].key, &b->member[i].key);
	return equal;
}

unsigned quorum_of_board(
	const struct quorum *quorum, uint16_t members, enum board board)
{
	unsigned count = 0;
	for (unsigned m = 0; m < quorum->of; m++)
		count += (members >> m & 1) != 0 &&
			 quorum->member[m].board == board;
	return count;
}

bool quorum_is_met(const struct quorum *quorum, uint16_t members)
{
	const unsigned executive = quorum_of_board(quorum, members, EXECUTIVE);
	const unsigned supervisory =
		quorum_of_board(quorum, members, SUPERVISORY);
	return members >> quorum->of == 0 && executive >= quorum->each &&
	       supervisory >= quorum->each &&
	       executive + supervisory >= quorum->need;
}
