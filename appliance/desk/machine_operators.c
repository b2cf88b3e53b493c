/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `machine operators`: writes the text that names a machine's operators.
 * Writes none that the machine and the other commands would not read.
 */
#include "appliance/desk/common/roster_text.h"
#include "appliance/desk/desk.h"

const struct option machine_operators_options[] = {
	OPTIONS_ROSTER("approve software together"),
	{ "--machine", "SERIAL", "the machine, as its label says", REQUIRED },
	OPTION_END,
};

int machine_operators_command(const struct arguments *arguments)
{
	static uint8_t space[STATEMENT_MOST];
	struct writer out = writer_of(space, sizeof(space));
	struct text_writer text =
		text_begin(&statement_form[STATEMENT_OPERATORS], false, &out);
	text_put(&text, OPERATORS_MACHINE,
		bytes_of_text(argument(arguments, "--machine")));
	return roster_text_write(arguments, &text, &operators_roster);
}
