/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `audit verify`: verifies a machine's evidence, how it closed, why it was
 * called off, or what runs on it now, and reports every check. Signs nothing
 * and tells no numbers.
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

/* An election ends closed, or called off: then that is what is verified. */
static enum verify_goal goal_of(
	const struct arguments *arguments, const struct evidence *evidence)
{
	if (argument_given(arguments, "--now"))
		return VERIFY_NOW;
	return archive_find(evidence->sent, MEMBER_ABANDONMENT).size > 0
		       ? VERIFY_ABANDONED
		       : VERIFY_CLOSED;
}

static void report_abandonment(struct report *report, const struct chain *chain)
{
	char reason[STATEMENT_LINE_MOST + 1] = "";
	struct writer out = writer_of(reason, sizeof(reason) - 1);
	write_bytes(&out, chain->abandoned);
	report_title(report, "ABANDONED", reason);
}

static int audit(
	const struct arguments *arguments, const struct evidence *evidence)
{
	static struct chain chain;
	struct checks checks;
	const enum verify_goal goal = goal_of(arguments, evidence);
	const bool now = goal == VERIFY_NOW;
	struct report report = report_begin(arguments);
	int status = 0;
	const bool verified = verify(goal, evidence, &chain, &checks);
	if (verified && goal == VERIFY_ABANDONED)
		report_abandonment(&report, &chain);
	else if (verified && !now)
		status = report_completeness(&report, &chain);
	report_identity(&report, &chain);
	report_state(&report, evidence->sent);
	if (goal == VERIFY_CLOSED)
		report_hex(&report, "result",
			bytes_of(chain.result_digest.byte, SHA256_SIZE));
	report_checks(&report, &checks);
	verify_free(&chain);
	return report_end(&report, status);
}

int audit_verify_command(const struct arguments *arguments)
{
	bool now = argument_given(arguments, "--now");
	if (!now && !argument_given(arguments, "--definition"))
		return fail(EX_USAGE, NULL, 0,
			"--definition is missing; it says what is trusted");
	if (!now && argument_given(arguments, "--earlier"))
		return fail(EX_USAGE, NULL, 0,
			"--earlier goes with --now; how a machine closed is "
			"in one archive");
	return with_evidence(arguments, audit);
}
