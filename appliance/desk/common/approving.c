/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/approving.h"
#include "appliance/desk/common/completeness.h"
#include "appliance/desk/common/signing.h"
#include "appliance/desk/common/software.h"
#include "appliance/desk/common/words.h"

#include <stdio.h>
#include <sysexits.h>

static void write_approval(const struct approval_kind *kind,
	const struct chain *chain, const struct digest *cp_hash,
	struct text_writer *text)
{
	struct statement_value value[RELEASE_VALUES];
	if (kind->statement == STATEMENT_RELEASE)
		release_values(chain, cp_hash, value);
	else
		open_values(chain, value);
	for (size_t field = 0; field < kind->values; field++)
		statement_put(text, &value[field]);
}

static int sign_approval(const struct approval_kind *kind,
	const struct arguments *arguments, const struct chain *chain,
	const struct signer *signer)
{
	static uint8_t space[STATEMENT_MOST];
	struct writer out = writer_of(space, sizeof(space));
	struct text_writer text = text_begin(
		&statement_form[kind->statement], chain->rehearsal, &out);
	const struct digest cp_hash = release_cp_hash(chain);
	const struct authorization authorization = {
		.field = kind->authorization,
		.scope = election_scope(&chain->terms, kind->purpose),
		.cp_hash =
			kind->statement == STATEMENT_RELEASE ? &cp_hash : NULL,
	};
	int status = 0;
	write_approval(kind, chain, &cp_hash, &text);
	if (kind->more != NULL)
		status = kind->more(
			arguments, &chain->evidence->definition->plan, &text);
	return status != 0
		       ? status
		       : sign_text(arguments, &text, signer, &authorization);
}

/* What ran is told; what is missing is agreed to first, by itself. */
static int approve_delivery(const struct approval_kind *kind,
	const struct arguments *arguments, const struct chain *chain,
	const struct signer *signer)
{
	int status;
	show_software(chain);
	status = agree_to_delivery(arguments, chain);
	if (status == 0 && kind->unseen != NULL)
		fprintf(stderr, "\n%s\n", in_words(kind->unseen));
	return status != 0 ? status
			   : sign_approval(kind, arguments, chain, signer);
}

static int approve_evidence(const struct approval_kind *kind,
	const struct arguments *arguments, const struct evidence *evidence)
{
	static struct chain chain;
	struct checks checks;
	struct signer signer;
	int status;
	if (verify(kind->goal, evidence, &chain, &checks)) {
		const struct plan *plan = &evidence->definition->plan;
		status = signer_read(
			arguments, &plan->roster[kind->body], &signer);
		if (status == 0) {
			status = approve_delivery(
				kind, arguments, &chain, &signer);
			signer_free(&signer);
		}
	} else {
		status = refused_checks(arguments, &checks, UNDONE_SIGNATURE);
	}
	verify_free(&chain);
	return status;
}

int approve_verified(
	const struct approval_kind *kind, const struct arguments *arguments)
{
	static struct evidence_files files;
	int status = evidence_read(arguments, &files);
	if (status == 0)
		status = approve_evidence(kind, arguments, &files.evidence);
	evidence_free(&files);
	return status;
}
