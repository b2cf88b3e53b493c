/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/common/signing.h"
#include "appliance/desk/desk.h"

const struct option approve_open_options[] = {
	OPTION_DEFINITION,
	OPTION_SENT,
	OPTION_AUTHORITIES,
	OPTION_KEY("an officer's"),
	OPTION_YES,
	OPTION_OUTPUT("approval"),
	OPTION_END,
};

const struct option approve_release_options[] = {
	OPTION_DEFINITION,
	OPTION_SENT,
	OPTION_AUTHORITIES,
	OPTION_COMPARED_PROFILE,
	OPTION_NONCE,
	OPTION_KEY("an auditor's"),
	OPTION_YES,
	OPTION_OUTPUT("approval"),
	OPTION_END,
};

/* One kind of approval: how far the chain must hold, who signs what. */
struct kind {
	enum statement_kind statement;
	enum verify_goal goal;
	enum body body;
	enum approval_purpose purpose;
	size_t authorization;
};

static const struct kind open_kind = {
	STATEMENT_OPEN,
	VERIFY_INTAKE,
	OFFICERS,
	APPROVE_OPEN,
	OPEN_AUTHORIZATION,
};

static const struct kind release_kind = {
	STATEMENT_RELEASE,
	VERIFY_CLOSED,
	AUDITORS,
	APPROVE_RELEASE,
	RELEASE_AUTHORIZATION,
};

/* The text, whose last field is the authorization of the signer. */
static refusal write_approval(const struct kind *kind,
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

static int sign_approval(const struct kind *kind,
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

static int approve_verified(const struct kind *kind,
	const struct arguments *arguments, const struct evidence *evidence)
{
	static struct chain chain;
	struct checks checks;
	struct signer signer;
	int status;
	if (verify(kind->goal, evidence, &chain, &checks)) {
		const struct plan *plan = &evidence->definition->plan;
		status = signer_read(argument(arguments, "--key"),
			&plan->quorum[kind->body], &signer);
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

static int approve(const struct kind *kind, const struct arguments *arguments)
{
	static struct evidence_files files;
	int status = evidence_read(arguments, &files);
	if (status == 0)
		status = approve_verified(kind, arguments, &files.evidence);
	evidence_free(&files);
	return status;
}

int approve_open_command(const struct arguments *arguments)
{
	return approve(&open_kind, arguments);
}

int approve_release_command(const struct arguments *arguments)
{
	return approve(&release_kind, arguments);
}
