/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/formats/letters.h"

#include <stdlib.h>

static int compare_numbers(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int compare_letters(const void *key, const void *row)
{
	const struct letter *a = key, *b = row;
	int order = compare_numbers(a->code, b->code);
	if (order == 0)
		order = compare_numbers(a->second, b->second);
	return order != 0 ? order : compare_numbers(a->form, b->form);
}

static const struct letter *find(enum letter_weight weight, uint32_t code,
	uint32_t second, enum letter_form form)
{
	const struct letters *letters = &letters_of[weight];
	const struct letter key = {
		.code = code, .second = (uint16_t)second, .form = (uint8_t)form
	};
	return bsearch(&key, letters->letter, letters->count,
		sizeof(*letters->letter), compare_letters);
}

const struct letter *letter_of(enum letter_weight weight, uint32_t code,
	uint32_t second, enum letter_form form)
{
	const struct letter *letter = find(weight, code, second, form);
	return letter != NULL || form == LETTER_ALONE
		       ? letter
		       : find(weight, code, second, LETTER_ALONE);
}

bool letter_is_unseen(uint32_t code)
{
	static const uint32_t range[][2] = {
		{ 0x00ad, 0x00ad }, /* a hyphen that may be */
		{ 0x061c, 0x061c }, /* Arabic letter mark */
		{ 0x200b, 0x200f }, /* ZWNJ, ZWJ, directions */
		{ 0x202a, 0x202e }, /* embeddings */
		{ 0x2060, 0x2060 }, /* no break */
		{ 0x2066, 0x2069 }, /* isolates */
	};
	for (size_t i = 0; i < sizeof(range) / sizeof(range[0]); i++)
		if (code >= range[i][0] && code <= range[i][1])
			return true;
	return false;
}

bool letter_is_known(uint32_t code)
{
	return letter_is_unseen(code) ||
	       letter_of(LETTER_REGULAR, code, 0, LETTER_ALONE) != NULL;
}
