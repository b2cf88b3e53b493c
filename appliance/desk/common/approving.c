/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/approving.h"
#include "appliance/desk/common/signing.h"

#include <sysexits.h>

/* The text, whose last field is the authorization of the signer. */
static refusal write_approval(const struct approval_kind *kind,
	const struct chain *chain, const struct signer *signer,
	struct writer *out)
{
	struct statement_value value[RELEASE_VALUES];
	struct digest cp_hash = release_cp_hash(chain);
	struct approval_scope scope =
		election_scope(&chain->terms, kind->purpose);
	struct text_writer text = text_begin(
		&statement_form[kind->statement], chain->rehearsal, out);
	bool bound = kind->statement == STATEMENT_RELEASE;
	if (bound)
		release_values(chain, &cp_hash, value);
	else
		open_values(chain, value);
	for (size_t field = 0; field < kind->authorization; field++)
		statement_put(&text, &value[field]);
	put_authorization(&text, kind->authorization, signer, &scope,
		bound ? &cp_hash : NULL);
	return text_end(&text);
}

static int sign_approval(const struct approval_kind *kind,
	const struct arguments *arguments, const struct chain *chain,
	const struct signer *signer)
{
	static uint8_t text[STATEMENT_MOST];
	struct writer out = writer_of(text, sizeof(text));
	refusal refused = write_approval(kind, chain, signer, &out);
	if (refused != NULL)
		return fail(EX_SOFTWARE, NULL, 0, "%s", refused);
	return sign_text(arguments, written(&out), signer);
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
		status = signer_read(argument(arguments, "--key"),
			&plan->roster[kind->body], &signer);
		if (status == 0) {
			status =
				sign_approval(kind, arguments, &chain, &signer);
			signer_free(&signer);
		}
	} else {
		status = refused_checks(argument(arguments, "--sent"), &checks);
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
