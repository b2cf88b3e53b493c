/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `audit verify`: verifies a machine's evidence, how it closed or what runs on
 * it now, and reports every check. Signs nothing and tells no numbers.
 */
#include "appliance/desk/common/completeness.h"
#include "appliance/desk/common/evidence.h"
#include "appliance/desk/desk.h"
#include "appliance/record/members.h"

const struct option audit_verify_options[] = {
	OPTION_SENT,
	{ "--definition", "FILE",
		"the election's definition, JSON; required unless --now",
		OPTIONAL },
	OPTION_AUTHORITIES,
	OPTION_OPERATORS(OPTIONAL),
	OPTION_ENROLMENT(OPTIONAL),
	OPTION_COMPARED_PROFILE(OPTIONAL),
	OPTION_NONCE(OPTIONAL),
	OPTION_EARLIER,
	{ "--now", NULL,
		"verify what runs on the machine now, not how it closed",
		OPTIONAL },
	OPTION_JSON,
	OPTION_END,
};

/* What the machine says of itself: the screen's line. */
static void report_state(struct report *report, const struct archive *sent)
{
	char line[CHECK_REASON_MOST];
	struct bytes state = archive_find(sent, MEMBERS_NOW MEMBER_STATE);
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
	int status = 0;
	if (verify(now ? VERIFY_NOW : VERIFY_CLOSED, evidence, &chain,
		    &checks) &&
		!now)
		status = report_completeness(&report, &chain);
	report_identity(&report, &chain);
	report_state(&report, evidence->sent);
	if (!now)
		report_hex(&report, "result",
			bytes_of(chain.result_digest.byte, SHA256_SIZE));
	report_checks(&report, &checks);
	verify_free(&chain);
	return report_end(&report, status);
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
