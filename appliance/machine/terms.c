/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/machine/terms.h"

#include "appliance/election/statement.h"
#include "appliance/machine/wire.h"

refusal election_terms_of(const struct election *election,
	const struct nv_names *nv, struct election_terms *out)
{
	*out = (struct election_terms){
		.definition = election->definition,
		.rehearsal = election->rehearsal != 0,
		.ak = election->ak,
		.nv = *nv,
		.phase = election->phase,
		.officers = election->officers,
		.auditors = election->auditors,
	};
	return quorums_check(&out->officers, &out->auditors);
}

refusal nonce_line(struct bytes content, struct wire_text *out)
{
	struct text text;
	char line[WIRE_TEXT_MOST] = { 0 };
	struct writer to = writer_of(line, sizeof(line) - 1);
	struct statement_nonce nonce;
	const refusal why = statement_decode(STATEMENT_NONCE, content, &text);
	if (why != NULL)
		return why;
	nonce = statement_nonce_of(&text);
	write_statement_nonce(&to, &nonce);
	if (to.broken)
		return "its auditor's name is too long";
	wire_text_set(out, line);
	return NULL;
}
