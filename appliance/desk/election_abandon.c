/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `election abandon`: signs that a sealed election is called off, as a member
 * of its authority, or as an auditor, who has to agree once the count is
 * closed. Signs nothing that was not verified.
 */
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/common/signing.h"
#include "appliance/desk/common/words.h"
#include "appliance/desk/desk.h"

#include <stdio.h>
#include <sysexits.h>

const struct option election_abandon_options[] = {
	OPTION_DEFINITION,
	OPTION_SENT,
	OPTION_AUTHORITIES,
	{ "--reason", "TEXT", "why, in one line, for everybody", REQUIRED },
	OPTION_KEY("an authority member's or an auditor's"),
	OPTION_NOTE,
	OPTION_YES,
	OPTION_OUTPUT("abandonment note"),
	OPTION_END,
};

/* The machine would not take it either. */
static int can_end(const struct chain *chain)
{
	const enum machine_state state = chain->fold.state;
	return (entry_row_of(ENTRY_ABANDONED)->states & 1U << state) != 0
		       ? 0
		       : fail(EX_DATAERR, NULL, 0,
				 "the election is %s, so it cannot be called "
				 "off any more; nothing was signed",
				 state_name(state));
}

/* What the signer has to know besides the text. */
static void tell_who_else(const struct chain *chain)
{
	if (chain->fold.last[ENTRY_CLOSED] == UINT64_MAX)
		return;
	fputc('\n', stderr);
	tell(stderr, WORD_ABANDON_WITH_AUDITORS, NULL);
}

static int sign_abandonment(
	const struct arguments *arguments, struct chain *chain)
{
	static uint8_t space[STATEMENT_MOST];
	struct writer out = writer_of(space, sizeof(space));
	struct text_writer text = text_begin(
		&statement_form[STATEMENT_ABANDONMENT], chain->rehearsal, &out);
	struct statement_value value[ABANDONMENT_VALUES];
	const struct plan *plan = &chain->evidence->definition->plan;
	const struct roster *bodies[] = { &plan->roster[AUTHORITY],
		&plan->roster[AUDITORS] };
	struct signer signer;
	int status = can_end(chain);
	if (status == 0)
		status = signer_read_of(arguments, bodies, 2, &signer);
	if (status != 0)
		return status;
	abandonment_values(chain, value);
	for (size_t i = 0; i < ABANDONMENT_VALUES; i++)
		statement_put(&text, &value[i]);
	text_put(&text, ABANDONMENT_REASON,
		bytes_of_text(argument(arguments, "--reason")));
	tell_who_else(chain);
	status = sign_text(arguments, &text, &signer, NULL);
	signer_free(&signer);
	return status;
}

int election_abandon_command(const struct arguments *arguments)
{
	return with_verified(
		arguments, VERIFY_ABANDON, UNDONE_SIGNATURE, sign_abandonment);
}
