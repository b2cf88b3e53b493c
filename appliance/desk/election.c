/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/common/signing.h"
#include "appliance/desk/desk.h"

const struct option election_check_options[] = {
	{ "DEFINITION", NULL, "the election's definition, JSON", REQUIRED },
	OPTION_JSON,
	OPTION_END,
};

const struct option election_sign_options[] = {
	{ "DEFINITION", NULL, "the election's definition, JSON", REQUIRED },
	OPTION_KEY("an authority member's"),
	OPTION_NOTE,
	OPTION_YES,
	OPTION_OUTPUT("definition note"),
	OPTION_END,
};

const struct option election_keys_options[] = {
	OPTION_DEFINITION,
	OPTION_SENT,
	OPTION_AUTHORITIES,
	OPTION_KEY("an authority member's"),
	OPTION_NOTE,
	OPTION_YES,
	OPTION_OUTPUT("election keys note"),
	OPTION_END,
};

static void report_definition(
	struct report *report, const struct definition *definition)
{
	const struct plan *plan = &definition->plan;
	report_text(report, "election", plan->id);
	report_text(report, "title", definition->title.en);
	report_text(report, "mode", plan->rehearsal ? "rehearsal" : "live");
	report_hex(report, "definition",
		bytes_of(plan->definition.byte, SHA256_SIZE));
	report_number(report, "contests", plan->contests);
	report_number(report, "candidates", plan->candidates);
	report_number(report, "stations", plan->stations);
	report_number(report, "recipients", plan->recipients);
}

int election_check_command(const struct arguments *arguments)
{
	struct file file;
	struct definition definition;
	int status = definition_read(
		argument(arguments, "DEFINITION"), &file, &definition);
	if (status != 0)
		return status;
	struct report report = report_begin(arguments);
	report_definition(&report, &definition);
	definition_free(&definition);
	file_free(&file);
	return report_end(&report, 0);
}

static int sign_values(const struct arguments *arguments,
	enum statement_kind kind, const struct plan *plan,
	const struct statement_value *value, size_t count)
{
	static uint8_t text[STATEMENT_MOST];
	struct writer out = writer_of(text, sizeof(text));
	struct text_writer writer =
		text_begin(&statement_form[kind], plan->rehearsal, &out);
	struct signer signer;
	for (size_t i = 0; i < count; i++)
		statement_put(&writer, &value[i]);
	refusal refused = text_end(&writer);
	if (refused != NULL)
		return fail(EX_SOFTWARE, NULL, 0, "%s", refused);
	int status = signer_read(argument(arguments, "--key"),
		&plan->quorum[AUTHORITY], &signer);
	if (status != 0)
		return status;
	status = sign_text(arguments, written(&out), &signer);
	signer_free(&signer);
	return status;
}

int election_sign_command(const struct arguments *arguments)
{
	struct file file;
	struct definition definition;
	int status = definition_read(
		argument(arguments, "DEFINITION"), &file, &definition);
	if (status != 0)
		return status;
	const struct plan *plan = &definition.plan;
	const struct statement_value value[] = {
		{ DEFINITION_ELECTION, bytes_of_text(plan->id), 0, NULL },
		{ DEFINITION_DIGEST,
			bytes_of(plan->definition.byte, SHA256_SIZE), 0, NULL },
	};
	status = sign_values(arguments, STATEMENT_DEFINITION, plan, value, 2);
	definition_free(&definition);
	file_free(&file);
	return status;
}

static int sign_keys(
	const struct arguments *arguments, const struct evidence *evidence)
{
	static struct chain chain;
	struct checks checks;
	struct statement_value value[ELECTION_KEYS_VALUES];
	int status;
	if (verify(VERIFY_SEALED, evidence, &chain, &checks)) {
		election_keys_values(&chain, value);
		status = sign_values(arguments, STATEMENT_ELECTION_KEYS,
			&evidence->definition->plan, value,
			ELECTION_KEYS_VALUES);
	} else {
		status = refused_checks(argument(arguments, "--sent"), &checks);
	}
	verify_free(&chain);
	return status;
}

int election_keys_command(const struct arguments *arguments)
{
	static struct evidence_files files;
	int status = evidence_read(arguments, &files);
	if (status == 0)
		status = sign_keys(arguments, &files.evidence);
	evidence_free(&files);
	return status;
}
