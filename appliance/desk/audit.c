/* SPDX-License-Identifier: Apache-2.0 */
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/desk.h"
#include "appliance/desk/reports/result_print.h"
#include "appliance/desk/reports/result_table.h"
#include "appliance/formats/crypto.h"

const struct option audit_nonce_options[] = {
	{ "--auditor", "ID", "who challenges the machine", REQUIRED },
	{ "--rehearsal", NULL, "for a rehearsal", OPTIONAL },
	{ "--output", "FILE", "text to write, stdout if not given", OPTIONAL },
	OPTION_END,
};

const struct option audit_verify_options[] = {
	OPTION_SENT,
	{ "--definition", "FILE",
		"the election's definition, JSON; required unless --now",
		OPTIONAL },
	OPTION_AUTHORITIES,
	OPTION_OPERATORS(OPTIONAL),
	OPTION_ENROLMENT(OPTIONAL),
	OPTION_COMPARED_PROFILE,
	OPTION_NONCE,
	OPTION_EARLIER,
	{ "--now", NULL,
		"verify what runs on the machine now, not how it closed",
		OPTIONAL },
	OPTION_JSON,
	OPTION_END,
};

const struct option audit_zero_options[] = {
	OPTION_SENT,
	OPTION_DEFINITION,
	OPTION_AUTHORITIES,
	OPTION_FORMAT,
	OPTION_DAY,
	OPTION_JSON,
	OPTION_END,
};

int audit_nonce_command(const struct arguments *arguments)
{
	uint8_t text[NOTE_NAME_MOST + 256], nonce[SHA256_SIZE];
	struct writer out = writer_of(text, sizeof(text));
	const char *output = argument(arguments, "--output");
	struct text_writer writer = text_begin(&statement_form[STATEMENT_NONCE],
		argument_given(arguments, "--rehearsal"), &out);
	random_bytes(nonce, sizeof(nonce));
	text_put(&writer, NONCE_AUDITOR,
		bytes_of_text(argument(arguments, "--auditor")));
	text_put(&writer, NONCE_NONCE, bytes_of(nonce, sizeof(nonce)));
	refusal refused = text_end(&writer);
	if (refused != NULL)
		return fail(EX_USAGE, NULL, 0,
			"%s; give the auditor's id of the definition", refused);
	return file_write(output != NULL ? output : "-", written(&out), 0644);
}

/* What the machine says of itself: the screen's line. */
static void report_state(struct report *report, const struct archive *sent)
{
	char line[CHECK_REASON_MOST];
	struct bytes state = archive_find(sent, "now/state");
	while (state.size > 0 && state.data[state.size - 1] == '\n')
		state.size--;
	if (state.size == 0 || state.size >= sizeof(line) ||
		!text_is_clean(state))
		return;
	struct writer writer = writer_of(line, sizeof(line));
	write_bytes(&writer, state);
	write_u8(&writer, '\0');
	report_text(report, "state", line);
}

static int audit(
	const struct arguments *arguments, const struct evidence *evidence)
{
	static struct chain chain;
	struct checks checks;
	bool now = argument_given(arguments, "--now");
	struct report report = report_begin(arguments);
	verify(now ? VERIFY_NOW : VERIFY_CLOSED, evidence, &chain, &checks);
	report_state(&report, evidence->sent);
	report_hex(&report, "ak", tpm_name_bytes(&chain.machine.ak));
	if (!now)
		report_hex(&report, "result",
			bytes_of(chain.result_digest.byte, SHA256_SIZE));
	report_checks(&report, &checks);
	verify_free(&chain);
	return report_end(&report, 0);
}

int audit_verify_command(const struct arguments *arguments)
{
	static struct evidence_files files;
	bool now = argument_given(arguments, "--now");
	if (!now && !argument_given(arguments, "--definition"))
		return fail(EX_USAGE, NULL, 0,
			"--definition is missing; it says what is trusted");
	if (!now && argument_given(arguments, "--earlier"))
		return fail(EX_USAGE, NULL, 0,
			"--earlier goes with --now; how a machine closed is "
			"in one archive");
	int status = evidence_read(arguments, &files);
	if (status == 0)
		status = audit(arguments, &files.evidence);
	evidence_free(&files);
	return status;
}

static int report_zeros(const struct arguments *arguments,
	const struct chain *chain, const struct checks *checks,
	const struct result *result)
{
	struct report report = report_begin(arguments);
	report_hex(&report, "checkpoint",
		bytes_of(chain->checkpoint_root.byte, SHA256_SIZE));
	int status =
		report_result(&report, chain->evidence->definition, result);
	report_checks(&report, checks);
	return report_end(&report, status);
}

static int tell_zeros(const struct arguments *arguments,
	const struct chain *chain, const struct checks *checks)
{
	const struct definition *definition = chain->evidence->definition;
	struct result result;
	int status;
	if (!result_init(&result, &definition->plan))
		status = fail(EX_OSERR, NULL, 0, "no memory is left");
	else if (format_given(arguments))
		status = format_print(arguments, definition, &result);
	else
		status = report_zeros(arguments, chain, checks, &result);
	result_free(&result);
	return status;
}

/* Numbers, all zeros, are told only when every check has passed. */
static int audit_zero(
	const struct arguments *arguments, const struct evidence *evidence)
{
	static struct chain chain;
	struct checks checks;
	const char *sent = argument(arguments, "--sent");
	int status;
	if (!verify(VERIFY_INTAKE, evidence, &chain, &checks))
		status = refused_checks(sent, &checks);
	else if (chain.fold.last[ENTRY_BOX] != UINT64_MAX)
		status = fail(EX_DATAERR, sent, 0,
			"the machine took a box in; zeros are reported before "
			"the first");
	else
		status = tell_zeros(arguments, &chain, &checks);
	verify_free(&chain);
	return status;
}

int audit_zero_command(const struct arguments *arguments)
{
	static struct evidence_files files;
	int status = format_check(arguments);
	if (status != 0)
		return status;
	status = evidence_read(arguments, &files);
	if (status == 0)
		status = audit_zero(arguments, &files.evidence);
	evidence_free(&files);
	return status;
}
