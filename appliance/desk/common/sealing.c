/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/sealing.h"

#include "appliance/desk/common/evidence.h"

#include <string.h>
#include <sysexits.h>

refusal sealing_trust(
	struct sealing *sealing, struct bytes election_keys, struct bytes area)
{
	const struct plan *plan = &sealing->definition.plan;
	struct statement statement;
	struct digest policy;
	struct tpm_name bk = public_name(area);
	const struct statement_value value[] = {
		{ ELECTION_KEYS_DEFINITION,
			bytes_of(plan->definition.byte, SHA256_SIZE), 0,
			"the keys are of another definition" },
		{ ELECTION_KEYS_BK, tpm_name_bytes(&bk), 0,
			"the note names another box key" },
	};
	refusal refused = statement_open(
		STATEMENT_ELECTION_KEYS, election_keys, &statement);
	if (refused == NULL)
		refused = statement_signed_by_quorum(
			&statement, &plan->roster[AUTHORITY], NULL);
	if (refused == NULL)
		refused = statement_says(
			&statement.text, plan->rehearsal, value, 2);
	if (refused == NULL)
		refused = key_decode(KEY_BK, area, &policy, &sealing->terms.bk);
	if (refused != NULL)
		return refused;
	sealing->terms.plan = plan;
	sealing->terms.bk_name = bk;
	sealing->ak = text_name(&statement.text, ELECTION_KEYS_AK);
	sealing->rk = text_name(&statement.text, ELECTION_KEYS_RK);
	sealing->phase = text_number(&statement.text, ELECTION_KEYS_PHASE);
	return NULL;
}

static int read_keys(const struct arguments *arguments, struct sealing *out)
{
	const char *path = argument(arguments, "--election-keys");
	struct file note, area;
	int status = file_read(path, STATEMENT_MOST, &note);
	if (status != 0)
		return status;
	status = file_read(
		argument(arguments, "--box-key"), TPM_PUBLIC_MOST, &area);
	if (status == 0) {
		refusal refused = sealing_trust(
			out, file_bytes(&note), file_bytes(&area));
		if (refused != NULL)
			status = fail(EX_DATAERR, path, 0,
				"%s; ask the authority for the right files",
				refused);
		file_free(&area);
	}
	file_free(&note);
	return status;
}

int sealing_begin(const struct arguments *arguments, struct sealing *out)
{
	*out = (struct sealing){ 0 };
	return definition_read(argument(arguments, "--definition"), &out->file,
		&out->definition);
}

int sealing_read(const struct arguments *arguments, struct sealing *out)
{
	int status = sealing_begin(arguments, out);
	if (status != 0)
		return status;
	status = read_keys(arguments, out);
	if (status != 0)
		sealing_free(out);
	return status;
}

size_t sealing_recipients(const struct sealing *sealing,
	struct p256_public out[1 + RECIPIENTS_MOST])
{
	const struct plan *plan = &sealing->definition.plan;
	out[0] = sealing->terms.bk;
	for (size_t i = 0; i < plan->recipients; i++)
		out[1 + i] = plan->recipient[i].key;
	return 1 + plan->recipients;
}

void sealing_free(struct sealing *sealing)
{
	definition_free(&sealing->definition);
	file_free(&sealing->file);
}
