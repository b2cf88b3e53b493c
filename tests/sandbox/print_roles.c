/* SPDX-License-Identifier: Apache-2.0 */
/* Prints docs/roles.md. */
#include "tests/support/roles_text.h"

int main(void)
{
	roles_text(stdout);
	return fflush(stdout) == 0 ? 0 : 1;
}
