/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/verify/reasons.h"

#include <string.h>

/* clang-format off */
#define REASON(en, fa) { (en), (fa) },
static const struct row {
	const char *english;
	const char *persian;
} table[] = {
#include "appliance/verify/reasons.def"
};
#undef REASON
/* clang-format on */

const char *reason_in_persian(refusal reason)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (strcmp(table[i].english, reason) == 0)
			return table[i].persian;
	return NULL;
}
