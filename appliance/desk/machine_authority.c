/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `machine authority`: writes the text that names the election authority whose
 * elections a machine is to hold. Writes none that the machine and the other
 * commands would not read.
 */
#include "appliance/desk/common/roster_text.h"
#include "appliance/desk/desk.h"

const struct option machine_authority_options[] = {
	OPTIONS_ROSTER("sign a definition together"),
	OPTION_END,
};

int machine_authority_command(const struct arguments *arguments)
{
	static uint8_t space[STATEMENT_MOST];
	struct writer out = writer_of(space, sizeof(space));
	struct text_writer text =
		text_begin(&statement_form[STATEMENT_AUTHORITY], false, &out);
	return roster_text_write(arguments, &text, &authority_roster);
}
