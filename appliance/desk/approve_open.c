/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `approve open`: signs an officer's approval that the boxes are opened, and
 * which auditors' nonces the closing quote has to contain. Signs nothing that
 * was not verified.
 */
#include "appliance/desk/common/approving.h"
#include "appliance/desk/common/completeness.h"
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/common/signing.h"
#include "appliance/desk/desk.h"
#include "appliance/verify/values.h"

#include <stdlib.h>
#include <sysexits.h>

const struct option approve_open_options[] = {
	OPTION_DEFINITION,
	OPTION_SENT,
	OPTION_AUTHORITIES,
	{ "--nonce", "FILE", "an auditor's nonce, one for each auditor",
		REPEATED_REQUIRED },
	OPTION_KEY("an officer's"),
	OPTION_WITHOUT,
	OPTION_YES,
	OPTION_OUTPUT("approval"),
	OPTION_END,
};

struct nonces {
	size_t count;
	struct file file[QUORUM_MOST];
	struct statement_nonce nonce[QUORUM_MOST];
};

static void nonces_free(struct nonces *nonces)
{
	while (nonces->count > 0)
		file_free(&nonces->file[--nonces->count]);
}

/* The nonce borrows from the file. */
static int read_nonce(
	const char *path, const struct plan *plan, struct nonces *nonces)
{
	struct file *file = &nonces->file[nonces->count];
	struct statement_nonce *nonce = &nonces->nonce[nonces->count];
	struct text text;
	const int status = file_read(path, STATEMENT_MOST, file);
	if (status != 0)
		return status;
	nonces->count++;
	refusal refused =
		statement_decode(STATEMENT_NONCE, file_bytes(file), &text);
	if (refused != NULL)
		return fail(EX_DATAERR, path, 0, "%s", refused);
	*nonce = statement_nonce_of(&text);
	return plan_find_member(plan, AUDITORS, nonce->auditor) >= 0
		       ? 0
		       : fail(EX_DATAERR, path, 0,
				 "the definition has no such auditor");
}

static int by_auditor(const void *a, const void *b)
{
	return statement_nonce_compare(a, b);
}

static void write_nonce(
	const struct statement_nonce *nonce, struct text_writer *text)
{
	char line[NOTE_NAME_MOST + 1 + 2 * SHA256_SIZE];
	struct writer out = writer_of(line, sizeof(line));
	write_statement_nonce(&out, nonce);
	text_put(text, OPEN_NONCE, written(&out));
}

/* In the order of auditors, whatever the order in which they were given. */
static int write_nonces(struct nonces *nonces, struct text_writer *text)
{
	struct statement_nonce *nonce = nonces->nonce;
	qsort(nonce, nonces->count, sizeof(*nonce), by_auditor);
	for (size_t i = 0; i < nonces->count; i++) {
		if (i > 0 && by_auditor(&nonce[i - 1], &nonce[i]) == 0)
			return fail(EX_USAGE, NULL, 0,
				"two nonces are of one auditor");
		write_nonce(&nonce[i], text);
	}
	return 0;
}

static int put_nonces(const struct arguments *arguments,
	const struct plan *plan, struct text_writer *text)
{
	const size_t count = argument_count(arguments, "--nonce");
	struct nonces nonces = { 0 };
	int status = count <= QUORUM_MOST
			     ? 0
			     : fail(EX_USAGE, NULL, 0,
				       "there are more nonces than auditors");
	for (size_t i = 0; status == 0 && i < count; i++)
		status = read_nonce(
			argument_at(arguments, "--nonce", i), plan, &nonces);
	if (status == 0)
		status = write_nonces(&nonces, text);
	nonces_free(&nonces);
	return status;
}

static const struct approval_kind kind = {
	STATEMENT_OPEN,
	VERIFY_INTAKE,
	OFFICERS,
	APPROVE_OPEN,
	OPEN_VALUES,
	OPEN_AUTHORIZATION,
	NULL,
	put_nonces,
};

int approve_open_command(const struct arguments *arguments)
{
	return approve_verified(&kind, arguments);
}
