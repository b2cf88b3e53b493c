/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/courier_member.h"

#include <string.h>

static const char *const kinds[] = {
	"enrol",
	"election",
	"boxes",
	"approvals",
	"software",
	"revocation",
	"outbox",
	"sent",
};

bool courier_is_kind(const char *word)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i], word) == 0)
			return true;
	return false;
}
